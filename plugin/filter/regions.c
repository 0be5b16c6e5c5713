/* Regions of styles: layers, masks and channels of the image as soft areas for the engine.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "plugin/filter/regions.h"

/* Rows that are looked at at a time. */
#define BAND 64

typedef struct
{
  AdainCover   cover;
  AdainPixels *pixels; /* NULL: no region */
} Area;

struct _AdainRegionSet
{
  int          n;
  Area        *areas; /* of the regions, then of the protection */
  AdainRegion *regions;
};

/* Whether any pixel of a layer is not opaque. */
static gboolean
is_transparent (GimpDrawable *drawable)
{
  g_autoptr (GeglBuffer) buffer = gimp_drawable_get_buffer (drawable);
  const Babl       *format = babl_format ("A float");
  const int         width = gimp_drawable_get_width (drawable), height = gimp_drawable_get_height (drawable);
  g_autofree float *alpha = NULL;

  if (buffer == NULL || !gimp_drawable_has_alpha (drawable))
    return FALSE;
  alpha = g_new (float, (gsize) width * BAND);
  for (int y = 0; y < height; y += BAND)
    {
      const GeglRectangle band = { 0, y, width, MIN (BAND, height - y) };

      gegl_buffer_get (buffer, &band, 1.0, format, alpha, GEGL_AUTO_ROWSTRIDE, GEGL_ABYSS_NONE);
      for (gsize i = 0; i < (gsize) band.width * band.height; i++)
        if (alpha[i] < 1)
          return TRUE;
    }
  return FALSE;
}

AdainCover
adain_cover_of (GimpDrawable *drawable)
{
  if (!GIMP_IS_LAYER (drawable))
    return ADAIN_COVER_VALUE;
  return is_transparent (drawable) ? ADAIN_COVER_OPACITY : ADAIN_COVER_LIGHTNESS;
}

void
adain_cover_from_rgba (AdainCover cover, const float *rgba, float *coverage, gsize n)
{
  for (gsize i = 0; i < n; i++, rgba += 4)
    {
      coverage[i] = rgba[3];
      if (cover == ADAIN_COVER_LIGHTNESS)
        coverage[i] *= 0.2126f * rgba[0] + 0.7152f * rgba[1] + 0.0722f * rgba[2];
    }
}

gboolean
adain_region_is_given (GimpDrawable *drawable)
{
  return !GIMP_IS_SELECTION (drawable);
}

static gboolean
read_area (gpointer user_data, const AdainRect *rect, float *coverage, GError **error)
{
  const Area       *area = user_data;
  gsize             n = (gsize) rect->width * rect->height;
  g_autofree float *rgba = NULL;
  AdainSource       source;

  if (area->cover == ADAIN_COVER_VALUE)
    return adain_pixels_get (area->pixels->buffer, rect, babl_format ("Y float"), coverage, error);

  rgba = g_try_new (float, 4 * n);
  if (rgba == NULL)
    return adain_pixels_no_memory (error);
  source = adain_pixels_source (area->pixels);
  if (!source.read (source.user_data, rect, rgba, NULL, error))
    return FALSE;
  adain_cover_from_rgba (area->cover, rgba, coverage, n);
  return TRUE;
}

static gboolean
copy_area (Area *area, GimpDrawable *drawable, const GeglRectangle *bounds, GError **error)
{
  GeglRectangle there = *bounds;
  int           x = 0, y = 0;

  gimp_drawable_get_offsets (drawable, &x, &y);
  there.x -= x;
  there.y -= y;
  area->cover = adain_cover_of (drawable);
  area->pixels = adain_pixels_copy (drawable, &there, error);
  return area->pixels != NULL;
}

AdainRegionSet *
adain_region_set_copy (GimpDrawable *const *regions, int n, GimpDrawable *protection,
                       const GeglRectangle *bounds, GError **error)
{
  AdainRegionSet *set = g_new0 (AdainRegionSet, 1);

  set->n = n;
  set->areas = g_new0 (Area, n + 1);
  set->regions = g_new0 (AdainRegion, n + 1);
  for (int i = 0; i <= n; i++)
    {
      GimpDrawable *drawable = i < n ? regions[i] : protection;

      if (drawable == NULL || (i < n && !adain_region_is_given (drawable)))
        continue;
      if (!copy_area (&set->areas[i], drawable, bounds, error))
        {
          adain_region_set_free (set);
          return NULL;
        }
      set->regions[i] = (AdainRegion) { read_area, &set->areas[i] };
    }
  return set;
}

void
adain_region_set_free (AdainRegionSet *set)
{
  for (int i = 0; i <= set->n; i++)
    g_clear_pointer (&set->areas[i].pixels, adain_pixels_free);
  g_free (set->areas);
  g_free (set->regions);
  g_free (set);
}

void
adain_region_set_attach (AdainRegionSet *set, AdainSource *source)
{
  source->n_regions = set->n;
  source->regions = set->regions;
  source->protection = set->regions[set->n].read != NULL ? &set->regions[set->n] : NULL;
}
