/* One look over a whole picture before it is encoded: palette, visibility, and a fill for what is hidden.
 *
 * Hidden pixels must hold some colour when the network sees them, and it bleeds 30 px into what is
 * visible. They get the colour of their visible surroundings, by the pull-push algorithm on the cell
 * grid (Gortler et al., "The lumigraph", 1996).
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "survey.h"

#include <string.h>

#include <glib/gi18n-lib.h>

#include "backend.h"
#include "picture.h"

/* Sums of weight, w * v and w * v v'. */
typedef struct
{
  double weight, sum[3], product[3][3];
} PaletteSums;

static void
add_to_palette (PaletteSums *sums, const float *rgba, const float *mask, int n)
{
  for (int i = 0; i < n; i++, rgba += 4)
    {
      double w = (double) rgba[3] * mask[i];

      sums->weight += w;
      for (int a = 0; a < 3; a++)
        {
          sums->sum[a] += w * rgba[a];
          for (int b = a; b < 3; b++)
            sums->product[a][b] += w * rgba[a] * rgba[b];
        }
    }
}

static gboolean
finish_palette (AdainPalette *palette, const PaletteSums *sums, GError **error)
{
  if (sums->weight <= 0)
    {
      g_set_error_literal (error, ADAIN_ERROR, ADAIN_ERROR_PICTURE,
                           _("Nothing of the picture is visible or selected"));
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

/* Adds a row of 8 x 8 pixel blocks: the mean weight of each, and its premultiplied colour and alpha. */
static void
add_cells (AdainSurvey *survey, int row, const float *rgba, const float *mask, float *colors,
           gboolean *weighted, gboolean *hidden)
{
  for (int y = 0; y < ADAIN_CELL; y++)
    for (int cell = 0; cell < survey->width; cell++)
      {
        float *weight = survey->weights + (gsize) row * survey->width + cell;
        float *color = colors + ((gsize) row * survey->width + cell) * 4;

        for (int x = 0; x < ADAIN_CELL; x++, rgba += 4, mask++)
          {
            *weight += rgba[3] * *mask * (1.0f / (ADAIN_CELL * ADAIN_CELL));
            *weighted |= rgba[3] * *mask < 1;
            *hidden |= rgba[3] < 1;
            for (int c = 0; c < 3; c++)
              color[c] += rgba[c] * rgba[3];
            color[3] += rgba[3];
          }
      }
}

/* Fills premultiplied `colors`, of alpha 0 to 1, up to alpha 1. Each coarser level sums 2 x 2 cells of
 * the one before (pull); what is missing then comes from the coarser level (push). */
static gboolean
pull_push (float *colors, int width, int height)
{
  int              coarse_width = (width + 1) / 2, coarse_height = (height + 1) / 2;
  gsize            n = (gsize) coarse_width * coarse_height;
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
        coarse[((gsize) (y / 2) * coarse_width + x / 2) * 4 + c]
          += colors[((gsize) y * width + x) * 4 + c];
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
survey_cells (AdainSurvey *survey, const AdainSource *source, PaletteSums *sums,
              float *rgba, float *mask, float *colors, GCancellable *cancellable, GError **error)
{
  gboolean weighted = FALSE, hidden = FALSE;

  for (int row = 0; row < survey->height; row++)
    {
      AdainRect rect = { 0, row * ADAIN_CELL, survey->width * ADAIN_CELL, ADAIN_CELL };

      if (g_cancellable_set_error_if_cancelled (cancellable, error)
          || !adain_picture_read_padded (source, &rect, rgba, mask, error))
        return FALSE;
      add_cells (survey, row, rgba, mask, colors, &weighted, &hidden);
      for (int y = 0; y < ADAIN_CELL && rect.y + y < source->height; y++)
        add_to_palette (sums, rgba + (gsize) y * rect.width * 4, mask + (gsize) y * rect.width,
                        source->width);
    }
  if (!finish_palette (&survey->palette, sums, error))
    return FALSE;
  if (!weighted)
    g_clear_pointer (&survey->weights, g_free);
  if (hidden && !make_fill (survey, colors))
    {
      g_set_error_literal (error, ADAIN_ERROR, ADAIN_ERROR_MEMORY,
                           _("Not enough memory for the picture"));
      return FALSE;
    }
  return TRUE;
}

gboolean
adain_survey (AdainSurvey *survey, const AdainSource *source, GCancellable *cancellable, GError **error)
{
  g_autofree float *rgba = NULL, *mask = NULL, *colors = NULL;
  PaletteSums sums = { 0 };
  gsize       row, n;

  if (!adain_picture_check (source, error))
    return FALSE;
  survey->width = adain_padded_side (source->width) / ADAIN_CELL;
  survey->height = adain_padded_side (source->height) / ADAIN_CELL;
  survey->fill = NULL;
  n = (gsize) survey->width * survey->height;
  row = (gsize) survey->width * ADAIN_CELL * ADAIN_CELL;
  rgba = g_try_new (float, row * 4);
  mask = g_try_new (float, row);
  colors = g_try_new0 (float, n * 4);
  survey->weights = g_try_new0 (float, n);
  if (!rgba || !mask || !colors || !survey->weights)
    g_set_error_literal (error, ADAIN_ERROR, ADAIN_ERROR_MEMORY,
                         _("Not enough memory for the picture"));
  else if (survey_cells (survey, source, &sums, rgba, mask, colors, cancellable, error))
    return TRUE;
  adain_survey_clear (survey);
  return FALSE;
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
  float u = CLAMP ((x + 0.5f) / ADAIN_CELL - 0.5f, 0, survey->width - 1);
  float v = CLAMP ((y + 0.5f) / ADAIN_CELL - 0.5f, 0, survey->height - 1);
  int   x0 = u, y0 = v, x1 = MIN (x0 + 1, survey->width - 1), y1 = MIN (y0 + 1, survey->height - 1);
  const float *top = survey->fill + 3 * (gsize) y0 * survey->width;
  const float *bottom = survey->fill + 3 * (gsize) y1 * survey->width;

  u -= x0;
  v -= y0;
  for (int c = 0; c < 3; c++)
    out[c] = (1 - v) * ((1 - u) * top[3 * x0 + c] + u * top[3 * x1 + c])
             + v * ((1 - u) * bottom[3 * x0 + c] + u * bottom[3 * x1 + c]);
}

void
adain_survey_flatten (const AdainSurvey *survey, const AdainRect *rect, const float *rgba, float *rgb)
{
  for (int y = 0; y < rect->height; y++)
    for (int x = 0; x < rect->width; x++, rgba += 4, rgb += 3)
      {
        float fill[3];

        memcpy (rgb, rgba, 3 * sizeof (float));
        if (!survey->fill || rgba[3] >= 1)
          continue;
        fill_at (survey, rect->x + x, rect->y + y, fill);
        for (int c = 0; c < 3; c++)
          rgb[c] = rgba[3] * rgb[c] + (1 - rgba[3]) * fill[c];
      }
}

gboolean
adain_source_palette (const AdainSource *source, AdainPalette *palette,
                      GCancellable *cancellable, GError **error)
{
  AdainSurvey survey;

  if (!adain_survey (&survey, source, cancellable, error))
    return FALSE;
  *palette = survey.palette;
  adain_survey_clear (&survey);
  return TRUE;
}
