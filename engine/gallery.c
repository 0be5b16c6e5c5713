/* A gallery: styles kept as their statistics, without their pictures.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "gallery.h"

#include <math.h>
#include <string.h>

#include <glib/gi18n-lib.h>

#include "error.h"
#include "factors.h"
#include "style.h"

/* Factors of a covariance: weights/README.md says what is lost. */
#define RANK 52

static void
style_free (gpointer data)
{
  AdainGalleryStyle *style = data;

  g_free ((char *) style->names.name);
  g_free ((char *) style->names.artist);
  g_free ((char *) style->names.title);
  g_free ((char *) style->names.year);
  adain_adaptation_unref (style->adaptation);
  g_free (style);
}

gsize
adain_gallery_floats (const AdainGallery *gallery, int rank)
{
  return (gsize) (rank + 2) * gallery->channels + ADAIN_GALLERY_PALETTE + gallery->level_floats;
}

AdainGalleryStyle *
adain_gallery_style_new (const AdainGallery *gallery, int rank, const AdainGalleryEntry *names)
{
  int                channels = gallery->channels;
  AdainGalleryStyle *style = g_try_malloc0 (sizeof *style
                                            + adain_gallery_floats (gallery, rank) * sizeof (float));

  if (style)
    {
      style->names.name = g_strdup (names->name);
      style->names.artist = g_strdup (names->artist);
      style->names.title = g_strdup (names->title);
      style->names.year = g_strdup (names->year);
      style->mean = (float *) (style + 1);
      style->deviation = style->mean + channels;
      style->factors = style->deviation + channels;
      style->palette = style->factors + (gsize) rank * channels;
      style->levels = style->palette + ADAIN_GALLERY_PALETTE;
    }
  return style;
}

/* A style of a gallery, for one that has at least as many factors; NULL if there is no memory. */
static AdainGalleryStyle *
style_copy (const AdainGallery *gallery, const AdainGalleryStyle *style, int new_rank)
{
  AdainGalleryStyle *copy = adain_gallery_style_new (gallery, new_rank, &style->names);

  if (copy)
    {
      memcpy (copy->mean, style->mean, (gsize) (2 + gallery->rank) * gallery->channels * sizeof (float));
      memcpy (copy->palette, style->palette,
              (ADAIN_GALLERY_PALETTE + gallery->level_floats) * sizeof (float));
      if (style->adaptation)
        copy->adaptation = adain_adaptation_ref (style->adaptation);
    }
  return copy;
}

static void
set_levels (AdainGallery *gallery, const AdainChain *encoder)
{
  int numbers[ADAIN_LEVELS];

  adain_chain_levels (encoder, numbers);
  for (int i = 0; i < ADAIN_LEVELS - 1; i++)
    {
      gallery->level_channels[i] = encoder->convs[numbers[i]].out;
      gallery->level_floats += 2 * gallery->level_channels[i];
    }
}

AdainGallery *
adain_gallery_new (AdainModel *model)
{
  AdainGallery *gallery = g_new0 (AdainGallery, 1);

  gallery->model = adain_model_ref (model);
  gallery->channels = adain_model_channels (model);
  gallery->rank = MIN (RANK, gallery->channels);
  if (!adain_model_is_foreign (model))
    set_levels (gallery, &adain_model_network (model)->encoder);
  gallery->styles = g_ptr_array_new_with_free_func (style_free);
  return gallery;
}

void
adain_gallery_free (AdainGallery *gallery)
{
  if (gallery == NULL)
    return;
  adain_model_unref (gallery->model);
  g_ptr_array_unref (gallery->styles);
  g_free (gallery);
}

int
adain_gallery_size (const AdainGallery *gallery)
{
  return gallery->styles->len;
}

const AdainGalleryEntry *
adain_gallery_entry (const AdainGallery *gallery, int index)
{
  return &adain_gallery_at (gallery, index)->names;
}

int
adain_gallery_find (const AdainGallery *gallery, const char *name)
{
  for (guint i = 0; i < gallery->styles->len; i++)
    if (strcmp (adain_gallery_at (gallery, i)->names.name, name) == 0)
      return i;
  return -1;
}

