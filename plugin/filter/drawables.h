/* Copies of drawables, as pictures for the engine. Once made they need no libgimp.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <libgimp/gimp.h>

#include "plugin/paint/pixels.h"

G_BEGIN_DECLS

/* Copies @bounds of a drawable as the user sees it: with its mask and non-destructive filters. */
AdainPixels *adain_pixels_copy (GimpDrawable *drawable, const GeglRectangle *bounds, GError **error);
/* As above, with the selection. */
AdainPixels *adain_pixels_copy_selected (GimpDrawable *drawable, const GeglRectangle *bounds, GError **error);

G_END_DECLS
