/* A gallery: styles kept as their statistics, without their pictures.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "gallery.h"

#include <math.h>
#include <string.h>

#include <glib/gi18n-lib.h>
#include <json-glib/json-glib.h>

#include "error.h"
#include "factors.h"
#include "model.h"
#include "safetensors.h"
#include "style.h"

#define FORMAT "adain-gallery 1"

/* Factors of a covariance: weights/README.md says what is lost. */
#define RANK 52

#define PALETTE_FLOATS 12

/* Floats that are added to a checksum at a time. */
#define BLOCK 1024

/* What is kept of one style, in one piece of memory with its numbers. */
typedef struct
{
  AdainGalleryEntry names;
  float            *mean, *deviation, *factors; /* [channels] twice, [rank][channels] */
  float            *palette;                    /* the mean, then the covariance */
  float            *levels; /* the means and deviations of each level but the last; all 0 if not known */
} Style;

struct _AdainGallery
{
  AdainModel *model;
  int         channels, rank;
  int         level_channels[ADAIN_LEVELS - 1];
  int         level_floats; /* of one style */
  GPtrArray  *styles;
};

/* Adds floats to a checksum, whatever this machine's order of bytes is. */
static void
add_floats (GChecksum *checksum, const float *values, gsize n)
{
  for (gsize i = 0; i < n; i += BLOCK)
    {
      guint32 words[BLOCK];
      gsize   count = MIN (BLOCK, n - i);

      memcpy (words, values + i, count * sizeof (guint32));
      for (gsize k = 0; k < count; k++)
        words[k] = GUINT32_TO_LE (words[k]);
      g_checksum_update (checksum, (const guchar *) words, count * sizeof (guint32));
    }
}

char *
adain_model_encoder (const AdainModel *model)
{
  return adain_encoder_checksum (adain_model_network (model));
}

char *
adain_encoder_checksum (const AdainNetwork *network)
{
  g_autoptr (GChecksum) checksum = g_checksum_new (G_CHECKSUM_SHA256);
  const AdainChain *encoder = &network->encoder;

  add_floats (checksum, network->mean, 3);
  add_floats (checksum, network->scale, 3);
  for (int i = 0; i < encoder->n; i++)
    if (encoder->convs[i].pool)
      {
        gint32 number = GINT32_TO_LE (i);

        g_checksum_update (checksum, (const guchar *) &number, 4);
      }
  for (int i = 0; i < encoder->n; i++)
    {
      const AdainConv *conv = &encoder->convs[i];

      add_floats (checksum, conv->weight, (gsize) conv->out * conv->in * 9);
      add_floats (checksum, conv->bias, conv->out);
    }
  return g_strdup (g_checksum_get_string (checksum));
}

static void
style_free (gpointer data)
{
  Style *style = data;

  g_free ((char *) style->names.name);
  g_free ((char *) style->names.artist);
  g_free ((char *) style->names.title);
  g_free ((char *) style->names.year);
  g_free (style);
}

/* All numbers of a style. */
static gsize
style_floats (const AdainGallery *gallery, int rank)
{
  return (gsize) (rank + 2) * gallery->channels + PALETTE_FLOATS + gallery->level_floats;
}

/* All numbers are 0 yet; NULL if there is no memory. */
static Style *
style_new (const AdainGallery *gallery, int rank, const AdainGalleryEntry *names)
{
  int    channels = gallery->channels;
  Style *style = g_try_malloc0 (sizeof *style + style_floats (gallery, rank) * sizeof (float));

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
      style->levels = style->palette + PALETTE_FLOATS;
    }
  return style;
}

/* A style of a gallery, for one that has at least as many factors; NULL if there is no memory. */
static Style *
style_copy (const AdainGallery *gallery, const Style *style, int new_rank)
{
  Style *copy = style_new (gallery, new_rank, &style->names);

  if (copy)
    {
      memcpy (copy->mean, style->mean, (gsize) (2 + gallery->rank) * gallery->channels * sizeof (float));
      memcpy (copy->palette, style->palette, (PALETTE_FLOATS + gallery->level_floats) * sizeof (float));
    }
  return copy;
}

