/* The list of styles with the buttons that fill it.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "ui/styles/list.h"

#include <glib/gi18n-lib.h>

#include "ui/state.h"
#include "ui/styles/excerpt-popover.h"
#include "ui/styles/row.h"
#include "ui/styles/sources.h"

#define MIN_HEIGHT 130

enum
{
  TARGET_ROW,
  TARGET_URIS,
  TARGET_TEXT
};

struct _AdainStyleList
{
  GtkBox parent;

  AdainStyleSet *set;
  GKeyFile      *state;
  GimpDrawable **layers; /* that can serve as styles */

  GtkWidget *unwanted; /* says that the model takes no styles */
  GtkWidget *scrolled;
  GtkWidget *buttons;
  GtkWidget *list;
  GtkWidget *excerpt; /* its popover */
  GtkWidget *add_button;
  GtkWidget *up_button;
  GtkWidget *down_button;
  GtkWidget *layer_button;
  GtkWidget *recent_button;
  gboolean   may_learn;
};

static guint gallery_signal, keep_signal, learn_signal;

G_DEFINE_FINAL_TYPE (AdainStyleList, adain_style_list, GTK_TYPE_BOX)

/* Rows -------------------------------------------------------------------------------------- */

static int
selected_index (AdainStyleList *self)
{
  GtkListBoxRow *row = gtk_list_box_get_selected_row (GTK_LIST_BOX (self->list));

  return row ? gtk_list_box_row_get_index (row) : -1;
}

static void
update_buttons (AdainStyleList *self)
{
  int index = selected_index (self);
  int n = adain_style_set_get_size (self->set);

  if (n > 0 && adain_style_set_get (self->set, n - 1)->layer)
    n--;

  gtk_widget_set_sensitive (self->up_button, index > 0 && index < n);
  gtk_widget_set_sensitive (self->down_button, index >= 0 && index + 1 < n);
}

static void
select_row (AdainStyleList *self, int index, gboolean focus)
{
  GtkListBoxRow *row = gtk_list_box_get_row_at_index (GTK_LIST_BOX (self->list), index);

  if (!row)
    return;

  gtk_list_box_select_row (GTK_LIST_BOX (self->list), row);
  if (focus)
    gtk_widget_grab_focus (GTK_WIDGET (row));
}

static void
remove_row (GtkWidget *row, gpointer user_data)
{
  gtk_widget_destroy (row);
}

static void
on_keep (AdainStyleList *self, AdainStyleRow *row)
{
  g_signal_emit (self, keep_signal, 0, adain_style_row_get_index (row));
}

static void
on_learn (AdainStyleList *self, AdainStyleRow *row)
{
  g_signal_emit (self, learn_signal, 0, adain_style_row_get_index (row));
}

static void
point_at (GtkWidget *row, gpointer user_data)
{
  AdainStyleList *self = user_data;
  GdkRectangle place = { 0, 0, gtk_widget_get_allocated_width (row), gtk_widget_get_allocated_height (row) };

  if (adain_style_row_get_id (ADAIN_STYLE_ROW (row))
      != adain_excerpt_popover_get_id (ADAIN_EXCERPT_POPOVER (self->excerpt)))
    return;

  gtk_widget_translate_coordinates (row, GTK_WIDGET (self), 0, 0, &place.x, &place.y);
  gtk_popover_set_pointing_to (GTK_POPOVER (self->excerpt), &place);
}

/* The popover points at the row of its style, which may be another one and elsewhere than a moment ago. */
static void
place_popover (AdainStyleList *self)
{
  gtk_container_foreach (GTK_CONTAINER (self->list), point_at, self);
}

static void
on_excerpt (AdainStyleList *self, AdainStyleRow *row)
{
  adain_excerpt_popover_open (ADAIN_EXCERPT_POPOVER (self->excerpt), adain_style_row_get_id (row));
  place_popover (self);
}

static void
update_wanted (AdainStyleList *self)
{
  gboolean wanted = adain_style_set_is_wanted (self->set);

  gtk_widget_set_sensitive (self->scrolled, wanted);
  gtk_widget_set_sensitive (self->buttons, wanted);
  gtk_widget_set_visible (self->unwanted, !wanted);
}

