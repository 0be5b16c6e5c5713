/* The inner loops with NEON and its bfloat16 matrix products (Neoverse V1 and N2, Apple M2, Snapdragon X and
 * later).
 *
 * BFMMLA multiplies the inputs of two pixels, four channels of each, by the weights of two output channels:
 * sixteen multiplications, twice those of BFDOT. The inner loop of a wide block is 53 to 55 instructions for
 * 24 BFMMLA (GCC 14), 0.14 for a multiplication, where floats take 0.32; that of a narrow block, needed for
 * the last layer only, 34 for 12.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <arm_neon.h>
#ifdef __linux__
#  include <sys/auxv.h>
#endif

#include "bfloat16.h"

typedef guint16 Element;
typedef float   Sum;

/* Output channels 0 and 1 of the first pixel and of the second, then 2 and 3. */
typedef struct
{
  float32x4_t of[2];
} Vector;

/* Four input channels for output channels 0 and 1, then for 2 and 3. */
typedef struct
{
  bfloat16x8_t of[2];
} Weights;

#define SET_NAME      "neon-bf16"
#define SET_SYMBOL    adain_kernels_neon_bf16
#define SET_SUPPORTED supported
#define PAIR          4
#define LANES         4
#define PIXELS        2
#define WIDE          12
#define NARROW        12

static gboolean
supported (void)
{
#ifdef HWCAP2_BF16
  return (getauxval (AT_HWCAP2) & HWCAP2_BF16) != 0;
#else
  return FALSE;
#endif
}

static inline Vector
load_sums (const Sum *p)
{
  float32x4_t v = vld1q_f32 (p);

  return (Vector) { { vcombine_f32 (vget_low_f32 (v), vget_low_f32 (v)),
                      vcombine_f32 (vget_high_f32 (v), vget_high_f32 (v)) } };
}

static inline Weights
load_weights (const Element *p)
{
  return (Weights) { { vreinterpretq_bf16_u16 (vld1q_u16 (p)), vreinterpretq_bf16_u16 (vld1q_u16 (p + 8)) } };
}

/* Of the pixel at `p` and the next. */
static inline bfloat16x8_t
inputs (const Element *p, int step)
{
  return vreinterpretq_bf16_u16 (vcombine_u16 (vld1_u16 (p), vld1_u16 (p + step)));
}

static inline Vector
multiply_add (Vector sum, Weights w, bfloat16x8_t b)
{
  return (Vector) { { vbfmmlaq_f32 (sum.of[0], b, w.of[0]), vbfmmlaq_f32 (sum.of[1], b, w.of[1]) } };
}

static inline float32x4_t
sums_of_pixel (Vector sum, int pixel)
{
  if (pixel == 0)
    return vcombine_f32 (vget_low_f32 (sum.of[0]), vget_low_f32 (sum.of[1]));
  return vcombine_f32 (vget_high_f32 (sum.of[0]), vget_high_f32 (sum.of[1]));
}

static inline float32x4_t
relu (float32x4_t v)
{
  return vmaxq_f32 (v, vdupq_n_f32 (0));
}

static inline void
store_elements (Element *p, float32x4_t v, const float *units)
{
  vst1_u16 (p, vreinterpret_u16_bf16 (vcvt_bf16_f32 (v)));
}

static inline void
store_floats (float *p, float32x4_t v, const float *units, int n)
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
  return adain_bfloat16 (value);
}

#include "kernels_simd.h"
