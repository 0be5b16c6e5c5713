/* The first pass: a whole picture, tile by tile, into features and their statistics.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "encode.h"

#include <string.h>

#include "budget.h"
#include "error.h"
#include "noise.h"
#include "picture.h"
#include "pool.h"

AdainScratch *
adain_scratch_new (int workers, gsize pixels, GError **error)
{
  AdainScratch *scratch = g_new0 (AdainScratch, workers);

  for (int i = 0; i < workers; i++)
    {
      scratch[i].rgba = g_try_new (float, pixels * 4);
      scratch[i].mask = g_try_new (float, pixels);
      scratch[i].rgb = g_try_new (float, pixels * 3);
      if (!scratch[i].rgba || !scratch[i].mask || !scratch[i].rgb)
        {
          adain_scratch_free (scratch, workers);
          adain_no_memory_for_picture (error);
          return NULL;
        }
    }
  return scratch;
}

void
adain_scratch_free (AdainScratch *scratch, int workers)
{
  for (int i = 0; i < workers; i++)
    {
      g_free (scratch[i].rgba);
      g_free (scratch[i].mask);
      g_free (scratch[i].rgb);
    }
  g_free (scratch);
}

gboolean
adain_input_read (const AdainInput *input, const AdainRect *cells, AdainScratch *scratch, GError **error)
{
  AdainRect rect = { cells->x * ADAIN_CELL, cells->y * ADAIN_CELL, cells->width * ADAIN_CELL,
                     cells->height * ADAIN_CELL };

  if (!adain_picture_read_padded (input->source, input->lock, &rect, scratch->rgba, scratch->mask, error))
    return FALSE;
  adain_survey_flatten (input->survey, &rect, scratch->rgba, scratch->mask, scratch->rgb);
  if (input->noise > 0)
    adain_noise_add (input->noise, &rect, scratch->rgb);
  return TRUE;
}

gboolean
adain_plan_grid (AdainEngine *engine, AdainGrid *grid, int width, int height, int margin, gsize bytes,
                 gsize budget, GError **error)
{
  const AdainUnit *unit = adain_engine_unit (engine);
  int              workers = unit->class->workers (unit->backend);

  for (gsize share = budget; share > budget / 1024; share /= 2)
    {
      int   tile_width, tile_height;
      gsize pixels;

      if (!unit->class->tile_size (unit->backend, width, height, share, &tile_width, &tile_height))
        break;
      for (;;)
        {
          pixels = (gsize) MIN (tile_width + 2 * margin, width) * MIN (tile_height + 2 * margin, height)
                   * ADAIN_CELL * ADAIN_CELL;
          if (workers * pixels * bytes <= budget - share / 2 || tile_height <= 2 * margin)
            break;
          tile_height = (tile_height + 1) / 2;
        }
      if (workers * pixels * bytes <= budget - share / 2)
        {
          adain_grid_init (grid, width, height, tile_width, tile_height);
          return TRUE;
        }
    }
  adain_no_memory_for_picture (error);
  return FALSE;
}

gboolean
adain_want_covariance (AdainEngine *engine, AdainStatistics *statistics, gsize *budget)
{
  const AdainUnit *unit = adain_engine_unit (engine);
  gsize            bytes = 0;

  for (const AdainStatistics *area = statistics; area; area = area->next)
    bytes += adain_covariance_bytes (statistics->channels);

  if (statistics->channels > ADAIN_COVARIANCE_CHANNELS)
    return TRUE;
  /* Those of the picture and of a tile for each worker, and one that waits for those before it. */
  bytes *= 2 + unit->class->workers (unit->backend);
  return adain_budget_take (budget, bytes) && adain_statistics_want_covariance (statistics);
}

typedef struct
{
  const AdainUnit  *unit;
  const AdainInput *input;
  const AdainGrid  *grid;
  AdainFeatures    *features;
  AdainStatistics  *statistics;
  AdainStatistics **parts;  /* of tiles that are done, until those before them are */
  int               merged; /* tiles that are in `statistics` */
  GMutex            lock;   /* around these three */
  AdainScratch     *scratch;
  GCancellable     *cancellable;
  int               halo;
} Pass;

