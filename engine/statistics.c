/* Weighted mean and deviation for each channel of features, and their covariance: gathered, and merged exactly
 * from parts.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "statistics.h"

#include <math.h>

/* Channels that are summed side by side. */
#define BLOCK 32

/* Cells are summed in double, as distances from the mean so far: tiles of any size then have the same
 * statistics to so many digits that their results, too, are the same. */
#define RUN 64

AdainStatistics *
adain_statistics_new (int channels)
{
  AdainStatistics *statistics = g_try_malloc0 (sizeof *statistics + 2 * channels * sizeof (double));

  if (statistics)
    {
      statistics->channels = channels;
      statistics->mean = (double *) (statistics + 1);
      statistics->m2 = statistics->mean + channels;
    }
  return statistics;
}

AdainStatistics *
adain_statistics_new_areas (int channels, int n)
{
  AdainStatistics *first = NULL;

  for (int i = 0; i < n; i++)
    {
      AdainStatistics *statistics = adain_statistics_new (channels);

      if (!statistics)
        {
          adain_statistics_free (first);
          return NULL;
        }
      statistics->next = first;
      first = statistics;
    }
  return first;
}

AdainStatistics *
adain_statistics_new_like (const AdainStatistics *like, gsize pitch)
{
  AdainStatistics *statistics = adain_statistics_new (like->channels);

  if (statistics && (!like->covariance || adain_statistics_want_covariance (statistics))
      && (!like->low || adain_statistics_want_range (statistics))
      && (!like->next || (statistics->next = adain_statistics_new_like (like->next, pitch))))
    {
      statistics->pitch = pitch;
      return statistics;
    }
  adain_statistics_free (statistics);
  return NULL;
}

void
adain_statistics_free (AdainStatistics *statistics)
{
  if (statistics == NULL)
    return;
  adain_statistics_free (statistics->next);
  adain_covariance_free (statistics->covariance);
  g_free (statistics->low);
  g_free (statistics);
}

gboolean
adain_statistics_want_covariance (AdainStatistics *statistics)
{
  statistics->covariance = adain_covariance_new (statistics->channels);
  return statistics->covariance && (!statistics->next || adain_statistics_want_covariance (statistics->next));
}

gboolean
adain_statistics_want_range (AdainStatistics *statistics)
{
  int channels = statistics->channels;

  statistics->low = g_try_new (double, 2 * channels);
  if (!statistics->low)
    return FALSE;
  statistics->high = statistics->low + channels;
  for (int c = 0; c < channels; c++)
    {
      statistics->low[c] = INFINITY;
      statistics->high[c] = -INFINITY;
    }
  return !statistics->next || adain_statistics_want_range (statistics->next);
}

/* Merges sums of `weight` * (x - pivot) and of `weight` * (x - pivot)^2 into one channel. */
static void
merge_sums (AdainStatistics *statistics, int channel, double weight, double pivot, double sum, double squares)
{
  double total = statistics->weight + weight;
  double mean = pivot + sum / weight;
  double delta = mean - statistics->mean[channel];

  statistics->mean[channel] += delta * weight / total;
  statistics->m2[channel] += MAX (squares - sum * sum / weight, 0)
                             + delta * delta * statistics->weight * weight / total;
}

static void
add_run (AdainStatistics *statistics, const float *cells, const float *weights, int n)
{
  int    channels = statistics->channels;
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
        pivot[c] = statistics->weight > 0 ? statistics->mean[first + c] : cells[first + c];
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
        merge_sums (statistics, first + c, weight, pivot[c], sum[c], squares[c]);
    }
  statistics->weight += weight;
}

static void
add_to_range (AdainStatistics *statistics, const float *cells, const float *weights, int n)
{
  int channels = statistics->channels;

  for (int i = 0; i < n; i++, cells += channels)
    for (int c = 0; c < channels && (!weights || weights[i] > 0); c++)
      {
        statistics->low[c] = MIN (statistics->low[c], cells[c]);
        statistics->high[c] = MAX (statistics->high[c], cells[c]);
      }
}

void
adain_statistics_add (AdainStatistics *statistics, const float *cells, const float *weights, int n)
{
  for (int i = 0; i < n; i += RUN)
    add_run (statistics, cells + (gsize) i * statistics->channels, weights ? weights + i : NULL,
             MIN (RUN, n - i));
  if (statistics->low)
    add_to_range (statistics, cells, weights, n);
  if (statistics->covariance)
    adain_covariance_add (statistics->covariance, cells, weights, n);
  if (statistics->next)
    adain_statistics_add (statistics->next, cells, weights + statistics->pitch, n);
}

void
adain_statistics_merge (AdainStatistics *statistics, const AdainStatistics *part)
{
  if (statistics->next && part->next)
    adain_statistics_merge (statistics->next, part->next);
  if (part->weight <= 0)
    return;
  for (int c = 0; c < statistics->channels; c++)
    merge_sums (statistics, c, part->weight, part->mean[c], 0, part->m2[c]);
  statistics->weight += part->weight;
  for (int c = 0; statistics->low && part->low && c < statistics->channels; c++)
    {
      statistics->low[c] = MIN (statistics->low[c], part->low[c]);
      statistics->high[c] = MAX (statistics->high[c], part->high[c]);
    }
  if (statistics->covariance && part->covariance)
    adain_covariance_merge (statistics->covariance, part->covariance);
}

double
adain_statistics_deviation (const AdainStatistics *statistics, int channel)
{
  return sqrt (statistics->m2[channel] / statistics->weight + ADAIN_EPSILON);
}
