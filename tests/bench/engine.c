/* Times our engine: encoding a content and decoding it, with the style already encoded.
 *
 * Usage: bench-engine MODEL WIDTH HEIGHT KERNELS THREADS [SECONDS]
 *
 * With SECONDS it runs for so long and prints the medians: "encode decode". Without, it is one of the
 * contestants of tests/bench/run: it prints "ready COST DESCRIPTION" (multiplications for each pixel);
 * for each line it is sent it does one picture and prints "encode decode" in seconds; in the end, by how
 * many bytes the peak of its memory exceeds what it took for the model and the pictures.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/adain.h"

#define MAX_RUNS 200

typedef struct
{
  AdainEngine *engine;
  AdainStyle  *style;
  AdainImage   picture, result;
} Bench;

static int
compare (const void *a, const void *b)
{
  double x = *(const double *) a, y = *(const double *) b;

  return x < y ? -1 : x > y;
}

static double
median (double *times, int n)
{
  qsort (times, n, sizeof *times, compare);
  return times[n / 2];
}

static void
fill (AdainImage *image, int width, int height)
{
  g_autoptr (GRand) random = g_rand_new_with_seed (1);

  image->width = width;
  image->height = height;
  image->mask = NULL;
  image->rgba = g_new (float, width * (gsize) height * 4);
  for (gsize i = 0; i < (gsize) width * height * 4; i++)
    image->rgba[i] = i % 4 == 3 ? 1 : g_rand_double (random);
}

/* A line of /proc/self/status, in bytes; 0 where there is no such file. */
static long
memory (const char *name)
{
  g_autofree char *status = NULL;
  const char      *line;

  if (!g_file_get_contents ("/proc/self/status", &status, NULL, NULL) || !(line = strstr (status, name)))
    return 0;
  return atol (line + strlen (name) + 1) * 1024;
}

/* One picture; the seconds it took. */
static gboolean
paint (Bench *bench, double *encode, double *decode, GError **error)
{
  AdainSource        source = adain_image_source (&bench->picture);
  AdainSink          sink = adain_image_sink (&bench->result);
  AdainRenderOptions options = { .strength = 1 };
  gint64             start = g_get_monotonic_time (), middle;
  AdainContent      *content = adain_content_encode (bench->engine, &source, 0, NULL, NULL, NULL, error);
  gboolean           ok;

  if (!content)
    return FALSE;
  middle = g_get_monotonic_time ();
  ok = adain_content_render (content, &bench->style, NULL, 1, &options, &sink, NULL, NULL, NULL, error);
  *encode = (middle - start) / 1e6;
  *decode = (g_get_monotonic_time () - middle) / 1e6;
  adain_content_free (content);
  return ok;
}

static gboolean
run_for (Bench *bench, double seconds, GError **error)
{
  double encode[MAX_RUNS], decode[MAX_RUNS];
  gint64 begin = g_get_monotonic_time ();
  int    n;

  for (n = 0; n < MAX_RUNS && (n < 3 || g_get_monotonic_time () - begin < seconds * 1e6); n++)
    if (!paint (bench, &encode[n], &decode[n], error))
      return FALSE;
  printf ("%.6f %.6f\n", median (encode, n), median (decode, n));
  return TRUE;
}

static gboolean
run_on_demand (Bench *bench, const AdainModel *model, GError **error)
{
  long   before = memory ("VmRSS:");
  double encode, decode;
  int    c;

  printf ("ready %.0f %s\n", adain_model_cost (model), adain_engine_describe (bench->engine));
  fflush (stdout);
  while ((c = getchar ()) != EOF)
    if (c == '\n')
      {
        if (!paint (bench, &encode, &decode, error))
          return FALSE;
        printf ("%.6f %.6f\n", encode, decode);
        fflush (stdout);
      }
  printf ("%ld\n", memory ("VmHWM:") - before);
  return TRUE;
}

int
main (int argc, char **argv)
{
  g_autoptr (GError) error = NULL;
  AdainEngineOptions options = { 0 };
  Bench              bench = { 0 };
  AdainModel        *model;
  AdainSource        style;
  gboolean           ok = FALSE;

  if (argc != 6 && argc != 7)
    {
      fprintf (stderr, "usage: %s MODEL WIDTH HEIGHT KERNELS THREADS [SECONDS]\n", argv[0]);
      return 2;
    }
  options.kernels = g_str_equal (argv[4], "best") ? NULL : argv[4];
  options.threads = atoi (argv[5]);
  fill (&bench.picture, atoi (argv[2]), atoi (argv[3]));
  fill (&bench.result, atoi (argv[2]), atoi (argv[3]));
  style = adain_image_source (&bench.result);
  model = adain_model_load (argv[1], &error);
  if (model)
    bench.engine = adain_engine_new (model, ADAIN_DEVICE_CPU, &options, &error);
  if (bench.engine)
    bench.style = adain_style_encode (bench.engine, &style, 0.5, NULL, NULL, &error);
  if (bench.style)
    ok = argc == 7 ? run_for (&bench, g_ascii_strtod (argv[6], NULL), &error)
                   : run_on_demand (&bench, model, &error);
  if (!ok)
    fprintf (stderr, "%s\n", error->message);
  adain_style_free (bench.style);
  adain_engine_free (bench.engine);
  if (model)
    adain_model_unref (model);
  g_free (bench.picture.rgba);
  g_free (bench.result.rgba);
  return ok ? 0 : 1;
}
