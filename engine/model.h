/* A loaded model: the network's weights as floats, and the file's metadata.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "adain.h"
#include "backend.h"

G_BEGIN_DECLS

/* The file of one that is foreign, or NULL; its network has no layers. */
const char *adain_model_foreign_path (const AdainModel *model);

const AdainNetwork *adain_model_network (const AdainModel *model);

/* What keeps the checksum of its encoder (checksum.c). */
GOnce *adain_model_checksum (AdainModel *model);

/* Channels of the features that AdaIN acts on. */
int adain_model_channels (const AdainModel *model);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (AdainModel, adain_model_unref)

G_END_DECLS
