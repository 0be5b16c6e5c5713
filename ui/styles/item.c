/* One of the dialog's styles.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "ui/styles/item.h"

#include <glib/gi18n-lib.h>

#include "ui/shelf.h"
#include "ui/styles/picture.h"

static char *
display_name (const char *path)
{
  GFile *file = g_file_new_for_commandline_arg (path);
  char  *base = g_file_get_basename (file);
  char  *name = g_filename_display_name (base ? base : path);

  g_free (base);
  g_object_unref (file);

  return name;
}

AdainStyleItem *
adain_style_item_new_path (int id, const char *path)
{
  AdainStyleItem *item = g_new0 (AdainStyleItem, 1);

  item->id = id;
  item->excerpt = ADAIN_EXCERPT_WHOLE;
  item->path = g_strdup (path);
  item->gallery = adain_gallery_name (item->path);
  item->name = item->gallery ? g_strdup (item->gallery) : display_name (path);
  item->state = ADAIN_STYLE_LOADING;

  return item;
}

AdainStyleItem *
adain_style_item_new_layer (int id, GimpDrawable *layer)
{
  AdainStyleItem *item = g_new0 (AdainStyleItem, 1);
  char           *name = gimp_item_get_name (GIMP_ITEM (layer));
  GdkPixbuf      *picture = adain_style_picture_from_drawable (layer, &ADAIN_EXCERPT_WHOLE);

  item->id = id;
  item->excerpt = ADAIN_EXCERPT_WHOLE;
  item->layer = g_object_ref (layer);
  item->name = g_strdup_printf (_ ("Layer “%s”"), name ? name : "");
  adain_style_item_set_picture (item, picture);
  item->state = picture ? ADAIN_STYLE_READY : ADAIN_STYLE_BROKEN;
  g_clear_object (&picture);
  g_free (name);

  return item;
}

void
adain_style_item_free (gpointer data)
{
  AdainStyleItem *item = data;

  g_free (item->path);
  g_clear_object (&item->layer);
  g_clear_object (&item->region);
  g_free (item->name);
  g_free (item->problem);
  g_clear_object (&item->whole);
  g_clear_object (&item->pixbuf);
  g_free (item);
}

void
adain_style_item_look_up (AdainStyleItem *item, GimpProcedureConfig *config)
{
  GError                *error = NULL;
  AdainShelf            *shelf = adain_shelf_open_for (config, &error);
  const AdainCollection *collection = shelf ? adain_shelf_collection (shelf) : NULL;
  int entry = collection ? adain_collection_look_up (collection, item->gallery, &error) : -1;

  g_clear_pointer (&item->problem, g_free);
  item->state = entry >= 0 ? ADAIN_STYLE_READY : ADAIN_STYLE_BROKEN;
  item->own = entry >= 0 && entry < collection->n_own;
  if (entry >= 0)
    {
      g_free (item->name);
      item->name = adain_gallery_label (adain_gallery_entry (collection->gallery, entry));
    }
  else
    {
      item->problem = g_strdup (error->message);
    }

  adain_shelf_unref (shelf);
  g_clear_error (&error);
}

/* Shows what is used of the picture as far as it is known. */
static void
take (AdainStyleItem *item)
{
  g_clear_object (&item->pixbuf);
  item->refined = FALSE;
  item->coarse = item->whole && adain_style_picture_is_coarse (item->whole, &item->excerpt);
  if (item->whole)
    item->pixbuf = adain_style_picture_take (item->whole, &item->excerpt);
}

void
adain_style_item_set_picture (AdainStyleItem *item, GdkPixbuf *picture)
{
  g_set_object (&item->whole, picture);
  take (item);
}

gboolean
adain_style_item_set_excerpt (AdainStyleItem *item, const AdainExcerpt *excerpt)
{
  if (adain_excerpt_equal (&item->excerpt, excerpt) || item->gallery)
    return FALSE;

  item->excerpt = *excerpt;
  take (item);

  return TRUE;
}
