/* Style pictures: from files, by GIMP's own loaders, and from layers.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <glib/gi18n-lib.h>

#include "plugin/filter/errors.h"
#include "plugin/filter/styles.h"
#include "plugin/paint/kind.h"
#include "plugin/paint/load.h"

AdainStyleInput *
adain_style_input_new (AdainPixels *pixels, int entry)
{
  AdainStyleInput *input = g_new (AdainStyleInput, 1);

  *input = (AdainStyleInput) { pixels, entry };
  return input;
}

void
adain_style_input_free (AdainStyleInput *input)
{
  g_clear_pointer (&input->pixels, adain_pixels_free);
  g_free (input);
}

AdainStyle *
adain_style_input_encode (const AdainStyleInput *input, const AdainCollection *collection,
                          AdainEngine *engine, const Babl *format, const AdainPalette *palette,
                          GCancellable *cancellable, GError **error)
{
  AdainSource source;
  AdainStyle *style;

  if (input->pixels == NULL)
    return adain_gallery_style (collection->gallery, input->entry, error);

  input->pixels->format = format;
  source = adain_pixels_source (input->pixels);
  style = adain_style_encode (engine, &source, ADAIN_STYLE_SIDE, palette, cancellable, error);
  if (style == NULL)
    adain_errors_name_picture (input->pixels, error);
  return style;
}

AdainPixels *
adain_style_layer_pixels (GimpDrawable *drawable, GError **error)
{
  const GeglRectangle bounds = { 0, 0, gimp_drawable_get_width (drawable),
                                 gimp_drawable_get_height (drawable) };

  return adain_pixels_copy (drawable, &bounds, error);
}

static gboolean
is_alone (GimpImage *image, GimpLayer *layer)
{
  GimpDrawable *drawable = GIMP_DRAWABLE (layer);
  GimpLayerMode mode = gimp_layer_get_mode (layer);
  int           x, y;

  return !gimp_item_is_group (GIMP_ITEM (layer)) && gimp_item_get_visible (GIMP_ITEM (layer))
         && gimp_layer_get_opacity (layer) == 100.0
         && (mode == GIMP_LAYER_MODE_NORMAL || mode == GIMP_LAYER_MODE_NORMAL_LEGACY)
         && gimp_drawable_get_offsets (drawable, &x, &y) && x == 0 && y == 0
         && gimp_drawable_get_width (drawable) == gimp_image_get_width (image)
         && gimp_drawable_get_height (drawable) == gimp_image_get_height (image);
}

/* The layer that shows what the image does: mostly its only one, else all visible ones merged. */
static GimpLayer *
visible_layer (GimpImage *image)
{
  g_autofree GimpLayer **layers = gimp_image_get_layers (image);

  if (layers != NULL && layers[0] != NULL && layers[1] == NULL && is_alone (image, layers[0]))
    return layers[0];
  return gimp_image_merge_visible_layers (image, GIMP_CLIP_TO_IMAGE);
}

/* GIMP puts each page above the one before. */
static GimpLayer *
first_page (GimpImage *image)
{
  g_autofree GimpLayer **layers = gimp_image_get_layers (image);
  int                    n = 0;

  while (layers != NULL && layers[n] != NULL)
    n++;
  return n > 0 ? layers[n - 1] : NULL;
}

GimpImage *
adain_style_open (GFile *file, GimpLayer **layer)
{
  const AdainKind kind = adain_kind_of (file);
  GimpImage      *image = gimp_file_load (GIMP_RUN_NONINTERACTIVE, file);

  if (image == NULL)
    return NULL;

  /* As GIMP turns it to be looked at; but nobody else turns a PNG file. */
  if (kind != ADAIN_KIND_PNG)
    gimp_image_policy_rotate (image, FALSE);
  *layer = kind == ADAIN_KIND_PAGES ? first_page (image) : visible_layer (image);
  return image;
}

AdainPixels *
adain_style_load_pixels (const char *name, GError **error)
{
  g_autoptr (GFile) file = g_file_new_for_commandline_arg (name);
  AdainPixels *pixels = NULL;
  GimpImage   *image;
  GimpLayer   *layer;

  if (!adain_style_file_check (file, name, error))
    return NULL;

  image = adain_style_open (file, &layer);
  if (image == NULL)
    {
      g_set_error (error, ADAIN_ERROR, ADAIN_ERROR_ARGUMENT,
                   _ ("The style “%s” is not a picture that GIMP can open: %s"), name,
                   gimp_pdb_get_last_error (gimp_get_pdb ()));
      return NULL;
    }

  if (layer != NULL)
    pixels = adain_style_layer_pixels (GIMP_DRAWABLE (layer), error);
  else
    g_set_error (error, ADAIN_ERROR, ADAIN_ERROR_ARGUMENT, _ ("The style “%s” has no visible layer."), name);
  gimp_image_delete (image);

  if (pixels != NULL)
    {
      g_free (pixels->name);
      pixels->name = g_strdup (name);
    }
  return pixels;
}
