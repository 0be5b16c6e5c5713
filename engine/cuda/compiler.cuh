/* What the kernels need from the compiler: nvcc's own, or the tests' shim for the processor.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#ifdef __CUDACC__

#  include <cuda_fp16.h>
#  include <mma.h>

#  define ADAIN_LAUNCH(kernel, grid, block, shared, stream, ...) \
    (kernel<<<grid, block, shared, stream>>> (__VA_ARGS__), cudaGetLastError ())

/* The block's dynamic shared memory. */
#  define ADAIN_SHARED(name) extern __shared__ __align__ (128) unsigned char name[]

#else

#  include "shim.h"

#endif

#define ADAIN_HALF_MAX 65504.0f

/* Eight channels of one pixel: one 16-byte access. */
union AdainHalf8
{
  uint4  bits;
  __half value[8];

  __device__ AdainHalf8 () : bits ()
  {
  }
  __device__ explicit AdainHalf8 (const __half *from) : bits (*reinterpret_cast<const uint4 *> (from))
  {
  }

  __device__ void store (__half *to) const
  {
    *reinterpret_cast<uint4 *> (to) = bits;
  }
};

/* To half, without ever becoming infinite. */
static __device__ inline __half
adain_saturate (float x)
{
  return __float2half_rn (fminf (fmaxf (x, -ADAIN_HALF_MAX), ADAIN_HALF_MAX));
}

/* The pixel that reflection shows at i, for -1 <= i <= n and n > 1; further out, any valid one. */
static __device__ inline int
adain_reflect_once (int i, int n)
{
  i = i < 0 ? -i : i;
  i = i >= n ? 2 * n - 2 - i : i;
  return i < 0 ? 0 : i;
}
