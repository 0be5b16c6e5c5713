/* What a style changes in the decoder.
 *
 * To the weights of each convolution a product of two thin matrices is added, and something to its bias
 * (E. Hu et al., "LoRA: low-rank adaptation of large language models", ICLR 2022). What several styles change adds
 * up, each with its share.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "network.h"

G_BEGIN_DECLS

/* Columns of the first matrix, and rows of the second, at most: no more than the convolution has outputs. How much
 * fewer or more change is written in weights/README.md. */
#define ADAIN_ADAPTATION_RANK 4

/* Of each convolution with the rank r: left[out][r], right[r][in][3][3] and bias[out], one after the other. They
 * change the model's decoder, or that with what the model tells of the style (hyper.h). */
typedef struct
{
  gatomicrefcount references;
  gboolean        told;
  gsize           n;
  float           values[];
} AdainAdaptation;

/* How many values there are. */
gsize adain_adaptation_size (const AdainChain *decoder);

/* One that changes nothing: all values are 0. NULL if there is no memory. */
AdainAdaptation *adain_adaptation_new (const AdainChain *decoder);
AdainAdaptation *adain_adaptation_ref (AdainAdaptation *adaptation);
void             adain_adaptation_unref (AdainAdaptation *adaptation);

/* Where gradient descent may begin: nothing is changed yet, but the matrices on the right are random. */
void adain_adaptation_begin (AdainAdaptation *adaptation, const AdainChain *decoder, GRand *random);

/* Rounds all values to 16 bits, as a gallery has them. */
void adain_adaptation_round (AdainAdaptation *adaptation);

/* Adds `share` of what it changes to the decoder's weights, in adain_chain_weights()'s order. */
void adain_adaptation_add (const AdainAdaptation *adaptation, const AdainChain *decoder, float share,
                           float *weights);

/* From the gradient with respect to the weights to that with respect to the values, which replaces `gradient`. */
void adain_adaptation_lead_back (const AdainAdaptation *adaptation, const AdainChain *decoder,
                                 const float *weights, float *gradient);

/* What a decoder has of one adaptation, to which it holds a reference. */
typedef struct
{
  AdainAdaptation *adaptation;
  double           share;
} AdainShare;

/* An array of them, without any yet. */
GArray *adain_shares_new (void);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (AdainAdaptation, adain_adaptation_unref)

G_END_DECLS
