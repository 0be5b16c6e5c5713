/* Choosing a device, and the CUDA run-time's and cuDNN's errors as ours.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "cuda-private.h"

#include <glib/gi18n-lib.h>

#define OLDEST_MAJOR 7
#define OLDEST_MINOR 5
#define DEVICES_MAX  64

/* How many GPUs there are, at least 1; 0 with a reason. */
static int
count_devices (const AdainCudaApi *api, char **reason)
{
  int         driver = 0, count = 0;
  cudaError_t result = api->cudaDriverGetVersion (&driver);

  if (result == cudaSuccess && driver == 0)
    {
      *reason = g_strdup (_ ("No NVIDIA driver is installed"));
      return 0;
    }
  if (result == cudaSuccess)
    result = api->cudaGetDeviceCount (&count);
  if (result == cudaSuccess && count > 0)
    return MIN (count, DEVICES_MAX);

  if (result == cudaErrorInsufficientDriver)
    *reason = g_strdup_printf (_ ("The NVIDIA driver is too old: it knows CUDA %d.%d, "
                                  "and %d.%d is needed"),
                               driver / 1000, driver % 1000 / 10, CUDART_VERSION / 1000,
                               CUDART_VERSION % 1000 / 10);
  else if (result == cudaErrorNoDevice || result == cudaSuccess)
    *reason = g_strdup (_ ("There is no NVIDIA GPU"));
  else
    *reason = g_strdup_printf (_ ("The NVIDIA driver does not work: %s"), api->cudaGetErrorString (result));
  api->cudaGetLastError ();
  return 0;
}

/* The number of the GPU of this rank by size, or -1; sets how many are not too old. */
static int
find_device (const AdainCudaApi *api, int count, int rank, int *usable)
{
  int sizes[DEVICES_MAX] = { 0 }; /* multiprocessors; 0: too old, or taken */
  int found = -1;

  *usable = 0;
  for (int i = 0; i < count; i++)
    {
      struct cudaDeviceProp candidate;

      if (api->cudaGetDeviceProperties (&candidate, i) != cudaSuccess)
        api->cudaGetLastError ();
      else if (candidate.major * 10 + candidate.minor >= OLDEST_MAJOR * 10 + OLDEST_MINOR)
        {
          sizes[i] = MAX (candidate.multiProcessorCount, 1);
          (*usable)++;
        }
    }
  for (int take = 0; take <= rank && take < *usable; take++)
    {
      int best = 0;

      for (int i = 1; i < count; i++)
        if (sizes[i] > sizes[best])
          best = i;
      sizes[best] = 0;
      if (take == rank)
        found = best;
    }
  return found;
}

int
adain_cuda_device (const AdainCudaApi *api, int rank, struct cudaDeviceProp *properties, char **reason)
{
  int count = count_devices (api, reason), usable, found;

  if (count == 0)
    return -1;
  found = find_device (api, count, rank, &usable);
  if (usable == 0)
    *reason = g_strdup_printf (_ ("The NVIDIA GPU is too old: compute capability %d.%d is needed"),
                               OLDEST_MAJOR, OLDEST_MINOR);
  else if (!api->has_cudnn)
    {
      *reason = api->missing ? g_strdup_printf ("%s: %s", _ ("cuDNN 9 is not installed"), api->missing)
                             : g_strdup (_ ("cuDNN 9 is not installed"));
      return -1;
    }
  if (found >= 0 && api->cudaGetDeviceProperties (properties, found) != cudaSuccess)
    {
      *reason = g_strdup_printf (_ ("The NVIDIA driver does not work: %s"),
                                 api->cudaGetErrorString (api->cudaGetLastError ()));
      return -1;
    }
  return found;
}

gboolean
adain_cuda_check (const AdainCudaApi *api, cudaError_t result, GError **error)
{
  if (result == cudaSuccess)
    return TRUE;

  api->cudaGetLastError ();
  if (result == cudaErrorMemoryAllocation)
    g_set_error_literal (error, ADAIN_ERROR, ADAIN_ERROR_MEMORY, _ ("The GPU is out of memory"));
  else
    g_set_error (error, ADAIN_ERROR, ADAIN_ERROR_DEVICE, _ ("The GPU failed: %s"),
                 api->cudaGetErrorString (result));
  return FALSE;
}

gboolean
adain_cudnn_is_memory (cudnnStatus_t result)
{
  return result == CUDNN_STATUS_INTERNAL_ERROR_DEVICE_ALLOCATION_FAILED
         || result == CUDNN_STATUS_INTERNAL_ERROR_HOST_ALLOCATION_FAILED;
}

gboolean
adain_cudnn_check (const AdainCudaApi *api, cudnnStatus_t result, GError **error)
{
  if (result == CUDNN_STATUS_SUCCESS)
    return TRUE;

  api->cudaGetLastError ();
  if (adain_cudnn_is_memory (result))
    g_set_error_literal (error, ADAIN_ERROR, ADAIN_ERROR_MEMORY, _ ("The GPU is out of memory"));
  else
    g_set_error (error, ADAIN_ERROR, ADAIN_ERROR_DEVICE, _ ("cuDNN failed: %s"),
                 api->cudnnGetErrorString (result));
  return FALSE;
}

gboolean
adain_cuda_alive (const AdainCudaApi *api)
{
  size_t available, total;

  if (api->cudaMemGetInfo (&available, &total) == cudaSuccess)
    return TRUE;
  api->cudaGetLastError ();
  return FALSE;
}
