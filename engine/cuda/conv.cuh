/* The narrow layers: a 3x3 convolution as an implicit matrix product on tensor cores, which reads
 * its input with reflection (and doubling), adds the bias, and writes after ReLU, pooling, or as
 * pixels. One launch per layer, and no padded copy of the activations.
 *
 * A block of 8 warps computes 16 x 16 pixels and 16 * NT output channels; a warp two rows of the
 * pixels, so that pooling stays inside it. The input channels pass in steps of 16: 18 x 18
 * pixels of them and the step's weights lie in shared memory. Rows of 16 halves (32 bytes) keep
 * every tensor-core tile aligned as wmma demands, whichever pixel it starts at.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define CONV_TILE             16 /* pixels on a side */
#define CONV_INPUT            (CONV_TILE + 2)
#define CONV_WARPS            8
#define CONV_BLOCK            (CONV_WARPS * 32)
#define CONV_STAGE            20 /* floats in a row of staged results: no bank conflicts */
#define CONV_INPUT_BYTES      (CONV_INPUT * CONV_INPUT * 16 * 2)
#define CONV_STAGE_BYTES      (CONV_WARPS * 2 * 16 * CONV_STAGE * 4)
#define CONV_WEIGHT_BYTES(nt) (9 * (nt) * 16 * 16 * 2)

static __device__ void
adain_conv_load_input (const AdainConvCall &conv, int step, int x0, int y0, __half *tile)
{
  for (int i = threadIdx.x; i < CONV_INPUT * CONV_INPUT * 2; i += CONV_BLOCK)
    {
      int        pixel = i / 2, group = i % 2 * 8;
      int        x = adain_reflect_once (x0 + pixel % CONV_INPUT - 1, conv.width);
      int        y = adain_reflect_once (y0 + pixel / CONV_INPUT - 1, conv.height);
      AdainHalf8 value;

      if (conv.source == ADAIN_FROM_RGB)
        {
          const float *rgb = (const float *) conv.input + ((long long) y * conv.width + x) * 3;

          if (group == 0)
            for (int c = 0; c < 3; c++)
              value.value[c] = adain_saturate ((rgb[c] - conv.mean[c]) * conv.scale[c]);
        }
      else
        {
          int       shift = conv.source == ADAIN_FROM_UP;
          long long at = (long long) (y >> shift) * (conv.width >> shift) + (x >> shift);

          value = AdainHalf8 ((const __half *) conv.input + at * conv.in + step * 16 + group);
        }
      value.store (tile + pixel * 16 + group);
    }
}

/* Writes 16 channels of the warp's two rows of 16 pixels, which lie in `stage`. */
static __device__ void
adain_conv_write (const AdainConvCall &conv, const float *stage, int lane, int x0, int y0, int channel)
{
  const float *bias = conv.bias + channel;

  if (conv.sink == ADAIN_TO_POOL)
    {
      int          x = x0 / 2 + lane / 4, y = y0 / 2, group = lane % 4 * 4;
      const float *from = stage + lane / 4 * 2 * CONV_STAGE + group;

      if (x < conv.width / 2 && y < conv.height / 2)
        {
          union
          {
            uint2  bits;
            __half value[4];
          } result;

          for (int c = 0; c < 4; c++)
            {
              float top = fmaxf (from[c], from[CONV_STAGE + c]);
              float bottom = fmaxf (from[16 * CONV_STAGE + c], from[17 * CONV_STAGE + c]);

              result.value[c] = adain_saturate (fmaxf (fmaxf (top, bottom) + bias[group + c], 0));
            }
          *(uint2 *) ((__half *) conv.output + ((long long) y * (conv.width / 2) + x) * conv.out + channel
                      + group) = result.bits;
        }
    }
  else
    {
      int          x = x0 + lane % 16, y = y0 + lane / 16;
      const float *from = stage + lane * CONV_STAGE;

      if (conv.sink == ADAIN_TO_RGB)
        {
          int keep_x = x - conv.call->keep_x * 8, keep_y = y - conv.call->keep_y * 8;

          if (keep_x >= 0 && keep_x < conv.keep_width && keep_y >= 0 && keep_y < conv.keep_height)
            for (int c = 0; c < 3; c++)
              ((float *) conv.output)[((long long) keep_y * conv.keep_width + keep_x) * 3 + c] = from[c]
                                                                                                 + bias[c];
        }
      else if (x < conv.width && y < conv.height)
        {
          __half    *to = (__half *) conv.output + ((long long) y * conv.width + x) * conv.out + channel;
          AdainHalf8 result;

          for (int half = 0; half < 16; half += 8)
            {
              for (int c = 0; c < 8; c++)
                result.value[c] = adain_saturate (fmaxf (from[half + c] + bias[half + c], 0));
              result.store (to + half);
            }
        }
    }
}

