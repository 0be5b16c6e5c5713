/* Eigenvalues, covariances and transport maps, by what defines them and against NumPy.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <math.h>
#include <string.h>

#include "engine/covariance.h"
#include "engine/statistics.h"
#include "engine/symmetric.h"
#include "engine/transport.h"
#include "support.h"

/* out = a b, or a b^T. */
static double *
multiply (const double *a, const double *b, int n, gboolean transposed)
{
  double *out = g_new (double, (gsize) n * n);

  for (int i = 0; i < n; i++)
    for (int j = 0; j < n; j++)
      {
        double sum = 0;

        for (int k = 0; k < n; k++)
          sum += a[i * n + k] * (transposed ? b[j * n + k] : b[k * n + j]);
        out[i * n + j] = sum;
      }
  return out;
}

static double *
copy (const double *matrix, int n)
{
  return g_memdup2 (matrix, (gsize) n * n * sizeof (double));
}

static double
largest (const double *matrix, int n)
{
  double most = 0;

  for (int i = 0; i < n * n; i++)
    most = MAX (most, fabs (matrix[i]));
  return most;
}

static void
check_equal (const double *a, const double *b, int n, double tolerance)
{
  double scale = largest (b, n);

  for (int i = 0; i < n * n; i++)
    g_assert_cmpfloat (fabs (a[i] - b[i]), <=, tolerance * scale);
}

/* A covariance of this rank, with deviations from 1 down to `smallest`. */
static double *
random_covariance (GRand *random, int n, int rank, double smallest)
{
  g_autofree double *factor = g_new0 (double, (gsize) n * n);

  for (int k = 0; k < rank; k++)
    for (int i = 0; i < n; i++)
      factor[i * n + k] = g_rand_double_range (random, -1, 1) * pow (smallest, k / (double) rank);
  return multiply (factor, factor, n, TRUE);
}

static void
check_eigen (const double *matrix, int n)
{
  g_autofree double *vectors = copy (matrix, n), *values = g_new (double, n), *work = g_new (double, 2 * n);
  g_autofree double *unit = NULL, *again = g_new0 (double, (gsize) n * n), *one = g_new0 (double, n * n);

  g_assert_true (adain_symmetric_eigen (vectors, n, values, work));
  unit = multiply (vectors, vectors, n, TRUE);
  for (int i = 0; i < n; i++)
    {
      one[i * (n + 1)] = 1;
      for (int j = 0; j < n; j++)
        for (int k = 0; k < n; k++)
          again[i * n + j] += vectors[k * n + i] * values[k] * vectors[k * n + j];
    }
  check_equal (unit, one, n, n * 1e-14);
  check_equal (again, matrix, n, n * 1e-14);
}

static void
test_eigen (void)
{
  static const int sizes[] = { 1, 2, 3, 4, 5, 17, 64, 101, 200 };
  g_autoptr (GRand) random = g_rand_new_with_seed (1);

  for (gsize s = 0; s < G_N_ELEMENTS (sizes); s++)
    {
      int                n = sizes[s];
      g_autofree double *matrix = g_new0 (double, n * n), *covariance = NULL;

      check_eigen (matrix, n); /* zero */
      for (int i = 0; i < n; i++)
        matrix[i * (n + 1)] = i % 3; /* diagonal, with equal eigenvalues */
      check_eigen (matrix, n);
      for (int i = 0; i < n * n; i++)
        matrix[i] = 1; /* of rank 1 */
      check_eigen (matrix, n);
      for (int i = 0; i < n; i++)
        for (int j = 0; j <= i; j++)
          matrix[i * n + j] = matrix[j * n + i] = g_rand_double_range (random, -1, 1); /* indefinite */
      check_eigen (matrix, n);
      for (int i = 0; i < n * n; i++)
        matrix[i] *= 1e-160;
      check_eigen (matrix, n);
      for (int i = 0; i < n * n; i++)
        matrix[i] *= 1e300;
      check_eigen (matrix, n);
      covariance = random_covariance (random, n, (n + 1) / 2, 1e-8);
      check_eigen (covariance, n);
    }
}

