/* Convolutions as sets of taps: how the sets with vectors or tiles pack weights.
 *
 * It needs these macros of the set that includes it:
 *   Element, Sum        the C types of an activation and of a sum (float; gint32 of integers)
 *   PAIR                input channels that one multiplication takes (1; bfloat16: 2 or 4)
 *   LANES               sums per vector
 *   MAX_VECTORS         vectors of output channels that a block takes, at most
 *   element_from_float
 *   LIMIT               for integers: the largest element
 * and may define
 *   packed_inputs, input_at
 *                       how many inputs a run of them takes that a row of taps has, if blocks read some twice;
 *                       and which one is at a position, or -1 for a weight of 0
 *   pixel_group         pixels that are convolved as one (a macro)
 *   weight_index        where LANES * PAIR weights have that of a lane and an input channel, if not in order
 *
 * Weights are packed in just the order in which a block reads them:
 * [block of channels][row of taps][inputs of a run / PAIR][vectors][LANES][PAIR],
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
#include <string.h>

#include "aligned.h"
#include "kernels.h"

#define INPUT_STRIDE ((3 + PAIR - 1) / PAIR * PAIR)
#define INLINE       static inline __attribute__ ((always_inline))

#ifndef packed_inputs
#  define packed_inputs(run)      (run)
#  define input_at(position, run) (position)
#endif
#ifndef pixel_group
#  define pixel_group(packed) ((packed)->float_out ? LANES / (packed)->out : 1)
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
} TapWeights;

/* Output channels from `first` on that one block takes. */
static int
block_channels (int first, int out)
{
  return MIN (adain_round_up (out - first, LANES), MAX_VECTORS * LANES);
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
  int               run = taps->kx * depth;
  gsize             bytes = (gsize) lanes * taps->ky * packed_inputs (run) * sizeof (Element);
  Element          *next = adain_aligned_try_new (bytes);
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
      for (int position = 0; position < packed_inputs (run); position += PAIR)
        for (int lane = first; lane < first + block_channels (first, lanes); lane += LANES)
          {
            for (int l = 0; l < LANES; l++)
              for (int p = 0; p < PAIR; p++)
                {
                  int i = input_at (position + p, run);

                  next[weight_index (l, p)] = i < 0
                                                  ? 0
                                                  : element_from_float (lane_weight (conv, taps, lane + l,
                                                                                     i % depth, y, i / depth)
                                                                        * scales[lane + l]);
                }
            next += LANES * PAIR;
          }
  return TRUE;
}

static void
unpack (AdainPacked *packed)
{
  TapWeights *weights = packed->weights;

  for (int i = 0; i < weights->n_taps; i++)
    {
      adain_aligned_free (weights->taps[i].weights);
      g_free (weights->taps[i].bias);
      g_free (weights->taps[i].units);
    }
  g_clear_pointer (&packed->weights, g_free);
}

static gboolean
pack (AdainPacked *packed, const AdainConv *conv)
{
  TapWeights *weights = g_try_new0 (TapWeights, 1);
  int         group = pixel_group (packed);

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
