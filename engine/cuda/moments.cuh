/* The end of encoding: storing the kept cells, and their weighted moments on two levels in double.
 * Halves have 11 bits, so the sums of their squares are exact to far beyond what the difference
 * in M2 loses.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

/* One block for ADAIN_MOMENTS_CELLS cells, one thread for a channel. */
__global__ void
adain_keep_kernel (const AdainCall *call, const __half *input, int width, const float *weights,
                   int keep_width, int keep_height, int channels, double *partial)
{
  int       channel = threadIdx.x;
  long long first = (long long) blockIdx.x * ADAIN_MOMENTS_CELLS;
  double    sum = 0, sum_x = 0, sum_xx = 0, low = INFINITY, high = -INFINITY;
  __half   *features = (__half *) call->features;

#pragma unroll 8
  for (int i = 0; i < ADAIN_MOMENTS_CELLS; i++)
    {
      long long cell = first + i;

      if (cell < (long long) keep_width * keep_height)
        {
          int    y = (int) (cell / keep_width), x = (int) (cell % keep_width);
          __half value =
              input[((long long) (call->keep_y + y) * width + call->keep_x + x) * channels + channel];
          double w = weights ? weights[cell] : 1.0, f = __half2float (value);

          if (features)
            features[((long long) (call->y + y) * call->stride + call->x + x) * channels + channel] = value;
          sum += w;
          sum_x += w * f;
          sum_xx += w * f * f;
          if (w > 0)
            {
              low = fmin (low, f);
              high = fmax (high, f);
            }
        }
    }

  partial += (long long) blockIdx.x * ADAIN_MOMENTS * channels + channel;
  partial[0] = sum;
  partial[channels] = sum_x;
  partial[2 * channels] = sum_xx;
  partial[3 * channels] = low;
  partial[4 * channels] = high;
}

__global__ void
adain_moments_kernel (const double *partial, int parts, int channels, double *moments)
{
  int    channel = blockIdx.x * blockDim.x + threadIdx.x;
  double sum = 0, sum_x = 0, sum_xx = 0, low = INFINITY, high = -INFINITY;

  if (channel >= channels)
    return;
#pragma unroll 8
  for (int i = 0; i < parts; i++)
    {
      const double *part = partial + (long long) i * ADAIN_MOMENTS * channels + channel;

      sum += part[0];
      sum_x += part[channels];
      sum_xx += part[2 * channels];
      low = fmin (low, part[3 * channels]);
      high = fmax (high, part[4 * channels]);
    }
  moments[channel] = sum;
  moments[channels + channel] = sum > 0 ? sum_x / sum : 0;
  moments[2 * channels + channel] = sum > 0 ? fmax (sum_xx - sum_x * sum_x / sum, 0.0) : 0;
  moments[3 * channels + channel] = low;
  moments[4 * channels + channel] = high;
}
