/* Running a job in a thread; and without a window, with its progress shown by GIMP.
 *
 * The engine reports from its own threads and libgimp belongs to the main thread alone, so the
 * main thread looks at the last report a few times a second.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <glib/gi18n-lib.h>

#include "plugin/filter/progress.h"

#define INTERVAL_MS 100

/* A job that a thread runs. */
typedef struct
{
  AdainJob     *job;
  AdainProgress progress;
  gpointer      progress_data;
  GCancellable *enough, *cancellable;
  GMainLoop    *loop;
  gboolean      done;
  GError       *error;
} Run;

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

  run->done = adain_job_run (run->job, run->progress, run->progress_data, run->enough, run->cancellable,
                             &run->error);
  g_idle_add_full (G_PRIORITY_DEFAULT, quit, run->loop, NULL);
  return NULL;
}

gboolean
adain_progress_run_in_thread (AdainJob *job, AdainProgress progress, gpointer progress_data,
                              GCancellable *enough, GCancellable *cancellable, GError **error)
{
  Run      run = { job, progress, progress_data, enough, cancellable, g_main_loop_new (NULL, FALSE) };
  GThread *thread = g_thread_new ("adain-job", work, &run);

  g_main_loop_run (run.loop);
  g_thread_join (thread);
  g_main_loop_unref (run.loop);
  if (!run.done)
    g_propagate_error (error, run.error);
  return run.done;
}

/* The last report, and what is shown of it. */
typedef struct
{
  GMutex   mutex;
  double   fraction;
  gboolean learning;
  int      step, steps; /* of the refinement or of learning; 0 where there is none */
  int      shown;       /* the step; the main thread's */
} Reported;

static void
report (double fraction, AdainProgressUnit unit, int done, int all, gpointer user_data)
{
  Reported *reported = user_data;

  g_mutex_lock (&reported->mutex);
  reported->fraction = fraction;
  reported->learning = unit == ADAIN_PROGRESS_LESSONS;
  reported->step = unit == ADAIN_PROGRESS_TILES ? 0 : MIN (done + 1, all);
  reported->steps = all;
  g_mutex_unlock (&reported->mutex);
}

/* Which step is under way, if one is and that is new. */
static void
show_step (Reported *reported, gboolean learning, int step, int steps)
{
  const char      *format = learning ? _ ("Learning, step %d of %d") : _ ("Refining, step %d of %d");
  g_autofree char *text = NULL;

  if (step == reported->shown)
    return;
  reported->shown = step;
  text = step > 0 ? g_strdup_printf (format, step, steps) : g_strdup (_ ("Painting"));
  gimp_progress_set_text (text);
}

static gboolean
show (gpointer user_data)
{
  Reported *reported = user_data;
  double    fraction;
  gboolean  learning;
  int       step, steps;

  g_mutex_lock (&reported->mutex);
  fraction = reported->fraction;
  learning = reported->learning;
  step = reported->step;
  steps = reported->steps;
  g_mutex_unlock (&reported->mutex);

  gimp_progress_update (fraction);
  show_step (reported, learning, step, steps);
  return G_SOURCE_CONTINUE;
}

gboolean
adain_progress_run (AdainJob *job, GError **error)
{
  Reported reported = { .fraction = 0 };
  gboolean done;
  guint    timer;

  g_mutex_init (&reported.mutex);
  gimp_progress_init (_ ("Painting"));
  timer = g_timeout_add (INTERVAL_MS, show, &reported);
  done = adain_progress_run_in_thread (job, report, &reported, NULL, NULL, error);
  g_source_remove (timer);
  gimp_progress_end ();
  g_mutex_clear (&reported.mutex);
  return done;
}