/* Of few cells: most eigenvalues are 0 but for rounding. Channels are alike, or of very different sizes. */
static void
test_eigen_few (void)
{
  g_autoptr (GRand) random = g_rand_new_with_seed (4);

  for (int n = 100; n <= 260; n += 80)
    for (int cells = 1; cells < n; cells += n / 5)
      {
        g_autofree double *covariance = random_covariance (random, n, cells, 1);

        check_eigen (covariance, n);
        for (int i = 0; i < n; i++)
          for (int j = 0; j < n; j++)
            covariance[i * n + j] *= pow (10, 4.0 * (i + j) / n - 8);
        check_eigen (covariance, n);
      }
}

static void
test_not_finite (void)
{
  static const double bad[] = { NAN, INFINITY, -INFINITY };

  for (gsize i = 0; i < G_N_ELEMENTS (bad); i++)
    for (int at = 0; at < 3; at++)
      {
        static const double one[9] = { 1, 0, 0, 0, 1, 0, 0, 0, 1 };
        double              matrix[9] = { 1, 0, 0, 0, 1, 0, 0, 0, 1 }, values[3], map[9];
        double              work[ADAIN_TRANSPORT_WORK (3)];

        matrix[at * 3 + 1] = matrix[3 + at] = bad[i];
        g_assert_false (adain_transport_map (one, matrix, 3, map, work));
        g_assert_false (adain_symmetric_eigen (memcpy (map, matrix, sizeof map), 3, values, work));
        g_assert_false (adain_transport_factor (matrix, 3));
      }
}

static void
test_cholesky (void)
{
  g_autoptr (GRand) random = g_rand_new_with_seed (2);
  double indefinite[] = { 1, 2, 2, 1 }, zero[] = { 0 };

  for (int n = 1; n < 40; n++)
    {
      g_autofree double *matrix = random_covariance (random, n, n, 1e-2), *factor = copy (matrix, n);
      g_autofree double *again = NULL;

      g_assert_true (adain_symmetric_cholesky (factor, n));
      again = multiply (factor, factor, n, TRUE);
      check_equal (again, matrix, n, 1e-14);
      for (int i = 0; i < n; i++)
        for (int j = i + 1; j < n; j++)
          g_assert_cmpfloat (factor[i * n + j], ==, 0);
    }
  g_assert_false (adain_symmetric_cholesky (indefinite, 2));
  g_assert_false (adain_symmetric_cholesky (zero, 1));
}

/* Features as the network makes them: correlated, many of them 0, and `mean` away from 0. */
static float *
random_cells (GRand *random, int n, int channels, double mean)
{
  g_autofree float *mix = g_new (float, channels * 8);
  float            *cells = g_new (float, (gsize) n * channels);

  test_fill_random (random, mix, channels * 8, -1, 1);
  for (int i = 0; i < n; i++)
    {
      float sources[8];

      test_fill_random (random, sources, 8, -1, 1);
      for (int c = 0; c < channels; c++)
        {
          double sum = g_rand_double_range (random, -0.1, 0.1);

          for (int k = 0; k < 8; k++)
            sum += mix[c * 8 + k] * sources[k];
          cells[(gsize) i * channels + c] = mean + MAX (sum, 0);
        }
    }
  return cells;
}

/* Straight from the definition. */
static double *
expected_covariance (const float *cells, const float *weights, int n, int channels)
{
  g_autofree double *mean = g_new0 (double, channels);
  double            *out = g_new0 (double, channels * channels), total = 0;

  for (int i = 0; i < n; i++)
    {
      total += weights ? weights[i] : 1;
      for (int c = 0; c < channels; c++)
        mean[c] += (weights ? weights[i] : 1) * (double) cells[i * channels + c];
    }
  for (int c = 0; c < channels; c++)
    mean[c] /= total;
  for (int i = 0; i < n; i++)
    for (int a = 0; a < channels; a++)
      for (int b = 0; b < channels; b++)
        out[a * channels + b] += (weights ? weights[i] : 1) / total * (cells[i * channels + a] - mean[a])
                                 * (cells[i * channels + b] - mean[b]);
  return out;
}

