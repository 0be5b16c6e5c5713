/* Memory that begins where a line of the cache does.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "aligned.h"

#include <stdlib.h>

/* Windows has functions of its own. */
#ifdef G_OS_WIN32

#  include <malloc.h>

gpointer
adain_aligned_try_new (gsize bytes)
{
  return _aligned_malloc (bytes, ADAIN_ALIGNMENT);
}

void
adain_aligned_free (gpointer memory)
{
  _aligned_free (memory);
}

#else

gpointer
adain_aligned_try_new (gsize bytes)
{
  return aligned_alloc (ADAIN_ALIGNMENT, adain_aligned_size (bytes));
}

void
adain_aligned_free (gpointer memory)
{
  free (memory);
}

#endif
