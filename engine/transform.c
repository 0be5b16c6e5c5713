/* The transform of features between the encoder and the decoder.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "transform.h"

/* One map of scale and shift, in one piece of memory. */
static AdainTransform *
new_diagonal (int channels)
{
  AdainTransform *transform = g_try_malloc0 (sizeof *transform + sizeof (AdainMap)
                                             + 2 * channels * sizeof (float));

  if (transform)
    {
      transform->channels = channels;
      transform->n = 1;
      transform->maps = (AdainMap *) (transform + 1);
      transform->maps->scale = (float *) (transform->maps + 1);
      transform->maps->shift = transform->maps->scale + channels;
    }
  return transform;
}

void
adain_transform_free (AdainTransform *transform)
{
  g_free (transform);
}

AdainTransform *
adain_transform_new (const AdainStatistics *content, const AdainBlend *blend)
{
  AdainTransform *transform = new_diagonal (content->channels);
  double          strength = blend->strength;

  for (int c = 0; transform && c < content->channels; c++)
    {
      double mean = 0, deviation = 0, factor;

      for (int k = 0; k < blend->n; k++)
        {
          mean += blend->weights[k] * blend->styles[k]->mean[c];
          deviation += blend->weights[k] * adain_statistics_deviation (blend->styles[k], c);
        }
      factor = deviation / adain_statistics_deviation (content, c);
      transform->maps->scale[c] = 1 - strength + strength * factor;
      transform->maps->shift[c] = strength * (mean - factor * content->mean[c]);
    }
  return transform;
}
