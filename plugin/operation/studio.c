/* What all operations of a process share: the network, the engine and the gallery.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "plugin/operation/studio.h"

#include <gegl.h>

#include "plugin/paint/parameters.h"

static GMutex      mutex;
static char       *folder;
static int         n_users;
static AdainStudio studio;

void
adain_studio_set_folder (const char *path)
{
  g_free (folder);
  folder = g_strdup (path);
}

const char *
adain_studio_folder (void)
{
  return folder;
}

static gboolean
open_studio (GError **error)
{
  const AdainParameters parameters = { .texture = ADAIN_TEXTURE };
  AdainEngineOptions    options = adain_parameters_engine_options (&parameters, NULL);
  g_autofree char      *path = g_build_filename (folder, "weights", "compact.safetensors", NULL);

  /* As many as GIMP's preferences allow. */
  g_object_get (gegl_config (), "threads", &options.threads, NULL);
  if (studio.model == NULL)
    studio.model = adain_model_load (path, error);
  if (studio.model != NULL && studio.engine == NULL)
    studio.engine = adain_engine_new (studio.model, ADAIN_DEVICE_CPU, &options, error);
  return studio.engine != NULL;
}

AdainStudio *
adain_studio_enter (GError **error)
{
  g_mutex_lock (&mutex);
  if (open_studio (error))
    return &studio;
  g_mutex_unlock (&mutex);
  return NULL;
}

void
adain_studio_leave (void)
{
  g_mutex_unlock (&mutex);
}

int
adain_studio_look_up (AdainStudio *entered, const char *name, GError **error)
{
  g_autofree char *shipped = g_build_filename (folder, "weights", "gallery.safetensors", NULL);

  /* One that is not there may have been added since. */
  if (entered->collection != NULL && adain_gallery_find (entered->collection->gallery, name) < 0)
    g_clear_pointer (&entered->collection, adain_collection_free);
  if (entered->collection == NULL)
    entered->collection = adain_collection_open (entered->model, shipped);
  return adain_collection_look_up (entered->collection, name, error);
}

void
adain_studio_use (void)
{
  g_mutex_lock (&mutex);
  n_users++;
  g_mutex_unlock (&mutex);
}

void
adain_studio_wait (void)
{
  g_mutex_lock (&mutex);
}

void
adain_studio_unuse (void)
{
  if (--n_users == 0)
    {
      g_clear_pointer (&studio.collection, adain_collection_free);
      g_clear_pointer (&studio.engine, adain_engine_free);
      g_clear_pointer (&studio.model, adain_model_unref);
    }
  g_mutex_unlock (&mutex);
}
