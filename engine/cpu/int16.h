/* Activations and weights as 16-bit integers.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <glib.h>

/* The largest element. Sums are 32 bits: whatever weights get by smaller activations, they lose by them,
 * and at 13 bits each neither rounds more than a bfloat16 in any layer of the compact or the paper's
 * model. */
#define ADAIN_INT16_LIMIT 8191

/* Rounds to the nearest, at most to the limit. */
static inline gint16
adain_int16 (float value)
{
  float limited = CLAMP (value, -ADAIN_INT16_LIMIT, ADAIN_INT16_LIMIT);

  return (gint16) (limited + (limited < 0 ? -0.5f : 0.5f));
}
