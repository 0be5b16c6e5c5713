/* Memory that begins where a line of the cache does, and so whole vectors and tiles.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <glib.h>

#define ADAIN_ALIGNMENT 64

G_BEGIN_DECLS

/* Up to where more of it may begin. */
static inline gsize
adain_aligned_size (gsize bytes)
{
  return (bytes + ADAIN_ALIGNMENT - 1) / ADAIN_ALIGNMENT * ADAIN_ALIGNMENT;
}

/* NULL if there is not that much. Freed by adain_aligned_free(), which takes NULL, too. */
gpointer adain_aligned_try_new (gsize bytes);
void     adain_aligned_free (gpointer memory);

G_END_DECLS
