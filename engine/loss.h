/* What refining and learning minimise: how far the features of a picture are from those of a style, at all levels,
 * and from those of the content.
 *
 * Gatys, Ecker and Bethge, "Image style transfer using convolutional neural networks", CVPR 2016, with the means
 * and deviations of features in place of their Gram matrices (Li et al., "Demystifying neural style transfer",
 * IJCAI 2017), on the model's own encoder.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "levels.h"

G_BEGIN_DECLS

typedef struct
{
  const AdainLevels *wanted, *own;
  double             content_scale, style_scale[ADAIN_LEVELS];
  double             weight; /* of all cells */
} AdainLoss;

/* Sets the scales: `style` is the weight of each level of the style, relative to its size (`sizes`: of the means and
 * deviations, squared and added up); the content's, relative to the wanted variance, is 1. */
void adain_loss_init (AdainLoss *loss, const AdainLevels *wanted, const AdainLevels *own, double style,
                      const double sizes[ADAIN_LEVELS]);

/* The squares of all means and deviations of a level, added up. */
double adain_loss_size (const AdainLevels *levels, int level);

/* Adds the gradient of the loss with respect to `width` pixels of a level, `stride` floats apart. `weights` are
 * those of the pixels (NULL: 1); `features` (nullable) the features that they are to have, without gaps; `scratch`
 * has two floats for each channel. `across`: pixels of the level along a cell. */
void adain_loss_add (const AdainLoss *loss, int level, int across, const float *weights,
                     const float *features, const float *activations, float *gradient, int width, int stride,
                     float *scratch);

/* The gradient of the mean square of the differences between neighbours, at channel `i` of pixel (x, y) of
 * width x height pixels of 3 floats. */
float adain_variation (const float *pixels, gsize i, int x, int y, int width, int height);

G_END_DECLS
