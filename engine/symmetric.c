/* Real symmetric matrices: eigenvalues, eigenvectors and Cholesky's factor.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "symmetric.h"

#include <float.h>
#include <math.h>
#include <string.h>

/* QL needs two iterations for an eigenvalue or so. */
#define ITERATIONS 64

ADAIN_ALSO_AVX2
void
adain_add_rows (double *restrict to, int columns, const double *factors, gsize stride,
                const double *restrict from, int n, int rows)
{
  int i = 0;

  for (; i + 4 <= rows; i += 4)
    {
      const double *restrict a = from + (gsize) i * n, *restrict b = a + n, *restrict c = b + n,
                             *restrict d = c + n;
      double f = factors[i * stride], g = factors[(i + 1) * stride], h = factors[(i + 2) * stride],
             k = factors[(i + 3) * stride];

      for (int j = 0; j < columns; j++)
        to[j] += f * a[j] + g * b[j] + h * c[j] + k * d[j];
    }
  for (; i < rows; i++)
    for (int j = 0; j < columns; j++)
      to[j] += factors[i * stride] * from[(gsize) i * n + j];
}

static double
dot (const double *a, const double *b, int n)
{
  double sum = 0;

  for (int i = 0; i < n; i++)
    sum += a[i] * b[i];
  return sum;
}

/* Makes v of x, such that (1 - v v^T) x has a first element alone, which is returned. */
static double
reflector (double *x, int n)
{
  double rest = dot (x + 1, x + 1, n - 1), first = x[0], norm, scale;

  if (rest == 0)
    {
      memset (x, 0, n * sizeof (double));
      return first;
    }
  norm = copysign (sqrt (first * first + rest), first);
  x[0] += norm;
  scale = sqrt (2 / (x[0] * x[0] + rest));
  for (int i = 0; i < n; i++)
    x[i] *= scale;
  return -norm;
}

/* Q^T matrix Q is tridiagonal, with the diagonal `d` and, beside it, `e` (of n entries, the last 0). The
 * reflections that Q is a product of stay in `a`, one in each row, right of the diagonal. */
ADAIN_ALSO_AVX2
static void
tridiagonalise (double *a, int n, double *d, double *e)
{
  for (int k = 0; k < n - 1; k++)
    {
      int     m = n - k - 1;
      double *v = a + (gsize) k * n + k + 1, *rest = a + (gsize) (k + 1) * (n + 1), *p = e + k + 1, half;

      d[k] = a[(gsize) k * (n + 1)];
      e[k] = reflector (v, m);
      memset (p, 0, m * sizeof (double));
      adain_add_rows (p, m, v, 1, rest, n, m);
      half = dot (v, p, m) / 2;
      for (int i = 0; i < m; i++)
        p[i] -= half * v[i];
      for (int i = 0; i < m; i++)
        {
          double *restrict row = rest + (gsize) i * n;

          for (int j = 0; j < m; j++)
            row[j] -= v[i] * p[j] + p[i] * v[j];
        }
    }
  d[n - 1] = a[(gsize) n * n - 1];
  e[n - 1] = 0;
}

/* Replaces what tridiagonalise() left in `a` by Q^T. `work` has n entries. */
ADAIN_ALSO_AVX2
static void
accumulate (double *a, int n, double *work)
{
  for (int k = n - 2; k >= 0; k--)
    {
      int           m = n - k - 1;
      const double *v = a + (gsize) k * n + k + 1;
      double       *block = a + (gsize) (k + 1) * (n + 1);

      block[0] = 1;
      for (int i = 1; i < m; i++)
        block[i] = block[(gsize) i * n] = 0;
      memset (work, 0, m * sizeof (double));
      adain_add_rows (work, m, v, 1, block, n, m);
      for (int i = 0; i < m; i++)
        {
          double *restrict row = block + (gsize) i * n;

          for (int j = 0; j < m; j++)
            row[j] -= v[i] * work[j];
        }
    }
  a[0] = 1;
  for (int i = 1; i < n; i++)
    a[i] = a[(gsize) i * n] = 0;
  for (int i = 0; i < n; i++)
    for (int j = 0; j < i; j++)
      {
        double other = a[(gsize) i * n + j];

        a[(gsize) i * n + j] = a[(gsize) j * n + i];
        a[(gsize) j * n + i] = other;
      }
}

