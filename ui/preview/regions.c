/* The regions of styles, and what is protected, reduced for the preview.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "ui/preview/regions.h"

#include <math.h>
#include <string.h>

#include "plugin/filter/regions.h"
#include "ui/thumbnail.h"

static AdainRegionPlanes *
planes_new (int n)
{
  AdainRegionPlanes *planes = g_new0 (AdainRegionPlanes, 1);

  g_atomic_ref_count_init (&planes->ref_count);
  planes->n = n;
  planes->planes = g_new0 (AdainPlane, n + 1);
  planes->regions = g_new0 (AdainRegion, n + 1);

  return planes;
}

static void
add_coverage (AdainRegionPlanes *planes, int i, int width, int height)
{
  planes->planes[i] = (AdainPlane) { width, height, g_new0 (float, width * (gsize) height) };
  planes->regions[i] = adain_plane_region (&planes->planes[i]);
}

AdainRegionPlanes *
adain_region_planes_ref (AdainRegionPlanes *planes)
{
  g_atomic_ref_count_inc (&planes->ref_count);

  return planes;
}

void
adain_region_planes_unref (AdainRegionPlanes *planes)
{
  if (!planes || !g_atomic_ref_count_dec (&planes->ref_count))
    return;

  for (int i = 0; i <= planes->n; i++)
    g_free (planes->planes[i].coverage);

  g_free (planes->planes);
  g_free (planes->regions);
  g_clear_pointer (&planes->drawables, g_ptr_array_unref);
  g_free (planes);
}

void
adain_region_planes_attach (const AdainRegionPlanes *planes, AdainSource *source)
{
  if (!planes)
    return;

  source->n_regions = planes->n;
  source->regions = planes->regions;
  source->protection = planes->regions[planes->n].read ? &planes->regions[planes->n] : NULL;
}

/* Reads the part @there of a drawable, reduced to @width x @height; NULL if GIMP gives nothing. */
static float *
read_coverage (GimpDrawable *drawable, AdainCover cover, const AdainRect *there, int *width, int *height)
{
  float *pixels, *coverage;

  if (cover == ADAIN_COVER_VALUE)
    return adain_thumbnail_read (drawable, there, width, height, babl_format ("Y float"));

  pixels = adain_thumbnail_read (drawable, there, width, height, babl_format ("R'G'B'A float"));
  if (!pixels)
    return NULL;

  coverage = g_new (float, *width * (gsize) *height);
  adain_cover_from_rgba (cover, pixels, coverage, *width * (gsize) *height);
  g_free (pixels);

  return coverage;
}

/* Multiplies with the layer's mask. */
static void
apply_mask (GimpDrawable *drawable, const AdainRect *there, int width, int height, float *coverage)
{
  GimpLayerMask *mask = NULL;
  float         *values;

  if (GIMP_IS_LAYER (drawable) && gimp_layer_get_apply_mask (GIMP_LAYER (drawable)))
    mask = gimp_layer_get_mask (GIMP_LAYER (drawable));
  if (!mask)
    return;

  values = adain_thumbnail_read (GIMP_DRAWABLE (mask), there, &width, &height, babl_format ("Y float"));
  for (gsize i = 0; values && i < (gsize) width * height; i++)
    coverage[i] *= values[i];
  g_free (values);
}

/* Fills a plane, which shows @bounds of the image, from a drawable. */
static void
fill_plane (AdainPlane *plane, const AdainRect *bounds, GimpDrawable *drawable)
{
  double scale_x = (double) plane->width / bounds->width, scale_y = (double) plane->height / bounds->height;
  AdainRect there;
  int       x, y, left, top, width, height;
  float    *coverage;

  gimp_drawable_get_offsets (drawable, &x, &y);
  left = MAX (bounds->x, x);
  top = MAX (bounds->y, y);
  there = (AdainRect) { left - x, top - y,
                        MIN (bounds->x + bounds->width, x + gimp_drawable_get_width (drawable)) - left,
                        MIN (bounds->y + bounds->height, y + gimp_drawable_get_height (drawable)) - top };
  if (there.width <= 0 || there.height <= 0)
    return;

  width = MAX (1, (int) round (there.width * scale_x));
  height = MAX (1, (int) round (there.height * scale_y));
  coverage = read_coverage (drawable, adain_cover_of (drawable), &there, &width, &height);
  if (!coverage)
    return;

  apply_mask (drawable, &there, width, height, coverage);
  left = MIN ((int) round ((left - bounds->x) * scale_x), plane->width - 1);
  top = MIN ((int) round ((top - bounds->y) * scale_y), plane->height - 1);
  for (int row = 0; row < MIN (height, plane->height - top); row++)
    memcpy (plane->coverage + (gsize) (top + row) * plane->width + left, coverage + (gsize) row * width,
            MIN (width, plane->width - left) * sizeof (float));
  g_free (coverage);
}

