/* A transform's matrix: a small product of 16 cells with all of it. In float, as its entries cancel each
 * other where the content's channels are correlated; it is 2 % of the network's arithmetic.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define MATRIX_CELLS 16
#define MATRIX_BLOCK 256

static_assert (MATRIX_CELLS * ADAIN_MATRIX_CHANNELS * sizeof (float) <= 48 * 1024, "what every GPU has");

/* One block for MATRIX_CELLS cells, one thread for one output channel after the other: neighbors read
 * neighboring entries of the matrix, and the same features. */
__global__ void
adain_matrix_kernel (const AdainCall *call, const float *matrix, const float *shift, const float *low,
                     const float *high, __half *output, int width, int height, int channels, int border)
{
  ADAIN_SHARED (shared);
  float4   *features = (float4 *) shared; /* [cell][channel], four of them together */
  int       groups = channels / 8;
  long long first = (long long) blockIdx.x * MATRIX_CELLS;
  long long cells = (long long) (width + 2 * border) * (height + 2 * border);

  for (int i = threadIdx.x; i < MATRIX_CELLS * groups; i += blockDim.x)
    {
      AdainPlace place = adain_place (first * groups + i, width, height, channels, border);
      AdainHalf8 stored;
      float      value[8];

      if (place.valid)
        stored = adain_stored (call, place, channels);
      for (int c = 0; c < 8; c++)
        value[c] = adain_bounded (stored.value[c], low, high, i % groups * 8 + c);
      features[2 * i] = float4{ value[0], value[1], value[2], value[3] };
      features[2 * i + 1] = float4{ value[4], value[5], value[6], value[7] };
    }
  __syncthreads ();

  for (int o = threadIdx.x; o < channels; o += blockDim.x)
    {
      const float *column = matrix + o;
      float        sum[MATRIX_CELLS];

#pragma unroll
      for (int n = 0; n < MATRIX_CELLS; n++)
        sum[n] = shift[o];
#pragma unroll 2
      for (int i = 0; i < channels / 4; i++)
        {
          float a = column[0], b = column[channels], c = column[2 * channels], d = column[3 * channels];

#pragma unroll
          for (int n = 0; n < MATRIX_CELLS; n++)
            {
              float4 f = features[n * (channels / 4) + i];

              sum[n] += a * f.x;
              sum[n] += b * f.y;
              sum[n] += c * f.z;
              sum[n] += d * f.w;
            }
          column += 4 * channels;
        }
#pragma unroll
      for (int n = 0; n < MATRIX_CELLS; n++)
        if (first + n < cells)
          output[(first + n) * channels + o] = adain_clip (sum[n]);
    }
}

static cudaError_t
adain_matrix_launch (const AdainCall *call, const float *matrix, const float *shift, const float *low,
                     const float *high, __half *output, int width, int height, int channels, int border,
                     cudaStream_t stream)
{
  long long cells = (long long) (width + 2 * border) * (height + 2 * border);
  unsigned  blocks = (unsigned) ((cells + MATRIX_CELLS - 1) / MATRIX_CELLS);
  unsigned  threads = channels < MATRIX_BLOCK ? channels : MATRIX_BLOCK;

  return ADAIN_LAUNCH (adain_matrix_kernel, blocks, threads, MATRIX_CELLS * channels * sizeof (float), stream,
                       call, matrix, shift, low, high, output, width, height, channels, border);
}