static void
on_changed (AdainStyleList *self)
{
  GtkListBoxRow *selected = gtk_list_box_get_selected_row (GTK_LIST_BOX (self->list));
  int            selected_id = selected ? adain_style_row_get_id (ADAIN_STYLE_ROW (selected)) : -1;
  int            index = selected_index (self);
  gboolean       focus = gtk_container_get_focus_child (GTK_CONTAINER (self->list)) != NULL;
  int            n = adain_style_set_get_size (self->set);

  gtk_container_foreach (GTK_CONTAINER (self->list), remove_row, NULL);

  index = MIN (index, n - 1);
  for (int i = 0; i < n; i++)
    {
      GtkWidget *row = adain_style_row_new (self->set, i);

      adain_style_row_set_may_learn (ADAIN_STYLE_ROW (row), self->may_learn);
      g_signal_connect_swapped (row, "keep", G_CALLBACK (on_keep), self);
      g_signal_connect_swapped (row, "learn", G_CALLBACK (on_learn), self);
      g_signal_connect_swapped (row, "excerpt", G_CALLBACK (on_excerpt), self);
      gtk_list_box_insert (GTK_LIST_BOX (self->list), row, -1);
      if (adain_style_set_get (self->set, i)->id == selected_id)
        index = i;
    }

  select_row (self, index, focus);
  update_buttons (self);
  update_wanted (self);
}

static void
sync_may_learn (GtkWidget *row, gpointer user_data)
{
  AdainStyleList *self = user_data;

  adain_style_row_set_may_learn (ADAIN_STYLE_ROW (row), self->may_learn);
}

void
adain_style_list_set_may_learn (AdainStyleList *self, gboolean may_learn)
{
  self->may_learn = may_learn;
  gtk_container_foreach (GTK_CONTAINER (self->list), sync_may_learn, self);
}

/* The other rows stay with what is being done to them. */
static void
on_loaded (AdainStyleList *self, int id)
{
  int index = adain_style_set_find (self->set, id);

  if (index >= 0)
    adain_style_row_sync (ADAIN_STYLE_ROW (gtk_list_box_get_row_at_index (GTK_LIST_BOX (self->list), index)));
}

static void
sync_weight (GtkWidget *row, gpointer user_data)
{
  adain_style_row_sync_weight (ADAIN_STYLE_ROW (row));
}

static void
on_weights_changed (AdainStyleList *self)
{
  gtk_container_foreach (GTK_CONTAINER (self->list), sync_weight, NULL);
}

static void
sync_picture (GtkWidget *row, gpointer user_data)
{
  adain_style_row_sync_picture (ADAIN_STYLE_ROW (row));
}

/* Tiles come at any time: a row that is being dragged, or whose weight is, has to stay. */
static void
on_pictures_changed (AdainStyleList *self)
{
  gtk_container_foreach (GTK_CONTAINER (self->list), sync_picture, NULL);
}

static void
move_selected (AdainStyleList *self, int step)
{
  int index = selected_index (self);

  if (index >= 0)
    adain_style_set_move (self->set, index, index + step);
}

static void
on_up (AdainStyleList *self)
{
  move_selected (self, -1);
}

static void
on_down (AdainStyleList *self)
{
  move_selected (self, 1);
}

static void
on_paste (AdainStyleList *self)
{
  adain_style_sources_paste (self->set, self->state, GTK_WIDGET (self));
}

static gboolean
on_key_press (GtkWidget *list, GdkEventKey *event, AdainStyleList *self)
{
  GdkModifierType modifiers = event->state & gtk_accelerator_get_default_mod_mask ();
  int             index = selected_index (self);

  if (modifiers == 0 && index >= 0 && (event->keyval == GDK_KEY_Delete || event->keyval == GDK_KEY_KP_Delete))
    adain_style_set_remove (self->set, index);
  else if (modifiers == GDK_MOD1_MASK && event->keyval == GDK_KEY_Up)
    move_selected (self, -1);
  else if (modifiers == GDK_MOD1_MASK && event->keyval == GDK_KEY_Down)
    move_selected (self, 1);
  else if (modifiers == GDK_CONTROL_MASK && event->keyval == GDK_KEY_v)
    on_paste (self);
  else
    return GDK_EVENT_PROPAGATE;

  return GDK_EVENT_STOP;
}

