/* The inner loops with AVX2 and FMA in float (Haswell, Zen and later).
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <immintrin.h>

#include <glib.h>

typedef float  Element;
typedef float  Sum;
typedef __m256 Vector;
typedef __m256 Weights;

#define SET_NAME      "avx2"
#define SET_SYMBOL    adain_kernels_avx2
#define SET_SUPPORTED supported
#define PAIR          1
#define LANES         8
#define WIDE          6
#define NARROW        12

static gboolean
supported (void)
{
  return __builtin_cpu_supports ("avx2") && __builtin_cpu_supports ("fma");
}

static inline Vector
load_sums (const Sum *p)
{
  return _mm256_loadu_ps (p);
}

static inline Weights
load_weights (const Element *p)
{
  return _mm256_loadu_ps (p);
}

static inline Weights
broadcast (const Element *p)
{
  return _mm256_broadcast_ss (p);
}

static inline Vector
multiply_add (Vector sum, Weights w, Weights b)
{
  return _mm256_fmadd_ps (w, b, sum);
}

static inline Vector
relu (Vector v)
{
  return _mm256_max_ps (v, _mm256_setzero_ps ());
}

static inline void
store_elements (Element *p, Vector v, const float *units)
{
  _mm256_storeu_ps (p, v);
}

static inline void
store_floats (float *p, Vector v, const float *units, int n)
{
  const __m256i lane = _mm256_setr_epi32 (0, 1, 2, 3, 4, 5, 6, 7);

  _mm256_maskstore_ps (p, _mm256_cmpgt_epi32 (_mm256_set1_epi32 (n), lane), v);
}

static inline Element
element_from_float (float value)
{
  return value;
}

#include "kernels_simd.h"
