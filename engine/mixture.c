/* From styles, their weights and regions to the transform of a content's features, and to the decoders.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "mixture.h"

#include <math.h>

#include "adapt.h"
#include "error.h"
#include "picture.h"

/* By how much weights may fail to add up to 1. */
#define ROUNDING 1e-9

/* What one area is painted with. */
typedef struct
{
  int                     area;
  double                  sum;     /* of its styles' weights */
  double                 *weights; /* of all styles; 0 where a style is not here */
  const AdainStatistics  *statistics;
  const AdainStatistics **targets;
  const double          **maps;
} Coat;

/* The areas that have a style; as many as `coats` has room for at most. */
static int
gather_coats (const AdainMixture *mixture, AdainStyle *const *styles, const double *weights, int n,
              Coat *coats)
{
  const AdainRegions    *regions = &mixture->content->regions;
  const AdainStatistics *statistics = mixture->content->statistics;
  int                    n_coats = 0;

  for (int a = 0; a < regions->n; a++, statistics = statistics->next)
    {
      Coat *coat = &coats[n_coats];

      *coat = (Coat) { a, 0, g_new0 (double, n), statistics };
      for (int k = 0; k < n; k++)
        if (adain_regions_area (regions, k) == a)
          coat->sum += coat->weights[k] = weights[k];
      if (!(coat->sum > 0))
        {
          g_free (coat->weights);
          continue;
        }
      /* Where all styles are here, their weights stay to the last bit. */
      for (int k = 0; k < n && fabs (coat->sum - 1) > ROUNDING; k++)
        coat->weights[k] /= coat->sum;
      coat->targets = g_new (const AdainStatistics *, n);
      coat->maps = g_new0 (const double *, n);
      for (int k = 0; k < n; k++)
        coat->targets[k] = styles[k]->statistics;
      n_coats++;
    }
  return n_coats;
}

static void
free_coats (Coat *coats, int n)
{
  for (int i = 0; i < n; i++)
    {
      g_free (coats[i].weights);
      g_free (coats[i].targets);
      g_free (coats[i].maps);
    }
  g_free (coats);
}

/* The shares of the coats in all cells; where they have none, features stay as they are, which is one share
 * more. NULL if there is not enough memory. */
static float *
make_shares (const AdainRegions *regions, const Coat *coats, int n, gboolean *bare)
{
  gsize  cells = (gsize) regions->width * regions->height;
  float *shares = g_try_new (float, (n + 1) * cells);

  *bare = FALSE;
  for (gsize i = 0; shares && i < cells; i++)
    {
      double sum = 0;

      for (int k = 0; k < n; k++)
        {
          const float *cover = regions->areas[coats[k].area].cover;

          sum += coats[k].sum * (cover ? cover[i] : 1);
        }
      for (int k = 0; k < n; k++)
        {
          const float *cover = regions->areas[coats[k].area].cover;

          shares[k * cells + i] = sum > 0 ? coats[k].sum * (cover ? cover[i] : 1) / sum : 0;
        }
      shares[n * cells + i] = sum > 0 ? 0 : 1;
      *bare |= !(sum > 0);
    }
  return shares;
}

/* The coats' transform with this strength and texture. */
static AdainTransform *
make_transform (const AdainMixture *mixture, const Coat *coats, int n, int n_styles, double strength,
                double texture)
{
  const AdainRegions                *regions = &mixture->content->regions;
  const AdainUsual                  *usual = &adain_model_network (mixture->content->engine->model)->usual;
  g_autofree AdainBlend             *blends = g_new0 (AdainBlend, n + 1);
  g_autofree const AdainStatistics **statistics = g_new0 (const AdainStatistics *, n + 1);
  float                             *shares;
  gboolean                           bare;

  for (int k = 0; k < n; k++)
    {
      blends[k] = (AdainBlend) { n_styles, coats[k].targets, coats[k].weights,
                                 strength, texture,          coats[k].maps };
      statistics[k] = coats[k].statistics;
    }
  if (n == 1 && !regions->areas[coats->area].cover)
    return adain_transform_new (coats->statistics, usual, blends);
  shares = make_shares (regions, coats, n, &bare);
  if (!shares)
    return NULL;
  return adain_transform_new_mixed (bare ? n + 1 : n, statistics, usual, blends, shares, regions->width,
                                    regions->height);
}

