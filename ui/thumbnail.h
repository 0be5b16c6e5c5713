/* Reads a part of a drawable at a reduced size, at a cost that does not depend on its full size.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <libgimp/gimp.h>

#include "engine/adain.h"

G_BEGIN_DECLS

/* libgimp gives no more pixels than this in each direction. */
#define ADAIN_THUMBNAIL_MAX 1024

/* The pixels of @drawable inside @rect, in @format and near *@width x *@height, which are set to what
 * they really are. NULL if GIMP gives none. Free with g_free(). Main thread. */
gpointer adain_thumbnail_read (GimpDrawable *drawable, const AdainRect *rect, int *width, int *height,
                               const Babl *format);

G_END_DECLS
