/* Model files: damaged, foreign and lying ones are refused by name; the shipped one is accurate.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <math.h>
#include <string.h>

#include <glib/gstdio.h>

#include "engine/content.h"
#include "engine/cpu/kernels.h"
#include "support.h"

typedef struct
{
  char *directory, *path;
  char *bytes;          /* of a model of the reference pictures */
  gsize length, header; /* of the file, of its JSON */
} Fixture;

/* `data`: the model's name, if it is another than the first. */
static void
set_up (Fixture *fixture, gconstpointer data)
{
  g_autofree char *model = test_reference_path (data ? data : "model.safetensors");
  GError          *error = NULL;
  guint64          header;

  fixture->directory = g_dir_make_tmp ("adain-model-XXXXXX", &error);
  g_assert_no_error (error);
  fixture->path = g_build_filename (fixture->directory, "bad.safetensors", NULL);
  g_file_get_contents (model, &fixture->bytes, &fixture->length, &error);
  g_assert_no_error (error);
  memcpy (&header, fixture->bytes, 8);
  fixture->header = GUINT64_FROM_LE (header);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  g_remove (fixture->path);
  g_rmdir (fixture->directory);
  g_free (fixture->directory);
  g_free (fixture->path);
  g_free (fixture->bytes);
}

static void
check_path_refused (const char *path)
{
  GError     *error = NULL;
  AdainModel *model = adain_model_load (path, &error);

  g_assert_null (model);
  g_assert_error (error, ADAIN_ERROR, ADAIN_ERROR_MODEL);
  g_assert_nonnull (strstr (error->message, path));
  g_error_free (error);
}

static void
save (Fixture *fixture, const char *bytes, gsize length)
{
  GError *error = NULL;

  g_file_set_contents_full (fixture->path, bytes, length, G_FILE_SET_CONTENTS_NONE, 0600, &error);
  g_assert_no_error (error);
}

static void
check_refused (Fixture *fixture, const char *bytes, gsize length)
{
  save (fixture, bytes, length);
  check_path_refused (fixture->path);
}

/* The file with another JSON header, its data unchanged. */
static GString *
with_header (const Fixture *fixture, const char *json, gsize json_length)
{
  guint64  length = GUINT64_TO_LE (json_length);
  GString *file = g_string_new_len ((const char *) &length, 8);

  g_string_append_len (file, json, json_length);
  g_string_append_len (file, fixture->bytes + 8 + fixture->header, fixture->length - 8 - fixture->header);
  return file;
}

static void
check_header_refused (Fixture *fixture, const char *json, gsize length)
{
  g_autoptr (GString) file = with_header (fixture, json, length);

  check_refused (fixture, file->str, file->len);
}

/* The header with the first `from` replaced. */
static GString *
edited (const Fixture *fixture, const char *from, const char *to)
{
  GString *json = g_string_new_len (fixture->bytes + 8, fixture->header);

  g_assert_cmpuint (g_string_replace (json, from, to, 1), ==, 1);
  return json;
}

static void
test_paths (Fixture *fixture, gconstpointer data)
{
  g_autofree char *missing = g_build_filename (fixture->directory, "missing.safetensors", NULL);

  check_path_refused (fixture->directory);
  check_path_refused (missing);
  check_path_refused ("");
}

static void
test_truncated (Fixture *fixture, gconstpointer data)
{
  for (gsize length = 0; length < fixture->length; length += length < 32 ? 1 : 397)
    check_refused (fixture, fixture->bytes, length);
  for (gsize length = fixture->length - 8; length < fixture->length; length++)
    check_refused (fixture, fixture->bytes, length);
}

static void
test_extended (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GString) file = g_string_new_len (fixture->bytes, fixture->length);

  g_string_append_c (file, 0);
  check_refused (fixture, file->str, file->len);
}

static void
test_header_length (Fixture *fixture, gconstpointer data)
{
  const guint64 lengths[] = { 0,
                              1,
                              fixture->header - 1,
                              fixture->header + 1,
                              fixture->length - 8,
                              fixture->length - 7,
                              100 * 1000 * 1000,
                              G_MAXUINT32,
                              G_MAXINT64,
                              G_MAXUINT64 - 7,
                              G_MAXUINT64 };

  for (gsize i = 0; i < G_N_ELEMENTS (lengths); i++)
    {
      guint64 length = GUINT64_TO_LE (lengths[i]);

      memcpy (fixture->bytes, &length, 8);
      check_refused (fixture, fixture->bytes, fixture->length);
    }
}

