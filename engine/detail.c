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

#include "clones.h"
#include "color.h"
#include "error.h"
#include "picture.h"
#include "pool.h"
#include "resample.h"

/* Half the side of the window in which the gain is measured. */
#define RADIUS 2

/* Added to the variances: where the picture is flat the gain is that of untouched detail. */
#define EPSILON 1e-4f

#define MAX_GAIN 1.5f

/* What is enlarged: result R'G'B' and gain, small picture R'G'B' and nothing. */
#define CHANNELS 8

typedef float Quad __attribute__ ((vector_size (4 * sizeof (float))));

/* The rectangles of the full picture that are finished at a time. */
#define TILE_WIDTH  128
#define TILE_HEIGHT 128

typedef struct
{
  AdainContent       *content;
  const AdainMixture *mixture;
  AdainColor          color;
  float               lightness; /* of the lightness of the detail, what is added with the gain, */
  float               share;     /* and of all detail, lightness and color, what is added as it is */
  const AdainSink    *sink;
  const float        *result; /* work.height * work.width * 3 */
  AdainScaling        horizontal, vertical;
  AdainGrid           grid; /* of the full picture, in pixels */
} Pass;

/* Sums over a window, of the lightness of the picture (x) and of the result (y). */
typedef struct
{
  float x, y, xx, xy;
} Sums;

/* The window's sums over the rows around `row`, for the columns from `start` to `end`. */
static void
sum_columns (const Pass *pass, int row, int start, int end, Sums *sums)
{
  const AdainImage *small = &pass->content->scaled;

  memset (sums, 0, (end - start) * sizeof *sums);
  for (int v = MAX (row - RADIUS, 0); v <= MIN (row + RADIUS, small->height - 1); v++)
    for (int u = start; u < end; u++)
      {
        gsize i = (gsize) v * small->width + u;
        float x = adain_luma (small->rgba + 4 * i), y = adain_luma (pass->result + 3 * i);
        Sums *sum = &sums[u - start];

        sum->x += x;
        sum->y += y;
        sum->xx += x * x;
        sum->xy += x * y;
      }
}

/* How much steeper than the picture the result is, from the sums over `n` pixels. */
static float
gain (const Sums *sums, int n)
{
  float x = sums->x / n, variance = sums->xx / n - x * x, covariance = sums->xy / n - x * (sums->y / n);

  return CLAMP ((covariance + EPSILON) / (MAX (variance, 0) + EPSILON), 0, MAX_GAIN);
}

/* Fills `layers` with the rectangle `from` of the small picture. `sums` has room for a row of it and the
 * windows' margins. */
static void
fill_layers (const Pass *pass, const AdainRect *from, float *layers, Sums *sums)
{
  const AdainImage *small = &pass->content->scaled;
  int               start = MAX (from->x - RADIUS, 0);
  int               end = MIN (from->x + from->width + RADIUS, small->width);

  for (int y = from->y; y < from->y + from->height; y++)
    {
      int rows = MIN (y + RADIUS, small->height - 1) - MAX (y - RADIUS, 0) + 1;

      sum_columns (pass, y, start, end, sums);
      for (int x = from->x; x < from->x + from->width; x++, layers += CHANNELS)
        {
          gsize i = (gsize) y * small->width + x;
          int   first = MAX (x - RADIUS, start), last = MIN (x + RADIUS, end - 1);
          Sums  window = { 0 };

          for (int u = first; u <= last; u++)
            {
              window.x += sums[u - start].x;
              window.y += sums[u - start].y;
              window.xx += sums[u - start].xx;
              window.xy += sums[u - start].xy;
            }
          memcpy (layers, pass->result + 3 * i, 3 * sizeof (float));
          layers[3] = gain (&window, rows * (last - first + 1));
          memcpy (layers + 4, small->rgba + 4 * i, 3 * sizeof (float));
          layers[7] = 0;
        }
    }
}

/* One pixel of the full picture: `pixel` is what the small one has there. Fills 4 floats, the last with no
 * meaning. */
static inline void
add_detail (const Pass *pass, const float *pixel, const float *rgba, float *styled)
{
  Quad  own = { adain_clip (rgba[0]), adain_clip (rgba[1]), adain_clip (rgba[2]) };
  float lightness = pass->lightness * pixel[3] * (adain_luma ((const float *) &own) - adain_luma (pixel + 4));
  Quad  result, small;

  memcpy (&result, pixel, sizeof result);
  memcpy (&small, pixel + 4, sizeof small);
  result = result + lightness + pass->share * (own - small);
  memcpy (styled, &result, sizeof result);
}

/* A row of the full picture, `n` pixels: `pixels` is what the small one has there, `rgba` becomes the result. */
ADAIN_CLONES ("avx2")
static void
finish_row (const Pass *pass, const float *pixels, const float *cover, float *styled, float *rgba, int n)
{
  for (int i = 0; i < n; i++)
    add_detail (pass, pixels + i * CHANNELS, rgba + 4 * i, styled + 3 * i);
  adain_color_finish (pass->color, pass->share, styled, rgba, cover, rgba, n);
}

