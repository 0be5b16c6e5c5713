/* A library that has all of cuDNN's functions, which all abort, as cuDNN does without its other parts.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "api.h"

/* Their names alone count. */
#define PART_FUNCTION(name) ".globl " #name "\n" #name ":\n"
__asm__ (".text\n" ADAIN_CUDNN_FUNCTIONS (PART_FUNCTION) ".byte 0\n");
