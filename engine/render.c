/* The second pass: features, tile by tile, into the result.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "content.h"

#include <math.h>
#include <string.h>

#include <glib/gi18n-lib.h>

#include "budget.h"
#include "color.h"
#include "decode.h"
#include "error.h"
#include "finish.h"
#include "picture.h"
#include "pool.h"
#include "refine.h"
#include "repaint.h"
#include "style.h"

/* A worker's own buffers. */
typedef struct
{
  AdainFeatures *features; /* of the tile and its halo, if the picture's are not kept */
  float         *styled;   /* the decoded tile */
  float         *plain;    /* the decoded tile without any style */
  float         *scratch;  /* as large, where there are several decoders */
  float         *out;      /* what is written */
  float         *cover;    /* how much of each pixel is painted, with scratch; NULL: all */
} Bench;

typedef struct
{
  AdainContent             *content;
  const AdainRenderOptions *options;
  const AdainSink          *sink;
  const AdainMixture       *mixture;
  float                     share; /* of what the network loses of the picture, and of what lies beyond
                                    * [0, 1], that is added */
  gboolean                  add_residual, keep_residual;
  float                    *result; /* of a scaled content: work.height * work.width * 3 */
  AdainScratch             *scratch;
  Bench                    *benches;
  int                       workers;
  GCancellable             *cancellable;
} Pass;

/* A tile with what it can be decoded from: the picture's features, or those freshly encoded in the worker's own. */
static gboolean
take_tile (Pass *pass, int worker, int index, AdainTile *tile, GError **error)
{
  AdainContent    *content = pass->content;
  const AdainUnit *unit = &content->unit;
  AdainInput       input = adain_content_input (content);
  AdainRect        from, seen, keep;

  *tile = (AdainTile) { pass->mixture, adain_grid_tile (&content->grid, index), content->features };
  if (content->features)
    return TRUE;
  from = adain_grid_grow (&content->grid, &tile->rect, adain_engine_decoder_halo (content->engine));
  seen = adain_grid_grow (&content->grid, &from, adain_engine_encoder_halo (content->engine));
  keep = (AdainRect) { from.x - seen.x, from.y - seen.y, from.width, from.height };
  tile->features = pass->benches[worker].features;
  tile->x = from.x;
  tile->y = from.y;
  return adain_input_read (&input, &seen, &pass->scratch[worker], error)
         && unit->class->encode (unit->backend, worker, pass->scratch[worker].rgb, seen.width * ADAIN_CELL,
                                 seen.height * ADAIN_CELL, &keep, NULL, pass->benches[worker].features, 0, 0,
                                 NULL, pass->cancellable, error);
}

/* Adds a share of what the network loses of the picture. `rect` is in pixels of `work`,
 * `rgba` its picture; `styled` and `plain` have rows of `pitch` pixels. */
static void
add_residual (Pass *pass, const AdainRect *rect, const float *rgba, float *styled, const float *plain,
              int pitch)
{
  AdainContent *content = pass->content;

  for (int y = 0; y < rect->height; y++)
    {
      float *kept = content->residual
                        ? content->residual + ((gsize) (rect->y + y) * content->work.width + rect->x) * 3
                        : NULL;

      for (int x = 0; x < rect->width; x++)
        for (int c = 0; c < 3; c++)
          {
            gsize i = ((gsize) y * pitch + x) * 3 + c;
            float lost = content->has_residual
                             ? kept[x * 3 + c]
                             : adain_clip (rgba[((gsize) y * rect->width + x) * 4 + c]) - plain[i];

            if (pass->keep_residual)
              kept[x * 3 + c] = lost;
            styled[i] += pass->share * lost;
          }
    }
}

/* Clips, applies the color mode and writes one tile of an unscaled picture. */
static gboolean
write_tile (Pass *pass, int worker, const AdainRect *rect, const float *rgba, const float *styled, int pitch,
            GError **error)
{
  float   *out = pass->benches[worker].out, *cover = pass->benches[worker].cover;
  gboolean ok;

  if (cover
      && !adain_mixture_cover (pass->mixture, rect, cover, cover + (gsize) rect->width * rect->height, error))
    return FALSE;
  for (int y = 0; y < rect->height; y++)
    adain_color_finish (pass->options->color, pass->share, styled + (gsize) y * pitch * 3,
                        rgba + (gsize) y * rect->width * 4, cover ? cover + (gsize) y * rect->width : NULL,
                        out + (gsize) y * rect->width * 4, rect->width);
  g_mutex_lock (&pass->content->lock);
  ok = pass->sink->write (pass->sink->user_data, rect, out, error);
  g_mutex_unlock (&pass->content->lock);
  return ok;
}

