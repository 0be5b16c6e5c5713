/* Drawables as pictures for the engine, by way of local buffers that any thread may read.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <glib/gi18n-lib.h>

#include "plugin/filter/convert.h"
#include "plugin/filter/pixels.h"

static void
fail_reading (const AdainPixels *pixels, GError **error)
{
  g_set_error (error, ADAIN_ERROR, ADAIN_ERROR_PICTURE, _ ("The pixels of “%s” could not be read."),
               pixels->name);
}

static void
fail_memory (GError **error)
{
  g_set_error_literal (error, ADAIN_ERROR, ADAIN_ERROR_MEMORY, _ ("Not enough memory for the picture"));
}

/* Copies @bounds of a drawable whose origin lies at (x, y) as seen from that of the bounds. */
static GeglBuffer *
copy_area (GimpDrawable *drawable, const GeglRectangle *bounds, int x, int y)
{
  g_autoptr (GeglBuffer) buffer = gimp_drawable_get_buffer (drawable);
  const GeglRectangle source = { bounds->x - x, bounds->y - y, bounds->width, bounds->height };
  const GeglRectangle target = { 0, 0, bounds->width, bounds->height };
  GeglBuffer         *copy;

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

/* An empty image with the size of a drawable and the colors of its image. */
static GimpImage *
image_for (GimpDrawable *drawable)
{
  GimpImage *image = gimp_item_get_image (GIMP_ITEM (drawable));
  g_autoptr (GimpColorProfile) profile = gimp_image_get_color_profile (image);
  GimpImage *empty;

  empty = gimp_image_new_with_precision (gimp_drawable_get_width (drawable),
                                         gimp_drawable_get_height (drawable),
                                         gimp_drawable_is_gray (drawable) ? GIMP_GRAY : GIMP_RGB,
                                         gimp_image_get_precision (image));
  if (empty != NULL)
    gimp_image_set_color_profile (empty, profile);
  return empty;
}

/* A group's filters cannot be merged, but seen: alone, opaque, in the corner of @image. */
static GimpLayer *
group_as_seen (GimpLayer *group, GimpImage *image)
{
  if (!gimp_image_insert_layer (image, group, NULL, 0)
      || (gimp_layer_get_mask (group) != NULL && !gimp_layer_remove_mask (group, GIMP_MASK_DISCARD))
      || !gimp_layer_set_offsets (group, 0, 0) || !gimp_layer_set_opacity (group, 100.0)
      || !gimp_layer_set_mode (group, GIMP_LAYER_MODE_NORMAL)
      || !gimp_item_set_visible (GIMP_ITEM (group), TRUE))
    return NULL;
  return gimp_layer_new_from_visible (image, image, NULL);
}

/* Copies @bounds with the filters applied. That happens in an image of its own, since merging leaves
 * an undo step behind. */
static GeglBuffer *
copy_filtered (GimpDrawable *drawable, const GeglRectangle *bounds)
{
  GimpImage  *image = image_for (drawable);
  GeglBuffer *copy = NULL;
  GimpLayer  *layer;

  if (image == NULL)
    return NULL;
  layer = gimp_layer_new_from_drawable (drawable, image);
  if (layer != NULL && gimp_item_is_group (GIMP_ITEM (layer)))
    layer = group_as_seen (layer, image);
  else if (layer != NULL && !gimp_drawable_merge_filters (GIMP_DRAWABLE (layer)))
    layer = NULL;
  if (layer != NULL)
    copy = copy_area (GIMP_DRAWABLE (layer), bounds, 0, 0);
  gimp_image_delete (image);
  return copy;
}

AdainPixels *
adain_pixels_copy (GimpDrawable *drawable, const GeglRectangle *bounds, GError **error)
{
  g_autoptr (AdainPixels) pixels = g_new0 (AdainPixels, 1);

  pixels->name = gimp_item_get_name (GIMP_ITEM (drawable));
  pixels->buffer = has_filters (drawable) ? copy_filtered (drawable, bounds)
                                          : copy_area (drawable, bounds, 0, 0);
  if (pixels->buffer == NULL || !add_mask (pixels, drawable, bounds))
    {
      fail_reading (pixels, error);
      return NULL;
    }
  pixels->format = adain_working_format (babl_format_get_space (gegl_buffer_get_format (pixels->buffer)));
  return g_steal_pointer (&pixels);
}

static gboolean
add_selection (AdainPixels *pixels, GimpDrawable *drawable, const GeglRectangle *bounds)
{
  GimpImage *image = gimp_item_get_image (GIMP_ITEM (drawable));
  int        x, y;

  if (gimp_selection_is_empty (image))
    return TRUE;
  if (!gimp_drawable_get_offsets (drawable, &x, &y))
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
  if (!add_selection (pixels, drawable, bounds))
    {
      fail_reading (pixels, error);
      return NULL;
    }
  return g_steal_pointer (&pixels);
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
    {
      fail_memory (error);
      return FALSE;
    }
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
    {
      g_set_error (error, ADAIN_ERROR, ADAIN_ERROR_MEMORY, _ ("Not enough memory for the layer's mask."));
      return FALSE;
    }
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
        {
          g_set_error (error, ADAIN_ERROR, ADAIN_ERROR_MEMORY, _ ("Not enough memory for the layer's mask."));
          return FALSE;
        }
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
