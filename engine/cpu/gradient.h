/* Both halves of the network in both directions, in float: of the encoder, features at several levels and what a
 * loss on them asks of the pixels; of the decoder, pixels and what a loss on them asks of its weights.
 *
 * The gradient with respect to the input of a convolution is a convolution of the gradient with respect to its
 * output, with the weights turned and the channels exchanged; so the kernels that encode also lead back. The
 * gradient with respect to its weights is a sum of products (products.h).
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "kernels.h"

G_BEGIN_DECLS

/* One half, packed for both directions. */
typedef struct
{
  const AdainNetwork *network;
  const AdainChain   *chain; /* the half */
  const AdainKernels *kernels;
  gboolean            decodes;
  AdainPacked         forward[ADAIN_MAX_LAYERS], backward[ADAIN_MAX_LAYERS];
  int                 levels[ADAIN_LEVELS]; /* of the encoder: numbers of the convolutions */
} AdainGradient;

/* Of the encoder. `kernels`: a set of floats, or NULL (as is one that is none): the fastest. FALSE, with ADAIN_ERROR_MEMORY, if it
 * does not fit. */
gboolean adain_gradient_init (AdainGradient *gradient, const AdainNetwork *network, const char *kernels,
                              GError **error);
gboolean adain_gradient_init_decoder (AdainGradient *gradient, const AdainNetwork *network,
                                      const char *kernels, GError **error);
void     adain_gradient_clear (AdainGradient *gradient);

/* Packs the weights anew, after they have changed. After a failure there are none. */
gboolean adain_gradient_pack (AdainGradient *gradient, GError **error);

/* Channels of a level, and how many halvings it is away from the picture. */
int adain_gradient_channels (const AdainGradient *gradient, int level);
int adain_gradient_scale (const AdainGradient *gradient, int level);

/* What one pass through a half leaves behind, for the way back: the activations of all layers for a picture, or a
 * part of one, of width x height pixels, both multiples of ADAIN_CELL and at least two of it. */
typedef struct _AdainTape AdainTape;

gsize      adain_tape_bytes (const AdainGradient *gradient, int width, int height);
AdainTape *adain_tape_new (const AdainGradient *gradient, int width, int height);
void       adain_tape_free (AdainTape *tape);

/* Encodes height rows of width pixels of 3 floats, at most as many as the tape was made for in each direction,
 * reflecting at the edges of each layer. Fails when cancelled, or with ADAIN_ERROR_MEMORY, as the others do. */
gboolean adain_tape_forward (AdainTape *tape, const float *rgb, int width, int height,
                             GCancellable *cancellable, GError **error);

/* A row of a level's activations: as many pixels as the tape's width at that scale, `*stride` floats apart. */
const float *adain_tape_row (const AdainTape *tape, int level, int row, int *stride);

/* Adds the gradient of the loss with respect to one row of a level's activations to `gradient`. Both have
 * `stride` floats for each of `width` pixels. */
typedef void (*AdainSeed) (int level, int row, const float *activations, float *gradient, int width,
                           int stride, gpointer user_data);

/* After adain_tape_forward(): the gradient with respect to the pixels, height rows of width pixels of 3 floats
 * without gaps. */
gboolean adain_tape_backward (AdainTape *tape, AdainSeed seed, gpointer user_data, float *rgb,
                              GCancellable *cancellable, GError **error);

/* Decodes the cells of a picture of width x height pixels, rows of cells without gaps. The pixels, rows of 3 floats
 * without gaps and not clipped, are the tape's. NULL when it fails. */
const float *adain_tape_decode (AdainTape *tape, const float *features, int width, int height,
                                GCancellable *cancellable, GError **error);

/* After adain_tape_decode(): from the gradient with respect to the pixels to that with respect to the decoder's
 * weights, in adain_chain_weights()'s order. */
gboolean adain_tape_weigh (AdainTape *tape, const float *rgb, float *weights, GCancellable *cancellable,
                           GError **error);

G_END_DECLS
