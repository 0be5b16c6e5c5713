/* Drawables as pictures for the engine, by way of local buffers that any thread may read.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <glib/gi18n-lib.h>

#include "pixels.h"

static void
fail_reading (GimpDrawable *drawable, GError **error)
{
  g_autofree char *name = gimp_item_get_name (GIMP_ITEM (drawable));

  g_set_error (error, ADAIN_ERROR, ADAIN_ERROR_PICTURE,
               _("The pixels of “%s” could not be read."), name);
}

/* Copies @bounds of a drawable whose origin lies at (x, y) as seen from that of the bounds. */
static GeglBuffer *
copy_area (GimpDrawable *drawable, const GeglRectangle *bounds, int x, int y)
{
  g_autoptr (GeglBuffer) buffer = gimp_drawable_get_buffer (drawable);
  const GeglRectangle    source = { bounds->x - x, bounds->y - y, bounds->width, bounds->height };
  const GeglRectangle    target = { 0, 0, bounds->width, bounds->height };
  GeglBuffer            *copy;

  if (buffer == NULL)
    return NULL;

  copy = gegl_buffer_new (&target, gegl_buffer_get_format (buffer));
  gegl_buffer_copy (buffer, &source, GEGL_ABYSS_NONE, copy, &target);
  return copy;
}

static gboolean
has_filters (GimpDrawable *drawable)
{
  g_autofree GimpDrawableFilter **filters = gimp_drawable_get_filters (drawable);

  return filters != NULL && filters[0] != NULL;
}

static gboolean
add_mask (AdainPixels *pixels, GimpDrawable *drawable, const GeglRectangle *bounds)
{
  GimpLayerMask *mask = NULL;

  if (GIMP_IS_LAYER (drawable) && gimp_layer_get_apply_mask (GIMP_LAYER (drawable)))
    mask = gimp_layer_get_mask (GIMP_LAYER (drawable));
  if (mask == NULL)
    return TRUE;

  pixels->mask = copy_area (GIMP_DRAWABLE (mask), bounds, 0, 0);
  return pixels->mask != NULL;
}

AdainPixels *
adain_pixels_copy (GimpDrawable *drawable, const GeglRectangle *bounds, GError **error)
{
  g_autoptr (AdainPixels) pixels = g_new0 (AdainPixels, 1);

  if (has_filters (drawable))
    {
      GimpImage *image  = gimp_item_get_image (GIMP_ITEM (drawable));
      GimpLayer *merged = gimp_layer_new_from_drawable (drawable, image);

      if (merged != NULL && gimp_drawable_merge_filters (GIMP_DRAWABLE (merged)))
        pixels->buffer = copy_area (GIMP_DRAWABLE (merged), bounds, 0, 0);
      if (merged != NULL)
        gimp_item_delete (GIMP_ITEM (merged));
    }
  else
    {
      pixels->buffer = copy_area (drawable, bounds, 0, 0);
    }

  if (pixels->buffer == NULL || ! add_mask (pixels, drawable, bounds))
    {
      fail_reading (drawable, error);
      return NULL;
    }
  return g_steal_pointer (&pixels);
}

static gboolean
add_selection (AdainPixels *pixels, GimpDrawable *drawable, const GeglRectangle *bounds)
{
  GimpImage *image = gimp_item_get_image (GIMP_ITEM (drawable));
  int        x, y;

  if (gimp_selection_is_empty (image))
    return TRUE;
  if (! gimp_drawable_get_offsets (drawable, &x, &y))
    return FALSE;

  pixels->selection = copy_area (GIMP_DRAWABLE (gimp_image_get_selection (image)), bounds, -x, -y);
  return pixels->selection != NULL;
}

AdainPixels *
adain_pixels_copy_selected (GimpDrawable *drawable, const GeglRectangle *bounds, GError **error)
{
  g_autoptr (AdainPixels) pixels = adain_pixels_copy (drawable, bounds, error);

  if (pixels == NULL)
    return NULL;
  if (! add_selection (pixels, drawable, bounds))
    {
      fail_reading (drawable, error);
      return NULL;
    }
  return g_steal_pointer (&pixels);
}

