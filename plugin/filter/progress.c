/* Running a job without a window: in a thread, with its progress shown by GIMP.
 *
 * The engine reports from its own threads and libgimp belongs to the main thread alone, so the
 * main thread looks at the last report a few times a second.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <glib/gi18n-lib.h>

#include "plugin/filter/progress.h"

#define INTERVAL_MS 100

typedef struct
{
  AdainJob  *job;
  GMainLoop *loop;
  GMutex     mutex;
  double     fraction;
  gboolean   done;
  GError    *error;
} Run;

static void
report (double fraction, int tile, int tiles, gpointer user_data)
{
  Run *run = user_data;

  g_mutex_lock (&run->mutex);
  run->fraction = fraction;
  g_mutex_unlock (&run->mutex);
}

static gboolean
show (gpointer user_data)
{
  Run   *run = user_data;
  double fraction;

  g_mutex_lock (&run->mutex);
  fraction = run->fraction;
  g_mutex_unlock (&run->mutex);

  gimp_progress_update (fraction);
  return G_SOURCE_CONTINUE;
}

static gboolean
quit (gpointer user_data)
{
  g_main_loop_quit (user_data);
  return G_SOURCE_REMOVE;
}

static gpointer
work (gpointer user_data)
{
  Run *run = user_data;

  run->done = adain_job_run (run->job, report, run, NULL, &run->error);
  g_idle_add (quit, run->loop);
  return NULL;
}

gboolean
adain_progress_run (AdainJob *job, GError **error)
{
  Run      run = { .job = job, .loop = g_main_loop_new (NULL, FALSE) };
  GThread *thread;
  guint    timer;

  g_mutex_init (&run.mutex);
  gimp_progress_init (_ ("Painting"));
  timer = g_timeout_add (INTERVAL_MS, show, &run);
  thread = g_thread_new ("adain-job", work, &run);
  g_main_loop_run (run.loop);
  g_thread_join (thread);
  g_source_remove (timer);
  gimp_progress_end ();

  g_mutex_clear (&run.mutex);
  g_main_loop_unref (run.loop);
  if (!run.done)
    g_propagate_error (error, run.error);
  return run.done;
}
