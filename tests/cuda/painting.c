/* A picture painted by a back end as the engine does it.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "painting.h"

#include <string.h>

#include "support.h"
#include "transport.h"

#define STYLES 2

const TestPainting test_paintings[] = {
  { "texture 0", 15, 12, 16, FALSE, 0, 1 },     { "texture 1", 15, 12, 16, FALSE, 1, 1 },
  { "texture 0.5", 15, 12, 16, FALSE, 0.5, 1 }, { "two styles", 15, 12, 16, FALSE, 1, 0.3 },
  { "tiles", 15, 12, 7, FALSE, 1, 1 },          { "selection", 15, 12, 7, TRUE, 1, 0.6 },
};
const int test_n_paintings = G_N_ELEMENTS (test_paintings);

typedef struct
{
  const AdainBackendClass *class;
  AdainBackend       *backend;
  const AdainNetwork *network;
  const TestPainting *painting;
} Painter;

/* Pixels of a picture that is neither noise nor flat: blocks of random colors, and noise on them. */
static float *
picture_new (const TestPainting *painting, guint32 seed)
{
  int    width = painting->width * ADAIN_CELL, height = painting->height * ADAIN_CELL;
  int    across = (width + 4) / 5;
  float *rgb = test_random ((gsize) width * height * 3, 0, 0.4, seed);
  float *colors = test_random ((gsize) across * ((height + 4) / 5) * 3, 0, 0.6, seed + 1);

  for (int y = 0; y < height; y++)
    for (int x = 0; x < width; x++)
      for (int c = 0; c < 3; c++)
        rgb[((gsize) y * width + x) * 3 + c] += colors[(y / 5 * across + x / 5) * 3 + c];
  g_free (colors);
  return rgb;
}

/* A rectangle with so many cells more on each side, within the picture. */
static AdainRect
grow (const TestPainting *painting, const AdainRect *rect, int halo)
{
  int x = MAX (rect->x - halo, 0), y = MAX (rect->y - halo, 0);
  int right = MIN (rect->x + rect->width + halo, painting->width);
  int bottom = MIN (rect->y + rect->height + halo, painting->height);

  return (AdainRect) { x, y, right - x, bottom - y };
}

/* Copies a rectangle, in units of `size` floats, out of rows of `width` of them or back into these. */
static void
copy_rect (float *rows, int width, int size, const AdainRect *rect, float *packed, gboolean back)
{
  gsize length = (gsize) rect->width * size;

  for (int y = 0; y < rect->height; y++)
    {
      float *row = rows + ((gsize) (rect->y + y) * width + rect->x) * size;

      memcpy (back ? row : packed + y * length, back ? packed + y * length : row, length * sizeof (float));
    }
}

static AdainRect
pixels (const AdainRect *cells)
{
  return (AdainRect) { cells->x * ADAIN_CELL, cells->y * ADAIN_CELL, cells->width * ADAIN_CELL,
                       cells->height * ADAIN_CELL };
}

static gboolean
encode_tile (const Painter *painter, float *rgb, float *weights, const AdainRect *tile,
             AdainFeatures *features, AdainStatistics *statistics, GError **error)
{
  const TestPainting *painting = painter->painting;
  AdainRect           seen = grow (painting, tile, adain_chain_halo (&painter->network->encoder));
  AdainRect           keep = { tile->x - seen.x, tile->y - seen.y, tile->width, tile->height };
  AdainRect           rect = pixels (&seen);
  float              *part = g_new (float, (gsize) rect.width * rect.height * 3);
  float              *counts = g_new (float, (gsize) tile->width * tile->height);
  AdainStatistics    *found = adain_statistics_new_like (statistics, 0);
  gboolean            done;

  copy_rect (rgb, painting->width * ADAIN_CELL, 3, &rect, part, FALSE);
  if (weights)
    copy_rect (weights, painting->width, 1, tile, counts, FALSE);
  done = painter->class->encode (painter->backend, 0, part, rect.width, rect.height, &keep,
                                 weights ? counts : NULL, features, tile->x, tile->y, found, NULL, error);
  if (done)
    adain_statistics_merge (statistics, found);
  adain_statistics_free (found);
  g_free (counts);
  g_free (part);
  return done;
}

static gboolean
decode_tile (const Painter *painter, const AdainFeatures *features, const AdainTransform *transform,
             const AdainRect *tile, float *rgb, GError **error)
{
  const TestPainting *painting = painter->painting;
  AdainRect           from = grow (painting, tile, adain_chain_halo (&painter->network->decoder));
  AdainRect           keep = { tile->x - from.x, tile->y - from.y, tile->width, tile->height };
  AdainRect           rect = pixels (tile);
  float              *part = g_new (float, (gsize) rect.width * rect.height * 3);
  gboolean done = painter->class->decode (painter->backend, 0, 0, features, &from, &keep, transform, from.x,
                                          from.y, part, NULL, error);

  if (done)
    copy_rect (rgb, painting->width * ADAIN_CELL, 3, &rect, part, TRUE);
  g_free (part);
  return done;
}

