/* The regions of a picture on the grid of its features: which areas have statistics of their own.
 *
 * Statistics are taken for each region by itself, as in the paper's spatial control: a region takes on all of
 * its style's range, however it differs from the rest of the picture. With those of the whole picture a dark
 * region would get nothing but the style's dark colors, and not the statistics that it was given the style for.
 * In exchange, features near a border may lie far outside of what the other area's statistics know; each map's
 * cells are clipped to the range of its own area (transform.h).
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "survey.h"

G_BEGIN_DECLS

/* Regions of equal coverage are one area, and what no region covers is another. */
typedef struct
{
  int    region; /* the first one that it is; the number of regions: what none covers */
  float *cover;  /* for each cell, 0 to 1; NULL: all 1 */
} AdainArea;

typedef struct
{
  const AdainSource *source;
  int                width, height; /* cells */
  int                n;             /* areas; those without any weight are left out */
  AdainArea         *areas;
  int               *area;    /* number of each region's, then of what none covers; -1: there is no such */
  float             *weights; /* of the cells in the statistics, for each area; NULL: the survey's */
} AdainRegions;

/* Reduces the regions of `source` to the cells of `survey`, which is that of the picture that the network sees,
 * `work_width` x `work_height` pixels. Each cell has the mean over its area. */
gboolean adain_regions_init (AdainRegions *regions, const AdainSource *source, const AdainSurvey *survey,
                             int work_width, int work_height, GMutex *lock, GCancellable *cancellable,
                             GError **error);
void     adain_regions_clear (AdainRegions *regions);

/* The area of a style. */
static inline int
adain_regions_area (const AdainRegions *regions, int style)
{
  int n = regions->source->n_regions;

  return regions->area[style < n && regions->source->regions[style].read ? style : n];
}

/* Whether all of the picture is one area that is painted everywhere. */
static inline gboolean
adain_regions_are_trivial (const AdainRegions *regions)
{
  return regions->n == 1 && !regions->areas[0].cover && !regions->weights;
}

G_END_DECLS
