/* A style: encoding a picture for the statistics of its features.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "style.h"

#include <math.h>

#include <glib/gi18n-lib.h>

#include "budget.h"
#include "encode.h"
#include "error.h"
#include "picture.h"

/* The longest side that a style is ever scaled to. */
#define LONGEST_SIDE 8192

AdainStyle *
adain_style_new (AdainModel *model, AdainStatistics *statistics, AdainLevels *levels)
{
  AdainStyle *style = g_new (AdainStyle, 1);

  style->model = adain_model_ref (model);
  style->statistics = statistics;
  style->levels = levels;
  style->adaptation = NULL;
  g_atomic_ref_count_init (&style->references);
  return style;
}

static AdainLevels *
gather_levels (AdainEngine *engine, const AdainInput *input, gsize budget, const AdainReport *report,
               GError **error)
{
  AdainGradient gradient;
  AdainLevels  *levels;

  if (!adain_gradient_init (&gradient, adain_model_network (engine->model), engine->kernels, error))
    return NULL;
  levels = adain_levels_gather (&gradient, input, engine->threads, budget, NULL, report, error);
  adain_gradient_clear (&gradient);
  return levels;
}

/* Encodes a picture for its statistics alone. */
static AdainStyle *
encode_style (AdainEngine *engine, const AdainSource *source, GCancellable *cancellable, GError **error)
{
  g_autoptr (AdainStatistics) statistics = adain_statistics_new (engine->channels);
  AdainReport  report = { .end = 1, .cancellable = cancellable };
  AdainSurvey  survey;
  AdainGrid    grid;
  GMutex       lock;
  AdainInput   input = { source, &survey, &lock };
  AdainStyle  *style = NULL;
  AdainLevels *levels = NULL;
  gsize        budget = engine->memory;

  if (!statistics)
    {
      adain_no_memory_for_style (error);
      return NULL;
    }
  if (!adain_survey (&survey, source, &budget, engine->threads, cancellable, error))
    return NULL;
  g_mutex_init (&lock);
  /* Without it the style serves all renderings but those with a texture. */
  adain_want_covariance (engine, statistics, &budget);
  if (adain_plan_grid (engine, &grid, survey.width, survey.height, adain_engine_encoder_halo (engine),
                       adain_budget_encode_pixel (), budget, error)
      && adain_encode (engine, &input, &grid, NULL, statistics, &report, error)
      && (!engine->refine || (levels = gather_levels (engine, &input, budget, &report, error))))
    style = adain_style_new (engine->model, g_steal_pointer (&statistics), levels);
  g_mutex_clear (&lock);
  adain_survey_clear (&survey);
  return style;
}

/* The size at which a style is seen. */
static void
scaled_dimensions (const AdainSource *source, int side, int *width, int *height)
{
  double scale = (double) side / MIN (source->width, source->height);

  scale = MIN (scale, (double) LONGEST_SIDE / MAX (source->width, source->height));
  *width = MAX (lround (source->width * scale), 1);
  *height = MAX (lround (source->height * scale), 1);
}

static AdainStyle *
encode_prepared (AdainEngine *engine, AdainImage *image, const AdainPalette *palette,
                 GCancellable *cancellable, GError **error)
{
  AdainSource source = adain_image_source (image);
  AdainStyle *style;
  GError     *local = NULL;

  if (palette)
    {
      AdainPalette  own;
      AdainColorMap map;

      if (!adain_source_palette (&source, &own, cancellable, error))
        return NULL;
      adain_color_map_init (&map, &own, palette);
      adain_color_map_apply (&map, image->rgba, (gsize) image->width * image->height);
    }
  style = encode_style (engine, &source, cancellable, &local);
  if (!style && adain_engine_fall_back (engine, &local))
    style = encode_style (engine, &source, cancellable, &local);
  if (!style)
    g_propagate_error (error, local);
  return style;
}

AdainStyle *
adain_style_encode (AdainEngine *engine, const AdainSource *source, int side, const AdainPalette *palette,
                    GCancellable *cancellable, GError **error)
{
  AdainImage  image = { 0 };
  AdainStyle *style;
  int         width, height;

  if (engine->foreign)
    {
      g_set_error_literal (error, ADAIN_ERROR, ADAIN_ERROR_ARGUMENT,
                           _ ("An ONNX model paints without styles"));
      return NULL;
    }
  if (!adain_picture_check (source, error))
    return NULL;
  if (side < 0)
    {
      g_set_error (error, ADAIN_ERROR, ADAIN_ERROR_ARGUMENT,
                   _ ("The size of the style is %d, but cannot be negative"), side);
      return NULL;
    }
  width = source->width;
  height = source->height;
  if (side != 0)
    scaled_dimensions (source, side, &width, &height);
  if (!adain_image_scaled (&image, source, width, height, engine->threads, cancellable, error))
    return NULL;
  style = encode_prepared (engine, &image, palette, cancellable, error);
  adain_image_clear (&image);
  return style;
}

void
adain_style_adapt (AdainStyle *style, AdainAdaptation *adaptation)
{
  if (adaptation)
    adain_adaptation_ref (adaptation);
  adain_adaptation_unref (style->adaptation);
  style->adaptation = adaptation;
}

void
adain_style_learn_from (AdainStyle *style, const AdainStyle *other)
{
  g_return_if_fail (style->model == other->model);

  adain_style_adapt (style, other->adaptation);
}

AdainStyle *
adain_style_ref (AdainStyle *style)
{
  g_atomic_ref_count_inc (&style->references);
  return style;
}

void
adain_style_free (AdainStyle *style)
{
  if (style == NULL || !g_atomic_ref_count_dec (&style->references))
    return;
  adain_model_unref (style->model);
  adain_statistics_free (style->statistics);
  g_free (style->levels);
  adain_adaptation_unref (style->adaptation);
  g_free (style);
}
