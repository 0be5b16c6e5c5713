/* Statistics of the encoder's features at several levels.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "levels.h"

#include <string.h>

#include "budget.h"
#include "error.h"
#include "pool.h"

/* Rows of cells in a band, at least: beside the halo of a usual encoder enough that most of the work is not in
 * the halo, and few enough that a tape stays small. */
#define BAND 16

AdainLevels *
adain_levels_new (const AdainNetwork *network)
{
  const AdainConv *convs = network->encoder.convs;
  AdainLevels     *levels;
  double          *next;
  int              numbers[ADAIN_LEVELS];
  gsize            n = 0;

  adain_chain_levels (&network->encoder, numbers);
  for (int i = 0; i < ADAIN_LEVELS; i++)
    n += convs[numbers[i]].out;
  levels = g_try_malloc0 (sizeof *levels + 2 * n * sizeof (double));
  if (!levels)
    return NULL;
  next = (double *) (levels + 1);
  for (int i = 0; i < ADAIN_LEVELS; i++)
    {
      levels->channels[i] = convs[numbers[i]].out;
      levels->mean[i] = next;
      levels->deviation[i] = next + levels->channels[i];
      next += 2 * levels->channels[i];
    }
  return levels;
}

AdainBands
adain_bands (const AdainNetwork *network, int width, int height)
{
  int halo = adain_chain_halo (&network->encoder);

  /* A pixel is then seen by two bands at most, so that what they add to it does not depend on who is first. */
  return (AdainBands) { width, height, MAX (height / MAX (BAND, 2 * halo), 1), halo };
}

void
adain_bands_get (const AdainBands *bands, int band, int *first, int *end, int *seen_first, int *seen_end)
{
  *first = (int) ((gint64) band * bands->height / bands->n);
  *end = (int) ((gint64) (band + 1) * bands->height / bands->n);
  *seen_first = MAX (*first - bands->halo, 0);
  *seen_end = MIN (*end + bands->halo, bands->height);
}

int
adain_bands_tallest (const AdainBands *bands)
{
  return MIN (bands->height / bands->n + 1 + 2 * bands->halo, bands->height);
}

const float *
adain_bands_weights (const AdainBands *bands, const float *weights, int scale, int row, float *out)
{
  int across = ADAIN_CELL >> scale;

  if (!weights)
    return NULL;
  weights += (gsize) (row / across) * bands->width;
  for (int x = 0; x < bands->width * across; x++)
    out[x] = weights[x / across];
  return out;
}

gboolean
adain_level_statistics_new (AdainStatistics *statistics[ADAIN_LEVELS], const AdainGradient *gradient)
{
  gboolean ok = TRUE;

  for (int i = 0; i < ADAIN_LEVELS; i++)
    ok &= (statistics[i] = adain_statistics_new (adain_gradient_channels (gradient, i))) != NULL;
  return ok;
}

void
adain_level_statistics_free (AdainStatistics *statistics[ADAIN_LEVELS])
{
  for (int i = 0; i < ADAIN_LEVELS; i++)
    g_clear_pointer (&statistics[i], adain_statistics_free);
}

void
adain_levels_from_statistics (AdainLevels *levels, AdainStatistics *const statistics[ADAIN_LEVELS])
{
  for (int i = 0; i < ADAIN_LEVELS; i++)
    for (int c = 0; c < levels->channels[i]; c++)
      {
        levels->mean[i][c] = statistics[i]->mean[c];
        levels->deviation[i][c] = adain_statistics_deviation (statistics[i], c);
      }
}

void
adain_copy_cells (const float *from, int stride, float *to, int channels, int n)
{
  for (int x = 0; x < n; x++)
    memcpy (to + (gsize) x * channels, from + (gsize) x * stride, channels * sizeof (float));
}

gboolean
adain_levels_add (AdainStatistics *const statistics[ADAIN_LEVELS], const AdainTape *tape,
                  const AdainGradient *gradient, const AdainBands *bands, const float *weights, int band)
{
  int               first, end, seen_first, seen_end;
  g_autofree float *spread = g_try_new (float, (gsize) bands->width * ADAIN_CELL);

  adain_bands_get (bands, band, &first, &end, &seen_first, &seen_end);
  for (int i = 0; i < ADAIN_LEVELS; i++)
    {
      int               scale = adain_gradient_scale (gradient, i), across = ADAIN_CELL >> scale;
      int               channels = adain_gradient_channels (gradient, i), width = bands->width * across;
      g_autofree float *packed = g_try_new (float, (gsize) width * channels);

      if (!packed || !spread)
        return FALSE;
      for (int row = first * across; row < end * across; row++)
        {
          int          stride;
          const float *pixels = adain_tape_row (tape, i, row - seen_first * across, &stride);

          if (stride != channels)
            {
              adain_copy_cells (pixels, stride, packed, channels, width);
              pixels = packed;
            }
          adain_statistics_add (statistics[i], pixels,
                                adain_bands_weights (bands, weights, scale, row, spread), width);
        }
    }
  return TRUE;
}

