/* The gallery's window: every tile is the user's own picture, painted in one of the styles.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "ui/gallery.h"

#include <string.h>

#include <glib/gi18n-lib.h>

#define TILE    144
#define COLUMNS 4
#define WIDTH   700
#define HEIGHT  560

typedef struct
{
  char      *name;
  char      *words; /* what is searched, in one case */
  GtkWidget *child;
  GtkWidget *image;
  gboolean   current; /* the tile shows what the settings are */
} Tile;

struct _AdainGalleryWindow
{
  GtkDialog parent;

  GPtrArray     *tiles;
  GtkWidget     *search;
  GtkWidget     *flow;
  GtkAdjustment *scroll;
};

static guint chosen_signal, wanted_signal;

G_DEFINE_FINAL_TYPE (AdainGalleryWindow, adain_gallery_window, GTK_TYPE_DIALOG)

static void
tile_free (gpointer data)
{
  Tile *tile = data;

  g_free (tile->name);
  g_free (tile->words);
  g_free (tile);
}

static Tile *
tile_at (AdainGalleryWindow *window, guint i)
{
  return window->tiles->pdata[i];
}

/* Whether it would be seen if the window were. */
static gboolean
in_sight (AdainGalleryWindow *window, const Tile *tile)
{
  double        top = gtk_adjustment_get_value (window->scroll);
  GtkAllocation place;

  if (!gtk_widget_get_child_visible (tile->child))
    return FALSE;

  gtk_widget_get_allocation (tile->child, &place);

  return place.y + place.height > top && place.y < top + gtk_adjustment_get_page_size (window->scroll);
}

GPtrArray *
adain_gallery_window_wanted (AdainGalleryWindow *window)
{
  GPtrArray *names = g_ptr_array_new ();

  if (!gtk_widget_get_visible (GTK_WIDGET (window)))
    return names;

  for (int sight = 1; sight >= 0; sight--)
    for (guint i = 0; i < window->tiles->len; i++)
      if (!tile_at (window, i)->current && in_sight (window, tile_at (window, i)) == sight)
        g_ptr_array_add (names, tile_at (window, i)->name);

  return names;
}

void
adain_gallery_window_set_tile (AdainGalleryWindow *window, const char *name, cairo_surface_t *surface)
{
  for (guint i = 0; i < window->tiles->len; i++)
    if (g_str_equal (tile_at (window, i)->name, name))
      {
        tile_at (window, i)->current = TRUE;
        if (surface)
          gtk_image_set_from_surface (GTK_IMAGE (tile_at (window, i)->image), surface);
        /* What a screen reader says, and tests wait for. */
        atk_object_set_description (gtk_widget_get_accessible (tile_at (window, i)->child),
                                    surface ? _ ("Your picture in this style")
                                            : _ ("This style cannot be shown"));
      }
}

static void
ask_for_tiles (AdainGalleryWindow *window)
{
  g_signal_emit (window, wanted_signal, 0);
}

void
adain_gallery_window_outdate (AdainGalleryWindow *window)
{
  for (guint i = 0; i < window->tiles->len; i++)
    tile_at (window, i)->current = FALSE;

  if (gtk_widget_get_visible (GTK_WIDGET (window)))
    ask_for_tiles (window);
}

/* Searching and choosing -------------------------------------------------------------------- */

/* All words have to be there, in any order. */
static gboolean
is_found (GtkFlowBoxChild *child, gpointer user_data)
{
  AdainGalleryWindow *window = user_data;
  const Tile         *tile = tile_at (window, gtk_flow_box_child_get_index (child));
  char               *text = g_utf8_casefold (gtk_entry_get_text (GTK_ENTRY (window->search)), -1);
  char              **words = g_strsplit (text, " ", -1);
  gboolean            found = TRUE;

  for (int i = 0; words[i]; i++)
    found = found && strstr (tile->words, words[i]) != NULL;
  g_strfreev (words);
  g_free (text);

  return found;
}

