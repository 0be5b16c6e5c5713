/* Reads the pictures of styles in threads, and of parts of them once more, with the detail that these need.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "ui/styles/loader.h"

#include "ui/styles/picture.h"

/* After so many milliseconds without a change of a part the file is read again for it. */
#define REFINE_DELAY 300

/* Counted by references: files that are being read have one each. */
struct _AdainStyleLoader
{
  GPtrArray       *items; /* NULL: nobody waits any more */
  GCancellable    *cancellable;
  AdainStyleLoaded loaded;
  AdainStyleLoaded refined;
  gpointer         user_data;
  guint            refine_source;
};

/* A file is being read. */
typedef struct
{
  AdainStyleLoader *loader;
  int               id;
  AdainExcerpt      excerpt;
} Loading;

static void
loader_clear (gpointer data)
{
  AdainStyleLoader *loader = data;

  g_object_unref (loader->cancellable);
}

static void
loading_free (Loading *loading)
{
  g_rc_box_release_full (loading->loader, loader_clear);
  g_free (loading);
}

/* That the file was read for; NULL if it is there no more. */
static AdainStyleItem *
find_item (const Loading *loading)
{
  const GPtrArray *items = loading->loader->items;

  for (guint i = 0; items && i < items->len; i++)
    {
      AdainStyleItem *item = g_ptr_array_index (items, i);

      if (item->id == loading->id)
        return item;
    }

  return NULL;
}

/* The picture that was read, or NULL; formats that GdkPixbuf does not know are left to GIMP. */
static GdkPixbuf *
finish_loading (const Loading *loading, const AdainStyleItem *item, GAsyncResult *result, GError **error)
{
  GError    *local = NULL;
  GdkPixbuf *pixbuf = adain_style_picture_load_finish (result, &local);

  if (!pixbuf && item && !g_error_matches (local, G_IO_ERROR, G_IO_ERROR_CANCELLED)
      && !g_error_matches (local, G_IO_ERROR, G_IO_ERROR_IS_DIRECTORY)
      && !g_error_matches (local, G_IO_ERROR, G_IO_ERROR_NOT_FOUND))
    {
      g_clear_error (&local);
      pixbuf = adain_style_picture_load_by_gimp (item->path, &loading->excerpt, &local);
    }
  if (local)
    g_propagate_error (error, local);

  return pixbuf;
}

static void
start_loading (AdainStyleLoader *loader, const AdainStyleItem *item, const AdainExcerpt *excerpt,
               GAsyncReadyCallback callback)
{
  Loading *loading = g_new (Loading, 1);

  loading->loader = g_rc_box_acquire (loader);
  loading->id = item->id;
  loading->excerpt = *excerpt;
  adain_style_picture_load_async (item->path, excerpt, loader->cancellable, callback, loading);
}

/* Whole pictures ---------------------------------------------------------------------------- */

/* Takes on what reading the file gave. */
static void
set_state (AdainStyleItem *item, GdkPixbuf *pixbuf, const GError *error)
{
  g_clear_pointer (&item->problem, g_free);

  if (pixbuf)
    {
      item->state = ADAIN_STYLE_READY;
    }
  else if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND))
    {
      item->state = ADAIN_STYLE_MISSING;
    }
  else
    {
      item->state = ADAIN_STYLE_BROKEN;
      item->problem = g_strdup (error ? error->message : NULL);
    }
}

static void
on_loaded (GObject *source, GAsyncResult *result, gpointer data)
{
  Loading          *loading = data;
  AdainStyleLoader *loader = loading->loader;
  AdainStyleItem   *item = find_item (loading);
  GError           *error = NULL;
  GdkPixbuf        *pixbuf = finish_loading (loading, item, result, &error);

  if (item && !g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    {
      adain_style_item_set_picture (item, pixbuf);
      set_state (item, pixbuf, error);
      adain_style_loader_refine_later (loader);
      loader->loaded (item, loader->user_data);
    }

  g_clear_object (&pixbuf);
  g_clear_error (&error);
  loading_free (loading);
}

void
adain_style_loader_load (AdainStyleLoader *loader, AdainStyleItem *item)
{
  item->state = ADAIN_STYLE_LOADING;
  start_loading (loader, item, &ADAIN_EXCERPT_WHOLE, on_loaded);
}

/* Parts ------------------------------------------------------------------------------------- */

/* @pixbuf is the detail of what is used of @item, or NULL if there is none to be had. */
static void
set_detail (AdainStyleLoader *loader, AdainStyleItem *item, GdkPixbuf *pixbuf)
{
  if (pixbuf)
    g_set_object (&item->pixbuf, pixbuf);
  item->coarse = FALSE;
  loader->refined (item, loader->user_data);
}

static void
on_refined (GObject *source, GAsyncResult *result, gpointer data)
{
  Loading          *loading = data;
  AdainStyleLoader *loader = loading->loader;
  AdainStyleItem   *item = find_item (loading);
  GdkPixbuf        *pixbuf = finish_loading (loading, item, result, NULL);

  /* It may not be the one in use any more. */
  if (item && adain_excerpt_equal (&item->excerpt, &loading->excerpt))
    set_detail (loader, item, pixbuf);

  g_clear_object (&pixbuf);
  loading_free (loading);
}

static void
refine (AdainStyleLoader *loader, AdainStyleItem *item)
{
  item->refined = TRUE;
  if (item->path)
    {
      start_loading (loader, item, &item->excerpt, on_refined);
    }
  else
    {
      GdkPixbuf *pixbuf = adain_style_picture_from_drawable (item->layer, &item->excerpt);

      set_detail (loader, item, pixbuf);
      g_clear_object (&pixbuf);
    }
}

static gboolean
on_refine (gpointer data)
{
  AdainStyleLoader *loader = data;

  loader->refine_source = 0;
  for (guint i = 0; i < loader->items->len; i++)
    {
      AdainStyleItem *item = g_ptr_array_index (loader->items, i);

      if (item->coarse && !item->refined)
        refine (loader, item);
    }

  return G_SOURCE_REMOVE;
}

void
adain_style_loader_refine_later (AdainStyleLoader *loader)
{
  g_clear_handle_id (&loader->refine_source, g_source_remove);
  loader->refine_source = g_timeout_add (REFINE_DELAY, on_refine, loader);
}

/* Construction ------------------------------------------------------------------------------ */

AdainStyleLoader *
adain_style_loader_new (GPtrArray *items, AdainStyleLoaded loaded, AdainStyleLoaded refined,
                        gpointer user_data)
{
  AdainStyleLoader *loader = g_rc_box_new0 (AdainStyleLoader);

  loader->items = g_ptr_array_ref (items);
  loader->cancellable = g_cancellable_new ();
  loader->loaded = loaded;
  loader->refined = refined;
  loader->user_data = user_data;

  return loader;
}

void
adain_style_loader_free (AdainStyleLoader *loader)
{
  if (!loader)
    return;

  g_cancellable_cancel (loader->cancellable);
  g_clear_handle_id (&loader->refine_source, g_source_remove);
  g_clear_pointer (&loader->items, g_ptr_array_unref);
  g_rc_box_release_full (loader, loader_clear);
}
