/* One style in the list: a handle to drag, thumbnail, name, weight, and a button to remove it.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "ui/styles/row.h"

#include <glib/gi18n-lib.h>

#include "ui/styles/picture.h"
#include "ui/styles/region-chooser.h"

#define THUMBNAIL 48

struct _AdainStyleRow
{
  GtkListBoxRow parent;

  AdainStyleSet *set;
  int            index;
  int            id;

  GtkWidget *picture;
  GtkWidget *scale; /* these are NULL while the style cannot be used */
  GtkWidget *learn; /* an item of a menu */
  gboolean   may_learn;
};

static guint keep_signal, learn_signal, excerpt_signal;

G_DEFINE_FINAL_TYPE (AdainStyleRow, adain_style_row, GTK_TYPE_LIST_BOX_ROW)

static const GtkTargetEntry row_target = { (char *) ADAIN_STYLE_ROW_TARGET, GTK_TARGET_SAME_APP, 0 };

/* The weight -------------------------------------------------------------------------------- */

static char *
on_format_value (GtkScale *scale, double value, gpointer user_data)
{
  /* Translators: a weight, such as "40%". */
  return g_strdup_printf (_ ("%.0f%%"), value * 100.0);
}

static void
on_value_changed (AdainStyleRow *row)
{
  adain_style_set_set_weight (row->set, row->index, gtk_range_get_value (GTK_RANGE (row->scale)));
}

/* The wheel scrolls the list; it must not change weights on the way. */
static gboolean
on_scroll (GtkWidget *scale, GdkEvent *event, gpointer user_data)
{
  g_signal_stop_emission_by_name (scale, "scroll-event");

  return GDK_EVENT_PROPAGATE;
}

void
adain_style_row_sync_weight (AdainStyleRow *row)
{
  if (!row->scale)
    return;

  g_signal_handlers_block_by_func (row->scale, on_value_changed, row);
  gtk_range_set_value (GTK_RANGE (row->scale), adain_style_set_get (row->set, row->index)->weight);
  g_signal_handlers_unblock_by_func (row->scale, on_value_changed, row);
}

static GtkWidget *
create_scale (AdainStyleRow *row, const AdainStyleItem *item)
{
  char *name = g_strdup_printf (_ ("Weight of %s"), item->name);

  row->scale = gtk_scale_new_with_range (GTK_ORIENTATION_HORIZONTAL, 0.0, 1.0, 0.01);
  gtk_scale_set_value_pos (GTK_SCALE (row->scale), GTK_POS_RIGHT);
  gtk_range_set_round_digits (GTK_RANGE (row->scale), 2);
  gtk_widget_set_tooltip_text (row->scale,
                               _ ("How much of this style is in the picture, compared with the others"));
  g_signal_connect (row->scale, "format-value", G_CALLBACK (on_format_value), NULL);
  g_signal_connect (row->scale, "scroll-event", G_CALLBACK (on_scroll), NULL);
  adain_style_row_sync_weight (row);
  g_signal_connect_swapped (row->scale, "value-changed", G_CALLBACK (on_value_changed), row);
  atk_object_set_name (gtk_widget_get_accessible (row->scale), name);
  g_free (name);

  return row->scale;
}

/* Dragging ---------------------------------------------------------------------------------- */

static void
on_drag_begin (GtkWidget *handle, GdkDragContext *context, AdainStyleRow *row)
{
  const AdainStyleItem *item = adain_style_set_get (row->set, row->index);

  if (item->pixbuf)
    {
      GdkPixbuf *thumbnail = adain_style_picture_thumbnail (item->pixbuf, THUMBNAIL);

      gtk_drag_set_icon_pixbuf (context, thumbnail, THUMBNAIL / 2, THUMBNAIL / 2);
      g_object_unref (thumbnail);
    }
}

static void
on_drag_data_get (GtkWidget *handle, GdkDragContext *context, GtkSelectionData *data, guint info, guint time,
                  AdainStyleRow *row)
{
  gtk_selection_data_set (data, gtk_selection_data_get_target (data), 8 * sizeof (int),
                          (const guchar *) &row->index, sizeof (int));
}

