/* Stands in for libFuzzer: tries every file of a folder once, such as those that the fuzzer found.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <glib.h>

int LLVMFuzzerTestOneInput (const guint8 *bytes, gsize length);

static void
test_file (gconstpointer path)
{
  g_autofree char *bytes = NULL;
  gsize            length;
  GError          *error = NULL;

  g_file_get_contents (path, &bytes, &length, &error);
  g_assert_no_error (error);
  LLVMFuzzerTestOneInput ((const guint8 *) bytes, length);
}

int
main (int argc, char **argv)
{
  g_autoptr (GDir) folder = NULL;
  g_autoptr (GError) error = NULL;
  const char *name;

  g_test_init (&argc, &argv, NULL);
  folder = g_dir_open (argc == 2 ? argv[1] : "", 0, &error);
  if (!folder)
    g_error ("usage: corpus-NAME FOLDER: %s", error->message);
  while ((name = g_dir_read_name (folder)))
    {
      g_autofree char *test = g_strdup_printf ("/corpus/%s", name);

      g_test_add_data_func_full (test, g_build_filename (argv[1], name, NULL), test_file, g_free);
    }
  return g_test_run ();
}
