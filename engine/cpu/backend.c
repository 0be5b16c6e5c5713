/* The CPU back end: streams on one worker per thread.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <string.h>

#include <glib/gi18n-lib.h>

#include "apply.h"
#include "../error.h"
#include "ranges.h"
#include "stream.h"

/* Rows that enter the encoder, and cell rows that enter the decoder, between two looks at the
 * cancellable: enough to use the weights well while they are in the cache. */
#define ENCODE_STEP 16
#define DECODE_STEP 2

/* Tiles larger than this, in cells, would outgrow the cache and make progress jerky. */
#define MAX_TILE_WIDTH  128
#define MAX_TILE_HEIGHT 128
#define MIN_TILE        8

typedef struct
{
  AdainStream *encoder, *decoder;
  int          encoder_width, decoder_width; /* what they have been made for */
} Worker;

struct _AdainBackend
{
  const AdainNetwork *network;
  const AdainKernels *kernels;
  AdainLayers         encoder;
  AdainLayers        *decoders; /* of the same shapes */
  int                 n_decoders;
  Worker             *workers;
  int                 n_workers;
  int                 channels;
  int                 tile;
  float               scale[3]; /* from R'G'B' less the mean to the encoder's elements */
  char               *description;
};

/* `cells` holds height * width * channels floats. */
struct _AdainFeatures
{
  int    width, height;
  float *cells;
};

static int
score (char **reason)
{
  return 10;
}

static void
close_backend (AdainBackend *self)
{
  if (self == NULL)
    return;
  for (int i = 0; i < self->n_workers; i++)
    {
      adain_stream_free (self->workers[i].encoder);
      adain_stream_free (self->workers[i].decoder);
    }
  adain_layers_clear (&self->encoder, self->kernels);
  for (int i = 0; i < self->n_decoders; i++)
    adain_layers_clear (&self->decoders[i], self->kernels);
  g_free (self->decoders);
  g_free (self->workers);
  g_free (self->description);
  g_free (self);
}

/* Brings both halves of the network into the kernels' layout. */
static gboolean
pack (AdainBackend *self, GError **error)
{
  const AdainNetwork *network = self->network;
  const AdainKernels *kernels = self->kernels;
  float               encoder[ADAIN_MAX_LAYERS] = { 0 }, decoder[ADAIN_MAX_LAYERS] = { 0 };
  gboolean            integers = kernels->measure != NULL;

  if (integers && !adain_ranges_find (network, kernels->measure, encoder, decoder, error))
    return FALSE;
  if (!adain_layers_pack (&self->encoder, kernels, &network->encoder, TRUE, integers ? encoder : NULL, error)
      || !adain_layers_pack (self->decoders, kernels, &network->decoder, FALSE, integers ? decoder : NULL,
                             error))
    return FALSE;
  for (int c = 0; c < 3; c++)
    self->scale[c] = network->scale[c] * self->encoder.layer[0].conv.in_scale;
  return TRUE;
}

static AdainBackend *
open_backend (const AdainNetwork *network, const AdainBackendOptions *options, GError **error)
{
  const AdainKernels *kernels = adain_kernels_find (options->kernels);
  AdainBackend       *self;

  if (!kernels)
    {
      g_set_error (error, ADAIN_ERROR, ADAIN_ERROR_DEVICE,
                   _ ("This processor or build has no kernels called “%s”"), options->kernels);
      return NULL;
    }
  self = g_new0 (AdainBackend, 1);
  self->network = network;
  self->kernels = kernels;
  self->channels = adain_network_channels (network);
  self->tile = options->tile / ADAIN_CELL;
  self->n_workers = options->threads;
  self->workers = g_new0 (Worker, self->n_workers);
  self->decoders = g_new0 (AdainLayers, 1);
  self->n_decoders = 1;
  self->description = g_strdup_printf (ngettext ("CPU, %d thread, %s", "CPU, %d threads, %s",
                                                 self->n_workers),
                                       self->n_workers, kernels->name);
  if (!pack (self, error))
    {
      close_backend (self);
      return NULL;
    }
  return self;
}

static const char *
describe (AdainBackend *self)
{
  return self->description;
}

static int
workers (AdainBackend *self)
{
  return self->n_workers;
}

/* Both streams of all workers, for tiles of `width` cells beside their halo. */
static gsize
stream_bytes (AdainBackend *self, int width)
{
  int seen = (width + 2 * adain_chain_halo (&self->network->encoder)) * ADAIN_CELL;
  int from = width + 2 * adain_chain_halo (&self->network->decoder);

  return self->n_workers
         * (adain_stream_bytes (self->kernels, &self->encoder, seen, ENCODE_STEP)
            + adain_stream_bytes (self->kernels, self->decoders, from, DECODE_STEP));
}

