/* What the engine's tests share: relative errors, random numbers, reference cases.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "engine/adain.h"
#include "engine/safetensors.h"

/* sqrt (sum (a - b)^2 / sum b^2) */
double      test_relative_error (const float *a, const float *b, gsize n);

/* max |a - b| */
double      test_largest_difference (const float *a, const float *b, gsize n);

/* Uniform in [low, high), from a fixed seed. */
void        test_fill_random (float *out, gsize n, float low, float high);

/* A path below the directory of the reference pictures, or of the shipped weights; g_free it. */
char       *test_reference_path (const char *name);
char       *test_weights_path (void);

/* A smooth, colourful picture with edges, opaque, of this size; free with test_image_free(). */
AdainImage *test_image_new  (int width, int height);
void        test_image_free (AdainImage *image);

/* A picture of `tensors`, opaque. */
AdainImage *test_image_from_tensor (Safetensors *file, const char *name);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (AdainImage, test_image_free)
