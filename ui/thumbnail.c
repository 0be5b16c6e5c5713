/* Reads a part of a drawable at a reduced size.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "ui/thumbnail.h"

#include "plugin/paint/convert.h"

/* The pixels come in the drawable's own precision and color space, libgimp's format names only the
 * first. */
static const Babl *
thumbnail_format (GimpDrawable *drawable)
{
  const Babl *format = gimp_drawable_get_thumbnail_format (drawable);
  const Babl *space = babl_format_get_space (gimp_drawable_get_format (drawable));

  return babl_format_with_space (babl_format_get_encoding (format), space);
}

gpointer
adain_thumbnail_read (GimpDrawable *drawable, const AdainRect *rect, int *width, int *height,
                      const Babl *format)
{
  int     bpp = 0;
  GBytes *bytes = gimp_drawable_get_sub_thumbnail_data (drawable, rect->x, rect->y, rect->width, rect->height,
                                                        MIN (*width, ADAIN_THUMBNAIL_MAX),
                                                        MIN (*height, ADAIN_THUMBNAIL_MAX), width, height,
                                                        &bpp);
  gpointer data = NULL;

  if (bytes && *width > 0 && *height > 0)
    {
      gsize n = (gsize) *width * *height;

      data = g_malloc_n (n, babl_format_get_bytes_per_pixel (format));
      adain_convert (thumbnail_format (drawable), format, g_bytes_get_data (bytes, NULL), data, n);
    }

  g_clear_pointer (&bytes, g_bytes_unref);

  return data;
}
