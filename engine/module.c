/* Run-time modules: opening them.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "module.h"

#include <gmodule.h>

#include <glib/gi18n-lib.h>

typedef const guint *(*Entry) (void);

gconstpointer
adain_module_load (const AdainModule *module, const char *module_dir, char **reason)
{
  g_autofree char *name = g_strconcat (module->file, "." G_MODULE_SUFFIX, NULL);
  g_autofree char *path = module_dir ? g_build_filename (module_dir, name, NULL) : NULL;
  const guint *class;
  Entry    entry;
  GModule *opened;

  if (!path || !g_file_test (path, G_FILE_TEST_EXISTS))
    {
      *reason = g_strdup (_ (module->missing));
      return NULL;
    }
  opened = g_module_open (path, G_MODULE_BIND_LOCAL);
  if (!opened || !g_module_symbol (opened, module->entry, (gpointer *) &entry)
      || *(class = entry ()) != module->abi)
    {
      *reason = g_strdup (_ (module->misfit));
      if (opened)
        g_module_close (opened);
      return NULL;
    }
  /* GLib keeps strings of the module for good, such as the name of the error domain. */
  g_module_make_resident (opened);
  return class;
}
