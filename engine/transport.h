/* The optimal transport map between two normal distributions.
 *
 * Of all linear maps that give features of covariance A the covariance B it is the one that moves them least:
 * A^-1/2 (A^1/2 B A^1/2)^1/2 A^-1/2, symmetric and positive (Lu et al., "A closed-form solution to universal
 * style transfer", ICCV 2019). With Cholesky's L L^T = A the same matrix is L^-T (L^T B L)^1/2 L^-1, which
 * needs the eigenvectors of one matrix instead of two.
 *
 * Matrices are [n][n] in double, row by row.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Adds to the diagonal of a covariance what makes it and its inverse sound: a little of its own mean
 * variance, so that directions that hardly vary are not blown up, and ADAIN's epsilon. */
void adain_covariance_regularize (double *covariance, int n);

/* Replaces the covariance A, regularized, by its factor L: computed once for any number of B. FALSE if it is
 * not finite, or not positive definite. */
gboolean adain_transport_factor (double *covariance, int n);

/* The map to the covariance B from the one whose factor is `factor`. `work` has ADAIN_TRANSPORT_WORK (n)
 * entries. FALSE if B is not finite. */
gboolean adain_transport_map (const double *factor, const double *covariance, int n, double *map,
                              double *work);

#define ADAIN_TRANSPORT_WORK(n) ((gsize) (n) * ((n) + 3))

G_END_DECLS
