/* The dialog and the gallery: its window, styles that are kept in it, and styles that are learned.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "ui/dialog-private.h"

#include <glib/gi18n-lib.h>

#include "plugin/filter/arguments.h"
#include "ui/gallery.h"
#include "ui/preview/preview.h"
#include "ui/run-bar.h"
#include "ui/shelf.h"
#include "ui/styles/keep.h"
#include "ui/styles/learn.h"
#include "ui/styles/list.h"
#include "ui/styles/sources.h"
#include "ui/thumbnail.h"

static void
on_tile (const char *name, cairo_surface_t *surface, gpointer user_data)
{
  AdainDialog *dialog = user_data;

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

void
adain_dialog_request_tiles (AdainDialog *dialog)
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
on_chosen (AdainDialog *dialog, const char *name)
{
  char *style = g_strconcat (ADAIN_GALLERY_PREFIX, name, NULL);

  adain_dialog_queue_update (dialog); /* from the click on, whatever it leads to */
  adain_style_sources_add (dialog->styles, dialog->state, style);
  g_free (style);
}

static void
on_forget (AdainDialog *dialog, const char *name)
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
create_gallery (AdainDialog *dialog, const AdainCollection *collection, GError **error)
{
  gboolean any = adain_gallery_size (collection->gallery) > 0;

  if (any)
    {
      dialog->gallery = adain_gallery_window_new (GTK_WINDOW (dialog->window), collection);
      g_signal_connect_swapped (dialog->gallery, "chosen", G_CALLBACK (on_chosen), dialog);
      g_signal_connect_swapped (dialog->gallery, "wanted", G_CALLBACK (adain_dialog_request_tiles), dialog);
      g_signal_connect_swapped (dialog->gallery, "forget", G_CALLBACK (on_forget), dialog);
    }
  else
    {
      g_propagate_error (error, g_error_copy (collection->problem));
    }

  return any;
}

void
adain_dialog_show_gallery (AdainDialog *dialog)
{
  GError     *error = NULL;
  AdainShelf *shelf = dialog->gallery ? NULL : adain_shelf_open_for (dialog->config, &error);

  if (dialog->gallery || (shelf && create_gallery (dialog, adain_shelf_collection (shelf), &error)))
    gtk_window_present (GTK_WINDOW (dialog->gallery));
  else
    adain_dialog_show_message (dialog, GTK_MESSAGE_ERROR, error->message);

  g_clear_error (&error);
  adain_shelf_unref (shelf);
}

/* The style @name of the user's gallery is new there, or another than before; @text says so, and is freed. */
static void
show_kept (AdainDialog *dialog, const char *name, char *text)
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
  adain_dialog_show_message (dialog, GTK_MESSAGE_INFO, text);

  g_free (text);
  adain_shelf_unref (shelf);
}

static void
on_kept (GObject *source, GAsyncResult *result, gpointer user_data)
{
  AdainDialog *dialog = user_data;
  GError      *error = NULL;
  char        *name = adain_style_keep_finish (result, &error);

  dialog->keeping--;
  if (dialog->closed && error)
    g_message ("%s", error->message);
  else if (error)
    adain_dialog_show_message (dialog, GTK_MESSAGE_ERROR, error->message);
  else if (!dialog->closed)
    show_kept (dialog, name,
               g_strdup_printf (_ ("The style is in your gallery now, as “%s%s”."), ADAIN_GALLERY_PREFIX,
                                name));

  g_clear_error (&error);
  g_free (name);
}

void
adain_dialog_keep (AdainDialog *dialog, int index)
{
  AdainParameters parameters = { 0 };

  adain_dialog_hide_message (dialog);
  dialog->keeping++;
  adain_parameters_read (&parameters, dialog->config);
  adain_style_keep_async (adain_style_set_get (dialog->styles, index), parameters.model, on_kept, dialog);
  adain_parameters_clear (&parameters);
}

/* Learning ---------------------------------------------------------------------------------- */

static void
set_learning (AdainDialog *dialog, gboolean learning)
{
  dialog->learning = learning;
  adain_style_list_set_may_learn (ADAIN_STYLE_LIST (dialog->list), !learning);
  adain_dialog_update_ok (dialog);
}

/* From now on the style is used as it was learned, unless it was taken out of the list meanwhile, or another model was
 * chosen. */
static void
use_learned (AdainDialog *dialog, const char *name)
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
  AdainDialog *dialog = user_data;
  GError      *error = NULL;
  char        *name = adain_style_learn_finish (result, &error);

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
    adain_dialog_show_message (dialog, GTK_MESSAGE_ERROR, error->message);

  g_clear_error (&error);
  g_free (name);
}

/* What the preview shows, to learn from; NULL: the selection does not meet it. */
static AdainPreviewPicture *
read_content (AdainDialog *dialog)
{
  AdainPreviewPicture *content = adain_preview_picture_new (dialog->image, dialog->drawables[0],
                                                            ADAIN_THUMBNAIL_MAX);

  while (content && adain_preview_picture_read (content))
    ;

  return content;
}

void
adain_dialog_learn (AdainDialog *dialog, int index)
{
  AdainStyleLearnOptions options = { .content = read_content (dialog),
                                     .progress = adain_run_bar_report,
                                     .progress_data = dialog->run_bar };
  GCancellable          *cancellable;

  if (!options.content)
    return;

  adain_dialog_hide_message (dialog);
  adain_parameters_read (&options.parameters, dialog->config);
  dialog->learned_id = adain_style_set_get (dialog->styles, index)->id;
  set_learning (dialog, TRUE);
  adain_run_bar_begin_learning (ADAIN_RUN_BAR (dialog->run_bar), &options.enough, &cancellable);
  adain_style_learn_async (adain_style_set_get (dialog->styles, index), &options, cancellable, on_learned,
                           dialog);
}

void
adain_dialog_finish_keeping (AdainDialog *dialog)
{
  dialog->closed = TRUE;
  if (dialog->learning)
    adain_run_bar_cancel (ADAIN_RUN_BAR (dialog->run_bar));
  if (dialog->window)
    gtk_widget_hide (dialog->window);
  while (dialog->keeping > 0 || dialog->learning)
    g_main_context_iteration (NULL, TRUE);
}
