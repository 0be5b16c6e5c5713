/* Reads a style's picture, reduced to what a preview can use of it.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <gdk-pixbuf/gdk-pixbuf.h>
#include <libgimp/gimp.h>

#include "plugin/paint/excerpt.h"

G_BEGIN_DECLS

/* What @excerpt takes of a picture, in a thread, by GdkPixbuf, if that sees what GIMP does. @name is a path or
 * URI; a file that is not there gives G_IO_ERROR_NOT_FOUND. */
void adain_style_picture_load_async (const char *name, const AdainExcerpt *excerpt, GCancellable *cancellable,
                                     GAsyncReadyCallback callback, gpointer user_data);
GdkPixbuf *adain_style_picture_load_finish (GAsyncResult *result, GError **error);

/* On the main thread, by GIMP's own loaders, for all other files. */
GdkPixbuf *adain_style_picture_load_by_gimp (const char *name, const AdainExcerpt *excerpt, GError **error);

GdkPixbuf *adain_style_picture_from_drawable (GimpDrawable *drawable, const AdainExcerpt *excerpt);

/* What @excerpt takes of a picture that is read already, and whether the file may have more of it. */
GdkPixbuf *adain_style_picture_take (GdkPixbuf *picture, const AdainExcerpt *excerpt);
gboolean   adain_style_picture_is_coarse (GdkPixbuf *picture, const AdainExcerpt *excerpt);

/* A square thumbnail with the picture's middle. */
GdkPixbuf *adain_style_picture_thumbnail (GdkPixbuf *picture, int side);

G_END_DECLS
