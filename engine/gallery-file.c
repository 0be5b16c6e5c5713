/* A gallery's file.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "gallery.h"

#include <math.h>
#include <string.h>

#include <glib/gi18n-lib.h>
#include <json-glib/json-glib.h>

#include "checksum.h"
#include "error.h"
#include "safetensors.h"

#define FORMAT "adain-gallery 1"

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
      JsonNode          *node = json_array_get_element (array, i);
      AdainGalleryEntry  names = { "" };
      AdainGalleryStyle *style;

      if (JSON_NODE_HOLDS_OBJECT (node))
        {
          JsonObject *object = json_node_get_object (node);

          names = (AdainGalleryEntry) { get_line (object, "name"), get_line (object, "artist"),
                                        get_line (object, "title"), get_line (object, "year") };
        }
      if (!*names.name || adain_gallery_find (gallery, names.name) >= 0)
        return fail (error, path, _ ("a name is missing or there twice"));
      style = adain_gallery_style_new (gallery, gallery->rank, &names);
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
    memcpy (adain_gallery_at (gallery, i)->mean + offset, values + i * n, n * sizeof (float));
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
      || (levels && !read_rows (gallery, levels, palette + ADAIN_GALLERY_PALETTE)))
    return fail (error, path, _ ("a number is not finite"));
  return TRUE;
}

/* What one style has learned, from its row of the tensor; `told`: over what the model tells of it. */
static gboolean
read_adaptation (const AdainGallery *gallery, AdainGalleryStyle *style, const Safetensor *row, gboolean told,
                 const char *path, GError **error)
{
  g_autoptr (AdainAdaptation)
      adaptation = adain_adaptation_new (&adain_model_network (gallery->model)->decoder);
  gboolean learned = FALSE;

  if (!adaptation)
    return adain_no_memory_for_style (error);
  adaptation->told = told;
  safetensor_to_floats (row, adaptation->values);
  for (gsize i = 0; i < adaptation->n; i++)
    {
      if (!isfinite (adaptation->values[i]))
        return fail (error, path, _ ("a number is not finite"));
      learned = learned || adaptation->values[i] != 0;
    }
  if (learned)
    style->adaptation = g_steal_pointer (&adaptation);
  return TRUE;
}

/* What styles have learned, if it was with this decoder, and over what this model tells of them or over nothing. */
static gboolean
read_adaptations (AdainGallery *gallery, Safetensors *file, JsonArray *names, const char *path,
                  GError **error)
{
  const AdainNetwork *network = adain_model_network (gallery->model);
  g_autofree char    *checksum = adain_decoder_checksum (network);
  g_autofree char    *hyper = adain_hyper_checksum (network);
  gsize               n = gallery->styles->len;
  Safetensor *tensor = find_rows (file, "adaptation", n, 0, adain_adaptation_size (&network->decoder));

  if (g_strcmp0 (g_hash_table_lookup (file->metadata, "decoder"), checksum) != 0)
    return TRUE;
  if (!tensor)
    return fail (error, path, _ ("a tensor is missing or has the wrong shape"));
  for (gsize i = 0; i < n; i++)
    {
      Safetensor  row = safetensor_row (tensor, i);
      const char *over = get_line (json_array_get_object_element (names, i), "hyper");

      if ((!*over || g_strcmp0 (over, hyper) == 0)
          && !read_adaptation (gallery, adain_gallery_at (gallery, i), &row, *over != 0, path, error))
        return FALSE;
    }
  return TRUE;
}

