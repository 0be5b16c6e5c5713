/* The CUDA back end behind the engine's vtable.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "cuda-private.h"

#include <glib/gi18n-lib.h>

#define SCORE        100
#define TILE         128   /* cells on a side: 1024 px */
#define TILE_MIN     4
#define KEEP_MIN     4     /* cells: below 4 x 4 a rectangle is not halved any more */

/* One call of encode() or decode(): the whole rectangle, of which pieces may be done one by one. */
typedef struct
{
  AdainBackend        *backend;
  AdainWorker         *worker;
  GCancellable        *cancellable;
  gboolean             decode;
  int                  width, height;      /* the rectangle, in cells */
  AdainRect            keep;
  const AdainFeatures *features;
  int                  x, y;               /* encode: the kept cells' place; decode: the rectangle's */

  const float         *rgb_in, *weights;
  AdainMoments        *moments;

  const float         *scale, *shift;
  float               *rgb_out;
} Job;

static int
cuda_score (char **reason)
{
  struct cudaDeviceProp properties;

  return adain_cuda_device (adain_cuda_api (), &properties, reason) < 0 ? 0 : SCORE;
}

static void
cuda_close (AdainBackend *backend)
{
  const AdainCudaApi *api = backend->api;

  api->cudaSetDevice (backend->device);
  for (int i = 0; i < ADAIN_CUDA_WORKERS; i++)
    adain_worker_clear (&backend->workers[i]);
  adain_cuda_network_clear (&backend->network, api);

  /* A lost context answers nothing until it is taken down. */
  if (!adain_cuda_alive (api))
    api->cudaDeviceReset ();
  api->cudaGetLastError ();
  g_free (backend->description);
  g_free (backend);
}

static AdainCudaMode
choose_mode (const AdainBackendOptions *options)
{
  if (options && g_strcmp0 (options->kernels, "cudnn") == 0)
    return ADAIN_CUDA_CUDNN;
  if (options && g_strcmp0 (options->kernels, "direct") == 0)
    return ADAIN_CUDA_DIRECT;
  return ADAIN_CUDA_AUTO;
}

static gboolean
open_device (AdainBackend *backend, const AdainNetwork *network, GError **error)
{
  const AdainCudaApi *api = backend->api;

  if (!adain_cuda_check (api, api->cudaSetDevice (backend->device), error))
    return FALSE;
  for (int i = 0; i < ADAIN_CUDA_WORKERS; i++)
    if (!adain_worker_init (&backend->workers[i], api, &backend->network, backend->mode, error))
      return FALSE;
  return adain_cuda_network_init (&backend->network, api, network, backend->workers[0].stream, error);
}

static AdainBackend *
cuda_open (const AdainNetwork *network, const AdainBackendOptions *options, GError **error)
{
  static const char    *modes[] = { "", ", cuDNN only", ", own kernels only" };
  AdainBackend         *backend = g_new0 (AdainBackend, 1);
  struct cudaDeviceProp properties;
  char                 *reason = NULL;
  gsize                 version;

  backend->api = adain_cuda_api ();
  backend->mode = choose_mode (options);
  backend->tile = options ? options->tile / ADAIN_CELL : 0;
  backend->device = adain_cuda_device (backend->api, &properties, &reason);
  if (backend->device < 0)
    {
      g_set_error_literal (error, ADAIN_ERROR, ADAIN_ERROR_DEVICE, reason);
      g_free (reason);
      g_free (backend);
      return NULL;
    }
  if (!open_device (backend, network, error))
    {
      cuda_close (backend);
      return NULL;
    }
  version = backend->api->cudnnGetVersion ();
  backend->description = g_strdup_printf ("%s, cuDNN %d.%d, fp16%s", properties.name,
                                          (int) (version / 10000), (int) (version / 100 % 100),
                                          modes[backend->mode]);
  return backend;
}

static const char *
cuda_describe (AdainBackend *backend)
{
  return backend->description;
}

static int
cuda_workers (AdainBackend *backend)
{
  return ADAIN_CUDA_WORKERS;
}

/* Sizes ------------------------------------------------------------------------------------- */

/* The largest plan that tiles of this many cells ask for. */
static AdainShape
tile_shape (int width, int height, int tile, gboolean decode)
{
  AdainShape shape = {
    .decode = decode,
    .weighted = !decode,
    .width = MIN (width, tile + 2 * ADAIN_HALO),
    .height = MIN (height, tile + 2 * ADAIN_HALO),
    .keep_width = MIN (width, tile),
    .keep_height = MIN (height, tile),
  };

  return shape;
}

static gsize
tile_bytes (AdainBackend *backend, int width, int height, int tile, gboolean device)
{
  gsize most = 0;

  for (int decode = 0; decode < 2; decode++)
    {
      AdainShape shape = tile_shape (width, height, tile, decode);
      gsize      bytes = device ? adain_plan_device_bytes (&backend->network, backend->mode, &shape)
                                : adain_plan_host_bytes (&backend->network, &shape);

      most = MAX (most, bytes);
    }
  return most * ADAIN_CUDA_WORKERS;
}

