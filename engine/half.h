/* Half precision on the host: conversions with rounding to nearest even.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <stdint.h>
#include <string.h>

static inline uint16_t
adain_half_from_float (float value)
{
  uint32_t bits, sign, rest;

  memcpy (&bits, &value, sizeof bits);
  sign = bits >> 16 & 0x8000;
  rest = bits & 0x7fffffff;

  if (rest > 0x7f800000) /* not a number */
    return (uint16_t) (sign | 0x7e00);
  if (rest >= 0x477ff000) /* rounds to 65536 or more */
    return (uint16_t) (sign | 0x7c00);
  if (rest < 0x38800000) /* below 2^-14: the sum's last bit is 2^-24 */
    {
      float magnitude;

      memcpy (&magnitude, &rest, sizeof rest);
      magnitude += 0.5f;
      memcpy (&rest, &magnitude, sizeof rest);
      return (uint16_t) (sign | (rest - 0x3f000000));
    }
  rest += 0xfff + (rest >> 13 & 1);
  return (uint16_t) (sign | ((rest - 0x38000000) >> 13));
}

static inline float
adain_half_to_float (uint16_t half)
{
  uint32_t sign = (uint32_t) (half & 0x8000) << 16, rest = half & 0x7fff, bits;
  float    value;

  if (rest >= 0x7c00)
    bits = 0x7f800000 | (rest & 0x3ff) << 13;
  else if (rest >= 0x400)
    bits = (rest << 13) + 0x38000000;
  else
    {
      value = (float) rest * 0x1p-24f;
      memcpy (&bits, &value, sizeof bits);
    }
  bits |= sign;
  memcpy (&value, &bits, sizeof value);
  return value;
}
