/* Drawables as pictures for the engine, by way of local buffers that any thread may read.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <libgimp/gimp.h>

#include "engine/adain.h"

G_BEGIN_DECLS

/**
 * AdainPixels:
 * @buffer: the pixels, from (0, 0), in the drawable's own format
 * @coverage: (nullable): how much each pixel counts, from the selection and the layer's mask
 *
 * A local copy of a part of a drawable. Once made it needs no libgimp.
 */
typedef struct
{
  GeglBuffer *buffer;
  GeglBuffer *coverage;
} AdainPixels;

/* Copies @bounds of a drawable as the user sees it, non-destructive filters included. */
AdainPixels *adain_pixels_copy          (GimpDrawable *drawable, const GeglRectangle *bounds,
                                         GError **error);
/* As above, with the selection and the layer's mask as coverage. */
AdainPixels *adain_pixels_copy_selected (GimpDrawable *drawable, const GeglRectangle *bounds,
                                         GError **error);
void         adain_pixels_free          (AdainPixels *pixels);

/* What the engine reads from and writes to; valid as long as @pixels and @buffer are. */
AdainSource  adain_pixels_source        (AdainPixels *pixels);
AdainSink    adain_pixels_sink          (GeglBuffer *buffer);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (AdainPixels, adain_pixels_free)

G_END_DECLS
