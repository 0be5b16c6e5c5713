/* A style: the channel-wise mean and deviation of its features.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "model.h"
#include "moments.h"

G_BEGIN_DECLS

/* Added to variances before the square root, as in the paper's code. */
#define ADAIN_EPSILON 1e-5

struct _AdainStyle
{
  AdainModel *model; /* that it was encoded with */
  int         channels;
  double      mean_and_deviation[]; /* channels means, then channels deviations */
};

/* The network's affine for each channel: AdaIN to the weighted styles, blended with the content by
 * `strength`. The weights add up to 1; content moments are those of the features. */
void adain_blend (const AdainMoments *content, AdainStyle *const *styles, const double *weights, int n_styles,
                  double strength, int channels, float *scale, float *shift);

G_END_DECLS
