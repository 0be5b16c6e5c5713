/* How large windows are at first.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

/* At least @width by @height, and in the same shape larger where the screen has room for more. */
void adain_window_set_size (GtkWindow *window, int width, int height);

G_END_DECLS
