/* Keeps a style's picture in the user's gallery, as its statistics.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "ui/styles/keep.h"

#include <string.h>

#include "plugin/filter/arguments.h"
#include "plugin/filter/errors.h"
#include "plugin/filter/styles.h"
#include "plugin/paint/gallery.h"

typedef struct
{
  char        *model;
  char        *title;
  AdainPixels *picture;
} Keeping;

static void
keeping_free (gpointer data)
{
  Keeping *keeping = data;

  g_clear_pointer (&keeping->picture, adain_pixels_free);
  g_free (keeping->title);
  g_free (keeping->model);
  g_free (keeping);
}

char *
adain_style_keep_title (const AdainStyleItem *item)
{
  char *title, *dot;

  if (item->layer)
    return gimp_item_get_name (GIMP_ITEM (item->layer));

  title = g_strdup (item->name);
  dot = strrchr (title, '.');
  if (dot && dot > title)
    *dot = '\0';

  return title;
}

AdainPixels *
adain_style_keep_picture (const AdainStyleItem *item, GError **error)
{
  GimpPDBErrorHandler handler = adain_errors_swap_handler (GIMP_PDB_ERROR_HANDLER_PLUGIN);
  AdainPixels        *picture;

  picture = item->layer ? adain_style_layer_pixels (item->layer, error)
                        : adain_style_load_pixels (item->path, error);
  adain_errors_swap_handler (handler);
  if (picture && !adain_excerpt_apply (&item->excerpt, picture, error))
    g_clear_pointer (&picture, adain_pixels_free);

  return picture;
}

static void
keep_in_thread (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  Keeping    *keeping = data;
  GError     *error = NULL;
  AdainModel *model = adain_model_load (keeping->model, &error);
  char       *name = NULL;

  if (model)
    name = adain_collection_keep (model, adain_arguments_gallery (), keeping->picture, keeping->title,
                                  &error);
  adain_model_unref (model);

  if (name)
    g_task_return_pointer (task, name, g_free);
  else
    g_task_return_error (task, error);
}

void
adain_style_keep_async (const AdainStyleItem *item, const char *model, GAsyncReadyCallback callback,
                        gpointer user_data)
{
  GTask   *task = g_task_new (NULL, NULL, callback, user_data);
  Keeping *keeping = g_new0 (Keeping, 1);
  GError  *error = NULL;

  keeping->model = g_strdup (model);
  keeping->title = adain_style_keep_title (item);
  keeping->picture = adain_style_keep_picture (item, &error);
  g_task_set_task_data (task, keeping, keeping_free);

  if (keeping->picture)
    g_task_run_in_thread (task, keep_in_thread);
  else
    g_task_return_error (task, error);
  g_object_unref (task);
}

char *
adain_style_keep_finish (GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}
