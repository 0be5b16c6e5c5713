/* How large activations get, for kernels whose elements are integers.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "ranges.h"

#include <string.h>

#include "../error.h"
#include "../transform.h"
#include "stream.h"

/* Mosaics of 64 x 64 pixels, with stones of these sides. */
#define SIDE    64
#define CELLS   (SIDE / ADAIN_CELL)
#define MOSAICS 4
static const int stones[MOSAICS] = { 1, 3, 8, 24 };

typedef struct
{
  const AdainNetwork *network;
  const AdainKernels *kernels;
  AdainLayers         encoder, decoder;
  AdainStream        *encoding, *decoding;
  int                 channels;
  float              *features[MOSAICS]; /* CELLS x CELLS cells */
  int                 current;           /* the mosaic that is being encoded */
  AdainStatistics    *statistics[MOSAICS];
} Survey;

static gboolean
set_up (Survey *survey, float encoder[ADAIN_MAX_LAYERS], float decoder[ADAIN_MAX_LAYERS], GError **error)
{
  const AdainNetwork *network = survey->network;
  gboolean            ok;

  survey->channels = adain_network_channels (network);
  if (!adain_layers_pack (&survey->encoder, survey->kernels, &network->encoder, TRUE, NULL, error)
      || !adain_layers_pack (&survey->decoder, survey->kernels, &network->decoder, FALSE, NULL, error))
    return FALSE;
  survey->encoding = adain_stream_new (survey->kernels, &survey->encoder, SIDE, SIDE);
  survey->decoding = adain_stream_new (survey->kernels, &survey->decoder, CELLS, CELLS);
  ok = survey->encoding && survey->decoding;
  for (int i = 0; i < MOSAICS; i++)
    {
      survey->features[i] = g_try_new (float, CELLS * (gsize) CELLS * survey->channels);
      survey->statistics[i] = adain_statistics_new (survey->channels);
      ok = ok && survey->features[i] && survey->statistics[i];
    }
  if (!ok)
    return adain_no_memory_for_model (error);
  adain_stream_measure (survey->encoding, encoder);
  adain_stream_measure (survey->decoding, decoder);
  return TRUE;
}

static void
tear_down (Survey *survey)
{
  for (int i = 0; i < MOSAICS; i++)
    {
      g_free (survey->features[i]);
      adain_statistics_free (survey->statistics[i]);
    }
  adain_stream_free (survey->encoding);
  adain_stream_free (survey->decoding);
  adain_layers_clear (&survey->encoder, survey->kernels);
  adain_layers_clear (&survey->decoder, survey->kernels);
}

/* The highest bit of a linear congruential generator, which is its best. */
static int
random_bit (guint32 *state)
{
  *state = *state * 1664525u + 1013904223u;
  return *state >> 31;
}

static void
draw_mosaic (guint32 *random, int stone, float rgb[SIDE][SIDE][3])
{
  for (int y = 0; y < SIDE; y++)
    for (int x = 0; x < SIDE; x++)
      for (int c = 0; c < 3; c++)
        rgb[y][x][c] = x % stone ? rgb[y][x - 1][c] : y % stone ? rgb[y - 1][x][c] : random_bit (random);
}

static void
keep_features (const float *result, int y, int rows, gpointer user_data)
{
  Survey *survey = user_data;
  gsize   row = (gsize) CELLS * survey->channels;

  memcpy (survey->features[survey->current] + y * row, result, rows * row * sizeof (float));
}

static gboolean
encode (Survey *survey, int mosaic, guint32 *random)
{
  float rgb[SIDE][SIDE][3];

  draw_mosaic (random, stones[mosaic], rgb);
  survey->current = mosaic;
  adain_stream_begin (survey->encoding, &survey->encoder, SIDE, SIDE, 0, CELLS, keep_features, survey);
  for (int y = 0; y < SIDE; y++)
    survey->kernels->load (rgb[y][0], survey->network->mean, survey->network->scale,
                           adain_stream_row (survey->encoding, y), SIDE);
  if (!adain_stream_push (survey->encoding, SIDE))
    return FALSE;
  adain_statistics_add (survey->statistics[mosaic], survey->features[mosaic], NULL, CELLS * CELLS);
  return TRUE;
}

static void
discard_pixels (const float *result, int y, int rows, gpointer user_data)
{
}

static gboolean
decode (Survey *survey, int content, int style)
{
  const AdainStatistics *styles[] = { survey->statistics[style] };
  AdainBlend             blend = { 1, styles, (const double[]) { 1 }, 1 };
  AdainUsual             none = { 0 };
  AdainTransform        *transform = adain_transform_new (survey->statistics[content], &none, &blend);

  if (!transform)
    return FALSE;
  adain_stream_begin (survey->decoding, &survey->decoder, CELLS, CELLS, 0, SIDE, discard_pixels, NULL);
  for (int y = 0; y < CELLS; y++)
    survey->kernels->affine (survey->features[content] + (gsize) y * CELLS * survey->channels,
                             transform->maps->scale, transform->maps->shift,
                             adain_stream_row (survey->decoding, y), CELLS, survey->channels);
  adain_transform_free (transform);
  return adain_stream_push (survey->decoding, CELLS);
}

gboolean
adain_ranges_find (const AdainNetwork *network, const AdainKernels *kernels, float encoder[ADAIN_MAX_LAYERS],
                   float decoder[ADAIN_MAX_LAYERS], GError **error)
{
  Survey   survey = { network, kernels };
  guint32  random = 1;
  gboolean ok = set_up (&survey, encoder, decoder, error);

  if (ok)
    {
      for (int i = 0; i < MOSAICS && ok; i++)
        ok = encode (&survey, i, &random);
      for (int i = 0; i < MOSAICS && ok; i++)
        ok = decode (&survey, i, i) && decode (&survey, i, (i + 1) % MOSAICS);
      if (!ok)
        adain_no_memory_for_model (error);
    }
  tear_down (&survey);
  return ok;
}
