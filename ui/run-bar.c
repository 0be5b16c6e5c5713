/* Runs a job in a thread, with its progress and a Stop button in a bar; or shows how a style is learned.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "ui/run-bar.h"

#include <glib/gi18n-lib.h>

#include "plugin/filter/progress.h"

/* No forecast before this share was done in at least this time. */
#define FORECAST_FRACTION  0.03
#define FORECAST_SECONDS   1.0
#define UPDATES_PER_SECOND 12

/* Tiles are counted anew in each pass over each layer; the fraction is of all of them. */
typedef struct
{
  double            fraction;
  AdainProgressUnit unit;
  int               done, all;
  gint64            time;
} Report;

struct _AdainRunBar
{
  GtkBox parent;

  GtkWidget *progress;
  GtkWidget *stop_button;

  GCancellable *cancellable; /* NULL: nothing is going on */
  GCancellable *enough;      /* ends learning and refinement */
  gboolean      paints;      /* that is what comes of it */
  guint         timer;       /* shows the progress */

  GMutex   mutex;       /* guards what follows, which the engine's threads set */
  Report   first, last; /* of the progress; their time is 0 before there is one */
  gboolean learning;
  gboolean refined; /* at least a little: from then on there is something to keep */
};

G_DEFINE_FINAL_TYPE (AdainRunBar, adain_run_bar, GTK_TYPE_BOX)

/* In threads -------------------------------------------------------------------------------- */

void
adain_run_bar_report (double fraction, AdainProgressUnit unit, int done, int all, gpointer user_data)
{
  AdainRunBar *bar = user_data;
  Report       report = { CLAMP (fraction, 0.0, 1.0), unit, done, all, g_get_monotonic_time () };

  g_mutex_lock (&bar->mutex);
  if (!bar->first.time)
    bar->first = report;
  if (!bar->last.time || report.fraction >= bar->last.fraction)
    bar->last = report;
  bar->learning = unit == ADAIN_PROGRESS_LESSONS;
  if (unit == ADAIN_PROGRESS_STEPS)
    bar->refined = TRUE;
  g_mutex_unlock (&bar->mutex);
}

/* On screen --------------------------------------------------------------------------------- */

/* A forecast from what has been done since the first report, as what comes before that, such as
 * encoding the styles, is not part of the progress. Between two reports it counts down. */
static char *
time_left (const Report *first, const Report *last)
{
  double done = last->fraction - first->fraction;
  double seconds = (last->time - first->time) / (double) G_USEC_PER_SEC;
  double since = (g_get_monotonic_time () - last->time) / (double) G_USEC_PER_SEC;
  int    left;

  if (done < FORECAST_FRACTION || seconds < FORECAST_SECONDS)
    return NULL;

  left = MAX (1, seconds * (1.0 - last->fraction) / done - since + 0.5);

  if (left >= 90)
    return g_strdup_printf (ngettext ("about %d minute left", "about %d minutes left", (left + 30) / 60),
                            (left + 30) / 60);

  return g_strdup_printf (ngettext ("about %d second left", "about %d seconds left", left), left);
}

static void
set_progress (AdainRunBar *bar, double fraction, const char *text)
{
  gtk_progress_bar_set_fraction (GTK_PROGRESS_BAR (bar->progress), fraction);
  gtk_progress_bar_set_text (GTK_PROGRESS_BAR (bar->progress), text);
  gtk_widget_set_tooltip_text (bar->progress, text);
  atk_object_set_description (gtk_widget_get_accessible (bar->progress), text);
}

/* What is done, or the step that is under way. */
static char *
describe_work (const Report *report)
{
  if (report->unit == ADAIN_PROGRESS_STEPS)
    return g_strdup_printf (_ ("Refining, step %d of %d"), MIN (report->done + 1, report->all), report->all);

  if (report->unit == ADAIN_PROGRESS_LESSONS)
    return g_strdup_printf (_ ("Learning, step %d of %d"), MIN (report->done + 1, report->all), report->all);

  return g_strdup_printf (_ ("%d%%: tile %d of %d"), (int) (report->fraction * 100.0), report->done,
                          report->all);
}

static char *
describe_progress (AdainRunBar *bar, const Report *first, const Report *last)
{
  char *work, *left, *text;

  if (g_cancellable_is_cancelled (bar->cancellable))
    return g_strdup (_ ("Stopping…"));
  if (!last->time)
    return g_strdup (_ ("Preparing…"));

  work = describe_work (last);
  left = g_cancellable_is_cancelled (bar->enough) ? g_strdup (_ ("finishing…")) : time_left (first, last);
  /* Translators: "25%: tile 3 of 8" or "Refining, step 12 of 100", and "about 12 seconds left". */
  text = left ? g_strdup_printf (_ ("%s, %s"), work, left) : g_strdup (work);
  g_free (left);
  g_free (work);

  return text;
}

static const char *
describe_stop (gboolean paints, gboolean learning, gboolean refined)
{
  if (!paints)
    return learning ? _ ("Ends the learning and keeps what has been learned; Escape gives it up")
                    : _ ("Stops at once, before anything has been learned");
  if (learning)
    return _ ("Ends the learning and paints with what has been learned; Escape gives it up");
  if (refined)
    return _ ("Ends the refinement and takes the picture as it is now; Escape gives it up");
  return _ ("Stops at once and leaves the image as it is");
}