/* A worker's own buffers: the rectangle of the small picture, a row of it and the windows' margins, the rectangle
 * horizontally enlarged, and one row of the full picture. */
typedef struct
{
  float *layers;
  Sums  *sums;
  float *wide;
  float *pixels, *styled;
} Bench;

static void
clear_bench (Bench *bench)
{
  g_free (bench->layers);
  g_free (bench->sums);
  g_free (bench->wide);
  g_free (bench->pixels);
  g_free (bench->styled);
}

/* Finishes the rectangle `rect` of the full picture, for which `from` of the small one is needed. */
static gboolean
finish_rect (const Pass *pass, const AdainRect *rect, const AdainRect *from, const float *cover, float *rgba)
{
  const gsize pitch = (gsize) rect->width * CHANNELS;
  Bench       bench = { .layers = g_try_new (float, from->width * (gsize) from->height * CHANNELS),
                        .sums = g_try_new (Sums, from->width + 2 * RADIUS),
                        .wide = g_try_new (float, from->height * pitch),
                        .pixels = g_try_new (float, pitch),
                        .styled = g_try_new (float, (gsize) rect->width * 3 + 1) };
  gboolean    ok = bench.layers && bench.sums && bench.wide && bench.pixels && bench.styled;

  if (ok)
    fill_layers (pass, from, bench.layers, bench.sums);
  for (int y = 0; ok && y < from->height; y++)
    adain_scale_horizontally (&pass->horizontal, bench.layers + (gsize) y * from->width * CHANNELS, rect->x,
                              rect->width, bench.wide + y * pitch);
  for (int y = 0; ok && y < rect->height; y++, rgba += (gsize) rect->width * 4)
    {
      adain_scale_vertically (&pass->vertical,
                              bench.wide + (pass->vertical.first[rect->y + y] - from->y) * pitch, rect->y + y,
                              pitch, bench.pixels);
      finish_row (pass, bench.pixels, cover ? cover + (gsize) y * rect->width : NULL, bench.styled, rgba,
                  rect->width);
    }
  clear_bench (&bench);
  return ok;
}

static gboolean
finish_tile (int worker, int index, gpointer user_data, GError **error)
{
  Pass             *pass = user_data;
  AdainSource      *source = &pass->content->source;
  AdainRect         rect = adain_grid_tile (&pass->grid, index);
  AdainRect         from = { pass->horizontal.first[rect.x], pass->vertical.first[rect.y],
                             adain_scaling_span (&pass->horizontal, rect.x, rect.width),
                             adain_scaling_span (&pass->vertical, rect.y, rect.height) };
  gsize             n = (gsize) rect.width * rect.height;
  g_autofree float *rgba = g_try_new (float, n * 4);
  g_autofree float *cover = pass->mixture->everywhere ? NULL : g_try_new (float, 3 * n);
  gboolean ok;

  if (!rgba || (!pass->mixture->everywhere && !cover))
    return adain_no_memory_for_picture (error);
  if (!adain_picture_read_unclipped (source, &pass->content->lock, &rect, rgba, error)
      || (cover && !adain_mixture_cover (pass->mixture, &rect, cover, cover + n, error)))
    return FALSE;
  if (!finish_rect (pass, &rect, &from, cover, rgba))
    return adain_no_memory_for_picture (error);
  g_mutex_lock (&pass->content->lock);
  ok = pass->sink->write (pass->sink->user_data, &rect, rgba, error);
  g_mutex_unlock (&pass->content->lock);
  return ok;
}

gboolean
adain_detail_write (AdainContent *content, float *result, const AdainMixture *mixture,
                    const AdainRenderOptions *options, const AdainSink *sink, const AdainReport *report,
                    GError **error)
{
  const AdainSource *source = &content->source;
  const AdainImage  *small = &content->scaled;
  float              share = options->plain ? 0 : 1 - options->strength;
  Pass     pass = { content, mixture, options->color, options->detail * (1 - share), share, sink, result };
  gboolean ok;

  adain_grid_init (&pass.grid, source->width, source->height, TILE_WIDTH, TILE_HEIGHT);
  for (gsize i = 0; i < (gsize) small->width * small->height * 3; i++)
    result[i] = CLAMP (result[i], 0, 1);
  ok = adain_scaling_init (&pass.horizontal, small->width, source->width, error)
       && adain_scaling_init (&pass.vertical, small->height, source->height, error)
       && adain_pool_run (adain_grid_tiles (&pass.grid), content->engine->threads, finish_tile, &pass, report,
                          error);
  adain_scaling_clear (&pass.horizontal);
  adain_scaling_clear (&pass.vertical);
  return ok;
}
