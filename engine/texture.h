/* What a content needs to take on the covariances of styles.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "style.h"

G_BEGIN_DECLS

typedef struct _AdainTexture AdainTexture;

/* For a content of these statistics, with their covariance. */
AdainTexture *adain_texture_new (const AdainStatistics *content, const AdainUsual *usual, GError **error);
void          adain_texture_free (AdainTexture *texture);

/* Sets maps[k] to the map from the content's covariance to that of style k (transport.h), or to NULL where
 * the weight is 0. They stay valid until the next call, which takes over those that it needs too, and
 * ADAIN_PREPARED_MAX others: mixing the same styles differently costs nothing. */
gboolean adain_texture_maps (AdainTexture *texture, AdainStyle *const *styles, const double *weights, int n,
                             int threads, GCancellable *cancellable, const double **maps, GError **error);

G_END_DECLS