static void
check_covariance (const AdainCovariance *covariance, const float *cells, const float *weights, int n)
{
  int                channels = covariance->channels;
  g_autofree double *got = g_new (double, channels * channels);
  g_autofree double *expected = expected_covariance (cells, weights, n, channels);
  g_autoptr (AdainStatistics) statistics = adain_statistics_new (channels);

  adain_covariance_get (covariance, got);
  check_equal (got, expected, channels, 1e-12);
  adain_statistics_add (statistics, cells, weights, n);
  g_assert_cmpfloat_with_epsilon (covariance->weight, statistics->weight, 1e-9 * statistics->weight);
  for (int c = 0; c < channels; c++)
    {
      double variance = statistics->m2[c] / statistics->weight;

      g_assert_cmpfloat (fabs (covariance->mean[c] - statistics->mean[c]), <=,
                         1e-12 * fabs (statistics->mean[c]));
      g_assert_cmpfloat (fabs (got[c * (channels + 1)] - variance), <=,
                         1e-12 * (variance + fabs (statistics->mean[c])));
    }
}

static void
test_covariance (void)
{
  static const int    channels[] = { 1, 3, 4, 7, 8, 9, 31, 64, 77 };
  static const int    counts[] = { 1, 2, 63, 64, 65, 300 };
  static const double means[] = { 0, 1000 };
  g_autoptr (GRand) random = g_rand_new_with_seed (3);

  for (gsize c = 0; c < G_N_ELEMENTS (channels); c++)
    for (gsize k = 0; k < G_N_ELEMENTS (counts); k++)
      for (gsize m = 0; m < G_N_ELEMENTS (means); m++)
        {
          int n = counts[k];
          g_autoptr (AdainCovariance) plain = adain_covariance_new (channels[c]);
          g_autoptr (AdainCovariance) weighted = adain_covariance_new (channels[c]);
          g_autoptr (AdainCovariance) nothing = adain_covariance_new (channels[c]);
          g_autofree float *cells = random_cells (random, n, channels[c], means[m]);
          g_autofree float *weights = g_new (float, n);

          adain_covariance_add (plain, cells, NULL, n);
          check_covariance (plain, cells, NULL, n);
          for (int i = 0; i < n; i++)
            weights[i] = i % 3 == 0 ? g_rand_double (random) + 0.01 : i % 3 == 1;
          adain_covariance_add (weighted, cells, weights, n);
          check_covariance (weighted, cells, weights, n);
          memset (weights, 0, n * sizeof (float));
          adain_covariance_add (nothing, cells, weights, n);
          g_assert_cmpfloat (nothing->weight, ==, 0);
        }
}

/* However the cells are cut and merged. */
static void
test_merge (void)
{
  enum
  {
    N = 4000,
    CHANNELS = 21
  };
  static const int cuts[] = { 1, 7, 64, 100, 999 };
  g_autoptr (GRand) random = g_rand_new_with_seed (4);
  g_autofree float  *cells = random_cells (random, N, CHANNELS, 100), *weights = g_new (float, N);
  g_autofree double *whole = g_new (double, CHANNELS * CHANNELS), *cut = g_new (double, CHANNELS * CHANNELS);
  g_autoptr (AdainCovariance) all = adain_covariance_new (CHANNELS);

  test_fill_random (random, weights, N, 0, 1);
  memset (weights + 1000, 0, 1000 * sizeof (float));
  adain_covariance_add (all, cells, weights, N);
  adain_covariance_get (all, whole);
  for (gsize k = 0; k < G_N_ELEMENTS (cuts); k++)
    {
      g_autoptr (AdainCovariance) total = adain_covariance_new (CHANNELS);

      for (int i = 0; i < N; i += cuts[k])
        {
          g_autoptr (AdainCovariance) part = adain_covariance_new (CHANNELS);

          adain_covariance_add (part, cells + i * CHANNELS, weights + i, MIN (cuts[k], N - i));
          adain_covariance_merge (total, part);
        }
      adain_covariance_get (total, cut);
      check_equal (cut, whole, CHANNELS, 1e-13);
      g_assert_cmpfloat_with_epsilon (total->weight, all->weight, 1e-9);
    }
}

/* T A T = B, and T symmetric with no negative eigenvalue: there is only one such matrix. */
static void
check_map (const double *map, const double *a, const double *b, int n, double tolerance)
{
  g_autofree double *left = multiply (map, a, n, FALSE), *both = multiply (left, map, n, FALSE);
  g_autofree double *vectors = copy (map, n), *values = g_new (double, n), *work = g_new (double, 2 * n);

  check_equal (both, b, n, tolerance);
  for (int i = 0; i < n; i++)
    for (int j = 0; j < n; j++)
      g_assert_cmpfloat (map[i * n + j], ==, map[j * n + i]);
  g_assert_true (adain_symmetric_eigen (vectors, n, values, work));
  for (int i = 0; i < n; i++)
    g_assert_cmpfloat (values[i], >=, -1e-12 * largest (map, n));
}

