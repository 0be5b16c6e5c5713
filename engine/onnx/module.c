/* The run-time module's entry.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <gmodule.h>

#include "engine/onnx/network.h"

/* The same quark as the engine's, which the module does not link to. */
G_DEFINE_QUARK (adain - error - quark, adain_error)

G_MODULE_EXPORT const AdainImageNetworkClass *adain_image_network (void);

const AdainImageNetworkClass *
adain_image_network (void)
{
  return adain_onnx_network ();
}
