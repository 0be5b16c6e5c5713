/* Launchers of all kernels.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "kernels.h"
#include "compiler.cuh"
#include "gather.cuh"
#include "matrix.cuh"
#include "moments.cuh"
#include "covariance.cuh"
#include "conv.cuh"

#define BLOCK 256

cudaError_t
adain_launch_pack (const float *rgb, const float mean[3], const float scale[3], void *output, int width,
                   int height, cudaStream_t stream)
{
  AdainRgb prepare;

  for (int c = 0; c < 3; c++)
    {
      prepare.mean[c] = mean[c];
      prepare.scale[c] = scale[c];
    }
  return ADAIN_LAUNCH (adain_pack_kernel, adain_place_blocks (width, height, ADAIN_CHANNELS, 1, BLOCK), BLOCK,
                       0, stream, rgb, prepare, (__half *) output, width, height);
}

cudaError_t
adain_launch_gather (AdainGather kind, const void *input, void *output, int width, int height, int channels,
                     int border, cudaStream_t stream)
{
  unsigned      blocks = adain_place_blocks (width, height, channels, border, BLOCK);
  const __half *from = (const __half *) input;
  __half       *to = (__half *) output;

  if (kind == ADAIN_POOL)
    return ADAIN_LAUNCH (adain_gather_kernel<ADAIN_POOL>, blocks, BLOCK, 0, stream, from, to, width, height,
                         channels, border);
  if (kind == ADAIN_UP)
    return ADAIN_LAUNCH (adain_gather_kernel<ADAIN_UP>, blocks, BLOCK, 0, stream, from, to, width, height,
                         channels, border);
  return ADAIN_LAUNCH (adain_gather_kernel<ADAIN_PLAIN>, blocks, BLOCK, 0, stream, from, to, width, height,
                       channels, border);
}

cudaError_t
adain_launch_affine (const AdainCall *call, const float *scale, const float *shift, const float *low,
                     const float *high, void *output, int width, int height, int channels, int border,
                     cudaStream_t stream)
{
  return ADAIN_LAUNCH (adain_affine_kernel, adain_place_blocks (width, height, channels, border, BLOCK),
                       BLOCK, 0, stream, call, scale, shift, low, high, (__half *) output, width, height,
                       channels, border);
}

cudaError_t
adain_launch_matrix (const AdainCall *call, const float *matrix, const float *shift, const float *low,
                     const float *high, void *output, int width, int height, int channels, int border,
                     cudaStream_t stream)
{
  return adain_matrix_launch (call, matrix, shift, low, high, (__half *) output, width, height, channels,
                              border, stream);
}

cudaError_t
adain_launch_unpack (const AdainCall *call, const void *input, float *rgb, int width, int keep_width,
                     int keep_height, cudaStream_t stream)
{
  unsigned blocks = (unsigned) (((long long) keep_width * keep_height + BLOCK - 1) / BLOCK);

  return ADAIN_LAUNCH (adain_unpack_kernel, blocks, BLOCK, 0, stream, call, (const __half *) input, rgb,
                       width, keep_width, keep_height);
}

cudaError_t
adain_launch_keep (const AdainCall *call, const void *input, int width, const float *weights, int keep_width,
                   int keep_height, int channels, double *partial, cudaStream_t stream)
{
  return ADAIN_LAUNCH (adain_keep_kernel, adain_moments_parts (keep_width, keep_height), channels, 0, stream,
                       call, (const __half *) input, width, weights, keep_width, keep_height, channels,
                       partial);
}

cudaError_t
adain_launch_moments (const double *partial, int parts, int channels, double *moments, cudaStream_t stream)
{
  return ADAIN_LAUNCH (adain_moments_kernel, (channels + 31) / 32, 32, 0, stream, partial, parts, channels,
                       moments);
}

cudaError_t
adain_launch_products (const AdainCall *call, const void *input, int width, const float *weights,
                       int keep_width, int keep_height, int channels, const double *moments, float *partial,
                       cudaStream_t stream)
{
  unsigned blocks = adain_covariance_parts (keep_width, keep_height) * ADAIN_COVARIANCE_SQUARES (channels);

  return ADAIN_LAUNCH (adain_products_kernel, blocks, PRODUCTS_BLOCK, PRODUCTS_BYTES, stream, call,
                       (const __half *) input, width, weights, keep_width, keep_height, channels, moments,
                       partial);
}

cudaError_t
adain_launch_covariance (const float *partial, int parts, int padded, int channels, double *products,
                         cudaStream_t stream)
{
  return ADAIN_LAUNCH (adain_covariance_kernel, (channels * channels + BLOCK - 1) / BLOCK, BLOCK, 0, stream,
                       partial, parts, padded, channels, products);
}

cudaError_t
adain_launch_conv (const AdainConvCall *conv, cudaStream_t stream)
{
  switch (adain_conv_block (conv->out) / ADAIN_CHANNELS)
    {
    case 5:
      return adain_conv_launch<5> (*conv, stream);
    case 4:
      return adain_conv_launch<4> (*conv, stream);
    case 3:
      return adain_conv_launch<3> (*conv, stream);
    case 2:
      return adain_conv_launch<2> (*conv, stream);
    default:
      return adain_conv_launch<1> (*conv, stream);
    }
}
