/* Running a number of tasks on several threads.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "pool.h"

#include <glib/gi18n-lib.h>

typedef struct
{
  int                tasks;
  AdainTaskFunc      func;
  gpointer           user_data;
  const AdainReport *report;
  GMutex             lock;
  int                next, done;
  GError            *error; /* of the task that failed first */
} Run;

typedef struct
{
  Run *run;
  int  worker;
} Share;

static void
report_done (const Run *run)
{
  const AdainReport *report = run->report;

  if (report->callback)
    report->callback (report->start + (report->end - report->start) * run->done / run->tasks,
                      ADAIN_PROGRESS_TILES, run->done, run->tasks, report->data);
}

static gpointer
work (gpointer data)
{
  Share *share = data;
  Run   *run = share->run;

  g_mutex_lock (&run->lock);
  while (!run->error && run->next < run->tasks)
    {
      int     task = run->next++;
      GError *error = NULL;

      g_mutex_unlock (&run->lock);
      if (!g_cancellable_set_error_if_cancelled (run->report->cancellable, &error)
          && !run->func (share->worker, task, run->user_data, &error) && !error)
        g_set_error_literal (&error, ADAIN_ERROR, ADAIN_ERROR_DEVICE, _ ("A part of the picture failed"));
      g_mutex_lock (&run->lock);
      run->done++;
      if (!run->error)
        run->error = g_steal_pointer (&error);
      if (!run->error)
        report_done (run);
      g_clear_error (&error);
    }
  g_mutex_unlock (&run->lock);
  return NULL;
}

gboolean
adain_pool_run (int tasks, int workers, AdainTaskFunc func, gpointer user_data, const AdainReport *report,
                GError **error)
{
  Run                  run = { .tasks = tasks, .func = func, .user_data = user_data, .report = report };
  g_autofree Share    *shares = NULL;
  g_autofree GThread **threads = NULL;

  workers = MIN (workers, tasks);
  shares = g_new (Share, workers);
  threads = g_new0 (GThread *, workers);
  g_mutex_init (&run.lock);
  for (int i = 0; i < workers; i++)
    shares[i] = (Share) { &run, i };
  for (int i = 1; i < workers; i++)
    threads[i] = g_thread_try_new ("adain", work, &shares[i], NULL);
  work (&shares[0]);
  for (int i = 1; i < workers; i++)
    if (threads[i])
      g_thread_join (threads[i]);
  g_mutex_clear (&run.lock);
  if (!run.error)
    return TRUE;
  g_propagate_error (error, run.error);
  return FALSE;
}
