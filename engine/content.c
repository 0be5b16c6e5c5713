/* An encoded content picture: its features and their statistics.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "content.h"

#include <math.h>
#include <string.h>

#include <glib/gi18n-lib.h>

#include "budget.h"
#include "error.h"
#include "picture.h"
#include "scene.h"

/* The deviation of the noise that all of the brushwork is. Half of it is a quarter: strokes already turn this way
 * and that there, and what a style leaves empty is nearly so, but for dark grounds. */
#define NOISE (6 / 255.0)

/* The longest side that a picture is ever enlarged to. */
#define LONGEST_ENLARGED 16384

/* Whether the picture is painted as one. */
static gboolean
content_is_whole (const AdainContent *content)
{
  return content->source.n_regions == 0 && !content->source.protection;
}

static void
free_textures (AdainContent *content)
{
  for (int i = 0; content->textures && i < content->regions.n; i++)
    adain_texture_free (content->textures[i]);
  g_clear_pointer (&content->textures, g_free);
}

static void
release (AdainContent *content)
{
  if (content->features)
    content->unit.class->features_free (content->unit.backend, content->features);
  content->features = NULL;
  g_clear_pointer (&content->statistics, adain_statistics_free);
  free_textures (content);
  g_clear_pointer (&content->residual, g_free);
  content->has_residual = FALSE;
  content->unit = (AdainUnit) { 0 };
}

/* Storage for the features, if it fits; that it does not is no error. */
static void
try_features (AdainContent *content)
{
  AdainUnit *unit = &content->unit;
  gsize bytes = unit->class->feature_bytes (unit->backend, content->survey.width, content->survey.height);

  if (adain_budget_keeps_features (content->memory, bytes))
    content->features = unit->class->features_new (unit->backend, content->survey.width,
                                                   content->survey.height, NULL);
}

/* What every area needs to take on covariances. */
static gboolean
make_textures (AdainContent *content, GError **error)
{
  const AdainUsual      *usual = &adain_model_network (content->engine->model)->usual;
  const AdainStatistics *statistics = content->statistics;

  content->textures = g_new0 (AdainTexture *, MAX (content->regions.n, 1));
  for (int i = 0; i < content->regions.n; i++, statistics = statistics->next)
    {
      content->textures[i] = adain_texture_new (statistics, usual, error);
      if (!content->textures[i])
        return FALSE;
    }
  return TRUE;
}

static gboolean
check_regions (const AdainContent *content, GError **error)
{
  if (content->regions.n <= 1 || content->unit.class->regions)
    return TRUE;
  g_set_error_literal (error, ADAIN_ERROR, ADAIN_ERROR_DEVICE,
                       _ ("The processor paints regions, the GPU cannot yet"));
  return FALSE;
}

AdainInput
adain_content_input (AdainContent *content)
{
  return (AdainInput) {
    .source = &content->work,
    .survey = &content->survey,
    .lock = &content->lock,
    .weights = content->regions.weights,
    .noise = NOISE * content->brushwork * content->brushwork,
  };
}

static gboolean
encode (AdainContent *content, gboolean texture, const AdainReport *report, GError **error)
{
  AdainEngine *engine = content->engine;
  AdainInput   input;
  gsize        budget = content->memory;
  int          seen = adain_engine_encoder_halo (engine), margin;
  gboolean     uneven = content->survey.weights || content->regions.weights;

  release (content);
  content->unit = *adain_engine_unit (engine);
  content->brushwork = engine->brushwork;
  input = adain_content_input (content);
  if (!check_regions (content, error))
    return FALSE;
  content->statistics = adain_statistics_new_areas (engine->channels, MAX (content->regions.n, 1));
  /* Where not all counts, what does not is kept from standing out. */
  if (!content->statistics || (uneven && !adain_statistics_want_range (content->statistics))
      || (texture && !adain_want_covariance (engine, content->statistics, &budget)))
    return adain_no_memory_for_picture (error);
  try_features (content);
  /* Features that are not kept are encoded again for the decoder, with the halos of both. */
  margin = content->features ? seen : seen + adain_engine_decoder_halo (engine);
  if (content->features)
    budget -= content->unit.class->feature_bytes (content->unit.backend, content->survey.width,
                                                  content->survey.height);
  if (!adain_plan_grid (engine, &content->grid, content->survey.width, content->survey.height, margin,
                        adain_budget_render_pixel (engine->channels, !content_is_whole (content)), budget,
                        error)
      || !adain_encode (engine, &input, &content->grid, content->features, content->statistics, report,
                        error))
    return FALSE;
  if (content->scene && !adain_scene_replace (content->scene, &content->regions, &content->statistics))
    return adain_no_memory_for_picture (error);
  return !texture || make_textures (content, error);
}

