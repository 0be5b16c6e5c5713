/* Running a job in a thread; and without a window, with its progress shown by GIMP.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "plugin/filter/job.h"

G_BEGIN_DECLS

gboolean adain_progress_run (AdainJob *job, GError **error);

/* Runs adain_job_run() in a thread, and the main loop until that is done. */
gboolean adain_progress_run_in_thread (AdainJob *job, AdainProgress progress, gpointer progress_data,
                                       GCancellable *enough, GCancellable *cancellable, GError **error);

G_END_DECLS
