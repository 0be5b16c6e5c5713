/* What the GPU can do at best: tensor-core products from registers, and copying.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "peak.h"

#include <cuda_fp16.h>
#include <mma.h>

#define ROUNDS 2048
#define TILES  8
#define WARPS  8

/* Every sum has a factor of its own, which the compiler cannot know: equal ones would be added up once only. */
static __global__ void
products (float *out, float factor)
{
  using namespace nvcuda;

  wmma::fragment<wmma::matrix_a, 16, 16, 16, __half, wmma::row_major> a[TILES];
  wmma::fragment<wmma::matrix_b, 16, 16, 16, __half, wmma::col_major> b;
  wmma::fragment<wmma::accumulator, 16, 16, 16, float>                sum[TILES];

  wmma::fill_fragment (b, __float2half (0.25f));
  for (int i = 0; i < TILES; i++)
    {
      wmma::fill_fragment (a[i], __float2half (factor * i));
      wmma::fill_fragment (sum[i], 0.0f);
    }
  for (int round = 0; round < ROUNDS; round++)
    for (int i = 0; i < TILES; i++)
      wmma::mma_sync (sum[i], a[i], b, sum[i]);
  for (int i = 1; i < TILES; i++)
    for (int j = 0; j < sum[0].num_elements; j++)
      sum[0].x[j] += sum[i].x[j];
  wmma::store_matrix_sync (out + (blockIdx.x * WARPS + threadIdx.x / 32) * 256, sum[0], 16,
                           wmma::mem_row_major);
}

/* Milliseconds of one of `n` runs, the best of three times. */
template <typename Run>
static double
best_time (int n, Run run)
{
  cudaEvent_t begin, end;
  double      best = 1e30;

  cudaEventCreate (&begin);
  cudaEventCreate (&end);
  for (int i = 0; i < 3; i++)
    {
      float time = 0;

      cudaEventRecord (begin);
      for (int j = 0; j < n; j++)
        run ();
      cudaEventRecord (end);
      cudaEventSynchronize (end);
      cudaEventElapsedTime (&time, begin, end);
      if (time / n < best)
        best = time / n;
    }
  cudaEventDestroy (begin);
  cudaEventDestroy (end);
  return best;
}

extern "C" double
peak_flops (void)
{
  int    device = 0, processors = 0, blocks;
  float *out;
  double time;

  cudaGetDevice (&device);
  cudaDeviceGetAttribute (&processors, cudaDevAttrMultiProcessorCount, device);
  blocks = processors * 4;
  if (cudaMalloc (&out, (size_t) blocks * WARPS * 256 * sizeof (float)) != cudaSuccess)
    return 0;
  products<<<blocks, WARPS * 32>>> (out, 0.5f);
  time = best_time (8, [=] { products<<<blocks, WARPS * 32>>> (out, 0.5f); });
  cudaFree (out);
  return 2.0 * 16 * 16 * 16 * TILES * ROUNDS * WARPS * blocks / (time * 1e-3);
}

extern "C" double
peak_bandwidth (void)
{
  size_t size = (size_t) 512 << 20;
  char  *from, *to;
  double time;

  if (cudaMalloc (&from, size) != cudaSuccess)
    return 0;
  if (cudaMalloc (&to, size) != cudaSuccess)
    {
      cudaFree (from);
      return 0;
    }
  cudaMemcpyAsync (to, from, size, cudaMemcpyDeviceToDevice);
  time = best_time (8, [=] { cudaMemcpyAsync (to, from, size, cudaMemcpyDeviceToDevice); });
  cudaFree (from);
  cudaFree (to);
  return 2.0 * size / (time * 1e-3);
}