static void
test_not_json (Fixture *fixture, gconstpointer data)
{
  const char *const texts[] = { "",
                                "{",
                                "[]",
                                "{}",
                                "null",
                                "7",
                                "\"text\"",
                                "{\"a\":}",
                                "[{}]",
                                "{\"__metadata__\":[]}",
                                "{\"__metadata__\":{}}",
                                "{\"a\":1}",
                                "{\"a\":{}}",
                                "\xff\xfe",
                                "{\"\xc3\x28\":1}" };

  for (gsize i = 0; i < G_N_ELEMENTS (texts); i++)
    check_header_refused (fixture, texts[i], strlen (texts[i]));
  check_header_refused (fixture, "{\"a\0\":1}", 9);
}

static void
test_nested (Fixture *fixture, gconstpointer data)
{
  for (gsize depth = 100; depth <= 1000000; depth *= 10)
    {
      g_autofree char *arrays = g_strnfill (depth, '[');
      g_autoptr (GString) objects = g_string_new (NULL);

      check_header_refused (fixture, arrays, depth);
      for (gsize i = 0; i < depth; i++)
        g_string_append (objects, "{\"a\":");
      check_header_refused (fixture, objects->str, objects->len);
    }
}

static void
test_header_edits (Fixture *fixture, gconstpointer data)
{
  static const char *const edits[][2] = {
    /* metadata */
    { "adain-style-transfer 1", "adain-style-transfer 2" },
    { "\"format\":", "\"formal\":" },
    { "\"adain-style-transfer 1\"", "1" },
    { "\"mean\":\"0.5 0.45 0.4\"", "\"main\":\"0.5 0.45 0.4\"" },
    { "0.5 0.45 0.4", "0.5 0.45" },
    { "0.5 0.45 0.4", "0.5 0.45 0.4 0.3" },
    { "0.5 0.45 0.4", "0.5 0.45 x" },
    { "0.5 0.45 0.4", "0.5 0.45 0.4x" },
    { "0.5 0.45 0.4", "0.5 nan 0.4" },
    { "4 3.5 3", "4 inf 3" },
    { "4 3.5 3", "4 1e39 3" },
    { "4 3.5 3", "" },
    { "\"name\":\"reference\"", "\"name\":null" },
    { "\"name\":\"reference\"", "\"name\":{}" },
    /* types and shapes */
    { "\"F16\"", "\"BF16\"" },
    { "\"F16\"", "\"F32\"" },
    { "\"F16\"", "\"F64\"" },
    { "\"F16\"", "16" },
    { "\"F16\"", "null" },
    { "\"dtype\"", "\"type\"" },
    { "[32,32,3,3]", "[32,32,3,4]" },
    { "[32,32,3,3]", "[32,32,9]" },
    { "[32,32,3,3]", "[32,32,1,9]" },
    { "[32,32,3,3]", "[16,64,3,3]" },
    { "[32,32,3,3]", "[64,16,3,3]" },
    { "[32,32,3,3]", "[-32,-32,3,3]" },
    { "[32,32,3,3]", "[32.0,32,3,3]" },
    { "[32,32,3,3]", "[\"32\",32,3,3]" },
    { "[32,32,3,3]", "[4294967296,4294967296,4294967296,32,32,3,3]" },
    { "[32,32,3,3]", "[18446744073709551648,32,3,3]" },
    { "[32,32,3,3]", "[1,1,1,1,1,32,32,3,3]" },
    { "[32,32,3,3]", "[[32,32,3,3]]" },
    { "[32,32,3,3]", "{}" },
    { "[32,32,3,3]", "9216" },
    { "[32,32,3,3]", "[]" },
    { "[32],", "[16,2]," },
    { "[32],", "[]," },
    { "\"shape\"", "\"shapes\"" },
    /* extents: beyond the data, backwards, with a gap, overlapping, not numbers */
    { "[64,18496]", "[64,18498]" },
    { "[64,18496]", "[62,18494]" },
    { "[64,18496]", "[66,18498]" },
    { "[64,18496]", "[0,18432]" },
    { "[64,18496]", "[18496,64]" },
    { "[64,18496]", "[-64,18368]" },
    { "[64,18496]", "[64]" },
    { "[64,18496]", "[64,18496,18496]" },
    { "[64,18496]", "[9223372036854775744,9223372036854794176]" },
    { "[64,18496]", "[64.5,18496.5]" },
    { "[64,18496]", "[null,18496]" },
    { "[64,18496]", "\"64,18496\"" },
    { "\"data_offsets\"", "\"offsets\"" },
    /* layers */
    { "4 3.5 3\"", "4 3.5 3\",\"pool\":\"1 3\"" },
    { "4 3.5 3\"", "4 3.5 3\",\"pool\":\"1 3 7 7\"" },
    { "4 3.5 3\"", "4 3.5 3\",\"pool\":\"1 7 3\"" },
    { "4 3.5 3\"", "4 3.5 3\",\"pool\":\"1 3 8\"" },
    { "4 3.5 3\"", "4 3.5 3\",\"pool\":\"1 3 x\"" },
    { "4 3.5 3\"", "4 3.5 3\",\"pool\":\"-1 3 7\"" },
    { "4 3.5 3\"", "4 3.5 3\",\"pool\":\"\"" },
    { "4 3.5 3\"", "4 3.5 3\",\"double\":\"0 4 8\"" },
    { "4 3.5 3\"", "4 3.5 3\",\"double\":\"4 0 6\"" },
    { "decoder.0.bias", "decoder.9.bias" },
    { "encoder.8.weight", "encoder.8.weights" },
    { "decoder.0.bias", "decoder.0.weight" },
    { "\"decoder.0.bias\":{", "\"decoder.0.bias\":[{" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (edits); i++)
    {
      g_autoptr (GString) json = edited (fixture, edits[i][0], edits[i][1]);

      g_test_message ("%s", edits[i][1]);
      check_header_refused (fixture, json->str, json->len);
    }
}

/* What looks odd but is sound is accepted. */
static void
test_accepted (Fixture *fixture, gconstpointer data)
{
  static const char *const edits[][2] = {
    { "\"decoder.0.weight\":", "\"empty\":{\"dtype\":\"F32\",\"shape\":[0],\"data_offsets\":[64,64]},"
                               "\"decoder.0.weight\":" },
    { "\"decoder.1.bias\":", "\"empty\":{\"dtype\":\"F32\",\"shape\":[0],\"data_offsets\":[64,64]},"
                             "\"decoder.1.bias\":" },
    { "\"__metadata__\"", "      \"__metadata__\"" },
    { "\"name\":\"reference\"", "\"name\":\"r\\u00e9f\\\"\"" },
    { "0.5 0.45 0.4", "-0.5 4.5e-1 0" },
    { "4 3.5 3\"", "4 3.5 3\",\"pool\":\"0 1 2\",\"double\":\"5 6 7\"" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (edits); i++)
    {
      g_autoptr (GString) json = edited (fixture, edits[i][0], edits[i][1]);
      g_autoptr (GString) file = with_header (fixture, json->str, json->len);
      g_autoptr (AdainModel) model = NULL;
      GError *error = NULL;

      save (fixture, file->str, file->len);
      model = adain_model_load (fixture->path, &error);
      g_assert_no_error (error);
      g_assert_nonnull (adain_model_metadata (model, "name"));
      g_assert_null (adain_model_metadata (model, "author"));
    }
}

/* Writes a model with so many layers, each of which passes on the colors as they are. */
static void
save_small (Fixture *fixture, int encoder, int decoder)
{
  static const char *const metadata[][2] = { { "format", "adain-style-transfer 1" },
                                             { "mean", "0 0 0" },
                                             { "scale", "1 1 1" },
                                             { "pool", "0 1 2" },
                                             { "double", "0 1 2" } };
  static const float       zeros[3];
  float                    weight[3 * 3 * 9] = { 0 };
  SafetensorsOutput        tensors[4 * (ADAIN_MAX_LAYERS + 1)];
  g_autoptr (GHashTable) strings = g_hash_table_new (g_str_hash, g_str_equal);
  g_autoptr (GStringChunk) names = g_string_chunk_new (1024);
  GError *error = NULL;
  int     n = 0;

  for (int c = 0; c < 3; c++)
    weight[(3 * c + c) * 9 + 4] = 1;
  for (gsize i = 0; i < G_N_ELEMENTS (metadata); i++)
    g_hash_table_insert (strings, (char *) metadata[i][0], (char *) metadata[i][1]);
  for (int i = 0; i < encoder + decoder; i++)
    {
      const char      *half = i < encoder ? "encoder" : "decoder";
      int              layer = i < encoder ? i : i - encoder;
      g_autofree char *weights = g_strdup_printf ("%s.%d.weight", half, layer);
      g_autofree char *biases = g_strdup_printf ("%s.%d.bias", half, layer);

      tensors[n++] = (SafetensorsOutput) {
        g_string_chunk_insert (names, weights), SAFETENSORS_F16, 4, { 3, 3, 3, 3 }, 3 * 3 * 9, weight
      };
      tensors[n++] = (SafetensorsOutput) {
        g_string_chunk_insert (names, biases), SAFETENSORS_F16, 1, { 3 }, 3, zeros
      };
    }
  safetensors_write (fixture->path, strings, tensors, n, &error);
  g_assert_no_error (error);
}

/* The numbers of layers have limits, in each half. */
static void
test_layers (Fixture *fixture, gconstpointer data)
{
  static const struct
  {
    int      encoder, decoder;
    gboolean good;
  } trials[] = {
    { ADAIN_MIN_LAYERS, ADAIN_MIN_LAYERS, TRUE },      { ADAIN_MAX_LAYERS, ADAIN_MAX_LAYERS, TRUE },
    { ADAIN_MIN_LAYERS - 1, ADAIN_MIN_LAYERS, FALSE }, { ADAIN_MIN_LAYERS, ADAIN_MIN_LAYERS - 1, FALSE },
    { ADAIN_MAX_LAYERS + 1, ADAIN_MIN_LAYERS, FALSE }, { ADAIN_MIN_LAYERS, ADAIN_MAX_LAYERS + 1, FALSE },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (trials); i++)
    {
      g_autoptr (AdainModel) model = NULL;
      g_autoptr (GError) error = NULL;

      save_small (fixture, trials[i].encoder, trials[i].decoder);
      model = adain_model_load (fixture->path, &error);
      g_assert_true ((model != NULL) == trials[i].good);
      /* And not by what follows from it, such as where it is pooled. */
      g_assert_true (trials[i].good || strstr (error->message, "layer"));
    }
}

/* The picture that is as large as its cells are, and in each has the largest of their values. */
static AdainImage *
cell_maxima (const AdainImage *picture)
{
  AdainImage *result = test_image_new (picture->width, picture->height);

  for (int y = 0; y < picture->height; y++)
    for (int x = 0; x < picture->width; x++)
      for (int c = 0; c < 3; c++)
        {
          float *largest = result->rgba + ((gsize) y * picture->width + x) * 4 + c;

          *largest = 0;
          for (int i = 0; i < ADAIN_CELL * ADAIN_CELL; i++)
            {
              int from_y = y / ADAIN_CELL * ADAIN_CELL + i / ADAIN_CELL;
              int from_x = x / ADAIN_CELL * ADAIN_CELL + i % ADAIN_CELL;

              *largest = MAX (*largest, picture->rgba[((gsize) from_y * picture->width + from_x) * 4 + c]);
            }
        }
  return result;
}

/* As few layers as can be: the decoder's last one doubles. A picture in its own style stays as it is, but for what is
 * lost by pooling. */
static void
test_shallow (Fixture *fixture, gconstpointer data)
{
  g_autoptr (AdainModel) model = NULL;
  g_autoptr (AdainImage) picture = test_image_new (17 * ADAIN_CELL, 12 * ADAIN_CELL);
  g_autoptr (AdainImage) expected = cell_maxima (picture);

  save_small (fixture, ADAIN_MIN_LAYERS, ADAIN_MIN_LAYERS);
  model = adain_model_load (fixture->path, NULL);
  for (int k = 0; adain_kernels[k]; k++)
    if (adain_kernels[k]->supported ())
      {
        const char *name = adain_kernels[k]->name;
        g_autoptr (AdainEngine) engine = test_engine_new (model, name, 2, 32, 0);
        g_autoptr (AdainStyle) style = test_style_new (engine, picture);
        g_autoptr (AdainContent) content = test_content_new (engine, picture, 0);
        g_autoptr (AdainImage) result = test_render (content, style, 1);
        double distance = test_image_error (result, expected);

        g_test_message ("%s: %.2g", name, distance);
        g_assert_cmpfloat (distance, <, test_is_float (name) ? 1e-5 : 2e-2);
      }
}

/* The file with one tensor more: `n` values, half of them `first`, the others `second`. */
static GString *
with_tensor (const Fixture *fixture, const char *name, const char *shape, int n, float first, float second)
{
  gsize            start = fixture->length - 8 - fixture->header;
  g_autofree char *entry = g_strdup_printf ("{\"%s\":{\"dtype\":\"F32\",\"shape\":%s,\"data_offsets\":"
                                            "[%" G_GSIZE_FORMAT ",%" G_GSIZE_FORMAT "]},",
                                            name, shape, start, start + n * sizeof (float));
  g_autoptr (GString) json = edited (fixture, "{", entry);
  GString *file = with_header (fixture, json->str, json->len);

  for (int i = 0; i < n; i++)
    {
      union
      {
        float   number;
        guint32 bits;
      } value = { i < n / 2 ? first : second };

      value.bits = GUINT32_TO_LE (value.bits);
      g_string_append_len (file, (const char *) &value.bits, 4);
    }
  return file;
}

/* What is usual of features may be told, but then it must be possible. */
static void
test_usual (Fixture *fixture, gconstpointer data)
{
  static const struct
  {
    const char *name, *shape;
    int         n;
    float       first, second;
    gboolean    good;
  } trials[] = {
    { "content.deviation", "[32]", 32, 0, 3, TRUE },
    { "content.deviation", "[31]", 31, 1, 1, FALSE },
    { "content.deviation", "[1,32]", 32, 1, 1, FALSE },
    { "content.deviation", "[32]", 32, 1, -1, FALSE },
    { "content.deviation", "[32]", 32, NAN, 1, FALSE },
    { "content.deviation", "[32]", 32, 1, INFINITY, FALSE },
    { "content.range", "[2,32]", 64, -1, 5, TRUE },
    { "content.range", "[64]", 64, -1, 5, FALSE },
    { "content.range", "[32,2]", 64, -1, 5, FALSE },
    { "content.range", "[2,31]", 62, -1, 5, FALSE },
    { "content.range", "[2,32]", 64, 1, 5, FALSE },
    { "content.range", "[2,32]", 64, -1, -5, FALSE },
    { "content.range", "[2,32]", 64, -1, NAN, FALSE },
    { "content.range", "[2,32]", 64, -INFINITY, 5, FALSE },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (trials); i++)
    {
      g_autoptr (GString) file = with_tensor (fixture, trials[i].name, trials[i].shape, trials[i].n,
                                              trials[i].first, trials[i].second);
      g_autoptr (AdainModel) model = NULL;
      const AdainUsual *usual;
      GError           *error = NULL;

      if (!trials[i].good)
        {
          check_refused (fixture, file->str, file->len);
          continue;
        }
      save (fixture, file->str, file->len);
      model = adain_model_load (fixture->path, &error);
      g_assert_no_error (error);
      usual = &adain_model_network (model)->usual;
      if (trials[i].n == 32)
        {
          g_assert_true (usual->deviation[15] == trials[i].first && usual->deviation[31] == trials[i].second);
          g_assert_true (!usual->low && !usual->high);
        }
      else
        {
          g_assert_true (usual->low[31] == trials[i].first && usual->high[31] == trials[i].second);
          g_assert_null (usual->deviation);
        }
    }
}

/* What tells how styles change the decoder is there as a whole, or not at all. */
static void
test_hyper (Fixture *fixture, gconstpointer data)
{
  static const char *const shapes[][3] = {
    { "center", "[64]", "[8,8]" },
    { "axes", "[5,64]", "[64,5]" },
    { "0.weight", "[6,5]", "[5,6]" },
    { "0.bias", "[6]", "[6,1]" },
    { "1.weight", "[158,6]", "[79,12]" },
    { "left.3", "[16,3]", "[3,16]" },
    { "right.0", "[3,32,3,3]", "[32,3,3,3]" },
  };
  g_autofree char *path = test_reference_path (data);
  g_autoptr (Safetensors) file = safetensors_open (path, NULL);
  const char    *start = g_mapped_file_get_contents (file->file);
  const char    *name;
  Safetensor    *tensor;
  GHashTableIter iter;

  g_hash_table_iter_init (&iter, file->tensors);
  while (g_hash_table_iter_next (&iter, (gpointer *) &name, (gpointer *) &tensor))
    if (g_str_has_prefix (name, "hyper."))
      {
        g_autofree char *key = g_strdup_printf ("\"%s\"", name);
        g_autofree char *other = g_strdup_printf ("\"other.%s\"", name);
        g_autoptr (GString) json = edited (fixture, key, other);
        g_autofree char *bytes = g_memdup2 (fixture->bytes, fixture->length);
        const guint16    infinity = GUINT16_TO_LE (0x7c00);

        g_test_message ("%s", name);
        check_header_refused (fixture, json->str, json->len);
        memcpy (bytes + ((const char *) tensor->data - start), &infinity, sizeof infinity);
        check_refused (fixture, bytes, fixture->length);
      }
  for (gsize i = 0; i < G_N_ELEMENTS (shapes); i++)
    {
      g_autofree char *from = g_strdup_printf ("\"hyper.%s\":{\"dtype\":\"F16\",\"shape\":%s", shapes[i][0],
                                               shapes[i][1]);
      g_autofree char *to = g_strdup_printf ("\"hyper.%s\":{\"dtype\":\"F16\",\"shape\":%s", shapes[i][0],
                                             shapes[i][2]);
      g_autoptr (GString) json = edited (fixture, from, to);

      check_header_refused (fixture, json->str, json->len);
    }
}

static void
test_not_finite (Fixture *fixture, gconstpointer data)
{
  const guint16 values[] = { 0x7c00, 0xfc00, 0x7e00, 0x7c01, 0xffff };
  char         *weights = fixture->bytes + 8 + fixture->header;
  gsize         n = (fixture->length - 8 - fixture->header) / 2;
  const gsize   places[] = { 0, 1, n / 2, n - 1 };

  for (gsize v = 0; v < G_N_ELEMENTS (values); v++)
    for (gsize p = 0; p < G_N_ELEMENTS (places); p++)
      {
        guint16 value = GUINT16_TO_LE (values[v]), kept;

        memcpy (&kept, weights + 2 * places[p], 2);
        memcpy (weights + 2 * places[p], &value, 2);
        check_refused (fixture, fixture->bytes, fixture->length);
        memcpy (weights + 2 * places[p], &kept, 2);
      }
}

/* Halves become the floats that IEEE 754 says, in either byte order of the machine. */
static void
test_halves (void)
{
  static const struct
  {
    guint16 half;
    float   value;
  } pairs[] = {
    { 0x0000, 0 },      { 0x0001, 0x1p-24f },  { 0x03ff, 0x3ffp-24f },  { 0x0400, 0x1p-14f },
    { 0x3c00, 1 },      { 0xc000, -2 },        { 0x3555, 0x1.554p-2f }, { 0x7bff, 65504 },
    { 0xfbff, -65504 }, { 0x8001, -0x1p-24f },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (pairs); i++)
    {
      guint16    half = GUINT16_TO_LE (pairs[i].half);
      Safetensor tensor = { SAFETENSORS_F16, 1, { 1 }, 1, (const guint8 *) &half };
      float      value;

      safetensor_to_floats (&tensor, &value);
      g_assert_cmpfloat (value, ==, pairs[i].value);
    }
}

/* Floats are written as the nearest halves: 0 as 0, what is too large as the largest. */
static void
test_written_halves (void)
{
  static const float values[] = { 0, 1, -2, 1e-9f, 0x1p-24f, 0x1.554p-2f, 1e6f, 1.0003f, -0.1f };
  static const float wanted[] = { 0, 1, -2, 0, 0x1p-24f, 0x1.554p-2f, 65504, 1, -0x1.998p-4f };
  gsize              n = G_N_ELEMENTS (values);
  SafetensorsOutput  output = { "x", SAFETENSORS_F16, 1, { n }, n, values };
  g_autoptr (GHashTable) metadata = g_hash_table_new (g_str_hash, g_str_equal);
  g_autofree char *folder = g_dir_make_tmp ("adain-halves-XXXXXX", NULL);
  g_autofree char *path = g_build_filename (folder, "halves.safetensors", NULL);
  Safetensors     *file;
  float            got[G_N_ELEMENTS (values)];

  g_assert_true (safetensors_write (path, metadata, &output, 1, NULL));
  file = safetensors_open (path, NULL);
  g_assert_nonnull (file);
  safetensor_to_floats (g_hash_table_lookup (file->tensors, "x"), got);
  for (gsize i = 0; i < n; i++)
    g_assert_cmpfloat (got[i], ==, wanted[i]);
  safetensors_close (file);
  g_remove (path);
  g_rmdir (folder);
}

static void
test_cost (void)
{
  g_autoptr (AdainModel) model = test_model_new ();
  const AdainNetwork *network = adain_model_network (model);
  static const int    encoder_area[] = { 1, 1, 4, 4, 16, 16, 16, 16, 64 };
  static const int    decoder_area[] = { 64, 16, 16, 16, 16, 4, 4, 1, 1 };
  double              cost = 0;

  for (int i = 0; i < 9; i++)
    {
      const AdainConv *e = &network->encoder.convs[i], *d = &network->decoder.convs[i];

      cost += 9.0 * e->in * e->out / encoder_area[i] + 9.0 * d->in * d->out / decoder_area[i];
    }
  g_assert_cmpfloat_with_epsilon (adain_model_cost (model), cost, 1e-6);
}

static AdainImage *
paint (AdainModel *model, const char *kernels, AdainImage *picture)
{
  g_autoptr (AdainEngine) engine = test_engine_new (model, kernels, 2, 0, 0);
  g_autoptr (AdainImage) painting = test_image_new (picture->height + 5, picture->width + 50);
  g_autoptr (AdainStyle) style = test_style_new (engine, painting);
  g_autoptr (AdainContent) content = test_content_new (engine, picture, 0);

  return test_render (content, style, 1);
}

/* The model that people get; NULL, and the test is skipped, where there is none. */
static AdainModel *
shipped_model (void)
{
  g_autofree char *path = test_weights_path ();
  AdainModel      *model;
  GError          *error = NULL;

  if (!g_file_test (path, G_FILE_TEST_EXISTS))
    {
      g_test_skip ("there are no shipped weights");
      return NULL;
    }
  model = adain_model_load (path, &error);
  g_assert_no_error (error);
  return model;
}

/* It is the same picture in every precision. */
static void
test_shipped (void)
{
  static const int sizes[][2] = { { 33, 47 }, { 96, 64 }, { 165, 121 } };
  g_autoptr (AdainModel) model = shipped_model ();

  if (!model)
    return;
  for (gsize i = 0; i < G_N_ELEMENTS (sizes); i++)
    {
      g_autoptr (AdainImage) picture = test_image_new (sizes[i][0], sizes[i][1]);
      g_autoptr (AdainImage) expected = paint (model, "c", picture);

      for (int k = 0; adain_kernels[k] != &adain_kernels_c; k++)
        if (adain_kernels[k]->supported ())
          {
            const char *name = adain_kernels[k]->name;
            g_autoptr (AdainImage) result = paint (model, name, picture);
            double distance = test_image_error (result, expected);

            g_test_message ("%d x %d, %s: %.2g", sizes[i][0], sizes[i][1], name, distance);
            g_assert_cmpfloat (distance, <, test_is_float (name) ? 1e-5 : 2e-2);
          }
    }
}

int
main (int argc, char **argv)
{
  static const struct
  {
    const char *path;
    void (*test) (Fixture *, gconstpointer);
  } tests[] = {
    { "/model/paths", test_paths },
    { "/model/truncated", test_truncated },
    { "/model/extended", test_extended },
    { "/model/header-length", test_header_length },
    { "/model/not-json", test_not_json },
    { "/model/nested", test_nested },
    { "/model/header-edits", test_header_edits },
    { "/model/accepted", test_accepted },
    { "/model/layers", test_layers },
    { "/model/shallow", test_shallow },
    { "/model/not-finite", test_not_finite },
    { "/model/usual", test_usual },
  };

  g_test_init (&argc, &argv, NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (tests); i++)
    g_test_add (tests[i].path, Fixture, NULL, set_up, tests[i].test, tear_down);
  g_test_add ("/model/hyper", Fixture, "hyper.safetensors", set_up, test_hyper, tear_down);
  g_test_add_func ("/model/halves", test_halves);
  g_test_add_func ("/model/written-halves", test_written_halves);
  g_test_add_func ("/model/cost", test_cost);
  g_test_add_func ("/model/shipped", test_shipped);
  return g_test_run ();
}