void
adain_style_row_sync_picture (AdainStyleRow *row)
{
  const AdainStyleItem *item = adain_style_set_get (row->set, row->index);
  GtkImage             *image = GTK_IMAGE (row->picture);

  if (item->pixbuf)
    {
      int              scale = gtk_widget_get_scale_factor (GTK_WIDGET (row));
      GdkPixbuf       *thumbnail = adain_style_picture_thumbnail (item->pixbuf, THUMBNAIL * scale);
      cairo_surface_t *surface = gdk_cairo_surface_create_from_pixbuf (thumbnail, scale, NULL);

      gtk_image_set_from_surface (image, surface);
      cairo_surface_destroy (surface);
      g_object_unref (thumbnail);
    }
  else
    {
      gtk_image_set_from_icon_name (image,
                                    item->state == ADAIN_STYLE_LOADING ? "image-loading"
                                    : item->state == ADAIN_STYLE_READY ? "image-x-generic-symbolic"
                                                                       : "dialog-warning",
                                    GTK_ICON_SIZE_DND);
    }
}

static GtkWidget *
create_handle (AdainStyleRow *row, const AdainStyleItem *item)
{
  GtkWidget *handle = gtk_event_box_new ();
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 6);
  GtkWidget *grip = gtk_image_new_from_icon_name ("list-drag-handle-symbolic", GTK_ICON_SIZE_MENU);

  row->picture = gtk_image_new ();
  adain_style_row_sync_picture (row);
  gtk_widget_set_size_request (row->picture, THUMBNAIL, THUMBNAIL);
  gtk_style_context_add_class (gtk_widget_get_style_context (grip), "dim-label");

  /* A layer is always the last style. */
  if (item->path)
    {
      gtk_drag_source_set (handle, GDK_BUTTON1_MASK, &row_target, 1, GDK_ACTION_MOVE);
      gtk_widget_set_tooltip_text (handle, _ ("Drag to reorder"));
      g_signal_connect (handle, "drag-begin", G_CALLBACK (on_drag_begin), row);
      g_signal_connect (handle, "drag-data-get", G_CALLBACK (on_drag_data_get), row);
    }
  else
    {
      gtk_widget_set_opacity (grip, 0.0);
    }

  gtk_box_pack_start (GTK_BOX (box), grip, FALSE, FALSE, 0);
  gtk_box_pack_start (GTK_BOX (box), row->picture, FALSE, FALSE, 0);
  gtk_container_add (GTK_CONTAINER (handle), box);

  return handle;
}

/* Name and state ---------------------------------------------------------------------------- */

static void
on_region_chosen (GimpDrawable *region, gpointer user_data)
{
  AdainStyleRow *row = user_data;

  adain_style_set_set_region (row->set, row->index, region);
}

/* Where the style is; NULL if there is nothing to choose. */
static GtkWidget *
create_region (AdainStyleRow *row, const AdainStyleItem *item)
{
  GtkWidget *combo = adain_region_chooser_new (adain_style_set_get_image (row->set), item->region,
                                               _ ("No region"), on_region_chosen, row);
  char      *name;

  if (!combo)
    return NULL;

  name = g_strdup_printf (_ ("Region of %s"), item->name);
  gtk_widget_set_tooltip_text (combo, _ ("Where this style is: the bright parts of a mask, a channel or a "
                                         "layer, or what a layer covers. Styles of no region share what no "
                                         "region covers; where there is no style, the picture stays."));
  gtk_style_context_add_class (gtk_widget_get_style_context (combo), "adain-region");
  gtk_widget_set_valign (combo, GTK_ALIGN_CENTER);
  atk_object_set_name (gtk_widget_get_accessible (combo), name);
  g_free (name);

  return combo;
}

static GtkWidget *
create_name (const AdainStyleItem *item)
{
  GtkWidget *label = gtk_label_new (item->name);

  gtk_label_set_xalign (GTK_LABEL (label), 0.0);
  gtk_label_set_ellipsize (GTK_LABEL (label), PANGO_ELLIPSIZE_MIDDLE);

  return label;
}

static GtkWidget *
create_state (const AdainStyleItem *item)
{
  GtkWidget *label = gtk_label_new (item->state == ADAIN_STYLE_LOADING ? _ ("Loading…")
                                    : item->state == ADAIN_STYLE_MISSING
                                        ? _ ("The file is missing; this style is left out")
                                    : item->gallery ? _ ("The gallery has no such style for this model")
                                                    : _ ("This is not a picture; it is left out"));

  gtk_label_set_xalign (GTK_LABEL (label), 0.0);
  gtk_label_set_ellipsize (GTK_LABEL (label), PANGO_ELLIPSIZE_END);
  gtk_style_context_add_class (gtk_widget_get_style_context (label), "dim-label");

  return label;
}

