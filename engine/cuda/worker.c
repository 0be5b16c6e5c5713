/* Workers: each with its own stream, cuDNN handle and memory, so that one copies while the other
 * computes.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "cuda-private.h"

#define WORKSPACE_MAX ((gsize) 256 << 20)

gboolean
adain_worker_init (AdainWorker *worker, const AdainCudaApi *api, const AdainCudaNetwork *network,
                   AdainCudaMode mode, GError **error)
{
  worker->api = api;
  worker->network = network;
  worker->mode = mode;
  worker->workspace = WORKSPACE_MAX;
  if (!adain_cuda_check (api, api->cudaStreamCreateWithFlags (&worker->stream, cudaStreamNonBlocking), error))
    {
      worker->stream = NULL;
      return FALSE;
    }
  if (!adain_cudnn_check (api, api->cudnnCreate (&worker->cudnn), error))
    {
      worker->cudnn = NULL;
      return FALSE;
    }
  return adain_cudnn_check (api, api->cudnnSetStream (worker->cudnn, worker->stream), error);
}

void
adain_worker_clear (AdainWorker *worker)
{
  const AdainCudaApi *api = worker->api;

  if (!api)
    return;
  for (int i = 0; i < ADAIN_CUDA_PLANS; i++)
    g_clear_pointer (&worker->plans[i], adain_plan_free);
  if (worker->device.data)
    api->cudaFree (worker->device.data);
  if (worker->host.data)
    api->cudaFreeHost (worker->host.data);
  if (worker->cudnn)
    api->cudnnDestroy (worker->cudnn);
  if (worker->stream)
    api->cudaStreamDestroy (worker->stream);
  memset (worker, 0, sizeof *worker);
}

gboolean
adain_worker_recover (AdainWorker *worker)
{
  cudaError_t result = worker->api->cudaStreamSynchronize (worker->stream);

  worker->api->cudaGetLastError ();
  return result == cudaSuccess;
}
