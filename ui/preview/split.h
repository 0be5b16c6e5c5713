/* The line that splits the preview: the result on its left, the untouched picture on its right, as in GIMP's own
 * filters. It is dragged, or moved by arrow keys.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

#define ADAIN_TYPE_SPLIT (adain_split_get_type ())
G_DECLARE_FINAL_TYPE (AdainSplit, adain_split, ADAIN, SPLIT, GtkDrawingArea)

/* Pixels around the line that can be taken hold of: as wide as the widget is to be. */
#define ADAIN_SPLIT_WIDTH 24

/* Signal "moved". */

GtkWidget *adain_split_new (void);

/* The picture is seen from @left on, @width pixels wide; the line stays at the same share of that. */
void adain_split_set_span (AdainSplit *split, int left, int width);

/* Where the line is, in the same pixels. */
int adain_split_get_line (AdainSplit *split);

G_END_DECLS