static gboolean
tile_size (AdainBackend *self, int width, int height, gsize budget, int *tile_width, int *tile_height)
{
  int columns, rows;

  if (self->tile > 0)
    {
      *tile_width = MIN (width, self->tile);
      *tile_height = MIN (height, self->tile);
      return TRUE;
    }
  /* Equal columns, and as many rows of tiles as give every worker the same number of tiles. */
  columns = (width + MAX_TILE_WIDTH - 1) / MAX_TILE_WIDTH;
  rows = (height + MAX_TILE_HEIGHT - 1) / MAX_TILE_HEIGHT;
  while (columns * rows % self->n_workers != 0 && height / (rows + 1) >= MIN_TILE)
    rows++;
  *tile_width = (width + columns - 1) / columns;
  *tile_height = (height + rows - 1) / rows;
  while (stream_bytes (self, *tile_width) > budget && *tile_width > MIN_TILE)
    *tile_width = MAX (*tile_width / 2, MIN_TILE);
  return stream_bytes (self, *tile_width) <= budget;
}

static gsize
feature_bytes (AdainBackend *self, int width, int height)
{
  return (gsize) width * height * self->channels * sizeof (float);
}

static AdainFeatures *
features_new (AdainBackend *self, int width, int height, GError **error)
{
  AdainFeatures *features = g_new0 (AdainFeatures, 1);

  features->width = width;
  features->height = height;
  features->cells = g_try_malloc (feature_bytes (self, width, height));
  if (!features->cells)
    {
      g_free (features);
      adain_no_memory_for_picture (error);
      return NULL;
    }
  return features;
}

static void
features_free (AdainBackend *self, AdainFeatures *features)
{
  if (features == NULL)
    return;
  g_free (features->cells);
  g_free (features);
}

/* The worker's stream for this width, made when first needed. */
static AdainStream *
get_stream (AdainBackend *self, AdainStream **stream, int *capacity, const AdainLayers *layers, int width,
            int step, GError **error)
{
  if (width > *capacity)
    {
      g_clear_pointer (stream, adain_stream_free);
      *capacity = 0;
      *stream = adain_stream_new (self->kernels, layers, width, step);
      if (!*stream)
        {
          adain_no_memory_for_picture (error);
          return NULL;
        }
      *capacity = width;
    }
  return *stream;
}

typedef struct
{
  AdainBackend    *backend;
  int              width; /* of a row of cells */
  const AdainRect *keep;
  const float     *weights;
  AdainFeatures   *features;
  int              x, y;
  AdainStatistics *statistics;
} EncodeSink;

static void
emit_features (const float *result, int y, int rows, gpointer user_data)
{
  EncodeSink *sink = user_data;
  int         channels = sink->backend->channels;
  gsize       row_bytes = (gsize) sink->keep->width * channels * sizeof (float);

  for (int row = y; row < y + rows; row++, result += (gsize) sink->width * channels)
    {
      const float *cells = result + (gsize) sink->keep->x * channels;
      int          kept = row - sink->keep->y;

      if (kept < 0 || kept >= sink->keep->height)
        continue;
      if (sink->features)
        memcpy (sink->features->cells
                    + ((gsize) (sink->y + kept) * sink->features->width + sink->x) * channels,
                cells, row_bytes);
      if (sink->statistics)
        adain_statistics_add (sink->statistics, cells,
                              sink->weights ? sink->weights + (gsize) kept * sink->keep->width : NULL,
                              sink->keep->width);
    }
}

static gboolean
encode (AdainBackend *self, int worker, const float *rgb, int width, int height, const AdainRect *keep,
        const float *weights, AdainFeatures *features, int x, int y, AdainStatistics *statistics,
        GCancellable *cancellable, GError **error)
{
  Worker      *w = &self->workers[worker];
  EncodeSink   sink = { self, width / ADAIN_CELL, keep, weights, features, x, y, statistics };
  AdainStream *stream = get_stream (self, &w->encoder, &w->encoder_width, &self->encoder, width, ENCODE_STEP,
                                    error);
  int          first, end;

  if (!stream)
    return FALSE;
  adain_stream_begin (stream, &self->encoder, width, height, keep->y, keep->height, emit_features, &sink);
  adain_stream_input (stream, &first, &end);
  end += first;
  for (int row = first; row < end; row += ENCODE_STEP)
    {
      int rows = MIN (ENCODE_STEP, end - row);

      if (g_cancellable_set_error_if_cancelled (cancellable, error))
        return FALSE;
      for (int i = 0; i < rows; i++)
        self->kernels->load (rgb + (gsize) (row + i) * width * 3, self->network->mean, self->scale,
                             adain_stream_row (stream, i), width);
      if (!adain_stream_push (stream, rows))
        {
          adain_no_memory_for_picture (error);
          return FALSE;
        }
    }
  return TRUE;
}