static void
on_search (AdainGalleryWindow *window)
{
  gtk_flow_box_invalidate_filter (GTK_FLOW_BOX (window->flow));
  gtk_adjustment_set_value (window->scroll, 0);
  ask_for_tiles (window);
}

static void
on_activated (AdainGalleryWindow *window, GtkFlowBoxChild *child)
{
  gtk_widget_hide (GTK_WIDGET (window));
  g_signal_emit (window, chosen_signal, 0, tile_at (window, gtk_flow_box_child_get_index (child))->name);
}

/* Enter in the search takes what was found, if that is one. */
static void
on_enter (AdainGalleryWindow *window)
{
  GtkWidget *found = NULL;

  for (guint i = 0; i < window->tiles->len; i++)
    if (gtk_widget_get_child_visible (tile_at (window, i)->child))
      {
        if (found)
          return;
        found = tile_at (window, i)->child;
      }

  if (found)
    on_activated (window, GTK_FLOW_BOX_CHILD (found));
}

static void
on_map (AdainGalleryWindow *window)
{
  gtk_widget_grab_focus (window->search);
  ask_for_tiles (window);
}

/* Construction ------------------------------------------------------------------------------ */

static GtkWidget *
create_label (const char *text, gboolean dim)
{
  GtkWidget *label = gtk_label_new (text);

  gtk_label_set_ellipsize (GTK_LABEL (label), PANGO_ELLIPSIZE_END);
  gtk_label_set_max_width_chars (GTK_LABEL (label), 10);
  if (dim)
    gtk_style_context_add_class (gtk_widget_get_style_context (label), "dim-label");

  return label;
}

static void
add_tile (AdainGalleryWindow *window, const AdainGalleryEntry *entry)
{
  Tile      *tile = g_new0 (Tile, 1);
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);
  char      *all = g_strdup_printf ("%s %s %s %s", entry->artist, entry->title, entry->year, entry->name);
  char      *known;

  /* Translators: a painter and one of his paintings. */
  known = g_strdup_printf (_ ("%s: %s"), entry->artist, entry->title);
  tile->name = g_strdup (entry->name);
  tile->words = g_utf8_casefold (all, -1);
  tile->image = gtk_image_new_from_icon_name ("image-loading", GTK_ICON_SIZE_DIALOG);
  gtk_widget_set_size_request (tile->image, TILE, TILE * 3 / 4);
  gtk_box_pack_start (GTK_BOX (box), tile->image, FALSE, FALSE, 0);
  gtk_box_pack_start (GTK_BOX (box), create_label (entry->title, FALSE), FALSE, FALSE, 0);
  gtk_box_pack_start (GTK_BOX (box), create_label (entry->artist, TRUE), FALSE, FALSE, 0);

  tile->child = gtk_flow_box_child_new ();
  gtk_container_add (GTK_CONTAINER (tile->child), box);
  gtk_widget_set_tooltip_text (tile->child, known);
  atk_object_set_name (gtk_widget_get_accessible (tile->child), known);
  g_ptr_array_add (window->tiles, tile);
  gtk_flow_box_insert (GTK_FLOW_BOX (window->flow), tile->child, -1);
  g_free (known);
  g_free (all);
}

static void
adain_gallery_window_destroy (GtkWidget *widget)
{
  AdainGalleryWindow *window = ADAIN_GALLERY_WINDOW (widget);

  if (window->flow)
    {
      g_signal_handlers_disconnect_by_data (window->scroll, window);
      gtk_flow_box_set_filter_func (GTK_FLOW_BOX (window->flow), NULL, NULL, NULL);
      window->flow = NULL;
      g_ptr_array_set_size (window->tiles, 0);
    }

  GTK_WIDGET_CLASS (adain_gallery_window_parent_class)->destroy (widget);
}

static void
adain_gallery_window_finalize (GObject *object)
{
  g_ptr_array_unref (ADAIN_GALLERY_WINDOW (object)->tiles);

  G_OBJECT_CLASS (adain_gallery_window_parent_class)->finalize (object);
}

