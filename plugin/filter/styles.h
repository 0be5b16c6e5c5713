/* Style pictures: from files, by GIMP's own loaders, and from layers.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "plugin/filter/drawables.h"
#include "plugin/paint/gallery.h"

G_BEGIN_DECLS

/**
 * AdainStyleInput:
 * @pixels: (nullable): the style's picture
 * @entry: where there is none, which style of the gallery it is
 */
typedef struct
{
  AdainPixels *pixels;
  int          entry;
} AdainStyleInput;

/* Takes over @pixels. */
AdainStyleInput *adain_style_input_new (AdainPixels *pixels, int entry);
void             adain_style_input_free (AdainStyleInput *input);

/* The style as seen in the color space of @format, its picture with its colors moved to @palette (nullable).
 * @collection is the one that the entry is of. Any thread. */
AdainStyle *adain_style_input_encode (const AdainStyleInput *input, const AdainCollection *collection,
                                      AdainEngine *engine, const Babl *format, const AdainPalette *palette,
                                      GCancellable *cancellable, GError **error);

/* Opens a file as an image, which the caller deletes, and finds the layer of it that is the style, or NULL: all
 * visible ones merged; of pages and frames the first. */
GimpImage *adain_style_open (GFile *file, GimpLayer **layer);

/* The pixels of that layer. `name` is a path or a URI. */
AdainPixels *adain_style_load_pixels (const char *name, GError **error);

AdainPixels *adain_style_layer_pixels (GimpDrawable *drawable, GError **error);

G_END_DECLS
