/* One rectangle through a worker: in and out of pinned memory, in halves if the device's memory is short.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "cuda-private.h"

#include <math.h>

#include <glib/gi18n-lib.h>

#define KEEP_MIN 4 /* cells: below 4 x 4 a rectangle is not halved any more */

/* What the kernels have gathered. */
static void
merge_statistics (const AdainJob *job, const AdainHost *host)
{
  int             padded = job->backend->network.padded, channels = job->backend->network.channels;
  double         *found = host->moments;
  AdainCovariance covariance = {
    .channels = channels,
    .weight = found[0],
    .mean = found + padded,
    .products = host->products,
  };
  AdainStatistics part = {
    .channels = channels,
    .weight = found[0],
    .mean = found + padded,
    .m2 = found + 2 * padded,
    .low = found + 3 * padded,
    .high = found + 4 * padded,
    .covariance = job->statistics->covariance ? &covariance : NULL,
  };

  adain_statistics_merge (job->statistics, &part);
}

static void
copy_rows (float *to, gsize to_stride, const float *from, gsize from_stride, gsize length, int rows)
{
  for (int row = 0; row < rows; row++)
    memcpy (to + row * to_stride, from + row * from_stride, length * sizeof (float));
}

/* Of the padded channels, which are 0, nothing but 0 is made. */
static void
fill_transform (const AdainJob *job, const AdainHost *host)
{
  const AdainTransform *transform = job->transform;
  const AdainMap       *map = transform ? transform->maps : NULL;
  gboolean              bounded = transform && adain_transform_is_bounded (transform);
  gsize                 padded = job->backend->network.padded;
  gsize                 real = map ? job->backend->network.channels : 0;

  for (gsize c = 0; c < padded; c++)
    {
      host->shift[c] = c < real ? map->shift[c] : 0;
      host->low[c] = c < real && bounded ? transform->low[c] : -INFINITY;
      host->high[c] = c < real && bounded ? transform->high[c] : INFINITY;
    }
  if (map && map->matrix)
    for (gsize i = 0; i < padded; i++)
      for (gsize o = 0; o < padded; o++)
        host->matrix[i * padded + o] = i < real && o < real ? map->matrix[i * real + o] : 0;
  else
    for (gsize c = 0; c < padded; c++)
      host->scale[c] = c < real ? map->scale[c] : 0;
}

/* Fills the plan's pinned memory. `rect` is the piece's rectangle, `keep` its kept cells, both
 * in cells of the job's rectangle. */
static void
fill (const AdainJob *job, const AdainHost *host, const AdainRect *rect, const AdainRect *keep)
{
  memset (host->call, 0, sizeof *host->call);
  host->call->features = job->features ? job->features->data : NULL;
  host->call->stride = job->features ? job->features->width : 0;
  host->call->keep_x = keep->x - rect->x;
  host->call->keep_y = keep->y - rect->y;
  if (job->decode)
    {
      host->call->x = job->x + rect->x;
      host->call->y = job->y + rect->y;
      host->call->affine = job->transform != NULL;
      fill_transform (job, host);
    }
  else
    {
      gsize row = (gsize) job->width * ADAIN_CELL * 3, length = (gsize) rect->width * ADAIN_CELL * 3;

      host->call->x = job->x + keep->x - job->keep.x;
      host->call->y = job->y + keep->y - job->keep.y;
      copy_rows (host->rgb, length,
                 job->rgb_in + (gsize) rect->y * ADAIN_CELL * row + (gsize) rect->x * ADAIN_CELL * 3, row,
                 length, rect->height * ADAIN_CELL);
      if (job->weights)
        copy_rows (host->weights, keep->width,
                   job->weights + (gsize) (keep->y - job->keep.y) * job->keep.width + (keep->x - job->keep.x),
                   job->keep.width, keep->width, keep->height);
    }
}

static void
take (const AdainJob *job, const AdainHost *host, const AdainRect *keep)
{
  if (job->decode)
    {
      gsize row = (gsize) job->keep.width * ADAIN_CELL * 3;
      gsize length = (gsize) keep->width * ADAIN_CELL * 3;

      copy_rows (job->rgb_out + (gsize) (keep->y - job->keep.y) * ADAIN_CELL * row
                     + (gsize) (keep->x - job->keep.x) * ADAIN_CELL * 3,
                 row, host->rgb, length, length, keep->height * ADAIN_CELL);
    }
  else if (job->statistics)
    merge_statistics (job, host);
}

