/* Running the pieces of a picture on threads, and telling how far they are.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "pool.h"

#include <glib/gi18n-lib.h>

static void
report_steadily (double fraction, int tile, int tiles, gpointer user_data)
{
  AdainSteadyProgress *steady = user_data;

  steady->reached = MAX (steady->reached, fraction);
  steady->callback (steady->reached, tile, tiles, steady->data);
}

AdainReport
adain_report (AdainSteadyProgress *steady, AdainProgress callback, gpointer data, GCancellable *cancellable)
{
  *steady = (AdainSteadyProgress) { callback, data, 0 };
  return (AdainReport) { callback ? report_steadily : NULL, steady, 0, 1, cancellable };
}

typedef struct
{
  int                tiles;
  AdainPoolFunc      func;
  gpointer           user_data;
  const AdainReport *report;
  GMutex             lock;
  int                next, done;
  GError            *error;
} Run;

typedef struct
{
  Run *run;
  int  worker;
} Share;

static gpointer
work (gpointer data)
{
  Share *share = data;
  Run   *run = share->run;

  g_mutex_lock (&run->lock);
  while (!run->error && run->next < run->tiles)
    {
      int     tile = run->next++;
      GError *error = NULL;

      g_mutex_unlock (&run->lock);
      if (!g_cancellable_set_error_if_cancelled (run->report->cancellable, &error)
          && !run->func (share->worker, tile, run->user_data, &error) && !error)
        g_set_error_literal (&error, ADAIN_ERROR, ADAIN_ERROR_DEVICE, _ ("A part of the picture failed"));
      g_mutex_lock (&run->lock);
      run->done++;
      if (error && !run->error)
        run->error = error;
      else if (error)
        g_error_free (error);
      else if (run->report->callback && !run->error)
        run->report->callback (run->report->start
                                   + (run->report->end - run->report->start) * run->done / run->tiles,
                               run->done, run->tiles, run->report->data);
    }
  g_mutex_unlock (&run->lock);
  return NULL;
}

gboolean
adain_pool_run (int tiles, int workers, AdainPoolFunc func, gpointer user_data, const AdainReport *report,
                GError **error)
{
  Run                  run = { .tiles = tiles, .func = func, .user_data = user_data, .report = report };
  g_autofree Share    *shares = NULL;
  g_autofree GThread **threads = NULL;

  workers = MIN (workers, tiles);
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
