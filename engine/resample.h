/* Scaling: how each output pixel is a weighted sum of input pixels.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "adain.h"

G_BEGIN_DECLS

/* One dimension of a scaling from `from` to `to` samples, with Catmull and Rom's cubic, which keeps edges and
 * fine strokes crisp (Keys, "Cubic convolution interpolation for digital image processing", 1981); when
 * shrinking it is as much wider as the step, so that every input sample counts.
 * Output i is the sum over k < taps of weights[i * taps + k] * input[first[i] + k]. */
typedef struct
{
  int    taps;
  int   *first;
  float *weights;
} AdainScaling;

gboolean adain_scaling_init (AdainScaling *scaling, int from, int to, GError **error);
void     adain_scaling_clear (AdainScaling *scaling);

/* How many inputs, from first[start] on, the `n` outputs from number `start` on need. */
int adain_scaling_span (const AdainScaling *scaling, int start, int n);

/* The rectangle `rect` of the scaled picture. `in` is what it needs of the input, adain_scaling_span()
 * rows of as many columns, of `channels` floats a pixel; `scratch` has room for rect->width * channels
 * floats for each of these rows. */
void adain_scale_rect (const AdainScaling *horizontal, const AdainScaling *vertical, const float *in,
                       int channels, const AdainRect *rect, float *out, float *scratch);

/* One row horizontally: `n` outputs from number `x` on; `in` begins at input first[x]. */
void adain_scale_row (const AdainScaling *horizontal, const float *in, int channels, int x, int n,
                      float *out);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (AdainScaling, adain_scaling_clear)

G_END_DECLS
