/* Noise that is added to what the network sees.
 *
 * Random numbers on a lattice, between which cubic B-splines interpolate: lattice convolution noise (J. P. Lewis,
 * "Algorithms for solid noise synthesis", SIGGRAPH 1989).
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "noise.h"

#include "picture.h"

/* Pixels between two points of the lattice. Half as many make fur of strokes, twice as many clouds. */
#define SPACING 6

/* The deviation of numbers that are uniform in [-1, 1) and have been interpolated so, on average: the square root of
 * 1/3 times the square of the spline's own, 151/315. */
#define DEVIATION 0.27676

/* The weights of four points in a row at each pixel between the inner two. */
typedef struct
{
  float at[SPACING][4];
} Spline;

static Spline
make_spline (double scale)
{
  Spline spline;

  for (int i = 0; i < SPACING; i++)
    {
      double t = (i + 0.5) / SPACING, u = 1 - t;

      spline.at[i][0] = scale * u * u * u / 6;
      spline.at[i][1] = scale * (4 - 3 * t * t * (2 - t)) / 6;
      spline.at[i][2] = scale * (4 - 3 * u * u * (2 - u)) / 6;
      spline.at[i][3] = scale * t * t * t / 6;
    }
  return spline;
}

static inline float
interpolate (const float *weights, float a, float b, float c, float d)
{
  return weights[0] * a + weights[1] * b + weights[2] * c + weights[3] * d;
}

/* In [-1, 1), of a point of the lattice: its coordinates by a hash of Chris Wellons's (lowbias32). */
static float
point (int x, int y)
{
  guint32 hash = (guint32) x * 0x9e3779b1 ^ (guint32) y * 0x85ebca77;

  hash = (hash ^ hash >> 16) * 0x7feb352d;
  hash = (hash ^ hash >> 15) * 0x846ca68b;
  hash ^= hash >> 16;
  return hash * 0x1p-31f - 1;
}

/* One row of pixels; `columns` has the lattice's at that height, beginning with the one before the first pixel's. */
static void
add_row (const Spline *spline, const float *columns, int x, int n, float *rgb)
{
  int phase = x % SPACING;

  for (int i = 0; i < n; i++, rgb += 3)
    {
      float noise = interpolate (spline->at[phase], columns[0], columns[1], columns[2], columns[3]);

      for (int c = 0; c < 3; c++)
        rgb[c] = adain_clip (rgb[c] + noise);
      if (++phase == SPACING)
        {
          phase = 0;
          columns++;
        }
    }
}

void
adain_noise_add (double deviation, const AdainRect *rect, float *rgb)
{
  const Spline      across = make_spline (1), down = make_spline (deviation / DEVIATION);
  int               left = rect->x / SPACING - 1, n = (rect->x + rect->width - 1) / SPACING + 3 - left;
  g_autofree float *points = g_new (float, 4 * n), *columns = g_new (float, n);

  for (int y = rect->y; y < rect->y + rect->height; y++, rgb += (gsize) rect->width * 3)
    {
      if (y == rect->y || y % SPACING == 0)
        for (int i = 0; i < 4 * n; i++)
          points[i] = point (left + i % n, y / SPACING - 1 + i / n);
      for (int i = 0; i < n; i++)
        columns[i] = interpolate (down.at[y % SPACING], points[i], points[n + i], points[2 * n + i],
                                  points[3 * n + i]);
      add_row (&across, columns, rect->x, rect->width, rgb);
    }
}
