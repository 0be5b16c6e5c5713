/* Cutting a picture into tiles and running them on all workers of a back end.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "tiles.h"

void
adain_grid_init (AdainGrid *grid, int width, int height, int tile_width, int tile_height)
{
  grid->width = width;
  grid->height = height;
  grid->tile_width = MIN (tile_width, width);
  grid->tile_height = MIN (tile_height, height);
  grid->columns = (width + grid->tile_width - 1) / grid->tile_width;
  grid->rows = (height + grid->tile_height - 1) / grid->tile_height;
}

AdainRect
adain_grid_tile (const AdainGrid *grid, int index)
{
  int x = index % grid->columns * grid->tile_width, y = index / grid->columns * grid->tile_height;

  return (AdainRect) { x, y, MIN (grid->tile_width, grid->width - x),
                       MIN (grid->tile_height, grid->height - y) };
}

AdainRect
adain_grid_grow (const AdainGrid *grid, const AdainRect *rect, int margin)
{
  int left = MAX (rect->x - margin, 0), top = MAX (rect->y - margin, 0);
  int right = MIN (rect->x + rect->width + margin, grid->width);
  int bottom = MIN (rect->y + rect->height + margin, grid->height);

  return (AdainRect) { left, top, right - left, bottom - top };
}

static void
report_steadily (double fraction, int tile, int tiles, gpointer user_data)
{
  AdainSteadyProgress *steady = user_data;

  steady->reached = MAX (steady->reached, fraction);
  steady->callback (steady->reached, tile, tiles, steady->data);
}

AdainReport
adain_report (AdainSteadyProgress *steady, AdainProgress callback, gpointer data, GCancellable *cancellable)
{
  *steady = (AdainSteadyProgress) { callback, data, 0 };
  return (AdainReport) { callback ? report_steadily : NULL, steady, 0, 1, cancellable };
}

typedef struct
{
  int                tiles;
  AdainTileFunc      func;
  gpointer           user_data;
  const AdainReport *report;
  GMutex             lock;
  int                next, done;
  GError            *error;
} Run;

typedef struct
{
  Run *run;
  int  worker;
} Share;

static gpointer
work (gpointer data)
{
  Share *share = data;
  Run   *run = share->run;

  g_mutex_lock (&run->lock);
  while (!run->error && run->next < run->tiles)
    {
      int     tile = run->next++;
      GError *error = NULL;

      g_mutex_unlock (&run->lock);
      if (!g_cancellable_set_error_if_cancelled (run->report->cancellable, &error))
        run->func (share->worker, tile, run->user_data, &error);
      g_mutex_lock (&run->lock);
      run->done++;
      if (error && !run->error)
        run->error = error;
      else if (error)
        g_error_free (error);
      else if (run->report->callback && !run->error)
        run->report->callback (run->report->start
                                   + (run->report->end - run->report->start) * run->done / run->tiles,
                               run->done, run->tiles, run->report->data);
    }
  g_mutex_unlock (&run->lock);
  return NULL;
}

gboolean
adain_tiles_run (int tiles, int workers, AdainTileFunc func, gpointer user_data, const AdainReport *report,
                 GError **error)
{
  Run                  run = { .tiles = tiles, .func = func, .user_data = user_data, .report = report };
  g_autofree Share    *shares = NULL;
  g_autofree GThread **threads = NULL;

  workers = MIN (workers, tiles);
  shares = g_new (Share, workers);
  threads = g_new0 (GThread *, workers);
  g_mutex_init (&run.lock);
  for (int i = 0; i < workers; i++)
    shares[i] = (Share) { &run, i };
  for (int i = 1; i < workers; i++)
    threads[i] = g_thread_try_new ("adain", work, &shares[i], NULL);
  work (&shares[0]);
  for (int i = 1; i < workers; i++)
    if (threads[i])
      g_thread_join (threads[i]);
  g_mutex_clear (&run.lock);
  if (!run.error)
    return TRUE;
  g_propagate_error (error, run.error);
  return FALSE;
}
