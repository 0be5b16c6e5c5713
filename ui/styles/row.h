/* One style in the list: a handle to drag, thumbnail, name, weight, and a button to remove it.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <gtk/gtk.h>

#include "ui/styles/set.h"

G_BEGIN_DECLS

#define ADAIN_TYPE_STYLE_ROW (adain_style_row_get_type ())
G_DECLARE_FINAL_TYPE (AdainStyleRow, adain_style_row, ADAIN, STYLE_ROW, GtkListBoxRow)

/* What a dragged row is called; the data is its index. */
#define ADAIN_STYLE_ROW_TARGET "application/x-adain-style-row"

GtkWidget *adain_style_row_new (AdainStyleSet *set, int index);

/* Shows the style as it is now. */
void adain_style_row_sync (AdainStyleRow *row);

/* Shows the weight that the set has now. */
void adain_style_row_sync_weight (AdainStyleRow *row);

/* Shows the picture that the set has now. */
void adain_style_row_sync_picture (AdainStyleRow *row);

/* Whether styles can be learned now; at first they can. */
void adain_style_row_set_may_learn (AdainStyleRow *row, gboolean may_learn);

int adain_style_row_get_index (AdainStyleRow *row);
int adain_style_row_get_id (AdainStyleRow *row);

/* Signals: "keep" (its style is to be added to the user's gallery), "learn" (it is to be learned), "excerpt" (what is
 * used of its picture is to be chosen). */

G_END_DECLS
