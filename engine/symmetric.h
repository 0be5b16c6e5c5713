/* Real symmetric matrices: eigenvalues, eigenvectors and Cholesky's factor.
 *
 * Matrices are [n][n] in double, row by row. Nothing here allocates. The loops run along rows, four rows at
 * a time where sums allow it, so that compilers vectorize them.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <glib.h>

#include "clones.h"

G_BEGIN_DECLS

/* Without fused multiply-adds, and with every sum in the order that is written, so that no result depends on the
 * choice. */
#define ADAIN_ALSO_AVX2 ADAIN_CLONES ("avx2")

/* Replaces `matrix` by its eigenvectors, of length 1, one in each row, and sets `values` to their
 * eigenvalues, in no particular order. `work` has 2 n entries. FALSE if an element is not finite; `matrix` is
 * lost then too.
 *
 * Householder's reduction to a tridiagonal matrix, then the implicit QL method, as in EISPACK's tred2 and
 * imtql2 (Martin, Reinsch and Wilkinson, "Householder's tridiagonalization of a symmetric matrix", 1968;
 * Martin and Wilkinson, "The implicit QL algorithm", 1968). */
gboolean adain_symmetric_eigen (double *matrix, int n, double *values, double *work);

/* Replaces the lower triangle of `matrix`, which alone is read, by L of L L^T = matrix, and the rest by 0.
 * FALSE if the matrix is not positive definite, or an element of it not finite. */
gboolean adain_symmetric_cholesky (double *matrix, int n);

/* to[j] += sum over i < rows of factors[i * stride] * from[i * n + j], for j < columns. */
void adain_add_rows (double *to, int columns, const double *factors, gsize stride, const double *from, int n,
                     int rows);

G_END_DECLS
