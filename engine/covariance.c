/* Weighted mean and covariance of features, merged exactly from parts as moments are.
 *
 * Cells are taken in short runs, whose distances from the run's own mean are multiplied and summed in tiles of
 * the result that stay in registers; runs are merged as parts are. All in double: however a picture is cut,
 * its covariance is the same to so many digits that its maps are, too.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "covariance.h"

#include <string.h>

/* Cells in a run. */
#define RUN 64

/* A tile of the result: so many rows by so many columns. */
#define ROWS  4
#define PANEL 4

static int
panels (int channels)
{
  return (channels + PANEL - 1) / PANEL;
}

gsize
adain_covariance_bytes (int channels)
{
  return sizeof (AdainCovariance) + (gsize) channels * (channels + 2) * sizeof (double)
         + (gsize) panels (channels) * PANEL * RUN * 2 * sizeof (double);
}

AdainCovariance *
adain_covariance_new (int channels)
{
  AdainCovariance *self = g_try_malloc0 (adain_covariance_bytes (channels));

  if (self)
    {
      self->channels = channels;
      self->mean = (double *) (self + 1);
      self->run_mean = self->mean + channels;
      self->products = self->run_mean + channels;
      self->panels = (self->products + (gsize) channels * channels);
    }
  return self;
}

void
adain_covariance_free (AdainCovariance *self)
{
  g_free (self);
}

/* Merges the mean of cells that weigh `weight`; their products are still to be added. */
static void
merge_mean (AdainCovariance *self, const double *mean, double weight)
{
  int    channels = self->channels;
  double total = self->weight + weight, share = weight / total;

  for (int i = 0; i < channels && self->weight > 0; i++)
    {
      double *row = self->products + (gsize) i * channels;
      double  delta = (mean[i] - self->mean[i]) * share * self->weight;

      for (int j = i; j < channels; j++)
        row[j] += delta * (mean[j] - self->mean[j]);
    }
  for (int i = 0; i < channels; i++)
    self->mean[i] += (mean[i] - self->mean[i]) * share;
  self->weight = total;
}

/* The products of the channels `row` to row + ROWS with those of a panel, over `n` cells. */
static void
multiply (const double *restrict rows, const double *restrict panel, int n, double out[ROWS][PANEL])
{
  double sums[ROWS][PANEL] = { 0 };

  for (int i = 0; i < n; i++, rows += PANEL, panel += PANEL)
    for (int r = 0; r < ROWS; r++)
      for (int c = 0; c < PANEL; c++)
        sums[r][c] += rows[r] * panel[c];
  memcpy (out, sums, sizeof sums);
}

/* Adds the products of a run whose distances from its mean are in `left`, those times the weights in
 * `right`. */
static void
add_products (AdainCovariance *self, const double *left, const double *right, int n)
{
  int channels = self->channels;

  for (int row = 0; row < channels; row += ROWS)
    for (int column = row / PANEL * PANEL; column < channels; column += PANEL)
      {
        double sums[ROWS][PANEL];

        multiply (left + (gsize) (row / PANEL) * PANEL * RUN + row % PANEL, right + (gsize) column * RUN, n,
                  sums);
        for (int r = 0; r < MIN (ROWS, channels - row); r++)
          {
            double *to = self->products + (gsize) (row + r) * channels + column;

            for (int c = MAX (row + r - column, 0); c < MIN (PANEL, channels - column); c++)
              to[c] += sums[r][c];
          }
      }
}

static void
add_run (AdainCovariance *self, const float *cells, const float *weights, int n)
{
  int     channels = self->channels;
  double *mean = self->run_mean;
  double *left = self->panels, *right = left;
  double  weight = n;

  if (weights)
    {
      right = left + (gsize) panels (channels) * PANEL * RUN;
      weight = 0;
      for (int i = 0; i < n; i++)
        weight += weights[i];
    }
  if (!(weight > 0))
    return;
  memset (mean, 0, channels * sizeof (double));
  for (int i = 0; i < n; i++)
    for (int c = 0; c < channels; c++)
      mean[c] += (weights ? weights[i] : 1) * (double) cells[(gsize) i * channels + c];
  for (int c = 0; c < channels; c++)
    mean[c] /= weight;
  for (int i = 0; i < n; i++)
    for (int c = 0; c < channels; c++)
      {
        gsize at = (gsize) (c / PANEL) * PANEL * RUN + i * PANEL + c % PANEL;

        left[at] = cells[(gsize) i * channels + c] - mean[c];
        if (weights)
          right[at] = weights[i] * left[at];
      }
  merge_mean (self, mean, weight);
  add_products (self, left, right, n);
}

void
adain_covariance_add (AdainCovariance *self, const float *cells, const float *weights, int n)
{
  for (int i = 0; i < n; i += RUN)
    add_run (self, cells + (gsize) i * self->channels, weights ? weights + i : NULL, MIN (RUN, n - i));
}

void
adain_covariance_merge (AdainCovariance *self, const AdainCovariance *part)
{
  gsize n = (gsize) self->channels * self->channels;

  if (!(part->weight > 0))
    return;
  merge_mean (self, part->mean, part->weight);
  for (gsize i = 0; i < n; i++)
    self->products[i] += part->products[i];
}

void
adain_covariance_get (const AdainCovariance *self, double *matrix)
{
  int n = self->channels;

  for (int i = 0; i < n; i++)
    for (int j = i; j < n; j++)
      matrix[(gsize) i * n + j] = matrix[(gsize) j * n + i] = self->products[(gsize) i * n + j]
                                                              / self->weight;
}