static gboolean
run_whole (const AdainJob *job, const AdainRect *rect, const AdainRect *keep, GError **error)
{
  AdainShape shape;
  gboolean   again;

  memset (&shape, 0, sizeof shape);
  shape.decode = job->decode;
  shape.weighted = job->weights != NULL;
  shape.covariance = job->statistics && job->statistics->covariance;
  shape.matrix = job->transform && job->transform->maps->matrix;
  shape.width = rect->width;
  shape.height = rect->height;
  shape.keep_width = keep->width;
  shape.keep_height = keep->height;
  do
    {
      AdainPlan *plan = adain_plan_get (job->worker, &shape, error);

      if (!plan)
        return FALSE;
      fill (job, adain_plan_host (plan), rect, keep);
      again = FALSE;
      if (!adain_plan_run (plan, &again, error))
        return FALSE;
      if (again)
        adain_plan_drop (job->worker, plan);
      else
        take (job, adain_plan_host (plan), keep);
    }
  while (again);
  return TRUE;
}

/* A piece with its halo, clipped to the job's rectangle. */
static AdainRect
with_halo (const AdainJob *job, const AdainRect *keep)
{
  const AdainCudaNetwork *network = &job->backend->network;
  int                     halo = job->decode ? network->decoder_halo : network->encoder_halo;
  int                     x0 = MAX (keep->x - halo, 0), y0 = MAX (keep->y - halo, 0);
  int                     x1 = MIN (keep->x + keep->width + halo, job->width);
  int                     y1 = MIN (keep->y + keep->height + halo, job->height);
  AdainRect               rect = { x0, y0, x1 - x0, y1 - y0 };

  return rect;
}

/* One piece; halved if the device has no memory for all of it. */
static gboolean
run_piece (const AdainJob *job, const AdainRect *rect, const AdainRect *keep, GError **error)
{
  GError *trouble = NULL;

  if (g_cancellable_set_error_if_cancelled (job->cancellable, error))
    return FALSE;
  if (run_whole (job, rect, keep, &trouble))
    return TRUE;
  if (!g_error_matches (trouble, ADAIN_ERROR, ADAIN_ERROR_MEMORY)
      || MAX (keep->width, keep->height) <= KEEP_MIN || !adain_worker_recover (job->worker))
    {
      g_propagate_error (error, trouble);
      return FALSE;
    }
  g_clear_error (&trouble);

  for (int i = 0; i < 2; i++)
    {
      AdainRect half = *keep, around;

      if (keep->width >= keep->height)
        {
          half.x += i * (keep->width / 2);
          half.width = i ? keep->width - keep->width / 2 : keep->width / 2;
        }
      else
        {
          half.y += i * (keep->height / 2);
          half.height = i ? keep->height - keep->height / 2 : keep->height / 2;
        }
      around = with_halo (job, &half);
      if (!run_piece (job, &around, &half, error))
        return FALSE;
    }
  return TRUE;
}

gboolean
adain_cuda_job_run (const AdainJob *job, GError **error)
{
  AdainBackend *backend = job->backend;
  AdainRect     all = { 0, 0, job->width, job->height };
  GError       *trouble = NULL;

  if (g_atomic_int_get (&backend->lost))
    {
      g_set_error_literal (error, ADAIN_ERROR, ADAIN_ERROR_DEVICE, _ ("The GPU was lost"));
      return FALSE;
    }
  if (adain_cuda_check (backend->api, backend->api->cudaSetDevice (backend->device), &trouble)
      && run_piece (job, &all, &job->keep, &trouble))
    return TRUE;

  if (!g_error_matches (trouble, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    {
      adain_worker_recover (job->worker);
      if (!adain_cuda_alive (backend->api))
        g_atomic_int_set (&backend->lost, TRUE);
    }
  g_propagate_error (error, trouble);
  return FALSE;
}
