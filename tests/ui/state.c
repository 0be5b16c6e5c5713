/* The state file: names of styles that are not UTF-8, and lists that earlier versions have written.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "ui/state.h"

#include <glib/gstdio.h>

#define LATIN1 "/pictures/caf\xe9.png"
#define UTF8   "/pictures/été; and more.png"
#define REMOTE "https://example.org/style.png"

static void
check (char **names, const char *const *wanted)
{
  g_assert_nonnull (names);
  g_assert_true (g_strv_equal ((const char *const *) names, wanted));
  g_strfreev (names);
}

static void
test_recent (void)
{
  const char *const wanted[] = { UTF8, LATIN1, REMOTE, NULL };
  GKeyFile         *state = adain_state_load ();

  adain_state_add_recent (state, LATIN1);
  adain_state_add_recent (state, REMOTE);
  adain_state_add_recent (state, LATIN1);
  adain_state_add_recent (state, UTF8);
  adain_state_save (state);
  g_key_file_unref (state);

  state = adain_state_load ();
  check (adain_state_recent (state), wanted);
  g_key_file_unref (state);
}

static void
test_earlier (void)
{
  const char *const old[] = { "/pictures/first.png", "/pictures/50%.png", REMOTE, NULL };
  GKeyFile         *file = g_key_file_new ();

  g_key_file_set_string_list (file, "Preset", "styles", old, 3);
  check (adain_state_get_names (file, "Preset", "styles"), old);
  g_assert_null (adain_state_get_names (file, "Preset", "nothing"));

  adain_state_set_names (file, "Preset", "styles", old, 3);
  check (adain_state_get_names (file, "Preset", "styles"), old);
  g_key_file_unref (file);
}

int
main (int argc, char **argv)
{
  char *home = g_dir_make_tmp ("adain-state-XXXXXX", NULL);
  char *file = g_build_filename (home, "plug-in-settings", "adain-style-transfer", "dialog.ini", NULL);
  int   result;

  g_setenv ("GIMP3_DIRECTORY", home, TRUE);
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/state/recent", test_recent);
  g_test_add_func ("/state/earlier", test_earlier);
  result = g_test_run ();

  g_unlink (file);
  for (char *folder = g_path_get_dirname (file), *above; g_rmdir (folder) == 0; folder = above)
    {
      gboolean last = g_str_equal (folder, home);

      above = g_path_get_dirname (folder);
      g_free (folder);
      if (last)
        break;
    }
  g_free (file);
  g_free (home);

  return result;
}
