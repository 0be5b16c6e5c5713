/* The last step for each pixel: clipping and the color mode.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "color.h"

#include <string.h>

static inline float
clip (float v)
{
  return v > 0 ? (v < 1 ? v : 1) : 0;
}

/* The picture's color at another lightness. What falls outside the gamut moves towards the grey of
 * that lightness, which keeps hue and lightness. */
static void
relight (const float *rgba, float luma, float *out)
{
  float shift = luma - adain_luma (rgba), chroma = 1;

  for (int c = 0; c < 3; c++)
    {
      float distance = rgba[c] + shift - luma;

      if (luma + distance > 1)
        chroma = MIN (chroma, (1 - luma) / distance);
      else if (luma + distance < 0)
        chroma = MIN (chroma, -luma / distance);
    }
  for (int c = 0; c < 3; c++)
    out[c] = clip (luma + chroma * (rgba[c] + shift - luma));
}

void
adain_color_finish (AdainColor mode, const float *styled, const float *rgba, const float *cover, float *out,
                    int n)
{
  for (int i = 0; i < n; i++, styled += 3, rgba += 4, out += 4)
    {
      float rgb[3] = { clip (styled[0]), clip (styled[1]), clip (styled[2]) };

      if (mode == ADAIN_COLOR_LIGHTNESS)
        relight (rgba, adain_luma (rgb), rgb);
      for (int c = 0; cover && cover[i] < 1 && c < 3; c++)
        rgb[c] = cover[i] > 0 ? rgba[c] + cover[i] * (rgb[c] - rgba[c]) : rgba[c];
      memcpy (out, rgb, sizeof rgb);
      out[3] = rgba[3];
    }
}
