/* What the dialog keeps for itself between sessions.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "ui/state.h"

#include <errno.h>

#include <gio/gio.h>
#include <libgimpbase/gimpbase.h>

#include "plugin/paint/gallery.h"

#define RECENT_GROUP "Recent"
#define RECENT_KEY   "Styles"
#define RECENT_MAX   12

char *
adain_state_directory (void)
{
  return g_build_filename (gimp_directory (), "plug-in-settings", "adain-style-transfer", NULL);
}

static char *
state_path (void)
{
  char *directory = adain_state_directory ();
  char *path = g_build_filename (directory, "dialog.ini", NULL);

  g_free (directory);

  return path;
}

gboolean
adain_state_save_file (GKeyFile *file, const char *path, GError **error)
{
  char    *directory = g_path_get_dirname (path);
  gboolean saved = FALSE;

  if (g_mkdir_with_parents (directory, 0700) == 0)
    saved = g_key_file_save_to_file (file, path, error);
  else
    g_set_error_literal (error, G_FILE_ERROR, g_file_error_from_errno (errno), g_strerror (errno));

  g_free (directory);

  return saved;
}

GKeyFile *
adain_state_load (void)
{
  GKeyFile *state = g_key_file_new ();
  char     *path = state_path ();

  /* There is none the first time, and a damaged one is worth no more than none. */
  g_key_file_load_from_file (state, path, G_KEY_FILE_NONE, NULL);
  g_free (path);

  return state;
}

void
adain_state_save (GKeyFile *state)
{
  char   *path = state_path ();
  GError *error = NULL;

  if (!adain_state_save_file (state, path, &error))
    g_warning ("%s: %s", path, error->message);

  g_clear_error (&error);
  g_free (path);
}

char *
adain_state_name (const char *text)
{
  GFile *file;
  char  *name;

  if (g_str_has_prefix (text, ADAIN_GALLERY_PREFIX))
    return g_strdup (text);

  file = g_file_new_for_commandline_arg (text);
  name = g_file_get_path (file);
  if (!name)
    name = g_file_get_uri (file);
  g_object_unref (file);

  return name;
}

char **
adain_state_get_names (GKeyFile *file, const char *group, const char *key)
{
  char **names = g_key_file_get_string_list (file, group, key, NULL, NULL);

  for (int i = 0; names && names[i]; i++)
    {
      char *text = names[i];

      names[i] = adain_state_name (text);
      g_free (text);
    }

  return names;
}

void
adain_state_set_names (GKeyFile *file, const char *group, const char *key, const char *const *names, gsize n)
{
  GPtrArray *uris = g_ptr_array_new_with_free_func (g_free);

  for (gsize i = 0; i < n; i++)
    {
      GFile *name;

      if (g_str_has_prefix (names[i], ADAIN_GALLERY_PREFIX))
        {
          g_ptr_array_add (uris, g_strdup (names[i]));
          continue;
        }
      name = g_file_new_for_commandline_arg (names[i]);
      g_ptr_array_add (uris, g_file_get_uri (name));
      g_object_unref (name);
    }

  g_key_file_set_string_list (file, group, key, (const char *const *) uris->pdata, n);
  g_ptr_array_unref (uris);
}

char **
adain_state_recent (GKeyFile *state)
{
  char **recent = adain_state_get_names (state, RECENT_GROUP, RECENT_KEY);

  return recent ? recent : g_new0 (char *, 1);
}

void
adain_state_add_recent (GKeyFile *state, const char *path)
{
  char      **old = adain_state_recent (state);
  const char *list[RECENT_MAX];
  gsize       n = 0;

  list[n++] = path;
  for (int i = 0; old[i] && n < RECENT_MAX; i++)
    if (g_strcmp0 (old[i], path) != 0)
      list[n++] = old[i];

  adain_state_set_names (state, RECENT_GROUP, RECENT_KEY, list, n);
  g_strfreev (old);
}
