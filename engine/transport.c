/* The optimal transport map between two normal distributions.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "transport.h"

#include <math.h>
#include <string.h>

#include "statistics.h"
#include "symmetric.h"

/* Share of the mean variance that is added to every variance. */
#define RIDGE 1e-3

void
adain_covariance_regularize (double *covariance, int n)
{
  double trace = 0, ridge;

  for (int i = 0; i < n; i++)
    trace += covariance[(gsize) i * (n + 1)];
  ridge = RIDGE * trace / n + ADAIN_EPSILON;
  for (int i = 0; i < n; i++)
    covariance[(gsize) i * (n + 1)] += ridge;
}

gboolean
adain_transport_factor (double *covariance, int n)
{
  return adain_symmetric_cholesky (covariance, n);
}

/* middle = L^T B L, with `scratch` for B L. */
static void
surround (const double *factor, const double *covariance, int n, double *scratch, double *middle)
{
  memset (scratch, 0, (gsize) n * n * sizeof (double));
  memset (middle, 0, (gsize) n * n * sizeof (double));
  for (int i = 0; i < n; i++)
    for (int j = 0; j < n; j++)
      adain_add_rows (scratch + (gsize) i * n, j + 1, covariance + (gsize) i * n + j, 1,
                      factor + (gsize) j * n, n, 1);
  for (int i = 0; i < n; i++)
    {
      double *row = middle + (gsize) i * n;

      adain_add_rows (row, i + 1, factor + (gsize) i * (n + 1), n, scratch + (gsize) i * n, n, n - i);
      for (int j = 0; j < i; j++)
        middle[(gsize) j * n + i] = row[j];
    }
}

/* Solves L^T w = v in place. */
ADAIN_ALSO_AVX2
static void
solve (const double *factor, int n, double *v)
{
  for (int i = n - 1; i >= 0; i--)
    {
      const double *row = factor + (gsize) i * n;
      double        w = v[i] /= row[i];

      for (int j = 0; j < i; j++)
        v[j] -= w * row[j];
    }
}

/* With the eigenvectors v and eigenvalues e of L^T B L, and w = e^1/4 L^-T v, the map is the sum of all
 * w w^T: its symmetry needs no care, and no inverse is formed. */
gboolean
adain_transport_map (const double *factor, const double *covariance, int n, double *map, double *work)
{
  double *vectors = work, *values = work + (gsize) n * n;

  surround (factor, covariance, n, map, vectors);
  if (!adain_symmetric_eigen (vectors, n, values, values + n))
    return FALSE;
  for (int k = 0; k < n; k++)
    {
      double *v = vectors + (gsize) k * n, root = sqrt (sqrt (MAX (values[k], 0)));

      solve (factor, n, v);
      for (int i = 0; i < n; i++)
        v[i] *= root;
    }
  memset (map, 0, (gsize) n * n * sizeof (double));
  for (int i = 0; i < n; i++)
    {
      adain_add_rows (map + (gsize) i * n, i + 1, vectors + i, n, vectors, n, n);
      for (int j = 0; j < i; j++)
        map[(gsize) j * n + i] = map[(gsize) i * n + j];
    }
  return TRUE;
}
