/* What backend.h and adain.h promise and no picture shows.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "engine/backend.h"
#include "support.h"

/* Statistics of nothing add nothing; those of something do. */
static void
test_zero_weights (void)
{
  const AdainBackendClass *class = adain_cpu_backend ();
  AdainBackendOptions options = { 1, 0, "c" };
  g_autoptr (AdainModel) model = test_model_new ();
  int              channels = adain_model_channels (model);
  AdainRect        keep = { 0, 0, 2, 3 };
  float            rgb[16 * 24 * 3], weights[6] = { 0 };
  AdainStatistics *statistics = adain_statistics_new (channels);
  GRand           *random = g_rand_new_with_seed (1);
  GError          *error = NULL;
  AdainBackend    *backend = class->open (adain_model_network (model), &options, &error);

  g_assert_no_error (error);
  test_fill_random (random, rgb, G_N_ELEMENTS (rgb), 0, 1);
  statistics->weight = 5;
  for (int i = 0; i < channels; i++)
    statistics->mean[i] = statistics->m2[i] = 7;
  class->encode (backend, 0, rgb, 16, 24, &keep, weights, NULL, 0, 0, statistics, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpfloat (statistics->weight, ==, 5);
  for (int i = 0; i < channels; i++)
    g_assert_true (statistics->mean[i] == 7 && statistics->m2[i] == 7);

  weights[4] = 0.5;
  weights[5] = 1;
  class->encode (backend, 0, rgb, 16, 24, &keep, weights, NULL, 0, 0, statistics, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpfloat (statistics->weight, ==, 6.5);
  class->close (backend);
  adain_statistics_free (statistics);
  g_rand_free (random);
}

/* Nothing can be freed. */
static void
test_nothing (void)
{
  adain_content_free (NULL);
  adain_style_free (NULL);
  adain_engine_free (NULL);
  adain_model_unref (NULL);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/backend/zero-weights", test_zero_weights);
  g_test_add_func ("/backend/nothing", test_nothing);
  return g_test_run ();
}
