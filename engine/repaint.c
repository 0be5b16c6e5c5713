/* Painting a content by a network that others have made, instead of by styles.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "repaint.h"

#include <string.h>

#include <glib/gi18n-lib.h>

#include "budget.h"
#include "error.h"
#include "finish.h"
#include "foreign.h"
#include "picture.h"

/* Rows that are read at a time. */
#define BAND 64

/* The share of a rendering that painting takes. */
#define PAINTING 0.9

/* The picture as the network is to see it. */
static gboolean
read_picture (AdainContent *content, float *rgb, GError **error)
{
  int               width = content->work.width;
  g_autofree float *rgba = g_try_new (float, width * (gsize) BAND * 4);
  g_autofree float *mask = g_try_new (float, width * (gsize) BAND);

  if (!rgba || !mask)
    return adain_no_memory_for_picture (error);
  for (int y = 0; y < content->work.height; y += BAND)
    {
      AdainRect rect = { 0, y, width, MIN (BAND, content->work.height - y) };

      if (!adain_picture_read (&content->work, &content->lock, &rect, rgba, mask, error))
        return FALSE;
      adain_survey_flatten (&content->survey, &rect, rgba, mask, rgb + (gsize) y * width * 3);
    }
  return TRUE;
}

/* Paints the picture into `result`, of the size of `work`. */
static gboolean
paint (AdainContent *content, float *result, GCancellable *cancellable, GError **error)
{
  const AdainForeign *foreign = content->engine->foreign;
  const AdainSource  *work = &content->work;
  gsize    bytes = adain_budget_foreign (adain_foreign_pixels (foreign, work->width, work->height));
  gboolean ok;

  if (!adain_budget_take (&content->memory, bytes))
    return adain_no_memory_for_foreign (error);
  ok = read_picture (content, result, error)
       && adain_foreign_paint (foreign, result, work->width, work->height, cancellable, error);
  content->memory += bytes;
  return ok;
}

/* What is painted, as a source that is visible where the picture is. */
typedef struct
{
  const AdainSource *work;
  const float       *result;
} Painted;

static gboolean
read_painted (gpointer user_data, const AdainRect *rect, float *rgba, float *mask, GError **error)
{
  const Painted *painted = user_data;

  if (!painted->work->read (painted->work->user_data, rect, rgba, mask, error))
    return FALSE;
  for (int y = 0; y < rect->height; y++)
    for (int x = 0; x < rect->width; x++, rgba += 4)
      memcpy (rgba, painted->result + ((gsize) (rect->y + y) * painted->work->width + rect->x + x) * 3,
              3 * sizeof (float));
  return TRUE;
}

/* Moves the colors of the result to the picture's palette. */
static gboolean
recolor (const AdainContent *content, float *result, GCancellable *cancellable, GError **error)
{
  Painted       painted = { &content->work, result };
  AdainSource   source = content->work;
  AdainPalette  palette;
  AdainColorMap map;

  source.read = read_painted;
  source.user_data = &painted;
  if (!adain_source_palette (&source, &palette, cancellable, error))
    return FALSE;
  adain_color_map_init (&map, &palette, &content->survey.palette);
  for (gsize i = 0; i < (gsize) source.width * source.height; i++, result += 3)
    {
      float rgba[4] = { result[0], result[1], result[2] };

      adain_color_map_apply (&map, rgba, 1);
      memcpy (result, rgba, 3 * sizeof (float));
    }
  return TRUE;
}

static gboolean
check (const AdainContent *content, const AdainRenderOptions *options, GError **error)
{
  if (options->refine > 0)
    g_set_error_literal (error, ADAIN_ERROR, ADAIN_ERROR_ARGUMENT,
                         _ ("What an ONNX model paints cannot be refined; set the refinement to 0"));
  else if (content->source.n_regions > 0)
    g_set_error_literal (error, ADAIN_ERROR, ADAIN_ERROR_ARGUMENT,
                         _ ("An ONNX model paints without styles, and so without their regions"));
  else
    return TRUE;
  return FALSE;
}

static void
tell (const AdainReport *report, double fraction)
{
  if (report->callback)
    report->callback (fraction, ADAIN_PROGRESS_TILES, 1, 1, report->data);
}

gboolean
adain_repaint (AdainContent *content, const AdainRenderOptions *options, const AdainSink *sink,
               AdainReport *report, GError **error)
{
  AdainMixture       mixture;
  AdainRenderOptions whole = *options;
  AdainFinish        last = { content, &mixture, &whole, sink };
  g_autofree float  *result = NULL;
  gboolean           ok;

  if (!check (content, options, error))
    return FALSE;
  if (options->strength == 0)
    return adain_finish_untouched (content, sink, report, error);
  result = g_try_new (float, (gsize) content->work.width * content->work.height * 3);
  if (!result)
    return adain_no_memory_for_picture (error);
  /* The strength is the opacity of the finished result over the picture. */
  whole.strength = 1;
  adain_mixture_init_opacity (&mixture, content, options->strength);
  ok = paint (content, result, report->cancellable, error)
       && (options->color != ADAIN_COLOR_PALETTE || recolor (content, result, report->cancellable, error));
  report->start = PAINTING;
  if (ok)
    tell (report, PAINTING);
  ok = ok && adain_finish (&last, result, report, error);
  if (ok)
    tell (report, 1);
  adain_mixture_clear (&mixture);
  return ok;
}
