/* The inner loops with vector instructions, as a template.
 *
 * An instruction set includes this file after defining
 *   SET_NAME, SET_SYMBOL, SET_SUPPORTED  name, AdainKernels symbol, the processor check
 *   Element                              the C type of an activation
 *   PAIR                                 input channels that one multiply_add takes (1; bfloat16: 2 or 4)
 *   LANES                                floats per vector
 *   WIDE, NARROW                         pixels per block with two vectors of output channels, with one
 *   Sum                                  the C type of a sum (float; gint32 of integers)
 *   Vector, Weights                      types of LANES sums and of LANES * PAIR weights
 *   load_sums, load_weights, broadcast, multiply_add, relu, store_elements, store_floats,
 *   element_from_float                   on those
 *   LIMIT, SET_MEASURE                   for integers: the largest element; the float set for measuring
 * and, where a vector of sums is not simply one of output channels,
 *   PIXELS, inputs, sums_of_pixel        the pixels whose sums it holds (all blocks but single pixels are
 *                                        multiples of that); their inputs; the LANES sums of one of them
 *   weight_index                         where Weights have the weight of a lane and an input channel
 *
 * A block accumulates a few output pixels times one or two vectors of output channels in registers,
 * over all taps and input channels. Weights are packed in just the order in which a block reads them:
 * [block of channels][tap][input channels / PAIR][vectors][LANES][PAIR],
 * the last two in the order of weight_index.
 *
 * An upsampling layer is four convolutions of 2x2 taps, one for each parity of the output pixel, since
 * neighbouring pixels of the doubled input are equal: 4/9 of the multiplications.
 *
 * A convolution to very few channels (the last one, to R'G'B') would leave most of a vector idle. There a
 * vector holds all channels of a group of neighbouring pixels, whose taps overlap: 3 x (group + 2) of them.
 *
 * Integers stand for activations times the layer's in_scale and weights times a power of two for each
 * output channel, as large as can be without a sum ever overflowing. A sum's unit leads back.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "kernels.h"

#define ALIGNMENT 64

#define INPUT_STRIDE ((3 + PAIR - 1) / PAIR * PAIR)
#define INLINE       static inline __attribute__ ((always_inline))

#ifndef PIXELS
#  define PIXELS                1
#  define inputs(from, step)    broadcast (from)
#  define sums_of_pixel(sum, q) (sum)
#endif
#ifndef weight_index
#  define weight_index(lane, i) ((lane) * PAIR + (i))
#endif

/* One set of taps: KY x KX of them, from (dy, dx) relative to the output pixel on. */
typedef struct
{
  int      ky, kx;
  int      dy, dx;
  int      group; /* pixels that one vector holds, usually 1 */
  Element *weights;
  Sum     *bias;  /* rounded up to vectors, like `units` */
  float   *units; /* what 1 of a sum is in the output */
} Taps;

typedef struct
{
  /* one; or two, the second in groups; or, for an upsampling layer, one for each parity (2 * y + x) */
  Taps taps[4];
  int  n_taps;
} SimdWeights;

/* Output channels from `first` on that one block takes. */
static int
block_channels (int first, int out)
{
  return out - first > LANES ? 2 * LANES : LANES;
}

/* The weight of tap (y, x) of `taps`: for upsampling, the sum of those that meet the same input pixel. */
static float
tap_weight (const AdainConv *conv, const Taps *taps, int out, int in, int y, int x)
{
  const float *w = conv->weight + ((gsize) out * conv->in + in) * 9;
  float        sum = 0;

  if (taps->ky == 3)
    return x >= 0 && x < 3 ? w[y * 3 + x] : 0;
  for (int v = 0; v < 3; v++)
    for (int u = 0; u < 3; u++)
      {
        /* Parity 0 meets input pixels -1 0 0, parity 1 meets 0 0 1. */
        int ty = taps->dy < 0 ? (v + 1) / 2 : v / 2;
        int tx = taps->dx < 0 ? (u + 1) / 2 : u / 2;

        if (ty == y && tx == x)
          sum += w[v * 3 + u];
      }
  return sum;
}

