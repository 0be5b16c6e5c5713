/* Weighted mean and deviation for each channel of features, and their covariance: gathered, and merged exactly
 * from parts.
 *
 * Chan, Golub and LeVeque, "Updating formulae and a pairwise algorithm for computing sample
 * variances", 1979.
 *
 * This is the one place that knows how statistics of features are weighted and merged. What is not always
 * gathered, such as covariances, is a member that is NULL unless it was asked for: _add() gathers it from
 * cells and _merge() merges it; a device whose kernels gather by themselves hands its sums to _merge().
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "covariance.h"

G_BEGIN_DECLS

/* Added to variances before the square root, as in the paper's code. */
#define ADAIN_EPSILON 1e-5

/* Of more channels no covariance is gathered: it grows by their square, and its eigenvectors by their cube. */
#define ADAIN_COVARIANCE_CHANNELS 1024

/* Sum of weights; for each channel the mean, the sum of weighted squared distances from it, and the least and
 * the greatest value of weight above 0. */
typedef struct _AdainStatistics
{
  int              channels;
  double           weight;
  double          *mean, *m2;
  double          *low, *high; /* NULL: not gathered */
  AdainCovariance *covariance; /* NULL: not gathered */

  /* Those of another area, for which the same cells have weights of their own: `pitch` floats after these.
   * NULL: there is none. */
  struct _AdainStatistics *next;
  gsize                    pitch;
} AdainStatistics;

/* Without any cell yet; NULL if there is no memory. */
AdainStatistics *adain_statistics_new (int channels);

/* Of so many areas; what is said of one below holds for those after it. */
AdainStatistics *adain_statistics_new_areas (int channels, int n);

/* Without any cell, but asked for the same as `like`; areas lie `pitch` floats apart. */
AdainStatistics *adain_statistics_new_like (const AdainStatistics *like, gsize pitch);
void             adain_statistics_free (AdainStatistics *statistics);

/* Asks for the covariance too, before any cell is added. FALSE if there is no memory. */
gboolean adain_statistics_want_covariance (AdainStatistics *statistics);

/* Asks for `low` and `high` too, which are infinite until a cell is added. FALSE if there is no memory. */
gboolean adain_statistics_want_range (AdainStatistics *statistics);

/* Adds `n` cells of as many floats as there are channels, with `weights` (NULL: 1 each). */
void adain_statistics_add (AdainStatistics *statistics, const float *cells, const float *weights, int n);

/* Adds the cells that `part` has seen. */
void adain_statistics_merge (AdainStatistics *statistics, const AdainStatistics *part);

/* Of at least one cell. */
double adain_statistics_deviation (const AdainStatistics *statistics, int channel);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (AdainStatistics, adain_statistics_free)

G_END_DECLS
