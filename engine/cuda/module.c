/* The run-time module's entry.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "cuda-private.h"

#include <gmodule.h>

/* The same quark as the engine's, which the module does not link to. */
G_DEFINE_QUARK (adain - error - quark, adain_error)

G_MODULE_EXPORT const AdainBackendClass *adain_backend (void);
G_MODULE_EXPORT const char              *g_module_check_init (GModule *module);

const AdainBackendClass *
adain_backend (void)
{
  return adain_cuda_backend ();
}

/* The driver keeps references into a CUDA program until the process ends. */
const char *
g_module_check_init (GModule *module)
{
  g_module_make_resident (module);
  return NULL;
}
