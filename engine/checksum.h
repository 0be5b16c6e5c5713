/* Checksums that tell networks apart: SHA-256 in hexadecimal digits, the same whatever machine computes it.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "network.h"

G_BEGIN_DECLS

/* Of all that an encoder computes with. Free with g_free(). */
char *adain_encoder_checksum (const AdainNetwork *network);

/* Of all that a decoder does. */
char *adain_decoder_checksum (const AdainNetwork *network);

/* Of what tells how styles change it; NULL if there is none. */
char *adain_hyper_checksum (const AdainNetwork *network);

G_END_DECLS
