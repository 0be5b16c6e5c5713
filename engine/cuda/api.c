/* Binds the table: the CUDA run-time is linked in, cuDNN is looked for at run time.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "api.h"

#include <gmodule.h>

static gboolean
bind_cudnn (AdainCudaApi *api, const char *file)
{
  GModule *library = g_module_open (file, G_MODULE_BIND_LOCAL);

  if (!library)
    return FALSE;

#define ADAIN_BIND(name)                                          \
  if (!g_module_symbol (library, #name, (gpointer *) &api->name)) \
    {                                                             \
      g_module_close (library);                                   \
      return FALSE;                                               \
    }
  ADAIN_CUDNN_FUNCTIONS (ADAIN_BIND)
#undef ADAIN_BIND

  g_module_make_resident (library);
  return TRUE;
}

static gpointer
bind_all (gpointer user_data)
{
  static AdainCudaApi api;
  static const char  *files[] = {
    "libcudnn.so.9",
    "/usr/local/cuda/lib64/libcudnn.so.9",
    "/opt/cuda/lib64/libcudnn.so.9",
  };

#define ADAIN_BIND(name) api.name = name;
  ADAIN_CUDA_FUNCTIONS (ADAIN_BIND)
#undef ADAIN_BIND

  for (gsize i = 0; i < G_N_ELEMENTS (files) && !api.has_cudnn; i++)
    api.has_cudnn = bind_cudnn (&api, files[i]);
  return &api;
}

const AdainCudaApi *
adain_cuda_api (void)
{
  static GOnce once = G_ONCE_INIT;

  return g_once (&once, bind_all, NULL);
}
