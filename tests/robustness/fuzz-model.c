/* The entry for libFuzzer (see `fuzz`): bytes as a model file, loaded, and every weight of it read.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "input.h"

int LLVMFuzzerTestOneInput (const guint8 *bytes, gsize length);

int
LLVMFuzzerTestOneInput (const guint8 *bytes, gsize length)
{
  g_autoptr (AdainModel) model = input_load (bytes, length);

  if (model)
    input_read (model);
  return 0;
}