static Style *
style_at (const AdainGallery *gallery, int index)
{
  return gallery->styles->pdata[index];
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

/* Reading ----------------------------------------------------------------------------------- */

static gboolean
fail (GError **error, const char *path, const char *reason)
{
  g_set_error (error, ADAIN_ERROR, ADAIN_ERROR_MODEL, _ ("“%s” is not a gallery of styles: %s"), path,
               reason);
  return FALSE;
}

/* A string of one line; "" if it is missing, or something else. */
static const char *
get_line (JsonObject *object, const char *member)
{
  JsonNode   *node = json_object_get_member (object, member);
  const char *text = node && JSON_NODE_HOLDS_VALUE (node) && json_node_get_value_type (node) == G_TYPE_STRING
                         ? json_node_get_string (node)
                         : "";

  for (const char *c = text; *c; c++)
    if (g_ascii_iscntrl (*c))
      return "";
  return text;
}

static gboolean
read_names (AdainGallery *gallery, JsonArray *array, const char *path, GError **error)
{
  for (guint i = 0; i < json_array_get_length (array); i++)
    {
      JsonNode         *node = json_array_get_element (array, i);
      AdainGalleryEntry names = { "" };
      Style            *style;

      if (JSON_NODE_HOLDS_OBJECT (node))
        {
          JsonObject *object = json_node_get_object (node);

          names = (AdainGalleryEntry) { get_line (object, "name"), get_line (object, "artist"),
                                        get_line (object, "title"), get_line (object, "year") };
        }
      if (!*names.name || adain_gallery_find (gallery, names.name) >= 0)
        return fail (error, path, _ ("a name is missing or there twice"));
      style = style_new (gallery, gallery->rank, &names);
      if (!style)
        return adain_no_memory_for_style (error);
      g_ptr_array_add (gallery->styles, style);
    }
  return TRUE;
}

/* The tensor of a row for each style, if it has the right shape: `rows` (0: not that dimension) and
 * `columns` a style. */
static Safetensor *
find_rows (Safetensors *file, const char *name, gint64 styles, gint64 rows, gint64 columns)
{
  Safetensor *tensor = g_hash_table_lookup (file->tensors, name);
  int         rank = rows > 0 ? 3 : 2;

  if (!tensor || tensor->rank != rank || tensor->shape[0] != styles || (rows > 0 && tensor->shape[1] != rows)
      || tensor->shape[rank - 1] != columns)
    return NULL;
  return tensor;
}

/* Copies each style's row of a tensor to where `offset` says; finite numbers only. */
static gboolean
read_rows (AdainGallery *gallery, const Safetensor *tensor, gsize offset)
{
  gsize             n = tensor->count / gallery->styles->len;
  g_autofree float *values = g_try_new (float, tensor->count);

  if (!values)
    return FALSE;
  safetensor_to_floats (tensor, values);
  for (gsize i = 0; i < tensor->count; i++)
    if (!isfinite (values[i]))
      return FALSE;
  for (guint i = 0; i < gallery->styles->len; i++)
    memcpy (style_at (gallery, i)->mean + offset, values + i * n, n * sizeof (float));
  return TRUE;
}

static gboolean
read_numbers (AdainGallery *gallery, Safetensors *file, const char *path, GError **error)
{
  gint64      n = gallery->styles->len, channels = gallery->channels, rank = gallery->rank;
  Safetensor *mean = find_rows (file, "mean", n, 0, channels);
  Safetensor *deviation = find_rows (file, "deviation", n, 0, channels);
  Safetensor *factors = find_rows (file, "factor", n, rank, channels);
  Safetensor *colors = find_rows (file, "palette.mean", n, 0, 3);
  Safetensor *spread = find_rows (file, "palette.covariance", n, 3, 3);
  Safetensor *levels = find_rows (file, "levels", n, 0, gallery->level_floats);
  gboolean    has_levels = g_hash_table_contains (file->tensors, "levels"); /* early files have none */
  gsize       palette = (2 + rank) * channels;

  if (!mean || !deviation || !factors || !colors || !spread || (has_levels && !levels))
    return fail (error, path, _ ("a tensor is missing or has the wrong shape"));
  if (!read_rows (gallery, mean, 0) || !read_rows (gallery, deviation, channels)
      || !read_rows (gallery, factors, 2 * channels) || !read_rows (gallery, colors, palette)
      || !read_rows (gallery, spread, palette + 3)
      || (levels && !read_rows (gallery, levels, palette + PALETTE_FLOATS)))
    return fail (error, path, _ ("a number is not finite"));
  return TRUE;
}

static gboolean
load (AdainGallery *gallery, Safetensors *file, const char *path, GError **error)
{
  const char      *styles = g_hash_table_lookup (file->metadata, "styles");
  Safetensor      *factors = g_hash_table_lookup (file->tensors, "factor");
  g_autofree char *checksum = adain_encoder_checksum (adain_model_network (gallery->model));
  g_autoptr (JsonParser) parser = json_parser_new ();
  JsonNode *root;

  if (g_strcmp0 (g_hash_table_lookup (file->metadata, "format"), FORMAT) != 0)
    return fail (error, path, _ ("its metadata do not name our format"));
  if (g_strcmp0 (g_hash_table_lookup (file->metadata, "encoder"), checksum) != 0)
    {
      g_set_error (error, ADAIN_ERROR, ADAIN_ERROR_MODEL,
                   _ ("The styles of the gallery “%s” were made for another model"), path);
      return FALSE;
    }
  root = styles && json_parser_load_from_data (parser, styles, -1, NULL) ? json_parser_get_root (parser)
                                                                         : NULL;
  if (!root || !JSON_NODE_HOLDS_ARRAY (root) || json_array_get_length (json_node_get_array (root)) == 0)
    return fail (error, path, _ ("it names no styles"));
  if (!factors || factors->rank != 3
      || factors->shape[0] != json_array_get_length (json_node_get_array (root)) || factors->shape[1] < 1
      || factors->shape[1] > gallery->channels || factors->shape[2] != gallery->channels)
    return fail (error, path, _ ("a tensor is missing or has the wrong shape"));
  gallery->rank = factors->shape[1];
  return read_names (gallery, json_node_get_array (root), path, error)
         && read_numbers (gallery, file, path, error);
}

AdainGallery *
adain_gallery_load (const char *path, AdainModel *model, GError **error)
{
  g_autoptr (Safetensors) file = safetensors_open (path, error);
  g_autoptr (AdainGallery) gallery = NULL;

  if (!file)
    return NULL;
  gallery = adain_gallery_new (model);
  if (!load (gallery, file, path, error))
    return NULL;
  return g_steal_pointer (&gallery);
}

int
adain_gallery_size (const AdainGallery *gallery)
{
  return gallery->styles->len;
}

const AdainGalleryEntry *
adain_gallery_entry (const AdainGallery *gallery, int index)
{
  return &style_at (gallery, index)->names;
}

int
adain_gallery_find (const AdainGallery *gallery, const char *name)
{
  for (guint i = 0; i < gallery->styles->len; i++)
    if (strcmp (style_at (gallery, i)->names.name, name) == 0)
      return i;
  return -1;
}

void
adain_gallery_palette (const AdainGallery *gallery, int index, AdainPalette *palette)
{
  const float *values = style_at (gallery, index)->palette;

  for (int a = 0; a < 3; a++)
    {
      palette->mean[a] = values[a];
      for (int b = 0; b < 3; b++)
        palette->covariance[a][b] = values[3 + 3 * a + b];
    }
}

/* The covariance, as if of one cell that weighs 1. */
static void
rebuild (const AdainGallery *gallery, const Style *style, AdainCovariance *covariance)
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
knows_levels (const AdainGallery *gallery, const Style *style)
{
  for (int i = 0; i < gallery->level_floats; i++)
    if (style->levels[i] != 0)
      return TRUE;
  return FALSE;
}

/* All levels, the last being the features themselves; NULL if there is no memory. */
static AdainLevels *
rebuild_levels (const AdainGallery *gallery, const Style *style)
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
  const Style *style = style_at (gallery, index);
  AdainLevels *levels = NULL;
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
  return adain_style_new (gallery->model, g_steal_pointer (&statistics), levels);
}

