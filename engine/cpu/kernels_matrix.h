/* A matrix times the features of cells, with the compiler's own vectors: sums of a few cells times a few
 * channels stay in registers.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <string.h>

#include <glib.h>

#define MATRIX_CELLS    4
#define MATRIX_CHANNELS 16

#if defined(__AVX512F__)
#  define MATRIX_LANES 16
#elif defined(__AVX__)
#  define MATRIX_LANES 8
#else
#  define MATRIX_LANES 4
#endif
#define MATRIX_VECTORS (MATRIX_CHANNELS / MATRIX_LANES)

typedef float MatrixVector __attribute__ ((vector_size (MATRIX_LANES * sizeof (float))));

/* MATRIX_CHANNELS channels of cells `in`; `weights`, `shift` and `out` begin at the first of them. */
static inline void
matrix_block (const float *const in[MATRIX_CELLS], const float *weights, const float *shift,
              float *const out[MATRIX_CELLS], int channels)
{
  MatrixVector sum[MATRIX_CELLS][MATRIX_VECTORS];

#pragma GCC unroll 4
  for (int cell = 0; cell < MATRIX_CELLS; cell++)
#pragma GCC unroll 4
    for (int v = 0; v < MATRIX_VECTORS; v++)
      memcpy (&sum[cell][v], shift + v * MATRIX_LANES, sizeof sum[cell][v]);
  for (int i = 0; i < channels; i++, weights += channels)
    {
      MatrixVector w[MATRIX_VECTORS];

#pragma GCC unroll 4
      for (int v = 0; v < MATRIX_VECTORS; v++)
        memcpy (&w[v], weights + v * MATRIX_LANES, sizeof w[v]);
#pragma GCC unroll 4
      for (int cell = 0; cell < MATRIX_CELLS; cell++)
#pragma GCC unroll 4
        for (int v = 0; v < MATRIX_VECTORS; v++)
          sum[cell][v] += in[cell][i] * w[v];
    }
#pragma GCC unroll 4
  for (int cell = 0; cell < MATRIX_CELLS; cell++)
#pragma GCC unroll 4
    for (int v = 0; v < MATRIX_VECTORS; v++)
      memcpy (out[cell] + v * MATRIX_LANES, &sum[cell][v], sizeof sum[cell][v]);
}

/* What is left of the channels. */
static void
matrix_rest (const float *const in[MATRIX_CELLS], const float *weights, const float *shift,
             float *const out[MATRIX_CELLS], int channels, int rest)
{
  for (int cell = 0; cell < MATRIX_CELLS; cell++)
    for (int o = 0; o < rest; o++)
      {
        float sum = shift[o];

        for (int i = 0; i < channels; i++)
          sum += in[cell][i] * weights[(gsize) i * channels + o];
        out[cell][o] = sum;
      }
}

/* The last block of a row repeats its last cell: all cells go the same way, since compilers fuse
 * multiplications with additions on one and not on another, and a result must not depend on where in a row
 * its cell is. */
static void
matrix (const float *features, const float *weights, const float *shift, float *out, int n, int channels)
{
  for (int first = 0; first < channels; first += MATRIX_CHANNELS)
    for (int block = 0; block < n; block += MATRIX_CELLS)
      {
        const float *in[MATRIX_CELLS];
        float       *to[MATRIX_CELLS];

        for (int k = 0; k < MATRIX_CELLS; k++)
          {
            gsize cell = (gsize) MIN (block + k, n - 1) * channels;

            in[k] = features + cell;
            to[k] = out + cell + first;
          }
        if (channels - first >= MATRIX_CHANNELS)
          matrix_block (in, weights + first, shift + first, to, channels);
        else
          matrix_rest (in, weights + first, shift + first, to, channels, channels - first);
      }
}
