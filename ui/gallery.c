/* The gallery's window: every tile is the user's own picture, painted in one of the styles.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "ui/gallery.h"

#include <string.h>

#include <glib/gi18n-lib.h>

#include "ui/window.h"

#define TILE    144
#define COLUMNS 4
#define WIDTH   700
#define HEIGHT  560

typedef struct
{
  char      *name;
  char      *label; /* what it is called on screen */
  char      *words; /* what is searched, in one case */
  GtkWidget *child;
  GtkWidget *image;
  gboolean   own;     /* the user's */
  gboolean   current; /* the tile shows what the settings are */
} Tile;

struct _AdainGalleryWindow
{
  GtkDialog parent;

  GPtrArray     *tiles;
  GtkWidget     *search;
  GtkWidget     *flow;
  GtkAdjustment *scroll;
  GtkWidget     *problem;
  gint64         asked; /* since when tiles have been missing; 0: none is */
};

static guint chosen_signal, wanted_signal, forget_signal;

G_DEFINE_FINAL_TYPE (AdainGalleryWindow, adain_gallery_window, GTK_TYPE_DIALOG)

static void
tile_free (gpointer data)
{
  Tile *tile = data;

  g_free (tile->name);
  g_free (tile->label);
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

static gboolean
is_complete (AdainGalleryWindow *window)
{
  for (guint i = 0; i < window->tiles->len; i++)
    if (!tile_at (window, i)->current)
      return FALSE;

  return TRUE;
}

/* Once all are there. */
static void
tell_time (AdainGalleryWindow *window)
{
  if (!window->asked || !is_complete (window))
    return;

  g_debug ("gallery after %.0f ms", (g_get_monotonic_time () - window->asked) / 1000.0);
  window->asked = 0;
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

  tell_time (window);
}

static void
ask_for_tiles (AdainGalleryWindow *window)
{
  if (!window->asked && !is_complete (window))
    window->asked = g_get_monotonic_time ();
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

/* Escape takes the search back, and the second time the window. */
static void
on_stop_search (AdainGalleryWindow *window)
{
  if (*gtk_entry_get_text (GTK_ENTRY (window->search)))
    gtk_entry_set_text (GTK_ENTRY (window->search), "");
  else
    gtk_widget_hide (GTK_WIDGET (window));
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

/* Deleting ---------------------------------------------------------------------------------- */

static Tile *
find_tile (AdainGalleryWindow *window, const char *name)
{
  for (guint i = 0; i < window->tiles->len; i++)
    if (g_str_equal (tile_at (window, i)->name, name))
      return tile_at (window, i);

  return NULL;
}

static void
on_answer (GtkWidget *question, int response, AdainGalleryWindow *window)
{
  if (response == GTK_RESPONSE_OK)
    g_signal_emit (window, forget_signal, 0, g_object_get_data (G_OBJECT (question), "name"));
  gtk_widget_destroy (question);
}

static void
ask_to_forget (AdainGalleryWindow *window, const Tile *tile)
{
  GtkWidget *question;

  question = gtk_message_dialog_new (GTK_WINDOW (window), GTK_DIALOG_MODAL | GTK_DIALOG_DESTROY_WITH_PARENT,
                                     GTK_MESSAGE_QUESTION, GTK_BUTTONS_NONE,
                                     _ ("Delete “%s” from your gallery?"), tile->label);
  gtk_message_dialog_format_secondary_text (GTK_MESSAGE_DIALOG (question), "%s",
                                            _ ("It can be added again only if you still have its picture."));
  gtk_dialog_add_buttons (GTK_DIALOG (question), _ ("_Cancel"), GTK_RESPONSE_CANCEL, _ ("_Delete"),
                          GTK_RESPONSE_OK, NULL);
  gtk_window_set_title (GTK_WINDOW (question), _ ("Delete Style"));
  atk_object_set_name (gtk_widget_get_accessible (question), _ ("Delete Style"));
  gtk_dialog_set_default_response (GTK_DIALOG (question), GTK_RESPONSE_OK);
  g_object_set_data_full (G_OBJECT (question), "name", g_strdup (tile->name), g_free);
  g_signal_connect (question, "response", G_CALLBACK (on_answer), window);
  gtk_widget_show (question);
}

static void
on_delete_clicked (GtkWidget *button, AdainGalleryWindow *window)
{
  GtkWidget *child = gtk_widget_get_ancestor (button, GTK_TYPE_FLOW_BOX_CHILD);

  ask_to_forget (window, tile_at (window, gtk_flow_box_child_get_index (GTK_FLOW_BOX_CHILD (child))));
}

static gboolean
on_key_press (GtkWidget *flow, GdkEventKey *event, AdainGalleryWindow *window)
{
  GtkWidget  *child = gtk_container_get_focus_child (GTK_CONTAINER (flow));
  const Tile *tile = child ? tile_at (window, gtk_flow_box_child_get_index (GTK_FLOW_BOX_CHILD (child)))
                           : NULL;

  if (!tile || !tile->own || (event->keyval != GDK_KEY_Delete && event->keyval != GDK_KEY_KP_Delete))
    return GDK_EVENT_PROPAGATE;

  ask_to_forget (window, tile);

  return GDK_EVENT_STOP;
}

void
adain_gallery_window_remove (AdainGalleryWindow *window, const char *name)
{
  Tile *tile = find_tile (window, name);

  if (tile)
    {
      gtk_widget_destroy (tile->child);
      g_ptr_array_remove (window->tiles, tile);
      gtk_widget_grab_focus (window->search);
    }
}

void
adain_gallery_window_show_problem (AdainGalleryWindow *window, const char *problem)
{
  gtk_label_set_text (GTK_LABEL (window->problem), problem ? problem : "");
  gtk_widget_set_visible (window->problem, problem != NULL);
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

static GtkWidget *
create_delete (AdainGalleryWindow *window, const Tile *tile)
{
  GtkWidget *button = gtk_button_new_from_icon_name ("window-close-symbolic", GTK_ICON_SIZE_MENU);
  char      *name = g_strdup_printf (_ ("Delete %s"), tile->label);

  gtk_widget_set_halign (button, GTK_ALIGN_END);
  gtk_widget_set_valign (button, GTK_ALIGN_START);
  gtk_widget_set_tooltip_text (button, _ ("Delete this style from my gallery (Del)"));
  atk_object_set_name (gtk_widget_get_accessible (button), name);
  g_signal_connect (button, "clicked", G_CALLBACK (on_delete_clicked), window);
  g_free (name);

  return button;
}

static GtkWidget *
create_tile (AdainGalleryWindow *window, Tile *tile, const char *title, const char *artist)
{
  GtkWidget *child = gtk_flow_box_child_new ();
  GtkWidget *overlay = gtk_overlay_new ();
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);

  tile->image = gtk_image_new_from_icon_name ("image-loading", GTK_ICON_SIZE_DIALOG);
  gtk_widget_set_size_request (tile->image, TILE, TILE * 3 / 4);
  gtk_container_add (GTK_CONTAINER (overlay), tile->image);
  if (tile->own)
    gtk_overlay_add_overlay (GTK_OVERLAY (overlay), create_delete (window, tile));
  gtk_box_pack_start (GTK_BOX (box), overlay, FALSE, FALSE, 0);
  gtk_box_pack_start (GTK_BOX (box), create_label (title, FALSE), FALSE, FALSE, 0);
  gtk_box_pack_start (GTK_BOX (box), create_label (artist, TRUE), FALSE, FALSE, 0);
  gtk_container_add (GTK_CONTAINER (child), box);
  gtk_widget_set_tooltip_text (child, tile->label);
  atk_object_set_name (gtk_widget_get_accessible (child), tile->label);

  return child;
}

void
adain_gallery_window_insert (AdainGalleryWindow *window, const AdainCollection *collection, int index)
{
  const AdainGalleryEntry *entry = adain_gallery_entry (collection->gallery, index);
  Tile                    *tile = g_new0 (Tile, 1);
  const char              *artist, *title;
  char                    *all;

  tile->own = index < collection->n_own;
  tile->name = g_strdup (entry->name);
  tile->label = adain_gallery_label (entry);
  artist = tile->own ? _ ("My gallery") : entry->artist;
  title = adain_gallery_title (entry);
  /* The title in English can be found, too. */
  all = g_strdup_printf ("%s %s %s %s %s", artist, title, entry->title, entry->year, entry->name);
  tile->words = g_utf8_casefold (all, -1);
  tile->child = create_tile (window, tile, title, artist);
  index = MIN (index, (int) window->tiles->len);
  g_ptr_array_insert (window->tiles, index, tile);
  gtk_flow_box_insert (GTK_FLOW_BOX (window->flow), tile->child, index);
  gtk_widget_show_all (tile->child);
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
  forget_signal = g_signal_new ("forget", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                G_TYPE_NONE, 1, G_TYPE_STRING);
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

  window->problem = gtk_label_new (NULL);
  gtk_label_set_line_wrap (GTK_LABEL (window->problem), TRUE);
  gtk_label_set_max_width_chars (GTK_LABEL (window->problem), 60);
  gtk_label_set_xalign (GTK_LABEL (window->problem), 0.0);
  gtk_label_set_selectable (GTK_LABEL (window->problem), TRUE);
  gtk_widget_set_no_show_all (window->problem, TRUE);
  gtk_box_pack_start (content, window->problem, FALSE, FALSE, 0);
  gtk_dialog_add_button (GTK_DIALOG (window), _ ("_Close"), GTK_RESPONSE_CLOSE);
  adain_window_set_size (GTK_WINDOW (window), WIDTH, HEIGHT);

  g_signal_connect_swapped (window->search, "search-changed", G_CALLBACK (on_search), window);
  g_signal_connect_swapped (window->search, "stop-search", G_CALLBACK (on_stop_search), window);
  g_signal_connect_swapped (window->search, "activate", G_CALLBACK (on_enter), window);
  g_signal_connect_swapped (window->flow, "child-activated", G_CALLBACK (on_activated), window);
  g_signal_connect (window->flow, "key-press-event", G_CALLBACK (on_key_press), window);
  g_signal_connect_swapped (window->scroll, "value-changed", G_CALLBACK (ask_for_tiles), window);
  g_signal_connect (window, "response", G_CALLBACK (gtk_widget_hide), NULL);
  g_signal_connect (window, "delete-event", G_CALLBACK (gtk_widget_hide_on_delete), NULL);
  g_signal_connect_after (window, "map", G_CALLBACK (on_map), NULL);
}

GtkWidget *
adain_gallery_window_new (GtkWindow *parent, const AdainCollection *collection)
{
  AdainGalleryWindow *window = g_object_new (ADAIN_TYPE_GALLERY_WINDOW, "title", _ ("Gallery"),
                                             "transient-for", parent, "modal", TRUE, NULL);

  for (int i = 0; i < adain_gallery_size (collection->gallery); i++)
    adain_gallery_window_insert (window, collection, i);
  gtk_widget_show_all (gtk_dialog_get_content_area (GTK_DIALOG (window)));
  adain_gallery_window_show_problem (window, collection->problem ? collection->problem->message : NULL);

  return GTK_WIDGET (window);
}
