/* The inner loops with AVX2 in 16-bit integers (Haswell, Zen and later): two multiplications for each one
 * of floats.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "int16_avx2.h"

#define SET_NAME      "avx2-int16"
#define SET_SYMBOL    adain_kernels_avx2_int16
#define SET_SUPPORTED supported

static gboolean
supported (void)
{
  return __builtin_cpu_supports ("avx2") && __builtin_cpu_supports ("fma");
}

static inline Vector
multiply_add (Vector sum, Weights w, Weights b)
{
  return sum + (Vector) _mm256_madd_epi16 (w, b);
}

#include "kernels_simd.h"