static gboolean
same_drawables (const AdainRegionPlanes *planes, GPtrArray *drawables)
{
  if (!planes || planes->drawables->len != drawables->len)
    return FALSE;

  for (guint i = 0; i < drawables->len; i++)
    if (planes->drawables->pdata[i] != drawables->pdata[i])
      return FALSE;

  return TRUE;
}

AdainRegionPlanes *
adain_region_planes_read (AdainRegionPlanes *before, GimpDrawable *painted, GimpDrawable *const *regions,
                          int n, GimpDrawable *protect)
{
  GPtrArray         *drawables = g_ptr_array_new ();
  AdainRegionPlanes *planes;
  AdainRect          bounds;
  gboolean           any = FALSE;
  double             scale;
  int                x, y;

  for (int i = 0; i <= n; i++)
    {
      GimpDrawable *drawable = i < n ? regions[i] : protect;

      g_ptr_array_add (drawables, drawable);
      any |= drawable != NULL;
    }

  if (!any || same_drawables (before, drawables)
      || !gimp_drawable_mask_intersect (painted, &bounds.x, &bounds.y, &bounds.width, &bounds.height))
    {
      g_ptr_array_unref (drawables);
      return any && before ? adain_region_planes_ref (before) : NULL;
    }

  gimp_drawable_get_offsets (painted, &x, &y);
  bounds.x += x;
  bounds.y += y;
  scale = MIN (1.0, (double) ADAIN_THUMBNAIL_MAX / MAX (bounds.width, bounds.height));
  planes = planes_new (n);
  planes->drawables = drawables;

  for (int i = 0; i <= n; i++)
    if (drawables->pdata[i])
      {
        add_coverage (planes, i, MAX (1, (int) round (bounds.width * scale)),
                      MAX (1, (int) round (bounds.height * scale)));
        fill_plane (&planes->planes[i], &bounds, drawables->pdata[i]);
      }

  return planes;
}

/* A value between the centres of pixels. */
static float
value_at (const AdainPlane *plane, double x, double y)
{
  int          x0, y0, x1, y1;
  const float *top, *bottom;

  x = CLAMP (x, 0, plane->width - 1);
  y = CLAMP (y, 0, plane->height - 1);
  x0 = x;
  y0 = y;
  x1 = MIN (x0 + 1, plane->width - 1);
  y1 = MIN (y0 + 1, plane->height - 1);
  top = plane->coverage + (gsize) y0 * plane->width;
  bottom = plane->coverage + (gsize) y1 * plane->width;

  return (1 - (y - y0)) * ((1 - (x - x0)) * top[x0] + (x - x0) * top[x1])
         + (y - y0) * ((1 - (x - x0)) * bottom[x0] + (x - x0) * bottom[x1]);
}

AdainRegionPlanes *
adain_region_planes_scale (const AdainRegionPlanes *planes, int width, int height)
{
  AdainRegionPlanes *scaled = planes_new (planes->n);

  for (int i = 0; i <= planes->n; i++)
    {
      const AdainPlane *from = &planes->planes[i];

      if (!from->coverage)
        continue;

      add_coverage (scaled, i, width, height);
      for (int y = 0; y < height; y++)
        for (int x = 0; x < width; x++)
          scaled->planes[i].coverage[(gsize) y * width + x] =
              value_at (from, (x + 0.5) * from->width / width - 0.5, (y + 0.5) * from->height / height - 0.5);
    }

  return scaled;
}
