/* Reads a part of a drawable at a reduced size.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "ui/thumbnail.h"

#include "plugin/paint/convert.h"

/* GIMP 3.2.6 hands out 8 bits of sRGB, whatever the drawable has, and 3.0.4 what it has. Which one this is tells the
 * thumbnail of a layer of floats. */
static gboolean
comes_as_srgb (void)
{
  static int bpp = 0;

  if (bpp == 0)
    {
      GimpImage *image = gimp_image_new_with_precision (1, 1, GIMP_RGB, GIMP_PRECISION_FLOAT_LINEAR);
      GimpLayer *layer = gimp_layer_new (image, NULL, 1, 1, GIMP_RGB_IMAGE, 100, GIMP_LAYER_MODE_NORMAL);
      GBytes    *bytes;
      int        width, height;

      gimp_image_insert_layer (image, layer, NULL, 0);
      bytes = gimp_drawable_get_thumbnail_data (GIMP_DRAWABLE (layer), 1, 1, &width, &height, &bpp);
      g_clear_pointer (&bytes, g_bytes_unref);
      gimp_image_delete (image);
    }

  return bpp == 3;
}

/* Where the pixels come as the drawable has them, libgimp's format names their precision, but not their color space. */
static const Babl *
thumbnail_format (GimpDrawable *drawable)
{
  const Babl *format, *space;

  if (comes_as_srgb ())
    return babl_format (gimp_drawable_has_alpha (drawable) ? "R'G'B'A u8" : "R'G'B' u8");

  format = gimp_drawable_get_thumbnail_format (drawable);
  space = babl_format_get_space (gimp_drawable_get_format (drawable));
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
  const Babl *from = thumbnail_format (drawable);
  gpointer    data = NULL;

  if (bytes && *width > 0 && *height > 0 && bpp == babl_format_get_bytes_per_pixel (from))
    {
      gsize n = (gsize) *width * *height;

      data = g_malloc_n (n, babl_format_get_bytes_per_pixel (format));
      adain_convert (from, format, g_bytes_get_data (bytes, NULL), data, n);
    }

  g_clear_pointer (&bytes, g_bytes_unref);

  return data;
}
