/* One look over a whole picture before it is encoded: palette, visibility, and a fill for what is hidden
 * or not selected.
 *
 * Such pixels must hold some color when the network sees them, and it bleeds 30 px into what is
 * visible. They get the color of their visible surroundings, by the pull-push algorithm on the cell
 * grid (Gortler et al., "The lumigraph", 1996). Those that are not selected have colors of their own, but
 * statistics of another area would turn these into something far outside what the decoder knows.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "survey.h"

#include <string.h>

#include <glib/gi18n-lib.h>

#include "backend.h"
#include "budget.h"
#include "error.h"
#include "grid.h"
#include "machine.h"
#include "picture.h"
#include "pool.h"

/* Rows of cells that one thread looks at at a time. */
#define BAND 4

/* Pixels, counted by how visible they are, that a picture has at least: with less, the sums of single
 * precision become 0. */
#define MIN_WEIGHT 1e-6

/* Sums of weight, w * v and w * v v'. */
typedef struct
{
  double weight, sum[3], product[3][3];
} PaletteSums;

/* What is seen of one band. */
typedef struct
{
  PaletteSums sums;
  gboolean    weighted; /* some pixel counts less than 1 */
} Band;

typedef struct
{
  AdainSurvey       *survey;
  const AdainSource *source;
  GMutex             lock;
  float             *colors; /* for each cell R'G'B' times visibility, and visibility, summed; NULL: only the
                                palette is wanted */
  AdainGrid          grid;   /* bands, in cells */
  Band              *bands;
} Look;

static void
add_to_palette (PaletteSums *palette, const float *rgba, const float *mask, int n)
{
  PaletteSums sums = *palette;

  for (int i = 0; i < n; i++, rgba += 4)
    {
      double w = (double) rgba[3] * mask[i];

      sums.weight += w;
      for (int a = 0; a < 3; a++)
        {
          sums.sum[a] += w * rgba[a];
          for (int b = a; b < 3; b++)
            sums.product[a][b] += w * rgba[a] * rgba[b];
        }
    }
  *palette = sums;
}

static void
merge_palettes (PaletteSums *sums, const PaletteSums *more)
{
  sums->weight += more->weight;
  for (int a = 0; a < 3; a++)
    {
      sums->sum[a] += more->sum[a];
      for (int b = a; b < 3; b++)
        sums->product[a][b] += more->product[a][b];
    }
}

static gboolean
finish_palette (AdainPalette *palette, const PaletteSums *sums, GError **error)
{
  if (sums->weight < MIN_WEIGHT)
    {
      g_set_error_literal (error, ADAIN_ERROR, ADAIN_ERROR_PICTURE,
                           _ ("Nothing of the picture is visible or selected"));
      return FALSE;
    }
  for (int a = 0; a < 3; a++)
    palette->mean[a] = sums->sum[a] / sums->weight;
  for (int a = 0; a < 3; a++)
    for (int b = 0; b < 3; b++)
      palette->covariance[a][b] = sums->product[MIN (a, b)][MAX (a, b)] / sums->weight
                                  - palette->mean[a] * palette->mean[b];
  return TRUE;
}

/* Adds a row of 8 x 8 pixel blocks: the mean weight of each, and its color times visibility. */
static void
add_cells (Look *look, Band *band, int row, const float *rgba, const float *mask)
{
  int width = look->survey->width;

  for (int y = 0; y < ADAIN_CELL; y++)
    for (int cell = 0; cell < width; cell++)
      {
        gsize i = (gsize) row * width + cell;
        float weight = look->survey->weights[i], color[4];

        memcpy (color, look->colors + 4 * i, sizeof color);
        for (int x = 0; x < ADAIN_CELL; x++, rgba += 4, mask++)
          {
            float visible = rgba[3] * *mask;

            weight += visible * (1.0f / (ADAIN_CELL * ADAIN_CELL));
            band->weighted |= visible < 1;
            for (int c = 0; c < 3; c++)
              color[c] += rgba[c] * visible;
            color[3] += visible;
          }
        look->survey->weights[i] = weight;
        memcpy (look->colors + 4 * i, color, sizeof color);
      }
}

