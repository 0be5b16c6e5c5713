/* Bringing a result of the working size back to the picture's full size.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "mixture.h"

G_BEGIN_DECLS

/* Clips `result` (work.height * work.width * 3), scales it to the source's size, adds the fine detail
 * that the scaled picture does not have, and writes it. */
gboolean adain_detail_write (AdainContent *content, float *result, const AdainMixture *mixture,
                             const AdainRenderOptions *options, const AdainSink *sink,
                             const AdainReport *report, GError **error);

G_END_DECLS
