/* The gallery's window: every tile is the user's own picture, painted in one of the styles.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <gtk/gtk.h>

#include "plugin/paint/gallery.h"

G_BEGIN_DECLS

#define ADAIN_TYPE_GALLERY_WINDOW (adain_gallery_window_get_type ())
G_DECLARE_FINAL_TYPE (AdainGalleryWindow, adain_gallery_window, ADAIN, GALLERY_WINDOW, GtkDialog)

/* Signals: "chosen" (the style's name, const char *): it is to be added; "wanted": other tiles are to be
 * painted, or in another order; "forget" (the style's name): the user wants to have it deleted. */

GtkWidget *adain_gallery_window_new (GtkWindow *parent, const AdainCollection *collection);

/* A tile for the style @index of @collection, which is new there; and one away. */
void adain_gallery_window_insert (AdainGalleryWindow *window, const AdainCollection *collection, int index);
void adain_gallery_window_remove (AdainGalleryWindow *window, const char *name);

/* Says what went wrong, or nothing more (NULL). */
void adain_gallery_window_show_problem (AdainGalleryWindow *window, const char *problem);

/* The names of the styles that have no tile yet, those that are seen first. Free with g_ptr_array_unref(). */
GPtrArray *adain_gallery_window_wanted (AdainGalleryWindow *window);

void adain_gallery_window_set_tile (AdainGalleryWindow *window, const char *name, cairo_surface_t *surface);

/* The tiles show what the settings were; they stay until there are others. */
void adain_gallery_window_outdate (AdainGalleryWindow *window);

G_END_DECLS
