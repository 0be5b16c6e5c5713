/* From the features of a tile to its pixels, by all decoders that have a share in it.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "mixture.h"

G_BEGIN_DECLS

typedef struct
{
  const AdainMixture  *mixture;
  AdainRect            rect;     /* cells of the picture */
  const AdainFeatures *features; /* of these, and of as many around them as the decoder has to see */
  int                  x, y;     /* the cell of the picture that is the first one of the features */
} AdainTile;

/* Decodes the tile, mapped by `transform`, which is the mixture's or its plain one, into `rgb`: rows of rect.width * 8
 * pixels of 3 floats, not clipped. Where several decoders have a share in a pixel it is the sum of what each makes of
 * it, times its share there: that in the cells, linear between their centers. `scratch` has room for as much as `rgb`;
 * NULL if the mixture has one decoder. */
gboolean adain_tile_decode (const AdainTile *tile, int worker, const AdainTransform *transform, float *rgb,
                            float *scratch, GCancellable *cancellable, GError **error);

G_END_DECLS
