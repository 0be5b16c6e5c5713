/* The entry for libFuzzer: fuzz-model CORPUS, a directory with, to begin with, a copy of
 * tests/engine/reference/model.safetensors. Made only by clang; the fuzzer sees where in the engine it gets
 * to if all is built with -Dc_args=-fsanitize=fuzzer-no-link.
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
