/* Where a point on the style pad lies between the styles: positions to weights and back.
 *
 * Two styles lie on a line, three in a triangle, four in a square; coordinates run from 0 to 1.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define ADAIN_BLEND_MIN 2
#define ADAIN_BLEND_MAX 4

typedef struct
{
  double x, y;
} AdainPoint;

/* The corner of style @i of @n. */
AdainPoint adain_blend_corner (int n, int i);

/* The weights, of sum 1, at @point; a point outside the shape counts as the nearest one in it,
 * and that point is returned. */
AdainPoint adain_blend_weights (int n, AdainPoint point, double *weights);

/* The point for @weights, which need not have the sum 1. adain_blend_weights() inverts it for two
 * and three styles; four weights have one degree of freedom more than a square. */
AdainPoint adain_blend_position (int n, const double *weights);

G_END_DECLS
