/* Results into the image, as new layers.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <glib/gi18n-lib.h>

#include "plugin/filter/layers.h"

/* Around the result lies the original; the mask hides it. */
static gboolean
fill_layer (GimpLayer *layer, GimpDrawable *drawable, const GeglRectangle *bounds, GeglBuffer *result)
{
  g_autoptr (GeglBuffer) target = gimp_drawable_get_buffer (GIMP_DRAWABLE (layer));

  if (target == NULL)
    return FALSE;

  if (!gegl_rectangle_equal (bounds, gegl_buffer_get_extent (target)))
    {
      g_autoptr (GeglBuffer) original = gimp_drawable_get_buffer (drawable);

      if (original == NULL)
        return FALSE;
      gegl_buffer_copy (original, NULL, GEGL_ABYSS_NONE, target, NULL);
    }
  gegl_buffer_copy (result, NULL, GEGL_ABYSS_NONE, target, bounds);
  return TRUE;
}

/* Multiplies @target with @other where they lie over each other, @other shifted to @bounds. */
static void
multiply (GeglBuffer *target, GeglBuffer *other, const GeglRectangle *bounds)
{
  const Babl       *format = babl_format ("Y float");
  g_autofree float *a = g_new (float, bounds->width);
  g_autofree float *b = g_new (float, bounds->width);

  for (int y = 0; y < bounds->height; y++)
    {
      const GeglRectangle row = { bounds->x, bounds->y + y, bounds->width, 1 };

      gegl_buffer_get (target, &row, 1.0, format, a, GEGL_AUTO_ROWSTRIDE, GEGL_ABYSS_NONE);
      gegl_buffer_get (other, GEGL_RECTANGLE (0, y, bounds->width, 1), 1.0, format, b, GEGL_AUTO_ROWSTRIDE,
                       GEGL_ABYSS_NONE);
      for (int x = 0; x < bounds->width; x++)
        a[x] *= b[x];
      gegl_buffer_set (target, &row, 0, format, a, GEGL_AUTO_ROWSTRIDE);
    }
}

static gboolean
add_mask (GimpLayer *layer, const GeglRectangle *bounds, const AdainPixels *pixels)
{
  GimpLayerMask *mask = gimp_layer_create_mask (layer, GIMP_ADD_MASK_BLACK);

  if (mask == NULL || !gimp_layer_add_mask (layer, mask))
    return FALSE;

  g_autoptr (GeglBuffer) target = gimp_drawable_get_buffer (GIMP_DRAWABLE (mask));

  if (target == NULL)
    return FALSE;
  gegl_buffer_copy (pixels->selection != NULL ? pixels->selection : pixels->mask, NULL, GEGL_ABYSS_NONE,
                    target, bounds);
  if (pixels->selection != NULL && pixels->mask != NULL)
    multiply (target, pixels->mask, bounds);
  gegl_buffer_flush (target);
  gimp_drawable_update (GIMP_DRAWABLE (mask), bounds->x, bounds->y, bounds->width, bounds->height);
  return gimp_layer_set_edit_mask (layer, FALSE);
}

static void
fail (const AdainResult *result, GError **error)
{
  g_set_error (error, ADAIN_ERROR, ADAIN_ERROR_PICTURE, _ ("GIMP could not add a layer above “%s”: %s"),
               result->pixels->name, gimp_pdb_get_last_error (gimp_get_pdb ()));
}

GimpLayer *
adain_layer_new (GimpDrawable *drawable, const GeglRectangle *place, const GeglRectangle *bounds,
                 const AdainResult *result, GError **error)
{
  /* Translators: the name of a new layer, made from the layer that %s names. */
  g_autofree char *name = g_strdup_printf (_ ("%s – AdaIN"), result->pixels->name);
  GimpImage       *image = gimp_item_get_image (GIMP_ITEM (drawable));
  GimpLayer       *layer;

  layer = gimp_layer_new (image, name, place->width, place->height, gimp_drawable_type (drawable), 100.0,
                          gimp_image_get_default_new_layer_mode (image));
  if (layer != NULL && fill_layer (layer, drawable, bounds, result->buffer)
      && gimp_layer_set_offsets (layer, place->x, place->y))
    return layer;

  fail (result, error);
  if (layer != NULL)
    gimp_item_delete (GIMP_ITEM (layer));
  return NULL;
}

gboolean
adain_layer_insert (GimpLayer *layer, GimpDrawable *drawable, const GeglRectangle *bounds,
                    const AdainResult *result, GError **error)
{
  GimpImage *image = gimp_item_get_image (GIMP_ITEM (drawable));
  GimpItem  *parent = gimp_item_get_parent (GIMP_ITEM (drawable));

  if (gimp_image_insert_layer (image, layer, parent != NULL ? GIMP_LAYER (parent) : NULL,
                               gimp_image_get_item_position (image, GIMP_ITEM (drawable)))
      && ((result->pixels->selection == NULL && result->pixels->mask == NULL)
          || add_mask (layer, bounds, result->pixels)))
    return TRUE;

  fail (result, error);
  return FALSE;
}
