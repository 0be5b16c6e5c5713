/* The features of a whole picture: on the device, or in pinned memory that the device can reach.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "cuda-private.h"

static gsize
features_size (const AdainCudaNetwork *network, int width, int height)
{
  return (gsize) width * height * network->padded * sizeof (guint16);
}

static gboolean
fits (const AdainCudaApi *api, gsize size, gsize reserve)
{
  size_t available = 0, total = 0;

  if (api->cudaMemGetInfo (&available, &total) != cudaSuccess)
    {
      api->cudaGetLastError ();
      return FALSE;
    }
  return size <= available && available - size >= reserve;
}

gsize
adain_cuda_features_host (const AdainCudaApi *api, const AdainCudaNetwork *network, int width, int height,
                          gsize reserve)
{
  gsize size = features_size (network, width, height);

  return fits (api, size, reserve) ? 0 : size;
}

AdainFeatures *
adain_cuda_features_new (const AdainCudaApi *api, const AdainCudaNetwork *network, int width, int height,
                         gsize reserve, GError **error)
{
  AdainFeatures *features = g_new0 (AdainFeatures, 1);
  gsize          size = features_size (network, width, height);

  features->width = width;
  features->height = height;
  if (fits (api, size, reserve) && adain_cuda_check (api, api->cudaMalloc (&features->data, size), NULL))
    return features;

  features->data = NULL;
  if (!adain_cuda_check (api,
                         api->cudaHostAlloc (&features->host, size,
                                             cudaHostAllocMapped | cudaHostAllocPortable),
                         error))
    {
      g_free (features);
      return NULL;
    }
  if (!adain_cuda_check (api, api->cudaHostGetDevicePointer (&features->data, features->host, 0), error))
    {
      adain_cuda_features_free (features, api);
      return NULL;
    }
  return features;
}

void
adain_cuda_features_free (AdainFeatures *features, const AdainCudaApi *api)
{
  if (features == NULL)
    return;
  if (features->host)
    api->cudaFreeHost (features->host);
  else if (features->data)
    api->cudaFree (features->data);
  g_free (features);
}
