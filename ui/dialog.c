/* The dialog of an interactive run: puts the parts together and passes on what they say.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "ui/dialog.h"

#include <glib/gi18n-lib.h>
#include <libgimp/gimpui.h>

#include "plugin/filter/arguments.h"
#include "plugin/filter/editable.h"
#include "ui/controls.h"
#include "ui/gallery.h"
#include "ui/history.h"
#include "ui/looks.h"
#include "ui/presets.h"
#include "ui/preview/preview.h"
#include "ui/run-bar.h"
#include "ui/settings.h"
#include "ui/shelf.h"
#include "ui/state.h"
#include "ui/styles/keep.h"
#include "ui/styles/learn.h"
#include "ui/styles/list.h"
#include "ui/styles/pad.h"
#include "ui/styles/region-chooser.h"
#include "ui/styles/set.h"
#include "ui/styles/sources.h"
#include "ui/thumbnail.h"
#include "ui/window.h"

/* The group of the state file for settings that no successful run has stored yet. */
#define UNFINISHED_GROUP "Unfinished"

/* The response of GimpProcedureDialog's own button. */
#define RESPONSE_RESET 1

#define COLUMN_WIDTH 400
#define WIDTH        980
#define HEIGHT       700

typedef struct
{
  GimpProcedure       *procedure;
  GimpProcedureConfig *config;
  GimpImage           *image;
  GimpDrawable       **drawables;
  GKeyFile            *state;
  AdainStyleSet       *styles;
  AdainHistory        *history;
  AdainLooks          *looks;

  GtkWidget *window;
  GtkWidget *preview;
  GtkWidget *column; /* these two must not be touched during a run */
  GtkWidget *pad;
  GtkWidget *list; /* in the column */
  GtkWidget *run_bar;
  GtkWidget *gallery; /* its window; NULL before it was opened with the model of the settings */
  GtkWidget *message_bar;
  GtkWidget *message;
  int        keeping; /* so many styles are being added to the user's gallery */
  gboolean   learning;
  int        learned_id; /* of the style that is being learned; -1: nothing is to come of it in the list */
  gboolean   closed;
  guint      update_source;
  gint64     opened; /* until the first drawing */
} Dialog;

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

static void request_tiles (Dialog *dialog);

/* What keeps the filter from running, or NULL. */
static const char *
obstacle (Dialog *dialog)
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

/* The filter itself runs; learning a style goes on beside all else. */
static gboolean
is_running (Dialog *dialog)
{
  return adain_run_bar_is_busy (ADAIN_RUN_BAR (dialog->run_bar)) && !dialog->learning;
}

static void
update_ok (Dialog *dialog)
{
  GtkWidget *ok = gtk_dialog_get_widget_for_response (GTK_DIALOG (dialog->window), GTK_RESPONSE_OK);

  gtk_widget_set_sensitive (ok, !obstacle (dialog) && adain_style_set_is_loaded (dialog->styles)
                                    && !dialog->learning);
  gtk_widget_set_tooltip_text (ok, dialog->learning ? _ ("A style is being learned; Stop ends that") : NULL);
}

static void
update (Dialog *dialog)
{
  AdainPreview *preview = ADAIN_PREVIEW (dialog->preview);
  const char   *hint = obstacle (dialog);

  if (is_running (dialog))
    return;

  update_ok (dialog);
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
  request_tiles (dialog);
}

static gboolean
on_update (gpointer data)
{
  Dialog *dialog = data;

  dialog->update_source = 0;
  update (dialog);

  return G_SOURCE_REMOVE;
}

/* One change of the user's may be several of the settings. */
static void
queue_update (gpointer data)
{
  Dialog *dialog = data;

  adain_preview_expect_look (ADAIN_PREVIEW (dialog->preview));
  if (!dialog->update_source)
    dialog->update_source = g_idle_add_full (G_PRIORITY_HIGH_IDLE, on_update, dialog, NULL);
}

/* Messages ---------------------------------------------------------------------------------- */

static void
show_message (Dialog *dialog, GtkMessageType type, const char *text)
{
  gtk_info_bar_set_message_type (GTK_INFO_BAR (dialog->message_bar), type);
  gtk_label_set_text (GTK_LABEL (dialog->message), text);
  gtk_widget_show (dialog->message_bar);
}