static void
adain_gallery_window_class_init (AdainGalleryWindowClass *klass)
{
  GTK_WIDGET_CLASS (klass)->destroy = adain_gallery_window_destroy;
  G_OBJECT_CLASS (klass)->finalize = adain_gallery_window_finalize;

  chosen_signal = g_signal_new ("chosen", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                G_TYPE_NONE, 1, G_TYPE_STRING);
  wanted_signal = g_signal_new ("wanted", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                G_TYPE_NONE, 0);
}

static void
adain_gallery_window_init (AdainGalleryWindow *window)
{
  GtkBox    *content = GTK_BOX (gtk_dialog_get_content_area (GTK_DIALOG (window)));
  GtkWidget *scrolled = gtk_scrolled_window_new (NULL, NULL);

  window->tiles = g_ptr_array_new_with_free_func (tile_free);
  window->search = gtk_search_entry_new ();
  gtk_entry_set_placeholder_text (GTK_ENTRY (window->search), _ ("Search for a painter or a painting"));
  atk_object_set_name (gtk_widget_get_accessible (window->search), _ ("Search"));

  window->flow = gtk_flow_box_new ();
  gtk_flow_box_set_homogeneous (GTK_FLOW_BOX (window->flow), TRUE);
  gtk_flow_box_set_min_children_per_line (GTK_FLOW_BOX (window->flow), COLUMNS);
  gtk_flow_box_set_max_children_per_line (GTK_FLOW_BOX (window->flow), 2 * COLUMNS);
  gtk_flow_box_set_filter_func (GTK_FLOW_BOX (window->flow), is_found, window, NULL);
  gtk_widget_set_valign (window->flow, GTK_ALIGN_START);
  atk_object_set_name (gtk_widget_get_accessible (window->flow), _ ("Styles of the gallery"));

  gtk_scrolled_window_set_policy (GTK_SCROLLED_WINDOW (scrolled), GTK_POLICY_NEVER, GTK_POLICY_AUTOMATIC);
  gtk_container_add (GTK_CONTAINER (scrolled), window->flow);
  window->scroll = gtk_scrolled_window_get_vadjustment (GTK_SCROLLED_WINDOW (scrolled));

  gtk_container_set_border_width (GTK_CONTAINER (content), 6);
  gtk_box_set_spacing (content, 6);
  gtk_box_pack_start (content, window->search, FALSE, FALSE, 0);
  gtk_box_pack_start (content, scrolled, TRUE, TRUE, 0);
  gtk_dialog_add_button (GTK_DIALOG (window), _ ("_Close"), GTK_RESPONSE_CLOSE);
  gtk_window_set_default_size (GTK_WINDOW (window), WIDTH, HEIGHT);

  g_signal_connect_swapped (window->search, "search-changed", G_CALLBACK (on_search), window);
  g_signal_connect_swapped (window->search, "activate", G_CALLBACK (on_enter), window);
  g_signal_connect_swapped (window->flow, "child-activated", G_CALLBACK (on_activated), window);
  g_signal_connect_swapped (window->scroll, "value-changed", G_CALLBACK (ask_for_tiles), window);
  g_signal_connect (window, "response", G_CALLBACK (gtk_widget_hide), NULL);
  g_signal_connect (window, "delete-event", G_CALLBACK (gtk_widget_hide_on_delete), NULL);
  g_signal_connect_after (window, "map", G_CALLBACK (on_map), NULL);
}

GtkWidget *
adain_gallery_window_new (GtkWindow *parent, const AdainGallery *gallery)
{
  AdainGalleryWindow *window = g_object_new (ADAIN_TYPE_GALLERY_WINDOW, "title", _ ("Gallery"),
                                             "transient-for", parent, "modal", TRUE, NULL);

  for (int i = 0; i < adain_gallery_size (gallery); i++)
    add_tile (window, adain_gallery_entry (gallery, i));
  gtk_widget_show_all (gtk_dialog_get_content_area (GTK_DIALOG (window)));

  return GTK_WIDGET (window);
}
