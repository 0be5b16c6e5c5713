/* A model and the gallery's styles for it, which all parts of the dialog share.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "ui/shelf.h"

#include "plugin/filter/arguments.h"

struct _AdainShelf
{
  gatomicrefcount  ref_count;
  char            *path;
  AdainModel      *model;
  GMutex           mutex; /* guards what follows */
  AdainCollection *collection;
};

static GMutex      mutex;
static AdainShelf *last;

/* Takes @model. */
static AdainShelf *
shelf_new (const char *path, AdainModel *model)
{
  AdainShelf *shelf = g_new0 (AdainShelf, 1);

  g_atomic_ref_count_init (&shelf->ref_count);
  g_mutex_init (&shelf->mutex);
  shelf->path = g_strdup (path);
  shelf->model = model;

  return shelf;
}

void
adain_shelf_unref (AdainShelf *shelf)
{
  if (!shelf || !g_atomic_ref_count_dec (&shelf->ref_count))
    return;

  adain_collection_free (shelf->collection);
  adain_model_unref (shelf->model);
  g_mutex_clear (&shelf->mutex);
  g_free (shelf->path);
  g_free (shelf);
}

AdainShelf *
adain_shelf_open (const char *path, GError **error)
{
  AdainShelf *shelf = NULL;

  g_mutex_lock (&mutex);
  if (!last || g_strcmp0 (last->path, path) != 0)
    {
      AdainModel *model = adain_model_load (path, error);

      g_clear_pointer (&last, adain_shelf_unref);
      last = model ? shelf_new (path, model) : NULL;
    }
  if (last)
    {
      g_atomic_ref_count_inc (&last->ref_count);
      shelf = last;
    }
  g_mutex_unlock (&mutex);

  return shelf;
}

AdainShelf *
adain_shelf_open_for (GimpProcedureConfig *config, GError **error)
{
  AdainParameters parameters = { 0 };
  AdainShelf     *shelf;

  adain_parameters_read (&parameters, config);
  shelf = adain_shelf_open (parameters.model, error);
  adain_parameters_clear (&parameters);

  return shelf;
}

AdainModel *
adain_shelf_model (AdainShelf *shelf)
{
  return shelf->model;
}

const AdainCollection *
adain_shelf_collection (AdainShelf *shelf)
{
  g_mutex_lock (&shelf->mutex);
  if (!shelf->collection)
    shelf->collection = adain_collection_open (shelf->model, adain_arguments_gallery ());
  g_mutex_unlock (&shelf->mutex);

  return shelf->collection;
}

void
adain_shelf_outdate (void)
{
  g_mutex_lock (&mutex);
  if (last)
    {
      AdainShelf *old = last;

      last = shelf_new (old->path, adain_model_ref (old->model));
      adain_shelf_unref (old);
    }
  g_mutex_unlock (&mutex);
}
