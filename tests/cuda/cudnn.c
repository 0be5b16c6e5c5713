/* cuDNN is bound only if none of its parts is missing: with one missing it would abort the process.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "api.h"

#include <glib.h>
#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

#define ALL 99

static const char *self, *part;

static const char *const parts[] = { "libcudnn.so.9", "libcudnn_graph.so.9", "libcudnn_ops.so.9",
                                     "libcudnn_cnn.so.9" };

/* What a process misses that has all parts but one: -1 for none, ALL for all of them. */
static char *
probe (int without)
{
  char   *folder = g_dir_make_tmp ("adain-cudnn-XXXXXX", NULL), *said = NULL;
  char   *arguments[] = { (char *) self, (char *) "--probe", NULL };
  char  **environment = g_environ_setenv (g_get_environ (), "LD_LIBRARY_PATH", folder, TRUE);
  GError *error = NULL;
  int     status;

  for (int i = 0; i < (int) G_N_ELEMENTS (parts); i++)
    {
      char *path = g_build_filename (folder, parts[i], NULL);

      if (i != without && without != ALL)
        g_assert_cmpint (symlink (part, path), ==, 0);
      g_free (path);
    }
  g_spawn_sync (NULL, arguments, environment, G_SPAWN_DEFAULT, NULL, NULL, &said, NULL, &status, &error);
  g_assert_no_error (error);
  g_assert_true (g_spawn_check_wait_status (status, NULL));
  for (int i = 0; i < (int) G_N_ELEMENTS (parts); i++)
    {
      char *path = g_build_filename (folder, parts[i], NULL);

      g_unlink (path);
      g_free (path);
    }
  g_rmdir (folder);
  g_strfreev (environment);
  g_free (folder);
  return said;
}

static void
test_parts (void)
{
  char    *missing = probe (ALL);
  gboolean clean = strcmp (missing, "libcudnn_graph.so.9") == 0;

  g_free (missing);
  if (!clean)
    {
      g_test_skip ("the loader has a cuDNN of its own");
      return;
    }
  for (int without = -1; without < (int) G_N_ELEMENTS (parts); without++)
    {
      char *said = probe (without);

      g_assert_cmpstr (said, ==, without < 0 ? "nothing" : parts[without]);
      g_free (said);
    }
}

int
main (int argc, char **argv)
{
  if (argc == 2 && strcmp (argv[1], "--probe") == 0)
    {
      const AdainCudaApi *api = adain_cuda_api ();

      g_assert_true (api->has_cudnn || api->missing);
      fputs (api->missing ? api->missing : "nothing", stdout);
      return 0;
    }
  g_test_init (&argc, &argv, NULL);
  self = argv[0];
  part = argc == 2 ? g_canonicalize_filename (argv[1], NULL) : "";
  g_test_add_func ("/cuda/cudnn/parts", test_parts);
  return g_test_run ();
}