gboolean
adain_content_ensure (AdainContent *content, gboolean texture, const AdainReport *report, GError **error)
{
  GError *local = NULL;

  if (content->engine->foreign)
    return TRUE;
  if (content->statistics && (content->textures || !texture)
      && content->brushwork == content->engine->brushwork
      && content->unit.backend == adain_engine_unit (content->engine)->backend)
    return TRUE;
  while (!encode (content, texture, report, &local))
    if (!adain_engine_fall_back (content->engine, &local))
      {
        release (content);
        g_propagate_error (error, local);
        return FALSE;
      }
  return TRUE;
}

gboolean
adain_content_prepare (AdainContent *content, AdainStyle *const *styles, int n_styles,
                       GCancellable *cancellable, GError **error)
{
  const AdainReport         report = { .end = 1, .cancellable = cancellable };
  g_autofree double        *weights = g_new (double, n_styles);
  g_autofree const double **maps = g_new (const double *, n_styles);
  gboolean                  ok = adain_content_ensure (content, TRUE, &report, error);

  for (int k = 0; k < n_styles; k++)
    weights[k] = 1;
  for (int i = 0; ok && i < content->regions.n; i++)
    ok = adain_texture_maps (content->textures[i], styles, weights, n_styles, content->engine->threads,
                             cancellable, maps, error);
  return ok;
}

/* Only features have statistics. */
static gboolean
check_shared (const AdainContent *content, GError **error)
{
  if (!content->engine->foreign)
    return TRUE;
  g_set_error_literal (error, ADAIN_ERROR, ADAIN_ERROR_ARGUMENT,
                       _ ("An ONNX model paints each picture by itself, without shared statistics"));
  return FALSE;
}

gboolean
adain_scene_add (AdainScene *scene, const AdainContent *content, GError **error)
{
  if (!check_shared (content, error))
    return FALSE;
  return adain_scene_merge (scene, &content->regions, content->statistics, &content->survey)
         || adain_no_memory_for_picture (error);
}

gboolean
adain_content_share (AdainContent *content, const AdainScene *scene, GError **error)
{
  gboolean texture = content->textures != NULL;

  if (!check_shared (content, error))
    return FALSE;
  content->scene = scene;
  free_textures (content);
  content->has_residual = FALSE;
  if (!adain_scene_replace (scene, &content->regions, &content->statistics))
    return adain_no_memory_for_picture (error);
  return !texture || make_textures (content, error);
}

/* Gives the hidden pixels of the scaled picture the color that the network sees, since scaling back mixes
 * them with visible ones. Those that are merely not selected keep theirs, to which detail is compared. */
static void
fill_hidden (AdainContent *content, float *rgb)
{
  for (int y = 0; y < content->scaled.height; y++)
    {
      AdainRect row = { 0, y, content->scaled.width, 1 };
      float    *rgba = content->scaled.rgba + (gsize) y * row.width * 4;

      adain_survey_flatten (&content->survey, &row, rgba, NULL, rgb);
      for (int x = 0; x < row.width; x++)
        if (rgba[4 * x + 3] <= 0)
          memcpy (rgba + 4 * x, rgb + 3 * x, 3 * sizeof (float));
    }
}

