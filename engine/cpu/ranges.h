/* How large activations get, for kernels whose elements are integers.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "kernels.h"

G_BEGIN_DECLS

/* Writes the largest magnitudes that occur in the inputs of all layers when mosaics of random saturated
 * colors are painted in each other's style; nothing in photographs and paintings has harder contrasts.
 * `kernels` are of floats. FALSE, with ADAIN_ERROR_MEMORY, if there is not enough memory. */
gboolean adain_ranges_find (const AdainNetwork *network, const AdainKernels *kernels,
                            float encoder[ADAIN_MAX_LAYERS], float decoder[ADAIN_MAX_LAYERS], GError **error);

G_END_DECLS
