/* Pictures for the engine in GEGL's buffers, which any thread may read.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <gegl.h>

#include "engine/adain.h"

G_BEGIN_DECLS

/**
 * AdainPixels:
 * @name: what to call the picture in messages
 * @buffer: the pixels, from (0, 0), in their own format
 * @mask: (nullable): the layer's mask; what it hides is as if it were transparent
 * @selection: (nullable): how much each pixel is selected
 * @format: what the engine is given and gives back: adain_working_format() of the buffer's own color space,
 *   or of that of the picture whose style it is
 *
 * A picture that nobody else changes.
 */
typedef struct
{
  char       *name;
  GeglBuffer *buffer;
  GeglBuffer *mask;
  GeglBuffer *selection;
  const Babl *format;
} AdainPixels;

/* Takes over @buffer, which begins at (0, 0). */
AdainPixels *adain_pixels_new (const char *name, GeglBuffer *buffer);
void         adain_pixels_free (AdainPixels *pixels);

/* The pixels of @rect as @format, which is what the engine takes. Any thread. */
gboolean adain_pixels_get (GeglBuffer *buffer, const AdainRect *rect, const Babl *format, float *out,
                           GError **error);

/* What the engine reads; valid as long as @pixels is. */
AdainSource adain_pixels_source (AdainPixels *pixels);

/**
 * AdainResult:
 * @pixels: the picture that is painted
 * @buffer: the painted one, of the same size and format, with the same alpha
 */
typedef struct
{
  AdainPixels *pixels;
  GeglBuffer  *buffer;
} AdainResult;

/* What the engine writes to; valid as long as @result is. */
AdainSink adain_result_sink (AdainResult *result);

/* Says that there is not enough memory for a picture, and returns FALSE. */
gboolean adain_pixels_no_memory (GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (AdainPixels, adain_pixels_free)

G_END_DECLS
