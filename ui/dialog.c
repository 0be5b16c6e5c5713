/* The dialog of an interactive run: puts the parts together and passes on what they say.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "ui/dialog-private.h"

#include <glib/gi18n-lib.h>
#include <libgimp/gimpui.h>

#include "plugin/filter/arguments.h"
#include "ui/gallery.h"
#include "ui/preview/preview.h"
#include "ui/run-bar.h"
#include "ui/settings.h"
#include "ui/state.h"

/* The group of the state file for settings that no successful run has stored yet. */
#define UNFINISHED_GROUP "Unfinished"

/* The response of GimpProcedureDialog's own button. */
#define RESPONSE_RESET 1

/* The preview ------------------------------------------------------------------------------- */

static double
sum_of_weights (AdainStyleSet *styles)
{
  double sum = 0.0;

  for (int i = 0; i < adain_style_set_get_size (styles); i++)
    if (adain_style_set_get (styles, i)->state == ADAIN_STYLE_READY)
      sum += adain_style_set_get (styles, i)->weight;

  return sum;
}

/* What keeps the filter from running, or NULL. */
static const char *
obstacle (AdainDialog *dialog)
{
  if (!adain_style_set_is_loaded (dialog->styles) || !adain_style_set_is_wanted (dialog->styles))
    return NULL;

  if (adain_style_set_count_ready (dialog->styles) == 0)
    return adain_style_set_get_size (dialog->styles) == 0 ? _ ("Add a picture whose style you like")
                                                          : _ ("None of the styles can be used");

  if (!(sum_of_weights (dialog->styles) > 0.0))
    return _ ("All weights are zero; give at least one style some weight");

  return NULL;
}

gboolean
adain_dialog_is_running (AdainDialog *dialog)
{
  return adain_run_bar_is_busy (ADAIN_RUN_BAR (dialog->run_bar)) && !dialog->learning;
}

void
adain_dialog_update_ok (AdainDialog *dialog)
{
  GtkWidget *ok = gtk_dialog_get_widget_for_response (GTK_DIALOG (dialog->window), GTK_RESPONSE_OK);

  gtk_widget_set_sensitive (ok, !obstacle (dialog) && adain_style_set_is_loaded (dialog->styles)
                                    && !dialog->learning);
  gtk_widget_set_tooltip_text (ok, dialog->learning ? _ ("A style is being learned; Stop ends that") : NULL);
}

static void
update (AdainDialog *dialog)
{
  AdainPreview *preview = ADAIN_PREVIEW (dialog->preview);
  const char   *hint = obstacle (dialog);

  if (adain_dialog_is_running (dialog))
    return;

  adain_dialog_update_ok (dialog);
  if (hint)
    adain_preview_show_hint (preview, hint);
  else if (!adain_preview_is_on (preview))
    adain_preview_show_hint (preview, NULL);
  else if (adain_style_set_is_loaded (dialog->styles))
    {
      AdainLook *look = adain_looks_create (dialog->looks);

      adain_preview_show_look (preview, look);
      adain_look_unref (look);
    }
  adain_dialog_request_tiles (dialog);
}

static gboolean
on_update (gpointer data)
{
  AdainDialog *dialog = data;

  dialog->update_source = 0;
  update (dialog);

  return G_SOURCE_REMOVE;
}

/* One change of the user's may be several of the settings. */
void
adain_dialog_queue_update (gpointer data)
{
  AdainDialog *dialog = data;

  adain_preview_expect_look (ADAIN_PREVIEW (dialog->preview));
  if (!dialog->update_source)
    dialog->update_source = g_idle_add_full (G_PRIORITY_HIGH_IDLE, on_update, dialog, NULL);
}

/* Settings ---------------------------------------------------------------------------------- */

/* What an ONNX model cannot do is not asked for any more; writes only what differs. */
static void
forget_what_needs_styles (AdainDialog *dialog)
{
  GObject *config = G_OBJECT (dialog->config);
  int      refine, learn;
  gboolean shared, as_filter;

  if (adain_style_set_is_wanted (dialog->styles))
    return;

  g_object_get (config, "refine", &refine, "learn", &learn, "shared-statistics", &shared, "as-filter",
                &as_filter, NULL);
  if (refine > 0 || learn > 0 || shared || as_filter)
    g_object_set (config, "refine", 0, "learn", 0, "shared-statistics", FALSE, "as-filter", FALSE, NULL);
}

/* Tiles show the picture as the settings would paint it; another model has another gallery, or none. */
static void
on_setting (AdainDialog *dialog, GParamSpec *pspec)
{
  static const char *const shown[] = { "texture", "strength", "preserve-color", "work-size", NULL };

  forget_what_needs_styles (dialog);

  if (g_str_equal (pspec->name, "model"))
    {
      g_clear_pointer (&dialog->gallery, gtk_widget_destroy);
      dialog->learned_id = -1;
    }
  else if (dialog->gallery && g_strv_contains (shown, pspec->name))
    adain_gallery_window_outdate (ADAIN_GALLERY_WINDOW (dialog->gallery));
}

/* Running ----------------------------------------------------------------------------------- */

static void
keep_unfinished (AdainDialog *dialog)
{
  adain_settings_save (dialog->config, dialog->state, UNFINISHED_GROUP);
  adain_state_save (dialog->state);
}

static void
set_running (AdainDialog *dialog, gboolean running)
{
  gtk_widget_set_sensitive (dialog->column, !running);
  gtk_widget_set_sensitive (dialog->pad, !running);
  gtk_dialog_set_response_sensitive (GTK_DIALOG (dialog->window), RESPONSE_RESET, !running);
  gtk_dialog_set_response_sensitive (GTK_DIALOG (dialog->window), GTK_RESPONSE_OK, !running);
}

