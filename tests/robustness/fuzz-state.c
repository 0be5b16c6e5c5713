/* The entry for libFuzzer (see `fuzz`): bytes as what the dialog keeps between sessions, of which the recent
 * styles are read, added to, and read again.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "ui/state.h"

#include <string.h>

int LLVMFuzzerTestOneInput (const guint8 *bytes, gsize length);

int
LLVMFuzzerTestOneInput (const guint8 *bytes, gsize length)
{
  const char *added = "/home/somebody/wave.jpg";
  g_autoptr (GKeyFile) state = g_key_file_new ();
  g_auto (GStrv) recent = NULL, again = NULL;

  /* As adain_state_load() does: damaged or not. */
  g_key_file_load_from_data (state, (const char *) bytes, length, G_KEY_FILE_NONE, NULL);
  recent = adain_state_recent (state);
  for (int i = 0; recent[i]; i++)
    g_assert_true (g_utf8_validate (recent[i], -1, NULL));
  adain_state_add_recent (state, added);
  again = adain_state_recent (state);
  g_assert_cmpstr (again[0], ==, added);
  for (int i = 1; again[i]; i++)
    g_assert_true (g_strv_contains ((const char *const *) recent, again[i]));
  return 0;
}
