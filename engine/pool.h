/* Running a number of tasks on several threads.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "report.h"

G_BEGIN_DECLS

/* Does one task, 0 to tasks - 1. Each thread passes a `worker` of its own, 0 to workers - 1. */
typedef gboolean (*AdainTaskFunc) (int worker, int task, gpointer user_data, GError **error);

/* Calls `func` for each of `tasks` tasks on up to `workers` threads, this one included; threads that cannot
 * be started are done without. The first FALSE, or cancelling, stops all; its error is passed on, or one is
 * made if it has set none. */
gboolean adain_pool_run (int tasks, int workers, AdainTaskFunc func, gpointer user_data,
                         const AdainReport *report, GError **error);

G_END_DECLS