/* The label's mnemonic leads to a row, or to where one can be added. */
static gboolean
on_mnemonic (GtkWidget *list, gboolean cycling, AdainStyleList *self)
{
  if (adain_style_set_get_size (self->set) > 0)
    select_row (self, MAX (0, selected_index (self)), TRUE);
  else
    gtk_widget_grab_focus (self->add_button);

  return TRUE;
}

/* Drag and drop ----------------------------------------------------------------------------- */

static void
on_drag_data_received (GtkWidget *widget, GdkDragContext *context, int x, int y, GtkSelectionData *data,
                       guint info, guint time, AdainStyleList *self)
{
  int    n = 0;
  char **uris;
  char  *text;

  /* The preview takes drops for the list, which must not change during a run, and takes none for an ONNX model. */
  if (!gtk_widget_is_sensitive (self->scrolled))
    {
      gtk_drag_finish (context, FALSE, FALSE, time);
      return;
    }

  switch (info)
    {
    case TARGET_ROW:
      if (gtk_selection_data_get_length (data) == sizeof (int))
        {
          GtkListBoxRow *row = gtk_list_box_get_row_at_y (GTK_LIST_BOX (self->list), y);
          int to = row ? gtk_list_box_row_get_index (row) : adain_style_set_get_size (self->set) - 1;

          adain_style_set_move (self->set, *(const int *) gtk_selection_data_get_data (data), to);
          n = 1;
        }
      break;

    case TARGET_URIS:
      uris = gtk_selection_data_get_uris (data);
      n = adain_style_sources_add_uris (self->set, self->state, uris);
      g_strfreev (uris);
      break;

    case TARGET_TEXT:
      text = (char *) gtk_selection_data_get_text (data);
      n = text ? adain_style_sources_add_text (self->set, self->state, text) : 0;
      g_free (text);
      break;
    }

  gtk_drag_finish (context, n > 0, FALSE, time);
}

static void
accept_drops (AdainStyleList *self, GtkWidget *widget, gboolean rows)
{
  GtkTargetList *targets = gtk_target_list_new (NULL, 0);

  if (rows)
    gtk_target_list_add (targets, gdk_atom_intern_static_string (ADAIN_STYLE_ROW_TARGET), GTK_TARGET_SAME_APP,
                         TARGET_ROW);
  gtk_target_list_add_uri_targets (targets, TARGET_URIS);
  gtk_target_list_add_text_targets (targets, TARGET_TEXT);

  gtk_drag_dest_set (widget, GTK_DEST_DEFAULT_ALL, NULL, 0, GDK_ACTION_COPY | GDK_ACTION_MOVE);
  gtk_drag_dest_set_target_list (widget, targets);
  gtk_target_list_unref (targets);

  g_signal_connect (widget, "drag-data-received", G_CALLBACK (on_drag_data_received), self);
}

void
adain_style_list_accept_drops (AdainStyleList *self, GtkWidget *widget)
{
  accept_drops (self, widget, FALSE);
}

/* Layers ------------------------------------------------------------------------------------ */

static gboolean
contains (GimpDrawable **drawables, gpointer item)
{
  for (int i = 0; drawables && drawables[i]; i++)
    if ((gpointer) drawables[i] == item)
      return TRUE;

  return FALSE;
}

static void
collect_layers (GPtrArray *layers, GimpItem **items, GimpDrawable **excluded)
{
  for (int i = 0; items && items[i]; i++)
    {
      if (gimp_item_is_group (items[i]))
        {
          GimpItem **children = gimp_item_get_children (items[i]);

          collect_layers (layers, children, excluded);
          g_free (children);
        }
      else if (!contains (excluded, items[i]))
        {
          g_ptr_array_add (layers, g_object_ref (items[i]));
        }
    }
}

static void
on_layer_chosen (GtkMenuItem *item, AdainStyleList *self)
{
  adain_style_set_set_layer (self->set, g_object_get_data (G_OBJECT (item), "layer"));
}

