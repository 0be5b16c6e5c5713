/* Runs a job in a thread, with its progress and a Stop button in a bar.
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

/* Ends that, where nothing came of it. */
void adain_run_bar_abandon (AdainRunBar *bar);

/* After adain_run_bar_prepare(). Returns when the job is done, has failed, or was stopped
 * (G_IO_ERROR_CANCELLED); until then the main loop runs. */
gboolean adain_run_bar_run (AdainRunBar *bar, AdainJob *job, GError **error);

gboolean adain_run_bar_is_busy (AdainRunBar *bar);

/* Stops the job, and gives up what it has made. (The bar's own Stop button keeps that of a refinement.) */
void adain_run_bar_cancel (AdainRunBar *bar);

G_END_DECLS
