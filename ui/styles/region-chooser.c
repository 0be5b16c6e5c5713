/* Choosing the channel, mask or layer of the image that says where a style is, or where the picture stays.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "ui/styles/region-chooser.h"

#include <glib/gi18n-lib.h>

/* So many letters of a name are seen. */
#define NAME_CHARS 11

typedef struct
{
  AdainRegionChosen chosen;
  gpointer          user_data;
} Listener;

/* The ids of the rows are those of the drawables, and this for none. */
#define NONE "0"

static void
on_changed (GtkComboBox *combo, Listener *listener)
{
  const char *id = gtk_combo_box_get_active_id (combo);
  GimpItem   *item = id ? gimp_item_get_by_id (atoi (id)) : NULL;

  listener->chosen (item && GIMP_IS_DRAWABLE (item) ? GIMP_DRAWABLE (item) : NULL, listener->user_data);
}

static void
free_listener (gpointer data, GClosure *closure)
{
  g_free (data);
}

static void
add (GtkComboBoxText *combo, const char *format, GimpDrawable *drawable, const char *name)
{
  char *id = g_strdup_printf ("%d", gimp_item_get_id (GIMP_ITEM (drawable)));
  char *text = g_strdup_printf (format, name);

  gtk_combo_box_text_append (combo, id, text);
  g_free (text);
  g_free (id);
}

/* The layers, with those in groups and their masks. Returns how many entries that made. */
static int
add_layers (GtkComboBoxText *combo, GimpItem **layers)
{
  int n = 0;

  for (int i = 0; layers && layers[i]; i++)
    {
      char          *name = gimp_item_get_name (layers[i]);
      GimpLayerMask *mask = gimp_layer_get_mask (GIMP_LAYER (layers[i]));

      add (combo, _ ("Layer “%s”"), GIMP_DRAWABLE (layers[i]), name);
      n++;
      if (mask)
        {
          add (combo, _ ("Mask of “%s”"), GIMP_DRAWABLE (mask), name);
          n++;
        }
      if (gimp_item_is_group (layers[i]))
        {
          GimpItem **children = gimp_item_get_children (layers[i]);

          n += add_layers (combo, children);
          g_free (children);
        }
      g_free (name);
    }

  return n;
}

static int
add_all (GtkComboBoxText *combo, GimpImage *image)
{
  GimpChannel **channels = gimp_image_get_channels (image);
  GimpLayer   **layers = gimp_image_get_layers (image);
  int           n = 0;

  for (; channels && channels[n]; n++)
    {
      char *name = gimp_item_get_name (GIMP_ITEM (channels[n]));

      add (combo, _ ("Channel “%s”"), GIMP_DRAWABLE (channels[n]), name);
      g_free (name);
    }
  n += add_layers (combo, (GimpItem **) layers);
  g_free (layers);
  g_free (channels);

  return n;
}

/* Long names are cut, so that the box does not grow with them. */
static void
cut_names (GtkWidget *combo)
{
  GList *cells = gtk_cell_layout_get_cells (GTK_CELL_LAYOUT (combo));

  for (GList *cell = cells; cell; cell = cell->next)
    g_object_set (cell->data, "ellipsize", PANGO_ELLIPSIZE_END, "width-chars", NAME_CHARS, NULL);
  g_list_free (cells);
}

GtkWidget *
adain_region_chooser_new (GimpImage *image, GimpDrawable *active, const char *none, AdainRegionChosen chosen,
                          gpointer user_data)
{
  GtkWidget *combo = g_object_ref_sink (gtk_combo_box_text_new ());
  Listener  *listener;
  char      *id;

  gtk_combo_box_text_append (GTK_COMBO_BOX_TEXT (combo), NONE, none);
  if (add_all (GTK_COMBO_BOX_TEXT (combo), image) < 2)
    {
      g_object_unref (combo);
      return NULL;
    }

  id = g_strdup_printf ("%d", active ? gimp_item_get_id (GIMP_ITEM (active)) : 0);
  gtk_combo_box_set_active_id (GTK_COMBO_BOX (combo), id);
  g_free (id);
  cut_names (combo);

  listener = g_new (Listener, 1);
  *listener = (Listener) { chosen, user_data };
  g_signal_connect_data (combo, "changed", G_CALLBACK (on_changed), listener, free_listener, 0);
  g_object_force_floating (G_OBJECT (combo));

  return combo;
}

/* What is protected ------------------------------------------------------------------------- */

static void
on_protect_chosen (GimpDrawable *drawable, gpointer config)
{
  g_object_set (config, "protect", drawable, NULL);
}

/* Follows a reset. */
static void
on_protect (GObject *config, GParamSpec *pspec, GtkWidget *combo)
{
  GimpDrawable *protect = NULL;
  char         *id;

  g_object_get (config, "protect", &protect, NULL);
  id = g_strdup_printf ("%d", protect ? gimp_item_get_id (GIMP_ITEM (protect)) : 0);
  if (g_strcmp0 (gtk_combo_box_get_active_id (GTK_COMBO_BOX (combo)), id) != 0)
    gtk_combo_box_set_active_id (GTK_COMBO_BOX (combo), id);
  g_free (id);
  g_clear_object (&protect);
}

GtkWidget *
adain_protect_new (GimpProcedureConfig *config, GimpImage *image, GtkSizeGroup *labels)
{
  GtkWidget *box, *label;
  GtkWidget *combo = adain_region_chooser_new (image, NULL, _ ("Nothing"), on_protect_chosen, config);

  if (!combo)
    return NULL;

  box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 6);
  label = gtk_label_new (_ ("Protect"));
  gtk_label_set_xalign (GTK_LABEL (label), 0.0);
  atk_object_add_relationship (gtk_widget_get_accessible (combo), ATK_RELATION_LABELLED_BY,
                               gtk_widget_get_accessible (label));
  gtk_size_group_add_widget (labels, label);
  gtk_widget_set_tooltip_text (combo, _ ("Where the picture stays as it is, such as a face: the bright parts "
                                         "of a mask, a channel or a layer, or what a layer covers"));
  gtk_box_pack_start (GTK_BOX (box), label, FALSE, FALSE, 0);
  gtk_box_pack_start (GTK_BOX (box), combo, TRUE, TRUE, 0);
  g_signal_connect_object (config, "notify::protect", G_CALLBACK (on_protect), combo, 0);
  on_protect (G_OBJECT (config), NULL, combo);

  return box;
}
