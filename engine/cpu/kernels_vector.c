/* The inner loops with the compiler's own vectors of four floats: SSE2, NEON and whatever else there is.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <string.h>

#include <glib.h>

typedef float  Element;
typedef float  Sum;
typedef float  Vector __attribute__ ((vector_size (16)));
typedef Vector Weights;

#define SET_NAME      "vector"
#define SET_SYMBOL    adain_kernels_vector
#define SET_SUPPORTED supported
#define PAIR          1
#define LANES         4
#define WIDE          4
#define NARROW        8

static gboolean
supported (void)
{
  return TRUE;
}

static inline Vector
load_sums (const Sum *p)
{
  Vector v;

  memcpy (&v, p, sizeof v);
  return v;
}

static inline Weights
load_weights (const Element *p)
{
  return load_sums (p);
}

static inline Weights
broadcast (const Element *p)
{
  return (Vector) { *p, *p, *p, *p };
}

static inline Vector
multiply_add (Vector sum, Weights w, Weights b)
{
  return sum + w * b;
}

static inline Vector
relu (Vector v)
{
  for (int i = 0; i < LANES; i++)
    v[i] = v[i] > 0 ? v[i] : 0;
  return v;
}

static inline void
store_elements (Element *p, Vector v, const float *units)
{
  memcpy (p, &v, sizeof v);
}

static inline void
store_floats (float *p, Vector v, const float *units, int n)
{
  for (int i = 0; i < LANES && i < n; i++)
    p[i] = v[i];
}

static inline Element
element_from_float (float value)
{
  return value;
}

#include "kernels_simd.h"
