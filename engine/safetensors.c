/* Reading safetensors files: validation and access.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "safetensors.h"

#include <string.h>

#include <glib/gi18n-lib.h>
#include <json-glib/json-glib.h>

#include "adain.h"
#include "half.h"

/* A model's header has some KB. Parsed, a header takes many times its length. */
#define MAX_HEADER (1 << 20)

typedef struct
{
  gsize begin, end;
} Extent;

static int
compare_extents (gconstpointer a, gconstpointer b)
{
  const Extent *left = a, *right = b;

  if (left->begin != right->begin)
    return left->begin < right->begin ? -1 : 1;
  return left->end < right->end ? -1 : left->end > right->end;
}

/* An unsigned integer of at most 2^53, JSON's safe range. */
static gboolean
get_size (JsonNode *node, gsize *value)
{
  gint64 integer;

  if (!JSON_NODE_HOLDS_VALUE (node) || json_node_get_value_type (node) != G_TYPE_INT64)
    return FALSE;
  integer = json_node_get_int (node);
  if (integer < 0 || integer > (G_GINT64_CONSTANT (1) << 53))
    return FALSE;
  *value = integer;
  return TRUE;
}

static JsonArray *
get_array (JsonObject *object, const char *member)
{
  JsonNode *node = json_object_get_member (object, member);

  return node && JSON_NODE_HOLDS_ARRAY (node) ? json_node_get_array (node) : NULL;
}

static gboolean
parse_type (JsonObject *object, SafetensorsType *type, gsize *size)
{
  JsonNode   *node = json_object_get_member (object, "dtype");
  const char *name = node && JSON_NODE_HOLDS_VALUE (node) ? json_node_get_string (node) : NULL;

  if (g_strcmp0 (name, "F16") == 0)
    {
      *type = SAFETENSORS_F16;
      *size = 2;
      return TRUE;
    }
  if (g_strcmp0 (name, "F32") == 0)
    {
      *type = SAFETENSORS_F32;
      *size = 4;
      return TRUE;
    }
  return FALSE;
}

/* One entry of the header; NULL if it is not sound. */
static Safetensor *
parse_tensor (JsonNode *node, const guint8 *data, gsize length, Extent *extent)
{
  g_autofree Safetensor *tensor = g_new0 (Safetensor, 1);
  JsonObject            *object;
  JsonArray             *shape, *offsets;
  gsize                  size;

  if (!JSON_NODE_HOLDS_OBJECT (node))
    return NULL;
  object = json_node_get_object (node);
  shape = get_array (object, "shape");
  offsets = get_array (object, "data_offsets");
  if (!shape || !offsets || json_array_get_length (offsets) != 2
      || json_array_get_length (shape) > SAFETENSORS_MAX_RANK || !parse_type (object, &tensor->type, &size)
      || !get_size (json_array_get_element (offsets, 0), &extent->begin)
      || !get_size (json_array_get_element (offsets, 1), &extent->end) || extent->begin > extent->end
      || extent->end > length)
    return NULL;

  tensor->rank = json_array_get_length (shape);
  tensor->count = 1;
  for (int i = 0; i < tensor->rank; i++)
    {
      gsize side;

      if (!get_size (json_array_get_element (shape, i), &side)
          || !g_size_checked_mul (&tensor->count, tensor->count, side))
        return NULL;
      tensor->shape[i] = side;
    }
  if (!g_size_checked_mul (&size, size, tensor->count) || size != extent->end - extent->begin)
    return NULL;
  tensor->data = data + extent->begin;
  return g_steal_pointer (&tensor);
}

static gboolean
parse_metadata (JsonNode *node, GHashTable *metadata)
{
  JsonObjectIter iter;
  const char    *key;
  JsonNode      *value;

  if (!JSON_NODE_HOLDS_OBJECT (node))
    return FALSE;
  json_object_iter_init (&iter, json_node_get_object (node));
  while (json_object_iter_next (&iter, &key, &value))
    {
      if (!JSON_NODE_HOLDS_VALUE (value) || json_node_get_value_type (value) != G_TYPE_STRING)
        return FALSE;
      g_hash_table_insert (metadata, g_strdup (key), g_strdup (json_node_get_string (value)));
    }
  return TRUE;
}

/* The tensors must tile the data: no gap, no overlap. */
static gboolean
extents_cover (GArray *extents, gsize length)
{
  gsize end = 0;

  g_array_sort (extents, compare_extents);
  for (guint i = 0; i < extents->len; i++)
    {
      Extent extent = g_array_index (extents, Extent, i);

      if (extent.begin != end)
        return FALSE;
      end = extent.end;
    }
  return end == length;
}

