/* Named presets: a row to choose, save and delete them.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <gtk/gtk.h>
#include <libgimp/gimp.h>

G_BEGIN_DECLS

#define ADAIN_TYPE_PRESETS (adain_presets_get_type ())
G_DECLARE_FINAL_TYPE (AdainPresets, adain_presets, ADAIN, PRESETS, GtkBox)

GtkWidget *adain_presets_new (GimpProcedureConfig *config);

G_END_DECLS
