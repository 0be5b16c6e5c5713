/* Thousands of damaged model files, the same ones each time: each is refused by name, or works.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <string.h>
#include <sys/stat.h>

#include <glib/gstdio.h>

#include "engine/adain.h"
#include "input.h"

/* The header is nearly all that can go wrong, and a short one is quickly tried. */
#define HEADER_MUTATIONS 6000
#define WEIGHT_MUTATIONS 150

typedef struct
{
  GString *header, *data;
} File;

static void
read_file (File *file)
{
  g_autofree char *bytes = NULL;
  gsize            length;
  GError          *error = NULL;
  guint64          header;

  g_file_get_contents (TEST_MODEL, &bytes, &length, &error);
  g_assert_no_error (error);
  memcpy (&header, bytes, 8);
  header = GUINT64_FROM_LE (header);
  file->header = g_string_new_len (bytes + 8, header);
  file->data = g_string_new_len (bytes + 8 + header, length - 8 - header);
}

static void
clear_file (File *file)
{
  g_string_free (file->header, TRUE);
  g_string_free (file->data, TRUE);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (File, clear_file)

static gboolean
try_file (const GString *header, const GString *data, guint64 header_length)
{
  g_autoptr (GString) bytes = g_string_new (NULL);

  header_length = GUINT64_TO_LE (header_length);
  g_string_append_len (bytes, (const char *) &header_length, 8);
  g_string_append_len (bytes, header->str, header->len);
  g_string_append_len (bytes, data->str, data->len);
  return input_try ((const guint8 *) bytes->str, bytes->len);
}

/* One change to some place of the header. */
static void
mutate (GRand *random, GString *text)
{
  static const char *const tokens[] = { "{",
                                        "}",
                                        "[",
                                        "]",
                                        ",",
                                        ":",
                                        "\"",
                                        "0",
                                        "-1",
                                        "1e9",
                                        "null",
                                        "true",
                                        "18446744073709551615",
                                        "9223372036854775807",
                                        "4294967296",
                                        "\"F32\"",
                                        "\"F16\"",
                                        "\"I64\"",
                                        "[]",
                                        "{}",
                                        "\\u0000",
                                        "\xff",
                                        "__metadata__",
                                        "encoder.0.weight",
                                        "data_offsets" };
  gsize                    at = g_rand_int_range (random, 0, text->len), n;

  switch (g_rand_int_range (random, 0, 6))
    {
    case 0:
      text->str[at] ^= 1 << g_rand_int_range (random, 0, 8);
      break;
    case 1:
      text->str[at] = g_rand_int_range (random, 0, 256);
      break;
    case 2:
      g_string_insert (text, at, tokens[g_rand_int_range (random, 0, G_N_ELEMENTS (tokens))]);
      break;
    case 3:
      n = g_rand_int_range (random, 1, 40);
      g_string_erase (text, at, MIN (n, text->len - at));
      break;
    case 4:
      {
        g_autofree char *part = NULL;

        n = g_rand_int_range (random, 1, 200);
        part = g_strndup (text->str + at, MIN (n, text->len - at));
        g_string_insert (text, g_rand_int_range (random, 0, text->len), part);
        break;
      }
    case 5:
      /* Another digit, in the next number. */
      at = strcspn (text->str + at, "0123456789") + at;
      if (at < text->len)
        text->str[at] = '0' + g_rand_int_range (random, 0, 10);
      break;
    }
}

static void
test_header (void)
{
  g_autoptr (GRand) random = g_rand_new_with_seed (1);
  g_auto (File) file;
  int models = 0;

  read_file (&file);
  for (int i = 0; i < HEADER_MUTATIONS; i++)
    {
      g_autoptr (GString) header = g_string_new_len (file.header->str, file.header->len);
      int changes = g_rand_int_range (random, 1, 5);
      int lie = g_rand_int_range (random, 0, 10) ? 0 : g_rand_int_range (random, -9, 10);

      for (int c = 0; c < changes && header->len > 0; c++)
        mutate (random, header);
      models += try_file (header, file.data, header->len + lie);
    }
  g_test_message ("%d of %d were still models", models, HEADER_MUTATIONS);
  g_assert_cmpint (models, >, 0);
  g_assert_cmpint (models, <, HEADER_MUTATIONS / 2);
}

/* Random bytes as weights: huge, tiny, not finite. */
static void
test_weights (void)
{
  g_autoptr (GRand) random = g_rand_new_with_seed (2);
  g_auto (File) file;
  int models = 0;

  read_file (&file);
  for (int i = 0; i < WEIGHT_MUTATIONS; i++)
    {
      g_autoptr (GString) data = g_string_new_len (file.data->str, file.data->len);
      int changes = 1 << g_rand_int_range (random, 0, 14);

      for (int c = 0; c < changes; c++)
        {
          guint8 *byte = (guint8 *) data->str + g_rand_int_range (random, 0, data->len);

          /* Rarely all bits of an exponent, which would be the end of the trial. */
          *byte = i % 3 ? g_rand_int_range (random, 0, 256) & 0x7b : g_rand_int_range (random, 0, 256);
        }
      models += try_file (file.header, data, file.header->len);
    }
  g_test_message ("%d of %d were still models", models, WEIGHT_MUTATIONS);
  g_assert_cmpint (models, >, WEIGHT_MUTATIONS / 4);
}

/* Nothing but noise, behind a length that fits. */
static void
test_noise (void)
{
  g_autoptr (GRand) random = g_rand_new_with_seed (3);
  g_autoptr (GString) nothing = g_string_new (NULL);

  for (int i = 0; i < 1000; i++)
    {
      g_autoptr (GString) noise = g_string_new (NULL);
      int length = g_rand_int_range (random, 0, 300);

      for (int c = 0; c < length; c++)
        g_string_append_c (noise, i % 2 ? g_rand_int_range (random, 0, 256)
                                        : "{}[]\":,0123aF"[g_rand_int_range (random, 0, 14)]);
      g_assert_false (try_file (noise, nothing, length));
    }
}

/* A header may be long, but not endlessly so: parsing it takes many times its length. */
static void
test_long_header (void)
{
  g_auto (File) file;

  read_file (&file);
  for (gsize n = file.header->len; n < 512 << 10; n++)
    g_string_append_c (file.header, ' ');
  g_assert_true (try_file (file.header, file.data, file.header->len));
  while (file.header->len <= 1 << 20)
    g_string_append_c (file.header, ' ');
  g_assert_false (try_file (file.header, file.data, file.header->len));
}

/* Brackets within brackets. */
static void
test_nesting (void)
{
  for (int i = 0; i < 2; i++)
    {
      g_autoptr (GString) header = g_string_new ("{\"x\":"), nothing = g_string_new (NULL);

      while (header->len < 1000 << 10)
        g_string_append (header, i ? "{\"x\":" : "[");
      g_assert_false (try_file (header, nothing, header->len));
    }
}

/* A pipe that nobody writes to is refused, not waited for. */
static void
test_pipe (void)
{
  g_autofree char *directory = g_dir_make_tmp ("adain-model-XXXXXX", NULL);
  g_autofree char *path = g_build_filename (directory, "model.safetensors", NULL);
  GError          *error = NULL;

  g_assert_cmpint (mkfifo (path, 0600), ==, 0);
  g_assert_null (adain_model_load (path, &error));
  g_assert_error (error, ADAIN_ERROR, ADAIN_ERROR_MODEL);
  g_assert_nonnull (strstr (error->message, path));
  g_error_free (error);
  g_remove (path);
  g_rmdir (directory);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/mutations/header", test_header);
  g_test_add_func ("/mutations/weights", test_weights);
  g_test_add_func ("/mutations/noise", test_noise);
  g_test_add_func ("/mutations/long-header", test_long_header);
  g_test_add_func ("/mutations/nesting", test_nesting);
  g_test_add_func ("/mutations/pipe", test_pipe);
  return g_test_run ();
}
