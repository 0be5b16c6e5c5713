/* Times our engine: encoding a content and decoding it, with the style already encoded.
 *
 * Usage: bench-engine MODEL WIDTH HEIGHT KERNELS THREADS SECONDS
 * Prints the medians in seconds: "encode decode".
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <stdio.h>
#include <stdlib.h>

#include "engine/adain.h"

#define MAX_RUNS 200

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
  image->rgba = g_new (float, (gsize) width * height * 4);
  for (gsize i = 0; i < (gsize) width * height * 4; i++)
    image->rgba[i] = i % 4 == 3 ? 1 : g_rand_double (random);
}

static gboolean
measure (AdainEngine *engine, AdainImage *picture, AdainImage *result, double seconds, GError **error)
{
  AdainSource        source = adain_image_source (picture);
  AdainSink          sink = adain_image_sink (result);
  AdainRenderOptions options = { .strength = 1 };
  AdainStyle        *style = adain_style_encode (engine, &source, 1, NULL, NULL, error);
  double             encode[MAX_RUNS], decode[MAX_RUNS];
  gint64             begin = g_get_monotonic_time ();
  int                n;

  if (!style)
    return FALSE;
  for (n = 0; n < MAX_RUNS && (n < 3 || g_get_monotonic_time () - begin < seconds * 1e6); n++)
    {
      gint64        start = g_get_monotonic_time (), middle;
      AdainContent *content = adain_content_encode (engine, &source, 0, NULL, NULL, NULL, error);

      if (!content)
        return FALSE;
      middle = g_get_monotonic_time ();
      if (!adain_content_render (content, &style, NULL, 1, &options, &sink, NULL, NULL, NULL, error))
        return FALSE;
      encode[n] = (middle - start) / 1e6;
      decode[n] = (g_get_monotonic_time () - middle) / 1e6;
      adain_content_free (content);
    }
  printf ("%.6f %.6f\n", median (encode, n), median (decode, n));
  adain_style_free (style);
  return TRUE;
}

int
main (int argc, char **argv)
{
  g_autoptr (GError) error = NULL;
  AdainEngineOptions options = { 0 };
  AdainImage   picture, result;
  AdainModel  *model;
  AdainEngine *engine;
  gboolean     ok = FALSE;

  if (argc != 7)
    {
      fprintf (stderr, "usage: %s MODEL WIDTH HEIGHT KERNELS THREADS SECONDS\n", argv[0]);
      return 2;
    }
  options.kernels = g_str_equal (argv[4], "best") ? NULL : argv[4];
  options.threads = atoi (argv[5]);
  fill (&picture, atoi (argv[2]), atoi (argv[3]));
  fill (&result, atoi (argv[2]), atoi (argv[3]));
  model = adain_model_load (argv[1], &error);
  engine = model ? adain_engine_new (model, ADAIN_DEVICE_CPU, &options, &error) : NULL;
  if (engine)
    ok = measure (engine, &picture, &result, g_ascii_strtod (argv[6], NULL), &error);
  if (!ok)
    fprintf (stderr, "%s\n", error->message);
  adain_engine_free (engine);
  if (model)
    adain_model_unref (model);
  g_free (picture.rgba);
  g_free (result.rgba);
  return ok ? 0 : 1;
}
