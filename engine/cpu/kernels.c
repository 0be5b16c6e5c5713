/* Choosing the inner loops for this processor.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "kernels.h"

#include "kernels_list.h"

const AdainKernels *const adain_kernels[] = { ADAIN_KERNELS_LIST &adain_kernels_c, NULL };

const AdainKernels *
adain_kernels_find (const char *name)
{
  for (int i = 0; adain_kernels[i]; i++)
    if ((name == NULL || g_strcmp0 (name, adain_kernels[i]->name) == 0)
        && adain_kernels[i]->supported ())
      return adain_kernels[i];
  return NULL;
}
