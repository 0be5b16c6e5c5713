/* Results into the image, as new layers.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <libgimp/gimp.h>

#include "plugin/paint/pixels.h"

G_BEGIN_DECLS

/**
 * adain_layer_new:
 * @drawable: the layer that was painted
 * @place: where in the image it was, and how large, when it was read
 * @bounds: the part of it that @result covers
 * @result: the painted pixels
 *
 * Makes a layer of the type of @drawable, which is not in the image yet.
 */
GimpLayer *adain_layer_new (GimpDrawable *drawable, const GeglRectangle *place, const GeglRectangle *bounds,
                            const AdainResult *result, GError **error);

/* Adds that layer directly above @drawable. The mask of @drawable and the selection become its mask. */
gboolean adain_layer_insert (GimpLayer *layer, GimpDrawable *drawable, const GeglRectangle *bounds,
                             const AdainResult *result, GError **error);

G_END_DECLS
