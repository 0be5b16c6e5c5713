/* Moving a picture's colors to another palette.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "adain.h"

#include <string.h>

#include "transport.h"

/* Added to variances, so that a picture of one color has a map too. */
#define EPSILON 1e-5

static void
regularized (const AdainPalette *palette, double out[3][3])
{
  memcpy (out, palette->covariance, sizeof palette->covariance);
  for (int i = 0; i < 3; i++)
    out[i][i] += EPSILON;
}

void
adain_color_map_init (AdainColorMap *map, const AdainPalette *from, const AdainPalette *to)
{
  double source[3][3], target[3][3], work[ADAIN_TRANSPORT_WORK (3)];

  regularized (from, source);
  regularized (to, target);
  if (!adain_transport_factor (source[0], 3)
      || !adain_transport_map (source[0], target[0], 3, map->matrix[0], work))
    {
      *map = ADAIN_COLOR_MAP_IDENTITY;
      return;
    }
  for (int i = 0; i < 3; i++)
    {
      map->offset[i] = to->mean[i];
      for (int j = 0; j < 3; j++)
        map->offset[i] -= map->matrix[i][j] * from->mean[j];
    }
}

void
adain_color_map_mix (AdainColorMap *to, const AdainColorMap *map, double share)
{
  for (int i = 0; i < 3; i++)
    {
      to->offset[i] += share * (map->offset[i] - to->offset[i]);
      for (int j = 0; j < 3; j++)
        to->matrix[i][j] += share * (map->matrix[i][j] - to->matrix[i][j]);
    }
}

void
adain_color_map_apply (const AdainColorMap *map, float *rgba, gsize n)
{
  for (gsize i = 0; i < n; i++, rgba += 4)
    {
      float r = rgba[0], g = rgba[1], b = rgba[2];

      for (int c = 0; c < 3; c++)
        rgba[c] = CLAMP (map->matrix[c][0] * r + map->matrix[c][1] * g + map->matrix[c][2] * b
                             + map->offset[c],
                         0, 1);
    }
}
