/* A covariance as few directions and a diagonal: principal factor analysis.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Finds `rank` (at most n) factors, [rank][n] in `factors`, such that the sum of their products and a diagonal
 * that is nowhere negative come near to `covariance`, [n][n]: the largest eigenvectors of what the diagonal
 * leaves, and the diagonal that these leave, in turn (Thurstone's principal factors). `work` has
 * ADAIN_FACTORS_WORK (n) entries. FALSE if the covariance is not finite. */
gboolean adain_factors_find (const double *covariance, int n, int rank, float *factors, double *work);

#define ADAIN_FACTORS_WORK(n) ((gsize) (n) * ((n) + 4))

G_END_DECLS
