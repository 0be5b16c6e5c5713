/* The inner loops with vector instructions, as a template.
 *
 * An instruction set includes this file after defining
 *   SET_NAME, SET_SYMBOL, SET_SUPPORTED  name, AdainKernels symbol, the processor check
 *   Element                              the C type of an activation
 *   PAIR                                 input channels that one multiply_add takes (1; bfloat16: 2 or 4)
 *   LANES                                floats per vector
 *   WIDE, NARROW                         pixels per block with two vectors of output channels, with one
 *   Sum                                  the C type of a sum (float; gint32 of integers)
 *   Vector, Weights                      types of LANES sums and of LANES * PAIR weights; GCC keeps vectors of
 *                                        Sum in registers, but __m256i and __m512i on the stack, where an
 *                                        instruction adds to them
 *   load_sums, load_weights, broadcast, multiply_add, relu, store_elements, store_floats,
 *   element_from_float                   on those
 *   LIMIT, SET_MEASURE                   for integers: the largest element; the float set for measuring
 * and, where a vector of sums is not simply one of output channels,
 *   PIXELS, inputs, sums_of_pixel        the pixels whose sums it holds (all blocks but single pixels are
 *                                        multiples of that); their inputs; the LANES sums of one of them
 *   weight_index                         where Weights have the weight of a lane and an input channel
 *
 * A block accumulates a few output pixels times one or two vectors of output channels in registers,
 * over all taps and input channels, in the order of the packed weights (kernels_taps.h).
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#define MAX_VECTORS 2

#include "kernels_taps.h"

#ifndef PIXELS
#  define PIXELS                1
#  define inputs(from, step)    broadcast (from)
#  define sums_of_pixel(sum, q) (sum)
#endif

/* `pixels` output pixels times `vectors` vectors of output channels. All constant where it is called. */
INLINE void
block (const Row *row, const Element *in, const Element *weights, void *out, gsize out_offset,
       const int vectors, const int pixels)
{
  const int step = pixels == 1 ? 0 : row->in_step;
  Vector    sum[2][NARROW / PIXELS];

#pragma GCC unroll 2
  for (int v = 0; v < vectors; v++)
#pragma GCC unroll 32
    for (int p = 0; p < pixels; p += PIXELS)
      sum[v][p / PIXELS] = load_sums (row->bias + v * LANES);

  for (int y = 0; y < row->ky; y++)
    for (int x = 0; x < row->kx; x++)
      {
        const Element *from = in + y * row->in_pitch + x * row->in_stride;

        for (int i = 0; i < row->pairs; i++, from += PAIR, weights += vectors * LANES * PAIR)
          {
            Weights w[2];

#pragma GCC unroll 2
            for (int v = 0; v < vectors; v++)
              w[v] = load_weights (weights + v * LANES * PAIR);
#pragma GCC unroll 32
            for (int p = 0; p < pixels; p += PIXELS)
              {
                typeof (inputs (from, step)) b = inputs (from + p * step, step);

#pragma GCC unroll 2
                for (int v = 0; v < vectors; v++)
                  sum[v][p / PIXELS] = multiply_add (sum[v][p / PIXELS], w[v], b);
              }
          }
      }

#pragma GCC unroll 32
  for (int p = 0; p < pixels; p++)
#pragma GCC unroll 2
    for (int v = 0; v < vectors; v++)
      {
        gsize                                 to = out_offset + p * row->out_step + v * LANES;
        const float                          *units = row->units + v * LANES;
        typeof (sums_of_pixel (sum[0][0], 0)) result = sums_of_pixel (sum[v][p / PIXELS], p % PIXELS);

        if (row->relu)
          result = relu (result);

        if (row->float_out)
          store_floats ((float *) out + to, result, units, row->channels - v * LANES);
        else
          store_elements ((Element *) out + to, result, units);
      }
}

/* One row of `width` pixels. What is left over after whole blocks is computed by a last block, as small as
 * will do, that overlaps the one before. */
INLINE void
row_of_blocks (const Row *row, const Element *in, const Element *weights, void *out, gsize offset, int width,
               const int vectors, const int pixels)
{
  const int third = pixels / 3;
  int       x = 0, rest;

  for (; x + pixels <= width; x += pixels)
    block (row, in + (gsize) x * row->in_step, weights, out, offset + x * row->out_step, vectors, pixels);
  rest = width - x;
  if (rest > 0 && rest <= third && width >= third)
    block (row, in + (gsize) (width - third) * row->in_step, weights, out,
           offset + (width - third) * row->out_step, vectors, third);
  else if (rest > 0 && rest <= 2 * third && width >= 2 * third)
    block (row, in + (gsize) (width - 2 * third) * row->in_step, weights, out,
           offset + (width - 2 * third) * row->out_step, vectors, 2 * third);
  else if (rest > 0 && width >= pixels)
    block (row, in + (gsize) (width - pixels) * row->in_step, weights, out,
           offset + (width - pixels) * row->out_step, vectors, pixels);
  else
    for (; x < width; x++)
      block (row, in + (gsize) x * row->in_step, weights, out, offset + x * row->out_step, vectors, 1);
}

static __attribute__ ((noinline)) void
wide_row (const Row *row, const Element *in, const Element *weights, void *out, gsize offset, int width)
{
  row_of_blocks (row, in, weights, out, offset, width, 2, WIDE);
}

/* With so many pixels in a block addresses are worth being constants, for the strides of the
 * compact model. */
INLINE void
narrow_row_of_stride (const Row *row, const int stride, const Element *in, const Element *weights, void *out,
                      gsize offset, int width)
{
  Row fixed = *row;

  fixed.in_stride = fixed.in_step = stride;
  row_of_blocks (&fixed, in, weights, out, offset, width, 1, NARROW);
}

static __attribute__ ((noinline)) void
narrow_row (const Row *row, const Element *in, const Element *weights, void *out, gsize offset, int width)
{
  switch (row->in_stride == row->in_step ? row->in_stride : 0)
    {
    case 16:
      narrow_row_of_stride (row, 16, in, weights, out, offset, width);
      break;
    case 48:
      narrow_row_of_stride (row, 48, in, weights, out, offset, width);
      break;
    case 80:
      narrow_row_of_stride (row, 80, in, weights, out, offset, width);
      break;
    default:
      row_of_blocks (row, in, weights, out, offset, width, 1, NARROW);
    }
}

static void
convolve_rows (const Row *row, const Element *in, const Element *weights, void *out, gsize offset,
               gsize out_row, int width, int rows)
{
  for (int y = 0; y < rows; y++)
    if (row->channels > LANES)
      wide_row (row, in + y * row->in_pitch, weights, out, offset + y * out_row, width);
    else
      narrow_row (row, in + y * row->in_pitch, weights, out, offset + y * out_row, width);
}

#include "kernels_layers.h"
