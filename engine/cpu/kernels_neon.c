/* The inner loops with NEON in float (every 64-bit ARM processor).
 *
 * A vector of inputs is loaded as it is, and each multiplication names the lane that it takes: a load that
 * broadcasts costs many of these processors as much as a multiplication. The inner loop of a wide block is
 * 93 instructions for 72 FMLA of four multiplications each, 1.3 for one (GCC 14; the compiler's own vectors
 * take 2), that of a narrow one 81 to 92 for 60.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <arm_neon.h>

#include <glib.h>

typedef float       Element;
typedef float       Sum;
typedef float32x4_t Vector;

/* One vector of output channels for each of four input channels. */
typedef struct
{
  float32x4_t of[4];
} Weights;

#define SET_NAME      "neon"
#define SET_SYMBOL    adain_kernels_neon
#define SET_SUPPORTED supported
#define PAIR          4
#define LANES         4
#define WIDE          9
#define NARROW        15

#define weight_index(lane, i) ((i) * LANES + (lane))

static gboolean
supported (void)
{
  return TRUE;
}

static inline Vector
load_sums (const Sum *p)
{
  return vld1q_f32 (p);
}

static inline Weights
load_weights (const Element *p)
{
  return (Weights) { { vld1q_f32 (p), vld1q_f32 (p + 4), vld1q_f32 (p + 8), vld1q_f32 (p + 12) } };
}

static inline float32x4_t
broadcast (const Element *p)
{
  return vld1q_f32 (p);
}

static inline Vector
multiply_add (Vector sum, Weights w, float32x4_t b)
{
  sum = vfmaq_laneq_f32 (sum, w.of[0], b, 0);
  sum = vfmaq_laneq_f32 (sum, w.of[1], b, 1);
  sum = vfmaq_laneq_f32 (sum, w.of[2], b, 2);
  return vfmaq_laneq_f32 (sum, w.of[3], b, 3);
}

static inline Vector
relu (Vector v)
{
  return vmaxq_f32 (v, vdupq_n_f32 (0));
}

static inline void
store_elements (Element *p, Vector v, const float *units)
{
  vst1q_f32 (p, v);
}

static inline void
store_floats (float *p, Vector v, const float *units, int n)
{
  if (n >= 4)
    vst1q_f32 (p, v);
  else
    for (int i = 0; i < n; i++)
      p[i] = v[i];
}

static inline Element
element_from_float (float value)
{
  return value;
}

#include "kernels_simd.h"
