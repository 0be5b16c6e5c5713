/* Pictures for the engine in GEGL's buffers, which any thread may read.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "plugin/paint/pixels.h"

#include <string.h>

#include <glib/gi18n-lib.h>

#include "plugin/paint/convert.h"

gboolean
adain_pixels_no_memory (GError **error)
{
  g_set_error_literal (error, ADAIN_ERROR, ADAIN_ERROR_MEMORY, _ ("Not enough memory for the picture"));
  return FALSE;
}

static gboolean
no_memory_for_mask (GError **error)
{
  g_set_error_literal (error, ADAIN_ERROR, ADAIN_ERROR_MEMORY, _ ("Not enough memory for the layer's mask."));
  return FALSE;
}

AdainPixels *
adain_pixels_new (const char *name, GeglBuffer *buffer)
{
  AdainPixels *pixels = g_new0 (AdainPixels, 1);

  pixels->name = g_strdup (name);
  pixels->buffer = buffer;
  pixels->format = adain_working_format (babl_format_get_space (gegl_buffer_get_format (buffer)));
  return pixels;
}

void
adain_pixels_free (AdainPixels *pixels)
{
  g_free (pixels->name);
  g_clear_object (&pixels->buffer);
  g_clear_object (&pixels->mask);
  g_clear_object (&pixels->selection);
  g_free (pixels);
}

/* Rows that are read at a time, in the buffer's own format: those of its tiles. */
#define BAND 64

gboolean
adain_pixels_get (GeglBuffer *buffer, const AdainRect *rect, const Babl *to, float *out, GError **error)
{
  const Babl         *from = gegl_buffer_get_format (buffer);
  const gsize         channels = babl_format_get_n_components (to);
  const gsize         bytes = (gsize) rect->width * babl_format_get_bytes_per_pixel (from);
  g_autofree gpointer pixels = g_try_malloc_n (MIN (rect->height, BAND), bytes);

  if (pixels == NULL)
    return adain_pixels_no_memory (error);
  for (int y = 0; y < rect->height; y += BAND)
    {
      const GeglRectangle band = { rect->x, rect->y + y, rect->width, MIN (rect->height - y, BAND) };
      const gsize         n = (gsize) band.width * band.height;

      gegl_buffer_get (buffer, &band, 1.0, from, pixels, GEGL_AUTO_ROWSTRIDE, GEGL_ABYSS_NONE);
      adain_convert (from, to, pixels, out + (gsize) y * rect->width * channels, n);
    }
  return TRUE;
}

/* Multiplies alpha with the mask. */
static gboolean
apply_mask (GeglBuffer *mask, const AdainRect *rect, float *rgba, GError **error)
{
  gsize             n = (gsize) rect->width * rect->height;
  g_autofree float *cover = g_try_new (float, n);

  if (cover == NULL)
    return no_memory_for_mask (error);
  if (!adain_pixels_get (mask, rect, babl_format ("Y float"), cover, error))
    return FALSE;
  for (gsize i = 0; i < n; i++)
    rgba[4 * i + 3] *= cover[i];
  return TRUE;
}

static gboolean
read_pixels (gpointer user_data, const AdainRect *rect, float *rgba, float *mask, GError **error)
{
  AdainPixels *pixels = user_data;

  if (!adain_pixels_get (pixels->buffer, rect, pixels->format, rgba, error)
      || (mask != NULL && !adain_pixels_get (pixels->selection, rect, babl_format ("Y float"), mask, error)))
    return FALSE;
  return pixels->mask == NULL || apply_mask (pixels->mask, rect, rgba, error);
}

AdainSource
adain_pixels_source (AdainPixels *pixels)
{
  return (AdainSource) {
    .width = gegl_buffer_get_width (pixels->buffer),
    .height = gegl_buffer_get_height (pixels->buffer),
    .has_mask = pixels->selection != NULL,
    .read = read_pixels,
    .user_data = pixels,
  };
}

/* The engine gives back the alpha that it was given; the layer keeps that of its own. */
static gboolean
write_pixels (gpointer user_data, const AdainRect *rect, const float *rgba, GError **error)
{
  const AdainResult  *result = user_data;
  const GeglRectangle area = { rect->x, rect->y, rect->width, rect->height };
  const Babl         *format = result->pixels->format;
  gsize               n = (gsize) rect->width * rect->height;
  g_autofree float   *restored = NULL;

  if (result->pixels->mask != NULL)
    {
      restored = g_try_new (float, 4 * n);
      if (restored == NULL)
        return no_memory_for_mask (error);
      if (!adain_pixels_get (result->pixels->buffer, rect, format, restored, error))
        return FALSE;
      for (gsize i = 0; i < n; i++)
        memcpy (restored + 4 * i, rgba + 4 * i, 3 * sizeof (float));
    }
  gegl_buffer_set (result->buffer, &area, 0, format, restored != NULL ? restored : rgba, GEGL_AUTO_ROWSTRIDE);
  return TRUE;
}

AdainSink
adain_result_sink (AdainResult *result)
{
  return (AdainSink) { .write = write_pixels, .user_data = result };
}
