/* The regions of a picture on the grid of its features.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "regions.h"

#include <math.h>
#include <string.h>

#include <glib/gi18n-lib.h>

#include "error.h"
#include "network.h"
#include "picture.h"

/* Rows of the picture that are read at a time. */
#define BAND 32

/* An area counts if its cells weigh as much as this. */
#define MIN_WEIGHT 1e-6

/* One dimension of the reduction: pixel i lies in cell[i] with the share `part[i]` of itself, and in the next
 * with the rest of it. */
typedef struct
{
  int   *cell;
  float *part;
} Axis;

typedef struct
{
  AdainRegions *regions;
  Axis          columns, rows;
  int           cells_across, cells_down; /* that have a part in the picture; others are padding */
  float        *rows_read;    /* of one band, for each region, what none covers and the protection */
  float        *row;          /* of cells */
  float        *sums, *areas; /* for each plane, the cells; and what all of them would be at most */
} Reduction;

/* `n` pixels, of which the network sees `work`. */
static gboolean
init_axis (Axis *axis, int n, int work)
{
  double side = (double) n / work * ADAIN_CELL;

  axis->cell = g_try_new (int, n);
  axis->part = g_try_new (float, n);
  if (!axis->cell || !axis->part)
    return FALSE;
  for (int i = 0; i < n; i++)
    {
      axis->cell[i] = i / side;
      axis->part[i] = MIN ((axis->cell[i] + 1) * side - i, 1);
      if (axis->cell[i] == (work - 1) / ADAIN_CELL)
        axis->part[i] = 1;
    }
  return TRUE;
}

static void
clear_axis (Axis *axis)
{
  g_free (axis->cell);
  g_free (axis->part);
}

/* Planes are the regions, what none covers, and the protection. */
static int
planes (const AdainSource *source)
{
  return source->n_regions + 2;
}

/* Reads all planes of a band, one after another. */
static gboolean
read_band (Reduction *self, const AdainRect *band, GMutex *lock, GError **error)
{
  const AdainSource *source = self->regions->source;
  gsize              n = (gsize) band->width * band->height;
  float             *rest = self->rows_read + source->n_regions * n, *protection = rest + n;

  for (gsize i = 0; i < n; i++)
    rest[i] = 1;
  for (int r = 0; r < source->n_regions; r++)
    {
      float *plane = self->rows_read + r * n;

      if (!source->regions[r].read)
        memset (plane, 0, n * sizeof (float));
      else if (!adain_region_read (&source->regions[r], lock, band, plane, error))
        return FALSE;
      for (gsize i = 0; i < n; i++)
        rest[i] = MAX (rest[i] - plane[i], 0);
    }
  if (source->protection)
    return adain_region_read (source->protection, lock, band, protection, error);
  memset (protection, 0, n * sizeof (float));
  return TRUE;
}

/* Adds a row of pixels (NULL: of ones) to the rows of cells that it lies in. */
static void
add_row (Reduction *self, int y, const float *pixels, float *sums)
{
  int width = self->regions->width, cell = self->rows.cell[y];

  memset (self->row, 0, width * sizeof (float));
  for (int x = 0; x < self->regions->source->width; x++)
    {
      float value = pixels ? pixels[x] : 1, part = self->columns.part[x];

      self->row[self->columns.cell[x]] += part * value;
      if (part < 1)
        self->row[self->columns.cell[x] + 1] += (1 - part) * value;
    }
  for (int x = 0; x < self->cells_across; x++)
    {
      sums[(gsize) cell * width + x] += self->rows.part[y] * self->row[x];
      if (self->rows.part[y] < 1)
        sums[(gsize) (cell + 1) * width + x] += (1 - self->rows.part[y]) * self->row[x];
    }
}

static gboolean
reduce (Reduction *self, GMutex *lock, GCancellable *cancellable, GError **error)
{
  AdainRegions      *regions = self->regions;
  const AdainSource *source = regions->source;
  gsize              cells = (gsize) regions->width * regions->height;

  for (int y = 0; y < source->height; y += BAND)
    {
      AdainRect band = { 0, y, source->width, MIN (BAND, source->height - y) };
      gsize     n = (gsize) band.width * band.height;

      if (g_cancellable_set_error_if_cancelled (cancellable, error) || !read_band (self, &band, lock, error))
        return FALSE;
      for (int row = 0; row < band.height; row++)
        {
          for (int p = 0; p < planes (source); p++)
            add_row (self, y + row, self->rows_read + p * n + (gsize) row * band.width,
                     self->sums + p * cells);
          add_row (self, y + row, NULL, self->areas);
        }
    }
  /* What is 1 everywhere has been summed like its area, and becomes 1 again. */
  for (int p = 0; p < planes (source); p++)
    for (int i = 0; i < regions->height; i++)
      for (int j = 0; j < regions->width; j++)
        {
          gsize from = (gsize) MIN (i, self->cells_down - 1) * regions->width
                       + MIN (j, self->cells_across - 1);
          float *cell = self->sums + p * cells + (gsize) i * regions->width + j;

          *cell = i < self->cells_down && j < self->cells_across ? *cell / self->areas[from]
                                                                 : self->sums[p * cells + from];
        }
  return TRUE;
}

