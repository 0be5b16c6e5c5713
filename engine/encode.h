/* The first pass: a whole picture, tile by tile, into features and their statistics.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "statistics.h"
#include "survey.h"
#include "engine.h"
#include "grid.h"
#include "report.h"

G_BEGIN_DECLS

/* What is read, and how. The lock keeps calls of source->read() and sink->write() apart. */
typedef struct
{
  const AdainSource *source;
  const AdainSurvey *survey;
  GMutex            *lock;
  const float       *weights; /* of the cells, for each area; NULL: the survey's, of all of the picture */
  double             noise;   /* that is added to what is read (noise.h); 0: none */
} AdainInput;

/* The buffers of one worker, made for the largest tile. */
typedef struct
{
  float *rgba, *mask, *rgb;
} AdainScratch;

AdainScratch *adain_scratch_new (int workers, gsize pixels, GError **error);
void          adain_scratch_free (AdainScratch *scratch, int workers);

/* Reads the pixels of `cells` and flattens them into scratch->rgb. */
gboolean adain_input_read (const AdainInput *input, const AdainRect *cells, AdainScratch *scratch,
                           GError **error);

/* Asks for the covariance too, of all areas, and takes what memory that needs from `budget`. FALSE if there is not enough.
 */
gboolean adain_want_covariance (AdainEngine *engine, AdainStatistics *statistics, gsize *budget);

/* Encodes all tiles of `grid`, with their halo, into `features` (nullable) and `statistics`. */
gboolean adain_encode (AdainEngine *engine, const AdainInput *input, const AdainGrid *grid,
                       AdainFeatures *features, AdainStatistics *statistics, const AdainReport *report,
                       GError **error);

/* The best grid for a picture of width x height cells, such that each of the workers can hold its tile
 * with a margin of `margin` cells, and `bytes` more for each of its pixels, within `budget` bytes. */
gboolean adain_plan_grid (AdainEngine *engine, AdainGrid *grid, int width, int height, int margin,
                          gsize bytes, gsize budget, GError **error);

G_END_DECLS
