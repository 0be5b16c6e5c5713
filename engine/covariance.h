/* Weighted mean and covariance of features, merged exactly from parts as moments are.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* `products` is [channels][channels], of which only the upper triangle is kept: weighted sums of the products
 * of two channels' distances from their means. */
typedef struct
{
  int     channels;
  double  weight;
  double *mean, *products;
  double *run_mean; /* scratch of adain_covariance_add(), as is `panels` */
  double *panels;
} AdainCovariance;

/* Without any cell; NULL if there is no memory. */
AdainCovariance *adain_covariance_new (int channels);
void             adain_covariance_free (AdainCovariance *covariance);

/* Bytes that one takes. */
gsize adain_covariance_bytes (int channels);

/* Adds `n` cells of `channels` floats, with `weights` (NULL: 1 each). */
void adain_covariance_add (AdainCovariance *covariance, const float *cells, const float *weights, int n);

/* Adds the cells that `part` has seen. */
void adain_covariance_merge (AdainCovariance *covariance, const AdainCovariance *part);

/* The whole symmetric matrix, [channels][channels]; there must be a cell. */
void adain_covariance_get (const AdainCovariance *covariance, double *matrix);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (AdainCovariance, adain_covariance_free)

G_END_DECLS
