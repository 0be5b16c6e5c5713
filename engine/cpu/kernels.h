/* The CPU back end's inner loops, as a table that each instruction set fills in.
 *
 * Activations are rows of pixels of `channels` elements (NHWC), channels rounded up to the set's
 * multiple and the excess zero. What an element is (float, or bfloat16) is the set's own affair: only
 * the functions below touch them. Every set is tested against the plain C one (tests/engine/kernels.c).
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "../backend.h"

G_BEGIN_DECLS

/* A convolution in the layout that the set's conv() reads. */
typedef struct
{
  int      in, out;    /* channels as the network has them */
  int      in_stride;  /* elements per pixel of the input */
  int      out_stride; /* elements (floats if float_out) per pixel of the output */
  float    in_scale;   /* elements for an activation of 1, in the input: 1, unless integers */
  float    out_scale;  /* likewise, in the output; 1 if float_out */
  gboolean upsample;   /* the input is doubled, by repetition, before it is convolved */
  gboolean relu;
  gboolean float_out; /* the output is floats instead of elements */
  void    *weights;   /* the set's own layout */
} AdainPacked;

typedef struct _AdainKernels
{
  const char *name;
  gsize       element;      /* bytes */
  int         multiple;     /* of channels, in hidden layers */
  int         input_stride; /* elements per pixel of the encoder's input, at least 3 */

  /* A set whose elements are integers needs to know how large activations get (ranges.h): the set of
   * floats to find that out with, and the largest element. Otherwise NULL and 0. */
  const struct _AdainKernels *measure;
  int                         limit;

  /* Asks for every extension that the set's object has instructions of, whoever put them there.
   * __builtin_cpu_supports() also sees to it that the system saves the registers (XGETBV). */
  gboolean (*supported) (void);

  /* pack() fills `packed->weights` from `conv`; the other fields are set. FALSE without memory. */
  gboolean (*pack) (AdainPacked *packed, const AdainConv *conv);
  void (*unpack) (AdainPacked *packed);

  /* Convolves `rows` rows of `width` pixels. `in` is the first pixel of the first row; one pixel more
   * lies on all four sides of the rows, filled by the caller. Rows are `in_pitch` elements apart, those
   * of `out` `out_pitch` elements (floats if float_out). With `upsample` the output is 2 * width by
   * 2 * rows, and the border pixels of the input repeat the edge instead of reflecting it. FALSE
   * without memory. */
  gboolean (*conv) (const AdainPacked *packed, const void *in, gsize in_pitch, void *out, gsize out_pitch,
                    int width, int rows);

  /* 2x2 maximum of `rows` (of the output) by `width` pixels. */
  void (*pool) (const void *in, gsize in_pitch, void *out, gsize out_pitch, int width, int rows,
                int channels);

  /* n pixels of 3 floats to input_stride elements: (rgb - mean) * scale, in_scale being part of scale. */
  void (*load) (const float *rgb, const float mean[3], const float scale[3], void *out, int n);

  /* n cells of `channels` floats to elements: feature * scale + shift, in_scale being part of both. */
  void (*affine) (const float *features, const float *scale, const float *shift, void *out, int n,
                  int channels);

  /* n cells of `channels` floats to floats: sum over i of matrix[i * channels + o] * feature[i], plus
   * shift[o]. */
  void (*matrix) (const float *features, const float *matrix, const float *shift, float *out, int n,
                  int channels);
} AdainKernels;

/* Fastest first, NULL-terminated; the last, plain C, works everywhere. */
extern const AdainKernels *const adain_kernels[];

/* Those that this build may have; kernels.c lists the ones it has. */
extern const AdainKernels adain_kernels_amx_bf16, adain_kernels_avx512_bf16, adain_kernels_avx512_int16,
    adain_kernels_avx512, adain_kernels_avx_vnni_int16, adain_kernels_avx2_int16, adain_kernels_avx2,
    adain_kernels_neon_bf16, adain_kernels_neon, adain_kernels_vector, adain_kernels_onednn_bf16,
    adain_kernels_onednn, adain_kernels_c;

/* The fastest supported set, or the one of this name; NULL if there is none or it is not supported. */
const AdainKernels *adain_kernels_find (const char *name);

static inline int
adain_round_up (int n, int multiple)
{
  return (n + multiple - 1) / multiple * multiple;
}

G_END_DECLS
