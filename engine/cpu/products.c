/* Sums of products over all pixels of a picture.
 *
 * A vector holds neighbouring input channels. A block takes one or two output channels and the three taps of a row,
 * which share what they multiply with, over some rows of pixels; its sums stay in registers.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "products.h"

#include <string.h>

#include "../clones.h"

#define LANES  16
#define INLINE static inline __attribute__ ((always_inline))

/* Pixels that a block runs over, at least: so many that fetching and storing its sums does not count. */
#define RUN 128

typedef float Vector __attribute__ ((vector_size (LANES * sizeof (float))));

/* Adds to sums[tap][LANES] of each of `channels` output channels (a constant), which lie `pitch` floats apart. */
INLINE void
add_block (const AdainProducts *products, const float *input, const float *gradient, int rows, float *sums,
           gsize pitch, const int channels)
{
  Vector sum[2][3] = { 0 };

  for (int y = 0; y < rows; y++)
    {
      const float *in = input + y * products->in_pitch, *out = gradient + y * products->out_pitch;

      for (int x = 0; x < products->width; x++, in += products->in_stride, out += products->out_stride)
#pragma GCC unroll 3
        for (int tap = 0; tap < 3; tap++)
          {
            Vector v;

            memcpy (&v, in + tap * products->in_stride, sizeof v);
#pragma GCC unroll 2
            for (int o = 0; o < channels; o++)
              sum[o][tap] += out[o] * v;
          }
    }
  for (int o = 0; o < channels; o++)
    for (int i = 0; i < 3 * LANES; i++)
      sums[o * pitch + i] += sum[o][i / LANES][i % LANES];
}

/* Of one row of taps: sums[output channel][vector][tap][LANES]. */
ADAIN_CLONES ("arch=x86-64-v4", "arch=x86-64-v3")
static void
add_rows (const AdainProducts *products, const float *input, const float *gradient, int rows, float *sums)
{
  int   vectors = products->in / LANES;
  gsize pitch = (gsize) vectors * 3 * LANES;

  for (int o = 0; o < products->out; o += 2)
    for (int v = 0; v < vectors; v++)
      {
        float *to = sums + o * pitch + v * 3 * LANES;

        if (o + 1 < products->out)
          add_block (products, input + v * LANES, gradient + o, rows, to, pitch, 2);
        else
          add_block (products, input + v * LANES, gradient + o, rows, to, pitch, 1);
      }
}

/* The weights of the first channels, as many as fill vectors. */
static gboolean
sum_vectors (const AdainProducts *products, const float *input, const float *gradient, float *weights)
{
  int               vectors = products->in / LANES, run = MAX (RUN / products->width, 1);
  gsize             row = (gsize) products->out * vectors * 3 * LANES;
  g_autofree float *sums = g_try_new0 (float, MAX (3 * row, 1));

  if (!sums)
    return FALSE;
  for (int y = 0; y < products->height; y += run)
    for (int ky = 0; ky < 3; ky++)
      add_rows (products, input + (y + ky) * products->in_pitch, gradient + y * products->out_pitch,
                MIN (run, products->height - y), sums + ky * row);
  for (int o = 0; o < products->out; o++)
    for (int i = 0; i < vectors * LANES; i++)
      for (int k = 0; k < 9; k++)
        weights[((gsize) o * products->in + i) * 9 + k] =
            sums[k / 3 * row + (((gsize) o * vectors + i / LANES) * 3 + k % 3) * LANES + i % LANES];
  return TRUE;
}

/* Those of the others. */
static void
sum_rest (const AdainProducts *products, const float *input, const float *gradient, float *weights)
{
  for (int o = 0; o < products->out; o++)
    for (int i = products->in / LANES * LANES; i < products->in; i++)
      for (int k = 0; k < 9; k++)
        {
          float *weight = weights + ((gsize) o * products->in + i) * 9 + k;

          *weight = 0;
          for (int y = 0; y < products->height; y++)
            {
              const float *in = input + (y + k / 3) * products->in_pitch + k % 3 * products->in_stride + i;
              const float *out = gradient + y * products->out_pitch + o;
              float        sum = 0;

              for (int x = 0; x < products->width; x++)
                sum += in[(gsize) x * products->in_stride] * out[(gsize) x * products->out_stride];
              *weight += sum;
            }
        }
}

static void
sum_biases (const AdainProducts *products, const float *gradient, float *biases)
{
  for (int o = 0; o < products->out; o++)
    {
      biases[o] = 0;
      for (int y = 0; y < products->height; y++)
        {
          const float *out = gradient + y * products->out_pitch + o;
          float        sum = 0;

          for (int x = 0; x < products->width; x++)
            sum += out[(gsize) x * products->out_stride];
          biases[o] += sum;
        }
    }
}

gboolean
adain_products_sum (const AdainProducts *products, const float *input, const float *gradient, float *weights)
{
  if (!sum_vectors (products, input, gradient, weights))
    return FALSE;
  sum_rest (products, input, gradient, weights);
  sum_biases (products, gradient, weights + 9 * (gsize) products->in * products->out);
  return TRUE;
}