void
adain_pixels_free (AdainPixels *pixels)
{
  g_clear_object (&pixels->buffer);
  g_clear_object (&pixels->mask);
  g_clear_object (&pixels->selection);
  g_free (pixels);
}

/* Multiplies every @stride-th of the values with the mask. */
static gboolean
apply_mask (GeglBuffer *mask, const AdainRect *rect, float *values, int stride, GError **error)
{
  gsize             n     = (gsize) rect->width * rect->height;
  g_autofree float *cover = g_try_new (float, n);

  if (cover == NULL)
    {
      g_set_error (error, ADAIN_ERROR, ADAIN_ERROR_MEMORY,
                   _("Not enough memory for the layer's mask."));
      return FALSE;
    }
  gegl_buffer_get (mask, GEGL_RECTANGLE (rect->x, rect->y, rect->width, rect->height), 1.0,
                   babl_format ("Y float"), cover, GEGL_AUTO_ROWSTRIDE, GEGL_ABYSS_NONE);
  for (gsize i = 0; i < n; i++)
    values[i * stride] *= cover[i];
  return TRUE;
}

static gboolean
read_pixels (gpointer user_data, const AdainRect *rect, float *rgba, float *mask, GError **error)
{
  AdainPixels         *pixels = user_data;
  const GeglRectangle  area   = { rect->x, rect->y, rect->width, rect->height };

  gegl_buffer_get (pixels->buffer, &area, 1.0, babl_format ("R'G'B'A float"), rgba,
                   GEGL_AUTO_ROWSTRIDE, GEGL_ABYSS_NONE);
  if (mask != NULL)
    gegl_buffer_get (pixels->selection, &area, 1.0, babl_format ("Y float"), mask,
                     GEGL_AUTO_ROWSTRIDE, GEGL_ABYSS_NONE);
  return pixels->mask == NULL || apply_mask (pixels->mask, rect, rgba + 3, 4, error);
}

AdainSource
adain_pixels_source (AdainPixels *pixels)
{
  return (AdainSource) {
    .width     = gegl_buffer_get_width (pixels->buffer),
    .height    = gegl_buffer_get_height (pixels->buffer),
    .has_mask  = pixels->selection != NULL,
    .read      = read_pixels,
    .user_data = pixels,
  };
}

/* The engine gives back the alpha that it was given; the layer keeps that of its own. */
static gboolean
write_pixels (gpointer user_data, const AdainRect *rect, const float *rgba, GError **error)
{
  const AdainResult   *result   = user_data;
  const GeglRectangle  area     = { rect->x, rect->y, rect->width, rect->height };
  const Babl          *format   = babl_format ("R'G'B'A float");
  gsize                n        = (gsize) rect->width * rect->height;
  g_autofree float    *restored = NULL;

  if (result->pixels->mask != NULL)
    {
      restored = g_try_new (float, 4 * n);
      if (restored == NULL)
        {
          g_set_error (error, ADAIN_ERROR, ADAIN_ERROR_MEMORY,
                       _("Not enough memory for the layer's mask."));
          return FALSE;
        }
      gegl_buffer_get (result->pixels->buffer, &area, 1.0, format, restored,
                       GEGL_AUTO_ROWSTRIDE, GEGL_ABYSS_NONE);
      for (gsize i = 0; i < n; i++)
        memcpy (restored + 4 * i, rgba + 4 * i, 3 * sizeof (float));
    }
  gegl_buffer_set (result->buffer, &area, 0, format, restored != NULL ? restored : rgba,
                   GEGL_AUTO_ROWSTRIDE);
  return TRUE;
}

AdainSink
adain_result_sink (AdainResult *result)
{
  return (AdainSink) { .write = write_pixels, .user_data = result };
}
