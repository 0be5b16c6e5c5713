/* From the features of a tile to its pixels.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "decode.h"

#include <math.h>
#include <string.h>

/* Decodes `rect`, which lies within the tile. */
static gboolean
decode (const AdainTile *tile, int worker, int decoder, const AdainTransform *transform,
        const AdainRect *rect, float *rgb, GCancellable *cancellable, GError **error)
{
  const AdainContent *content = tile->mixture->content;
  const AdainUnit    *unit = &content->unit;
  AdainRect seen = adain_grid_grow (&content->grid, rect, adain_engine_decoder_halo (content->engine));
  AdainRect from = { seen.x - tile->x, seen.y - tile->y, seen.width, seen.height };
  AdainRect keep = { rect->x - seen.x, rect->y - seen.y, rect->width, rect->height };

  return unit->class->decode (unit->backend, worker, decoder, tile->features, &from, &keep, transform, seen.x,
                              seen.y, rgb, cancellable, error);
}

/* Of a decoder in a cell. */
static float
share_of_cell (const AdainMixture *mixture, int decoder, int x, int y)
{
  const AdainTransform *transform = mixture->transform;
  gsize                 cells = (gsize) transform->width * transform->height;
  gsize                 cell = (gsize) y * transform->width + x;
  float                 share = 0;

  for (int k = 0; k < transform->n; k++)
    if (mixture->decoders[k] == decoder)
      share += transform->shares[k * cells + cell];
  return share;
}

/* What of the tile a decoder has a share in, as a rectangle of cells; without width: nothing. A cell's share reaches
 * to the centers of its neighbors. */
static AdainRect
find_reach (const AdainTile *tile, int decoder)
{
  const AdainRect *rect = &tile->rect;
  AdainRect        around = adain_grid_grow (&tile->mixture->content->grid, rect, 1);
  int              left = G_MAXINT, right = -1, top = G_MAXINT, bottom = -1;

  for (int y = around.y; y < around.y + around.height; y++)
    for (int x = around.x; x < around.x + around.width; x++)
      if (share_of_cell (tile->mixture, decoder, x, y) > 0)
        {
          left = MIN (left, x);
          right = MAX (right, x);
          top = MIN (top, y);
          bottom = y;
        }
  if (right < 0)
    return (AdainRect) { 0 };
  left = MAX (left - 1, rect->x);
  top = MAX (top - 1, rect->y);
  right = MIN (right + 1, rect->x + rect->width - 1);
  bottom = MIN (bottom + 1, rect->y + rect->height - 1);
  return (AdainRect) { left, top, right - left + 1, bottom - top + 1 };
}

/* Between the centers of which cells a pixel lies, and how far on the way. */
static int
cell_before (int pixel, float *way)
{
  float cell = (pixel + 0.5f) / ADAIN_CELL - 0.5f;
  int   before = floorf (cell);

  *way = cell - before;
  return before;
}

static float
between (float a, float b, float way)
{
  return a + way * (b - a);
}

/* Of a decoder in the column of cells `x`, at the height of a row of pixels. */
static float
share_of_column (const AdainMixture *mixture, int decoder, int x, int row)
{
  const AdainTransform *transform = mixture->transform;
  float                 way;
  int                   y = cell_before (row, &way);

  x = CLAMP (x, 0, transform->width - 1);
  return between (share_of_cell (mixture, decoder, x, MAX (y, 0)),
                  share_of_cell (mixture, decoder, x, MIN (y + 1, transform->height - 1)), way);
}

/* Adds a decoder's share of one row of pixels, beginning at the cell `first`. */
static void
add_row (const AdainMixture *mixture, int decoder, int first, int row, const float *decoded, int n,
         float *rgb)
{
  int   before = G_MININT;
  float left = 0, right = 0;

  for (int i = 0; i < n; i++)
    {
      float way, share;
      int   x = cell_before (first * ADAIN_CELL + i, &way);

      if (x != before)
        {
          left = share_of_column (mixture, decoder, x, row);
          right = share_of_column (mixture, decoder, x + 1, row);
          before = x;
        }
      share = between (left, right, way);
      for (int c = 0; c < 3; c++)
        rgb[3 * i + c] += share * decoded[3 * i + c];
    }
}

static void
add (const AdainTile *tile, int decoder, const AdainRect *rect, const float *decoded, float *rgb)
{
  int width = rect->width * ADAIN_CELL, pitch = tile->rect.width * ADAIN_CELL;

  rgb += ((gsize) (rect->y - tile->rect.y) * pitch + (rect->x - tile->rect.x)) * ADAIN_CELL * 3;
  for (int y = 0; y < rect->height * ADAIN_CELL; y++)
    add_row (tile->mixture, decoder, rect->x, rect->y * ADAIN_CELL + y, decoded + (gsize) y * width * 3,
             width, rgb + (gsize) y * pitch * 3);
}

gboolean
adain_tile_decode (const AdainTile *tile, int worker, const AdainTransform *transform, float *rgb,
                   float *scratch, GCancellable *cancellable, GError **error)
{
  const AdainMixture   *mixture = tile->mixture;
  int                   n = mixture->n_decoders, present = 0, last = 0;
  g_autofree AdainRect *reaches = g_new (AdainRect, n);

  for (int d = 0; d < n && n > 1; d++)
    {
      reaches[d] = find_reach (tile, d);
      if (reaches[d].width > 0)
        {
          present++;
          last = d;
        }
    }
  if (present <= 1)
    return decode (tile, worker, last, transform, &tile->rect, rgb, cancellable, error);
  memset (rgb, 0,
          (gsize) tile->rect.width * tile->rect.height * ADAIN_CELL * ADAIN_CELL * 3 * sizeof (float));
  for (int d = 0; d < n; d++)
    {
      if (reaches[d].width == 0)
        continue;
      if (!decode (tile, worker, d, transform, &reaches[d], scratch, cancellable, error))
        return FALSE;
      add (tile, d, &reaches[d], scratch, rgb);
    }
  return TRUE;
}
