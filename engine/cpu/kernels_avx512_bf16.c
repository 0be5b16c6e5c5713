/* The inner loops with AVX-512 and its bfloat16 dot products (Zen 4, Sapphire Rapids and later).
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <immintrin.h>

#include <string.h>

#include "bfloat16.h"

typedef guint16  Element;
typedef float    Sum;
typedef __m512   Vector;
typedef __m512bh Weights;

#define SET_NAME      "avx512-bf16"
#define SET_SYMBOL    adain_kernels_avx512_bf16
#define SET_SUPPORTED supported
#define PAIR          2
#define LANES         16
#define WIDE          12
#define NARROW        24

static gboolean
supported (void)
{
  return __builtin_cpu_supports ("avx512f") && __builtin_cpu_supports ("avx512bw")
         && __builtin_cpu_supports ("avx512vl") && __builtin_cpu_supports ("avx512dq")
         && __builtin_cpu_supports ("avx512bf16") && __builtin_cpu_supports ("avx2")
         && __builtin_cpu_supports ("fma");
}

static inline Vector
load_sums (const Sum *p)
{
  return _mm512_loadu_ps (p);
}

static inline Weights
load_weights (const Element *p)
{
  return (__m512bh) _mm512_loadu_si512 (p);
}

static inline Weights
broadcast (const Element *p)
{
  gint32 pair;

  memcpy (&pair, p, sizeof pair);
  return (__m512bh) _mm512_set1_epi32 (pair);
}

static inline Vector
multiply_add (Vector sum, Weights w, Weights b)
{
  return _mm512_dpbf16_ps (sum, w, b);
}

static inline Vector
relu (Vector v)
{
  return _mm512_max_ps (v, _mm512_setzero_ps ());
}

static inline void
store_elements (Element *p, Vector v, const float *units)
{
  _mm256_storeu_si256 ((__m256i *) p, (__m256i) _mm512_cvtneps_pbh (v));
}

static inline void
store_floats (float *p, Vector v, const float *units, int n)
{
  _mm512_mask_storeu_ps (p, n >= LANES ? 0xffff : (1u << n) - 1, v);
}

static inline Element
element_from_float (float value)
{
  return adain_bfloat16 (value);
}

#include "kernels_simd.h"
