/* Reads a style's picture, reduced to what a preview can use of it.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <gdk-pixbuf/gdk-pixbuf.h>
#include <libgimp/gimp.h>

G_BEGIN_DECLS

/* In a thread, by GdkPixbuf. @name is a path or URI; a file that is not there gives
 * G_IO_ERROR_NOT_FOUND. */
void       adain_style_picture_load_async (const char *name, GCancellable *cancellable,
                                           GAsyncReadyCallback callback, gpointer user_data);
GdkPixbuf *adain_style_picture_load_finish (GAsyncResult *result, GError **error);

/* On the main thread, by GIMP's own loaders, for formats that GdkPixbuf does not know. */
GdkPixbuf *adain_style_picture_load_by_gimp (const char *name, GError **error);

GdkPixbuf *adain_style_picture_from_drawable (GimpDrawable *drawable);

/* A square thumbnail with the picture's middle. */
GdkPixbuf *adain_style_picture_thumbnail (GdkPixbuf *picture, int side);

G_END_DECLS
