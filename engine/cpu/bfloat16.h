/* bfloat16: the upper half of a float.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <string.h>

#include <glib.h>

/* Rounds to the nearest, ties to even, as the hardware does. */
static inline guint16
adain_bfloat16 (float value)
{
  guint32 bits;

  memcpy (&bits, &value, sizeof bits);
  return (bits + 0x7fff + (bits >> 16 & 1)) >> 16;
}
