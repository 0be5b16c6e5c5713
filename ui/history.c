/* Undo and redo in the dialog: of the settings, the styles among them.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "ui/history.h"

#include <string.h>

#include <glib/gi18n-lib.h>

/* Changes of the same number that follow each other faster belong together. */
#define PAUSE (G_USEC_PER_SEC)

#define STEPS_MAX 100

/* A value of each setting. */
typedef GArray Snapshot;

struct _AdainHistory
{
  GObject parent;

  GimpProcedureConfig *config;
  GPtrArray           *settings; /* of GParamSpec, in the order in which they are restored */
  Snapshot            *now;
  GQueue               undo, redo; /* of Snapshot, the latest first */
  guint                source;
  GParamSpec          *changed;    /* by the last step, if it was one number alone, */
  gint64               changed_at; /* and when */
};

static guint moved_signal;

G_DEFINE_FINAL_TYPE (AdainHistory, adain_history, G_TYPE_OBJECT)

/* Hears changes of the settings by others; while we restore them ourselves, it is blocked. */
static void on_notify (AdainHistory *history);

/* Settings ---------------------------------------------------------------------------------- */

/* Weights, parts, turns and regions are of the styles, which therefore come first. */
static const char *const styles_first[] = { "styles", "style-layer", NULL };

/* What the run is about, and not how it is done. */
static const char *const no_settings[] = { "run-mode", "image", "drawables", NULL };

static GPtrArray *
list_settings (GimpProcedureConfig *config)
{
  GPtrArray   *settings = g_ptr_array_new ();
  guint        n;
  GParamSpec **all = g_object_class_list_properties (G_OBJECT_GET_CLASS (config), &n);

  for (guint i = 0; i < n; i++)
    if (all[i]->owner_type != GIMP_TYPE_PROCEDURE_CONFIG && !g_strv_contains (no_settings, all[i]->name))
      g_ptr_array_insert (settings, g_strv_contains (styles_first, all[i]->name) ? 0 : -1, all[i]);
  g_free (all);

  return settings;
}

static GParamSpec *
setting_at (AdainHistory *history, guint i)
{
  return history->settings->pdata[i];
}

static gboolean
arrays_equal (const GValue *a, const GValue *b)
{
  gsize         n_a = 0, n_b = 0;
  const double *of_a = g_value_get_boxed (a) ? gimp_value_get_double_array (a, &n_a) : NULL;
  const double *of_b = g_value_get_boxed (b) ? gimp_value_get_double_array (b, &n_b) : NULL;

  return n_a == n_b && (n_a == 0 || memcmp (of_a, of_b, n_a * sizeof (double)) == 0);
}

/* Of lists that end with NULL; none at all is an empty one. */
static gboolean
lists_equal (const GValue *a, const GValue *b, GEqualFunc equal)
{
  gpointer  none = NULL;
  gpointer *of_a = g_value_get_boxed (a), *of_b = g_value_get_boxed (b);

  of_a = of_a ? of_a : &none;
  of_b = of_b ? of_b : &none;
  for (; *of_a && *of_b; of_a++, of_b++)
    if (!equal (*of_a, *of_b))
      return FALSE;

  return *of_a == *of_b;
}

/* libgimp (3.0) compares arrays by their lengths, and GLib by their addresses. */
static gboolean
values_equal (GParamSpec *setting, const GValue *a, const GValue *b)
{
  if (G_VALUE_HOLDS (a, GIMP_TYPE_DOUBLE_ARRAY))
    return arrays_equal (a, b);
  if (G_VALUE_HOLDS (a, G_TYPE_STRV))
    return lists_equal (a, b, g_str_equal);
  if (G_VALUE_HOLDS (a, GIMP_TYPE_CORE_OBJECT_ARRAY))
    return lists_equal (a, b, g_direct_equal);

  return g_param_values_cmp (setting, a, b) == 0;
}

/* Snapshots --------------------------------------------------------------------------------- */

