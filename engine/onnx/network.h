/* A network from picture to picture in an ONNX file.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "engine/image-network.h"

G_BEGIN_DECLS

const AdainImageNetworkClass *adain_onnx_network (void);

G_END_DECLS
