/* What backend.h promises of a back end and no picture shows.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "engine/backend.h"
#include "support.h"

/* Moments of nothing: only their weight is set. */
static void
test_zero_weights (void)
{
  const AdainBackendClass *class = adain_cpu_backend ();
  AdainBackendOptions options = { 1, 0, "c" };
  g_autoptr (AdainModel) model = test_model_new ();
  int           channels = adain_model_channels (model);
  AdainRect     keep = { 0, 0, 2, 3 };
  float         rgb[16 * 24 * 3], weights[6] = { 0 };
  double       *values = g_new (double, 4 * channels);
  AdainMoments  moments = { 5, values, values + channels };
  AdainMoments  fresh = { 0, values + 2 * channels, values + 3 * channels };
  GRand        *random = g_rand_new_with_seed (1);
  GError       *error = NULL;
  AdainBackend *backend = class->open (adain_model_network (model), &options, &error);

  g_assert_no_error (error);
  test_fill_random (random, rgb, G_N_ELEMENTS (rgb), 0, 1);
  for (int i = 0; i < 4 * channels; i++)
    values[i] = i < 2 * channels ? 7 : 0;
  g_assert_true (class->encode (backend, 0, rgb, 16, 24, &keep, weights, NULL, 0, 0, &moments, NULL, &error));
  g_assert_no_error (error);
  g_assert_cmpfloat (moments.weight, ==, 0);
  for (int i = 0; i < 2 * channels; i++)
    g_assert_cmpfloat (values[i], ==, 7);

  /* With weights, what was there before does not matter. */
  weights[4] = 0.5;
  weights[5] = 1;
  g_assert_true (class->encode (backend, 0, rgb, 16, 24, &keep, weights, NULL, 0, 0, &moments, NULL, &error));
  g_assert_true (class->encode (backend, 0, rgb, 16, 24, &keep, weights, NULL, 0, 0, &fresh, NULL, &error));
  g_assert_no_error (error);
  g_assert_cmpfloat (moments.weight, ==, 1.5);
  g_assert_cmpmem (moments.mean, 2 * channels * sizeof (double), fresh.mean, 2 * channels * sizeof (double));
  class->close (backend);
  g_rand_free (random);
  g_free (values);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/backend/zero-weights", test_zero_weights);
  return g_test_run ();
}
