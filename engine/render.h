/* The second pass: features, tile by tile, into the result.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "content.h"

G_BEGIN_DECLS

/* Bytes per pixel that one worker's tile takes in this pass: the scratch of the encoder (for features
 * that are not kept), two decoded pictures, the features of the tile and what is written. */
#define ADAIN_RENDER_BYTES ((8 + 3 + 3 + 2 + 4) * (int) sizeof (float))

/* And for what of a pixel is painted, where that is not all. */
#define ADAIN_COVER_BYTES (3 * (int) sizeof (float))

G_END_DECLS
