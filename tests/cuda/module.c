/* The real module on this machine, whatever it has: a score, or a reason why not.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "backend.h"

#include <gmodule.h>

static const char *path;

static void
test_module (void)
{
  GModule          *module = g_module_open (path, G_MODULE_BIND_LOCAL);
  AdainBackendEntry entry;
  const AdainBackendClass *class;
  char *reason = NULL;
  int   score;

  if (!module)
    g_error ("%s", g_module_error ());
  g_assert_true (g_module_symbol (module, "adain_backend", (gpointer *) &entry));
  class = entry ();
  g_assert_cmpuint (class->abi, ==, ADAIN_BACKEND_ABI);
  g_assert_cmpstr (class->name, ==, "cuda");

  score = class->score (&reason);
  if (score == 0)
    {
      GError *error = NULL;

      g_test_message ("no: %s", reason);
      g_assert_nonnull (reason);
      g_assert_cmpuint (strlen (reason), >, 10);
      g_assert_null (class->open (NULL, NULL, &error));
      g_assert_cmpstr (error->message, ==, reason);
      g_error_free (error);
    }
  else
    {
      g_assert_cmpint (score, ==, 100);
      g_assert_null (reason);
    }
  g_free (reason);
  g_module_close (module);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  if (argc != 2)
    g_error ("usage: test-cuda-module MODULE");
  path = argv[1];
  g_test_add_func ("/cuda/module", test_module);
  return g_test_run ();
}
