/* Scaling of whole sources and of rectangles in memory.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "resample.h"

#include <math.h>
#include <string.h>

#include "error.h"
#include "picture.h"

/* Rows read from a source at a time. */
#define BAND 32

/* Alpha below this is taken as hidden: scaling has ripples, in which a color would mean nothing. */
#define MIN_ALPHA 1e-6f

static double
catmull_rom (double x)
{
  x = fabs (x);
  if (x < 1)
    return (1.5 * x - 2.5) * x * x + 1;
  return x < 2 ? ((-0.5 * x + 2.5) * x - 4) * x + 2 : 0;
}

gboolean
adain_scaling_init (AdainScaling *scaling, int from, int to, GError **error)
{
  double step = (double) from / to, width = MAX (step, 1), radius = 2 * width;

  scaling->taps = MIN ((int) ceil (2 * radius) + 1, from);
  scaling->first = g_try_new (int, to);
  scaling->weights = g_try_new0 (float, (gsize) to * scaling->taps);
  if (!scaling->first || !scaling->weights)
    return adain_no_memory_for_picture (error);
  for (int i = 0; i < to; i++)
    {
      double centre = (i + 0.5) * step - 0.5, sum = 0;
      int    first = CLAMP ((int) ceil (centre - radius), 0, from - scaling->taps);
      float *weights = scaling->weights + (gsize) i * scaling->taps;

      for (int k = 0; k < scaling->taps; k++)
        {
          double x = (first + k - centre) / width;

          weights[k] = catmull_rom (x);
          sum += weights[k];
        }
      for (int k = 0; k < scaling->taps; k++)
        weights[k] /= sum;
      scaling->first[i] = first;
    }
  return TRUE;
}

void
adain_scaling_clear (AdainScaling *scaling)
{
  g_clear_pointer (&scaling->first, g_free);
  g_clear_pointer (&scaling->weights, g_free);
}

void
adain_scale_row (const AdainScaling *horizontal, const float *in, int channels, int x, int n, float *out)
{
  for (int i = x; i < x + n; i++, out += channels)
    {
      const float *weights = horizontal->weights + (gsize) i * horizontal->taps;
      const float *pixel = in + (gsize) (horizontal->first[i] - horizontal->first[x]) * channels;

      for (int c = 0; c < channels; c++)
        out[c] = 0;
      for (int k = 0; k < horizontal->taps; k++, pixel += channels)
        for (int c = 0; c < channels; c++)
          out[c] += weights[k] * pixel[c];
    }
}

int
adain_scaling_span (const AdainScaling *scaling, int start, int n)
{
  return scaling->first[start + n - 1] + scaling->taps - scaling->first[start];
}

void
adain_scale_rect (const AdainScaling *horizontal, const AdainScaling *vertical, const float *in, int channels,
                  const AdainRect *rect, float *out, float *scratch)
{
  gsize pitch = (gsize) rect->width * channels;
  int   first = vertical->first[rect->y];
  int   rows = adain_scaling_span (vertical, rect->y, rect->height);
  int   columns = adain_scaling_span (horizontal, rect->x, rect->width);

  for (int row = 0; row < rows; row++)
    adain_scale_row (horizontal, in + (gsize) row * columns * channels, channels, rect->x, rect->width,
                     scratch + row * pitch);
  for (int y = 0; y < rect->height; y++, out += pitch)
    {
      const float *weights = vertical->weights + (gsize) (rect->y + y) * vertical->taps;
      const float *row = scratch + (vertical->first[rect->y + y] - first) * pitch;

      memset (out, 0, pitch * sizeof (float));
      for (int k = 0; k < vertical->taps; k++, row += pitch)
        for (gsize i = 0; i < pitch; i++)
          out[i] += weights[k] * row[i];
    }
}

/* R'G'B'A and mask to five premultiplied floats a pixel. */
static void
premultiply (const float *rgba, const float *mask, float *out, int n)
{
  for (int i = 0; i < n; i++, rgba += 4, out += 5)
    {
      for (int c = 0; c < 3; c++)
        out[c] = rgba[c] * rgba[3];
      out[3] = rgba[3];
      out[4] = mask[i];
    }
}

static void
unpremultiply (const float *in, AdainImage *image)
{
  gsize n = (gsize) image->width * image->height;

  for (gsize i = 0; i < n; i++, in += 5)
    {
      float alpha = in[3] > MIN_ALPHA ? in[3] : 0;

      for (int c = 0; c < 3; c++)
        image->rgba[4 * i + c] = alpha > 0 ? CLAMP (in[c] / alpha, 0, 1) : 0;
      image->rgba[4 * i + 3] = MIN (alpha, 1);
      if (image->mask)
        image->mask[i] = CLAMP (in[4], 0, 1);
    }
}

gboolean
adain_image_scaled (AdainImage *image, const AdainSource *source, int width, int height,
                    GCancellable *cancellable, GError **error)
{
  g_auto (AdainScaling) horizontal = { 0 }, vertical = { 0 };
  g_autofree float *rgba = NULL, *mask = NULL, *row = NULL, *scaled = NULL, *sums = NULL;
  gsize             n = (gsize) width * height;
  int               next = 0; /* the first output row that is not complete */

  if (!adain_scaling_init (&horizontal, source->width, width, error)
      || !adain_scaling_init (&vertical, source->height, height, error))
    return FALSE;
  image->width = width;
  image->height = height;
  rgba = g_try_new (float, source->width * (gsize) BAND * 4);
  mask = g_try_new (float, source->width * (gsize) BAND);
  row = g_try_new (float, (gsize) source->width * 5);
  scaled = g_try_new (float, (gsize) width * 5);
  sums = g_try_new0 (float, n * 5);
  image->rgba = g_try_new (float, n * 4);
  image->mask = source->has_mask ? g_try_new (float, n) : NULL;
  if (!rgba || !mask || !row || !scaled || !sums || !image->rgba || (source->has_mask && !image->mask))
    {
      adain_image_clear (image);
      return adain_no_memory_for_picture (error);
    }

  for (int y = 0; y < source->height; y++)
    {
      if (y % BAND == 0)
        {
          AdainRect band = { 0, y, source->width, MIN (BAND, source->height - y) };

          if (g_cancellable_set_error_if_cancelled (cancellable, error)
              || !adain_picture_read (source, NULL, &band, rgba, mask, error))
            {
              adain_image_clear (image);
              return FALSE;
            }
        }
      premultiply (rgba + (gsize) (y % BAND) * source->width * 4, mask + (gsize) (y % BAND) * source->width,
                   row, source->width);
      adain_scale_row (&horizontal, row, 5, 0, width, scaled);
      while (next < height && vertical.first[next] + vertical.taps <= y)
        next++;
      for (int out = next; out < height && vertical.first[out] <= y; out++)
        {
          float  weight = vertical.weights[(gsize) out * vertical.taps + y - vertical.first[out]];
          float *sum = sums + (gsize) out * width * 5;

          for (int i = 0; i < width * 5; i++)
            sum[i] += weight * scaled[i];
        }
    }
  unpremultiply (sums, image);
  return TRUE;
}
