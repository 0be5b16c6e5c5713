/* The entry for libFuzzer: fuzz-model CORPUS, with tests/engine/reference as a first corpus.
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