/* Makes the picture of another size that the network sees. */
static gboolean
scale (AdainContent *content, double factor, GCancellable *cancellable, GError **error)
{
  int width = MAX (lround (content->source.width * factor), 1);
  int height = MAX (lround (content->source.height * factor), 1);

  if (!adain_budget_take (&content->memory, adain_budget_scaled ((gsize) width * height)))
    return adain_no_memory_for_picture (error);
  if (!adain_image_scaled (&content->scaled, &content->source, width, height, content->engine->threads,
                           cancellable, error))
    return FALSE;
  content->work = adain_image_source (&content->scaled);
  return TRUE;
}

/* The factor from the picture to what the network sees, for which enlarging ends where there is no room, unless the
 * network takes one size alone. */
static double
scale_factor (const AdainContent *content, int work_size)
{
  const AdainForeign *foreign = content->engine->foreign;
  double only = foreign ? adain_foreign_scale (foreign, content->source.width, content->source.height) : 0;
  double width = content->source.width, height = content->source.height, longest = MAX (width, height);
  double room = adain_budget_scaled_room (content->memory);
  double most = MIN (sqrt (room / (width * height)), LONGEST_ENLARGED / longest);

  if (only > 0)
    return only;
  if (work_size == 0)
    return 1;
  return MIN (work_size / longest, MAX (most, 1));
}

/* Brings the regions to the grid of features. */
static gboolean
find_regions (AdainContent *content, GCancellable *cancellable, GError **error)
{
  gsize cells = (gsize) content->survey.width * content->survey.height;

  if (!content_is_whole (content)
      && !adain_budget_take (&content->memory, adain_budget_regions (content->source.n_regions, cells)))
    return adain_no_memory_for_picture (error);
  return adain_regions_init (&content->regions, &content->source, &content->survey, content->work.width,
                             content->work.height, &content->lock, cancellable, error);
}

static gboolean
prepare (AdainContent *content, int work_size, GCancellable *cancellable, GError **error)
{
  double factor = scale_factor (content, work_size);

  if (factor != 1 && !scale (content, factor, cancellable, error))
    return FALSE;
  if (!adain_survey (&content->survey, &content->work, &content->memory, content->engine->threads,
                     cancellable, error))
    return FALSE;
  if (content->survey.fill && adain_content_is_scaled (content))
    {
      g_autofree float *rgb = g_try_new (float, (gsize) content->scaled.width * 3);

      if (!rgb)
        return adain_no_memory_for_picture (error);
      fill_hidden (content, rgb);
    }
  return find_regions (content, cancellable, error);
}

AdainContent *
adain_content_encode (AdainEngine *engine, const AdainSource *source, int work_size, AdainProgress progress,
                      gpointer progress_data, GCancellable *cancellable, GError **error)
{
  AdainSteadyProgress steady;
  AdainReport         report = adain_report (&steady, progress, progress_data, cancellable);
  AdainContent       *content;

  if (!adain_picture_check (source, error))
    return NULL;
  if (work_size < 0)
    {
      g_set_error (error, ADAIN_ERROR, ADAIN_ERROR_ARGUMENT,
                   _ ("The working size is %d, but cannot be negative"), work_size);
      return NULL;
    }
  content = g_new0 (AdainContent, 1);
  content->engine = engine;
  content->source = content->work = *source;
  content->memory = engine->memory;
  g_mutex_init (&content->lock);
  if (prepare (content, work_size, cancellable, error)
      && adain_content_ensure (content, engine->texture, &report, error))
    return content;
  adain_content_free (content);
  return NULL;
}

void
adain_content_free (AdainContent *content)
{
  if (content == NULL)
    return;
  release (content);
  adain_regions_clear (&content->regions);
  adain_survey_clear (&content->survey);
  adain_image_clear (&content->scaled);
  g_mutex_clear (&content->lock);
  g_free (content);
}

void
adain_content_palette (const AdainContent *content, AdainPalette *palette)
{
  *palette = content->survey.palette;
}
