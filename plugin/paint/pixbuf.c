/* What GdkPixbuf reads, as GEGL has it.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "plugin/paint/pixbuf.h"

const Babl *
adain_pixbuf_space (GdkPixbuf *pixbuf)
{
  const char        *base64 = gdk_pixbuf_get_option (pixbuf, "icc-profile");
  g_autofree guchar *profile = NULL;
  const Babl        *space = NULL;
  const char        *complaint;
  gsize              length;

  if (base64 != NULL)
    {
      profile = g_base64_decode (base64, &length);
      space = babl_space_from_icc ((const char *) profile, length, BABL_ICC_INTENT_RELATIVE_COLORIMETRIC,
                                   &complaint);
    }
  return space != NULL ? space : babl_space ("sRGB");
}

GeglBuffer *
adain_pixbuf_load_jpeg (GFile *file)
{
  g_autoptr (GFileInputStream) stream = g_file_read (file, NULL, NULL);
  g_autoptr (GdkPixbuf) pixbuf = NULL;
  g_autoptr (GdkPixbuf) upright = NULL;
  const Babl *format;
  GeglBuffer *buffer;

  if (stream != NULL)
    pixbuf = gdk_pixbuf_new_from_stream (G_INPUT_STREAM (stream), NULL, NULL);
  if (pixbuf == NULL)
    return NULL;

  format = babl_format_with_space ("R'G'B' u8", adain_pixbuf_space (pixbuf));
  upright = gdk_pixbuf_apply_embedded_orientation (pixbuf);
  buffer = gegl_buffer_new (GEGL_RECTANGLE (0, 0, gdk_pixbuf_get_width (upright),
                                            gdk_pixbuf_get_height (upright)),
                            format);
  gegl_buffer_set (buffer, NULL, 0, format, gdk_pixbuf_read_pixels (upright),
                   gdk_pixbuf_get_rowstride (upright));
  return buffer;
}
