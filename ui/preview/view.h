/* Which part of a picture is seen in an area of the screen: all of it, or one looked at closely.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * AdainView:
 * @picture_width: size of the picture in its own pixels
 * @area_width: size of the area in pixels of the screen
 * @zoom: 1 where the whole picture fits the area, more where a part fills it
 * @x: the point of the picture in the middle of the area, from 0, its left, to 1, its right edge
 * @y: the same, from top to bottom
 */
typedef struct
{
  double picture_width, picture_height;
  double area_width, area_height;
  double zoom;
  double x, y;
} AdainView;

/* Where the picture lies in the area, which it may exceed. */
typedef struct
{
  double x, y, width, height;
} AdainViewPlace;

/* Pixels of the screen for each pixel of the picture at which no closer look is to be had. */
#define ADAIN_VIEW_CLOSEST 2.0

void adain_view_init (AdainView *view, double picture_width, double picture_height);
void adain_view_set_area (AdainView *view, double width, double height);

/* Multiplies the zoom by @factor as far as that goes, and keeps the point at (@x, @y) of the area where it
 * is, if it can. */
void adain_view_zoom (AdainView *view, double factor, double x, double y);

/* Moves the picture by pixels of the screen, up to its edges. */
void adain_view_move (AdainView *view, double dx, double dy);

/* Pixels of the screen for each pixel of the picture. */
double adain_view_scale (const AdainView *view);

AdainViewPlace adain_view_place (const AdainView *view);

gboolean adain_view_can_zoom_in (const AdainView *view);
gboolean adain_view_can_zoom_out (const AdainView *view);

G_END_DECLS
