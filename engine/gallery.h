/* A gallery: styles kept as their statistics, without their pictures.
 *
 * The file is made by weights/gallery.py or by adain_gallery_write(). It holds of each style the mean and the
 * deviation of every channel, and `rank` factors of the covariance: the sum of their products, with the
 * diagonal brought up to the deviations' squares, is the covariance (factors.h). For refinement it also holds
 * the means and deviations of the levels before the features (network.h).
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "adain.h"
#include "network.h"

G_BEGIN_DECLS

/* SHA-256, in hexadecimal digits, of all that an encoder computes with. Decoders may differ. */
char *adain_encoder_checksum (const AdainNetwork *network);

G_END_DECLS
