/* What refining and learning minimise.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "loss.h"

double
adain_loss_size (const AdainLevels *levels, int level)
{
  double size = 0;

  for (int c = 0; c < levels->channels[level]; c++)
    size += levels->mean[level][c] * levels->mean[level][c]
            + levels->deviation[level][c] * levels->deviation[level][c];
  return size;
}

void
adain_loss_init (AdainLoss *loss, const AdainLevels *wanted, const AdainLevels *own, double style,
                 const double sizes[ADAIN_LEVELS])
{
  int    last = ADAIN_LEVELS - 1;
  double variance = 0;

  *loss = (AdainLoss) { wanted, own };
  for (int c = 0; c < wanted->channels[last]; c++)
    variance += wanted->deviation[last][c] * wanted->deviation[last][c];
  loss->content_scale = 1 / MAX (variance, G_MINFLOAT);
  /* The means over all channels cancel out. */
  for (int i = 0; i < ADAIN_LEVELS; i++)
    loss->style_scale[i] = style / MAX (sizes[i], G_MINFLOAT);
}

/* The gradient of the style's loss is a scale and a shift for each channel; in the last level that of the content's
 * is added. */
void
adain_loss_add (const AdainLoss *loss, int level, int across, const float *weights, const float *features,
                const float *activations, float *gradient, int width, int stride, float *scratch)
{
  int    channels = loss->own->channels[level];
  float *factor = scratch, *shift = scratch + channels;
  float  content = 2 * loss->content_scale / loss->weight;
  double style = 2 * loss->style_scale[level] / (loss->weight * across * across);

  for (int c = 0; c < channels; c++)
    {
      double mean = loss->own->mean[level][c], deviation = loss->own->deviation[level][c];
      double k = style * (deviation - loss->wanted->deviation[level][c]) / deviation;

      factor[c] = k;
      shift[c] = style * (mean - loss->wanted->mean[level][c]) - k * mean;
    }
  for (int x = 0; x < width; x++, activations += stride, gradient += stride)
    {
      float w = weights ? weights[x] : 1;

      for (int c = 0; c < channels; c++)
        gradient[c] += w * (factor[c] * activations[c] + shift[c]);
      for (int c = 0; features && c < channels; c++)
        gradient[c] += w * content * (activations[c] - features[(gsize) x * channels + c]);
    }
}

float
adain_variation (const float *pixels, gsize i, int x, int y, int width, int height)
{
  const float *p = pixels + i;
  gsize        row = (gsize) width * 3;
  float        sum = 0;

  sum += x > 0 ? p[0] - p[-3] : 0;
  sum += x < width - 1 ? p[0] - p[3] : 0;
  sum += y > 0 ? p[0] - p[-(gssize) row] : 0;
  sum += y < height - 1 ? p[0] - p[row] : 0;
  return 2 / (3.0f * width * height) * sum;
}