/* The weights of a tile's cells, row by row, area by area; NULL if all are 1. */
static float *
gather_weights (const AdainInput *input, const AdainRect *tile, const AdainStatistics *areas)
{
  const AdainSurvey *survey = input->survey;
  const float       *from = input->weights ? input->weights : survey->weights;
  gsize              cells = (gsize) tile->width * tile->height;
  int                n = 0;
  float             *weights;

  if (!from)
    return NULL;
  for (; areas; areas = areas->next)
    n++;
  weights = g_new (float, n * cells);
  for (int area = 0; area < n; area++, from += (gsize) survey->width * survey->height)
    for (int y = 0; y < tile->height; y++)
      memcpy (weights + area * cells + (gsize) y * tile->width,
              from + (gsize) (tile->y + y) * survey->width + tile->x, tile->width * sizeof (float));
  return weights;
}

/* Takes over the statistics of a tile. They are merged in the order of the tiles, whatever order they are
 * done in, and as early as that allows: covariances are large. */
static void
merge (Pass *pass, int index, AdainStatistics *part)
{
  g_mutex_lock (&pass->lock);
  pass->parts[index] = part;
  for (; pass->merged < adain_grid_tiles (pass->grid) && pass->parts[pass->merged]; pass->merged++)
    {
      adain_statistics_merge (pass->statistics, pass->parts[pass->merged]);
      g_clear_pointer (&pass->parts[pass->merged], adain_statistics_free);
    }
  g_mutex_unlock (&pass->lock);
}

static gboolean
encode_tile (int worker, int index, gpointer user_data, GError **error)
{
  Pass             *pass = user_data;
  AdainRect         tile = adain_grid_tile (pass->grid, index);
  AdainRect         seen = adain_grid_grow (pass->grid, &tile, pass->halo);
  AdainRect         keep = { tile.x - seen.x, tile.y - seen.y, tile.width, tile.height };
  AdainScratch     *scratch = &pass->scratch[worker];
  g_autofree float *weights = NULL;
  g_autoptr (AdainStatistics)
      part = adain_statistics_new_like (pass->statistics, (gsize) tile.width * tile.height);

  if (!part)
    {
      adain_no_memory_for_picture (error);
      return FALSE;
    }
  if (!adain_input_read (pass->input, &seen, scratch, error))
    return FALSE;
  weights = gather_weights (pass->input, &tile, part);
  if (!pass->unit->class->encode (pass->unit->backend, worker, scratch->rgb, seen.width * ADAIN_CELL,
                                  seen.height * ADAIN_CELL, &keep, weights, pass->features, tile.x, tile.y,
                                  part, pass->cancellable, error))
    return FALSE;
  merge (pass, index, g_steal_pointer (&part));
  return TRUE;
}

gboolean
adain_encode (AdainEngine *engine, const AdainInput *input, const AdainGrid *grid, AdainFeatures *features,
              AdainStatistics *statistics, const AdainReport *report, GError **error)
{
  const AdainUnit *unit = adain_engine_unit (engine);
  int              workers = unit->class->workers (unit->backend), tiles = adain_grid_tiles (grid);
  int              halo = adain_engine_encoder_halo (engine);
  gsize pixels = (gsize) (grid->tile_width + 2 * halo) * ADAIN_CELL * (grid->tile_height + 2 * halo)
                 * ADAIN_CELL;
  Pass pass = { unit, input, grid, features, statistics, .cancellable = report->cancellable, .halo = halo };
  gboolean ok;

  workers = MIN (workers, tiles);
  pass.scratch = adain_scratch_new (workers, pixels, error);
  if (!pass.scratch)
    return FALSE;
  pass.parts = g_new0 (AdainStatistics *, tiles);
  g_mutex_init (&pass.lock);
  ok = adain_pool_run (tiles, workers, encode_tile, &pass, report, error);
  g_mutex_clear (&pass.lock);
  for (int i = 0; i < tiles; i++)
    adain_statistics_free (pass.parts[i]);
  g_free (pass.parts);
  adain_scratch_free (pass.scratch, workers);
  return ok;
}
