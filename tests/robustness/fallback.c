/* A device that fails, at any of its calls: the CPU finishes the picture and the engine says so once.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <stdlib.h>
#include <string.h>

#include <glib/gstdio.h>
#include <gmodule.h>

#include "pipeline.h"

#define FAILED "the stand-in was told to fail"

static const Pipeline on_cpu = { ADAIN_DEVICE_CPU, { .threads = 2, .tile = 32 } };
static const Pipeline on_standin = { ADAIN_DEVICE_CUDA, { 0, 2, TEST_MODULES, 32 } };

static void
run (const Pipeline *pipeline, PipelineResult *result, const char *told)
{
  GError *error = NULL;

  setenv ("ADAIN_STANDIN", told, TRUE);
  unsetenv ("ADAIN_STANDIN_LOADED");
  pipeline_run (pipeline, result, &error);
  g_assert_no_error (error);
}

static gboolean
is_same (const PipelineResult *a, const PipelineResult *b)
{
  return memcmp (a->rgba, b->rgba, PIPELINE_BYTES) == 0;
}

/* The picture as the CPU alone paints it. */
static void
paint_expected (PipelineResult *result)
{
  run (&on_cpu, result, "nowhere 1 device");
  g_assert_null (result->notice);
}

static void
test_chosen (void)
{
  static const AdainDevice devices[] = { ADAIN_DEVICE_CUDA, ADAIN_DEVICE_AUTO };
  g_auto (PipelineResult) expected = { 0 };

  paint_expected (&expected);
  for (gsize i = 0; i < G_N_ELEMENTS (devices); i++)
    {
      Pipeline pipeline = on_standin;
      g_auto (PipelineResult) result = { 0 };

      pipeline.device = devices[i];
      run (&pipeline, &result, "nowhere 1 device");
      g_assert_cmpstr (result.description, ==, "Stand-in");
      g_assert_null (result.notice);
      g_assert_true (is_same (&result, &expected));
    }
}

/* With the CPU asked for, no module is looked at. */
static void
test_cpu (void)
{
  Pipeline pipeline = on_standin;
  g_auto (PipelineResult) result = { 0 };

  pipeline.device = ADAIN_DEVICE_CPU;
  run (&pipeline, &result, "nowhere 1 device");
  g_assert_true (g_str_has_prefix (result.description, "CPU, 2 threads"));
  g_assert_null (g_getenv ("ADAIN_STANDIN_LOADED"));
}

/* Each call fails in turn, until one more than there are. */
static void
check_place (const char *place, const char *kind, const char *reason, const PipelineResult *expected,
             int at_least)
{
  int n;

  for (n = 1;; n++)
    {
      g_autofree char *told = g_strdup_printf ("%s %d %s", place, n, kind);
      g_auto (PipelineResult) result = { 0 };

      run (&on_standin, &result, told);
      g_assert_true (is_same (&result, expected));
      if (!result.notice)
        {
          g_assert_cmpstr (result.description, ==, "Stand-in");
          break;
        }
      g_assert_nonnull (strstr (result.notice, reason));
      g_assert_true (g_str_has_prefix (result.description, "CPU, 2 threads"));
    }
  g_test_message ("%s: %d calls", place, n - 1);
  g_assert_cmpint (n, >, at_least);
}

static void
test_failing (void)
{
  g_auto (PipelineResult) expected = { 0 };

  paint_expected (&expected);
  check_place ("encode", "device", FAILED, &expected, 10);
  check_place ("encode", "memory", FAILED, &expected, 10);
  check_place ("decode", "device", FAILED, &expected, 10);
  check_place ("decode", "memory", FAILED, &expected, 10);
  check_place ("adapt", "device", FAILED, &expected, 1);
  check_place ("tile", "memory", "Not enough memory", &expected, 1);
  check_place ("open", "device", FAILED, &expected, 1);
}

