/* A style: encoding it, and blending several into one affine per channel.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "style.h"

#include <math.h>

#include <glib/gi18n-lib.h>

#include "encode.h"
#include "palette.h"
#include "picture.h"

/* The shorter side of a style at stroke size 1, and the longest side it is ever scaled to. */
#define SHORTER_SIDE 512
#define LONGEST_SIDE 8192

#define MIN_STROKE 0.25
#define MAX_STROKE 4.0

static AdainStyle *
style_from_moments (AdainEngine *engine, const AdainMoments *moments)
{
  int         channels = engine->channels;
  AdainStyle *style = g_malloc (sizeof *style + 2 * channels * sizeof (double));

  style->model = adain_model_ref (engine->model);
  style->channels = channels;
  for (int c = 0; c < channels; c++)
    {
      style->mean_and_deviation[c] = moments->mean[c];
      style->mean_and_deviation[channels + c] = sqrt (moments->m2[c] / moments->weight + ADAIN_EPSILON);
    }
  return style;
}

/* Encodes a picture for its moments alone. */
static AdainStyle *
encode_style (AdainEngine *engine, const AdainSource *source, GCancellable *cancellable, GError **error)
{
  g_autoptr (AdainMoments) moments = adain_moments_new (engine->channels);
  AdainReport report = { .end = 1, .cancellable = cancellable };
  AdainSurvey survey;
  AdainGrid   grid;
  GMutex      lock;
  AdainInput  input = { source, &survey, &lock };
  AdainStyle *style = NULL;

  if (!moments)
    {
      g_set_error_literal (error, ADAIN_ERROR, ADAIN_ERROR_MEMORY, _ ("Not enough memory for a style"));
      return NULL;
    }
  if (!adain_survey (&survey, source, engine->threads, cancellable, error))
    return NULL;
  g_mutex_init (&lock);
  if (adain_plan_grid (engine, &grid, survey.width, survey.height, adain_engine_encoder_halo (engine),
                       ADAIN_SCRATCH_BYTES (1), engine->memory, error)
      && adain_encode (engine, &input, &grid, NULL, moments, &report, error))
    style = style_from_moments (engine, moments);
  g_mutex_clear (&lock);
  adain_survey_clear (&survey);
  return style;
}

/* The size at which a style is seen. */
static void
stroke_dimensions (const AdainSource *source, double stroke_size, int *width, int *height)
{
  double scale = stroke_size * SHORTER_SIDE / MIN (source->width, source->height);

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
adain_style_encode (AdainEngine *engine, const AdainSource *source, double stroke_size,
                    const AdainPalette *palette, GCancellable *cancellable, GError **error)
{
  AdainImage  image = { 0 };
  AdainStyle *style;
  int         width, height;

  if (!adain_picture_check (source, error))
    return NULL;
  if (stroke_size != 0 && !(stroke_size >= MIN_STROKE && stroke_size <= MAX_STROKE))
    {
      g_set_error (error, ADAIN_ERROR, ADAIN_ERROR_ARGUMENT,
                   _ ("The stroke size is %g, but must lie between %g and %g"), stroke_size, MIN_STROKE,
                   MAX_STROKE);
      return NULL;
    }
  width = source->width;
  height = source->height;
  if (stroke_size != 0)
    stroke_dimensions (source, stroke_size, &width, &height);
  if (!adain_image_scaled (&image, source, width, height, cancellable, error))
    return NULL;
  style = encode_prepared (engine, &image, palette, cancellable, error);
  adain_image_clear (&image);
  return style;
}

void
adain_style_free (AdainStyle *style)
{
  if (style == NULL)
    return;
  adain_model_unref (style->model);
  g_free (style);
}

void
adain_blend (const AdainMoments *content, AdainStyle *const *styles, const double *weights, int n_styles,
             double strength, int channels, float *scale, float *shift)
{
  for (int c = 0; c < channels; c++)
    {
      double deviation = sqrt (content->m2[c] / content->weight + ADAIN_EPSILON);
      double style_mean = 0, style_deviation = 0, factor;

      for (int k = 0; k < n_styles; k++)
        {
          style_mean += weights[k] * styles[k]->mean_and_deviation[c];
          style_deviation += weights[k] * styles[k]->mean_and_deviation[channels + c];
        }
      factor = style_deviation / deviation;
      scale[c] = 1 - strength + strength * factor;
      shift[c] = strength * (style_mean - factor * content->mean[c]);
    }
}
