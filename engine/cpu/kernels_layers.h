/* Layers from the rows of a set with vectors or tiles, and the set's table.
 *
 * Beside what kernels_taps.h needs, the set defines SET_NAME, SET_SYMBOL and SET_SUPPORTED, SET_MEASURE if it
 * has a LIMIT, and
 *   convolve_rows  convolves `rows` rows of `width` pixels (or groups of them) to one block of channels,
 *                  whose output begins `offset` elements after `out`, rows out_row elements apart
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
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
      convolve_rows (&row, in, weights, out, offset + first, out_row, width, rows);
      weights += (gsize) n * taps->ky * packed_inputs (taps->kx * row.pairs * PAIR);
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
  const TapWeights *weights = packed->weights;
  gsize             pixel = packed->out_stride;

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
