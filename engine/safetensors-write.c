/* Writing safetensors files.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "safetensors.h"

#include <string.h>

#include <glib/gi18n-lib.h>
#include <json-glib/json-glib.h>

#include "adain.h"
#include "half.h"

#define HALF_MAX 65504.0f /* what is larger becomes this */

static gsize
element_size (SafetensorsType type)
{
  return type == SAFETENSORS_F16 ? 2 : 4;
}

static void
put (guint8 *to, SafetensorsType type, const float *values, gsize n)
{
  for (gsize i = 0; i < n; i++)
    if (type == SAFETENSORS_F16)
      {
        guint16 half = GUINT16_TO_LE (adain_half_from_float (CLAMP (values[i], -HALF_MAX, HALF_MAX)));

        memcpy (to + 2 * i, &half, 2);
      }
    else
      {
        guint32 word;

        memcpy (&word, &values[i], 4);
        word = GUINT32_TO_LE (word);
        memcpy (to + 4 * i, &word, 4);
      }
}

static JsonNode *
describe (const SafetensorsOutput *tensor, gsize begin)
{
  g_autoptr (JsonBuilder) builder = json_builder_new ();

  json_builder_begin_object (builder);
  json_builder_set_member_name (builder, "dtype");
  json_builder_add_string_value (builder, tensor->type == SAFETENSORS_F16 ? "F16" : "F32");
  json_builder_set_member_name (builder, "shape");
  json_builder_begin_array (builder);
  for (int i = 0; i < tensor->rank; i++)
    json_builder_add_int_value (builder, tensor->shape[i]);
  json_builder_end_array (builder);
  json_builder_set_member_name (builder, "data_offsets");
  json_builder_begin_array (builder);
  json_builder_add_int_value (builder, begin);
  json_builder_add_int_value (builder, begin + tensor->count * element_size (tensor->type));
  json_builder_end_array (builder);
  json_builder_end_object (builder);
  return json_builder_get_root (builder);
}

static char *
make_header (GHashTable *metadata, const SafetensorsOutput *tensors, int n, gsize *length)
{
  g_autoptr (JsonNode) root = json_node_new (JSON_NODE_OBJECT);
  JsonObject    *object = json_object_new (), *strings = json_object_new ();
  GHashTableIter iter;
  gpointer       key, value;
  gsize          begin = 0;

  g_hash_table_iter_init (&iter, metadata);
  while (g_hash_table_iter_next (&iter, &key, &value))
    json_object_set_string_member (strings, key, value);
  json_object_set_object_member (object, "__metadata__", strings);
  for (int i = 0; i < n; i++)
    {
      json_object_set_member (object, tensors[i].name, describe (&tensors[i], begin));
      begin += tensors[i].count * element_size (tensors[i].type);
    }
  json_node_take_object (root, object);
  *length = begin;
  return json_to_string (root, FALSE);
}

gboolean
safetensors_write (const char *path, GHashTable *metadata, const SafetensorsOutput *tensors, int n,
                   GError **error)
{
  gsize              data;
  g_autofree char   *header = make_header (metadata, tensors, n, &data);
  gsize              length = strlen (header), padded = (length + 7) / 8 * 8, at = 8 + padded;
  guint64            prefix = GUINT64_TO_LE ((guint64) padded);
  g_autofree guint8 *bytes = g_try_malloc (8 + padded + data);

  if (!bytes)
    {
      g_set_error (error, ADAIN_ERROR, ADAIN_ERROR_MEMORY, _ ("Not enough memory to write “%s”"), path);
      return FALSE;
    }
  memcpy (bytes, &prefix, 8);
  memset (bytes + 8, ' ', padded);
  memcpy (bytes + 8, header, length);
  for (int i = 0; i < n; i++)
    {
      put (bytes + at, tensors[i].type, tensors[i].values, tensors[i].count);
      at += tensors[i].count * element_size (tensors[i].type);
    }
  return g_file_set_contents (path, (const char *) bytes, at, error);
}
