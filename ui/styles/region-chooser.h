/* Choosing the channel, mask or layer of the image that says where a style is, or where the picture stays.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <gtk/gtk.h>
#include <libgimp/gimp.h>

G_BEGIN_DECLS

/* @drawable is what was chosen, or NULL. */
typedef void (*AdainRegionChosen) (GimpDrawable *drawable, gpointer user_data);

/* A box with @none for nothing and all that the image has, @active (nullable) being chosen; NULL if the image has
 * nothing but one layer. */
GtkWidget *adain_region_chooser_new (GimpImage *image, GimpDrawable *active, const char *none,
                                     AdainRegionChosen chosen, gpointer user_data);

/* A row for the setting "protect"; NULL if there is nothing to choose. */
GtkWidget *adain_protect_new (GimpProcedureConfig *config, GimpImage *image, GtkSizeGroup *labels);

G_END_DECLS