/* `lane` counts the channels of all pixels of a group. */
static float
lane_weight (const AdainConv *conv, const Taps *taps, int lane, int in, int y, int x)
{
  if (lane >= conv->out * taps->group || in >= conv->in)
    return 0;
  return tap_weight (conv, taps, lane % conv->out, in, y, x - lane / conv->out);
}

/* What the weights of a lane are multiplied by. */
static float
lane_scale (const AdainPacked *packed, const AdainConv *conv, const Taps *taps, int lane)
{
#ifdef LIMIT
  double largest = 0, total = 0;
  int    count = taps->ky * taps->kx * conv->in;

  for (int y = 0; y < taps->ky; y++)
    for (int x = 0; x < taps->kx; x++)
      for (int i = 0; i < conv->in; i++)
        {
          double weight = fabs (lane_weight (conv, taps, lane, i, y, x));

          largest = MAX (largest, weight);
          total += weight;
        }
  total += fabs (conv->bias[lane % conv->out]) * packed->in_scale / LIMIT;
  if (total <= 0)
    return 1;
  /* Each weight may be rounded up by a half, and the bias by one. A power of two keeps exact what is. */
  return exp2 (floor (log2 (MIN ((G_MAXINT32 / LIMIT - 1 - 0.5 * count) / total,
                                 LIMIT / MAX (largest, G_MINFLOAT)))));
#else
  return 1;
#endif
}