typedef struct
{
  int              width; /* of a row of pixels */
  const AdainRect *keep;
  float           *rgb;
} DecodeSink;

static void
emit_pixels (const float *result, int y, int rows, gpointer user_data)
{
  DecodeSink *sink = user_data;
  int         kept_width = sink->keep->width * ADAIN_CELL;

  for (int row = y; row < y + rows; row++, result += (gsize) sink->width * 3)
    {
      int kept = row - sink->keep->y * ADAIN_CELL;

      if (kept >= 0 && kept < sink->keep->height * ADAIN_CELL)
        memcpy (sink->rgb + (gsize) kept * kept_width * 3, result + (gsize) sink->keep->x * ADAIN_CELL * 3,
                kept_width * 3 * sizeof (float));
    }
}

static gboolean
decode_rows (AdainBackend *self, AdainStream *stream, const AdainApply *apply, const AdainFeatures *features,
             const AdainRect *from, int x, int y, GCancellable *cancellable, GError **error)
{
  int first, end;

  adain_stream_input (stream, &first, &end);
  end += first;
  for (int row = first; row < end; row += DECODE_STEP)
    {
      int rows = MIN (DECODE_STEP, end - row);

      if (g_cancellable_set_error_if_cancelled (cancellable, error))
        return FALSE;
      for (int i = 0; i < rows; i++)
        {
          gsize cell = (gsize) (from->y + row + i) * features->width + from->x;

          adain_apply_row (apply, features->cells + cell * self->channels, x, y + row + i, from->width,
                           adain_stream_row (stream, i));
        }
      if (!adain_stream_push (stream, rows))
        {
          adain_no_memory_for_picture (error);
          return FALSE;
        }
    }
  return TRUE;
}

static gboolean
decode (AdainBackend *self, int worker, int decoder, const AdainFeatures *features, const AdainRect *from,
        const AdainRect *keep, const AdainTransform *transform, int x, int y, float *rgb,
        GCancellable *cancellable, GError **error)
{
  Worker            *w = &self->workers[worker];
  const AdainLayers *layers = &self->decoders[decoder];
  DecodeSink         sink = { from->width * ADAIN_CELL, keep, rgb };
  AdainStream *stream = get_stream (self, &w->decoder, &w->decoder_width, layers, from->width, DECODE_STEP,
                                    error);
  AdainApply   apply;
  gboolean     ok;

  if (!stream)
    return FALSE;
  ok = adain_apply_init (&apply, self->kernels, transform, self->channels, from->width,
                         layers->layer[0].conv.in_scale);
  if (ok)
    {
      adain_stream_begin (stream, layers, from->width, from->height, keep->y * ADAIN_CELL,
                          keep->height * ADAIN_CELL, emit_pixels, &sink);
      ok = decode_rows (self, stream, &apply, features, from, x, y, cancellable, error);
    }
  else
    adain_no_memory_for_picture (error);
  adain_apply_clear (&apply);
  return ok;
}

static gboolean
adapt (AdainBackend *self, int decoder, const AdainChain *chain, GError **error)
{
  const AdainKernels *kernels = self->kernels;
  AdainNetwork        network = *self->network;
  AdainLayers         layers = { 0 };
  float               encoder_ranges[ADAIN_MAX_LAYERS] = { 0 }, ranges[ADAIN_MAX_LAYERS] = { 0 };
  gboolean            integers = kernels->measure != NULL;

  network.decoder = *chain;
  if ((integers && !adain_ranges_find (&network, kernels->measure, encoder_ranges, ranges, error))
      || !adain_layers_pack (&layers, kernels, chain, FALSE, integers ? ranges : NULL, error))
    {
      adain_layers_clear (&layers, kernels);
      return FALSE;
    }
  if (decoder == self->n_decoders)
    self->decoders = g_renew (AdainLayers, self->decoders, ++self->n_decoders);
  else
    adain_layers_clear (&self->decoders[decoder], kernels);
  self->decoders[decoder] = layers;
  return TRUE;
}

const AdainBackendClass *
adain_cpu_backend (void)
{
  static const AdainBackendClass class = {
    .abi = ADAIN_BACKEND_ABI,
    .name = "cpu",
    .texture = TRUE,
    .regions = TRUE,
    .score = score,
    .open = open_backend,
    .close = close_backend,
    .describe = describe,
    .workers = workers,
    .tile_size = tile_size,
    .feature_bytes = feature_bytes,
    .features_new = features_new,
    .features_free = features_free,
    .encode = encode,
    .decode = decode,
    .adapt = adapt,
  };

  return &class;
}