/* Device memory that the workers have or could get. */
static gsize
device_memory (AdainBackend *backend)
{
  size_t available = 0, total = 0;

  if (backend->api->cudaMemGetInfo (&available, &total) != cudaSuccess)
    backend->api->cudaGetLastError ();
  for (int i = 0; i < ADAIN_CUDA_WORKERS; i++)
    available += backend->workers[i].device.size;
  return available / 8 * 7;
}

/* Cuts a length into equal parts of at most `most`. */
static int
part (int length, int most)
{
  int n = (length + most - 1) / most;

  return (length + n - 1) / n;
}

static gboolean
cuda_tile_size (AdainBackend *backend, int width, int height, gsize budget,
                int *tile_width, int *tile_height)
{
  gsize memory;
  int   tile = backend->tile > 0 ? backend->tile : TILE;

  backend->api->cudaSetDevice (backend->device);
  memory = device_memory (backend);
  while (tile > TILE_MIN && (tile_bytes (backend, width, height, tile, TRUE) > memory
                             || tile_bytes (backend, width, height, tile, FALSE) > budget))
    tile = MAX (tile / 2, TILE_MIN);
  *tile_width = part (width, tile);
  *tile_height = part (height, tile);
  return tile_bytes (backend, width, height, tile, FALSE) <= budget;
}

/* What features must leave free on the device for the workers. */
static gsize
features_reserve (AdainBackend *backend, int width, int height)
{
  gsize bytes = tile_bytes (backend, width, height, TILE, TRUE);

  for (int i = 0; i < ADAIN_CUDA_WORKERS; i++)
    bytes -= MIN (bytes, backend->workers[i].device.size);
  return bytes;
}

static gsize
cuda_feature_bytes (AdainBackend *backend, int width, int height)
{
  backend->api->cudaSetDevice (backend->device);
  return adain_cuda_features_host (backend->api, &backend->network, width, height,
                                   features_reserve (backend, width, height));
}

static AdainFeatures *
cuda_features_new (AdainBackend *backend, int width, int height, GError **error)
{
  if (!adain_cuda_check (backend->api, backend->api->cudaSetDevice (backend->device), error))
    return NULL;
  return adain_cuda_features_new (backend->api, &backend->network, width, height,
                                  features_reserve (backend, width, height), error);
}

static void
cuda_features_free (AdainBackend *backend, AdainFeatures *features)
{
  backend->api->cudaSetDevice (backend->device);
  adain_cuda_features_free (features, backend->api);
}

/* Pieces ------------------------------------------------------------------------------------ */

/* Chan's merge of the plan's moments into the job's. */
static void
merge_moments (const Job *job, const double *found)
{
  AdainMoments *moments = job->moments;
  int           channels = job->backend->network.channels, padded = job->backend->network.padded;
  double        weight = found[0], sum = moments->weight + weight;

  if (weight <= 0)
    return;
  for (int c = 0; c < channels; c++)
    {
      double mean = found[padded + c], m2 = found[2 * padded + c];

      if (moments->weight > 0)
        {
          double delta = mean - moments->mean[c];

          m2 += moments->m2[c] + delta * delta * moments->weight * weight / sum;
          mean = moments->mean[c] + delta * weight / sum;
        }
      moments->mean[c] = mean;
      moments->m2[c] = m2;
    }
  moments->weight = sum;
}

static void
copy_rows (float *to, gsize to_stride, const float *from, gsize from_stride, gsize length, int rows)
{
  for (int row = 0; row < rows; row++)
    memcpy (to + row * to_stride, from + row * from_stride, length * sizeof (float));
}

/* Fills the plan's pinned memory. `rect` is the piece's rectangle, `keep` its kept cells, both
 * in cells of the job's rectangle. */
static void
fill (const Job *job, const AdainHost *host, const AdainRect *rect, const AdainRect *keep)
{
  const AdainCudaNetwork *network = &job->backend->network;

  memset (host->call, 0, sizeof *host->call);
  host->call->features = job->features ? job->features->data : NULL;
  host->call->stride = job->features ? job->features->width : 0;
  host->call->keep_x = keep->x - rect->x;
  host->call->keep_y = keep->y - rect->y;
  if (job->decode)
    {
      host->call->x = job->x + rect->x;
      host->call->y = job->y + rect->y;
      host->call->affine = job->scale != NULL;
      for (int c = 0; c < network->padded; c++)
        {
          gboolean real = job->scale && c < network->channels;

          host->scale[c] = real ? job->scale[c] : 0;
          host->shift[c] = real ? job->shift[c] : 0;
        }
    }
  else
    {
      gsize row = (gsize) job->width * ADAIN_CELL * 3, length = (gsize) rect->width * ADAIN_CELL * 3;

      host->call->x = job->x + keep->x - job->keep.x;
      host->call->y = job->y + keep->y - job->keep.y;
      copy_rows (host->rgb, length, job->rgb_in + (gsize) rect->y * ADAIN_CELL * row
                                    + (gsize) rect->x * ADAIN_CELL * 3,
                 row, length, rect->height * ADAIN_CELL);
      if (job->weights)
        copy_rows (host->weights, keep->width,
                   job->weights + (gsize) (keep->y - job->keep.y) * job->keep.width
                   + (keep->x - job->keep.x), job->keep.width, keep->width, keep->height);
    }
}

