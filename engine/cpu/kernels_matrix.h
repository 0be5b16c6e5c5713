/* A matrix times the features of cells, in a form that compilers vectorise by themselves: sums of a few cells
 * times a few channels stay in registers.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <glib.h>

#define MATRIX_CELLS    4
#define MATRIX_CHANNELS 16

/* Compilers are free to fuse the two or not, and would in one block and not in another; but the result must
 * not depend on where in a row a cell is. */
#if defined(__FMA__) || defined(__ARM_FEATURE_FMA)
#  define MULTIPLY_ADD(a, b, c) __builtin_fmaf (a, b, c)
#else
#  define MULTIPLY_ADD(a, b, c) ((a) * (b) + (c))
#endif

/* All but `features` begin at the first of up to MATRIX_CHANNELS output channels; sizes are constants where
 * it is called. */
static inline __attribute__ ((always_inline)) void
matrix_block (const float *features, const float *weights, const float *shift, float *out, int channels,
              const int cells, const int outputs)
{
  float sum[MATRIX_CELLS][MATRIX_CHANNELS];

  for (int cell = 0; cell < cells; cell++)
    for (int o = 0; o < outputs; o++)
      sum[cell][o] = shift[o];
  for (int i = 0; i < channels; i++)
#pragma GCC unroll 4
    for (int cell = 0; cell < cells; cell++)
      for (int o = 0; o < outputs; o++)
        sum[cell][o] = MULTIPLY_ADD (features[(gsize) cell * channels + i], weights[(gsize) i * channels + o],
                                     sum[cell][o]);
  for (int cell = 0; cell < cells; cell++)
    for (int o = 0; o < outputs; o++)
      out[(gsize) cell * channels + o] = sum[cell][o];
}

static void
matrix (const float *features, const float *weights, const float *shift, float *out, int n, int channels)
{
  for (int first = 0; first < channels; first += MATRIX_CHANNELS)
    {
      gboolean whole = channels - first >= MATRIX_CHANNELS;
      int      cell = 0;

      for (; whole && cell + MATRIX_CELLS <= n; cell += MATRIX_CELLS)
        matrix_block (features + (gsize) cell * channels, weights + first, shift + first,
                      out + (gsize) cell * channels + first, channels, MATRIX_CELLS, MATRIX_CHANNELS);
      for (; cell < n; cell++)
        matrix_block (features + (gsize) cell * channels, weights + first, shift + first,
                      out + (gsize) cell * channels + first, channels, 1,
                      MIN (channels - first, MATRIX_CHANNELS));
    }
}
