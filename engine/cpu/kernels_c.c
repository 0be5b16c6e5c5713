/* The inner loops in plain C, in float: the reference that every other set is held against.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "kernels.h"

#include <string.h>

static gboolean
supported (void)
{
  return TRUE;
}

/* [out][in][3][3] weights followed by the biases. */
static gboolean
pack (AdainPacked *packed, const AdainConv *conv)
{
  gsize  count = (gsize) conv->out * conv->in * 9;
  float *weights = g_try_new (float, count + conv->out);

  if (!weights)
    return FALSE;
  memcpy (weights, conv->weight, count * sizeof (float));
  memcpy (weights + count, conv->bias, conv->out * sizeof (float));
  packed->weights = weights;
  return TRUE;
}

static void
unpack (AdainPacked *packed)
{
  g_clear_pointer (&packed->weights, g_free);
}

/* The pixel of the (doubled) input at (x, y), either of which may be one outside. */
static const float *
pixel (const AdainPacked *packed, const float *in, gsize pitch, int x, int y)
{
  if (packed->upsample)
    {
      x = (x + 2) / 2 - 1;
      y = (y + 2) / 2 - 1;
    }
  return in + y * (gssize) pitch + x * packed->in_stride;
}

static gboolean
conv (const AdainPacked *packed, const void *in, gsize in_pitch, void *out, gsize out_pitch, int width,
      int rows)
{
  const float *weights = packed->weights, *bias = weights + (gsize) packed->out * packed->in * 9;
  int          factor = packed->upsample ? 2 : 1;

  for (int y = 0; y < rows * factor; y++)
    for (int x = 0; x < width * factor; x++)
      for (int o = 0; o < packed->out_stride; o++)
        {
          float sum = 0;

          if (o < packed->out)
            {
              sum = bias[o];
              for (int ky = 0; ky < 3; ky++)
                for (int kx = 0; kx < 3; kx++)
                  {
                    const float *p = pixel (packed, in, in_pitch, x + kx - 1, y + ky - 1);
                    const float *w = weights + (gsize) o * packed->in * 9 + ky * 3 + kx;

                    for (int i = 0; i < packed->in; i++)
                      sum += p[i] * w[i * 9];
                  }
              if (packed->relu && sum < 0)
                sum = 0;
            }
          ((float *) out)[y * out_pitch + x * packed->out_stride + o] = sum;
        }
  return TRUE;
}

static void
pool (const void *in, gsize in_pitch, void *out, gsize out_pitch, int width, int rows, int channels)
{
  for (int y = 0; y < rows; y++)
    for (int x = 0; x < width; x++)
      {
        const float *p = (const float *) in + 2 * y * in_pitch + 2 * x * channels;
        float       *q = (float *) out + y * out_pitch + x * channels;

        for (int c = 0; c < channels; c++)
          q[c] = MAX (MAX (p[c], p[channels + c]), MAX (p[in_pitch + c], p[in_pitch + channels + c]));
      }
}

static void
load (const float *rgb, const float mean[3], const float scale[3], void *out, int n)
{
  for (int i = 0; i < n; i++)
    for (int c = 0; c < 3; c++)
      ((float *) out)[i * 3 + c] = (rgb[i * 3 + c] - mean[c]) * scale[c];
}

static void
affine (const float *features, const float *scale, const float *shift, void *out, int n, int channels)
{
  for (int i = 0; i < n; i++)
    for (int c = 0; c < channels; c++)
      ((float *) out)[i * channels + c] = features[i * channels + c] * scale[c] + shift[c];
}

static void
matrix (const float *features, const float *weights, const float *shift, float *out, int n, int channels)
{
  for (int cell = 0; cell < n; cell++)
    for (int o = 0; o < channels; o++)
      {
        float sum = shift[o];

        for (int i = 0; i < channels; i++)
          sum += features[cell * channels + i] * weights[i * channels + o];
        out[cell * channels + o] = sum;
      }
}

const AdainKernels adain_kernels_c = {
  .name = "c",
  .element = sizeof (float),
  .multiple = 1,
  .input_stride = 3,
  .supported = supported,
  .pack = pack,
  .unpack = unpack,
  .conv = conv,
  .pool = pool,
  .load = load,
  .affine = affine,
  .matrix = matrix,
};
