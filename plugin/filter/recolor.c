/* Recoloring results: what "palette" means for styles that have no picture.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "plugin/filter/recolor.h"

void
adain_recolor_add (AdainRecolor *recolor, double weight, const AdainGallery *gallery, int entry,
                   const AdainPalette *to)
{
  AdainColorMap map = ADAIN_COLOR_MAP_IDENTITY;

  if (!(weight > 0.0))
    return;

  if (gallery != NULL)
    {
      AdainPalette from;

      adain_gallery_palette (gallery, entry, &from);
      adain_color_map_init (&map, &from, to);
      recolor->needed = TRUE;
    }
  recolor->weight += weight;
  adain_color_map_mix (&recolor->map, &map, weight / recolor->weight);
}

void
adain_recolor_finish (AdainRecolor *recolor, double strength)
{
  adain_color_map_mix (&recolor->map, &ADAIN_COLOR_MAP_IDENTITY, 1.0 - strength);
}
