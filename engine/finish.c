/* The end of a rendering: from a whole result at the size that the network sees to the sink.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "finish.h"

#include "color.h"
#include "detail.h"
#include "error.h"
#include "picture.h"

gboolean
adain_finish_untouched (AdainContent *content, const AdainSink *sink, const AdainReport *report,
                        GError **error)
{
  const int         band = 64;
  g_autofree float *rgba = g_try_new (float, content->source.width * (gsize) band * 4);

  if (!rgba)
    {
      adain_no_memory_for_picture (error);
      return FALSE;
    }
  for (int y = 0; y < content->source.height; y += band)
    {
      AdainRect rect = { 0, y, content->source.width, MIN (band, content->source.height - y) };

      if (g_cancellable_set_error_if_cancelled (report->cancellable, error)
          || !content->source.read (content->source.user_data, &rect, rgba, NULL, error)
          || !sink->write (sink->user_data, &rect, rgba, error))
        return FALSE;
    }
  if (report->callback)
    report->callback (report->end, ADAIN_PROGRESS_TILES, 1, 1, report->data);
  return TRUE;
}

/* Writes a whole result of the picture's own size. */
static gboolean
write_result (AdainContent *content, const AdainMixture *mixture, const float *result,
              const AdainRenderOptions *options, const AdainSink *sink, GError **error)
{
  const int         band = 64;
  int               width = content->work.width;
  gsize             n = width * (gsize) band;
  g_autofree float *rgba = g_try_new (float, n * 4);
  g_autofree float *cover = mixture->everywhere ? NULL : g_try_new (float, n * 3);

  if (!rgba || (!mixture->everywhere && !cover))
    return adain_no_memory_for_picture (error);
  for (int y = 0; y < content->work.height; y += band)
    {
      AdainRect rect = { 0, y, width, MIN (band, content->work.height - y) };

      if (!adain_picture_read_unclipped (&content->work, &content->lock, &rect, rgba, error)
          || (cover && !adain_mixture_cover (mixture, &rect, cover, cover + n, error)))
        return FALSE;
      adain_color_finish (options->color, options->plain ? 0 : 1 - options->strength,
                          result + (gsize) y * width * 3, rgba, cover, rgba, width * rect.height);
      if (!sink->write (sink->user_data, &rect, rgba, error))
        return FALSE;
    }
  return TRUE;
}

gboolean
adain_finish (const AdainFinish *self, float *result, const AdainReport *report, GError **error)
{
  return adain_content_is_scaled (self->content)
             ? adain_detail_write (self->content, result, self->mixture, self->options, self->sink, report,
                                   error)
             : write_result (self->content, self->mixture, result, self->options, self->sink, error);
}
