/* What the machine lends to this process: memory and processors, within a container's limits.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Bytes of memory: what is built in, or less if a control group (version 2, or 1) of the process or one above
 * it says so. At least 1. */
gsize adain_machine_memory (void);

/* Processors that the process may keep busy, rounded up if its control groups allow a fraction; at least 1. */
int adain_machine_processors (void);

/* For tests: the same, with `root` in the place of "/" to find /proc and /sys in. */
gsize adain_machine_memory_in (const char *root);
int   adain_machine_processors_in (const char *root);

G_END_DECLS