static void
test_map (void)
{
  static const int sizes[] = { 1, 2, 3, 8, 50, 130 };
  g_autoptr (GRand) random = g_rand_new_with_seed (5);

  for (gsize s = 0; s < G_N_ELEMENTS (sizes); s++)
    for (int from_rank = 0; from_rank < 3; from_rank++)
      for (int to_rank = 0; to_rank < 3; to_rank++)
        {
          int                n = sizes[s];
          g_autofree double *a = random_covariance (random, n, from_rank * n / 2, 1e-3);
          g_autofree double *b = random_covariance (random, n, to_rank * n / 2, 1e-3);
          g_autofree double *factor = NULL, *map = g_new (double, n * n);
          g_autofree double *work = g_new (double, ADAIN_TRANSPORT_WORK (n));

          /* Also of pictures of one color, whose features do not vary at all. */
          adain_covariance_regularize (a, n);
          adain_covariance_regularize (b, n);
          factor = copy (a, n);
          g_assert_true (adain_transport_factor (factor, n));
          g_assert_true (adain_transport_map (factor, b, n, map, work));
          check_map (map, a, b, n, 1e-10);
          g_assert_true (adain_transport_map (factor, a, n, map, work));
          for (int i = 0; i < n * n; i++)
            g_assert_cmpfloat_with_epsilon (map[i], i % (n + 1) == 0, 1e-6);
        }
}

/* NumPy's, by the formula with roots of both matrices; the regularization included. */
static void
test_numpy (void)
{
  static const double a[16] = { 4.0,  2.0, -1.0, 0.5,  2.0, 3.0, 0.0,  1.0,
                                -1.0, 0.0, 2.0,  -0.5, 0.5, 1.0, -0.5, 1.0 };
  double b[16] = { 1.0, 2.0, -1.0, 0.5, 2.0, 4.0, -2.0, 1.0, -1.0, -2.0, 1.0, -0.5, 0.5, 1.0, -0.5, 2.25 };
  static const double expected[16] = { 0.21740903076623,  0.36575692298043,  -0.18059956146175,
                                       -0.0468335925139,  0.36575692298043,  0.82050871261721,
                                       -0.40268827608148, -0.16703360826282, -0.18059956146175,
                                       -0.40268827608148, 0.23722087507397,  0.09255854208453,
                                       -0.0468335925139,  -0.16703360826282, 0.09255854208453,
                                       1.70341441039497 };
  double              factor[16], map[16], work[ADAIN_TRANSPORT_WORK (4)];

  memcpy (factor, a, sizeof factor);
  adain_covariance_regularize (factor, 4);
  adain_covariance_regularize (b, 4);
  g_assert_true (adain_transport_factor (factor, 4));
  g_assert_true (adain_transport_map (factor, b, 4, map, work));
  check_equal (map, expected, 4, 1e-9);
}

/* A palette that is not finite moves no color. */
static void
test_palette (void)
{
  AdainPalette  sound = { { 0.5, 0.5, 0.5 }, { { 0.1, 0, 0 }, { 0, 0.1, 0 }, { 0, 0, 0.1 } } }, bad = sound;
  AdainColorMap map;
  float         pixel[4] = { 0.25, 0.5, 0.75, 1 };

  bad.covariance[1][2] = bad.covariance[2][1] = NAN;
  adain_color_map_init (&map, &bad, &sound);
  adain_color_map_apply (&map, pixel, 1);
  adain_color_map_init (&map, &sound, &bad);
  adain_color_map_apply (&map, pixel, 1);
  for (int c = 0; c < 4; c++)
    g_assert_cmpfloat (pixel[c], ==, 0.25f * (c + 1));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/transport/eigen", test_eigen);
  g_test_add_func ("/transport/eigen-few", test_eigen_few);
  g_test_add_func ("/transport/not-finite", test_not_finite);
  g_test_add_func ("/transport/cholesky", test_cholesky);
  g_test_add_func ("/transport/covariance", test_covariance);
  g_test_add_func ("/transport/merge", test_merge);
  g_test_add_func ("/transport/map", test_map);
  g_test_add_func ("/transport/numpy", test_numpy);
  g_test_add_func ("/transport/palette", test_palette);
  return g_test_run ();
}
