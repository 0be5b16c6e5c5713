/* Which part of a picture is seen in an area of the screen: all of it, or one looked at closely.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "ui/preview/view.h"

/* The scale at which the whole picture fits. */
static double
fitting_scale (const AdainView *view)
{
  return MIN (view->area_width / view->picture_width, view->area_height / view->picture_height);
}

double
adain_view_scale (const AdainView *view)
{
  return view->zoom * fitting_scale (view);
}

static double
closest_zoom (const AdainView *view)
{
  return MAX (1.0, ADAIN_VIEW_CLOSEST / fitting_scale (view));
}

/* The middle of the area, in one direction: that of a picture that fits, or as near to an edge as leaves
 * nothing of the area empty. */
static double
clamp_middle (double middle, double picture, double area)
{
  double half = 0.5 * area / picture;

  return half >= 0.5 ? 0.5 : CLAMP (middle, half, 1.0 - half);
}

static void
clamp_view (AdainView *view)
{
  double scale;

  view->zoom = CLAMP (view->zoom, 1.0, closest_zoom (view));
  scale = adain_view_scale (view);
  view->x = clamp_middle (view->x, view->picture_width * scale, view->area_width);
  view->y = clamp_middle (view->y, view->picture_height * scale, view->area_height);
}

void
adain_view_init (AdainView *view, double picture_width, double picture_height)
{
  *view = (AdainView) { picture_width, picture_height, picture_width, picture_height, 1.0, 0.5, 0.5 };
}

void
adain_view_set_area (AdainView *view, double width, double height)
{
  view->area_width = width;
  view->area_height = height;
  clamp_view (view);
}

void
adain_view_zoom (AdainView *view, double factor, double x, double y)
{
  double right = x - view->area_width / 2, below = y - view->area_height / 2;
  double before = adain_view_scale (view), after;

  view->zoom = CLAMP (view->zoom * factor, 1.0, closest_zoom (view));
  after = adain_view_scale (view);
  view->x += right * (1.0 / before - 1.0 / after) / view->picture_width;
  view->y += below * (1.0 / before - 1.0 / after) / view->picture_height;
  clamp_view (view);
}

void
adain_view_move (AdainView *view, double dx, double dy)
{
  double scale = adain_view_scale (view);

  view->x -= dx / (view->picture_width * scale);
  view->y -= dy / (view->picture_height * scale);
  clamp_view (view);
}

AdainViewPlace
adain_view_place (const AdainView *view)
{
  double         scale = adain_view_scale (view);
  AdainViewPlace place = { 0.0, 0.0, view->picture_width * scale, view->picture_height * scale };

  place.x = view->area_width / 2 - view->x * place.width;
  place.y = view->area_height / 2 - view->y * place.height;

  return place;
}

gboolean
adain_view_can_zoom_in (const AdainView *view)
{
  return view->zoom < closest_zoom (view);
}

gboolean
adain_view_can_zoom_out (const AdainView *view)
{
  return view->zoom > 1.0;
}