static void
hide_message (Dialog *dialog)
{
  gtk_widget_hide (dialog->message_bar);
}

static GtkWidget *
create_message_bar (Dialog *dialog)
{
  GtkWidget *bar = gtk_info_bar_new ();
  GtkWidget *area = gtk_info_bar_get_content_area (GTK_INFO_BAR (bar));

  gtk_info_bar_set_show_close_button (GTK_INFO_BAR (bar), TRUE);
  g_signal_connect_swapped (bar, "response", G_CALLBACK (hide_message), dialog);

  dialog->message = gtk_label_new (NULL);
  gtk_label_set_line_wrap (GTK_LABEL (dialog->message), TRUE);
  gtk_label_set_max_width_chars (GTK_LABEL (dialog->message), 80);
  gtk_label_set_xalign (GTK_LABEL (dialog->message), 0.0);
  gtk_label_set_selectable (GTK_LABEL (dialog->message), TRUE);
  gtk_container_add (GTK_CONTAINER (area), dialog->message);
  gtk_widget_show (dialog->message);
  gtk_widget_set_no_show_all (bar, TRUE);

  return bar;
}

/* The gallery ------------------------------------------------------------------------------- */

static void
on_tile (const char *name, cairo_surface_t *surface, gpointer user_data)
{
  Dialog *dialog = user_data;

  if (dialog->gallery)
    adain_gallery_window_set_tile (ADAIN_GALLERY_WINDOW (dialog->gallery), name, surface);
  if (surface)
    {
      GdkPixbuf *tile = gdk_pixbuf_get_from_surface (surface, 0, 0, cairo_image_surface_get_width (surface),
                                                     cairo_image_surface_get_height (surface));

      adain_style_set_set_tile (dialog->styles, name, tile);
      g_object_unref (tile);
    }
}

/* Those of the list first, then those of the window. */
static void
request_tiles (Dialog *dialog)
{
  GPtrArray *looks = g_ptr_array_new_with_free_func ((GDestroyNotify) adain_look_unref);
  GPtrArray *names = dialog->gallery ? adain_gallery_window_wanted (ADAIN_GALLERY_WINDOW (dialog->gallery))
                                     : g_ptr_array_new ();

  for (int i = adain_style_set_get_size (dialog->styles) - 1; i >= 0; i--)
    {
      const AdainStyleItem *item = adain_style_set_get (dialog->styles, i);

      if (item->gallery && item->state == ADAIN_STYLE_READY && !item->pixbuf)
        g_ptr_array_insert (names, 0, (gpointer) item->gallery);
    }

  for (guint i = 0; i < names->len; i++)
    g_ptr_array_add (looks, adain_looks_create_tile (dialog->looks, names->pdata[i]));

  adain_preview_set_tiles (ADAIN_PREVIEW (dialog->preview), looks, on_tile, dialog);
  g_ptr_array_unref (names);
  g_ptr_array_unref (looks);
}

static void
on_chosen (Dialog *dialog, const char *name)
{
  char *style = g_strconcat (ADAIN_GALLERY_PREFIX, name, NULL);

  queue_update (dialog); /* from the click on, whatever it leads to */
  adain_style_sources_add (dialog->styles, dialog->state, style);
  g_free (style);
}

static void
on_forget (Dialog *dialog, const char *name)
{
  AdainGalleryWindow *window = ADAIN_GALLERY_WINDOW (dialog->gallery);
  GError             *error = NULL;
  AdainShelf         *shelf = adain_shelf_open_for (dialog->config, &error);

  if (shelf && adain_collection_forget (adain_shelf_model (shelf), name, &error))
    {
      adain_shelf_outdate ();
      adain_gallery_window_show_problem (window, NULL);
      adain_gallery_window_remove (window, name);
      adain_style_set_look_up (dialog->styles);
    }
  else
    {
      adain_gallery_window_show_problem (window, error->message);
    }

  g_clear_error (&error);
  adain_shelf_unref (shelf);
}