static gboolean
is_full (const float *plane, gsize n)
{
  for (gsize i = 0; i < n; i++)
    if (plane[i] != 1)
      return FALSE;
  return TRUE;
}

/* Adds the area of the region (or rest) `r`, unless nothing of it is seen or another region is the same.
 * FALSE if there is no memory. */
static gboolean
add_area (Reduction *self, int r, const float *visible)
{
  AdainRegions *regions = self->regions;
  gsize         cells = (gsize) regions->width * regions->height;
  const float  *plane = self->sums + r * cells,
              *protection = self->sums + (regions->source->n_regions + 1) * cells;
  float     *weights = regions->weights + regions->n * cells;
  gboolean   full = is_full (plane, cells);
  double     sum = 0;
  AdainArea *area = &regions->areas[regions->n];

  regions->area[r] = -1;
  for (gsize i = 0; i < cells; i++)
    {
      weights[i] = plane[i] * (1 - protection[i]) * (visible ? visible[i] : 1);
      sum += weights[i];
    }
  if (sum < MIN_WEIGHT)
    return TRUE;
  for (int a = 0; a < regions->n; a++)
    {
      const float *cover = regions->areas[a].cover;

      if (full ? !cover : cover && memcmp (cover, plane, cells * sizeof (float)) == 0)
        {
          regions->area[r] = a;
          return TRUE;
        }
    }
  area->region = r;
  if (!full && !(area->cover = g_try_new (float, cells)))
    return FALSE;
  if (!full)
    memcpy (area->cover, plane, cells * sizeof (float));
  regions->area[r] = regions->n++;
  return TRUE;
}

static gboolean
add_areas (Reduction *self, const AdainSurvey *survey, GError **error)
{
  AdainRegions *regions = self->regions;
  int           n = regions->source->n_regions;
  gsize         cells = (gsize) regions->width * regions->height;
  const float  *protection = self->sums + (n + 1) * cells;
  gboolean protected = FALSE;

  regions->weights = g_try_new (float, (n + 1) * cells);
  if (!regions->weights)
    return adain_no_memory_for_picture (error);
  for (int r = 0; r <= n; r++)
    if (!add_area (self, r, survey->weights))
      return adain_no_memory_for_picture (error);
  for (gsize i = 0; i < cells; i++)
  protected |= protection[i] > 0;
  /* Then these are the survey's, and the picture is as it would be without regions. */
  if (!protected && regions->n == 1 && !regions->areas[0].cover)
    g_clear_pointer (&regions->weights, g_free);
  return TRUE;
}

/* One area, which is all of the picture. */
static void
add_everything (AdainRegions *regions)
{
  regions->areas[0].region = 0;
  regions->area[0] = 0;
  regions->n = 1;
}

gboolean
adain_regions_init (AdainRegions *regions, const AdainSource *source, const AdainSurvey *survey,
                    int work_width, int work_height, GMutex *lock, GCancellable *cancellable, GError **error)
{
  int       n = source->n_regions;
  gsize     cells = (gsize) survey->width * survey->height;
  Reduction self = { .regions = regions };
  gboolean  ok;

  *regions = (AdainRegions) { source, survey->width, survey->height };
  regions->areas = g_new0 (AdainArea, n + 1);
  regions->area = g_new0 (int, n + 1);
  if (n == 0 && !source->protection)
    {
      add_everything (regions);
      return TRUE;
    }
  self.cells_across = (work_width + ADAIN_CELL - 1) / ADAIN_CELL;
  self.cells_down = (work_height + ADAIN_CELL - 1) / ADAIN_CELL;
  self.rows_read = g_try_new (float, (gsize) planes (source) * BAND * source->width);
  self.row = g_try_new (float, survey->width);
  self.sums = g_try_new0 (float, planes (source) * cells);
  self.areas = g_try_new0 (float, cells);
  ok = init_axis (&self.columns, source->width, work_width);
  ok = init_axis (&self.rows, source->height, work_height) && ok;
  ok = ok && self.rows_read && self.row && self.sums && self.areas;
  ok = (ok || adain_no_memory_for_picture (error)) && reduce (&self, lock, cancellable, error)
       && add_areas (&self, survey, error);
  clear_axis (&self.columns);
  clear_axis (&self.rows);
  g_free (self.rows_read);
  g_free (self.row);
  g_free (self.sums);
  g_free (self.areas);
  return ok;
}

void
adain_regions_clear (AdainRegions *regions)
{
  for (int i = 0; i < regions->n; i++)
    g_free (regions->areas[i].cover);
  g_free (regions->areas);
  g_free (regions->area);
  g_free (regions->weights);
  *regions = (AdainRegions) { 0 };
}
