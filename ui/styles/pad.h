/* The style pad: a line, triangle or square with the styles at its corners and a handle to drag.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <gtk/gtk.h>

#include "ui/styles/set.h"

G_BEGIN_DECLS

#define ADAIN_TYPE_STYLE_PAD (adain_style_pad_get_type ())
G_DECLARE_FINAL_TYPE (AdainStylePad, adain_style_pad, ADAIN, STYLE_PAD, GtkDrawingArea)

GtkWidget *adain_style_pad_new (AdainStyleSet *set);

G_END_DECLS