/* Features of the whole picture that do not fit on the device are no failure of it. */
static void
test_no_features (void)
{
  g_auto (PipelineResult) expected = { 0 }, result = { 0 };

  paint_expected (&expected);
  run (&on_standin, &result, "features 1 memory");
  g_assert_cmpstr (result.description, ==, "Stand-in");
  g_assert_null (result.notice);
  g_assert_true (is_same (&result, &expected));
}

/* The CPU takes over also if the device was asked to use kernels that only it has. */
static void
test_kernels (void)
{
  static const char *const told[] = { "encode 3 device", "decode 2 memory", "open 1 device" };
  Pipeline                 pipeline = on_standin;
  g_auto (PipelineResult) expected = { 0 }, refused = { 0 };
  GError *error = NULL;

  paint_expected (&expected);
  pipeline.options.kernels = "stand-in";
  for (gsize i = 0; i < G_N_ELEMENTS (told); i++)
    {
      g_auto (PipelineResult) result = { 0 };

      run (&pipeline, &result, told[i]);
      g_assert_true (is_same (&result, &expected));
      g_assert_nonnull (strstr (result.notice, FAILED));
    }

  pipeline.device = ADAIN_DEVICE_CPU;
  g_assert_false (pipeline_run (&pipeline, &refused, &error));
  g_assert_error (error, ADAIN_ERROR, ADAIN_ERROR_DEVICE);
  g_error_free (error);
}

/* Another error would be the same on the CPU. */
static void
test_other_error (void)
{
  g_auto (PipelineResult) result = { 0 };
  GError *error = NULL;

  setenv ("ADAIN_STANDIN", "decode 3 argument", TRUE);
  g_assert_false (pipeline_run (&on_standin, &result, &error));
  g_assert_error (error, ADAIN_ERROR, ADAIN_ERROR_ARGUMENT);
  g_assert_cmpstr (error->message, ==, FAILED);
  g_assert_null (result.notice);
  g_error_free (error);
}

/* A module that cannot be used: its reason is told only to those who asked for it. */
static void
check_unusable (const char *module_dir, const char *told, const char *reason)
{
  static const AdainDevice devices[] = { ADAIN_DEVICE_CUDA, ADAIN_DEVICE_AUTO };
  g_auto (PipelineResult) expected = { 0 };

  paint_expected (&expected);
  for (gsize i = 0; i < G_N_ELEMENTS (devices); i++)
    {
      Pipeline pipeline = on_standin;
      g_auto (PipelineResult) result = { 0 };

      pipeline.device = devices[i];
      pipeline.options.module_dir = module_dir;
      run (&pipeline, &result, told);
      g_assert_true (g_str_has_prefix (result.description, "CPU, 2 threads"));
      g_assert_true (is_same (&result, &expected));
      if (devices[i] == ADAIN_DEVICE_AUTO)
        g_assert_null (result.notice);
      else
        g_assert_nonnull (strstr (result.notice, reason));
    }
}

static void
test_unusable (void)
{
  g_autofree char *empty = g_dir_make_tmp ("adain-modules-XXXXXX", NULL);
  g_autofree char *broken = g_build_filename (empty, "adain-cuda." G_MODULE_SUFFIX, NULL);

  check_unusable (TEST_MODULES, "score 1 device", "the stand-in does not suit");
  check_unusable (TEST_MODULES, "abi 1 device", "does not fit this version");
  check_unusable (TEST_MODULES, "open 1 device", FAILED);
  check_unusable (empty, "nowhere 1 device", "no module");
  check_unusable (NULL, "nowhere 1 device", "no module");
  g_assert_true (g_file_set_contents (broken, "not a module", -1, NULL));
  check_unusable (empty, "nowhere 1 device", "does not fit this version");
  g_remove (broken);
  g_rmdir (empty);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/fallback/chosen", test_chosen);
  g_test_add_func ("/fallback/cpu", test_cpu);
  g_test_add_func ("/fallback/failing", test_failing);
  g_test_add_func ("/fallback/no-features", test_no_features);
  g_test_add_func ("/fallback/kernels", test_kernels);
  g_test_add_func ("/fallback/other-error", test_other_error);
  g_test_add_func ("/fallback/unusable", test_unusable);
  return g_test_run ();
}
