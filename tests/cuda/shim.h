/* CUDA C on the processor: enough of it to compile engine/cuda/kernels.cu as C++ and to run the
 * kernels under sanitizers. A block with shared memory runs as fibers, one for each thread, that
 * change at barriers only, in ascending or descending order, so that a missing barrier shows.
 * Shared memory has exactly the asked size and begins as not-a-number.
 *
 * A tensor-core fragment lies, whole, with the warp's first lane; the others do nothing.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <cmath>
#include <functional>
#include <vector_types.h>
#include <driver_types.h>

#include "engine/half.h"

#undef __global__
#undef __device__
#undef __launch_bounds__
#define __global__ static
#define __device__
#define __launch_bounds__(...)

struct __half
{
  uint16_t bits;
};

static inline float
__half2float (__half half)
{
  return adain_half_to_float (half.bits);
}

static inline __half
__float2half_rn (float value)
{
  return { adain_half_from_float (value) };
}

extern dim3           threadIdx, blockIdx, blockDim, gridDim;
extern unsigned char *shim_shared;

#define ADAIN_SHARED(name) unsigned char *name = shim_shared

void __syncthreads ();
void __syncwarp ();

/* Queues a grid on a stream of the stand-in; `body` is one thread. */
cudaError_t shim_launch (cudaStream_t stream, dim3 grid, dim3 block, size_t shared,
                         std::function<void ()> body);

#define ADAIN_LAUNCH(kernel, grid, block, shared, stream, ...) \
  shim_launch (stream, grid, block, shared, [=] { kernel (__VA_ARGS__); })

/* Runs a grid now. */
void shim_run (dim3 grid, dim3 block, size_t shared, const std::function<void ()> &body);

namespace nvcuda::wmma
{
struct row_major;
struct col_major;
struct matrix_a;
struct matrix_b;
struct accumulator;
enum layout_t
{
  mem_row_major,
  mem_col_major
};

template <typename Use, int M, int N, int K, typename T, typename Layout = void> struct fragment
{
  float value[16][16]; /* matrix_a [m][k], matrix_b [k][n], accumulator [m][n] */
};

static inline bool
leads ()
{
  return threadIdx.x % 32 == 0;
}

/* wmma asks for 32-byte alignment and a stride of whole 16 bytes. */
void shim_check_access (const void *at, size_t stride);

template <typename T>
void
fill_fragment (fragment<accumulator, 16, 16, 16, T> &to, T value)
{
  if (leads ())
    for (auto &row : to.value)
      for (auto &x : row)
        x = value;
}

template <typename Use>
void
load_matrix_sync (fragment<Use, 16, 16, 16, __half, row_major> &to, const __half *from, unsigned stride)
{
  shim_check_access (from, stride * sizeof *from);
  if (leads ())
    for (int i = 0; i < 16; i++)
      for (int j = 0; j < 16; j++)
        to.value[i][j] = __half2float (from[i * stride + j]);
}

template <typename Use>
void
load_matrix_sync (fragment<Use, 16, 16, 16, __half, col_major> &to, const __half *from, unsigned stride)
{
  shim_check_access (from, stride * sizeof *from);
  if (leads ())
    for (int i = 0; i < 16; i++)
      for (int j = 0; j < 16; j++)
        to.value[i][j] = __half2float (from[j * stride + i]);
}

/* Touches nothing but whole fragments. */
template <typename LayoutA, typename LayoutB>
__attribute__ ((no_sanitize ("address", "undefined"))) void
mma_sync (fragment<accumulator, 16, 16, 16, float>              &d,
          const fragment<matrix_a, 16, 16, 16, __half, LayoutA> &a,
          const fragment<matrix_b, 16, 16, 16, __half, LayoutB> &b,
          const fragment<accumulator, 16, 16, 16, float>        &c)
{
  if (!leads ())
    return;
  for (int i = 0; i < 16; i++)
    {
      float sum[16];

      for (int j = 0; j < 16; j++)
        sum[j] = c.value[i][j];
      for (int k = 0; k < 16; k++)
        for (int j = 0; j < 16; j++)
          sum[j] += a.value[i][k] * b.value[k][j];
      for (int j = 0; j < 16; j++)
        d.value[i][j] = sum[j];
    }
}

static inline void
store_matrix_sync (float *to, const fragment<accumulator, 16, 16, 16, float> &from, unsigned stride,
                   layout_t layout)
{
  shim_check_access (to, stride * sizeof *to);
  if (leads ())
    for (int i = 0; i < 16; i++)
      for (int j = 0; j < 16; j++)
        to[layout == mem_row_major ? i * stride + j : j * stride + i] = from.value[i][j];
}
}