/* The gallery's window, which must not be there yet. */
static gboolean
create_gallery (Dialog *dialog, const AdainCollection *collection, GError **error)
{
  gboolean any = adain_gallery_size (collection->gallery) > 0;

  if (any)
    {
      dialog->gallery = adain_gallery_window_new (GTK_WINDOW (dialog->window), collection);
      g_signal_connect_swapped (dialog->gallery, "chosen", G_CALLBACK (on_chosen), dialog);
      g_signal_connect_swapped (dialog->gallery, "wanted", G_CALLBACK (request_tiles), dialog);
      g_signal_connect_swapped (dialog->gallery, "forget", G_CALLBACK (on_forget), dialog);
    }
  else
    {
      g_propagate_error (error, g_error_copy (collection->problem));
    }

  return any;
}

static void
on_gallery (Dialog *dialog)
{
  GError     *error = NULL;
  AdainShelf *shelf = dialog->gallery ? NULL : adain_shelf_open_for (dialog->config, &error);

  if (dialog->gallery || (shelf && create_gallery (dialog, adain_shelf_collection (shelf), &error)))
    gtk_window_present (GTK_WINDOW (dialog->gallery));
  else
    show_message (dialog, GTK_MESSAGE_ERROR, error->message);

  g_clear_error (&error);
  adain_shelf_unref (shelf);
}

/* The style @name of the user's gallery is new there, or another than before; @text says so, and is freed. */
static void
show_kept (Dialog *dialog, const char *name, char *text)
{
  AdainShelf            *shelf;
  const AdainCollection *collection;
  int                    index;

  adain_shelf_outdate ();
  shelf = adain_shelf_open_for (dialog->config, NULL);
  collection = shelf ? adain_shelf_collection (shelf) : NULL;
  index = collection ? adain_gallery_find (collection->gallery, name) : -1;
  if (dialog->gallery && index >= 0)
    {
      adain_gallery_window_remove (ADAIN_GALLERY_WINDOW (dialog->gallery), name);
      adain_gallery_window_insert (ADAIN_GALLERY_WINDOW (dialog->gallery), collection, index);
    }
  adain_style_set_look_up (dialog->styles);
  show_message (dialog, GTK_MESSAGE_INFO, text);

  g_free (text);
  adain_shelf_unref (shelf);
}

static void
on_kept (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Dialog *dialog = user_data;
  GError *error = NULL;
  char   *name = adain_style_keep_finish (result, &error);

  dialog->keeping--;
  if (dialog->closed && error)
    g_message ("%s", error->message);
  else if (error)
    show_message (dialog, GTK_MESSAGE_ERROR, error->message);
  else if (!dialog->closed)
    show_kept (dialog, name,
               g_strdup_printf (_ ("The style is in your gallery now, as “%s%s”."), ADAIN_GALLERY_PREFIX,
                                name));

  g_clear_error (&error);
  g_free (name);
}

static void
on_keep (Dialog *dialog, int index)
{
  AdainParameters parameters = { 0 };

  hide_message (dialog);
  dialog->keeping++;
  adain_parameters_read (&parameters, dialog->config);
  adain_style_keep_async (adain_style_set_get (dialog->styles, index), parameters.model, on_kept, dialog);
  adain_parameters_clear (&parameters);
}

/* Learning ---------------------------------------------------------------------------------- */

static void
set_learning (Dialog *dialog, gboolean learning)
{
  dialog->learning = learning;
  adain_style_list_set_may_learn (ADAIN_STYLE_LIST (dialog->list), !learning);
  update_ok (dialog);
}

/* From now on the style is used as it was learned, unless it was taken out of the list meanwhile, or another model was
 * chosen. */
static void
use_learned (Dialog *dialog, const char *name)
{
  char *style = g_strconcat (ADAIN_GALLERY_PREFIX, name, NULL);
  int   index = adain_style_set_find (dialog->styles, dialog->learned_id);

  if (index >= 0)
    adain_style_set_replace (dialog->styles, index, style);
  g_free (style);
}

