/* Recoloring results: what "palette" means for styles that have no picture.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "plugin/paint/recolor.h"

#include <string.h>

#include "plugin/paint/pixels.h"

void
adain_recolor_add (AdainRecolor *recolor, double weight, const AdainPalette *from, const AdainPalette *to)
{
  AdainColorMap map = ADAIN_COLOR_MAP_IDENTITY;

  if (!(weight > 0.0))
    return;

  if (from != NULL)
    {
      adain_color_map_init (&map, from, to);
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

static gboolean
write_recolored (gpointer user_data, const AdainRect *rect, const float *rgba, GError **error)
{
  const AdainRecoloring *recoloring = user_data;
  gsize                  n = (gsize) rect->width * rect->height;
  g_autofree float      *recolored = g_try_new (float, n * 4);

  if (recolored == NULL)
    return adain_pixels_no_memory (error);
  memcpy (recolored, rgba, n * 4 * sizeof (float));
  adain_color_map_apply (&recoloring->map, recolored, n);
  return recoloring->sink.write (recoloring->sink.user_data, rect, recolored, error);
}

AdainSink
adain_recoloring_sink (AdainRecoloring *recoloring)
{
  return (AdainSink) { .write = write_recolored, .user_data = recoloring };
}
