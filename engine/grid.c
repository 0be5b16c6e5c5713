/* Cutting a rectangle into tiles.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "grid.h"

void
adain_grid_init (AdainGrid *grid, int width, int height, int tile_width, int tile_height)
{
  grid->width = width;
  grid->height = height;
  grid->tile_width = MIN (tile_width, width);
  grid->tile_height = MIN (tile_height, height);
  grid->columns = (width + grid->tile_width - 1) / grid->tile_width;
  grid->rows = (height + grid->tile_height - 1) / grid->tile_height;
}

AdainRect
adain_grid_tile (const AdainGrid *grid, int index)
{
  int x = index % grid->columns * grid->tile_width, y = index / grid->columns * grid->tile_height;

  return (AdainRect) { x, y, MIN (grid->tile_width, grid->width - x),
                       MIN (grid->tile_height, grid->height - y) };
}

AdainRect
adain_grid_grow (const AdainGrid *grid, const AdainRect *rect, int margin)
{
  int left = MAX (rect->x - margin, 0), top = MAX (rect->y - margin, 0);
  int right = MIN (rect->x + rect->width + margin, grid->width);
  int bottom = MIN (rect->y + rect->height + margin, grid->height);

  return (AdainRect) { left, top, right - left, bottom - top };
}