static void
take (const Job *job, const AdainHost *host, const AdainRect *keep)
{
  if (job->decode)
    {
      gsize row = (gsize) job->keep.width * ADAIN_CELL * 3;
      gsize length = (gsize) keep->width * ADAIN_CELL * 3;

      copy_rows (job->rgb_out + (gsize) (keep->y - job->keep.y) * ADAIN_CELL * row
                 + (gsize) (keep->x - job->keep.x) * ADAIN_CELL * 3,
                 row, host->rgb, length, length, keep->height * ADAIN_CELL);
    }
  else if (job->moments)
    merge_moments (job, host->moments);
}

static gboolean
run_whole (const Job *job, const AdainRect *rect, const AdainRect *keep, GError **error)
{
  AdainShape shape;
  gboolean   again;

  memset (&shape, 0, sizeof shape);
  shape.decode = job->decode;
  shape.weighted = job->weights != NULL;
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
with_halo (const Job *job, const AdainRect *keep)
{
  int       x0 = MAX (keep->x - ADAIN_HALO, 0), y0 = MAX (keep->y - ADAIN_HALO, 0);
  int       x1 = MIN (keep->x + keep->width + ADAIN_HALO, job->width);
  int       y1 = MIN (keep->y + keep->height + ADAIN_HALO, job->height);
  AdainRect rect = { x0, y0, x1 - x0, y1 - y0 };

  return rect;
}

/* One piece; halved if the device has no memory for all of it. */
static gboolean
run_piece (const Job *job, const AdainRect *rect, const AdainRect *keep, GError **error)
{
  GError *trouble = NULL;

  if (g_cancellable_set_error_if_cancelled (job->cancellable, error))
    return FALSE;
  if (run_whole (job, rect, keep, &trouble))
    return TRUE;
  if (!g_error_matches (trouble, ADAIN_ERROR, ADAIN_ERROR_MEMORY)
      || MAX (keep->width, keep->height) <= KEEP_MIN
      || !adain_worker_recover (job->worker))
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

static gboolean
run_job (const Job *job, GError **error)
{
  AdainBackend *backend = job->backend;
  AdainRect     all = { 0, 0, job->width, job->height };
  GError       *trouble = NULL;

  if (g_atomic_int_get (&backend->lost))
    {
      g_set_error_literal (error, ADAIN_ERROR, ADAIN_ERROR_DEVICE, _("The GPU was lost"));
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

static gboolean
cuda_encode (AdainBackend *backend, int worker, const float *rgb, int width, int height,
             const AdainRect *keep, const float *weights, AdainFeatures *features, int x, int y,
             AdainMoments *moments, GCancellable *cancellable, GError **error)
{
  Job job = {
    .backend = backend,
    .worker = &backend->workers[worker],
    .cancellable = cancellable,
    .width = width / ADAIN_CELL,
    .height = height / ADAIN_CELL,
    .keep = *keep,
    .features = features,
    .x = x,
    .y = y,
    .rgb_in = rgb,
    .weights = weights,
    .moments = moments,
  };

  if (moments)
    moments->weight = 0;
  return run_job (&job, error);
}

static gboolean
cuda_decode (AdainBackend *backend, int worker, const AdainFeatures *features,
             const AdainRect *from, const AdainRect *keep, const float *scale, const float *shift,
             float *rgb, GCancellable *cancellable, GError **error)
{
  Job job = {
    .backend = backend,
    .worker = &backend->workers[worker],
    .cancellable = cancellable,
    .decode = TRUE,
    .width = from->width,
    .height = from->height,
    .keep = *keep,
    .features = features,
    .x = from->x,
    .y = from->y,
    .scale = scale,
    .shift = shift,
    .rgb_out = rgb,
  };

  return run_job (&job, error);
}

const AdainBackendClass *
adain_cuda_backend (void)
{
  static const AdainBackendClass class = {
    .abi = ADAIN_BACKEND_ABI,
    .name = "cuda",
    .score = cuda_score,
    .open = cuda_open,
    .close = cuda_close,
    .describe = cuda_describe,
    .workers = cuda_workers,
    .tile_size = cuda_tile_size,
    .feature_bytes = cuda_feature_bytes,
    .features_new = cuda_features_new,
    .features_free = cuda_features_free,
    .encode = cuda_encode,
    .decode = cuda_decode,
  };

  return &class;
}
