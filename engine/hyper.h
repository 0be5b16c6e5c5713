/* A decoder that knows the style: from what the style's features are like, a small network tells how the weights of the
 * decoder change (D. Ha et al., "HyperNetworks", ICLR 2017; F. Shen et al., "Neural style transfer via meta
 * networks", CVPR 2018). What a style has learned (adaptation.h) takes its place.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "network.h"
#include "safetensors.h"
#include "statistics.h"

G_BEGIN_DECLS

/* Looks for its tensors in a model's file, whose halves are in `network`: takes down their shapes, and adds up
 * their elements. A file may have none. FALSE if a tensor is missing or has the wrong shape. */
gboolean adain_hyper_check (const Safetensors *file, AdainNetwork *network, gsize *total);

/* Reads them to `data`, where `network` has them from now on. FALSE if one is not a finite number. */
gboolean adain_hyper_load (const Safetensors *file, AdainNetwork *network, float *data);

/* Adds `share` of what it tells of a style to `outputs`, of which there are hyper->n_outputs. */
void adain_hyper_tell (const AdainHyper *hyper, const AdainStatistics *style, float share, float *outputs);

/* Adds what that changes to the decoder's weights, in adain_chain_weights()'s order. */
void adain_hyper_add (const AdainHyper *hyper, const AdainChain *decoder, const float *outputs,
                      float *weights);

G_END_DECLS
