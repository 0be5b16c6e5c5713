/* The controls for everything but the styles, each bound to its setting.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <gtk/gtk.h>
#include <libgimp/gimp.h>

G_BEGIN_DECLS

/* Strength, colors, stroke size. All labels join @labels, so that they align. */
GtkWidget *adain_controls_new (GimpProcedureConfig *config, GtkSizeGroup *labels);

/* Working size, device, model and more. */
GtkWidget *adain_controls_new_advanced (GimpProcedureConfig *config, GtkSizeGroup *labels);

/* Whether the result is a filter on the layer. */
GtkWidget *adain_controls_new_as_filter (GimpProcedureConfig *config);

/* From now on the control can be used only while the model paints in styles. */
void adain_controls_only_for_styles (GtkWidget *control, GimpProcedureConfig *config);

G_END_DECLS