static gboolean
parse_header (Safetensors *self, const char *json, gsize json_length, const guint8 *data, gsize length)
{
  g_autoptr (JsonParser) parser = json_parser_new ();
  g_autoptr (GArray) extents = g_array_new (FALSE, FALSE, sizeof (Extent));
  JsonObjectIter iter;
  const char    *name;
  JsonNode      *root, *node;

  if (!g_utf8_validate_len (json, json_length, NULL)
      || !json_parser_load_from_data (parser, json, json_length, NULL))
    return FALSE;
  root = json_parser_get_root (parser);
  if (!root || !JSON_NODE_HOLDS_OBJECT (root))
    return FALSE;

  json_object_iter_init (&iter, json_node_get_object (root));
  while (json_object_iter_next (&iter, &name, &node))
    {
      Safetensor *tensor;
      Extent      extent;

      if (strcmp (name, "__metadata__") == 0)
        {
          if (!parse_metadata (node, self->metadata))
            return FALSE;
          continue;
        }
      tensor = parse_tensor (node, data, length, &extent);
      if (!tensor)
        return FALSE;
      g_hash_table_insert (self->tensors, g_strdup (name), tensor);
      g_array_append_val (extents, extent);
    }
  return extents_cover (extents, length);
}

static void
refuse (const char *path, GError **error)
{
  g_set_error (error, ADAIN_ERROR, ADAIN_ERROR_MODEL, _ ("“%s” is not a safetensors file, or it is damaged"),
               path);
}

Safetensors *
safetensors_open (const char *path, GError **error)
{
  g_autoptr (Safetensors) self = g_new0 (Safetensors, 1);
  g_autoptr (GError) local = NULL;
  const char *bytes;
  guint64     header;
  gsize       length;

  if (g_file_test (path, G_FILE_TEST_IS_DIR))
    {
      g_set_error (error, ADAIN_ERROR, ADAIN_ERROR_MODEL, _ ("“%s” is a folder, not a model"), path);
      return NULL;
    }
  /* Somebody would have to write into a pipe before it could be opened. */
  if (g_file_test (path, G_FILE_TEST_EXISTS) && !g_file_test (path, G_FILE_TEST_IS_REGULAR))
    {
      refuse (path, error);
      return NULL;
    }
  self->file = g_mapped_file_new (path, FALSE, &local);
  if (!self->file)
    {
      g_set_error (error, ADAIN_ERROR, ADAIN_ERROR_MODEL, _ ("The model “%s” cannot be read: %s"), path,
                   local->message);
      return NULL;
    }
  self->tensors = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  self->metadata = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);

  bytes = g_mapped_file_get_contents (self->file);
  length = g_mapped_file_get_length (self->file);
  if (length > 8)
    {
      memcpy (&header, bytes, 8);
      header = GUINT64_FROM_LE (header);
      if (header <= MAX_HEADER && header <= length - 8
          && parse_header (self, bytes + 8, header, (const guint8 *) bytes + 8 + header, length - 8 - header))
        return g_steal_pointer (&self);
    }
  refuse (path, error);
  return NULL;
}

void
safetensors_close (Safetensors *self)
{
  if (self == NULL)
    return;
  g_clear_pointer (&self->tensors, g_hash_table_unref);
  g_clear_pointer (&self->metadata, g_hash_table_unref);
  g_clear_pointer (&self->file, g_mapped_file_unref);
  g_free (self);
}

Safetensor
safetensor_row (const Safetensor *tensor, gint64 index)
{
  Safetensor row = { tensor->type, tensor->rank - 1, .count = tensor->count / tensor->shape[0] };

  memcpy (row.shape, tensor->shape + 1, row.rank * sizeof *row.shape);
  row.data = tensor->data + index * row.count * (tensor->type == SAFETENSORS_F16 ? 2 : 4);
  return row;
}

void
safetensor_to_floats (const Safetensor *tensor, float *out)
{
  for (gsize i = 0; i < tensor->count; i++)
    if (tensor->type == SAFETENSORS_F16)
      {
        guint16 half;

        memcpy (&half, tensor->data + 2 * i, 2);
        out[i] = adain_half_to_float (GUINT16_FROM_LE (half));
      }
    else
      {
        union
        {
          guint32 bits;
          float   value;
        } word;

        memcpy (&word.bits, tensor->data + 4 * i, 4);
        word.bits = GUINT32_FROM_LE (word.bits);
        out[i] = word.value;
      }
}
