/* The gallery's window: every tile is the user's own picture, painted in one of the styles.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <gtk/gtk.h>

#include "engine/adain.h"

G_BEGIN_DECLS

#define ADAIN_TYPE_GALLERY_WINDOW (adain_gallery_window_get_type ())
G_DECLARE_FINAL_TYPE (AdainGalleryWindow, adain_gallery_window, ADAIN, GALLERY_WINDOW, GtkDialog)

/* Signals: "chosen" (the style's name, const char *): it is to be added; "wanted": other tiles are to be
 * painted, or in another order. */

GtkWidget *adain_gallery_window_new (GtkWindow *parent, const AdainGallery *gallery);

/* The names of the styles that have no tile yet, those that are seen first. Free with g_ptr_array_unref(). */
GPtrArray *adain_gallery_window_wanted (AdainGalleryWindow *window);

void adain_gallery_window_set_tile (AdainGalleryWindow *window, const char *name, cairo_surface_t *surface);

/* The tiles show what the settings were; they stay until there are others. */
void adain_gallery_window_outdate (AdainGalleryWindow *window);

G_END_DECLS
