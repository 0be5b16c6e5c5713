/* Moving a picture's colors to another palette.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "adain.h"

G_BEGIN_DECLS

/* rgb' = matrix * rgb + offset */
typedef struct
{
  double matrix[3][3];
  double offset[3];
} AdainColorMap;

/* The linear map that gives a picture of palette `from` the mean and covariance of `to`. Of the many
 * such maps it is the one that changes colors least: the Monge-Kantorovich map (Pitié and Kokaram,
 * "The linear Monge-Kantorovitch linear color mapping", 2007), which is transport.h's. A palette that is
 * not finite moves nothing. */
void adain_color_map_init (AdainColorMap *map, const AdainPalette *from, const AdainPalette *to);

/* In place; the results are clipped to [0, 1]. */
void adain_color_map_apply (const AdainColorMap *map, float *rgba, gsize n);

G_END_DECLS
