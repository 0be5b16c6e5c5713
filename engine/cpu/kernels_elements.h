/* Loops over elements that compilers vectorize by themselves, as a template: pool, load and affine.
 *
 * Before including it define Element, element_from_float(), LANES (what channels are rounded up to) and
 * INPUT_STRIDE (elements per pixel of the encoder's input).
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "kernels.h"

/* Activations are not negative here, so that the bits of two bfloat16 compare like their values. */
static void
pool (const void *in, gsize in_pitch, void *out, gsize out_pitch, int width, int rows, int channels)
{
  for (int y = 0; y < rows; y++)
    for (int x = 0; x < width; x++)
      {
        const Element *p = (const Element *) in + 2 * y * in_pitch + 2 * x * channels;
        const Element *q = p + in_pitch;
        Element       *to = (Element *) out + y * out_pitch + x * channels;

        for (int c = 0; c < channels; c++)
          {
            Element above = MAX (p[c], p[channels + c]), below = MAX (q[c], q[channels + c]);

            to[c] = MAX (above, below);
          }
      }
}

static void
load (const float *rgb, const float mean[3], const float scale[3], void *out, int n)
{
  Element *to = out;

  for (int i = 0; i < n; i++, rgb += 3, to += INPUT_STRIDE)
    {
      for (int c = 0; c < 3; c++)
        to[c] = element_from_float ((rgb[c] - mean[c]) * scale[c]);
      for (int c = 3; c < INPUT_STRIDE; c++)
        to[c] = 0;
    }
}

static void
affine (const float *features, const float *scale, const float *shift, void *out, int n, int channels)
{
  Element *to = out;
  int      stride = adain_round_up (channels, LANES);

  for (int i = 0; i < n; i++, features += channels, to += stride)
    {
      for (int c = 0; c < channels; c++)
        to[c] = element_from_float (features[c] * scale[c] + shift[c]);
      for (int c = channels; c < stride; c++)
        to[c] = 0;
    }
}
