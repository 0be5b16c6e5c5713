/* Reads, writes and allocations that fail, each one in turn: the call says why, nothing leaks.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <stdlib.h>
#include <string.h>

#include "pipeline.h"

/* The call that fails, counted from 1; 0: none. */
static gint access_at, access_count, allocation_at, allocation_count;

static gboolean
fails (gint *count, gint at)
{
  return g_atomic_int_add (count, 1) + 1 == at;
}

static gboolean
access_or_fail (gpointer user_data, GError **error)
{
  if (!fails (&access_count, access_at))
    return TRUE;
  g_set_error_literal (error, G_FILE_ERROR, G_FILE_ERROR_IO, "the cable was pulled");
  return FALSE;
}

/* The linker puts these before the allocations that the engine checks. */
gpointer __real_g_try_malloc (gsize n);
gpointer __real_g_try_malloc0 (gsize n);
gpointer __real_g_try_malloc_n (gsize n, gsize size);
gpointer __real_g_try_malloc0_n (gsize n, gsize size);
void    *__real_aligned_alloc (gsize alignment, gsize n);
gpointer __wrap_g_try_malloc (gsize n);
gpointer __wrap_g_try_malloc0 (gsize n);
gpointer __wrap_g_try_malloc_n (gsize n, gsize size);
gpointer __wrap_g_try_malloc0_n (gsize n, gsize size);
void    *__wrap_aligned_alloc (gsize alignment, gsize n);

gpointer
__wrap_g_try_malloc (gsize n)
{
  return fails (&allocation_count, allocation_at) ? NULL : __real_g_try_malloc (n);
}

gpointer
__wrap_g_try_malloc0 (gsize n)
{
  return fails (&allocation_count, allocation_at) ? NULL : __real_g_try_malloc0 (n);
}

gpointer
__wrap_g_try_malloc_n (gsize n, gsize size)
{
  return fails (&allocation_count, allocation_at) ? NULL : __real_g_try_malloc_n (n, size);
}

gpointer
__wrap_g_try_malloc0_n (gsize n, gsize size)
{
  return fails (&allocation_count, allocation_at) ? NULL : __real_g_try_malloc0_n (n, size);
}

void *
__wrap_aligned_alloc (gsize alignment, gsize n)
{
  return fails (&allocation_count, allocation_at) ? NULL : __real_aligned_alloc (alignment, n);
}

static void
reset (int access, int allocation)
{
  access_at = access;
  allocation_at = allocation;
  access_count = allocation_count = 0;
}

static const Pipeline pipelines[] = {
  { ADAIN_DEVICE_CPU, { .threads = 2, .tile = 32 }, 0, FALSE, access_or_fail },
  { ADAIN_DEVICE_CPU, { .threads = 1, .tile = 32 }, 50, FALSE, access_or_fail },
  { ADAIN_DEVICE_CPU, { .threads = 1, .tile = 32 }, 0, TRUE, access_or_fail },
};

static void
test_access (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (pipelines); i++)
    {
      int calls;

      for (calls = 1;; calls++)
        {
          g_auto (PipelineResult) result = { 0 };
          GError *error = NULL;

          reset (calls, 0);
          if (pipeline_run (&pipelines[i], &result, &error))
            break;
          g_assert_error (error, G_FILE_ERROR, G_FILE_ERROR_IO);
          g_assert_cmpstr (error->message, ==, "the cable was pulled");
          g_error_free (error);
        }
      g_test_message ("pipeline %zu: %d reads and writes", i, access_count);
      g_assert_cmpint (calls, ==, access_count + 1);
      g_assert_cmpint (calls, >, 5);
    }
}

/* Without some allocations there is still a result, and the same. */
static void
test_allocations (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (pipelines); i++)
    {
      g_auto (PipelineResult) expected = { 0 };
      GError *error = NULL;
      int     all, refused = 0;

      reset (0, 0);
      pipeline_run (&pipelines[i], &expected, &error);
      g_assert_no_error (error);
      all = allocation_count;
      for (int n = 1; n <= all; n++)
        {
          g_auto (PipelineResult) result = { 0 };

          reset (0, n);
          if (pipeline_run (&pipelines[i], &result, &error))
            for (gsize v = 0; v < PIPELINE_BYTES / sizeof (float); v++)
              g_assert_cmpfloat_with_epsilon (result.rgba[v], expected.rgba[v], 1.0 / 255);
          else
            {
              g_assert_error (error, ADAIN_ERROR, ADAIN_ERROR_MEMORY);
              g_clear_error (&error);
              refused++;
            }
        }
      g_test_message ("pipeline %zu: %d allocations, %d of them needed", i, all, refused);
      g_assert_cmpint (refused, >, 10);
      g_assert_cmpint (refused, <, all);
    }
}

/* A smaller picture that exceeds the budget is refused before anything of it is read. */
static void
test_budget (void)
{
  Pipeline pipeline = pipelines[0];
  g_auto (PipelineResult) result = { 0 }, refused = { 0 };
  GError *error = NULL;

  reset (0, 0);
  pipeline.work_size = 70;
  pipeline.options.memory = 100 << 10;
  g_assert_false (pipeline_run (&pipeline, &refused, &error));
  g_assert_error (error, ADAIN_ERROR, ADAIN_ERROR_MEMORY);
  g_assert_cmpint (access_count, ==, 0);
  g_clear_error (&error);
  pipeline.options.memory = 8 << 20;
  pipeline_run (&pipeline, &result, &error);
  g_assert_no_error (error);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/failures/access", test_access);
  g_test_add_func ("/failures/allocations", test_allocations);
  g_test_add_func ("/failures/budget", test_budget);
  return g_test_run ();
}