static void
on_learned (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Dialog *dialog = user_data;
  GError *error = NULL;
  char   *name = adain_style_learn_finish (result, &error);

  adain_run_bar_abandon (ADAIN_RUN_BAR (dialog->run_bar));
  set_learning (dialog, FALSE);
  if (name && !dialog->closed)
    {
      show_kept (dialog, name,
                 g_strdup_printf (_ ("The style has been learned, and is in your gallery as “%s%s”."),
                                  ADAIN_GALLERY_PREFIX, name));
      use_learned (dialog, name);
    }
  else if (error && !dialog->closed && !g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    show_message (dialog, GTK_MESSAGE_ERROR, error->message);

  g_clear_error (&error);
  g_free (name);
}

/* What the preview shows, to learn from; NULL: the selection does not meet it. */
static AdainPreviewPicture *
read_content (Dialog *dialog)
{
  AdainPreviewPicture *content = adain_preview_picture_new (dialog->image, dialog->drawables[0],
                                                            ADAIN_THUMBNAIL_MAX);

  while (content && adain_preview_picture_read (content))
    ;

  return content;
}

static void
on_learn (Dialog *dialog, int index)
{
  AdainStyleLearnOptions options = { .content = read_content (dialog),
                                     .progress = adain_run_bar_report,
                                     .progress_data = dialog->run_bar };
  GCancellable          *cancellable;

  if (!options.content)
    return;

  hide_message (dialog);
  adain_parameters_read (&options.parameters, dialog->config);
  dialog->learned_id = adain_style_set_get (dialog->styles, index)->id;
  set_learning (dialog, TRUE);
  adain_run_bar_begin_learning (ADAIN_RUN_BAR (dialog->run_bar), &options.enough, &cancellable);
  adain_style_learn_async (adain_style_set_get (dialog->styles, index), &options, cancellable, on_learned,
                           dialog);
}

/* What is being added to the gallery when the window is closed is added all the same; what is being learned is
 * given up. */
static void
finish_keeping (Dialog *dialog)
{
  dialog->closed = TRUE;
  if (dialog->learning)
    adain_run_bar_cancel (ADAIN_RUN_BAR (dialog->run_bar));
  if (dialog->window)
    gtk_widget_hide (dialog->window);
  while (dialog->keeping > 0 || dialog->learning)
    g_main_context_iteration (NULL, TRUE);
}

/* Settings ---------------------------------------------------------------------------------- */

/* What an ONNX model cannot do is not asked for any more; writes only what differs. */
static void
forget_what_needs_styles (Dialog *dialog)
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
on_setting (Dialog *dialog, GParamSpec *pspec)
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
keep_unfinished (Dialog *dialog)
{
  adain_settings_save (dialog->config, dialog->state, UNFINISHED_GROUP);
  adain_state_save (dialog->state);
}

static void
set_running (Dialog *dialog, gboolean running)
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
compute (Dialog *dialog, GError **error)
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
tell_notice (Dialog *dialog, const char *notice)
{
  if (notice && g_strcmp0 (notice, adain_preview_get_notice (ADAIN_PREVIEW (dialog->preview))) != 0)
    g_message ("%s", notice);
}

static AdainJob *
on_ok (Dialog *dialog)
{
  AdainJob *job;
  GError   *error = NULL;

  hide_message (dialog);
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
        show_message (dialog, GTK_MESSAGE_ERROR, error->message);
      g_clear_error (&error);
      update (dialog);
    }

  return job;
}

/* While a job runs, closing the window, Escape and Cancel stop it instead; the first two also where a style is being
 * learned. */
static gboolean
on_delete (Dialog *dialog)
{
  if (!adain_run_bar_is_busy (ADAIN_RUN_BAR (dialog->run_bar)))
    return GDK_EVENT_PROPAGATE;

  adain_run_bar_cancel (ADAIN_RUN_BAR (dialog->run_bar));

  return GDK_EVENT_STOP;
}

static void
on_response (Dialog *dialog, int response)
{
  if (response == GTK_RESPONSE_CANCEL)
    adain_run_bar_cancel (ADAIN_RUN_BAR (dialog->run_bar));
}

static gboolean
on_key_press (GtkWidget *window, GdkEventKey *event, Dialog *dialog)
{
  GdkModifierType modifiers = event->state & gtk_accelerator_get_default_mod_mask ();
  guint           key = gdk_keyval_to_lower (event->keyval);

  if (key == GDK_KEY_Escape)
    return on_delete (dialog);
  if (is_running (dialog))
    return GDK_EVENT_PROPAGATE;

  if (key == GDK_KEY_z && modifiers == GDK_CONTROL_MASK)
    adain_history_undo (dialog->history);
  else if ((key == GDK_KEY_z && modifiers == (GDK_CONTROL_MASK | GDK_SHIFT_MASK))
           || (key == GDK_KEY_y && modifiers == GDK_CONTROL_MASK))
    adain_history_redo (dialog->history);
  else
    return GDK_EVENT_PROPAGATE;

  return GDK_EVENT_STOP;
}

