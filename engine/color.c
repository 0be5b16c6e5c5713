/* The last step for each pixel: clipping and the color mode.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "color.h"

#include <math.h>
#include <string.h>

#include "picture.h"

/* Of the picture's values what lies beyond [0, 1], and is not infinite. */
static void
beyond (const float *rgba, float *out)
{
  for (int c = 0; c < 3; c++)
    out[c] = isfinite (rgba[c]) ? rgba[c] - adain_clip (rgba[c]) : 0;
}

/* The picture's color at another lightness. What falls outside of `low` to `high` moves towards the grey of
 * that lightness, which keeps hue and lightness. */
static void
relight (const float *rgb, float luma, float low, float high, float *out)
{
  float shift = luma - adain_luma (rgb), chroma = 1;

  for (int c = 0; c < 3; c++)
    {
      float distance = rgb[c] + shift - luma;

      if (luma + distance > high)
        chroma = MIN (chroma, (high - luma) / distance);
      else if (luma + distance < low)
        chroma = MIN (chroma, (low - luma) / distance);
    }
  for (int c = 0; c < 3; c++)
    out[c] = CLAMP (luma + chroma * (rgb[c] + shift - luma), low, high);
}

/* Where nothing of the picture but its alpha is kept. */
static void
finish_styled (const float *styled, const float *rgba, float *out, int n)
{
  for (int i = 0; i < n; i++, styled += 3, rgba += 4, out += 4)
    {
      for (int c = 0; c < 3; c++)
        out[c] = adain_clip (styled[c]);
      out[3] = adain_clip (rgba[3]);
    }
}

void
adain_color_finish (AdainColor mode, float share, const float *styled, const float *rgba, const float *cover,
                    float *out, int n)
{
  if (mode != ADAIN_COLOR_LIGHTNESS && share == 0 && !cover)
    {
      finish_styled (styled, rgba, out, n);
      return;
    }
  for (int i = 0; i < n; i++, styled += 3, rgba += 4, out += 4)
    {
      float rgb[3] = { adain_clip (styled[0]), adain_clip (styled[1]), adain_clip (styled[2]) };
      float more[3], low = 0, high = 0;

      beyond (rgba, more);
      for (int c = 0; c < 3; c++)
        {
          rgb[c] += share * more[c];
          low = MIN (low, more[c]);
          high = MAX (high, more[c]);
        }
      if (mode == ADAIN_COLOR_LIGHTNESS)
        {
          float own[3];

          for (int c = 0; c < 3; c++)
            own[c] = adain_clip (rgba[c]) + more[c];
          relight (own, adain_luma (rgb), share * low, 1 + share * high, rgb);
        }
      for (int c = 0; cover && cover[i] < 1 && c < 3; c++)
        rgb[c] = cover[i] > 0 ? rgba[c] + cover[i] * (rgb[c] - rgba[c]) : rgba[c];
      memcpy (out, rgb, sizeof rgb);
      out[3] = adain_clip (rgba[3]);
    }
}
