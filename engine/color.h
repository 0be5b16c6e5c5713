/* The last step for each pixel: clipping and the color mode.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "adain.h"

G_BEGIN_DECLS

/* Lightness as Rec. 709 luma of R'G'B'. */
static inline float
adain_luma (const float *rgb)
{
  return 0.2126f * rgb[0] + 0.7152f * rgb[1] + 0.0722f * rgb[2];
}

/* `n` pixels of `styled` (3 floats) and of the picture `rgba`, unclipped, to `out` (4 floats, alpha of `rgba`,
 * and possibly the same memory). Of what the picture has beyond [0, 1], `share` is kept. `cover` (NULL: 1)
 * says how much of each pixel is painted. */
void adain_color_finish (AdainColor mode, float share, const float *styled, const float *rgba,
                         const float *cover, float *out, int n);

G_END_DECLS