static gboolean
load (AdainGallery *gallery, Safetensors *file, const char *path, GError **error)
{
  const char *styles = g_hash_table_lookup (file->metadata, "styles");
  Safetensor *factors = g_hash_table_lookup (file->tensors, "factor");
  g_autoptr (JsonParser) parser = json_parser_new ();
  JsonNode  *root;
  JsonArray *names;

  if (g_strcmp0 (g_hash_table_lookup (file->metadata, "format"), FORMAT) != 0)
    return fail (error, path, _ ("its metadata do not name our format"));
  if (g_strcmp0 (g_hash_table_lookup (file->metadata, "encoder"), adain_model_encoder (gallery->model)) != 0)
    {
      g_set_error (error, ADAIN_ERROR, ADAIN_ERROR_MODEL,
                   _ ("The styles of the gallery “%s” were made for another model"), path);
      return FALSE;
    }
  root = styles && json_parser_load_from_data (parser, styles, -1, NULL) ? json_parser_get_root (parser)
                                                                         : NULL;
  names = root && JSON_NODE_HOLDS_ARRAY (root) ? json_node_get_array (root) : NULL;
  if (!names || json_array_get_length (names) == 0)
    return fail (error, path, _ ("it names no styles"));
  if (!factors || factors->rank != 3 || factors->shape[0] != json_array_get_length (names)
      || factors->shape[1] < 1 || factors->shape[1] > gallery->channels
      || factors->shape[2] != gallery->channels)
    return fail (error, path, _ ("a tensor is missing or has the wrong shape"));
  gallery->rank = factors->shape[1];
  return read_names (gallery, names, path, error) && read_numbers (gallery, file, path, error)
         && read_adaptations (gallery, file, names, path, error);
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

/* Writing ----------------------------------------------------------------------------------- */

static char *
write_names (const AdainGallery *gallery)
{
  g_autofree char *hyper = adain_hyper_checksum (adain_model_network (gallery->model));
  g_autoptr (JsonBuilder) builder = json_builder_new ();
  g_autoptr (JsonNode) root = NULL;

  json_builder_begin_array (builder);
  for (guint i = 0; i < gallery->styles->len; i++)
    {
      const AdainGalleryEntry *names = adain_gallery_entry (gallery, i);
      const AdainAdaptation   *adaptation = adain_gallery_at (gallery, i)->adaptation;
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
      if (adaptation && adaptation->told)
        {
          json_builder_set_member_name (builder, "hyper");
          json_builder_add_string_value (builder, hyper);
        }
      json_builder_end_object (builder);
    }
  json_builder_end_array (builder);
  root = json_builder_get_root (builder);
  return json_to_string (root, FALSE);
}

/* All styles' rows of the numbers that they have in one piece of memory, one tensor after the other. */
static void
write_numbers (const AdainGallery *gallery, SafetensorsOutput *tensors, gsize n_tensors, float *values)
{
  gsize n = gallery->styles->len, offset = 0;

  for (gsize t = 0; t < n_tensors; t++)
    {
      gsize row = tensors[t].count / MAX (n, 1);

      tensors[t].values = values;
      for (gsize i = 0; i < n; i++, values += row)
        memcpy (values, adain_gallery_at (gallery, i)->mean + offset, row * sizeof (float));
      offset += row;
    }
}

/* A row for each style of what it has learned, of 0 if that is nothing; whether any has. */
static gboolean
write_adaptations (const AdainGallery *gallery, gsize row, float *values)
{
  gboolean any = FALSE;

  for (guint i = 0; i < gallery->styles->len; i++, values += row)
    {
      const AdainAdaptation *adaptation = adain_gallery_at (gallery, i)->adaptation;

      any = any || adaptation;
      if (adaptation)
        memcpy (values, adaptation->values, row * sizeof (float));
      else
        memset (values, 0, row * sizeof (float));
    }
  return any;
}

gboolean
adain_gallery_write (const AdainGallery *gallery, const char *path, GError **error)
{
  const AdainNetwork *network = adain_model_network (gallery->model);
  gsize               n = gallery->styles->len, channels = gallery->channels, rank = gallery->rank;
  gsize               learned = adain_adaptation_size (&network->decoder);
  SafetensorsOutput   tensors[] = {
    { "mean", SAFETENSORS_F16, 2, { n, channels }, n * channels },
    { "deviation", SAFETENSORS_F16, 2, { n, channels }, n * channels },
    { "factor", SAFETENSORS_F16, 3, { n, rank, channels }, n * rank * channels },
    { "palette.mean", SAFETENSORS_F32, 2, { n, 3 }, n * 3 },
    { "palette.covariance", SAFETENSORS_F32, 3, { n, 3, 3 }, n * 9 },
    { "levels", SAFETENSORS_F16, 2, { n, gallery->level_floats }, n * gallery->level_floats },
    { "adaptation", SAFETENSORS_F16, 2, { n, learned }, n * learned },
  };
  gsize n_tensors = G_N_ELEMENTS (tensors) - 1;
  g_autoptr (GHashTable) metadata = g_hash_table_new (g_str_hash, g_str_equal);
  g_autofree char  *names = write_names (gallery);
  g_autofree char  *decoder = adain_decoder_checksum (network);
  g_autofree float *values = g_try_new (float, n * adain_gallery_floats (gallery, rank));
  g_autofree float *adaptations = g_try_new (float, n * learned);

  if (n > 0 && (!values || !adaptations))
    return adain_no_memory_for_style (error);
  g_hash_table_insert (metadata, (gpointer) "format", (gpointer) FORMAT);
  g_hash_table_insert (metadata, (gpointer) "encoder", (gpointer) adain_model_encoder (gallery->model));
  g_hash_table_insert (metadata, (gpointer) "styles", names);
  write_numbers (gallery, tensors, n_tensors, values);
  if (write_adaptations (gallery, learned, adaptations))
    {
      g_hash_table_insert (metadata, (gpointer) "decoder", decoder);
      tensors[n_tensors++].values = adaptations;
    }
  return safetensors_write (path, metadata, tensors, n_tensors, error);
}