/* Fills `colors`, multiplied by a visibility of 0 to 1, up to visibility 1. Each coarser level sums 2 x 2 cells of
 * the one before (pull); what is missing then comes from the coarser level (push). */
static gboolean
pull_push (float *colors, int width, int height)
{
  int               coarse_width = (width + 1) / 2, coarse_height = (height + 1) / 2;
  gsize             n = (gsize) coarse_width * coarse_height;
  g_autofree float *coarse = NULL;

  if (width == 1 && height == 1)
    {
      for (int c = 0; c < 4; c++)
        colors[c] /= colors[3];
      return TRUE;
    }
  coarse = g_try_new0 (float, n * 4);
  if (!coarse)
    return FALSE;
  for (int y = 0; y < height; y++)
    for (int x = 0; x < width; x++)
      for (int c = 0; c < 4; c++)
        coarse[((gsize) (y / 2) * coarse_width + x / 2) * 4 + c] += colors[((gsize) y * width + x) * 4 + c];
  for (gsize i = 0; i < n; i++)
    if (coarse[4 * i + 3] > 1)
      {
        float alpha = coarse[4 * i + 3];

        for (int c = 0; c < 4; c++)
          coarse[4 * i + c] /= alpha;
      }
  if (!pull_push (coarse, coarse_width, coarse_height))
    return FALSE;
  for (int y = 0; y < height; y++)
    for (int x = 0; x < width; x++)
      {
        float *color = colors + ((gsize) y * width + x) * 4;
        float  missing = 1 - color[3];

        for (int c = 0; c < 4; c++)
          color[c] += missing * coarse[((gsize) (y / 2) * coarse_width + x / 2) * 4 + c];
      }
  return TRUE;
}

/* Turns the cells' premultiplied sums into the fill. */
static gboolean
make_fill (AdainSurvey *survey, float *colors)
{
  gsize n = (gsize) survey->width * survey->height;

  for (gsize i = 0; i < 4 * n; i++)
    colors[i] *= 1.0f / (ADAIN_CELL * ADAIN_CELL);
  survey->fill = g_try_new (float, 3 * n);
  if (!survey->fill || !pull_push (colors, survey->width, survey->height))
    return FALSE;
  for (gsize i = 0; i < n; i++)
    memcpy (survey->fill + 3 * i, colors + 4 * i, 3 * sizeof (float));
  return TRUE;
}

static gboolean
look_at_band (int worker, int index, gpointer user_data, GError **error)
{
  Look             *look = user_data;
  Band             *band = &look->bands[index];
  AdainRect         cells = adain_grid_tile (&look->grid, index);
  AdainRect         rect = { 0, cells.y * ADAIN_CELL, cells.width * ADAIN_CELL, cells.height * ADAIN_CELL };
  g_autofree float *rgba = g_try_new (float, rect.width * (gsize) rect.height * 4);
  g_autofree float *mask = g_try_new (float, rect.width * (gsize) rect.height);
  gsize             row = (gsize) rect.width * ADAIN_CELL;

  if (!rgba || !mask)
    return adain_no_memory_for_picture (error);
  if (!adain_picture_read_padded (look->source, &look->lock, &rect, rgba, mask, error))
    return FALSE;
  for (int i = 0; look->colors && i < cells.height; i++)
    add_cells (look, band, cells.y + i, rgba + i * row * 4, mask + i * row);
  for (int y = 0; y < rect.height && rect.y + y < look->source->height; y++)
    add_to_palette (&band->sums, rgba + (gsize) y * rect.width * 4, mask + (gsize) y * rect.width,
                    look->source->width);
  return TRUE;
}

/* Looks at all bands and puts together what was seen of them; `weighted`: some pixel counts less than 1. */
static gboolean
look_over (Look *look, gboolean *weighted, int threads, GCancellable *cancellable, GError **error)
{
  AdainReport report = { .cancellable = cancellable };
  PaletteSums sums = { 0 };
  int         n;
  gboolean    ok;

  adain_grid_init (&look->grid, look->survey->width, look->survey->height, look->survey->width, BAND);
  n = adain_grid_tiles (&look->grid);
  look->bands = g_new0 (Band, n);
  g_mutex_init (&look->lock);
  ok = adain_pool_run (n, threads, look_at_band, look, &report, error);
  *weighted = FALSE;
  for (int i = 0; i < n; i++)
    {
      merge_palettes (&sums, &look->bands[i].sums);
      *weighted |= look->bands[i].weighted;
    }
  g_mutex_clear (&look->lock);
  g_free (look->bands);
  look->survey->weight = sums.weight;
  return ok && finish_palette (&look->survey->palette, &sums, error);
}