static gboolean
render_tile (int worker, int index, gpointer user_data, GError **error)
{
  Pass         *pass = user_data;
  AdainContent *content = pass->content;
  Bench        *bench = &pass->benches[worker];
  AdainTile     tile;
  AdainRect     rect;
  int           pitch;

  if (!take_tile (pass, worker, index, &tile, error)
      || !adain_tile_decode (&tile, worker, pass->mixture->transform, bench->styled, bench->scratch,
                             pass->cancellable, error)
      || (bench->plain
          && !adain_tile_decode (&tile, worker, pass->mixture->plain, bench->plain, bench->scratch,
                                 pass->cancellable, error)))
    return FALSE;
  pitch = tile.rect.width * ADAIN_CELL;
  rect.x = tile.rect.x * ADAIN_CELL;
  rect.y = tile.rect.y * ADAIN_CELL;
  rect.width = MIN (pitch, content->work.width - rect.x);
  rect.height = MIN (tile.rect.height * ADAIN_CELL, content->work.height - rect.y);
  /* The last cells may lie wholly in the padding. */
  if (rect.width <= 0 || rect.height <= 0)
    return TRUE;

  if (!adain_picture_read_unclipped (&content->work, &content->lock, &rect, pass->scratch[worker].rgba,
                                     error))
    return FALSE;
  if (pass->add_residual)
    add_residual (pass, &rect, pass->scratch[worker].rgba, bench->styled, bench->plain, pitch);
  if (!pass->result)
    return write_tile (pass, worker, &rect, pass->scratch[worker].rgba, bench->styled, pitch, error);
  for (int y = 0; y < rect.height; y++)
    memcpy (pass->result + ((gsize) (rect.y + y) * content->work.width + rect.x) * 3,
            bench->styled + (gsize) y * pitch * 3, rect.width * 3 * sizeof (float));
  return TRUE;
}

static gboolean
set_up (Pass *pass, GError **error)
{
  AdainContent    *content = pass->content;
  const AdainUnit *unit = &content->unit;
  const AdainGrid *grid = &content->grid;
  int              halo = 2 * adain_engine_decoder_halo (content->engine);
  int              seen = content->features ? 0 : halo + 2 * adain_engine_encoder_halo (content->engine);
  gsize            cell = ADAIN_CELL * ADAIN_CELL;
  gsize            pixels = (gsize) grid->tile_width * grid->tile_height * cell;
  gboolean         covered = !pass->mixture->everywhere && !pass->result;
  gboolean         several = pass->mixture->n_decoders > 1;

  pass->workers = MIN (unit->class->workers (unit->backend), adain_grid_tiles (grid));
  pass->scratch = adain_scratch_new (pass->workers,
                                     (gsize) (grid->tile_width + seen) * (grid->tile_height + seen) * cell,
                                     error);
  if (!pass->scratch)
    return FALSE;
  for (int i = 0; i < pass->workers; i++)
    {
      Bench *bench = &pass->benches[i];

      if (!content->features
          && !(bench->features = unit->class->features_new (unit->backend, grid->tile_width + halo,
                                                            grid->tile_height + halo, error)))
        return FALSE;
      bench->styled = g_try_new (float, pixels * 3);
      bench->out = pass->result ? NULL : g_try_new (float, pixels * 4);
      bench->cover = covered ? g_try_new (float, pixels * 3) : NULL;
      bench->scratch = several ? g_try_new (float, pixels * 3) : NULL;
      if (pass->add_residual && !content->has_residual)
        bench->plain = g_try_new (float, pixels * 3);
      if (!bench->styled || (several && !bench->scratch) || (!pass->result && !bench->out)
          || (covered && !bench->cover) || (pass->add_residual && !content->has_residual && !bench->plain))
        {
          adain_no_memory_for_picture (error);
          return FALSE;
        }
    }
  return TRUE;
}

static void
tear_down (Pass *pass)
{
  const AdainUnit *unit = &pass->content->unit;

  for (int i = 0; i < pass->workers; i++)
    {
      unit->class->features_free (unit->backend, pass->benches[i].features);
      g_free (pass->benches[i].styled);
      g_free (pass->benches[i].plain);
      g_free (pass->benches[i].scratch);
      g_free (pass->benches[i].out);
      g_free (pass->benches[i].cover);
    }
  g_free (pass->benches);
  if (pass->scratch)
    adain_scratch_free (pass->scratch, pass->workers);
}

