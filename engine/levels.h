/* Statistics of the encoder's features at several levels, band by band, in float on the CPU.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "cpu/gradient.h"
#include "encode.h"

G_BEGIN_DECLS

/* Means and deviations at each level: what a style is to the refinement. */
typedef struct
{
  int     channels[ADAIN_LEVELS];
  double *mean[ADAIN_LEVELS], *deviation[ADAIN_LEVELS];
} AdainLevels;

/* All 0; in one piece of memory: g_free. NULL if there is none. */
AdainLevels *adain_levels_new (const AdainNetwork *network);

/* A picture of whole rows of cells, cut into bands. The cut follows from the picture alone, so that no result
 * depends on the number of threads. */
typedef struct
{
  int width, height; /* cells */
  int n, halo;       /* bands, and the cells that each sees above and below */
} AdainBands;

AdainBands adain_bands (const AdainNetwork *network, int width, int height);

/* The rows of cells of a band, and what it sees of the picture. */
void adain_bands_get (const AdainBands *bands, int band, int *first, int *end, int *seen_first,
                      int *seen_end);

/* Rows of cells that the largest band sees. */
int adain_bands_tallest (const AdainBands *bands);

/* The weight of the pixels of a level's row in the band: those of their cells. `weights` holds them of all of the
 * picture (NULL: all 1); `out` has room for a row. Returns `out`, or NULL if all are 1. */
const float *adain_bands_weights (const AdainBands *bands, const float *weights, int scale, int row,
                                  float *out);

/* Copies `n` pixels of a row, `stride` floats apart, without what rounds their channels up. */
void adain_copy_cells (const float *from, int stride, float *to, int channels, int n);

/* Adds a band's own rows at all levels to `statistics`. FALSE without memory. */
gboolean adain_levels_add (AdainStatistics *const statistics[ADAIN_LEVELS], const AdainTape *tape,
                           const AdainGradient *gradient, const AdainBands *bands, const float *weights,
                           int band);

/* Statistics of all levels, without any cell; FALSE without memory, after which they may be freed as well. */
gboolean adain_level_statistics_new (AdainStatistics     *statistics[ADAIN_LEVELS],
                                     const AdainGradient *gradient);
void     adain_level_statistics_free (AdainStatistics *statistics[ADAIN_LEVELS]);
void     adain_levels_from_statistics (AdainLevels *levels, AdainStatistics *const statistics[ADAIN_LEVELS]);

/* Encodes a picture for its levels, with `threads` threads and `budget` bytes at most; and for its last features
 * as rows of cells without gaps, if `features` is not NULL. Fails when cancelled, or with ADAIN_ERROR_MEMORY. */
AdainLevels *adain_levels_gather (const AdainGradient *gradient, const AdainInput *input, int threads,
                                  gsize budget, float *features, const AdainReport *report, GError **error);

G_END_DECLS
