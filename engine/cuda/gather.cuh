/* Copying kernels: pixels to activations and back, pooling, doubling, the affine, reflected borders.
 * One thread moves eight channels of one pixel.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

struct AdainRgb
{
  float mean[3], scale[3];
};

static __device__ inline long long
adain_thread ()
{
  return (long long) blockIdx.x * blockDim.x + threadIdx.x;
}

/* The pixel and the group of eight channels that the i-th part of the output shows. */
struct AdainPlace
{
  int       x, y, group;
  long long at; /* its offset in the output */
  bool      valid;
};

static __device__ AdainPlace
adain_place (long long i, int width, int height, int channels, int border)
{
  int        groups = channels / 8, row = width + 2 * border;
  AdainPlace place;

  place.valid = i < (long long) row * (height + 2 * border) * groups;
  place.at = i * 8;
  place.group = (int) (i % groups) * 8;
  i /= groups;
  place.x = adain_reflect_once ((int) (i % row) - border, width);
  place.y = adain_reflect_once ((int) (i / row) - border, height);
  return place;
}

static unsigned
adain_place_blocks (int width, int height, int channels, int border, int block)
{
  long long threads = (long long) (width + 2 * border) * (height + 2 * border) * (channels / 8);

  return (unsigned) ((threads + block - 1) / block);
}

__global__ void
adain_pack_kernel (const float *rgb, AdainRgb prepare, __half *output, int width, int height)
{
  AdainPlace place = adain_place (adain_thread (), width, height, ADAIN_CHANNELS, 1);
  AdainHalf8 result;

  if (!place.valid)
    return;
  if (place.group == 0)
    {
      const float *pixel = rgb + ((long long) place.y * width + place.x) * 3;

      for (int c = 0; c < 3; c++)
        result.value[c] = adain_saturate ((pixel[c] - prepare.mean[c]) * prepare.scale[c]);
    }
  result.store (output + place.at);
}

template <AdainGather kind>
__global__ void
adain_gather_kernel (const __half *input, __half *output, int width, int height, int channels, int border)
{
  AdainPlace place = adain_place (adain_thread (), width, height, channels, border);

  if (!place.valid)
    return;
  if (kind == ADAIN_POOL)
    {
      long long     row = 2LL * width * channels;
      const __half *from = input + 2LL * place.y * row + 2LL * place.x * channels + place.group;
      AdainHalf8    a (from), b (from + channels), c (from + row), d (from + row + channels);

      for (int i = 0; i < 8; i++)
        a.value[i] = __float2half_rn (fmaxf (fmaxf (__half2float (a.value[i]), __half2float (b.value[i])),
                                             fmaxf (__half2float (c.value[i]), __half2float (d.value[i]))));
      a.store (output + place.at);
    }
  else
    {
      int       shift = kind == ADAIN_UP;
      long long pixel = (long long) (place.y >> shift) * (width >> shift) + (place.x >> shift);

      AdainHalf8 (input + pixel * channels + place.group).store (output + place.at);
    }
}

/* Stored features of the rectangle to be decoded. */
static __device__ inline AdainHalf8
adain_stored (const AdainCall *call, const AdainPlace &place, int channels)
{
  long long cell = (long long) (call->y + place.y) * call->stride + call->x + place.x;

  return AdainHalf8 ((const __half *) call->features + cell * channels + place.group);
}

/* A feature, kept within the bounds of its channel. */
static __device__ inline float
adain_bounded (__half feature, const float *low, const float *high, int channel)
{
  return fminf (fmaxf (__half2float (feature), low[channel]), high[channel]);
}

/* A transformed feature, for the decoder. */
static __device__ inline __half
adain_clip (float x)
{
  return __float2half_rn (fminf (fmaxf (x, -ADAIN_FEATURE_MAX), ADAIN_FEATURE_MAX));
}

__global__ void
adain_affine_kernel (const AdainCall *call, const float *scale, const float *shift, const float *low,
                     const float *high, __half *output, int width, int height, int channels, int border)
{
  AdainPlace place = adain_place (adain_thread (), width, height, channels, border);

  if (!place.valid)
    return;

  AdainHalf8 result = adain_stored (call, place, channels);

  if (call->affine)
    for (int i = 0; i < 8; i++)
      result.value[i] = adain_clip (adain_bounded (result.value[i], low, high, place.group + i)
                                        * scale[place.group + i]
                                    + shift[place.group + i]);
  result.store (output + place.at);
}

__global__ void
adain_unpack_kernel (const AdainCall *call, const __half *input, float *rgb, int width, int keep_width,
                     int keep_height)
{
  long long i = adain_thread ();

  if (i >= (long long) keep_width * keep_height)
    return;

  long long y = i / keep_width + call->keep_y * 8, x = i % keep_width + call->keep_x * 8;

  for (int c = 0; c < 3; c++)
    rgb[i * 3 + c] = __half2float (input[(y * width + x) * ADAIN_CHANNELS + c]);
}