/* Writing ----------------------------------------------------------------------------------- */

/* A deviation as files have it: without what keeps AdaIN from dividing by 0. */
static float
bare_deviation (double deviation)
{
  return sqrt (MAX (deviation * deviation - ADAIN_EPSILON, 0));
}

static void
fill_levels (const AdainGallery *gallery, Style *entry, const AdainLevels *levels)
{
  float *next = entry->levels;

  for (int i = 0; i < ADAIN_LEVELS - 1; i++)
    for (int half = 0; half < 2; half++)
      for (int c = 0; c < gallery->level_channels[i]; c++)
        *next++ = half == 0 ? levels->mean[i][c] : bare_deviation (levels->deviation[i][c]);
}

static gboolean
fill (const AdainGallery *gallery, Style *entry, const AdainStyle *style, const AdainPalette *palette,
      GError **error)
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
  Style *entry;

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
  entry = style_new (gallery, gallery->rank, names);
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
      Style *copy = style_copy (gallery, style_at (gallery, i), rank);

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
      const Style *style = style_at (other, i);
      Style       *copy;

      if (adain_gallery_find (gallery, style->names.name) >= 0)
        continue;
      copy = style_copy (other, style, gallery->rank);
      if (!copy)
        return adain_no_memory_for_style (error);
      g_ptr_array_add (gallery->styles, copy);
    }
  return TRUE;
}