static gboolean
pack_taps (const AdainPacked *packed, const AdainConv *conv, Taps *taps)
{
  int               used = conv->out * taps->group, lanes = adain_round_up (used, LANES);
  int               depth = adain_round_up (packed->in_stride, PAIR);
  gsize             bytes = (gsize) lanes * taps->ky * taps->kx * depth * sizeof (Element);
  Element          *next = aligned_alloc (ALIGNMENT, (bytes + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT);
  g_autofree float *scales = g_try_new0 (float, lanes);

  taps->weights = next;
  taps->bias = g_try_new0 (Sum, lanes);
  taps->units = g_try_new0 (float, lanes);
  if (!next || !scales || !taps->bias || !taps->units)
    return FALSE;
  for (int lane = 0; lane < used; lane++)
    {
      scales[lane] = lane_scale (packed, conv, taps, lane);
      taps->bias[lane] = conv->bias[lane % conv->out] * scales[lane] * packed->in_scale;
      taps->units[lane] = packed->out_scale / (scales[lane] * packed->in_scale);
    }
  for (int first = 0; first < lanes; first += block_channels (first, lanes))
    for (int y = 0; y < taps->ky; y++)
      for (int x = 0; x < taps->kx; x++)
        for (int i = 0; i < depth; i += PAIR)
          for (int lane = first; lane < first + block_channels (first, lanes); lane += LANES)
            {
              for (int l = 0; l < LANES; l++)
                for (int p = 0; p < PAIR; p++)
                  next[weight_index (l, p)] =
                      element_from_float (lane_weight (conv, taps, lane + l, i + p, y, x) * scales[lane + l]);
              next += LANES * PAIR;
            }
  return TRUE;
}

static void
unpack (AdainPacked *packed)
{
  SimdWeights *weights = packed->weights;

  for (int i = 0; i < weights->n_taps; i++)
    {
      free (weights->taps[i].weights);
      g_free (weights->taps[i].bias);
      g_free (weights->taps[i].units);
    }
  g_clear_pointer (&packed->weights, g_free);
}

static gboolean
pack (AdainPacked *packed, const AdainConv *conv)
{
  SimdWeights *weights = g_try_new0 (SimdWeights, 1);
  int          group = packed->float_out ? LANES / conv->out : 1;

  if (!weights)
    return FALSE;
  packed->weights = weights;
  if (packed->upsample)
    for (int i = 0; i < 4; i++)
      weights->taps[weights->n_taps++] = (Taps) { 2, 2, i / 2 - 1, i % 2 - 1, 1 };
  else
    {
      weights->taps[weights->n_taps++] = (Taps) { 3, 3, -1, -1, 1 };
      if (group > 1)
        weights->taps[weights->n_taps++] = (Taps) { 3, group + 2, -1, -1, group };
    }
  for (int i = 0; i < weights->n_taps; i++)
    if (!pack_taps (packed, conv, &weights->taps[i]))
      return FALSE;
  return TRUE;
}

/* A row of blocks has these in common. Strides are in elements (floats for a float output). */
typedef struct
{
  int          ky, kx, pairs;
  gsize        in_pitch;
  int          in_stride; /* from one tap to the next */
  int          in_step;   /* from one output pixel (or group of them) to the next */
  gsize        out_step;  /* likewise, in the output */
  gboolean     relu, float_out;
  int          channels; /* of the output that are stored */
  const Sum   *bias;
  const float *units;
} Row;

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

/* All rows for one set of taps, whose output begins at `offset`. */
static void
convolve (const AdainPacked *packed, const Taps *taps, const Element *in, gsize in_pitch, void *out,
          gsize offset, gsize out_row, gsize out_step, int width, int rows)
{
  Row            row = { taps->ky, taps->kx,          (packed->in_stride + PAIR - 1) / PAIR,
                         in_pitch, packed->in_stride, packed->in_stride * taps->group,
                         out_step, packed->relu,      packed->float_out };
  const Element *weights = taps->weights;
  int            channels = packed->out * taps->group, lanes = adain_round_up (channels, LANES);

  in += taps->dy * (gssize) in_pitch + taps->dx * packed->in_stride;
  for (int first = 0, n; first < lanes; first += n)
    {
      n = block_channels (first, lanes);
      row.channels = channels - first;
      row.bias = taps->bias + first;
      row.units = taps->units + first;
      for (int y = 0; y < rows; y++)
        if (n == LANES)
          narrow_row (&row, in + y * in_pitch, weights, out, offset + first + y * out_row, width);
        else
          wide_row (&row, in + y * in_pitch, weights, out, offset + first + y * out_row, width);
      weights += (gsize) n * taps->ky * taps->kx * row.pairs * PAIR;
    }
}

/* Whole groups, and then once more the last `group` pixels. */
static void
convolve_groups (const AdainPacked *packed, const Taps *taps, const Element *in, gsize in_pitch, void *out,
                 gsize out_pitch, int width, int rows)
{
  gsize step = (gsize) taps->group * packed->out_stride;
  int   rest = width % taps->group, last = width - taps->group;

  convolve (packed, taps, in, in_pitch, out, 0, out_pitch, step, width / taps->group, rows);
  if (rest > 0)
    convolve (packed, taps, in + (gsize) last * packed->in_stride, in_pitch, out,
              (gsize) last * packed->out_stride, out_pitch, step, 1, rows);
}

static gboolean
conv (const AdainPacked *packed, const void *in, gsize in_pitch, void *out, gsize out_pitch, int width,
      int rows)
{
  const SimdWeights *weights = packed->weights;
  gsize              pixel = packed->out_stride;

  if (packed->upsample)
    for (int i = 0; i < 4; i++)
      convolve (packed, &weights->taps[i], in, in_pitch, out, i / 2 * out_pitch + i % 2 * pixel,
                2 * out_pitch, 2 * pixel, width, rows);
  else if (weights->n_taps > 1 && width >= weights->taps[1].group)
    convolve_groups (packed, &weights->taps[1], in, in_pitch, out, out_pitch, width, rows);
  else
    convolve (packed, &weights->taps[0], in, in_pitch, out, 0, out_pitch, pixel, width, rows);
  return TRUE;
}

#include "kernels_elements.h"
#include "kernels_matrix.h"

const AdainKernels SET_SYMBOL = {
  .name = SET_NAME,
  .element = sizeof (Element),
  .multiple = LANES,
  .input_stride = INPUT_STRIDE,
#ifdef LIMIT
  .measure = &SET_MEASURE,
  .limit = LIMIT,
#endif
  .supported = SET_SUPPORTED,
  .pack = pack,
  .unpack = unpack,
  .conv = conv,
  .pool = pool,
  .load = load,
  .affine = affine,
  .matrix = matrix,
};