static gboolean
on_drawn (Dialog *dialog)
{
  g_signal_handlers_disconnect_by_func (dialog->window, on_drawn, dialog);
  g_debug ("dialog after %.0f ms", (g_get_monotonic_time () - dialog->opened) / 1000.0);

  return GDK_EVENT_PROPAGATE;
}

/* Files may have come and gone while another program was in front. */
static gboolean
on_focus_in (Dialog *dialog)
{
  adain_style_set_refresh (dialog->styles);

  return GDK_EVENT_PROPAGATE;
}

/* Construction ------------------------------------------------------------------------------ */

static GtkWidget *
create_pad (Dialog *dialog)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 6);
  GtkWidget *label = gtk_label_new_with_mnemonic (_ ("_Blend"));
  GtkWidget *pad = adain_style_pad_new (dialog->styles);

  gtk_label_set_xalign (GTK_LABEL (label), 0.0);
  gtk_label_set_mnemonic_widget (GTK_LABEL (label), pad);
  gtk_box_pack_start (GTK_BOX (box), label, FALSE, FALSE, 0);
  gtk_box_pack_start (GTK_BOX (box), pad, FALSE, FALSE, 0);

  return box;
}

static void
on_expanded (GtkExpander *expander, GParamSpec *pspec, Dialog *dialog)
{
  g_key_file_set_boolean (dialog->state, ADAIN_STATE_DIALOG, ADAIN_STATE_ADVANCED,
                          gtk_expander_get_expanded (expander));
}

static GtkWidget *
create_advanced (Dialog *dialog, GtkSizeGroup *labels)
{
  GtkWidget *expander = gtk_expander_new_with_mnemonic (_ ("Ad_vanced"));
  GtkWidget *options = gtk_box_new (GTK_ORIENTATION_VERTICAL, 6);
  GtkWidget *protect = adain_protect_new (dialog->config, dialog->image, labels);

  if (protect)
    gtk_box_pack_start (GTK_BOX (options), protect, FALSE, FALSE, 0);
  gtk_box_pack_start (GTK_BOX (options), adain_controls_new_advanced (dialog->config, labels), FALSE, FALSE,
                      0);

  gtk_widget_set_margin_top (options, 6);
  gtk_container_add (GTK_CONTAINER (expander), options);
  gtk_expander_set_expanded (GTK_EXPANDER (expander),
                             g_key_file_get_boolean (dialog->state, ADAIN_STATE_DIALOG, ADAIN_STATE_ADVANCED,
                                                     NULL));
  g_signal_connect (expander, "notify::expanded", G_CALLBACK (on_expanded), dialog);

  /* Arrow keys would find their way into a closed expander. */
  gtk_widget_show_all (options);
  gtk_widget_set_no_show_all (options, TRUE);
  g_object_bind_property (expander, "expanded", options, "visible", G_BINDING_SYNC_CREATE);

  return expander;
}

/* For several layers. */
static GtkWidget *
create_shared (Dialog *dialog)
{
  GtkWidget *check = gimp_prop_check_button_new (G_OBJECT (dialog->config), "shared-statistics",
                                                 _ ("Paint all layers alike, as frames"));

  adain_controls_only_for_styles (check, dialog->config);
  gtk_widget_set_tooltip_text (check, _ ("For the frames of an animation: the layers are painted with the "
                                         "statistics of all of them together, so that nothing flickers. The "
                                         "preview, too, shows the first layer with those, as far as up to "
                                         "eight layers tell them."));

  return check;
}

/* Of presets from a GIMP that could, too. */
static void
forget_as_filter (GObject *config)
{
  gboolean as_filter;

  g_object_get (config, "as-filter", &as_filter, NULL);
  if (as_filter)
    g_object_set (config, "as-filter", FALSE, NULL);
}

