/* Cutting a rectangle into tiles.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "adain.h"

G_BEGIN_DECLS

/* Numbers are cells, or pixels where a grid is of pixels. */
typedef struct
{
  int width, height;
  int tile_width, tile_height;
  int columns, rows;
} AdainGrid;

void      adain_grid_init (AdainGrid *grid, int width, int height, int tile_width, int tile_height);
AdainRect adain_grid_tile (const AdainGrid *grid, int index);

/* `rect` and `margin` cells around it, as far as the picture goes. */
AdainRect adain_grid_grow (const AdainGrid *grid, const AdainRect *rect, int margin);

static inline int
adain_grid_tiles (const AdainGrid *grid)
{
  return grid->columns * grid->rows;
}

G_END_DECLS
