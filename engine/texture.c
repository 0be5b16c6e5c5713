/* What a content needs to take on the covariances of styles.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "texture.h"

#include <glib/gi18n-lib.h>

#include "error.h"
#include "pool.h"
#include "transport.h"

typedef struct
{
  AdainStyle *style; /* NULL: of weight 0 */
  double     *map;
} Entry;

struct _AdainTexture
{
  int     channels;
  double *factor;
  Entry  *entries; /* of the last call, then spare ones, the latest first */
  int     n;
};

static double *
matrix_new (int channels)
{
  return g_try_new (double, (gsize) channels * channels);
}

static gboolean
not_finite (GError **error)
{
  g_set_error_literal (error, ADAIN_ERROR, ADAIN_ERROR_MODEL,
                       _ ("The model turns the picture into something that is not a number"));
  return FALSE;
}

/* The covariance, regularized. */
static gboolean
get_covariance (const AdainStatistics *statistics, double *out, GError **error)
{
  if (!statistics->covariance || !(statistics->covariance->weight > 0))
    {
      g_set_error_literal (error, ADAIN_ERROR, ADAIN_ERROR_ARGUMENT,
                           _ ("This model, device or memory does not allow for texture; set it to 0"));
      return FALSE;
    }
  adain_covariance_get (statistics->covariance, out);
  adain_covariance_regularize (out, statistics->channels);
  return TRUE;
}

/* Adds to the content's variances what they lack to that of adain_content_deviation(). */
static void
raise_variances (const AdainStatistics *content, const AdainUsual *usual, double *covariance)
{
  for (int c = 0; c < content->channels; c++)
    {
      double own = adain_statistics_deviation (content, c);
      double floor = adain_content_deviation (content, usual, c);

      covariance[(gsize) c * (content->channels + 1)] += floor * floor - own * own;
    }
}

AdainTexture *
adain_texture_new (const AdainStatistics *content, const AdainUsual *usual, GError **error)
{
  AdainTexture *texture = g_new0 (AdainTexture, 1);

  texture->channels = content->channels;
  texture->factor = matrix_new (content->channels);
  if (!texture->factor)
    adain_no_memory_for_style (error);
  else if (get_covariance (content, texture->factor, error))
    {
      raise_variances (content, usual, texture->factor);
      if (adain_transport_factor (texture->factor, content->channels))
        return texture;
      not_finite (error);
    }
  adain_texture_free (texture);
  return NULL;
}

static void
clear_entries (AdainTexture *texture)
{
  for (int i = 0; i < texture->n; i++)
    {
      adain_style_free (texture->entries[i].style);
      g_free (texture->entries[i].map);
    }
  g_free (texture->entries);
}

void
adain_texture_free (AdainTexture *texture)
{
  if (texture == NULL)
    return;
  clear_entries (texture);
  g_free (texture->factor);
  g_free (texture);
}

/* Computes the map of one entry, if it lacks one. */
static gboolean
compute (int worker, int index, gpointer user_data, GError **error)
{
  AdainTexture      *texture = user_data;
  Entry             *entry = &texture->entries[index];
  int                channels = texture->channels;
  g_autofree double *covariance = NULL, *work = NULL, *map = NULL;

  if (!entry->style || entry->map)
    return TRUE;
  covariance = matrix_new (channels);
  work = g_try_new (double, ADAIN_TRANSPORT_WORK (channels));
  map = matrix_new (channels);
  if (!covariance || !work || !map)
    return adain_no_memory_for_style (error);
  if (!get_covariance (entry->style->statistics, covariance, error))
    return FALSE;
  if (!adain_transport_map (texture->factor, covariance, channels, map, work))
    return not_finite (error);
  entry->map = g_steal_pointer (&map);
  return TRUE;
}

/* Takes over the entry of this style, if there is one. */
static void
take_entry (AdainTexture *texture, Entry *entry, AdainStyle *style)
{
  for (int i = 0; i < texture->n; i++)
    if (texture->entries[i].style == style)
      {
        *entry = texture->entries[i];
        texture->entries[i] = (Entry) { NULL, NULL };
        return;
      }
  entry->style = adain_style_ref (style);
}

/* Takes over others that have a map, as many as may be kept. Returns how many. */
static int
take_spare (AdainTexture *texture, Entry *entries)
{
  int n = 0;

  for (int i = 0; i < texture->n && n < ADAIN_PREPARED_MAX; i++)
    if (texture->entries[i].map)
      {
        entries[n++] = texture->entries[i];
        texture->entries[i] = (Entry) { NULL, NULL };
      }
  return n;
}

gboolean
adain_texture_maps (AdainTexture *texture, AdainStyle *const *styles, const double *weights, int n,
                    int threads, GCancellable *cancellable, const double **maps, GError **error)
{
  Entry      *entries = g_new0 (Entry, n + ADAIN_PREPARED_MAX);
  AdainReport report = { .end = 1, .cancellable = cancellable };
  int         spare;

  for (int k = 0; k < n; k++)
    if (weights[k] > 0)
      take_entry (texture, &entries[k], styles[k]);
  spare = take_spare (texture, entries + n);
  clear_entries (texture);
  texture->entries = entries;
  texture->n = n + spare;
  if (!adain_pool_run (n, threads, compute, texture, &report, error))
    return FALSE;
  for (int k = 0; k < n; k++)
    maps[k] = entries[k].map;
  return TRUE;
}
