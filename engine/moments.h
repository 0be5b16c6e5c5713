/* Weighted mean and deviation for each channel, merged exactly from parts.
 *
 * Chan, Golub and LeVeque, "Updating formulae and a pairwise algorithm for computing sample
 * variances", 1979.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "backend.h"

G_BEGIN_DECLS

/* Adds `n` cells of `channels` floats, with `weights` (NULL: 1 each). */
void adain_moments_add (AdainMoments *moments, const float *cells, const float *weights, int n, int channels);

/* Adds the cells that `part` has seen. */
void adain_moments_merge (AdainMoments *moments, const AdainMoments *part, int channels);

/* Memory for `channels` channels, without any cell; NULL if there is none. */
AdainMoments *adain_moments_new (int channels);
void          adain_moments_free (AdainMoments *moments);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (AdainMoments, adain_moments_free)

G_END_DECLS
