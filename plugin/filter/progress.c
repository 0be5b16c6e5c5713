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
  gboolean   learning;
  int        step, steps; /* of the refinement or of learning; 0 where there is none */
  gboolean   done;
  GError    *error;
  int        shown; /* the step; the main thread's */
} Run;

static void
report (double fraction, AdainProgressUnit unit, int done, int all, gpointer user_data)
{
  Run *run = user_data;

  g_mutex_lock (&run->mutex);
  run->fraction = fraction;
  run->learning = unit == ADAIN_PROGRESS_LESSONS;
  run->step = unit == ADAIN_PROGRESS_TILES ? 0 : MIN (done + 1, all);
  run->steps = all;
  g_mutex_unlock (&run->mutex);
}

/* Which step is under way, if one is and that is new. */
static void
show_step (Run *run, gboolean learning, int step, int steps)
{
  const char *format = learning ? _ ("Learning, step %d of about %d") : _ ("Refining, step %d of %d");

  g_autofree char *text = NULL;

  if (step == run->shown)
    return;
  run->shown = step;
  text = step > 0 ? g_strdup_printf (format, step, steps) : g_strdup (_ ("Painting"));
  gimp_progress_set_text (text);
}

static gboolean
show (gpointer user_data)
{
  Run   *run = user_data;
  double fraction;
  int    learning, step, steps;

  g_mutex_lock (&run->mutex);
  fraction = run->fraction;
  learning = run->learning;
  step = run->step;
  steps = run->steps;
  g_mutex_unlock (&run->mutex);

  gimp_progress_update (fraction);
  show_step (run, learning, step, steps);
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

  run->done = adain_job_run (run->job, report, run, NULL, NULL, &run->error);
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
