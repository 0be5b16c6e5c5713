/* Runs a job in a thread, with its progress and a Stop button in a bar; or shows how a style is learned.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <gtk/gtk.h>

#include "plugin/filter/job.h"

G_BEGIN_DECLS

#define ADAIN_TYPE_RUN_BAR (adain_run_bar_get_type ())
G_DECLARE_FINAL_TYPE (AdainRunBar, adain_run_bar, ADAIN, RUN_BAR, GtkBox)

GtkWidget *adain_run_bar_new (void);

/* Shows the bar, and is busy from then on, while the job is being prepared on the main thread. */
void adain_run_bar_prepare (AdainRunBar *bar);

/* Hides it again. */
void adain_run_bar_abandon (AdainRunBar *bar);

/* After adain_run_bar_prepare(). Returns when the job is done, has failed, or was stopped
 * (G_IO_ERROR_CANCELLED); until then the main loop runs. */
gboolean adain_run_bar_run (AdainRunBar *bar, AdainJob *job, GError **error);

/* For a style that is learned while the dialog goes on: shows the bar, which is busy until adain_run_bar_abandon().
 * What learns calls adain_run_bar_report(), an #AdainProgress, with the bar, and heeds @enough and @cancellable, which
 * belong to the bar. */
void adain_run_bar_begin_learning (AdainRunBar *bar, GCancellable **enough, GCancellable **cancellable);
void adain_run_bar_report (double fraction, AdainProgressUnit unit, int done, int all, gpointer bar);

gboolean adain_run_bar_is_busy (AdainRunBar *bar);

/* Stops what is going on, and gives up what came of it. (The bar's own Stop button keeps what was learned, or
 * refined.) */
void adain_run_bar_cancel (AdainRunBar *bar);

G_END_DECLS
