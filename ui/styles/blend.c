/* Where a point on the style pad lies between the styles: positions to weights and back.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "ui/styles/blend.h"

static const AdainPoint line[] = { { 0.0, 0.5 }, { 1.0, 0.5 } };
static const AdainPoint triangle[] = { { 0.5, 0.0 }, { 1.0, 1.0 }, { 0.0, 1.0 } };
static const AdainPoint square[] = { { 0.0, 0.0 }, { 1.0, 0.0 }, { 1.0, 1.0 }, { 0.0, 1.0 } };

AdainPoint
adain_blend_corner (int n, int i)
{
  return n == 2 ? line[i] : n == 3 ? triangle[i] : square[i];
}

/* The nearest point to @p on the side from @a to @b, and its squared distance. */
static double
nearest_on_side (AdainPoint p, AdainPoint a, AdainPoint b, AdainPoint *nearest)
{
  double dx = b.x - a.x, dy = b.y - a.y;
  double t = CLAMP (((p.x - a.x) * dx + (p.y - a.y) * dy) / (dx * dx + dy * dy), 0.0, 1.0);

  nearest->x = a.x + t * dx;
  nearest->y = a.y + t * dy;

  return (p.x - nearest->x) * (p.x - nearest->x) + (p.y - nearest->y) * (p.y - nearest->y);
}

static void
triangle_weights (AdainPoint p, double *weights)
{
  AdainPoint a = triangle[0], b = triangle[1], c = triangle[2];
  double     area = (b.x - a.x) * (c.y - a.y) - (c.x - a.x) * (b.y - a.y);

  weights[0] = ((b.x - p.x) * (c.y - p.y) - (c.x - p.x) * (b.y - p.y)) / area;
  weights[1] = ((c.x - p.x) * (a.y - p.y) - (a.x - p.x) * (c.y - p.y)) / area;
  weights[2] = 1.0 - weights[0] - weights[1];
}

static AdainPoint
into_triangle (AdainPoint p, double *weights)
{
  AdainPoint best = p;

  triangle_weights (p, weights);

  if (weights[0] < 0.0 || weights[1] < 0.0 || weights[2] < 0.0)
    {
      double least = G_MAXDOUBLE;

      for (int i = 0; i < 3; i++)
        {
          AdainPoint nearest;
          double     distance = nearest_on_side (p, triangle[i], triangle[(i + 1) % 3], &nearest);

          if (distance < least)
            {
              least = distance;
              best = nearest;
            }
        }
      triangle_weights (best, weights);
    }

  for (int i = 0; i < 3; i++)
    weights[i] = CLAMP (weights[i], 0.0, 1.0);

  return best;
}

AdainPoint
adain_blend_weights (int n, AdainPoint point, double *weights)
{
  double x = CLAMP (point.x, 0.0, 1.0), y = CLAMP (point.y, 0.0, 1.0);

  switch (n)
    {
    case 2:
      weights[0] = 1.0 - x;
      weights[1] = x;
      return (AdainPoint) { x, 0.5 };

    case 3:
      return into_triangle (point, weights);

    default:
      weights[0] = (1.0 - x) * (1.0 - y);
      weights[1] = x * (1.0 - y);
      weights[2] = x * y;
      weights[3] = (1.0 - x) * y;
      return (AdainPoint) { x, y };
    }
}

AdainPoint
adain_blend_position (int n, const double *weights)
{
  AdainPoint point = { 0.0, 0.0 };
  double     sum = 0.0;

  for (int i = 0; i < n; i++)
    {
      AdainPoint corner = adain_blend_corner (n, i);

      point.x += weights[i] * corner.x;
      point.y += weights[i] * corner.y;
      sum += weights[i];
    }

  if (!(sum > 0.0))
    {
      const double equal[ADAIN_BLEND_MAX] = { 1.0, 1.0, 1.0, 1.0 };

      return adain_blend_position (n, equal);
    }

  return (AdainPoint) { point.x / sum, point.y / sum };
}
