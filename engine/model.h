/* A loaded model: the network's weights as floats, and the file's metadata.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "adain.h"
#include "backend.h"

G_BEGIN_DECLS

const AdainNetwork *adain_model_network (const AdainModel *model);

/* Whether what one has encoded is the same to the other. */
gboolean adain_model_sees_alike (const AdainModel *a, const AdainModel *b);

/* Channels of the features that AdaIN acts on. */
int adain_model_channels (const AdainModel *model);

/* A copy with weights of its own, which may be changed as long as nothing else has it. NULL without memory. */
AdainModel *adain_model_copy (AdainModel *model);

/* The weights of the decoder: weight[out][in][3][3] and bias[out] of each convolution, one after the other. */
float *adain_model_decoder (AdainModel *model);

/* All metadata, which of a copy may be changed as well. */
GHashTable *adain_model_strings (const AdainModel *model);

/* The optional tensors on the features of photographs. */
#define ADAIN_USUAL_DEVIATION "content.deviation"
#define ADAIN_USUAL_RANGE     "content.range"

G_DEFINE_AUTOPTR_CLEANUP_FUNC (AdainModel, adain_model_unref)

G_END_DECLS
