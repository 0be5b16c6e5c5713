/* Style pictures from files, by GEGL's loaders, and GdkPixbuf's for JPEG.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "plugin/paint/pixels.h"

G_BEGIN_DECLS

/* Tells apart what loaders do not: each kind of unusable file gets its own message, with @name in it. */
gboolean adain_style_file_check (GFile *file, const char *name, GError **error);

/* Loads a picture in its own format and color space. `name` is a path or a URI. */
AdainPixels *adain_style_file_load_pixels (const char *name, GError **error);

G_END_DECLS