static void
read_setting (AdainHistory *history, guint i, GValue *value)
{
  g_value_init (value, setting_at (history, i)->value_type);
  g_object_get_property (G_OBJECT (history->config), setting_at (history, i)->name, value);
}

static Snapshot *
snapshot_take (AdainHistory *history)
{
  Snapshot *snapshot = g_array_sized_new (FALSE, TRUE, sizeof (GValue), history->settings->len);

  g_array_set_clear_func (snapshot, (GDestroyNotify) g_value_unset);
  g_array_set_size (snapshot, history->settings->len);
  for (guint i = 0; i < history->settings->len; i++)
    read_setting (history, i, &g_array_index (snapshot, GValue, i));

  return snapshot;
}

static void
snapshot_free (gpointer snapshot)
{
  g_array_unref (snapshot);
}

/* Sets what is different now; a setting may have changed others. */
static void
snapshot_restore (AdainHistory *history, const Snapshot *snapshot)
{
  g_signal_handlers_block_by_func (history->config, on_notify, history);
  for (guint i = 0; i < history->settings->len; i++)
    {
      const GValue *value = &g_array_index (snapshot, GValue, i);
      GValue        current = G_VALUE_INIT;

      read_setting (history, i, &current);
      if (!values_equal (setting_at (history, i), &current, value))
        g_object_set_property (G_OBJECT (history->config), setting_at (history, i)->name, value);
      g_value_unset (&current);
    }
  g_signal_handlers_unblock_by_func (history->config, on_notify, history);
}

/* How many settings differ; one of them in @setting. */
static int
count_changes (AdainHistory *history, const Snapshot *a, const Snapshot *b, GParamSpec **setting)
{
  int n = 0;

  for (guint i = 0; i < history->settings->len; i++)
    if (!values_equal (setting_at (history, i), &g_array_index (a, GValue, i), &g_array_index (b, GValue, i)))
      {
        *setting = setting_at (history, i);
        n++;
      }

  return n;
}

/* Steps ------------------------------------------------------------------------------------- */

static gboolean
is_slider (GParamSpec *setting)
{
  /* The rectangle of a part is dragged, too. */
  return g_str_equal (setting->name, "parts") || G_IS_PARAM_SPEC_DOUBLE (setting)
         || G_IS_PARAM_SPEC_INT (setting) || setting->value_type == GIMP_TYPE_DOUBLE_ARRAY;
}

/* Whether the change of this setting (NULL: of several) goes on with the last step. */
static gboolean
goes_on (AdainHistory *history, GParamSpec *setting)
{
  gint64   time = g_get_monotonic_time ();
  gboolean result = setting && setting == history->changed && time - history->changed_at < PAUSE;

  history->changed = setting;
  history->changed_at = time;

  return result;
}

static gboolean
record (gpointer data)
{
  AdainHistory *history = data;
  Snapshot     *snapshot = snapshot_take (history);
  GParamSpec   *setting = NULL;
  int           n = count_changes (history, history->now, snapshot, &setting);

  history->source = 0;
  if (n == 0)
    {
      snapshot_free (snapshot);
      return G_SOURCE_REMOVE;
    }

  if (goes_on (history, n == 1 && is_slider (setting) ? setting : NULL))
    snapshot_free (history->now);
  else
    g_queue_push_head (&history->undo, history->now);
  if (g_queue_get_length (&history->undo) > STEPS_MAX)
    snapshot_free (g_queue_pop_tail (&history->undo));
  g_queue_clear_full (&history->redo, snapshot_free);
  history->now = snapshot;
  g_signal_emit (history, moved_signal, 0);

  return G_SOURCE_REMOVE;
}

/* One change of the user's may be several of the settings; the next one is not heard before it is recorded. */
static void
on_notify (AdainHistory *history)
{
  if (!history->source)
    history->source = g_idle_add_full (G_PRIORITY_HIGH, record, history, NULL);
}

