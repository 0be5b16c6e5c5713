/* Applying a transform to rows of cells.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "../transform.h"
#include "kernels.h"

G_BEGIN_DECLS

/* A transform, ready for rows of up to `width` cells. */
typedef struct
{
  const AdainKernels   *kernels;
  const AdainTransform *transform;
  int                   channels;
  float                *scale, *shift; /* the last step, to the decoder's elements */
  float                *sum, *mapped;  /* rows, unless scale and shift are all */
  const float          *low, *high;    /* the transform's bounds, or NULL */
  float                *clipped;       /* a row within them */
} AdainApply;

/* `unit` elements of the decoder's input stand for 1. `transform` may be NULL. FALSE if there is not enough
 * memory; clear it in either case. */
gboolean adain_apply_init (AdainApply *apply, const AdainKernels *kernels, const AdainTransform *transform,
                           int channels, int width, float unit);
void     adain_apply_clear (AdainApply *apply);

/* `n` cells, of which the first is cell (x, y) of the picture, to elements. */
void adain_apply_row (const AdainApply *apply, const float *cells, int x, int y, int n, void *out);

G_END_DECLS
