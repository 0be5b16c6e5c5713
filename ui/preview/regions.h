/* The regions of styles, and what is protected, reduced for the preview.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <libgimp/gimp.h>

#include "engine/adain.h"

G_BEGIN_DECLS

typedef struct
{
  gatomicrefcount ref_count;
  int             n;         /* regions */
  AdainPlane     *planes;    /* theirs, then that of what is protected; without coverage: there is none */
  AdainRegion    *regions;   /* over them */
  GPtrArray      *drawables; /* what they were read from; NULL entries: nothing */
} AdainRegionPlanes;

/* Reads what lies under the part of @painted that the filter works on. @regions has @n entries, NULL for none,
 * as @protect may be. Returns @before (nullable), if that was read from the same drawables, or NULL if there
 * is neither region nor protection. Main thread. */
AdainRegionPlanes *adain_region_planes_read (AdainRegionPlanes *before, GimpDrawable *painted,
                                             GimpDrawable *const *regions, int n, GimpDrawable *protect);

/* The same at another size. */
AdainRegionPlanes *adain_region_planes_scale (const AdainRegionPlanes *planes, int width, int height);

AdainRegionPlanes *adain_region_planes_ref (AdainRegionPlanes *planes);
void               adain_region_planes_unref (AdainRegionPlanes *planes);

/* Gives them to a source of that size, which must not outlive them. NULL: none. */
void adain_region_planes_attach (const AdainRegionPlanes *planes, AdainSource *source);

G_END_DECLS
