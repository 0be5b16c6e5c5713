/* The part of a picture that the preview shows: fitting, zooming at a point, moving up to the edges.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <glib.h>

#include "ui/preview/view.h"

#define NEAR(a, b) g_assert_cmpfloat_with_epsilon (a, b, 1e-9)

static const double sizes[][4] = {
  /* picture, area */
  { 2048, 1365, 528, 340 }, { 1365, 2048, 528, 340 }, { 2048, 2048, 1600, 900 },
  { 2048, 3, 528, 340 },    { 100, 80, 528, 340 },    { 1, 1, 528, 340 },
};

static AdainView
new_view (const double *size)
{
  AdainView view;

  adain_view_init (&view, size[0], size[1]);
  adain_view_set_area (&view, size[2], size[3]);

  return view;
}

/* The point of the picture that is seen at a point of the area. */
static void
point_at (const AdainView *view, double x, double y, double *picture_x, double *picture_y)
{
  AdainViewPlace place = adain_view_place (view);

  *picture_x = (x - place.x) / place.width;
  *picture_y = (y - place.y) / place.height;
}

/* Wherever the picture is larger than the area it fills it, and elsewhere it is in the middle. */
static void
check (const AdainView *view)
{
  AdainViewPlace place = adain_view_place (view);

  NEAR (place.width / place.height, view->picture_width / view->picture_height);
  if (place.width > view->area_width)
    {
      g_assert_cmpfloat (place.x, <=, 1e-9);
      g_assert_cmpfloat (place.x + place.width, >=, view->area_width - 1e-9);
    }
  else
    {
      NEAR (place.x + place.width / 2, view->area_width / 2);
    }
  if (place.height > view->area_height)
    {
      g_assert_cmpfloat (place.y, <=, 1e-9);
      g_assert_cmpfloat (place.y + place.height, >=, view->area_height - 1e-9);
    }
  else
    {
      NEAR (place.y + place.height / 2, view->area_height / 2);
    }
}

static void
test_fits (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (sizes); i++)
    {
      AdainView      view = new_view (sizes[i]);
      AdainViewPlace place = adain_view_place (&view);

      check (&view);
      g_assert_cmpfloat (place.width, <=, view.area_width + 1e-9);
      g_assert_cmpfloat (place.height, <=, view.area_height + 1e-9);
      g_assert_true (place.width > view.area_width - 1e-9 || place.height > view.area_height - 1e-9);
      g_assert_false (adain_view_can_zoom_out (&view));
    }
}

/* What is under the pointer stays there, unless an edge of the picture is in the way. */
static void
test_zoom (void)
{
  AdainView view = new_view (sizes[0]);
  double    x, y, new_x, new_y;

  adain_view_zoom (&view, 2.0, 264.0, 170.0);
  check (&view);
  NEAR (view.zoom, 2.0);
  NEAR (view.x, 0.5);

  point_at (&view, 200.0, 120.0, &x, &y);
  adain_view_zoom (&view, 1.5, 200.0, 120.0);
  point_at (&view, 200.0, 120.0, &new_x, &new_y);
  check (&view);
  NEAR (new_x, x);
  NEAR (new_y, y);
  g_assert_true (adain_view_can_zoom_out (&view));
}

/* In to two pixels for each, and out to the whole, from anywhere. */
static void
test_limits (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (sizes); i++)
    {
      AdainView view = new_view (sizes[i]);
      double    fitting = adain_view_scale (&view);

      for (int n = 0; n < 40; n++)
        {
          adain_view_zoom (&view, 1.4, 10.0, 300.0);
          check (&view);
        }
      g_assert_false (adain_view_can_zoom_in (&view));
      NEAR (adain_view_scale (&view), MAX (fitting, ADAIN_VIEW_CLOSEST));
      for (int n = 0; n < 40; n++)
        {
          adain_view_zoom (&view, 1 / 1.4, 500.0, 20.0);
          check (&view);
        }
      g_assert_false (adain_view_can_zoom_out (&view));
      NEAR (adain_view_scale (&view), fitting);
    }
}

static void
test_move (void)
{
  AdainView      view = new_view (sizes[0]);
  AdainViewPlace before, after;

  adain_view_zoom (&view, 3.0, 264.0, 170.0);
  before = adain_view_place (&view);
  adain_view_move (&view, -20.0, 10.0);
  after = adain_view_place (&view);
  NEAR (after.x - before.x, -20.0);
  NEAR (after.y - before.y, 10.0);

  adain_view_move (&view, 1e6, -1e6);
  check (&view);
  after = adain_view_place (&view);
  NEAR (after.x, 0.0);
  NEAR (after.y + after.height, view.area_height);
}

/* A window that grows takes the limits along. */
static void
test_area (void)
{
  AdainView view = new_view (sizes[0]);

  for (int n = 0; n < 40; n++)
    adain_view_zoom (&view, 1.4, 0.0, 0.0);
  adain_view_set_area (&view, 2500.0, 1600.0);
  check (&view);
  NEAR (adain_view_scale (&view), ADAIN_VIEW_CLOSEST);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/view/fits", test_fits);
  g_test_add_func ("/view/zoom", test_zoom);
  g_test_add_func ("/view/limits", test_limits);
  g_test_add_func ("/view/move", test_move);
  g_test_add_func ("/view/area", test_area);

  return g_test_run ();
}
