/* How a style's file says that its picture is to be turned, where its loader leaves that to others.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "plugin/paint/excerpt.h"

G_BEGIN_DECLS

/* By the orientation (EXIF) of a TIFF or WebP file; ADAIN_TURN_NONE for others and where it says nothing. Any
 * thread. */
AdainTurn adain_orientation_of (GFile *file);

G_END_DECLS