/* What GIMP cannot do is not offered, nor remembered from a GIMP that could. */
static void
add_as_filter (Dialog *dialog, GtkWidget *column)
{
  if (adain_editable_is_possible (dialog->drawables[0]))
    {
      gtk_box_pack_start (GTK_BOX (column), adain_controls_new_as_filter (dialog->config), FALSE, FALSE, 0);
      return;
    }
  forget_as_filter (G_OBJECT (dialog->config));
  g_signal_connect_object (dialog->config, "notify::as-filter", G_CALLBACK (forget_as_filter), dialog->window,
                           0);
}

static GtkWidget *
create_top (Dialog *dialog)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 12);

  gtk_box_pack_start (GTK_BOX (box), adain_presets_new (dialog->config), TRUE, TRUE, 0);
  gtk_box_pack_start (GTK_BOX (box), adain_history_buttons_new (dialog->history), FALSE, FALSE, 0);

  return box;
}

static GtkWidget *
create_column (Dialog *dialog)
{
  GtkWidget    *scrolled = gtk_scrolled_window_new (NULL, NULL);
  GtkWidget    *column = gtk_box_new (GTK_ORIENTATION_VERTICAL, 12);
  GtkSizeGroup *labels = gtk_size_group_new (GTK_SIZE_GROUP_HORIZONTAL);

  dialog->list = adain_style_list_new (dialog->styles, dialog->state, dialog->image, dialog->drawables);
  g_signal_connect_swapped (dialog->list, "gallery", G_CALLBACK (on_gallery), dialog);
  g_signal_connect_swapped (dialog->list, "keep", G_CALLBACK (on_keep), dialog);
  g_signal_connect_swapped (dialog->list, "learn", G_CALLBACK (on_learn), dialog);
  adain_style_list_accept_drops (ADAIN_STYLE_LIST (dialog->list), dialog->preview);

  gtk_box_pack_start (GTK_BOX (column), create_top (dialog), FALSE, FALSE, 0);
  gtk_box_pack_start (GTK_BOX (column), dialog->list, TRUE, TRUE, 0);
  gtk_box_pack_start (GTK_BOX (column), adain_controls_new (dialog->config, labels), FALSE, FALSE, 0);
  if (dialog->drawables[1])
    gtk_box_pack_start (GTK_BOX (column), create_shared (dialog), FALSE, FALSE, 0);
  add_as_filter (dialog, column);
  gtk_box_pack_start (GTK_BOX (column), create_advanced (dialog, labels), FALSE, FALSE, 0);
  g_object_unref (labels);

  gtk_scrolled_window_set_policy (GTK_SCROLLED_WINDOW (scrolled), GTK_POLICY_NEVER, GTK_POLICY_AUTOMATIC);
  gtk_scrolled_window_set_propagate_natural_height (GTK_SCROLLED_WINDOW (scrolled), TRUE);
  /* The scroll bar lies over what it scrolls. */
  gtk_widget_set_margin_end (column, 6);
  gtk_widget_set_size_request (scrolled, COLUMN_WIDTH, -1);
  /* Its sliders would take half of the room that a larger window has for the preview. */
  gtk_widget_set_hexpand (scrolled, FALSE);
  gtk_container_add (GTK_CONTAINER (scrolled), column);

  return scrolled;
}

static void
on_preview_wanted (Dialog *dialog)
{
  g_key_file_set_boolean (dialog->state, ADAIN_STATE_DIALOG, ADAIN_STATE_PREVIEW_OFF,
                          !adain_preview_is_on (ADAIN_PREVIEW (dialog->preview)));
  queue_update (dialog);
}

static void
create_preview (Dialog *dialog)
{
  dialog->preview = adain_preview_new (dialog->image, dialog->drawables);
  adain_preview_set_on (ADAIN_PREVIEW (dialog->preview),
                        !g_key_file_get_boolean (dialog->state, ADAIN_STATE_DIALOG, ADAIN_STATE_PREVIEW_OFF,
                                                 NULL));
  g_signal_connect_swapped (dialog->preview, "wanted", G_CALLBACK (on_preview_wanted), dialog);
}

/* Our presets have names; the dialog's own pair of buttons for a single one is not needed. */
static void
hide_single_preset (GtkWidget *child, gpointer user_data)
{
  if (GTK_IS_BUTTON_BOX (child))
    gtk_widget_hide (child);
}

/* What themes leave open: a hint that can be read on every picture, rows of one color, and not much higher for
 * their regions. */