ADAIN_ALSO_AVX2
static void
rotate (double *restrict upper, double *restrict lower, int n, double c, double s)
{
  for (int k = 0; k < n; k++)
    {
      double u = upper[k], l = lower[k];

      lower[k] = s * u + c * l;
      upper[k] = c * u - s * l;
    }
}

/* One implicit QL step on the rows `l` to `m`, none of which is split off yet. */
static void
step (double *rows, int n, int l, int m, double *d, double *e)
{
  double g = (d[l + 1] - d[l]) / (2 * e[l]), s = 1, c = 1, p = 0;

  g = d[m] - d[l] + e[l] / (g + copysign (hypot (g, 1), g));
  for (int i = m - 1; i >= l; i--)
    {
      double f = s * e[i], b = c * e[i], r = hypot (f, g);

      e[i + 1] = r;
      if (r == 0)
        {
          d[i + 1] -= p;
          e[m] = 0;
          return;
        }
      s = f / r;
      c = g / r;
      g = d[i + 1] - p;
      r = (d[i] - g) * s + 2 * c * b;
      p = s * r;
      d[i + 1] = g + p;
      g = c * r - b;
      rotate (rows + (gsize) i * n, rows + (gsize) (i + 1) * n, n, c, s);
    }
  d[l] -= p;
  e[l] = g;
  e[m] = 0;
}

/* What is 0 beside the matrix, and has been rounded off elements of it. Less would be sought in vain where
 * many eigenvalues are 0: there is nothing but rounding then. */
static double
negligible (int n, const double *d, const double *e)
{
  double largest = 0;

  for (int i = 0; i < n; i++)
    largest = MAX (largest, fabs (d[i]) + fabs (e[i]));
  return DBL_EPSILON * largest;
}

/* Splits one eigenvalue after the other off the tridiagonal matrix, turning the rows of Q^T along. */
static gboolean
diagonalise (double *rows, int n, double *d, double *e)
{
  const double nothing = negligible (n, d, e);

  for (int l = 0; l < n; l++)
    for (int iterations = 0;; iterations++)
      {
        int m = l;

        while (m < n - 1 && fabs (e[m]) > nothing)
          m++;
        if (m == l)
          break;
        if (iterations == ITERATIONS)
          return FALSE;
        step (rows, n, l, m, d, e);
      }
  return TRUE;
}

gboolean
adain_symmetric_eigen (double *matrix, int n, double *values, double *work)
{
  double largest = 0;

  for (gsize i = 0; i < (gsize) n * n; i++)
    {
      if (!isfinite (matrix[i]))
        return FALSE;
      largest = MAX (largest, fabs (matrix[i]));
    }
  /* So that no square overflows. */
  for (gsize i = 0; i < (gsize) n * n && largest > 0; i++)
    matrix[i] /= largest;
  tridiagonalise (matrix, n, values, work);
  accumulate (matrix, n, work + n);
  if (!diagonalise (matrix, n, values, work))
    return FALSE;
  for (int i = 0; i < n; i++)
    values[i] *= largest;
  return TRUE;
}

gboolean
adain_symmetric_cholesky (double *matrix, int n)
{
  for (int i = 0; i < n; i++)
    {
      double *row = matrix + (gsize) i * n;

      /* Row i of L from the rows above it, which solve a triangular system. */
      for (int j = 0; j < i; j++)
        row[j] = (row[j] - dot (row, matrix + (gsize) j * n, j)) / matrix[(gsize) j * (n + 1)];
      row[i] -= dot (row, row, i);
      if (!(row[i] > 0) || !isfinite (row[i]))
        return FALSE;
      row[i] = sqrt (row[i]);
      memset (row + i + 1, 0, (n - i - 1) * sizeof (double));
    }
  return TRUE;
}
