/* Times our engine: encoding a content and decoding it, with the style already encoded.
 *
 * Usage: bench-engine MODEL WIDTH HEIGHT KERNELS THREADS [SECONDS]
 *
 * With SECONDS it runs for so long and prints the medians: "encode decode". Without, it is one of the
 * contestants of tests/bench/run: it prints "ready COST DESCRIPTION" (multiplications for each pixel);
 * for each line it is sent it does one picture and prints "encode decode" in seconds, and if the line is a
 * path, writes the result there as floats; in the end it prints by how many bytes the peak of its memory
 * exceeds what it took for the model and the pictures.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/adain.h"

#define MAX_RUNS 200

/* Side of the corner of the picture that is the style. */
#define STYLE 256

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

/* The left upper part of noise `pitch` pixels wide: the same as that of the peers (contestant.py). */
static void
fill (AdainImage *image, int width, int height, int pitch)
{
  image->width = width;
  image->height = height;
  image->mask = NULL;
  image->rgba = g_new (float, width * (gsize) height * 4);
  for (int y = 0; y < height; y++)
    for (int x = 0; x < width; x++)
      for (int c = 0; c < 4; c++)
        {
          guint32 value = ((guint32) (y * pitch + x) * 3 + c) * 2654435761u;

          value = (value ^ value >> 16) * 0x45d9f3bu;
          value ^= value >> 16;
          image->rgba[((gsize) y * width + x) * 4 + c] = c == 3 ? 1 : (value >> 8) / 16777216.0f;
        }
}

static gboolean
write_result (const AdainImage *image, const char *path)
{
  FILE    *file = fopen (path, "wb");
  gboolean ok = file != NULL;

  for (gsize i = 0; ok && i < (gsize) image->width * image->height; i++)
    ok = fwrite (image->rgba + i * 4, sizeof (float), 3, file) == 3;
  return file && fclose (file) == 0 && ok;
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
  char   line[4096];

  printf ("ready %.0f %s\n", adain_model_cost (model), adain_engine_describe (bench->engine));
  fflush (stdout);
  while (fgets (line, sizeof line, stdin))
    {
      if (!paint (bench, &encode, &decode, error))
        return FALSE;
      if (*g_strchomp (line) && !write_result (&bench->result, line))
        {
          g_set_error (error, G_FILE_ERROR, G_FILE_ERROR_FAILED, "%s cannot be written", line);
          return FALSE;
        }
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
  AdainImage         corner;
  AdainSource        style;
  int                width, height;
  gboolean           ok = FALSE;

  if (argc != 6 && argc != 7)
    {
      fprintf (stderr, "usage: %s MODEL WIDTH HEIGHT KERNELS THREADS [SECONDS]\n", argv[0]);
      return 2;
    }
  options.kernels = g_str_equal (argv[4], "best") ? NULL : argv[4];
  options.threads = atoi (argv[5]);
  width = atoi (argv[2]);
  height = atoi (argv[3]);
  fill (&bench.picture, width, height, width);
  fill (&bench.result, width, height, width);
  fill (&corner, MIN (width, STYLE), MIN (height, STYLE), width);
  style = adain_image_source (&corner);
  model = adain_model_load (argv[1], &error);
  if (model)
    bench.engine = adain_engine_new (model, ADAIN_DEVICE_CPU, &options, &error);
  if (bench.engine)
    bench.style = adain_style_encode (bench.engine, &style, 0, NULL, NULL, &error);
  if (bench.style)
    ok = argc == 7 ? run_for (&bench, g_ascii_strtod (argv[6], NULL), &error)
                   : run_on_demand (&bench, model, &error);
  if (!ok)
    fprintf (stderr, "%s\n", error->message);
  adain_style_free (bench.style);
  adain_engine_free (bench.engine);
  if (model)
    adain_model_unref (model);
  g_free (corner.rgba);
  g_free (bench.picture.rgba);
  g_free (bench.result.rgba);
  return ok ? 0 : 1;
}