static void
on_remove (AdainStyleRow *row)
{
  adain_style_set_remove (row->set, row->index);
}

/* A button at the end of the row looks like this; @name is what assistive technologies call it, and is freed. */
static void
finish_button (GtkWidget *button, char *name, const char *tooltip)
{
  gtk_button_set_relief (GTK_BUTTON (button), GTK_RELIEF_NONE);
  gtk_widget_set_valign (button, GTK_ALIGN_CENTER);
  gtk_widget_set_tooltip_text (button, tooltip);
  atk_object_set_name (gtk_widget_get_accessible (button), name);
  g_free (name);
}

/* Takes @name. */
static GtkWidget *
create_button (AdainStyleRow *row, const char *icon, char *name, const char *tooltip, GCallback callback)
{
  GtkWidget *button = gtk_button_new_from_icon_name (icon, GTK_ICON_SIZE_MENU);

  finish_button (button, name, tooltip);
  g_signal_connect_swapped (button, "clicked", callback, row);

  return button;
}

static GtkWidget *
create_remove (AdainStyleRow *row, const AdainStyleItem *item)
{
  return create_button (row, "window-close-symbolic", g_strdup_printf (_ ("Remove %s"), item->name),
                        _ ("Take this style out of the list; the file stays"), G_CALLBACK (on_remove));
}

/* Keeping and learning ---------------------------------------------------------------------- */

static void
on_keep (AdainStyleRow *row)
{
  g_signal_emit (row, keep_signal, 0);
}

static void
on_learn (AdainStyleRow *row)
{
  g_signal_emit (row, learn_signal, 0);
}

void
adain_style_row_set_may_learn (AdainStyleRow *row, gboolean may_learn)
{
  row->may_learn = may_learn;
  if (row->learn)
    gtk_widget_set_sensitive (row->learn, may_learn);
}

static GtkWidget *
append_item (AdainStyleRow *row, GtkWidget *menu, const char *label, const char *tooltip, GCallback callback)
{
  GtkWidget *item = gtk_menu_item_new_with_label (label);

  gtk_widget_set_tooltip_text (item, tooltip);
  g_signal_connect_swapped (item, "activate", callback, row);
  gtk_menu_shell_append (GTK_MENU_SHELL (menu), item);

  return item;
}

static GtkWidget *
create_keep_menu (AdainStyleRow *row, const AdainStyleItem *item)
{
  GtkWidget *menu = gtk_menu_new ();
  GtkWidget *keep = append_item (row, menu, _ ("Add to My Gallery"),
                                 item->gallery ? _ ("This style is in the gallery")
                                               : _ ("It can then be used without its picture"),
                                 G_CALLBACK (on_keep));

  gtk_widget_set_sensitive (keep, !item->gallery);
  row->learn =
      append_item (row, menu, _ ("Learn This Style"),
                   _ ("Within a minute or two the network learns to come nearer to this style, which is then "
                      "kept so in my gallery"),
                   G_CALLBACK (on_learn));
  gtk_widget_set_sensitive (row->learn, row->may_learn);
  gtk_widget_show_all (menu);

  return menu;
}

static GtkWidget *
create_keep (AdainStyleRow *row, const AdainStyleItem *item)
{
  gboolean    shipped = item->gallery && !item->own;
  const char *tooltip = shipped ? _ ("This style is in the gallery, and has been learned")
                                : _ ("Add this style to my gallery, or learn it");
  GtkWidget  *button = gtk_menu_button_new ();

  gtk_container_add (GTK_CONTAINER (button),
                     gtk_image_new_from_icon_name ("bookmark-new-symbolic", GTK_ICON_SIZE_MENU));
  gtk_menu_button_set_popup (GTK_MENU_BUTTON (button), create_keep_menu (row, item));
  finish_button (button, g_strdup_printf (_ ("Keep or learn %s"), item->name), tooltip);
  gtk_widget_set_sensitive (button, !shipped);

  return button;
}

/* The part that is used --------------------------------------------------------------------- */

static void
on_excerpt (AdainStyleRow *row)
{
  g_signal_emit (row, excerpt_signal, 0);
}