/* Between two pictures that are read: the window is drawn and hears its Stop button. */
static void
let_window_breathe (gpointer user_data)
{
  for (int i = 0; i < 100 && g_main_context_iteration (NULL, FALSE); i++)
    ;
}

/* Computes the job; the settings are safe from then on, whatever comes of it. */
static AdainJob *
compute (AdainDialog *dialog, GError **error)
{
  AdainJob *job;

  adain_style_set_drop_unusable (dialog->styles);
  adain_run_bar_prepare (ADAIN_RUN_BAR (dialog->run_bar));
  job = adain_job_new (dialog->config, dialog->image, dialog->drawables, let_window_breathe, NULL, error);

  if (!job)
    adain_run_bar_abandon (ADAIN_RUN_BAR (dialog->run_bar));
  else if (!adain_run_bar_run (ADAIN_RUN_BAR (dialog->run_bar), job, error))
    g_clear_pointer (&job, adain_job_free);

  return job;
}

/* A device that was given up during the run; what the preview has said already is not said again. */
static void
tell_notice (AdainDialog *dialog, const char *notice)
{
  if (notice && g_strcmp0 (notice, adain_preview_get_notice (ADAIN_PREVIEW (dialog->preview))) != 0)
    g_message ("%s", notice);
}

static AdainJob *
on_ok (AdainDialog *dialog)
{
  AdainJob *job;
  GError   *error = NULL;

  adain_dialog_hide_message (dialog);
  adain_preview_pause (ADAIN_PREVIEW (dialog->preview));
  keep_unfinished (dialog);
  set_running (dialog, TRUE);

  job = compute (dialog, &error);

  set_running (dialog, FALSE);
  if (job)
    {
      g_key_file_remove_group (dialog->state, UNFINISHED_GROUP, NULL);
      tell_notice (dialog, adain_job_notice (job));
    }
  else
    {
      if (!g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
        adain_dialog_show_message (dialog, GTK_MESSAGE_ERROR, error->message);
      g_clear_error (&error);
      update (dialog);
    }

  return job;
}

/* The dialog -------------------------------------------------------------------------------- */

static AdainDialog *
dialog_new (GimpProcedure *procedure, GimpProcedureConfig *config, GimpImage *image, GimpDrawable **drawables,
            gint64 opened)
{
  AdainDialog *dialog = g_new0 (AdainDialog, 1);

  dialog->procedure = procedure;
  dialog->config = config;
  dialog->image = image;
  dialog->drawables = drawables;
  dialog->opened = opened;

  dialog->state = adain_state_load ();
  adain_settings_load (config, dialog->state, UNFINISHED_GROUP);
  dialog->styles = adain_style_set_new (config, image);
  forget_what_needs_styles (dialog);
  dialog->history = adain_history_new (config);
  dialog->looks = adain_looks_new (config, dialog->styles, image, drawables, adain_dialog_queue_update,
                                   dialog);

  adain_dialog_create_window (dialog);
  g_signal_connect_swapped (config, "notify", G_CALLBACK (adain_dialog_queue_update), dialog);
  g_signal_connect_swapped (config, "notify", G_CALLBACK (on_setting), dialog);
  g_signal_connect_swapped (dialog->styles, "changed", G_CALLBACK (adain_dialog_queue_update), dialog);
  g_signal_connect_swapped (dialog->styles, "loaded", G_CALLBACK (adain_dialog_queue_update), dialog);
  g_signal_connect_swapped (dialog->styles, "excerpts-changed", G_CALLBACK (adain_dialog_queue_update),
                            dialog);
  adain_dialog_queue_update (dialog);

  return dialog;
}

static void
dialog_free (AdainDialog *dialog)
{
  adain_dialog_finish_keeping (dialog);
  g_signal_handlers_disconnect_by_data (dialog->config, dialog);
  g_signal_handlers_disconnect_by_data (dialog->styles, dialog);

  g_clear_pointer (&dialog->gallery, gtk_widget_destroy);
  if (dialog->window)
    gtk_widget_destroy (dialog->window);
  if (dialog->update_source)
    g_source_remove (dialog->update_source);

  adain_state_save (dialog->state);
  g_key_file_unref (dialog->state);
  g_object_unref (dialog->history);
  adain_looks_free (dialog->looks);
  g_object_unref (dialog->styles);
  g_free (dialog);
}

/* Where there is no display, gimp_ui_init() would end the process. */
static gboolean
has_display (void)
{
  const char *display = gimp_display_name ();

  return (display && *display) || gtk_init_check (NULL, NULL);
}

gboolean
adain_dialog_run (GimpProcedure *procedure, GimpProcedureConfig *config, GimpImage *image,
                  GimpDrawable **drawables, AdainJob **job, GError **error)
{
  gint64       opened = g_get_monotonic_time ();
  AdainDialog *dialog;

  if (!has_display ())
    {
      g_set_error_literal (error, ADAIN_ERROR, ADAIN_ERROR_ARGUMENT,
                           _ ("There is no display for the dialog. "
                              "Choose another run mode than the interactive one."));
      return FALSE;
    }
  gimp_ui_init (gimp_procedure_get_name (procedure));

  if (!drawables || !drawables[0])
    {
      g_set_error_literal (error, ADAIN_ERROR, ADAIN_ERROR_ARGUMENT, _ ("No layer is given."));
      return FALSE;
    }

  dialog = dialog_new (procedure, config, image, drawables, opened);

  *job = NULL;
  while (!*job && gimp_procedure_dialog_run (GIMP_PROCEDURE_DIALOG (dialog->window)))
    *job = on_ok (dialog);

  dialog_free (dialog);

  return *job != NULL;
}