/* Room for the residual, which spares later renderings half of the work; none is no error. Each decoder loses
 * something else. */
static void
try_residual (AdainContent *content)
{
  gsize n = (gsize) content->work.width * content->work.height * 3;

  if (content->adapted != content->engine->adapted)
    content->has_residual = FALSE;
  content->adapted = content->engine->adapted;
  if (!content->residual && adain_budget_keeps_residual (content->memory, n * sizeof (float)))
    content->residual = g_try_new (float, n);
}

/* Decodes into the sink, or into `result` if the content is scaled. */
static gboolean
decode_all (AdainContent *content, const AdainMixture *mixture, const AdainRenderOptions *options,
            const AdainSink *sink, float *result, const AdainReport *report, GError **error)
{
  /* What areas of different bounds lose of the picture depends on how they are mixed. */
  gboolean steady = content->regions.n == 1 && mixture->transform->n == 1;
  Pass     pass = { content, options, sink, mixture, .result = result, .cancellable = report->cancellable };
  gboolean ok;

  pass.share = options->plain ? 0 : 1 - options->strength;
  pass.add_residual = pass.share > 0;
  if (pass.add_residual && steady)
    try_residual (content);
  pass.keep_residual = pass.add_residual && steady && content->residual && !content->has_residual;
  pass.benches = g_new0 (Bench, content->unit.class->workers (content->unit.backend));

  ok = set_up (&pass, error)
       && adain_pool_run (adain_grid_tiles (&content->grid), pass.workers, render_tile, &pass, report, error);
  if (ok && pass.keep_residual)
    content->has_residual = TRUE;
  tear_down (&pass);
  return ok;
}

static gboolean
finish_interim (float *result, gpointer user_data, GError **error)
{
  return adain_finish (user_data, result, &(AdainReport) { .end = 1 }, error);
}

/* The share of a rendering that decoding takes where refinement follows. */
#define DECODING 0.02

/* By way of the whole result at the size that the network sees, which is refined, if that is wanted. */
static gboolean
render_whole (AdainContent *content, const AdainMixture *mixture, AdainStyle *const *styles,
              const double *weights, int n_styles, const AdainRenderOptions *options, const AdainSink *sink,
              AdainReport *report, GError **error)
{
  g_autofree float *result = g_try_new (float, (gsize) content->work.width * content->work.height * 3);
  AdainFinish       last = { content, mixture, options, sink };

  if (!result)
    return adain_no_memory_for_picture (error);
  report->end = options->refine > 0 ? DECODING : 0.8;
  if (!decode_all (content, mixture, options, sink, result, report, error))
    return FALSE;
  if (options->refine > 0)
    {
      report->start = report->end;
      report->end = adain_content_is_scaled (content) ? 1 - DECODING : 1;
      if (!adain_refine (content, styles, weights, n_styles, options, result, finish_interim, &last, report,
                         error))
        return FALSE;
    }
  report->start = report->end;
  report->end = 1;
  return adain_finish (&last, result, report, error);
}

static gboolean
render (AdainContent *content, AdainStyle *const *styles, const double *weights, int n_styles,
        const AdainRenderOptions *options, const AdainSink *sink, AdainReport *report, GError **error)
{
  AdainMixture mixture;
  gboolean     ok = adain_mixture_init (&mixture, content, styles, weights, n_styles, options,
                                        report->cancellable, error);

  if (ok && !mixture.transform)
    ok = adain_finish_untouched (content, sink, report, error);
  else if (ok && (adain_content_is_scaled (content) || options->refine > 0))
    ok = render_whole (content, &mixture, styles, weights, n_styles, options, sink, report, error);
  else if (ok)
    ok = decode_all (content, &mixture, options, sink, NULL, report, error);
  adain_mixture_clear (&mixture);
  return ok;
}

