/* The entry for libFuzzer (see `fuzz`): bytes as a model file that paints, if it is one.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "input.h"

int LLVMFuzzerTestOneInput (const guint8 *bytes, gsize length);

int
LLVMFuzzerTestOneInput (const guint8 *bytes, gsize length)
{
  input_try (bytes, length);
  return 0;
}
