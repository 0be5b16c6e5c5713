/* Builds the dialog's window, and hears what is done to it as a whole.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "ui/dialog-private.h"

#include <glib/gi18n-lib.h>
#include <libgimp/gimpui.h>

#include "plugin/filter/editable.h"
#include "ui/controls.h"
#include "ui/presets.h"
#include "ui/preview/preview.h"
#include "ui/run-bar.h"
#include "ui/state.h"
#include "ui/styles/list.h"
#include "ui/styles/pad.h"
#include "ui/styles/region-chooser.h"
#include "ui/window.h"

#define COLUMN_WIDTH 400
#define WIDTH        980
#define HEIGHT       700

/* Messages ---------------------------------------------------------------------------------- */

void
adain_dialog_show_message (AdainDialog *dialog, GtkMessageType type, const char *text)
{
  gtk_info_bar_set_message_type (GTK_INFO_BAR (dialog->message_bar), type);
  gtk_label_set_text (GTK_LABEL (dialog->message), text);
  gtk_widget_show (dialog->message_bar);
}

void
adain_dialog_hide_message (AdainDialog *dialog)
{
  gtk_widget_hide (dialog->message_bar);
}

static GtkWidget *
create_message_bar (AdainDialog *dialog)
{
  GtkWidget *bar = gtk_info_bar_new ();
  GtkWidget *area = gtk_info_bar_get_content_area (GTK_INFO_BAR (bar));

  gtk_info_bar_set_show_close_button (GTK_INFO_BAR (bar), TRUE);
  g_signal_connect_swapped (bar, "response", G_CALLBACK (adain_dialog_hide_message), dialog);

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

/* The window as a whole --------------------------------------------------------------------- */

/* While a job runs, closing the window, Escape and Cancel stop it instead; the first two also where a style is being
 * learned. */
static gboolean
on_delete (AdainDialog *dialog)
{
  if (!adain_run_bar_is_busy (ADAIN_RUN_BAR (dialog->run_bar)))
    return GDK_EVENT_PROPAGATE;

  adain_run_bar_cancel (ADAIN_RUN_BAR (dialog->run_bar));

  return GDK_EVENT_STOP;
}

static void
on_response (AdainDialog *dialog, int response)
{
  if (response == GTK_RESPONSE_CANCEL)
    adain_run_bar_cancel (ADAIN_RUN_BAR (dialog->run_bar));
}

static gboolean
on_key_press (GtkWidget *window, GdkEventKey *event, AdainDialog *dialog)
{
  GdkModifierType modifiers = event->state & gtk_accelerator_get_default_mod_mask ();
  guint           key = gdk_keyval_to_lower (event->keyval);

  if (key == GDK_KEY_Escape)
    return on_delete (dialog);
  if (adain_dialog_is_running (dialog))
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
on_drawn (AdainDialog *dialog)
{
  g_signal_handlers_disconnect_by_func (dialog->window, on_drawn, dialog);
  g_debug ("dialog after %.0f ms", (g_get_monotonic_time () - dialog->opened) / 1000.0);

  return GDK_EVENT_PROPAGATE;
}

/* Files may have come and gone while another program was in front. */
static gboolean
on_focus_in (AdainDialog *dialog)
{
  adain_style_set_refresh (dialog->styles);

  return GDK_EVENT_PROPAGATE;
}

/* Construction ------------------------------------------------------------------------------ */

static GtkWidget *
create_pad (AdainDialog *dialog)
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
on_expanded (GtkExpander *expander, GParamSpec *pspec, AdainDialog *dialog)
{
  g_key_file_set_boolean (dialog->state, ADAIN_STATE_DIALOG, ADAIN_STATE_ADVANCED,
                          gtk_expander_get_expanded (expander));
}

static GtkWidget *
create_advanced (AdainDialog *dialog, GtkSizeGroup *labels)
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
create_shared (AdainDialog *dialog)
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
add_as_filter (AdainDialog *dialog, GtkWidget *column)
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
create_top (AdainDialog *dialog)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 12);

  gtk_box_pack_start (GTK_BOX (box), adain_presets_new (dialog->config), TRUE, TRUE, 0);
  gtk_box_pack_start (GTK_BOX (box), adain_history_buttons_new (dialog->history), FALSE, FALSE, 0);

  return box;
}

static GtkWidget *
create_column (AdainDialog *dialog)
{
  GtkWidget    *scrolled = gtk_scrolled_window_new (NULL, NULL);
  GtkWidget    *column = gtk_box_new (GTK_ORIENTATION_VERTICAL, 12);
  GtkSizeGroup *labels = gtk_size_group_new (GTK_SIZE_GROUP_HORIZONTAL);

  dialog->list = adain_style_list_new (dialog->styles, dialog->state, dialog->image, dialog->drawables);
  g_signal_connect_swapped (dialog->list, "gallery", G_CALLBACK (adain_dialog_show_gallery), dialog);
  g_signal_connect_swapped (dialog->list, "keep", G_CALLBACK (adain_dialog_keep), dialog);
  g_signal_connect_swapped (dialog->list, "learn", G_CALLBACK (adain_dialog_learn), dialog);
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
on_preview_wanted (AdainDialog *dialog)
{
  g_key_file_set_boolean (dialog->state, ADAIN_STATE_DIALOG, ADAIN_STATE_PREVIEW_OFF,
                          !adain_preview_is_on (ADAIN_PREVIEW (dialog->preview)));
  adain_dialog_queue_update (dialog);
}

static void
create_preview (AdainDialog *dialog)
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

void
adain_dialog_create_window (AdainDialog *dialog)
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
