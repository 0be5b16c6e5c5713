/* One small picture from the model file to the sink.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "pipeline.h"

#include <string.h>

#include "engine/error.h"
#include "engine/model.h"
#include "engine/style.h"

/* The picture: a disc, its surroundings half transparent, and a soft selection. */
static gboolean
read_picture (gpointer user_data, const AdainRect *rect, float *rgba, float *mask, GError **error)
{
  const Pipeline *pipeline = user_data;

  if (pipeline->access && !pipeline->access (pipeline->user_data, error))
    return FALSE;
  for (int y = rect->y; y < rect->y + rect->height; y++)
    for (int x = rect->x; x < rect->x + rect->width; x++, rgba += 4)
      {
        rgba[0] = x % 20 / 20.0f;
        rgba[1] = y % 15 / 15.0f;
        rgba[2] = (x + y) % 2;
        rgba[3] = x < 8 ? 0 : 1;
        if (mask)
          *mask++ = y < 10 ? y / 10.0f : 1;
      }
  return TRUE;
}

/* Its left side. */
static gboolean
read_region (gpointer user_data, const AdainRect *rect, float *coverage, GError **error)
{
  const Pipeline *pipeline = user_data;

  if (pipeline->access && !pipeline->access (pipeline->user_data, error))
    return FALSE;
  for (int y = rect->y; y < rect->y + rect->height; y++)
    for (int x = rect->x; x < rect->x + rect->width; x++)
      *coverage++ = x < PIPELINE_WIDTH / 2;
  return TRUE;
}

typedef struct
{
  const Pipeline *pipeline;
  float          *rgba;
} Target;

static gboolean
write_picture (gpointer user_data, const AdainRect *rect, const float *rgba, GError **error)
{
  Target *target = user_data;

  if (target->pipeline->access && !target->pipeline->access (target->pipeline->user_data, error))
    return FALSE;
  for (int y = 0; y < rect->height; y++)
    memcpy (target->rgba + ((gsize) (rect->y + y) * PIPELINE_WIDTH + rect->x) * 4,
            rgba + (gsize) y * rect->width * 4, rect->width * 4 * sizeof (float));
  return TRUE;
}

static void
follow (double fraction, AdainProgressUnit unit, int tile, int tiles, gpointer user_data)
{
  double *reached = user_data;

  g_assert_cmpfloat (fraction, >=, *reached);
  g_assert_cmpfloat (fraction, <=, 1);
  *reached = fraction;
}

/* As if the style had been learned. */
static gboolean
adapt (AdainStyle *style, GError **error)
{
  g_autoptr (AdainAdaptation)
      adaptation = adain_adaptation_new (&adain_model_network (style->model)->decoder);

  if (!adaptation)
    return adain_no_memory_for_style (error);
  for (gsize i = 0; i < adaptation->n; i++)
    adaptation->values[i] = i % 7 / 50.0f - 0.06f;
  adain_style_adapt (style, adaptation);
  return TRUE;
}

/* One style, or one for the left and one for what remains, of which that has learned nothing. */
static gboolean
encode_styles (AdainEngine *engine, const Pipeline *pipeline, AdainStyle **styles, GError **error)
{
  AdainSource painting = { 40, 50, FALSE, read_picture, (gpointer) pipeline };

  styles[0] = adain_style_encode (engine, &painting, 0, NULL, NULL, error);
  if (!styles[0] || !adapt (styles[0], error))
    return FALSE;
  if (pipeline->regions)
    styles[1] = adain_style_encode (engine, &painting, 0, NULL, NULL, error);
  return !pipeline->regions || styles[1];
}

static gboolean
paint (AdainEngine *engine, const Pipeline *pipeline, float *rgba, GError **error)
{
  AdainRegion        left = { read_region, (gpointer) pipeline };
  AdainSource        source = { PIPELINE_WIDTH, PIPELINE_HEIGHT, TRUE, read_picture, (gpointer) pipeline };
  Target             target = { pipeline, rgba };
  AdainSink          sink = { write_picture, &target };
  AdainRenderOptions options = { .strength = 0.5 };
  double             encoded = 0, rendered = 0;
  AdainContent      *content;
  AdainStyle        *styles[2] = { NULL };
  gboolean           ok = FALSE;

  source.n_regions = pipeline->regions;
  source.regions = &left;
  content = adain_content_encode (engine, &source, pipeline->work_size, follow, &encoded, NULL, error);
  if (content)
    ok = encode_styles (engine, pipeline, styles, error)
         && adain_content_render (content, styles, NULL, 1 + pipeline->regions, &options, &sink, follow,
                                  &rendered, NULL, error);
  if (ok)
    g_assert_cmpfloat (rendered, ==, 1);
  for (int k = 0; k < 2; k++)
    adain_style_free (styles[k]);
  adain_content_free (content);
  return ok;
}

gboolean
pipeline_run (const Pipeline *pipeline, PipelineResult *result, GError **error)
{
  GError *local = NULL;
  g_autoptr (AdainModel) model = adain_model_load (TEST_MODEL, &local);
  AdainEngine *engine = NULL;
  gboolean     ok = FALSE;

  *result = (PipelineResult) { .rgba = g_malloc0 (PIPELINE_BYTES) };
  if (model)
    engine = adain_engine_new (model, pipeline->device, &pipeline->options, &local);
  if (engine)
    {
      ok = paint (engine, pipeline, result->rgba, &local);
      result->notice = g_strdup (adain_engine_notice (engine));
      result->description = g_strdup (adain_engine_describe (engine));
      adain_engine_free (engine);
    }
  g_assert_true (ok == (local == NULL));
  if (local)
    g_propagate_error (error, local);
  return ok;
}

void
pipeline_clear (PipelineResult *result)
{
  g_clear_pointer (&result->rgba, g_free);
  g_clear_pointer (&result->notice, g_free);
  g_clear_pointer (&result->description, g_free);
}
