/* See glib.h.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <dlfcn.h>
#include <glib.h>

typedef void GModule;

#define G_MODULE_EXPORT     __attribute__ ((visibility ("default")))
#define G_MODULE_BIND_LOCAL RTLD_LOCAL

#define g_module_open(file, flags)       dlopen (file, RTLD_NOW | (flags))
#define g_module_symbol(module, name, p) ((*(p) = dlsym (module, name)) != NULL)
#define g_module_close(module)           dlclose (module)
#define g_module_make_resident(module)   ((void) (module))
