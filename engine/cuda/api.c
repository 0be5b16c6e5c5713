/* Binds the table: the CUDA run-time is linked in, cuDNN is looked for at run time.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "api.h"

#include <gmodule.h>

/* cuDNN 9 is a front that opens the others when it is first used, by the name alone, and aborts the process if
 * one is missing. One that is open already is found whatever its folder. */
static const char *const parts[] = { "libcudnn_graph.so.9", "libcudnn_ops.so.9", "libcudnn_cnn.so.9",
                                     "libcudnn.so.9" };

/* Opens all parts of one folder, NULL being the loader's own choice, or none. */
static gboolean
open_parts (const char *folder, GModule **opened, const char **missing)
{
  for (gsize i = 0; i < G_N_ELEMENTS (parts); i++)
    {
      char *path = folder ? g_strdup_printf ("%s/%s", folder, parts[i]) : g_strdup (parts[i]);

      opened[i] = g_module_open (path, G_MODULE_BIND_LOCAL);
      g_free (path);
      if (!opened[i])
        {
          *missing = parts[i];
          while (i > 0)
            g_module_close (opened[--i]);
          return FALSE;
        }
    }
  return TRUE;
}

static gboolean
bind_cudnn (AdainCudaApi *api, const char *folder, const char **missing)
{
  GModule *opened[G_N_ELEMENTS (parts)];
  GModule *front;
  gboolean all = TRUE;

  if (!open_parts (folder, opened, missing))
    return FALSE;
  front = opened[G_N_ELEMENTS (parts) - 1];
#define ADAIN_BIND(name) all = all && g_module_symbol (front, #name, (gpointer *) &api->name);
  ADAIN_CUDNN_FUNCTIONS (ADAIN_BIND)
#undef ADAIN_BIND
  for (gsize i = 0; i < G_N_ELEMENTS (parts); i++)
    if (all)
      g_module_make_resident (opened[i]);
    else
      g_module_close (opened[i]);
  if (!all)
    *missing = parts[G_N_ELEMENTS (parts) - 1];
  return all;
}

static gpointer
bind_all (gpointer user_data)
{
  static AdainCudaApi api;
  static const char  *folders[] = { NULL, "/usr/local/cuda/lib64", "/opt/cuda/lib64" };

#define ADAIN_BIND(name) api.name = name;
  ADAIN_CUDA_FUNCTIONS (ADAIN_BIND)
#undef ADAIN_BIND

  for (gsize i = 0; i < G_N_ELEMENTS (folders) && !api.has_cudnn; i++)
    {
      const char *missing = NULL;

      api.has_cudnn = bind_cudnn (&api, folders[i], &missing);
      if (i == 0)
        api.missing = missing;
    }
  return &api;
}

const AdainCudaApi *
adain_cuda_api (void)
{
  static GOnce once = G_ONCE_INIT;

  return g_once (&once, bind_all, NULL);
}
