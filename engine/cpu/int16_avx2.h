/* What the sets of 16-bit integers in registers of 256 bits have in common: all but their multiplication.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <immintrin.h>

#include <string.h>

#include "int16.h"

typedef gint16  Element;
typedef gint32  Sum;
typedef gint32  Vector __attribute__ ((vector_size (32)));
typedef __m256i Weights;

#define SET_MEASURE adain_kernels_avx2
#define LIMIT       ADAIN_INT16_LIMIT
#define PAIR        2
#define LANES       8
#define WIDE        6
#define NARROW      12

static inline Vector
load_sums (const Sum *p)
{
  return (Vector) _mm256_loadu_si256 ((const __m256i *) p);
}

static inline Weights
load_weights (const Element *p)
{
  return _mm256_loadu_si256 ((const __m256i *) p);
}

static inline Weights
broadcast (const Element *p)
{
  gint32 pair;

  memcpy (&pair, p, sizeof pair);
  return _mm256_set1_epi32 (pair);
}

static inline Vector
relu (Vector v)
{
  return (Vector) _mm256_max_epi32 ((__m256i) v, _mm256_setzero_si256 ());
}

static inline __m256
in_units (Vector v, const float *units)
{
  return _mm256_mul_ps (_mm256_cvtepi32_ps ((__m256i) v), _mm256_loadu_ps (units));
}

static inline void
store_elements (Element *p, Vector v, const float *units)
{
  const __m256 limit = _mm256_set1_ps (LIMIT);
  __m256       value = _mm256_max_ps (_mm256_min_ps (in_units (v, units), limit), -limit);
  __m256i      words = _mm256_cvtps_epi32 (value);

  _mm_storeu_si128 ((__m128i *) p,
                    _mm_packs_epi32 (_mm256_castsi256_si128 (words), _mm256_extracti128_si256 (words, 1)));
}

static inline void
store_floats (float *p, Vector v, const float *units, int n)
{
  const __m256i lane = _mm256_setr_epi32 (0, 1, 2, 3, 4, 5, 6, 7);

  _mm256_maskstore_ps (p, _mm256_cmpgt_epi32 (_mm256_set1_epi32 (n), lane), in_units (v, units));
}

static inline Element
element_from_float (float value)
{
  return adain_int16 (value);
}