static void
append_item (GtkWidget *menu, const char *label, const char *key, gpointer value, GCallback callback,
             gpointer user_data)
{
  GtkWidget *item = gtk_menu_item_new_with_label (label);

  g_object_set_data (G_OBJECT (item), key, value);
  g_signal_connect (item, "activate", callback, user_data);
  gtk_menu_shell_append (GTK_MENU_SHELL (menu), item);
}

static void
fill_layers (AdainStyleList *self, GimpImage *image, GimpDrawable **drawables)
{
  GtkWidget  *menu = gtk_menu_new ();
  GPtrArray  *layers = g_ptr_array_new ();
  GimpLayer **top = gimp_image_get_layers (image);

  collect_layers (layers, (GimpItem **) top, drawables);
  g_free (top);

  for (guint i = 0; i < layers->len; i++)
    {
      char *name = gimp_item_get_name (layers->pdata[i]);

      append_item (menu, name ? name : "", "layer", layers->pdata[i], G_CALLBACK (on_layer_chosen), self);
      g_free (name);
    }

  gtk_widget_show_all (menu);
  gtk_menu_button_set_popup (GTK_MENU_BUTTON (self->layer_button), menu);
  gtk_widget_set_sensitive (self->layer_button, layers->len > 0);
  gtk_widget_set_tooltip_text (self->layer_button,
                               layers->len > 0 ? _ ("Take the style from another layer of this image")
                                               : _ ("This image has no other layer to take a style from"));

  g_ptr_array_add (layers, NULL);
  self->layers = (GimpDrawable **) g_ptr_array_free (layers, FALSE);
}

/* Recent styles ----------------------------------------------------------------------------- */

static void
on_recent_chosen (GtkMenuItem *item, AdainStyleList *self)
{
  adain_style_sources_add (self->set, self->state, g_object_get_data (G_OBJECT (item), "path"));
}

static void
fill_recent (AdainStyleList *self)
{
  GtkWidget *menu = gtk_menu_new ();
  char     **recent = adain_state_recent (self->state);
  int        n = 0;

  for (int i = 0; recent[i]; i++)
    {
      char *name;

      if (g_path_is_absolute (recent[i]) && !g_file_test (recent[i], G_FILE_TEST_EXISTS))
        continue;

      name = g_filename_display_basename (recent[i]);
      append_item (menu, name, "path", (gpointer) g_intern_string (recent[i]), G_CALLBACK (on_recent_chosen),
                   self);
      g_free (name);
      n++;
    }

  gtk_widget_show_all (menu);
  gtk_menu_button_set_popup (GTK_MENU_BUTTON (self->recent_button), menu);
  gtk_widget_set_sensitive (self->recent_button, n > 0);
  g_strfreev (recent);
}

static void
on_add (AdainStyleList *self)
{
  GtkWidget *window = gtk_widget_get_toplevel (GTK_WIDGET (self));

  adain_style_sources_choose (self->set, self->state, GTK_WINDOW (window));
}

static void
on_gallery (AdainStyleList *self)
{
  g_signal_emit (self, gallery_signal, 0);
}

/* Construction ------------------------------------------------------------------------------ */

static GtkWidget *
create_placeholder (void)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 6);
  GtkWidget *image = gtk_image_new_from_icon_name ("image-x-generic-symbolic", GTK_ICON_SIZE_DIALOG);
  GtkWidget *label = gtk_label_new (_ ("Drop pictures here, or press Add"));

  gtk_label_set_line_wrap (GTK_LABEL (label), TRUE);
  gtk_style_context_add_class (gtk_widget_get_style_context (image), "dim-label");
  gtk_style_context_add_class (gtk_widget_get_style_context (label), "dim-label");
  gtk_widget_set_valign (image, GTK_ALIGN_END);
  gtk_widget_set_valign (label, GTK_ALIGN_START);
  gtk_widget_set_margin_top (image, 48);
  gtk_box_pack_start (GTK_BOX (box), image, TRUE, TRUE, 0);
  gtk_box_pack_start (GTK_BOX (box), label, TRUE, TRUE, 0);
  gtk_widget_show_all (box);

  return box;
}

