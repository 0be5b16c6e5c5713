/* The CUDA kernels, as functions that queue them on a stream.
 *
 * Activations are half, NHWC, packed: height x width x channels with the channels padded to a
 * multiple of ADAIN_CHANNELS by zeros. "Padded" ones have a border of one reflected pixel on each
 * side: (height + 2) x (width + 2) x channels.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <driver_types.h>

#ifdef __cplusplus
extern "C"
{
#endif

#define ADAIN_CHANNELS 16 /* a tensor core's step through the input channels */
/* What transformed features are clipped to: far beyond any feature, and so far below half precision's 65504
 * that the sums of the next layer, which cuDNN does not saturate, stay finite. */
#define ADAIN_FEATURE_MAX 4096.0f

#define ADAIN_MOMENTS_CELLS 32 /* cells summed up by one thread before partial sums are merged */

/* What changes from one replay of a captured graph to the next. It lies on the device. */
typedef struct
{
  void *features;       /* the picture's features, NULL: not stored */
  int   stride;         /* their width in cells */
  int   x, y;           /* the kept cells' (encoding) or the rectangle's (decoding) place in them */
  int   keep_x, keep_y; /* the kept cells' place in the rectangle */
  int   affine;         /* decoding: bounds, scale and shift are to be applied */
} AdainCall;

typedef enum
{
  ADAIN_PLAIN,
  ADAIN_POOL,
  ADAIN_UP
} AdainGather;

/* Pixels (3 floats) to padded activations, (rgb - mean) * scale. */
cudaError_t adain_launch_pack (const float *rgb, const float mean[3], const float scale[3], void *output,
                               int width, int height, cudaStream_t stream);

/* Copies, halves by maximum (2 x 2) or doubles by repetition; `border` is 0 or 1. The width and
 * height are the output's, without the border. */
cudaError_t adain_launch_gather (AdainGather kind, const void *input, void *output, int width, int height,
                                 int channels, int border, cudaStream_t stream);

/* Takes a rectangle out of stored features, as scale * feature + shift, the feature being clipped to [low,
 * high] before. */
cudaError_t adain_launch_affine (const AdainCall *call, const float *scale, const float *shift,
                                 const float *low, const float *high, void *output, int width, int height,
                                 int channels, int border, cudaStream_t stream);

#define ADAIN_MATRIX_CHANNELS 768 /* the most that a matrix may have: what fits the block's shared memory */

/* The same as the sum over i of matrix[i * channels + o] * feature[i], clipped before, plus shift[o]. */
cudaError_t adain_launch_matrix (const AdainCall *call, const float *matrix, const float *shift,
                                 const float *low, const float *high, void *output, int width, int height,
                                 int channels, int border, cudaStream_t stream);

/* Activations back to the kept rectangle of pixels. */
cudaError_t adain_launch_unpack (const AdainCall *call, const void *input, float *rgb, int width,
                                 int keep_width, int keep_height, cudaStream_t stream);

#define ADAIN_MOMENTS 5 /* numbers that are gathered for each channel */

/* Stores the kept cells; sums up w, w x and w x^2 of each channel for every ADAIN_MOMENTS_CELLS of them, and
 * finds the least and the greatest x of w > 0: `partial` has ADAIN_MOMENTS * channels doubles for each.
 * `weights` may be NULL. */
cudaError_t adain_launch_keep (const AdainCall *call, const void *input, int width, const float *weights,
                               int keep_width, int keep_height, int channels, double *partial,
                               cudaStream_t stream);

static inline int
adain_moments_parts (int keep_width, int keep_height)
{
  return (int) (((long long) keep_width * keep_height + ADAIN_MOMENTS_CELLS - 1) / ADAIN_MOMENTS_CELLS);
}

/* Merges the sums to `moments`: sums of weights, means, M2, least and greatest values, `channels` of
 * each. */
cudaError_t adain_launch_moments (const double *partial, int parts, int channels, double *moments,
                                  cudaStream_t stream);

#define ADAIN_COVARIANCE_SQUARE 64  /* pairs of channels that one block multiplies: so many by so many */
#define ADAIN_COVARIANCE_CELLS  256 /* cells over which it does before partial sums are merged */

/* Squares on a side of the matrix, and in its upper triangle with the diagonal. */
#define ADAIN_COVARIANCE_ACROSS(channels) \
  (((channels) + ADAIN_COVARIANCE_SQUARE - 1) / ADAIN_COVARIANCE_SQUARE)
#define ADAIN_COVARIANCE_SQUARES(channels) \
  (ADAIN_COVARIANCE_ACROSS (channels) * (ADAIN_COVARIANCE_ACROSS (channels) + 1) / 2)

static inline int
adain_covariance_parts (int keep_width, int keep_height)
{
  return (int) (((long long) keep_width * keep_height + ADAIN_COVARIANCE_CELLS - 1) / ADAIN_COVARIANCE_CELLS);
}

/* For every ADAIN_COVARIANCE_CELLS of the kept cells, sums up w times the products of two channels' distances
 * from their means, which `moments` already has: `partial` has ADAIN_COVARIANCE_SQUARE^2 floats for each of the
 * squares. */
cudaError_t adain_launch_products (const AdainCall *call, const void *input, int width, const float *weights,
                                   int keep_width, int keep_height, int channels, const double *moments,
                                   float *partial, cudaStream_t stream);

/* Merges the sums to `products`, [channels][channels], of which the lower triangle is 0; `padded` is the number
 * of channels that there were sums of. */
cudaError_t adain_launch_covariance (const float *partial, int parts, int padded, int channels,
                                     double *products, cudaStream_t stream);

typedef enum
{
  ADAIN_FROM_RGB,
  ADAIN_FROM_PLAIN,
  ADAIN_FROM_UP
} AdainConvSource;
typedef enum
{
  ADAIN_TO_RELU,
  ADAIN_TO_POOL,
  ADAIN_TO_RGB
} AdainConvSink;

/* A 3x3 convolution on tensor cores, reflecting, with what stands before and after it. */
typedef struct
{
  AdainConvSource  source;
  AdainConvSink    sink;
  const void      *input;  /* pixels or activations, of half the size for FROM_UP */
  const void      *weight; /* as adain_conv_weights() lays them out */
  const float     *bias;
  void            *output;                  /* pixels or activations, of half the size for TO_POOL */
  int              width, height;           /* of the convolution */
  int              in, out;                 /* padded channels */
  float            mean[3], scale[3];       /* FROM_RGB */
  const AdainCall *call;                    /* TO_RGB: the kept rectangle, in cells of 8 pixels */
  int              keep_width, keep_height; /* TO_RGB: its size in pixels */
} AdainConvCall;

cudaError_t adain_launch_conv (const AdainConvCall *conv, cudaStream_t stream);

/* Output channels that one block of the convolution computes: at most five times 16. */
static inline int
adain_conv_block (int out)
{
  int n = out / ADAIN_CHANNELS;

  return ADAIN_CHANNELS * (n % 4 == 0 ? 4 : n % 5 == 0 ? 5 : n % 3 == 0 ? 3 : n % 2 == 0 ? 2 : 1);
}

#ifdef __cplusplus
}
#endif