static gboolean
check_styles (const AdainContent *content, AdainStyle *const *styles, const double *weights, int n_styles,
              const AdainRenderOptions *options, double *normalized, GError **error)
{
  double sum = 0;

  for (int k = 0; k < n_styles; k++)
    {
      normalized[k] = weights ? weights[k] : 1;
      if (!isfinite (normalized[k]) || normalized[k] < 0)
        {
          g_set_error (error, ADAIN_ERROR, ADAIN_ERROR_ARGUMENT,
                       _ ("Weight %d is %g; weights must be numbers of 0 or more"), k + 1, normalized[k]);
          return FALSE;
        }
      if (styles[k]->model != content->engine->model)
        {
          g_set_error (error, ADAIN_ERROR, ADAIN_ERROR_ARGUMENT,
                       _ ("Style %d was encoded with another model"), k + 1);
          return FALSE;
        }
      if (options->refine > 0 && !styles[k]->levels)
        {
          g_set_error (
              error, ADAIN_ERROR, ADAIN_ERROR_ARGUMENT,
              _ ("Style %d was kept without what a refinement needs; add it to the gallery again, or set the "
                 "refinement to 0"),
              k + 1);
          return FALSE;
        }
      sum += normalized[k];
    }
  if (!(sum > 0) || !isfinite (sum))
    {
      g_set_error_literal (error, ADAIN_ERROR, ADAIN_ERROR_ARGUMENT, _ ("The weights must not all be 0"));
      return FALSE;
    }
  for (int k = 0; k < n_styles; k++)
    normalized[k] /= sum;
  return TRUE;
}

static gboolean
check_options (const AdainContent *content, const AdainRenderOptions *options, GError **error)
{
  if (!(options->strength >= 0 && options->strength <= 1))
    {
      g_set_error (error, ADAIN_ERROR, ADAIN_ERROR_ARGUMENT,
                   _ ("The strength is %g, but must lie between 0 and 1"), options->strength);
      return FALSE;
    }
  if (!(options->texture >= 0 && options->texture <= 1))
    {
      g_set_error (error, ADAIN_ERROR, ADAIN_ERROR_ARGUMENT,
                   _ ("The texture is %g, but must lie between 0 and 1"), options->texture);
      return FALSE;
    }
  if (!(options->detail >= 0 && options->detail <= 1))
    {
      g_set_error (error, ADAIN_ERROR, ADAIN_ERROR_ARGUMENT,
                   _ ("The detail is %g, but must lie between 0 and 1"), options->detail);
      return FALSE;
    }
  if (options->refine < 0 || options->refine > ADAIN_REFINE_MAX)
    {
      g_set_error (error, ADAIN_ERROR, ADAIN_ERROR_ARGUMENT,
                   _ ("The refinement is %d steps, but must lie between 0 and %d"), options->refine,
                   ADAIN_REFINE_MAX);
      return FALSE;
    }
  if (options->refine > 0 && content->source.n_regions > 0)
    {
      g_set_error_literal (error, ADAIN_ERROR, ADAIN_ERROR_ARGUMENT,
                           _ ("A picture with regions cannot be refined; set the refinement to 0"));
      return FALSE;
    }
  return TRUE;
}

static gboolean
render_by_styles (AdainContent *content, AdainStyle *const *styles, const double *weights, int n_styles,
                  const AdainRenderOptions *options, const AdainSink *sink, AdainReport *report,
                  GError **error)
{
  g_autofree double *normalized = g_new (double, n_styles);
  AdainReport        none = { .end = 1, .cancellable = report->cancellable };
  GError            *local = NULL;

  if (!check_styles (content, styles, weights, n_styles, options, normalized, error))
    return FALSE;
  if (options->strength == 0 && !options->plain)
    return adain_finish_untouched (content, sink, report, error);

  while (!adain_content_ensure (content, options->texture > 0, &none, &local)
         || !render (content, styles, normalized, n_styles, options, sink, report, &local))
    {
      if (!adain_engine_fall_back (content->engine, &local))
        {
          g_propagate_error (error, local);
          return FALSE;
        }
      report->start = 0;
      report->end = 1;
    }
  return TRUE;
}

gboolean
adain_content_render (AdainContent *content, AdainStyle *const *styles, const double *weights, int n_styles,
                      const AdainRenderOptions *options, const AdainSink *sink, AdainProgress progress,
                      gpointer progress_data, GCancellable *cancellable, GError **error)
{
  AdainSteadyProgress steady;
  AdainReport         report = adain_report (&steady, progress, progress_data, cancellable);

  if (content->engine->foreign ? n_styles > 0 : n_styles < 1)
    {
      g_set_error_literal (error, ADAIN_ERROR, ADAIN_ERROR_ARGUMENT,
                           n_styles < 1 ? _ ("There is no style")
                                        : _ ("An ONNX model paints without styles"));
      return FALSE;
    }
  if (!check_options (content, options, error))
    return FALSE;
  return content->engine->foreign
             ? adain_repaint (content, options, sink, &report, error)
             : render_by_styles (content, styles, weights, n_styles, options, sink, &report, error);
}