void
adain_gallery_palette (const AdainGallery *gallery, int index, AdainPalette *palette)
{
  const float *values = adain_gallery_at (gallery, index)->palette;

  for (int a = 0; a < 3; a++)
    {
      palette->mean[a] = values[a];
      for (int b = 0; b < 3; b++)
        palette->covariance[a][b] = values[3 + 3 * a + b];
    }
}

/* The covariance, as if of one cell that weighs 1. */
static void
rebuild (const AdainGallery *gallery, const AdainGalleryStyle *style, AdainCovariance *covariance)
{
  int channels = gallery->channels;

  covariance->weight = 1;
  for (int i = 0; i < channels; i++)
    {
      double *row = covariance->products + (gsize) i * channels, variance = style->deviation[i];

      covariance->mean[i] = style->mean[i];
      for (int r = 0; r < gallery->rank; r++)
        {
          const float *factor = style->factors + (gsize) r * channels;

          for (int j = i; j < channels; j++)
            row[j] += (double) factor[i] * factor[j];
        }
      row[i] = MAX (row[i], variance * variance);
    }
}

/* Whether a picture of any kind could have them. */
static gboolean
knows_levels (const AdainGallery *gallery, const AdainGalleryStyle *style)
{
  for (int i = 0; i < gallery->level_floats; i++)
    if (style->levels[i] != 0)
      return TRUE;
  return FALSE;
}

/* All levels, the last being the features themselves; NULL if there is no memory. */
static AdainLevels *
rebuild_levels (const AdainGallery *gallery, const AdainGalleryStyle *style)
{
  AdainLevels *levels = adain_levels_new (adain_model_network (gallery->model));
  const float *next = style->levels;

  if (!levels)
    return NULL;
  for (int i = 0; i < ADAIN_LEVELS; i++)
    {
      gboolean     last = i == ADAIN_LEVELS - 1;
      int          channels = levels->channels[i];
      const float *mean = last ? style->mean : next, *deviation = last ? style->deviation : next + channels;

      for (int c = 0; c < channels; c++)
        {
          levels->mean[i][c] = mean[c];
          levels->deviation[i][c] = sqrt ((double) deviation[c] * deviation[c] + ADAIN_EPSILON);
        }
      next += 2 * channels;
    }
  return levels;
}

AdainStyle *
adain_gallery_style (const AdainGallery *gallery, int index, GError **error)
{
  const AdainGalleryStyle *style = adain_gallery_at (gallery, index);
  AdainLevels             *levels = NULL;
  AdainStyle              *result;
  g_autoptr (AdainStatistics) statistics = adain_statistics_new (gallery->channels);

  if (!statistics
      || (gallery->channels <= ADAIN_COVARIANCE_CHANNELS && !adain_statistics_want_covariance (statistics))
      || (knows_levels (gallery, style) && !(levels = rebuild_levels (gallery, style))))
    {
      adain_no_memory_for_style (error);
      return NULL;
    }
  statistics->weight = 1;
  for (int c = 0; c < gallery->channels; c++)
    {
      statistics->mean[c] = style->mean[c];
      statistics->m2[c] = (double) style->deviation[c] * style->deviation[c];
    }
  if (statistics->covariance)
    rebuild (gallery, style, statistics->covariance);
  result = adain_style_new (gallery->model, g_steal_pointer (&statistics), levels);
  adain_style_adapt (result, style->adaptation);
  return result;
}

/* A deviation as files have it: without what keeps AdaIN from dividing by 0. */
static float
bare_deviation (double deviation)
{
  return sqrt (MAX (deviation * deviation - ADAIN_EPSILON, 0));
}

static void
fill_levels (const AdainGallery *gallery, AdainGalleryStyle *entry, const AdainLevels *levels)
{
  float *next = entry->levels;

  for (int i = 0; i < ADAIN_LEVELS - 1; i++)
    for (int half = 0; half < 2; half++)
      for (int c = 0; c < gallery->level_channels[i]; c++)
        *next++ = half == 0 ? levels->mean[i][c] : bare_deviation (levels->deviation[i][c]);
}

