/* Undo and redo in the dialog: of the settings, the styles among them.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <gtk/gtk.h>
#include <libgimp/gimp.h>

G_BEGIN_DECLS

#define ADAIN_TYPE_HISTORY (adain_history_get_type ())
G_DECLARE_FINAL_TYPE (AdainHistory, adain_history, ADAIN, HISTORY, GObject)

/* Follows the changes of @config from now on. Those of one slider that follow each other quickly are one step. */
AdainHistory *adain_history_new (GimpProcedureConfig *config);

/* Nothing happens where there is nothing to be undone or redone. */
void adain_history_undo (AdainHistory *history);
void adain_history_redo (AdainHistory *history);

/* Two buttons for them. */
GtkWidget *adain_history_buttons_new (AdainHistory *history);

G_END_DECLS
