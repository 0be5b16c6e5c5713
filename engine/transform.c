/* The transform of features between the encoder and the decoder.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "transform.h"

#include <math.h>

/* Of a channel's usual deviation. */
#define FLOOR 0.5

/* One map, in one piece of memory. */
static AdainTransform *
new_transform (int channels, gboolean matrix, gboolean bounded)
{
  AdainTransform *transform;
  gsize           n = (gsize) channels * (matrix ? channels : 1), bounds = bounded ? 2 * channels : 0;

  transform = g_try_malloc0 (sizeof *transform + sizeof (AdainMap)
                             + (channels + n + bounds) * sizeof (float));
  if (transform)
    {
      AdainMap *map = (AdainMap *) (transform + 1);

      map->shift = (float *) (map + 1);
      *(matrix ? &map->matrix : &map->scale) = map->shift + channels;
      transform->channels = channels;
      transform->n = 1;
      transform->maps = map;
      if (bounded)
        {
          transform->low = map->shift + channels + n;
          transform->high = transform->low + channels;
        }
    }
  return transform;
}

void
adain_transform_free (AdainTransform *transform)
{
  g_free (transform);
}

/* An element of the styles' maps, weighted. */
static double
mixed (const AdainBlend *blend, gsize element)
{
  double sum = 0;

  for (int k = 0; k < blend->n; k++)
    if (blend->weights[k] > 0)
      sum += blend->weights[k] * blend->maps[k][element];
  return sum;
}

double
adain_content_deviation (const AdainStatistics *content, const AdainUsual *usual, int channel)
{
  double deviation = adain_statistics_deviation (content, channel);

  return usual->deviation ? MAX (deviation, FLOOR * usual->deviation[channel]) : deviation;
}

/* The range of what counts, as far as it is usual. */
static void
set_bounds (AdainTransform *transform, const AdainStatistics *content, const AdainUsual *usual, int channel)
{
  double mean = content->mean[channel], deviation = adain_content_deviation (content, usual, channel);
  double low = usual->low ? mean + deviation * usual->low[channel] : -INFINITY;
  double high = usual->high ? mean + deviation * usual->high[channel] : INFINITY;

  transform->low[channel] = content->low ? MAX (low, content->low[channel]) : low;
  transform->high[channel] = content->high ? MIN (high, content->high[channel]) : high;
}

AdainTransform *
adain_transform_new (const AdainStatistics *content, const AdainUsual *usual, const AdainBlend *blend)
{
  int             channels = content->channels;
  AdainTransform *transform = new_transform (channels, blend->texture > 0, content->low || usual->low);
  double          strength = blend->strength, texture = blend->texture;

  for (int c = 0; transform && c < channels; c++)
    {
      AdainMap *map = transform->maps;
      double    mean = 0, deviation = 0, factor;

      for (int k = 0; k < blend->n; k++)
        {
          mean += blend->weights[k] * blend->styles[k]->mean[c];
          deviation += blend->weights[k] * adain_statistics_deviation (blend->styles[k], c);
        }
      factor = deviation / adain_content_deviation (content, usual, c);
      if (transform->low)
        set_bounds (transform, content, usual, c);
      if (!map->matrix)
        {
          map->scale[c] = 1 - strength + strength * factor;
          map->shift[c] = strength * (mean - factor * content->mean[c]);
          continue;
        }
      /* Row c of the matrix goes into its column: all the maps are symmetric. */
      for (int i = 0; i < channels; i++)
        {
          gsize  element = (gsize) c * channels + i;
          double m = texture * mixed (blend, element) + (i == c ? (1 - texture) * factor : 0);

          mean -= m * content->mean[i];
          map->matrix[element] = strength * m + (i == c ? 1 - strength : 0);
        }
      map->shift[c] = strength * mean;
    }
  return transform;
}
