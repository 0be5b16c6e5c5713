/* Cutting a picture into tiles and running them on all workers of a back end.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "engine.h"

G_BEGIN_DECLS

/* All numbers are cells. */
typedef struct
{
  int width, height;
  int tile_width, tile_height;
  int columns, rows;
} AdainGrid;

void      adain_grid_init (AdainGrid *grid, int width, int height, int tile_width, int tile_height);
AdainRect adain_grid_tile (const AdainGrid *grid, int index);

/* `rect` and `margin` cells around it, as far as the picture goes. */
AdainRect adain_grid_grow (const AdainGrid *grid, const AdainRect *rect, int margin);

static inline int
adain_grid_tiles (const AdainGrid *grid)
{
  return grid->columns * grid->rows;
}

/* Where a run of tiles reports to. The run covers the fractions from `start` to `end`. */
typedef struct
{
  AdainProgress callback;
  gpointer      data;
  double        start, end;
  GCancellable *cancellable;
} AdainReport;

/* A progress callback that never falls, also when the work begins again on another device. */
typedef struct
{
  AdainProgress callback;
  gpointer      data;
  double        reached;
} AdainSteadyProgress;

/* A report on a whole call to `steady`, which this sets up. */
AdainReport adain_report (AdainSteadyProgress *steady, AdainProgress callback, gpointer data,
                          GCancellable *cancellable);

/* Does one tile; called on one thread for each worker. */
typedef gboolean (*AdainTileFunc) (int worker, int index, gpointer user_data, GError **error);

/* Calls `func` for each of `tiles` tiles on up to `workers` threads, this one included. The first
 * error stops all. */
gboolean adain_tiles_run (int tiles, int workers, AdainTileFunc func, gpointer user_data,
                          const AdainReport *report, GError **error);

G_END_DECLS
