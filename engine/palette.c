/* Moving a picture's colours to another palette.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "palette.h"

#include <math.h>
#include <string.h>

/* Added to variances, so that a picture of one colour has a map too. */
#define EPSILON 1e-5

#define SWEEPS 12

typedef double Matrix[3][3];

static void
multiply (Matrix a, Matrix b, Matrix out)
{
  Matrix result;

  for (int i = 0; i < 3; i++)
    for (int j = 0; j < 3; j++)
      result[i][j] = a[i][0] * b[0][j] + a[i][1] * b[1][j] + a[i][2] * b[2][j];
  memcpy (out, result, sizeof result);
}

/* Eigenvalues and, in the columns of `vectors`, eigenvectors of a symmetric matrix (Jacobi). */
static void
eigen (Matrix symmetric, double values[3], Matrix vectors)
{
  Matrix a;

  memcpy (a, symmetric, sizeof a);
  for (int i = 0; i < 3; i++)
    for (int j = 0; j < 3; j++)
      vectors[i][j] = i == j;
  for (int sweep = 0; sweep < SWEEPS; sweep++)
    for (int p = 0; p < 2; p++)
      for (int q = p + 1; q < 3; q++)
        {
          double theta, c, s;

          if (fabs (a[p][q]) < 1e-300)
            continue;
          theta = 0.5 * atan2 (2 * a[p][q], a[q][q] - a[p][p]);
          c = cos (theta);
          s = sin (theta);
          for (int k = 0; k < 3; k++)
            {
              double kp = a[k][p], kq = a[k][q];

              a[k][p] = c * kp - s * kq;
              a[k][q] = s * kp + c * kq;
            }
          for (int k = 0; k < 3; k++)
            {
              double pk = a[p][k], qk = a[q][k], vp = vectors[k][p], vq = vectors[k][q];

              a[p][k] = c * pk - s * qk;
              a[q][k] = s * pk + c * qk;
              vectors[k][p] = c * vp - s * vq;
              vectors[k][q] = s * vp + c * vq;
            }
        }
  for (int i = 0; i < 3; i++)
    values[i] = a[i][i];
}

/* out = symmetric^exponent, for a symmetric matrix with positive eigenvalues. */
static void
power (Matrix symmetric, double exponent, Matrix out)
{
  double values[3];
  Matrix vectors, result;

  eigen (symmetric, values, vectors);
  for (int i = 0; i < 3; i++)
    for (int j = 0; j < 3; j++)
      {
        result[i][j] = 0;
        for (int k = 0; k < 3; k++)
          result[i][j] += vectors[i][k] * pow (MAX (values[k], EPSILON * EPSILON), exponent) * vectors[j][k];
      }
  memcpy (out, result, sizeof result);
}

static void
regularised (const AdainPalette *palette, Matrix out)
{
  memcpy (out, palette->covariance, sizeof (Matrix));
  for (int i = 0; i < 3; i++)
    out[i][i] += EPSILON;
}

void
adain_color_map_init (AdainColorMap *map, const AdainPalette *from, const AdainPalette *to)
{
  Matrix source, target, root, inverse_root, middle;

  regularised (from, source);
  regularised (to, target);
  power (source, 0.5, root);
  power (source, -0.5, inverse_root);
  multiply (root, target, middle);
  multiply (middle, root, middle);
  power (middle, 0.5, middle);
  multiply (inverse_root, middle, map->matrix);
  multiply (map->matrix, inverse_root, map->matrix);
  for (int i = 0; i < 3; i++)
    {
      map->offset[i] = to->mean[i];
      for (int j = 0; j < 3; j++)
        map->offset[i] -= map->matrix[i][j] * from->mean[j];
    }
}

void
adain_color_map_apply (const AdainColorMap *map, float *rgba, gsize n)
{
  for (gsize i = 0; i < n; i++, rgba += 4)
    {
      float r = rgba[0], g = rgba[1], b = rgba[2];

      for (int c = 0; c < 3; c++)
        rgba[c] = CLAMP (map->matrix[c][0] * r + map->matrix[c][1] * g + map->matrix[c][2] * b
                             + map->offset[c],
                         0, 1);
    }
}