/* Styles of the gallery have no picture. */
static GtkWidget *
create_excerpt (AdainStyleRow *row, const AdainStyleItem *item)
{
  const char *tooltip = item->whole ? _ ("Use only a part of this picture, or turn it, and the "
                                         "direction of its strokes with it")
                                    : _ ("Styles of the gallery have no picture, of which a part "
                                         "could be used or which could be turned");
  GtkWidget  *button = create_button (row, "gimp-tool-crop",
                                      g_strdup_printf (_ ("Part and turn of %s"), item->name), tooltip,
                                      G_CALLBACK (on_excerpt));

  gtk_widget_set_sensitive (button, item->whole != NULL);

  return button;
}

/* The row itself ---------------------------------------------------------------------------- */

int
adain_style_row_get_index (AdainStyleRow *row)
{
  return row->index;
}

int
adain_style_row_get_id (AdainStyleRow *row)
{
  return row->id;
}

static void
adain_style_row_dispose (GObject *object)
{
  g_clear_object (&ADAIN_STYLE_ROW (object)->set);

  G_OBJECT_CLASS (adain_style_row_parent_class)->dispose (object);
}

static void
adain_style_row_class_init (AdainStyleRowClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = adain_style_row_dispose;

  keep_signal = g_signal_new ("keep", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                              G_TYPE_NONE, 0);
  learn_signal = g_signal_new ("learn", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                               G_TYPE_NONE, 0);
  excerpt_signal = g_signal_new ("excerpt", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                 G_TYPE_NONE, 0);
}

static void
adain_style_row_init (AdainStyleRow *row)
{
  row->may_learn = TRUE;
}

/* Its name and region, and below them its weight, or why it has none. */
static GtkWidget *
create_middle (AdainStyleRow *row, const AdainStyleItem *item)
{
  GtkWidget *middle = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);
  GtkWidget *top = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 6);
  GtkWidget *region = item->state == ADAIN_STYLE_READY ? create_region (row, item) : NULL;

  gtk_widget_set_valign (middle, GTK_ALIGN_CENTER);
  gtk_box_pack_start (GTK_BOX (top), create_name (item), TRUE, TRUE, 0);
  if (region)
    gtk_box_pack_end (GTK_BOX (top), region, FALSE, FALSE, 0);
  gtk_box_pack_start (GTK_BOX (middle), top, FALSE, FALSE, 0);
  gtk_box_pack_start (GTK_BOX (middle),
                      item->state == ADAIN_STYLE_READY ? create_scale (row, item) : create_state (item),
                      FALSE, FALSE, 0);

  return middle;
}

static void
fill (AdainStyleRow *row)
{
  const AdainStyleItem *item = adain_style_set_get (row->set, row->index);
  GtkWidget            *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 6);

  gtk_container_set_border_width (GTK_CONTAINER (box), 3);
  gtk_box_pack_start (GTK_BOX (box), create_handle (row, item), FALSE, FALSE, 0);
  gtk_box_pack_start (GTK_BOX (box), create_middle (row, item), TRUE, TRUE, 0);
  gtk_box_pack_end (GTK_BOX (box), create_remove (row, item), FALSE, FALSE, 0);
  if (item->state == ADAIN_STYLE_READY)
    {
      gtk_box_pack_end (GTK_BOX (box), create_keep (row, item), FALSE, FALSE, 0);
      gtk_box_pack_end (GTK_BOX (box), create_excerpt (row, item), FALSE, FALSE, 0);
    }
  gtk_container_add (GTK_CONTAINER (row), box);

  gtk_widget_set_tooltip_text (GTK_WIDGET (row), item->problem ? item->problem : item->path);
  atk_object_set_name (gtk_widget_get_accessible (GTK_WIDGET (row)), item->name);
  gtk_widget_show_all (GTK_WIDGET (row));
}

void
adain_style_row_sync (AdainStyleRow *row)
{
  gboolean focus = gtk_container_get_focus_child (GTK_CONTAINER (row)) != NULL;

  row->scale = row->learn = NULL;
  gtk_widget_destroy (gtk_bin_get_child (GTK_BIN (row)));
  fill (row);
  if (focus)
    gtk_widget_grab_focus (GTK_WIDGET (row));
}

GtkWidget *
adain_style_row_new (AdainStyleSet *set, int index)
{
  AdainStyleRow *row = g_object_new (ADAIN_TYPE_STYLE_ROW, NULL);

  row->set = g_object_ref (set);
  row->index = index;
  row->id = adain_style_set_get (set, index)->id;
  fill (row);

  return GTK_WIDGET (row);
}