/* One step from a stack to the other. */
static void
move (AdainHistory *history, GQueue *from, GQueue *to)
{
  Snapshot *snapshot = g_queue_pop_head (from);

  if (!snapshot)
    return;

  g_queue_push_head (to, history->now);
  snapshot_restore (history, snapshot);
  snapshot_free (snapshot);
  history->now = snapshot_take (history);
  history->changed = NULL;
  g_signal_emit (history, moved_signal, 0);
}

/* What is still to be recorded is the last step. */
static void
catch_up (AdainHistory *history)
{
  if (!history->source)
    return;

  g_source_remove (history->source);
  record (history);
}

void
adain_history_undo (AdainHistory *history)
{
  catch_up (history);
  move (history, &history->undo, &history->redo);
}

void
adain_history_redo (AdainHistory *history)
{
  catch_up (history);
  move (history, &history->redo, &history->undo);
}

/* Construction ------------------------------------------------------------------------------ */

static void
adain_history_dispose (GObject *object)
{
  AdainHistory *history = ADAIN_HISTORY (object);

  if (history->config)
    g_signal_handlers_disconnect_by_data (history->config, history);
  g_clear_object (&history->config);
  g_clear_handle_id (&history->source, g_source_remove);
  g_clear_pointer (&history->now, snapshot_free);
  g_clear_pointer (&history->settings, g_ptr_array_unref);
  g_queue_clear_full (&history->undo, snapshot_free);
  g_queue_clear_full (&history->redo, snapshot_free);

  G_OBJECT_CLASS (adain_history_parent_class)->dispose (object);
}

static void
adain_history_class_init (AdainHistoryClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = adain_history_dispose;

  moved_signal = g_signal_new ("moved", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                               G_TYPE_NONE, 0);
}

static void
adain_history_init (AdainHistory *history)
{
  g_queue_init (&history->undo);
  g_queue_init (&history->redo);
}

AdainHistory *
adain_history_new (GimpProcedureConfig *config)
{
  AdainHistory *history = g_object_new (ADAIN_TYPE_HISTORY, NULL);

  history->config = g_object_ref (config);
  history->settings = list_settings (config);
  history->now = snapshot_take (history);
  g_signal_connect_swapped (config, "notify", G_CALLBACK (on_notify), history);

  return history;
}

static void
update_undo (GtkWidget *button, AdainHistory *history)
{
  gtk_widget_set_sensitive (button, !g_queue_is_empty (&history->undo));
}

static void
update_redo (GtkWidget *button, AdainHistory *history)
{
  gtk_widget_set_sensitive (button, !g_queue_is_empty (&history->redo));
}

static void
add_button (AdainHistory *history, GtkWidget *box, const char *icon, const char *name, const char *tooltip,
            GCallback on_clicked, GCallback on_moved)
{
  GtkWidget *button = gtk_button_new_from_icon_name (icon, GTK_ICON_SIZE_BUTTON);

  gtk_widget_set_tooltip_text (button, tooltip);
  atk_object_set_name (gtk_widget_get_accessible (button), name);
  gtk_widget_set_sensitive (button, FALSE);
  g_signal_connect_object (button, "clicked", on_clicked, history, G_CONNECT_SWAPPED);
  g_signal_connect_object (history, "moved", on_moved, button, G_CONNECT_SWAPPED);
  gtk_box_pack_start (GTK_BOX (box), button, FALSE, FALSE, 0);
}

GtkWidget *
adain_history_buttons_new (AdainHistory *history)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 6);

  add_button (history, box, "edit-undo-symbolic", _ ("Undo"),
              _ ("Undo the last change of the settings (Ctrl+Z)"), G_CALLBACK (adain_history_undo),
              G_CALLBACK (update_undo));
  add_button (history, box, "edit-redo-symbolic", _ ("Redo"), _ ("Redo what was undone (Ctrl+Y)"),
              G_CALLBACK (adain_history_redo), G_CALLBACK (update_redo));

  return box;
}
