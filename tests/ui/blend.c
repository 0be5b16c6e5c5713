/* Positions on the style pad and weights: there and back, and outside the shape.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <math.h>

#include <glib.h>

#include "ui/styles/blend.h"

#define NEAR(a, b) g_assert_cmpfloat_with_epsilon (a, b, 1e-9)

static double
sum (const double *weights, int n)
{
  double total = 0.0;

  for (int i = 0; i < n; i++)
    {
      g_assert_cmpfloat (weights[i], >=, 0.0);
      g_assert_cmpfloat (weights[i], <=, 1.0);
      total += weights[i];
    }

  return total;
}

/* At a corner there is nothing but its style. */
static void
test_corners (void)
{
  for (int n = ADAIN_BLEND_MIN; n <= ADAIN_BLEND_MAX; n++)
    for (int corner = 0; corner < n; corner++)
      {
        double weights[ADAIN_BLEND_MAX];

        adain_blend_weights (n, adain_blend_corner (n, corner), weights);
        for (int i = 0; i < n; i++)
          NEAR (weights[i], i == corner ? 1.0 : 0.0);
      }
}

/* Every point comes back, and a point outside is moved to the edge. */
static void
test_round_trip (void)
{
  for (int n = ADAIN_BLEND_MIN; n <= ADAIN_BLEND_MAX; n++)
    for (double y = -0.5; y <= 1.5; y += 0.125)
      for (double x = -0.5; x <= 1.5; x += 0.125)
        {
          double     weights[ADAIN_BLEND_MAX];
          AdainPoint point = adain_blend_weights (n, (AdainPoint) { x, y }, weights);
          AdainPoint back = adain_blend_position (n, weights);

          NEAR (sum (weights, n), 1.0);
          NEAR (back.x, point.x);
          NEAR (back.y, point.y);
          if (n == 4 && x >= 0.0 && x <= 1.0 && y >= 0.0 && y <= 1.0)
            {
              NEAR (point.x, x);
              NEAR (point.y, y);
            }
        }
}

/* Weights of three styles come back, too, whatever their sum. */
static void
test_triangle (void)
{
  const double weights[] = { 0.4, 1.2, 0.4 };
  double       back[3];

  adain_blend_weights (3, adain_blend_position (3, weights), back);
  for (int i = 0; i < 3; i++)
    NEAR (back[i], weights[i] / 2.0);
}

/* Without any weight the handle rests in the middle. */
static void
test_nothing (void)
{
  const double weights[] = { 0.0, 0.0, 0.0, 0.0 };
  AdainPoint   point = adain_blend_position (4, weights);

  NEAR (point.x, 0.5);
  NEAR (point.y, 0.5);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/blend/corners", test_corners);
  g_test_add_func ("/blend/round-trip", test_round_trip);
  g_test_add_func ("/blend/triangle", test_triangle);
  g_test_add_func ("/blend/nothing", test_nothing);

  return g_test_run ();
}