/* All tiles, encoded or, with a transform, decoded. */
static gboolean
for_each_tile (const Painter *painter, float *rgb, float *weights, AdainFeatures *features,
               AdainStatistics *statistics, const AdainTransform *transform, GError **error)
{
  const TestPainting *painting = painter->painting;

  for (int y = 0; y < painting->height; y += painting->tile)
    for (int x = 0; x < painting->width; x += painting->tile)
      {
        AdainRect tile = { x, y, MIN (painting->tile, painting->width - x),
                           MIN (painting->tile, painting->height - y) };

        if (!(transform ? decode_tile (painter, features, transform, &tile, rgb, error)
                        : encode_tile (painter, rgb, weights, &tile, features, statistics, error)))
          return FALSE;
      }
  return TRUE;
}

/* The statistics, with covariance if there is texture; NULL on failure. */
static AdainStatistics *
encode (const Painter *painter, guint32 seed, float *weights, AdainFeatures *features, GError **error)
{
  AdainStatistics *statistics = adain_statistics_new (adain_network_channels (painter->network));
  float           *rgb = picture_new (painter->painting, seed);

  if (weights)
    adain_statistics_want_range (statistics);
  if (painter->painting->texture > 0)
    adain_statistics_want_covariance (statistics);
  if (!for_each_tile (painter, rgb, weights, features, statistics, NULL, error))
    g_clear_pointer (&statistics, adain_statistics_free);
  g_free (rgb);
  return statistics;
}

/* The map from one covariance to another. */
static double *
map_new (const AdainStatistics *content, const AdainStatistics *style)
{
  int     n = content->channels;
  double *from = g_new (double, (gsize) n * n), *to = g_new (double, (gsize) n * n);
  double *map = g_new (double, (gsize) n * n), *work = g_new (double, ADAIN_TRANSPORT_WORK (n));

  adain_covariance_get (content->covariance, from);
  adain_covariance_get (style->covariance, to);
  adain_covariance_regularize (from, n);
  adain_covariance_regularize (to, n);
  if (!adain_transport_factor (from, n) || !adain_transport_map (from, to, n, map, work))
    memset (map, 0, (gsize) n * n * sizeof (double));
  g_free (from);
  g_free (to);
  g_free (work);
  return map;
}

static AdainTransform *
make_transform (const Painter *painter, const AdainStatistics *content, AdainStatistics *const *styles)
{
  const TestPainting *painting = painter->painting;
  double              weights[STYLES] = { painting->share, 1 - painting->share };
  double             *maps[STYLES] = { NULL };
  AdainBlend          blend = {
             .n = STYLES,
             .styles = (const AdainStatistics *const *) styles,
             .weights = weights,
             .strength = 1,
             .texture = painting->texture,
             .maps = (const double *const *) maps,
  };
  AdainTransform *transform;

  for (int k = 0; k < STYLES && painting->texture > 0; k++)
    maps[k] = map_new (content, styles[k]);
  transform = adain_transform_new (content, &painter->network->usual, &blend);
  for (int k = 0; k < STYLES; k++)
    g_free (maps[k]);
  return transform;
}

/* The weights of cells: a third not selected, the edge of that softly. */
static float *
selection_new (const TestPainting *painting)
{
  float *weights = g_new (float, (gsize) painting->width * painting->height);

  for (int i = 0; i < painting->width * painting->height; i++)
    weights[i] = CLAMP ((i % painting->width - painting->width / 3) * 0.4f, 0, 1);
  return weights;
}

/* Of what is not selected nothing is shown. The map is not made for it: what is rounding in directions that
 * the selected cells do not have comes out many times larger there. */
static void
show_selection (const TestPainting *painting, const float *weights, float *rgb)
{
  int width = painting->width * ADAIN_CELL, height = painting->height * ADAIN_CELL;

  for (int y = 0; y < height; y++)
    for (int x = 0; x < width; x++)
      for (int c = 0; c < 3; c++)
        rgb[((gsize) y * width + x) * 3 + c] *= weights[y / ADAIN_CELL * painting->width + x / ADAIN_CELL];
}

float *
test_paint (const AdainBackendClass *class, AdainBackend *backend, const AdainNetwork *network,
            const TestPainting *painting, GError **error)
{
  Painter          painter = { class, backend, network, painting };
  gsize            cells = (gsize) painting->width * painting->height;
  float           *weights = painting->weighted ? selection_new (painting) : NULL, *rgb = NULL;
  AdainFeatures   *features = class->features_new (backend, painting->width, painting->height, error);
  AdainStatistics *content = features ? encode (&painter, 1, weights, features, error) : NULL;
  AdainStatistics *styles[STYLES] = { NULL };
  gboolean         done = content != NULL;

  for (int k = 0; k < STYLES && done; k++)
    done = (styles[k] = encode (&painter, 3 + 2 * k, NULL, NULL, error)) != NULL;
  if (done)
    {
      AdainTransform *transform = make_transform (&painter, content, styles);

      rgb = g_new (float, cells * ADAIN_CELL * ADAIN_CELL * 3);
      if (!for_each_tile (&painter, rgb, NULL, features, NULL, transform, error))
        g_clear_pointer (&rgb, g_free);
      adain_transform_free (transform);
      if (rgb && weights)
        show_selection (painting, weights, rgb);
    }
  for (int k = 0; k < STYLES; k++)
    adain_statistics_free (styles[k]);
  adain_statistics_free (content);
  if (features)
    class->features_free (backend, features);
  g_free (weights);
  return rgb;
}
