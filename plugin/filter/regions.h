/* Regions of styles: layers, masks and channels of the image as soft areas for the engine.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "plugin/filter/drawables.h"

G_BEGIN_DECLS

/**
 * AdainCover:
 * @ADAIN_COVER_VALUE: of masks and channels, their value
 * @ADAIN_COVER_OPACITY: of layers that are transparent somewhere, their opacity
 * @ADAIN_COVER_LIGHTNESS: of other layers, their lightness; beyond the layer 0
 *
 * What of a drawable's pixels says how much of them belongs to the region.
 */
typedef enum
{
  ADAIN_COVER_VALUE,
  ADAIN_COVER_OPACITY,
  ADAIN_COVER_LIGHTNESS,
} AdainCover;

AdainCover adain_cover_of (GimpDrawable *drawable);

/* Turns "R'G'B'A float" pixels of a layer, of kind OPACITY or LIGHTNESS, into coverage. */
void adain_cover_from_rgba (AdainCover cover, const float *rgba, float *coverage, gsize n);

/* Whether an entry of the argument "regions" is one: the image's selection stands for none. */
gboolean adain_region_is_given (GimpDrawable *drawable);

typedef struct _AdainRegionSet AdainRegionSet;

/* Copies what lies in @bounds, in the image's coordinates. @regions has @n entries; @protection may be NULL. */
AdainRegionSet *adain_region_set_copy (GimpDrawable *const *regions, int n, GimpDrawable *protection,
                                       const GeglRectangle *bounds, GError **error);
void            adain_region_set_free (AdainRegionSet *set);

/* Gives them to a source, which must not outlive them. */
void adain_region_set_attach (AdainRegionSet *set, AdainSource *source);

G_END_DECLS