static gboolean
update (gpointer data)
{
  AdainRunBar *bar = data;
  Report       first, last;
  gboolean     learning, refined;
  char        *text;

  g_mutex_lock (&bar->mutex);
  first = bar->first;
  last = bar->last;
  learning = bar->learning;
  refined = bar->refined;
  g_mutex_unlock (&bar->mutex);

  text = describe_progress (bar, &first, &last);
  set_progress (bar, last.fraction, text);
  gtk_widget_set_tooltip_text (bar->stop_button, describe_stop (bar->paints, learning, refined));
  g_free (text);

  return G_SOURCE_CONTINUE;
}

gboolean
adain_run_bar_is_busy (AdainRunBar *bar)
{
  return bar->cancellable != NULL;
}

void
adain_run_bar_cancel (AdainRunBar *bar)
{
  if (!bar->cancellable)
    return;

  g_cancellable_cancel (bar->cancellable);
  update (bar);
}

/* Of learning and of a refinement the last finished step is kept; a picture that is half painted is not. */
static void
on_stop (AdainRunBar *bar)
{
  gboolean keeps;

  g_mutex_lock (&bar->mutex);
  keeps = bar->learning || bar->refined;
  g_mutex_unlock (&bar->mutex);

  if (!keeps || !bar->enough)
    {
      adain_run_bar_cancel (bar);
      return;
    }

  g_cancellable_cancel (bar->enough);
  gtk_widget_set_sensitive (bar->stop_button, FALSE);
  update (bar);
}

static gboolean
quit (gpointer loop)
{
  g_main_loop_quit (loop);

  return G_SOURCE_REMOVE;
}

/* Long enough for the window to be drawn once. */
#define DRAWING_MS 50

static void
begin (AdainRunBar *bar, gboolean paints)
{
  bar->cancellable = g_cancellable_new ();
  bar->enough = g_cancellable_new ();
  bar->paints = paints;
  gtk_widget_set_sensitive (bar->stop_button, TRUE);
  bar->first = bar->last = (Report) { 0 };
  bar->learning = bar->refined = FALSE;
  update (bar);
  bar->timer = g_timeout_add (1000 / UPDATES_PER_SECOND, update, bar);
  gtk_widget_show (GTK_WIDGET (bar));
}

void
adain_run_bar_begin_learning (AdainRunBar *bar, GCancellable **enough, GCancellable **cancellable)
{
  begin (bar, FALSE);
  *enough = bar->enough;
  *cancellable = bar->cancellable;
}

void
adain_run_bar_prepare (AdainRunBar *bar)
{
  GMainLoop *loop = g_main_loop_new (NULL, FALSE);

  begin (bar, TRUE);
  g_timeout_add (DRAWING_MS, quit, loop);
  g_main_loop_run (loop);
  g_main_loop_unref (loop);
}

void
adain_run_bar_abandon (AdainRunBar *bar)
{
  g_clear_handle_id (&bar->timer, g_source_remove);
  gtk_widget_hide (GTK_WIDGET (bar));
  g_clear_object (&bar->enough);
  g_clear_object (&bar->cancellable);
}

gboolean
adain_run_bar_run (AdainRunBar *bar, AdainJob *job, GError **error)
{
  gboolean done;

  gtk_widget_grab_focus (bar->stop_button);
  done = adain_progress_run_in_thread (job, adain_run_bar_report, bar, bar->enough, bar->cancellable, error);

  /* Stopped at the very end is stopped all the same. */
  if (done && g_cancellable_set_error_if_cancelled (bar->cancellable, error))
    done = FALSE;

  adain_run_bar_abandon (bar);

  return done;
}

static void
adain_run_bar_finalize (GObject *object)
{
  g_mutex_clear (&ADAIN_RUN_BAR (object)->mutex);

  G_OBJECT_CLASS (adain_run_bar_parent_class)->finalize (object);
}

static void
adain_run_bar_class_init (AdainRunBarClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = adain_run_bar_finalize;
}

static void
adain_run_bar_init (AdainRunBar *bar)
{
  g_mutex_init (&bar->mutex);
  gtk_box_set_spacing (GTK_BOX (bar), 12);

  bar->progress = gtk_progress_bar_new ();
  gtk_progress_bar_set_show_text (GTK_PROGRESS_BAR (bar->progress), TRUE);
  gtk_progress_bar_set_ellipsize (GTK_PROGRESS_BAR (bar->progress), PANGO_ELLIPSIZE_END);
  gtk_widget_set_valign (bar->progress, GTK_ALIGN_CENTER);
  atk_object_set_name (gtk_widget_get_accessible (bar->progress), _ ("Progress"));
  gtk_box_pack_start (GTK_BOX (bar), bar->progress, TRUE, TRUE, 0);

  bar->stop_button = gtk_button_new_with_mnemonic (_ ("_Stop"));
  g_signal_connect_swapped (bar->stop_button, "clicked", G_CALLBACK (on_stop), bar);
  gtk_box_pack_start (GTK_BOX (bar), bar->stop_button, FALSE, FALSE, 0);

  gtk_widget_set_valign (bar->stop_button, GTK_ALIGN_CENTER);
  gtk_widget_show (bar->progress);
  gtk_widget_show (bar->stop_button);
  gtk_widget_set_no_show_all (GTK_WIDGET (bar), TRUE);
}

GtkWidget *
adain_run_bar_new (void)
{
  return g_object_new (ADAIN_TYPE_RUN_BAR, NULL);
}