static void
add_style_sheet (GtkWidget *window)
{
  static const char css[] =
      ".adain-hint { color: white; background-color: rgba(0, 0, 0, 0.75); border-radius: 6px;"
      "              padding: 9px 12px; }"
      ".adain-region button { min-height: 0; padding-top: 0; padding-bottom: 0; }"
      ".adain-styles box, .adain-styles label, .adain-styles scale { background-color: transparent; }";
  GtkCssProvider *provider = gtk_css_provider_new ();

  gtk_css_provider_load_from_data (provider, css, -1, NULL);
  gtk_style_context_add_provider_for_screen (gtk_widget_get_screen (window), GTK_STYLE_PROVIDER (provider),
                                             GTK_STYLE_PROVIDER_PRIORITY_USER + 1);
  g_object_unref (provider);
}

static void
create_window (Dialog *dialog)
{
  GtkWidget *content, *box;

  dialog->window = gimp_procedure_dialog_new (dialog->procedure, dialog->config, _ ("AdaIN Style Transfer"));
  g_object_add_weak_pointer (G_OBJECT (dialog->window), (gpointer *) &dialog->window);

  add_style_sheet (dialog->window);
  adain_window_set_size (GTK_WINDOW (dialog->window), WIDTH, HEIGHT);

  content = gtk_dialog_get_content_area (GTK_DIALOG (dialog->window));
  gtk_container_foreach (GTK_CONTAINER (content), hide_single_preset, NULL);

  create_preview (dialog);
  dialog->pad = create_pad (dialog);
  dialog->run_bar = adain_run_bar_new ();
  adain_preview_add_beside (ADAIN_PREVIEW (dialog->preview), dialog->pad);
  adain_preview_add_below (ADAIN_PREVIEW (dialog->preview), dialog->run_bar);
  dialog->column = create_column (dialog);

  box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 12);
  gtk_box_pack_start (GTK_BOX (box), dialog->preview, TRUE, TRUE, 0);
  gtk_box_pack_start (GTK_BOX (box), dialog->column, FALSE, TRUE, 0);
  gtk_widget_show_all (box);

  dialog->message_bar = create_message_bar (dialog);
  gtk_box_set_spacing (GTK_BOX (content), 12);
  gtk_box_pack_start (GTK_BOX (content), dialog->message_bar, FALSE, FALSE, 0);
  gtk_box_pack_start (GTK_BOX (content), box, TRUE, TRUE, 0);

  g_signal_connect_swapped (dialog->window, "delete-event", G_CALLBACK (on_delete), dialog);
  g_signal_connect_swapped (dialog->window, "response", G_CALLBACK (on_response), dialog);
  g_signal_connect (dialog->window, "key-press-event", G_CALLBACK (on_key_press), dialog);
  g_signal_connect_data (dialog->window, "draw", G_CALLBACK (on_drawn), dialog, NULL,
                         G_CONNECT_AFTER | G_CONNECT_SWAPPED);
  g_signal_connect_swapped (dialog->window, "focus-in-event", G_CALLBACK (on_focus_in), dialog);
}

static Dialog *
dialog_new (GimpProcedure *procedure, GimpProcedureConfig *config, GimpImage *image, GimpDrawable **drawables,
            gint64 opened)
{
  Dialog *dialog = g_new0 (Dialog, 1);

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
  dialog->looks = adain_looks_new (config, dialog->styles, image, drawables, queue_update, dialog);

  create_window (dialog);
  g_signal_connect_swapped (config, "notify", G_CALLBACK (queue_update), dialog);
  g_signal_connect_swapped (config, "notify", G_CALLBACK (on_setting), dialog);
  g_signal_connect_swapped (dialog->styles, "changed", G_CALLBACK (queue_update), dialog);
  g_signal_connect_swapped (dialog->styles, "loaded", G_CALLBACK (queue_update), dialog);
  g_signal_connect_swapped (dialog->styles, "excerpts-changed", G_CALLBACK (queue_update), dialog);
  queue_update (dialog);

  return dialog;
}

static void
dialog_free (Dialog *dialog)
{
  finish_keeping (dialog);
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
  gint64  opened = g_get_monotonic_time ();
  Dialog *dialog;

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
