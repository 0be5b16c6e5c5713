/* The list of styles with the buttons that fill it.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <gtk/gtk.h>

#include "ui/styles/set.h"

G_BEGIN_DECLS

#define ADAIN_TYPE_STYLE_LIST (adain_style_list_get_type ())
G_DECLARE_FINAL_TYPE (AdainStyleList, adain_style_list, ADAIN, STYLE_LIST, GtkBox)

/* @drawables are those that the filter works on; they are not offered as styles. */
GtkWidget *adain_style_list_new (AdainStyleSet *set, GKeyFile *state, GimpImage *image,
                                 GimpDrawable **drawables);

/* Takes files that are dropped on @widget, too. */
void adain_style_list_accept_drops (AdainStyleList *list, GtkWidget *widget);

/* Whether styles can be learned now; at first they can. */
void adain_style_list_set_may_learn (AdainStyleList *list, gboolean may_learn);

/* Signals: "gallery": its button was pressed; "keep" (a style's index, int): it is to be added to the user's
 * gallery; "learn" (the same): it is to be learned. */

G_END_DECLS
