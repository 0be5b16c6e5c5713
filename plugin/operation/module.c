/* The module that GEGL loads: what belongs to it is found, then its operation is registered.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#define _GNU_SOURCE
#include <glib/gi18n-lib.h>

#include <gegl-plugin.h>

#ifdef G_OS_WIN32
#  define WIN32_LEAN_AND_MEAN
#  include <windows.h>
#else
#  include <dlfcn.h>
#endif

#include "plugin/operation/studio.h"

G_MODULE_EXPORT const GeglModuleInfo *gegl_module_query (GTypeModule *module);
G_MODULE_EXPORT gboolean              gegl_module_register (GTypeModule *module);

void gegl_op_adain_style_transfer_register_type (GTypeModule *module);

/* The folder that the module lies in, or NULL. */
static char *
own_folder (void)
{
#ifdef G_OS_WIN32
  const DWORD flags = GET_MODULE_HANDLE_EX_FLAG_FROM_ADDRESS | GET_MODULE_HANDLE_EX_FLAG_UNCHANGED_REFCOUNT;
  HMODULE     module;

  return GetModuleHandleExW (flags, (gconstpointer) own_folder, &module)
             ? g_win32_get_package_installation_directory_of_module (module)
             : NULL;
#else
  Dl_info info;

  return dladdr (own_folder, &info) != 0 ? g_path_get_dirname (info.dli_fname) : NULL;
#endif
}

/* The module's own folder, if the weights lie in it, else the plug-in's. */
static char *
find_folder (void)
{
  g_autofree char *folder = own_folder (), *weights = NULL;

  if (folder != NULL)
    weights = g_build_filename (folder, "weights", NULL);
  if (weights != NULL && g_file_test (weights, G_FILE_TEST_IS_DIR))
    return g_steal_pointer (&folder);
  return g_strdup (ADAIN_PLUGIN_DIR);
}

/* Where the translations lie; in UTF-8, as all of GLib's paths. */
static void
bind_catalogues (const char *locale)
{
#ifdef G_OS_WIN32
  g_autofree gunichar2 *wide = g_utf8_to_utf16 (locale, -1, NULL, NULL, NULL);

  /* The other takes paths in the system's code page. */
  wbindtextdomain (GETTEXT_PACKAGE, wide);
#else
  bindtextdomain (GETTEXT_PACKAGE, locale);
#endif
}

const GeglModuleInfo *
gegl_module_query (GTypeModule *module)
{
  static const GeglModuleInfo info = { GEGL_MODULE_ABI_VERSION };

  return &info;
}

gboolean
gegl_module_register (GTypeModule *module)
{
  g_autofree char *folder = find_folder ();
  g_autofree char *locale = g_build_filename (folder, "locale", NULL);

  adain_studio_set_folder (folder);
  /* In the plug-in's own process, which loads this as well, the domain has a folder already. */
  if (g_file_test (locale, G_FILE_TEST_IS_DIR))
    bind_catalogues (locale);
  bind_textdomain_codeset (GETTEXT_PACKAGE, "UTF-8");
  gegl_op_adain_style_transfer_register_type (module);
  return TRUE;
}