static void
survey_init (AdainSurvey *survey, const AdainSource *source)
{
  *survey = (AdainSurvey) { .width = adain_padded_side (source->width) / ADAIN_CELL,
                            .height = adain_padded_side (source->height) / ADAIN_CELL };
}

gboolean
adain_survey (AdainSurvey *survey, const AdainSource *source, gsize *budget, int threads,
              GCancellable *cancellable, GError **error)
{
  Look     look = { survey, source };
  gsize    n;
  gboolean weighted, ok;

  if (!adain_picture_check (source, error))
    return FALSE;
  survey_init (survey, source);
  n = (gsize) survey->width * survey->height;
  if (adain_budget_survey (n) >= *budget)
    return adain_no_memory_for_picture (error);
  survey->weights = g_try_new0 (float, n);
  look.colors = g_try_new0 (float, n * 4);
  ok = (survey->weights && look.colors) || adain_no_memory_for_picture (error);
  ok = ok && look_over (&look, &weighted, threads, cancellable, error);
  if (ok && weighted)
    {
      adain_budget_take (budget, adain_budget_survey_kept (n));
      ok = make_fill (survey, look.colors) || adain_no_memory_for_picture (error);
    }
  if (!ok || !weighted)
    adain_survey_clear (survey);
  g_free (look.colors);
  return ok;
}

void
adain_survey_clear (AdainSurvey *survey)
{
  g_clear_pointer (&survey->weights, g_free);
  g_clear_pointer (&survey->fill, g_free);
}

/* The fill at a pixel, interpolated between the centres of cells. */
static void
fill_at (const AdainSurvey *survey, int x, int y, float out[3])
{
  float        u = CLAMP ((x + 0.5f) / ADAIN_CELL - 0.5f, 0, survey->width - 1);
  float        v = CLAMP ((y + 0.5f) / ADAIN_CELL - 0.5f, 0, survey->height - 1);
  int          x0 = u, y0 = v, x1 = MIN (x0 + 1, survey->width - 1), y1 = MIN (y0 + 1, survey->height - 1);
  const float *top = survey->fill + 3 * (gsize) y0 * survey->width;
  const float *bottom = survey->fill + 3 * (gsize) y1 * survey->width;

  u -= x0;
  v -= y0;
  for (int c = 0; c < 3; c++)
    out[c] = (1 - v) * ((1 - u) * top[3 * x0 + c] + u * top[3 * x1 + c])
             + v * ((1 - u) * bottom[3 * x0 + c] + u * bottom[3 * x1 + c]);
}

void
adain_survey_flatten (const AdainSurvey *survey, const AdainRect *rect, const float *rgba, const float *mask,
                      float *rgb)
{
  for (int y = 0; y < rect->height; y++)
    for (int x = 0; x < rect->width; x++, rgba += 4, rgb += 3)
      {
        float visible = rgba[3], fill[3];

        if (mask)
          visible *= *mask++;
        memcpy (rgb, rgba, 3 * sizeof (float));
        if (!survey->fill || visible >= 1)
          continue;
        fill_at (survey, rect->x + x, rect->y + y, fill);
        for (int c = 0; c < 3; c++)
          rgb[c] = visible * rgb[c] + (1 - visible) * fill[c];
      }
}

gboolean
adain_source_palette (const AdainSource *source, AdainPalette *palette, GCancellable *cancellable,
                      GError **error)
{
  AdainSurvey survey;
  Look        look = { &survey, source };
  gboolean    weighted;

  if (!adain_picture_check (source, error))
    return FALSE;
  survey_init (&survey, source);
  if (!look_over (&look, &weighted, adain_machine_processors (), cancellable, error))
    return FALSE;
  *palette = survey.palette;
  return TRUE;
}
