/* A covariance as few directions and a diagonal: principal factor analysis.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "factors.h"

#include <math.h>
#include <string.h>

#include "symmetric.h"

/* The diagonal hardly changes after so many. */
#define ROUNDS 3

static int
greatest (const double *values, int n)
{
  int index = 0;

  for (int i = 1; i < n; i++)
    if (values[i] > values[index])
      index = i;
  return index;
}

gboolean
adain_factors_find (const double *covariance, int n, int rank, float *factors, double *work)
{
  double *vectors = work, *values = vectors + (gsize) n * n, *rest = values + n, *scratch = rest + n;

  memset (rest, 0, n * sizeof (double));
  for (int round = 0; round < ROUNDS; round++)
    {
      memcpy (vectors, covariance, (gsize) n * n * sizeof (double));
      for (int i = 0; i < n; i++)
        vectors[(gsize) i * (n + 1)] -= rest[i];
      if (!adain_symmetric_eigen (vectors, n, values, scratch))
        return FALSE;
      for (int i = 0; i < n; i++)
        rest[i] = covariance[(gsize) i * (n + 1)];
      for (int r = 0; r < rank; r++)
        {
          int           k = greatest (values, n);
          double        value = MAX (values[k], 0);
          const double *vector = vectors + (gsize) k * n;

          values[k] = -INFINITY; /* taken */
          for (int i = 0; i < n; i++)
            {
              factors[(gsize) r * n + i] = sqrt (value) * vector[i];
              rest[i] -= value * vector[i] * vector[i];
            }
        }
      for (int i = 0; i < n; i++)
        rest[i] = MAX (rest[i], 0);
    }
  return TRUE;
}
