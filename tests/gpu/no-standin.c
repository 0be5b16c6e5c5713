/* In place of the stand-in, so that tests/cuda/kernels.c runs on a real GPU.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "standin.h"

Standin standin;

void
standin_reset (void)
{
}

int
standin_live (void)
{
  return 0;
}
