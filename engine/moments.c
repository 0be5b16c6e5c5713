/* Weighted mean and deviation for each channel, merged exactly from parts.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "moments.h"

/* Channels that are summed side by side. */
#define BLOCK 32

/* Cells are summed in double, as distances from the mean so far: tiles of any size then have the same
 * moments to so many digits that their results, too, are the same. */
#define RUN 64

AdainMoments *
adain_moments_new (int channels)
{
  AdainMoments *moments = g_try_malloc0 (sizeof *moments + 2 * channels * sizeof (double));

  if (moments)
    {
      moments->mean = (double *) (moments + 1);
      moments->m2 = moments->mean + channels;
    }
  return moments;
}

void
adain_moments_free (AdainMoments *moments)
{
  g_free (moments);
}

/* Merges sums of `weight` * (x - pivot) and of `weight` * (x - pivot)^2 into one channel. What is there counts
 * only if it has any weight. */
static void
merge_sums (AdainMoments *moments, int channel, double weight, double pivot, double sum, double squares)
{
  double total = moments->weight + weight;
  double mean = pivot + sum / weight;
  double delta;

  if (moments->weight <= 0)
    moments->mean[channel] = moments->m2[channel] = 0;
  delta = mean - moments->mean[channel];
  moments->mean[channel] += delta * weight / total;
  moments->m2[channel] += MAX (squares - sum * sum / weight, 0)
                          + delta * delta * moments->weight * weight / total;
}

static void
add_run (AdainMoments *moments, const float *cells, const float *weights, int n, int channels)
{
  double weight = n;

  if (weights)
    {
      weight = 0;
      for (int i = 0; i < n; i++)
        weight += weights[i];
    }
  if (weight <= 0)
    return;
  for (int first = 0; first < channels; first += BLOCK)
    {
      int    block = MIN (BLOCK, channels - first);
      double pivot[BLOCK] = { 0 }, sum[BLOCK] = { 0 }, squares[BLOCK] = { 0 };

      for (int c = 0; c < block; c++)
        pivot[c] = moments->weight > 0 ? moments->mean[first + c] : cells[first + c];
      for (int i = 0; i < n; i++)
        {
          const float *cell = cells + (gsize) i * channels + first;
          double       w = weights ? weights[i] : 1;

          for (int c = 0; c < block; c++)
            {
              double d = cell[c] - pivot[c];

              sum[c] += w * d;
              squares[c] += w * d * d;
            }
        }
      for (int c = 0; c < block; c++)
        merge_sums (moments, first + c, weight, pivot[c], sum[c], squares[c]);
    }
  moments->weight += weight;
}

void
adain_moments_add (AdainMoments *moments, const float *cells, const float *weights, int n, int channels)
{
  for (int i = 0; i < n; i += RUN)
    add_run (moments, cells + (gsize) i * channels, weights ? weights + i : NULL, MIN (RUN, n - i), channels);
}

void
adain_moments_merge (AdainMoments *moments, const AdainMoments *part, int channels)
{
  if (part->weight <= 0)
    return;
  for (int c = 0; c < channels; c++)
    merge_sums (moments, c, part->weight, part->mean[c], 0, part->m2[c]);
  moments->weight += part->weight;
}