static GtkWidget *
create_list (AdainStyleList *self)
{
  GtkWidget *scrolled = gtk_scrolled_window_new (NULL, NULL);

  gtk_scrolled_window_set_policy (GTK_SCROLLED_WINDOW (scrolled), GTK_POLICY_NEVER, GTK_POLICY_AUTOMATIC);
  gtk_scrolled_window_set_shadow_type (GTK_SCROLLED_WINDOW (scrolled), GTK_SHADOW_IN);
  gtk_scrolled_window_set_min_content_height (GTK_SCROLLED_WINDOW (scrolled), MIN_HEIGHT);

  self->list = gtk_list_box_new ();
  gtk_style_context_add_class (gtk_widget_get_style_context (self->list), "adain-styles");
  gtk_list_box_set_placeholder (GTK_LIST_BOX (self->list), create_placeholder ());
  g_signal_connect (self->list, "mnemonic-activate", G_CALLBACK (on_mnemonic), self);
  g_signal_connect (self->list, "key-press-event", G_CALLBACK (on_key_press), self);
  g_signal_connect_swapped (self->list, "selected-rows-changed", G_CALLBACK (update_buttons), self);
  accept_drops (self, self->list, TRUE);
  gtk_container_add (GTK_CONTAINER (scrolled), self->list);

  return scrolled;
}

static GtkWidget *
add_icon_button (AdainStyleList *self, GtkWidget *box, const char *icon, const char *name,
                 const char *tooltip, GCallback callback)
{
  GtkWidget *button = gtk_button_new_from_icon_name (icon, GTK_ICON_SIZE_BUTTON);

  gtk_widget_set_tooltip_text (button, tooltip);
  atk_object_set_name (gtk_widget_get_accessible (button), name);
  g_signal_connect_swapped (button, "clicked", callback, self);
  gtk_box_pack_end (GTK_BOX (box), button, FALSE, FALSE, 0);

  return button;
}

static GtkWidget *
add_menu_button (GtkWidget *box, const char *text)
{
  GtkWidget *button = gtk_menu_button_new ();
  GtkWidget *content = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 6);
  GtkWidget *label = gtk_label_new_with_mnemonic (text);

  gtk_label_set_mnemonic_widget (GTK_LABEL (label), button);
  gtk_box_pack_start (GTK_BOX (content), label, FALSE, FALSE, 0);
  gtk_box_pack_start (GTK_BOX (content),
                      gtk_image_new_from_icon_name ("pan-down-symbolic", GTK_ICON_SIZE_BUTTON), FALSE, FALSE,
                      0);
  gtk_container_add (GTK_CONTAINER (button), content);
  gtk_box_pack_start (GTK_BOX (box), button, FALSE, FALSE, 0);

  return button;
}

static GtkWidget *
create_buttons (AdainStyleList *self)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 6);
  GtkWidget *gallery;

  self->add_button = gtk_button_new_with_mnemonic (_ ("_Add…"));
  gtk_widget_set_tooltip_text (self->add_button, _ ("Choose one or several pictures whose style is taken"));
  g_signal_connect_swapped (self->add_button, "clicked", G_CALLBACK (on_add), self);
  gtk_box_pack_start (GTK_BOX (box), self->add_button, FALSE, FALSE, 0);

  gallery = gtk_button_new_with_mnemonic (_ ("Galler_y…"));
  gtk_widget_set_tooltip_text (gallery, _ ("Choose a style that comes with the filter, by what it makes of "
                                           "your picture"));
  g_signal_connect_swapped (gallery, "clicked", G_CALLBACK (on_gallery), self);
  gtk_box_pack_start (GTK_BOX (box), gallery, FALSE, FALSE, 0);

  self->layer_button = add_menu_button (box, _ ("_Layer"));
  self->recent_button = add_menu_button (box, _ ("Recen_t"));
  gtk_widget_set_tooltip_text (self->recent_button, _ ("Take a style that you used lately"));

  self->down_button = add_icon_button (self, box, "go-down-symbolic", _ ("Move down"),
                                       _ ("Move the chosen style down (Alt+Down)"), G_CALLBACK (on_down));
  self->up_button = add_icon_button (self, box, "go-up-symbolic", _ ("Move up"),
                                     _ ("Move the chosen style up (Alt+Up)"), G_CALLBACK (on_up));
  add_icon_button (self, box, "edit-paste-symbolic", _ ("Paste"),
                   _ ("Add the files, addresses or the picture in the clipboard (Ctrl+V)"),
                   G_CALLBACK (on_paste));

  return box;
}

