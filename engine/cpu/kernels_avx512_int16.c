/* The inner loops with AVX-512 and its 16-bit dot products (Ice Lake and later, of which those after
 * Sapphire Rapids and Zen 4 have better ones).
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <immintrin.h>

#include <string.h>

#include "int16.h"

typedef gint16  Element;
typedef gint32  Sum;
typedef gint32  Vector __attribute__ ((vector_size (64)));
typedef __m512i Weights;

#define SET_NAME      "avx512-int16"
#define SET_SYMBOL    adain_kernels_avx512_int16
#define SET_SUPPORTED supported
#define SET_MEASURE   adain_kernels_avx512
#define LIMIT         ADAIN_INT16_LIMIT
#define PAIR          2
#define LANES         16
#define WIDE          12
#define NARROW        24

static gboolean
supported (void)
{
  return __builtin_cpu_supports ("avx512f") && __builtin_cpu_supports ("avx512bw")
         && __builtin_cpu_supports ("avx512vl") && __builtin_cpu_supports ("avx512dq")
         && __builtin_cpu_supports ("avx512vnni") && __builtin_cpu_supports ("avx2")
         && __builtin_cpu_supports ("fma");
}

static inline Vector
load_sums (const Sum *p)
{
  return (Vector) _mm512_loadu_si512 (p);
}

static inline Weights
load_weights (const Element *p)
{
  return _mm512_loadu_si512 (p);
}

static inline Weights
broadcast (const Element *p)
{
  gint32 pair;

  memcpy (&pair, p, sizeof pair);
  return _mm512_set1_epi32 (pair);
}

static inline Vector
multiply_add (Vector sum, Weights w, Weights b)
{
  return (Vector) _mm512_dpwssd_epi32 ((__m512i) sum, w, b);
}

static inline Vector
relu (Vector v)
{
  return (Vector) _mm512_max_epi32 ((__m512i) v, _mm512_setzero_si512 ());
}

static inline __m512
in_units (Vector v, const float *units)
{
  return _mm512_mul_ps (_mm512_cvtepi32_ps ((__m512i) v), _mm512_loadu_ps (units));
}

static inline void
store_elements (Element *p, Vector v, const float *units)
{
  const __m512 limit = _mm512_set1_ps (LIMIT);
  __m512       value = _mm512_max_ps (_mm512_min_ps (in_units (v, units), limit), -limit);

  _mm256_storeu_si256 ((__m256i *) p, _mm512_cvtepi32_epi16 (_mm512_cvtps_epi32 (value)));
}

static inline void
store_floats (float *p, Vector v, const float *units, int n)
{
  _mm512_mask_storeu_ps (p, n >= LANES ? 0xffff : (1u << n) - 1, in_units (v, units));
}

static inline Element
element_from_float (float value)
{
  return adain_int16 (value);
}

#include "kernels_simd.h"
