/* Results into the image, as new layers.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "pixels.h"

G_BEGIN_DECLS

/**
 * adain_layer_insert:
 * @drawable: the layer that was painted
 * @bounds: the part of it that @result covers
 * @result: the painted pixels
 *
 * Adds a layer with the size, type and place of @drawable directly above it. The mask of
 * @drawable and the selection become its mask.
 */
GimpLayer *adain_layer_insert (GimpDrawable *drawable, const GeglRectangle *bounds,
                               const AdainResult *result, GError **error);

G_END_DECLS
