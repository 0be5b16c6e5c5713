/* Style pictures: from files, by GIMP's own loaders, and from layers.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "plugin/filter/drawables.h"

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

/* The pixels of a picture, all its visible layers merged. `name` is a path or a URI. */
AdainPixels *adain_style_load_pixels (const char *name, GError **error);

AdainPixels *adain_style_layer_pixels (GimpDrawable *drawable, GError **error);

G_END_DECLS