static char *
write_names (const AdainGallery *gallery)
{
  g_autoptr (JsonBuilder) builder = json_builder_new ();
  g_autoptr (JsonNode) root = NULL;

  json_builder_begin_array (builder);
  for (guint i = 0; i < gallery->styles->len; i++)
    {
      const AdainGalleryEntry *names = adain_gallery_entry (gallery, i);
      const char *const        members[][2] = { { "name", names->name },
                                                { "artist", names->artist },
                                                { "title", names->title },
                                                { "year", names->year } };

      json_builder_begin_object (builder);
      for (gsize m = 0; m < G_N_ELEMENTS (members); m++)
        {
          json_builder_set_member_name (builder, members[m][0]);
          json_builder_add_string_value (builder, members[m][1] ? members[m][1] : "");
        }
      json_builder_end_object (builder);
    }
  json_builder_end_array (builder);
  root = json_builder_get_root (builder);
  return json_to_string (root, FALSE);
}

gboolean
adain_gallery_write (const AdainGallery *gallery, const char *path, GError **error)
{
  gsize                   n = gallery->styles->len, channels = gallery->channels, rank = gallery->rank;
  const SafetensorsOutput tensors[] = {
    { "mean", SAFETENSORS_F16, 2, { n, channels }, n * channels },
    { "deviation", SAFETENSORS_F16, 2, { n, channels }, n * channels },
    { "factor", SAFETENSORS_F16, 3, { n, rank, channels }, n * rank * channels },
    { "palette.mean", SAFETENSORS_F32, 2, { n, 3 }, n * 3 },
    { "palette.covariance", SAFETENSORS_F32, 3, { n, 3, 3 }, n * 9 },
    { "levels", SAFETENSORS_F16, 2, { n, gallery->level_floats }, n * gallery->level_floats },
  };
  SafetensorsOutput outputs[G_N_ELEMENTS (tensors)];
  g_autoptr (GHashTable) metadata = g_hash_table_new (g_str_hash, g_str_equal);
  g_autofree char  *names = write_names (gallery);
  g_autofree char  *checksum = adain_encoder_checksum (adain_model_network (gallery->model));
  g_autofree float *values = g_try_new (float, n * style_floats (gallery, rank));
  float            *next = values;
  gsize             offset = 0;

  if (!values)
    return adain_no_memory_for_style (error);
  g_hash_table_insert (metadata, (gpointer) "format", (gpointer) FORMAT);
  g_hash_table_insert (metadata, (gpointer) "encoder", checksum);
  g_hash_table_insert (metadata, (gpointer) "styles", names);
  for (gsize t = 0; t < G_N_ELEMENTS (tensors); t++)
    {
      gsize row = tensors[t].count / MAX (n, 1);

      outputs[t] = tensors[t];
      outputs[t].values = next;
      for (gsize i = 0; i < n; i++, next += row)
        memcpy (next, style_at (gallery, i)->mean + offset, row * sizeof (float));
      offset += row;
    }
  return safetensors_write (path, metadata, outputs, G_N_ELEMENTS (outputs), error);
}