/* Which regions are painted. */
static void
find_reach (AdainMixture *mixture, const double *weights, int n)
{
  const AdainSource *source = &mixture->content->source;
  int                rest = source->n_regions;

  mixture->reaches = g_new0 (gboolean, rest + 1);
  for (int k = 0; k < n; k++)
    if (weights[k] > 0)
      mixture->reaches[k < rest && source->regions[k].read ? k : rest] = TRUE;
  mixture->everywhere = !source->protection && mixture->reaches[rest];
  for (int r = 0; r < rest; r++)
    mixture->everywhere &= mixture->reaches[r] || !source->regions[r].read;
}

/* Each coat's; features that stay as they are, which is a map more, are decoded like the first coat's. */
static gboolean
find_decoders (AdainMixture *mixture, AdainStyle *const *styles, int n_styles, const Coat *coats, int n,
               GError **error)
{
  g_autofree const double **weights = g_new (const double *, n);

  for (int k = 0; k < n; k++)
    weights[k] = coats[k].weights;
  mixture->decoders = g_new0 (int, n + 1);
  return adain_engine_adapt (mixture->content->engine, styles, n_styles, weights, n, mixture->decoders,
                             &mixture->n_decoders, error);
}

gboolean
adain_mixture_init (AdainMixture *mixture, AdainContent *content, AdainStyle *const *styles,
                    const double *weights, int n, const AdainRenderOptions *options,
                    GCancellable *cancellable, GError **error)
{
  Coat    *coats = g_new0 (Coat, content->regions.n);
  int      n_coats;
  gboolean ok = TRUE;

  *mixture = (AdainMixture) { content, .opacity = 1 };
  find_reach (mixture, weights, n);
  n_coats = gather_coats (mixture, styles, weights, n, coats);
  for (int k = 0; ok && options->texture > 0 && k < n_coats; k++)
    ok = adain_texture_maps (content->textures[coats[k].area], styles, coats[k].weights, n,
                             content->engine->threads, cancellable, coats[k].maps, error);
  if (ok && n_coats > 0)
    {
      mixture->transform = make_transform (mixture, coats, n_coats, n, options->strength, options->texture);
      /* What is lost of the picture must be lost to the network alone, so that there is no jump at
       * strength 0. */
      if (mixture->transform && adain_transform_is_bounded (mixture->transform))
        mixture->plain = make_transform (mixture, coats, n_coats, n, 0, 0);
      ok = ((mixture->transform && (mixture->plain || !adain_transform_is_bounded (mixture->transform)))
            || adain_no_memory_for_picture (error))
           && find_decoders (mixture, styles, n, coats, n_coats, error);
    }
  free_coats (coats, n_coats);
  return ok;
}

void
adain_mixture_init_opacity (AdainMixture *mixture, AdainContent *content, double opacity)
{
  *mixture = (AdainMixture) { content, .opacity = opacity };
  mixture->reaches = g_new0 (gboolean, content->source.n_regions + 1);
  mixture->reaches[content->source.n_regions] = TRUE;
  mixture->everywhere = opacity == 1 && !content->source.protection;
}

void
adain_mixture_clear (AdainMixture *mixture)
{
  adain_transform_free (mixture->transform);
  adain_transform_free (mixture->plain);
  g_free (mixture->decoders);
  g_free (mixture->reaches);
}

gboolean
adain_mixture_cover (const AdainMixture *mixture, const AdainRect *rect, float *cover, float *scratch,
                     GError **error)
{
  const AdainSource *source = &mixture->content->source;
  GMutex            *lock = &mixture->content->lock;
  gsize              n = (gsize) rect->width * rect->height;
  float             *rest = scratch + n;

  for (gsize i = 0; i < n; i++)
    {
      cover[i] = 0;
      rest[i] = 1;
    }
  for (int r = 0; r < source->n_regions; r++)
    {
      if (!source->regions[r].read)
        continue;
      if (!adain_region_read (&source->regions[r], lock, rect, scratch, error))
        return FALSE;
      for (gsize i = 0; i < n; i++)
        {
          rest[i] = MAX (rest[i] - scratch[i], 0);
          cover[i] += mixture->reaches[r] ? scratch[i] : 0;
        }
    }
  for (gsize i = 0; i < n; i++)
    cover[i] = mixture->opacity * MIN (cover[i] + (mixture->reaches[source->n_regions] ? rest[i] : 0), 1);
  if (!source->protection)
    return TRUE;
  if (!adain_region_read (source->protection, lock, rect, scratch, error))
    return FALSE;
  for (gsize i = 0; i < n; i++)
    cover[i] *= 1 - scratch[i];
  return TRUE;
}