static gboolean
fill (const AdainGallery *gallery, AdainGalleryStyle *entry, const AdainStyle *style,
      const AdainPalette *palette, GError **error)
{
  const AdainStatistics *statistics = style->statistics;
  int                    n = gallery->channels;
  g_autofree double     *covariance = g_try_new (double, (gsize) n * n);
  g_autofree double     *work = g_try_new (double, ADAIN_FACTORS_WORK (n));

  if (!covariance || !work)
    return adain_no_memory_for_style (error);
  for (int c = 0; c < n; c++)
    {
      entry->mean[c] = statistics->mean[c];
      entry->deviation[c] = sqrt (statistics->m2[c] / statistics->weight);
    }
  for (int a = 0; a < 3; a++)
    {
      entry->palette[a] = palette->mean[a];
      for (int b = 0; b < 3; b++)
        entry->palette[3 + 3 * a + b] = palette->covariance[a][b];
    }
  if (style->levels)
    fill_levels (gallery, entry, style->levels);
  if (style->adaptation)
    entry->adaptation = adain_adaptation_ref (style->adaptation);
  adain_covariance_get (statistics->covariance, covariance);
  if (adain_factors_find (covariance, n, gallery->rank, entry->factors, work))
    return TRUE;
  g_set_error_literal (error, ADAIN_ERROR, ADAIN_ERROR_MODEL,
                       _ ("The model turns the picture into something that is not a number"));
  return FALSE;
}

gboolean
adain_gallery_add (AdainGallery *gallery, const AdainGalleryEntry *names, const AdainStyle *style,
                   const AdainPalette *palette, GError **error)
{
  AdainGalleryStyle *entry;

  g_return_val_if_fail (style->model == gallery->model, FALSE);

  if (!*names->name || adain_gallery_find (gallery, names->name) >= 0)
    {
      g_set_error (error, ADAIN_ERROR, ADAIN_ERROR_ARGUMENT, _ ("The gallery has a style “%s” already"),
                   names->name);
      return FALSE;
    }
  if (!style->statistics->covariance)
    {
      g_set_error_literal (error, ADAIN_ERROR, ADAIN_ERROR_ARGUMENT,
                           _ ("This model, device or memory does not allow for texture; set it to 0"));
      return FALSE;
    }
  entry = adain_gallery_style_new (gallery, gallery->rank, names);
  if (!entry)
    return adain_no_memory_for_style (error);
  if (!fill (gallery, entry, style, palette, error))
    {
      style_free (entry);
      return FALSE;
    }
  g_ptr_array_add (gallery->styles, entry);
  return TRUE;
}

void
adain_gallery_remove (AdainGallery *gallery, int index)
{
  g_ptr_array_remove_index (gallery->styles, index);
}

/* Gives all styles room for more factors. */
static gboolean
widen (AdainGallery *gallery, int rank)
{
  g_autoptr (GPtrArray) wider = g_ptr_array_new_with_free_func (style_free);

  for (guint i = 0; i < gallery->styles->len; i++)
    {
      AdainGalleryStyle *copy = style_copy (gallery, adain_gallery_at (gallery, i), rank);

      if (!copy)
        return FALSE;
      g_ptr_array_add (wider, copy);
    }
  g_ptr_array_unref (gallery->styles);
  gallery->styles = g_steal_pointer (&wider);
  gallery->rank = rank;
  return TRUE;
}

gboolean
adain_gallery_append (AdainGallery *gallery, const AdainGallery *other, GError **error)
{
  g_return_val_if_fail (gallery->model == other->model, FALSE);

  if (gallery->rank < other->rank && !widen (gallery, other->rank))
    return adain_no_memory_for_style (error);
  for (guint i = 0; i < other->styles->len; i++)
    {
      const AdainGalleryStyle *style = adain_gallery_at (other, i);
      AdainGalleryStyle       *copy;

      if (adain_gallery_find (gallery, style->names.name) >= 0)
        continue;
      copy = style_copy (other, style, gallery->rank);
      if (!copy)
        return adain_no_memory_for_style (error);
      g_ptr_array_add (gallery->styles, copy);
    }
  return TRUE;
}
