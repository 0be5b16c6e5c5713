/* What GdkPixbuf reads, as GEGL has it.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <gdk-pixbuf/gdk-pixbuf.h>
#include <gegl.h>

G_BEGIN_DECLS

/* The color space of the profile of its file: sRGB where there is none that can be used. To be asked of what was
 * loaded, before it is copied. */
const Babl *adain_pixbuf_space (GdkPixbuf *pixbuf);

/* A JPEG file (ADAIN_KIND_JPEG) as one looks at it, turned as it says; NULL where it cannot be read. GEGL's own
 * loader, which turns nothing, ends the process over a damaged file. Any thread. */
GeglBuffer *adain_pixbuf_load_jpeg (GFile *file);

G_END_DECLS
