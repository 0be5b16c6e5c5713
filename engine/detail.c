/* Bringing a result of the working size back to the picture's full size.
 *
 * Around each pixel the lightness of the result is, locally, about `gain` times that of the picture
 * (the guided filter's model; He, Sun and Tang, "Guided image filtering", 2013). So the fine detail
 * that the enlarged small picture lacks is added with that gain: edges that the style kept become
 * sharp again, textures that it painted over stay away. The less style is asked for, the more of all
 * detail comes back as it is, so that there is no jump at strength 0.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "detail.h"

#include <string.h>

#include <glib/gi18n-lib.h>

#include "color.h"
#include "picture.h"
#include "resample.h"

/* Half the side of the window in which the gain is measured. */
#define RADIUS 2

/* Added to the variances: where the picture is flat the gain is that of untouched detail. */
#define EPSILON 1e-4f

#define MAX_GAIN 1.5f

/* Result R'G'B', small picture R'G'B', gain. */
#define CHANNELS 7

/* Rows of the full picture that are finished at a time. */
#define BAND 64

typedef struct
{
  AdainContent    *content;
  AdainColor       color;
  float            share;           /* of all detail, lightness and colour, that is added as it is */
  const AdainSink *sink;
  float           *layers;          /* work.height * work.width * CHANNELS */
  AdainScaling     horizontal, vertical;
} Pass;

/* Sums of x, y, xx and xy over the window around a pixel, as far as the picture goes. */
static float
local_gain (const float *layers, int width, int height, int x, int y)
{
  float n = 0, sx = 0, sy = 0, sxx = 0, sxy = 0;

  for (int v = MAX (y - RADIUS, 0); v <= MIN (y + RADIUS, height - 1); v++)
    for (int u = MAX (x - RADIUS, 0); u <= MIN (x + RADIUS, width - 1); u++)
      {
        const float *pixel = layers + ((gsize) v * width + u) * CHANNELS;
        float        from = adain_luma (pixel + 3), to = adain_luma (pixel);

        n++;
        sx += from;
        sy += to;
        sxx += from * from;
        sxy += from * to;
      }
  sxx = sxx / n - sx / n * (sx / n);
  sxy = sxy / n - sx / n * (sy / n);
  return CLAMP ((sxy + EPSILON) / (MAX (sxx, 0) + EPSILON), 0, MAX_GAIN);
}

static gboolean
fill_layers (float *layers, const AdainImage *small, const float *result,
             GCancellable *cancellable, GError **error)
{
  gsize n = (gsize) small->width * small->height;

  for (gsize i = 0; i < n; i++)
    {
      for (int c = 0; c < 3; c++)
        layers[i * CHANNELS + c] = CLAMP (result[i * 3 + c], 0, 1);
      memcpy (layers + i * CHANNELS + 3, small->rgba + 4 * i, 3 * sizeof (float));
    }
  for (int y = 0; y < small->height; y++)
    {
      if (g_cancellable_set_error_if_cancelled (cancellable, error))
        return FALSE;
      for (int x = 0; x < small->width; x++)
        layers[((gsize) y * small->width + x) * CHANNELS + 6]
          = local_gain (layers, small->width, small->height, x, y);
    }
  return TRUE;
}

/* One pixel of the full picture: `pixel` is what the small one has there. */
static void
add_detail (const Pass *pass, const float *pixel, const float *rgba, float styled[3])
{
  float lightness = (1 - pass->share) * pixel[6] * (adain_luma (rgba) - adain_luma (pixel + 3));

  for (int c = 0; c < 3; c++)
    styled[c] = pixel[c] + lightness + pass->share * (rgba[c] - pixel[3 + c]);
}

static gboolean
finish_band (int worker, int index, gpointer user_data, GError **error)
{
  Pass             *pass = user_data;
  AdainSource      *source = &pass->content->source;
  AdainRect         rect = { 0, index * BAND, source->width, MIN (BAND, source->height - index * BAND) };
  gsize             n = (gsize) rect.width * rect.height;
  gsize             rows = adain_scaling_rows (&pass->vertical, rect.y, rect.height);
  g_autofree float *rgba = g_try_new (float, n * 4), *layers = g_try_new (float, n * CHANNELS);
  g_autofree float *scratch = g_try_new (float, rows * rect.width * CHANNELS);
  gboolean          ok;

  if (!rgba || !layers || !scratch)
    {
      g_set_error_literal (error, ADAIN_ERROR, ADAIN_ERROR_MEMORY,
                           _("Not enough memory to scale the picture"));
      return FALSE;
    }
  if (!adain_picture_read (source, &pass->content->lock, &rect, rgba, NULL, error))
    return FALSE;
  adain_scale_rect (&pass->horizontal, &pass->vertical, pass->layers, CHANNELS, &rect, layers, scratch);
  for (gsize i = 0; i < n; i++)
    {
      float styled[3];

      add_detail (pass, layers + i * CHANNELS, rgba + 4 * i, styled);
      adain_color_finish (pass->color, styled, rgba + 4 * i, rgba + 4 * i, 1);
    }
  g_mutex_lock (&pass->content->lock);
  ok = pass->sink->write (pass->sink->user_data, &rect, rgba, error);
  g_mutex_unlock (&pass->content->lock);
  return ok;
}

gboolean
adain_detail_write (AdainContent *content, const float *result, const AdainRenderOptions *options,
                    const AdainSink *sink, const AdainReport *report, GError **error)
{
  const AdainImage *small = &content->scaled;
  g_autofree float *layers = g_try_new (float, (gsize) small->width * small->height * CHANNELS);
  Pass              pass = { content, options->color, options->plain ? 0 : 1 - options->strength,
                             sink, layers };
  gboolean          ok;

  if (!layers)
    {
      g_set_error_literal (error, ADAIN_ERROR, ADAIN_ERROR_MEMORY,
                           _("Not enough memory to scale the picture"));
      return FALSE;
    }
  ok = fill_layers (layers, small, result, report->cancellable, error)
       && adain_scaling_init (&pass.horizontal, small->width, content->source.width, error)
       && adain_scaling_init (&pass.vertical, small->height, content->source.height, error)
       && adain_tiles_run ((content->source.height + BAND - 1) / BAND, content->engine->threads,
                           finish_band, &pass, report, error);
  adain_scaling_clear (&pass.horizontal);
  adain_scaling_clear (&pass.vertical);
  return ok;
}
