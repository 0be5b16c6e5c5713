/* Copies of drawables, as pictures for the engine.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <glib/gi18n-lib.h>

#include "plugin/filter/drawables.h"

static void
fail_reading (GimpDrawable *drawable, GError **error)
{
  g_autofree char *name = gimp_item_get_name (GIMP_ITEM (drawable));

  g_set_error (error, ADAIN_ERROR, ADAIN_ERROR_PICTURE, _ ("The pixels of “%s” could not be read."), name);
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
  g_autofree char *name = gimp_item_get_name (GIMP_ITEM (drawable));
  GeglBuffer      *buffer = has_filters (drawable) ? copy_filtered (drawable, bounds)
                                                   : copy_area (drawable, bounds, 0, 0);
  g_autoptr (AdainPixels) pixels = buffer != NULL ? adain_pixels_new (name, buffer) : NULL;

  if (pixels == NULL || !add_mask (pixels, drawable, bounds))
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
      fail_reading (drawable, error);
      return NULL;
    }
  return g_steal_pointer (&pixels);
}
