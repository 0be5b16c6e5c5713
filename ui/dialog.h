/* The dialog of an interactive run.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "plugin/filter/job.h"

G_BEGIN_DECLS

/* Shows the dialog and, when OK is pressed, computes the job in it. TRUE: *@job is ready to be
 * committed. FALSE without an error: the user closed the dialog. What goes wrong meanwhile is shown
 * in the dialog, which stays open. */
gboolean adain_dialog_run (GimpProcedure *procedure, GimpProcedureConfig *config, GimpImage *image,
                           GimpDrawable **drawables, AdainJob **job, GError **error);

G_END_DECLS
