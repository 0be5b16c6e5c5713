/* Drawables as pictures for the engine, by way of local buffers that any thread may read.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <glib/gi18n-lib.h>

#include "pixels.h"

/* Coverage is put together this many rows at a time. */
#define BAND 64

static gboolean
fail_reading (GimpDrawable *drawable, GError **error)
{
  g_autofree char *name = gimp_item_get_name (GIMP_ITEM (drawable));

  g_set_error (error, ADAIN_ERROR, ADAIN_ERROR_PICTURE,
               _("The pixels of “%s” could not be read."), name);
  return FALSE;
}

static gboolean
copy_buffer (GimpDrawable *drawable, AdainPixels *pixels, const GeglRectangle *bounds,
             GError **error)
{
  g_autoptr (GeglBuffer) buffer = gimp_drawable_get_buffer (drawable);

  if (buffer == NULL)
    return fail_reading (drawable, error);

  pixels->buffer = gegl_buffer_new (GEGL_RECTANGLE (0, 0, bounds->width, bounds->height),
                                    gegl_buffer_get_format (buffer));
  gegl_buffer_copy (buffer, bounds, GEGL_ABYSS_NONE,
                    pixels->buffer, GEGL_RECTANGLE (0, 0, bounds->width, bounds->height));
  return TRUE;
}

static gboolean
has_filters (GimpDrawable *drawable)
{
  g_autofree GimpDrawableFilter **filters = gimp_drawable_get_filters (drawable);

  return filters != NULL && filters[0] != NULL;
}

AdainPixels *
adain_pixels_copy (GimpDrawable *drawable, const GeglRectangle *bounds, GError **error)
{
  g_autoptr (AdainPixels) pixels = g_new0 (AdainPixels, 1);
  gboolean                done;

  if (has_filters (drawable))
    {
      GimpImage *image  = gimp_item_get_image (GIMP_ITEM (drawable));
      GimpLayer *merged = gimp_layer_new_from_drawable (drawable, image);

      done = merged != NULL && gimp_drawable_merge_filters (GIMP_DRAWABLE (merged))
             && copy_buffer (GIMP_DRAWABLE (merged), pixels, bounds, error);
      if (merged != NULL)
        gimp_item_delete (GIMP_ITEM (merged));
      if (! done && error != NULL && *error == NULL)
        fail_reading (drawable, error);
    }
  else
    {
      done = copy_buffer (drawable, pixels, bounds, error);
    }

  return done ? g_steal_pointer (&pixels) : NULL;
}

/* The buffer of the layer's mask if it hides anything, else NULL. */
static GeglBuffer *
mask_buffer (GimpDrawable *drawable)
{
  GimpLayerMask *mask = NULL;

  if (GIMP_IS_LAYER (drawable) && gimp_layer_get_apply_mask (GIMP_LAYER (drawable)))
    mask = gimp_layer_get_mask (GIMP_LAYER (drawable));

  return mask != NULL ? gimp_drawable_get_buffer (GIMP_DRAWABLE (mask)) : NULL;
}

static GeglBuffer *
selection_buffer (GimpDrawable *drawable)
{
  GimpImage     *image     = gimp_item_get_image (GIMP_ITEM (drawable));
  GimpSelection *selection = gimp_image_get_selection (image);

  return gimp_selection_is_empty (image) ? NULL
                                         : gimp_drawable_get_buffer (GIMP_DRAWABLE (selection));
}

AdainPixels *
adain_pixels_copy_selected (GimpDrawable *drawable, const GeglRectangle *bounds, GError **error)
{
  g_autoptr (AdainPixels) pixels    = adain_pixels_copy (drawable, bounds, error);
  g_autoptr (GeglBuffer)  selection = selection_buffer (drawable);
  g_autoptr (GeglBuffer)  mask      = mask_buffer (drawable);
  const Babl             *format    = babl_format ("Y float");
  g_autofree float       *a = NULL, *b = NULL;
  int                     x, y;

  if (pixels == NULL || (selection == NULL && mask == NULL))
    return g_steal_pointer (&pixels);

  a = g_try_new (float, (gsize) bounds->width * BAND);
  b = g_try_new (float, (gsize) bounds->width * BAND);
  if (a == NULL || b == NULL || ! gimp_drawable_get_offsets (drawable, &x, &y))
    {
      fail_reading (drawable, error);
      return NULL;
    }

  pixels->coverage = gegl_buffer_new (GEGL_RECTANGLE (0, 0, bounds->width, bounds->height), format);
  for (int row = 0; row < bounds->height; row += BAND)
    {
      GeglRectangle band = { bounds->x, bounds->y + row, bounds->width,
                             MIN (BAND, bounds->height - row) };
      gsize         n    = (gsize) band.width * band.height;

      if (selection != NULL)
        gegl_buffer_get (selection,
                         GEGL_RECTANGLE (band.x + x, band.y + y, band.width, band.height),
                         1.0, format, a, GEGL_AUTO_ROWSTRIDE, GEGL_ABYSS_NONE);
      if (mask != NULL)
        gegl_buffer_get (mask, &band, 1.0, format, selection != NULL ? b : a,
                         GEGL_AUTO_ROWSTRIDE, GEGL_ABYSS_NONE);
      if (selection != NULL && mask != NULL)
        for (gsize i = 0; i < n; i++)
          a[i] *= b[i];
      gegl_buffer_set (pixels->coverage, GEGL_RECTANGLE (0, row, band.width, band.height),
                       0, format, a, GEGL_AUTO_ROWSTRIDE);
    }
  return g_steal_pointer (&pixels);
}

void
adain_pixels_free (AdainPixels *pixels)
{
  g_clear_object (&pixels->buffer);
  g_clear_object (&pixels->coverage);
  g_free (pixels);
}

static gboolean
read_pixels (gpointer user_data, const AdainRect *rect, float *rgba, float *mask, GError **error)
{
  AdainPixels         *pixels = user_data;
  const GeglRectangle  area   = { rect->x, rect->y, rect->width, rect->height };

  gegl_buffer_get (pixels->buffer, &area, 1.0, babl_format ("R'G'B'A float"), rgba,
                   GEGL_AUTO_ROWSTRIDE, GEGL_ABYSS_NONE);
  if (mask != NULL)
    gegl_buffer_get (pixels->coverage, &area, 1.0, babl_format ("Y float"), mask,
                     GEGL_AUTO_ROWSTRIDE, GEGL_ABYSS_NONE);
  return TRUE;
}

AdainSource
adain_pixels_source (AdainPixels *pixels)
{
  return (AdainSource) {
    .width     = gegl_buffer_get_width (pixels->buffer),
    .height    = gegl_buffer_get_height (pixels->buffer),
    .has_mask  = pixels->coverage != NULL,
    .read      = read_pixels,
    .user_data = pixels,
  };
}

static gboolean
write_pixels (gpointer user_data, const AdainRect *rect, const float *rgba, GError **error)
{
  gegl_buffer_set (user_data, GEGL_RECTANGLE (rect->x, rect->y, rect->width, rect->height), 0,
                   babl_format ("R'G'B'A float"), rgba, GEGL_AUTO_ROWSTRIDE);
  return TRUE;
}

AdainSink
adain_pixels_sink (GeglBuffer *buffer)
{
  return (AdainSink) { .write = write_pixels, .user_data = buffer };
}
