/* The gradient of a loss with respect to the weights of a convolution: for each pair of channels and each tap, the
 * sum over all pixels of the product of what went in there and of the gradient with respect to what came out.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Of `width` x `height` pixels. Strides and pitches are in floats. */
typedef struct
{
  int   in, out;               /* channels */
  int   in_stride, out_stride; /* from one pixel to the next, at least the channels */
  gsize in_pitch, out_pitch;   /* from one row to the next */
  int   width, height;
} AdainProducts;

/* `input` is the first pixel of the border of one pixel around the convolution's input, `gradient` the first pixel of
 * the gradient with respect to its output. Sets the out * in * 9 weights, [out][in][3][3], and after them the `out`
 * biases. The order of the sums depends on the size alone. FALSE without memory. */
gboolean adain_products_sum (const AdainProducts *products, const float *input, const float *gradient,
                             float *weights);

G_END_DECLS