static GtkWidget *
create_unwanted (void)
{
  GtkWidget *label = gtk_label_new (_ ("An ONNX model paints without styles."));

  gtk_label_set_xalign (GTK_LABEL (label), 0.0);
  gtk_label_set_line_wrap (GTK_LABEL (label), TRUE);
  gtk_widget_set_no_show_all (label, TRUE);

  return label;
}

static void
adain_style_list_destroy (GtkWidget *widget)
{
  AdainStyleList *self = ADAIN_STYLE_LIST (widget);

  if (self->set)
    {
      g_signal_handlers_disconnect_by_data (self->set, self);
      g_signal_handlers_disconnect_by_data (self->list, self);
    }
  g_clear_object (&self->set);

  for (int i = 0; self->layers && self->layers[i]; i++)
    g_object_unref (self->layers[i]);
  g_clear_pointer (&self->layers, g_free);
  g_clear_pointer (&self->state, g_key_file_unref);

  GTK_WIDGET_CLASS (adain_style_list_parent_class)->destroy (widget);
}

static void
adain_style_list_class_init (AdainStyleListClass *klass)
{
  GTK_WIDGET_CLASS (klass)->destroy = adain_style_list_destroy;

  gallery_signal = g_signal_new ("gallery", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                 G_TYPE_NONE, 0);
  keep_signal = g_signal_new ("keep", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                              G_TYPE_NONE, 1, G_TYPE_INT);
  learn_signal = g_signal_new ("learn", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                               G_TYPE_NONE, 1, G_TYPE_INT);
}

static void
adain_style_list_init (AdainStyleList *self)
{
  GtkBox    *box = GTK_BOX (self);
  GtkWidget *label = gtk_label_new_with_mnemonic (_ ("_Styles"));

  self->may_learn = TRUE;
  self->scrolled = create_list (self);
  self->buttons = create_buttons (self);
  self->unwanted = create_unwanted ();

  gtk_orientable_set_orientation (GTK_ORIENTABLE (self), GTK_ORIENTATION_VERTICAL);
  gtk_box_set_spacing (box, 6);

  gtk_label_set_xalign (GTK_LABEL (label), 0.0);
  gtk_label_set_mnemonic_widget (GTK_LABEL (label), self->list);

  gtk_box_pack_start (box, label, FALSE, FALSE, 0);
  gtk_box_pack_start (box, self->scrolled, TRUE, TRUE, 0);
  gtk_box_pack_start (box, self->buttons, FALSE, FALSE, 0);
  gtk_box_pack_start (box, self->unwanted, FALSE, FALSE, 0);
}

GtkWidget *
adain_style_list_new (AdainStyleSet *set, GKeyFile *state, GimpImage *image, GimpDrawable **drawables)
{
  AdainStyleList *self = g_object_new (ADAIN_TYPE_STYLE_LIST, NULL);

  self->set = g_object_ref (set);
  self->state = g_key_file_ref (state);
  fill_layers (self, image, drawables);
  fill_recent (self);

  g_signal_connect_swapped (set, "changed", G_CALLBACK (on_changed), self);
  g_signal_connect_swapped (set, "loaded", G_CALLBACK (on_loaded), self);
  g_signal_connect_swapped (set, "tiles-changed", G_CALLBACK (on_pictures_changed), self);
  g_signal_connect_swapped (set, "changed", G_CALLBACK (fill_recent), self);
  g_signal_connect_swapped (set, "weights-changed", G_CALLBACK (on_weights_changed), self);
  g_signal_connect_swapped (set, "excerpts-changed", G_CALLBACK (on_pictures_changed), self);
  self->excerpt = adain_excerpt_popover_new (set, GTK_WIDGET (self));
  g_signal_connect_data (self->list, "size-allocate", G_CALLBACK (place_popover), self, NULL,
                         G_CONNECT_AFTER | G_CONNECT_SWAPPED);
  on_changed (self);

  return GTK_WIDGET (self);
}
