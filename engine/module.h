/* Run-time modules: parts of the engine in files of their own, since they need libraries that may not be there.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * AdainModule:
 * @file: its file, without suffix
 * @entry: its one function, which takes nothing and returns a class; a class begins with the number of its ABI
 * @abi: the number that fits
 * @missing: what to say when there is no such file, to be translated
 * @misfit: when it is one of another version, or a library is missing that it needs
 */
typedef struct
{
  const char *file;
  const char *entry;
  guint       abi;
  const char *missing;
  const char *misfit;
} AdainModule;

/* The class that a module exports, which lives as long as the process, or NULL with a translated *reason (g_free).
 * @module_dir is where modules lie, or NULL. */
gconstpointer adain_module_load (const AdainModule *module, const char *module_dir, char **reason);

G_END_DECLS
