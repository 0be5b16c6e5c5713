/* The state file: names of styles that are not UTF-8, and lists that earlier versions have written.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "ui/state.h"

#include <glib/gstdio.h>

#define LATIN1  "/pictures/caf\xe9.png"
#define UTF8    "/pictures/été; and more.png"
#define REMOTE  "https://example.org/style.png"
#define GALLERY "gallery:hokusai--the-great-wave-off-kanagawa"

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
  const char *const old[] = { "/pictures/first.png", GALLERY, "/pictures/50%.png", REMOTE, NULL };
  GKeyFile         *file = g_key_file_new ();

  g_key_file_set_string_list (file, "Preset", "styles", old, 4);
  check (adain_state_get_names (file, "Preset", "styles"), old);
  g_assert_null (adain_state_get_names (file, "Preset", "nothing"));

  adain_state_set_names (file, "Preset", "styles", old, 4);
  check (adain_state_get_names (file, "Preset", "styles"), old);
  g_key_file_unref (file);
}

int
main (int argc, char **argv)
{
  g_autofree char *home = g_dir_make_tmp ("adain-state-XXXXXX", NULL);
  g_autofree char *settings = g_build_filename (home, "plug-in-settings", NULL);
  g_autofree char *own = g_build_filename (settings, "adain-style-transfer", NULL);
  g_autofree char *file = g_build_filename (own, "dialog.ini", NULL);
  int              result;

  g_setenv ("GIMP3_DIRECTORY", home, TRUE);
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/state/recent", test_recent);
  g_test_add_func ("/state/earlier", test_earlier);
  result = g_test_run ();

  g_unlink (file);
  g_rmdir (own);
  g_rmdir (settings);
  g_rmdir (home);

  return result;
}
