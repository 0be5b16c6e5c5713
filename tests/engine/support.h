/* What the engine's tests share: errors, random numbers, pictures, whole calls.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "engine/adain.h"
#include "engine/adaptation.h"
#include "engine/cpu/kernels.h"
#include "engine/model.h"
#include "engine/safetensors.h"

/* sqrt (sum (a - b)^2 / sum b^2) */
double test_relative_error (const float *a, const float *b, gsize n);

/* max |a - b| */
double test_largest_difference (const float *a, const float *b, gsize n);

/* Those of the colors of two pictures of the same size. */
double test_image_error (const AdainImage *a, const AdainImage *b);
double test_image_difference (const AdainImage *a, const AdainImage *b);

/* Uniform in [low, high). */
void test_fill_random (GRand *random, float *out, gsize n, float low, float high);

/* A path below the directory of the reference pictures, or of the shipped weights; g_free it. */
char *test_reference_path (const char *name);
char *test_weights_path (void);

/* A smooth, colorful picture with edges, opaque, of this size; free with test_image_free(). */
AdainImage *test_image_new (int width, int height);

/* Such a picture with noise of up to `noise`, so that its features vary in all directions. */
AdainImage *test_image_noisy (int width, int height, double noise, guint seed);

void test_image_free (AdainImage *image);

/* To the last bit. */
gboolean test_image_is_same (const AdainImage *a, const AdainImage *b);

/* That all values are in [0, 1]. */
void test_image_check_range (const AdainImage *image);

/* The small random model of the reference pictures, and the one with more layers. */
AdainModel *test_model_new (void);
AdainModel *test_deep_model_new (void);

/* The one that ships. */
AdainModel *test_shipped_model_new (void);

/* A convolution in double, and its ReLU if it has one: height rows of width pixels. Free with g_free(). */
double *test_convolve (const AdainConv *conv, const double *in, int width, int height);

/* Whether the set of kernels of this name computes in float; others round more. */
gboolean test_is_float (const char *kernels);

/* Whether gradients can be taken with a set here. */
gboolean test_has_gradient (const AdainKernels *kernels);

/* How much a result may depend on the tiles: in the last digits, as the statistics do; with 16 bits by 1/255, which
 * leaves room for an affine that just so rounds to another number. oneDNN chooses its kernels by the size of what
 * it is given, and with them the order of sums. */
double test_tiles_tolerance (const char *kernels);

/* The fastest such set that this processor has: for limits that are not about rounding. */
const char *test_float_kernels (void);

/* On the CPU; `kernels` NULL, `threads`, `tile` and `memory` 0: the engine's choice. */
AdainEngine *test_engine_new (AdainModel *model, const char *kernels, int threads, int tile, gsize memory);

/* One for refinement and learning; `threads` and `memory` 0: the engine's choice. */
AdainEngine *test_refining_engine_new (AdainModel *model, int threads, gsize memory);

/* How far the means and deviations of the features of two pictures are apart at all levels, relative to the second's.
 * The engine is such a one. */
double test_distance (AdainEngine *engine, AdainImage *a, AdainImage *b);

/* Changes to a decoder that can be seen. */
AdainAdaptation *test_adaptation_new (const AdainChain *decoder, int seed);

/* Whole calls that must succeed. `style` is encoded as large as it is. */
AdainStyle   *test_style_new (AdainEngine *engine, AdainImage *style);
AdainContent *test_content_new (AdainEngine *engine, AdainImage *picture, int work_size);
AdainImage   *test_render (AdainContent *content, AdainStyle *style, double strength);
AdainImage   *test_render_styles (AdainContent *content, AdainStyle *const *styles, const double *weights,
                                  int n, const AdainRenderOptions *options);

/* A picture of `tensors`, opaque. */
AdainImage *test_image_from_tensor (Safetensors *file, const char *name);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (AdainContent, adain_content_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (AdainEngine, adain_engine_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (AdainImage, test_image_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (AdainStyle, adain_style_free)