typedef struct
{
  const AdainGradient *gradient;
  const AdainInput    *input;
  AdainBands           bands;
  AdainTape          **tapes;   /* of the workers */
  AdainScratch        *scratch; /* likewise */
  float               *features;
  AdainStatistics *(*parts)[ADAIN_LEVELS]; /* of the bands */
  GCancellable *cancellable;
} Gather;

static gboolean
gather_band (int worker, int band, gpointer user_data, GError **error)
{
  Gather    *gather = user_data;
  AdainTape *tape = gather->tapes[worker];
  AdainRect  rect = { 0, 0, gather->bands.width };
  int        first, end, seen_first, seen_end, stride;
  int        channels = adain_gradient_channels (gather->gradient, ADAIN_LEVELS - 1);

  adain_bands_get (&gather->bands, band, &first, &end, &seen_first, &seen_end);
  rect.y = seen_first;
  rect.height = seen_end - seen_first;
  if (!adain_input_read (gather->input, &rect, &gather->scratch[worker], error)
      || !adain_tape_forward (tape, gather->scratch[worker].rgb, rect.width * ADAIN_CELL,
                              rect.height * ADAIN_CELL, gather->cancellable, error))
    return FALSE;
  if (!adain_level_statistics_new (gather->parts[band], gather->gradient)
      || !adain_levels_add (gather->parts[band], tape, gather->gradient, &gather->bands,
                            gather->input->survey->weights, band))
    return adain_no_memory_to_refine (error);
  for (int row = first; gather->features && row < end; row++)
    {
      const float *cells = adain_tape_row (tape, ADAIN_LEVELS - 1, row - seen_first, &stride);

      adain_copy_cells (cells, stride, gather->features + (gsize) row * rect.width * channels, channels,
                        rect.width);
    }
  return TRUE;
}

/* As many workers as the budget allows for. */
static int
make_tapes (Gather *gather, int threads, gsize budget)
{
  int   width = gather->bands.width * ADAIN_CELL;
  int   height = adain_bands_tallest (&gather->bands) * ADAIN_CELL;
  gsize bytes = adain_tape_bytes (gather->gradient, width, height)
                + (gsize) width * height * adain_budget_encode_pixel ();
  int workers = MIN ((gsize) MIN (threads, gather->bands.n), budget / bytes);

  gather->tapes = g_new0 (AdainTape *, MAX (workers, 1));
  for (int i = 0; i < workers; i++)
    if (!(gather->tapes[i] = adain_tape_new (gather->gradient, width, height)))
      return i;
  return workers;
}

AdainLevels *
adain_levels_gather (const AdainGradient *gradient, const AdainInput *input, int threads, gsize budget,
                     float *features, const AdainReport *report, GError **error)
{
  const AdainSurvey *survey = input->survey;
  AdainBands         bands = adain_bands (gradient->network, survey->width, survey->height);
  Gather gather = { gradient, input, bands, .features = features, .cancellable = report->cancellable };
  int    workers = make_tapes (&gather, threads, budget);
  gsize  pixels = (gsize) bands.width * adain_bands_tallest (&bands) * ADAIN_CELL * ADAIN_CELL;
  AdainStatistics *sums[ADAIN_LEVELS] = { NULL };
  AdainLevels     *levels = NULL;

  gather.parts = g_malloc0_n (bands.n, sizeof *gather.parts);
  if (workers == 0)
    adain_no_memory_to_refine (error);
  else if ((gather.scratch = adain_scratch_new (workers, pixels, error))
           && adain_pool_run (bands.n, workers, gather_band, &gather, report, error))
    {
      if (!adain_level_statistics_new (sums, gradient) || !(levels = adain_levels_new (gradient->network)))
        adain_no_memory_to_refine (error);
      else
        {
          for (int band = 0; band < bands.n; band++)
            for (int i = 0; i < ADAIN_LEVELS; i++)
              adain_statistics_merge (sums[i], gather.parts[band][i]);
          adain_levels_from_statistics (levels, sums);
        }
      adain_level_statistics_free (sums);
    }
  for (int band = 0; band < bands.n; band++)
    adain_level_statistics_free (gather.parts[band]);
  g_free (gather.parts);
  for (int i = 0; i < workers; i++)
    adain_tape_free (gather.tapes[i]);
  g_free (gather.tapes);
  if (gather.scratch)
    adain_scratch_free (gather.scratch, workers);
  return levels;
}
