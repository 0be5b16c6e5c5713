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

/* Both scale rows of pixels of 8 floats. One row horizontally, `n` outputs from number `x` on; `in` begins at
 * input first[x]. Row `y` vertically; `in` begins at input row first[y], rows being `pitch` floats long. */
void adain_scale_horizontally (const AdainScaling *scaling, const float *in, int x, int n, float *out);
void adain_scale_vertically (const AdainScaling *scaling, const float *in, int y, gsize pitch, float *out);

G_END_DECLS