template <int NT>
__global__ void
__launch_bounds__ (CONV_BLOCK, 2) adain_conv_kernel (const AdainConvCall conv)
{
  using namespace nvcuda;

  ADAIN_SHARED (shared);
  __half *tile = (__half *) shared;
  __half *weight = (__half *) (shared + CONV_INPUT_BYTES);
  int     warp = threadIdx.x / 32, lane = threadIdx.x % 32;
  int     x0 = blockIdx.x * CONV_TILE, y0 = blockIdx.y * CONV_TILE;
  int     steps = conv.in / 16;

  wmma::fragment<wmma::accumulator, 16, 16, 16, float> sum[2][NT];

  for (int row = 0; row < 2; row++)
    for (int n = 0; n < NT; n++)
      wmma::fill_fragment (sum[row][n], 0.0f);

  for (int step = 0; step < steps; step++)
    {
      const uint4 *from = (const uint4 *) ((const char *) conv.weight
                                           + ((long long) blockIdx.z * steps + step)
                                                 * CONV_WEIGHT_BYTES (NT));

      __syncthreads ();
      adain_conv_load_input (conv, step, x0, y0, tile);
      for (int i = threadIdx.x; i < CONV_WEIGHT_BYTES (NT) / 16; i += CONV_BLOCK)
        ((uint4 *) weight)[i] = from[i];
      __syncthreads ();

#pragma unroll
      for (int tap = 0; tap < 9; tap++)
        {
          wmma::fragment<wmma::matrix_a, 16, 16, 16, __half, wmma::row_major> a[2];

          for (int row = 0; row < 2; row++)
            wmma::load_matrix_sync (a[row], tile + ((warp * 2 + row + tap / 3) * CONV_INPUT + tap % 3) * 16,
                                    16);
          for (int n = 0; n < NT; n++)
            {
              wmma::fragment<wmma::matrix_b, 16, 16, 16, __half, wmma::col_major> b;

              wmma::load_matrix_sync (b, weight + (tap * NT + n) * 16 * 16, 16);
              for (int row = 0; row < 2; row++)
                wmma::mma_sync (sum[row][n], a[row], b, sum[row][n]);
            }
        }
    }

  float *stage = (float *) shared + warp * 2 * 16 * CONV_STAGE;

  __syncthreads ();
  for (int n = 0; n < NT; n++)
    {
      for (int row = 0; row < 2; row++)
        wmma::store_matrix_sync (stage + row * 16 * CONV_STAGE, sum[row][n], CONV_STAGE, wmma::mem_row_major);
      __syncwarp ();
      adain_conv_write (conv, stage, lane, x0, y0 + warp * 2, (blockIdx.z * NT + n) * 16);
      __syncwarp ();
    }
}

template <int NT>
static cudaError_t
adain_conv_launch (const AdainConvCall &conv, cudaStream_t stream)
{
  int  bytes = CONV_INPUT_BYTES + CONV_WEIGHT_BYTES (NT);
  dim3 grid ((conv.width + CONV_TILE - 1) / CONV_TILE, (conv.height + CONV_TILE - 1) / CONV_TILE,
             conv.out / (16 * NT));

  if (bytes < CONV_STAGE_BYTES)
    bytes = CONV_STAGE_BYTES;
  return ADAIN_LAUNCH (adain_conv_kernel<NT>, grid, CONV_BLOCK, bytes, stream, conv);
}
