/* The inner loops with AVX2 and 16-bit dot products (Alder Lake, Zen 5 and later): one instruction where
 * avx2-int16 takes two.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <cpuid.h>

#include "int16_avx2.h"

#define SET_NAME      "avx-vnni-int16"
#define SET_SYMBOL    adain_kernels_avx_vnni_int16
#define SET_SUPPORTED supported

/* In CPUID's leaf 7, subleaf 1, EAX. */
#define CPUID_AVXVNNI (1u << 4)

static gboolean
supported (void)
{
  unsigned eax, ebx, ecx, edx;

  /* __builtin_cpu_supports() does not know it in all compilers. */
  return __builtin_cpu_supports ("avx2") && __builtin_cpu_supports ("fma")
         && __get_cpuid_count (7, 1, &eax, &ebx, &ecx, &edx) && eax & CPUID_AVXVNNI;
}

static inline Vector
multiply_add (Vector sum, Weights w, Weights b)
{
  return (Vector) _mm256_dpwssd_avx_epi32 ((__m256i) sum, w, b);
}

#include "kernels_simd.h"
