/* Where styles come from: files by name, dropped or pasted ones, pasted pictures, recent styles.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <gtk/gtk.h>

#include "ui/styles/set.h"

G_BEGIN_DECLS

/* Adds the file @uri, a URI or a path, and remembers it as recent in @state. */
void adain_style_sources_add (AdainStyleSet *set, GKeyFile *state, const char *uri);

/* Lets the user choose files. */
void adain_style_sources_choose (AdainStyleSet *set, GKeyFile *state, GtkWindow *parent);

/* Adds what the clipboard holds: files, their addresses, or a picture. */
void adain_style_sources_paste (AdainStyleSet *set, GKeyFile *state, GtkWidget *widget);

/* Adds files that are dropped: @uris as in a selection, or @text with one address on each line.
 * Returns how many there were. */
int adain_style_sources_add_uris (AdainStyleSet *set, GKeyFile *state, char **uris);
int adain_style_sources_add_text (AdainStyleSet *set, GKeyFile *state, const char *text);

G_END_DECLS
