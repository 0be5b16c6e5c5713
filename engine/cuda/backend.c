/* The CUDA back end behind the engine's vtable.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "cuda-private.h"

#include <glib/gi18n-lib.h>

#define SCORE    100
#define TILE     128 /* cells on a side: 1024 px */
#define TILE_MIN 4

static int
cuda_score (char **reason)
{
  struct cudaDeviceProp properties;

  return adain_cuda_device (adain_cuda_api (), 0, &properties, reason) < 0 ? 0 : SCORE;
}

static void
cuda_close (AdainBackend *backend)
{
  const AdainCudaApi *api = backend->api;

  api->cudaSetDevice (backend->device);
  for (int i = 0; i < ADAIN_CUDA_WORKERS; i++)
    adain_worker_clear (&backend->workers[i]);
  adain_cuda_network_clear (&backend->network, api);

  /* A lost context stays lost: to reset the device would take it, and the memory that it holds, from
   * other back ends of this process and from cuDNN, and only a new process is promised a good one. */
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
open_rank (int rank, const AdainNetwork *network, const AdainBackendOptions *options, char **reason,
           GError **error)
{
  static const char    *modes[] = { "", ", cuDNN only", ", own kernels only" };
  AdainBackend         *backend;
  struct cudaDeviceProp properties;
  int                   device = adain_cuda_device (adain_cuda_api (), rank, &properties, reason);
  gsize                 version;

  if (device < 0)
    return NULL;
  backend = g_new0 (AdainBackend, 1);
  backend->api = adain_cuda_api ();
  backend->mode = choose_mode (options);
  backend->tile = options ? options->tile / ADAIN_CELL : 0;
  backend->device = device;
  if (!open_device (backend, network, error))
    {
      cuda_close (backend);
      return NULL;
    }
  version = backend->api->cudnnGetVersion ();
  backend->description = g_strdup_printf ("%s, cuDNN %d.%d, fp16%s", properties.name, (int) (version / 10000),
                                          (int) (version / 100 % 100), modes[backend->mode]);
  return backend;
}

/* A device that looks good may be taken by somebody else, full, or broken: then the next one. */
static AdainBackend *
cuda_open (const AdainNetwork *network, const AdainBackendOptions *options, GError **error)
{
  GError *first = NULL;

  for (int rank = 0;; rank++)
    {
      GError       *trouble = NULL;
      char         *reason = NULL;
      AdainBackend *backend = open_rank (rank, network, options, &reason, &trouble);

      if (backend)
        {
          g_clear_error (&first);
          return backend;
        }
      if (!first && trouble)
        first = trouble;
      else if (trouble)
        g_error_free (trouble);
      else
        {
          if (first)
            g_propagate_error (error, first);
          else
            g_set_error_literal (error, ADAIN_ERROR, ADAIN_ERROR_DEVICE, reason);
          g_free (reason);
          return NULL;
        }
    }
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
tile_shape (const AdainCudaNetwork *network, int width, int height, int tile, gboolean decode)
{
  int        seen = tile + 2 * (decode ? network->decoder_halo : network->encoder_halo);
  AdainShape shape = {
    .decode = decode,
    .weighted = !decode,
    .covariance = !decode && network->channels <= ADAIN_COVARIANCE_CHANNELS,
    .matrix = decode && network->padded <= ADAIN_MATRIX_CHANNELS,
    .width = MIN (width, seen),
    .height = MIN (height, seen),
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
      AdainShape shape = tile_shape (&backend->network, width, height, tile, decode);
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
cuda_tile_size (AdainBackend *backend, int width, int height, gsize budget, int *tile_width, int *tile_height)
{
  gsize memory;
  int   tile = backend->tile > 0 ? backend->tile : TILE;

  backend->api->cudaSetDevice (backend->device);
  memory = device_memory (backend);
  while (tile > TILE_MIN
         && (tile_bytes (backend, width, height, tile, TRUE) > memory
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

static gboolean
cuda_encode (AdainBackend *backend, int worker, const float *rgb, int width, int height,
             const AdainRect *keep, const float *weights, AdainFeatures *features, int x, int y,
             AdainStatistics *statistics, GCancellable *cancellable, GError **error)
{
  AdainJob job = {
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
    .statistics = statistics,
  };

  return adain_cuda_job_run (&job, error);
}

static gboolean
can_apply (const AdainBackend *backend, const AdainTransform *transform)
{
  return transform->n == 1
         && (!transform->maps[0].matrix || backend->network.padded <= ADAIN_MATRIX_CHANNELS);
}

static gboolean
cuda_decode (AdainBackend *backend, int worker, int decoder, const AdainFeatures *features,
             const AdainRect *from, const AdainRect *keep, const AdainTransform *transform, int x, int y,
             float *rgb, GCancellable *cancellable, GError **error)
{
  AdainJob job = {
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
    .transform = transform,
    .rgb_out = rgb,
  };

  if (transform && !can_apply (backend, transform))
    {
      g_set_error_literal (error, ADAIN_ERROR, ADAIN_ERROR_DEVICE,
                           _ ("The GPU cannot apply this kind of transform"));
      return FALSE;
    }
  return adain_cuda_job_run (&job, error);
}

static gboolean
cuda_adapt (AdainBackend *backend, int decoder, const AdainChain *chain, GError **error)
{
  const AdainCudaApi *api = backend->api;

  if (adain_cuda_check (api, api->cudaSetDevice (backend->device), error)
      && adain_cuda_network_adapt (&backend->network, api, chain, backend->workers[0].stream, error))
    return TRUE;
  g_atomic_int_set (&backend->lost, TRUE);
  return FALSE;
}

const AdainBackendClass *
adain_cuda_backend (void)
{
  static const AdainBackendClass class = {
    .abi = ADAIN_BACKEND_ABI,
    .name = "cuda",
    .texture = TRUE,
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
    .adapt = cuda_adapt,
  };

  return &class;
}
