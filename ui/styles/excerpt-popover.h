/* Choosing what of a style's picture is used: a part of it, and how it is turned.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <gtk/gtk.h>

#include "ui/styles/set.h"

G_BEGIN_DECLS

#define ADAIN_TYPE_EXCERPT_POPOVER (adain_excerpt_popover_get_type ())
G_DECLARE_FINAL_TYPE (AdainExcerptPopover, adain_excerpt_popover, ADAIN, EXCERPT_POPOVER, GtkPopover)

/* For the styles of @set, which must outlive it. */
GtkWidget *adain_excerpt_popover_new (AdainStyleSet *set, GtkWidget *relative_to);

/* Opens it for the style with this id, which has a picture. */
void adain_excerpt_popover_open (AdainExcerptPopover *popover, int id);

/* The id of the style that it was opened for last; -1: none. */
int adain_excerpt_popover_get_id (AdainExcerptPopover *popover);

G_END_DECLS
