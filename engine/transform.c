/* The transform of features between the encoder and the decoder.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "transform.h"

#include <math.h>

/* Of a channel's usual deviation. */
#define FLOOR 0.5

/* `n` maps, in one piece of memory but for the shares. */
static AdainTransform *
new_transform (int channels, int n, gboolean matrix, gboolean bounded)
{
  AdainTransform *transform;
  gsize           factors = (gsize) channels * (matrix ? channels : 1), bounds = bounded ? 2 * channels : 0;

  transform = g_try_malloc0 (sizeof *transform
                             + n * (sizeof (AdainMap) + (channels + factors + bounds) * sizeof (float)));
  if (transform)
    {
      float *next;

      transform->channels = channels;
      transform->n = n;
      transform->maps = (AdainMap *) (transform + 1);
      next = (float *) (transform->maps + n);
      for (int k = 0; k < n; k++, next += channels + factors)
        {
          transform->maps[k].shift = next;
          *(matrix ? &transform->maps[k].matrix : &transform->maps[k].scale) = next + channels;
        }
      if (bounded)
        {
          transform->low = next;
          transform->high = next + (gsize) n * channels;
        }
    }
  return transform;
}

void
adain_transform_free (AdainTransform *transform)
{
  if (transform)
    g_free (transform->shares);
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
adain_usual_floor (const AdainUsual *usual, int channel, double deviation)
{
  return usual->deviation ? MAX (deviation, FLOOR * usual->deviation[channel]) : deviation;
}

double
adain_content_deviation (const AdainStatistics *content, const AdainUsual *usual, int channel)
{
  return adain_usual_floor (usual, channel, adain_statistics_deviation (content, channel));
}

/* The range of what counts, as far as it is usual. */
static void
set_bounds (const AdainStatistics *content, const AdainUsual *usual, float *low, float *high)
{
  for (int c = 0; c < content->channels; c++)
    {
      double mean = content->mean[c], deviation = adain_content_deviation (content, usual, c);
      double from = usual->low ? mean + deviation * usual->low[c] : -INFINITY;
      double to = usual->high ? mean + deviation * usual->high[c] : INFINITY;

      low[c] = content->low ? MAX (from, content->low[c]) : from;
      high[c] = content->high ? MIN (to, content->high[c]) : to;
    }
}

static void
set_map (AdainMap *map, const AdainStatistics *content, const AdainUsual *usual, const AdainBlend *blend)
{
  int    channels = content->channels;
  double strength = blend->strength, texture = blend->texture;

  for (int c = 0; c < channels; c++)
    {
      double mean = 0, deviation = 0, factor;

      for (int k = 0; k < blend->n; k++)
        {
          mean += blend->weights[k] * blend->styles[k]->mean[c];
          deviation += blend->weights[k] * adain_statistics_deviation (blend->styles[k], c);
        }
      factor = deviation / adain_content_deviation (content, usual, c);
      if (!map->matrix)
        {
          map->scale[c] = 1 - strength + strength * factor;
          map->shift[c] = strength * (mean - factor * content->mean[c]);
          continue;
        }
      for (int i = 0; i < channels; i++)
        {
          double m = texture * mixed (blend, (gsize) c * channels + i)
                     + (i == c ? (1 - texture) * factor : 0);

          mean -= m * content->mean[i];
          map->matrix[(gsize) i * channels + c] = strength * m + (i == c ? 1 - strength : 0);
        }
      map->shift[c] = strength * mean;
    }
}

AdainTransform *
adain_transform_new (const AdainStatistics *content, const AdainUsual *usual, const AdainBlend *blend)
{
  AdainTransform *transform = new_transform (content->channels, 1, blend->texture > 0,
                                             content->low || usual->low);

  if (!transform)
    return NULL;
  set_map (transform->maps, content, usual, blend);
  if (transform->low)
    set_bounds (content, usual, transform->low, transform->high);
  return transform;
}

/* Features as they are. */
static void
set_identity (AdainTransform *transform, int k)
{
  int       channels = transform->channels;
  AdainMap *map = &transform->maps[k];

  for (int c = 0; c < channels; c++)
    {
      *(map->matrix ? &map->matrix[(gsize) c * (channels + 1)] : &map->scale[c]) = 1;
      transform->low[k * channels + c] = -INFINITY;
      transform->high[k * channels + c] = INFINITY;
    }
}

AdainTransform *
adain_transform_new_mixed (int n, const AdainStatistics *const *contents, const AdainUsual *usual,
                           const AdainBlend *blends, float *shares, int width, int height)
{
  int             channels = contents[0]->channels;
  AdainTransform *transform = new_transform (channels, n, blends[0].texture > 0, TRUE);

  if (!transform)
    {
      g_free (shares);
      return NULL;
    }
  transform->shares = shares;
  transform->width = width;
  transform->height = height;
  for (int k = 0; k < n; k++)
    if (contents[k])
      {
        set_map (&transform->maps[k], contents[k], usual, &blends[k]);
        set_bounds (contents[k], usual, transform->low + k * channels, transform->high + k * channels);
      }
    else
      {
        set_identity (transform, k);
      }
  return transform;
}
