/* Every call into CUDA and cuDNN fails once, in every way: the work is done or a clear error comes
 * back, nothing leaks, and the device is usable afterwards.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "cuda-private.h"
#include "standin.h"
#include "support.h"

/* Enough for a launched, a recorded and a replayed run. */
#define RUNS 3

typedef struct
{
  const AdainNetwork *network;
  const char         *kernels;
  float              *rgb, *expected, *found;
} Work;

static const AdainRect whole = { 0, 0, 2, 2 };

#define PIXELS (16 * 16)

static void
check_error (GError *error)
{
  g_assert_nonnull (error);
  g_assert_true (g_error_matches (error, ADAIN_ERROR, ADAIN_ERROR_MEMORY)
                 || g_error_matches (error, ADAIN_ERROR, ADAIN_ERROR_DEVICE));
  g_assert_cmpuint (strlen (error->message), >, 10);
  g_error_free (error);
}

static gboolean
encode_and_decode (const AdainBackendClass *class, AdainBackend *backend, Work *work, AdainFeatures *features,
                   GError **error)
{
  AdainStatistics *statistics = adain_statistics_new (16);
  gboolean         done;

  g_assert_true (adain_statistics_want_covariance (statistics));
  done = class->encode (backend, 0, work->rgb, 16, 16, &whole, NULL, features, 0, 0, statistics, NULL, error)
         && class->decode (backend, 0, 0, features, &whole, &whole, NULL, 0, 0, work->found, NULL, error);
  adain_statistics_free (statistics);
  return done;
}

/* Opens, encodes and decodes some times, closes. TRUE if every step succeeded. */
static gboolean
work_through (Work *work, int runs)
{
  const AdainBackendClass *class = adain_cuda_backend ();
  AdainBackendOptions options = { 1, 0, work->kernels };
  AdainBackend       *backend;
  AdainFeatures      *features;
  GError             *error = NULL;
  gboolean            good = TRUE;

  backend = class->open (work->network, &options, &error);
  if (!backend)
    {
      check_error (error);
      return FALSE;
    }
  features = class->features_new (backend, 2, 2, &error);
  for (int run = 0; features && run < runs; run++)
    if (!encode_and_decode (class, backend, work, features, &error))
      {
        check_error (g_steal_pointer (&error));
        good = FALSE;
      }
    else if (work->expected)
      g_assert_cmpfloat (test_distance (work->found, work->expected, PIXELS * 3), <, 1e-2);
  if (features)
    class->features_free (backend, features);
  else
    {
      check_error (error);
      good = FALSE;
    }
  class->close (backend);
  return good;
}

static Work
work_new (const char *kernels)
{
  Work work = {
    .network = test_network_new (test_thin, 8),
    .kernels = kernels,
    .rgb = test_random (PIXELS * 3, 0, 1, 9),
    .found = g_new (float, PIXELS * 3),
  };

  standin_reset ();
  g_assert_true (work_through (&work, RUNS));
  work.expected = g_memdup2 (work.found, PIXELS * 3 * sizeof (float));
  return work;
}

static void
work_clear (Work *work)
{
  test_network_free ((AdainNetwork *) work->network);
  g_free (work->rgb);
  g_free (work->found);
  g_free (work->expected);
}

static void
fail_every_call (const char *kernels, StandinFault fault, gboolean eager)
{
  Work work = work_new (kernels);
  long calls = standin_calls (), finished = 0;

  for (long n = 1; n <= calls; n++)
    {
      standin_reset ();
      standin.eager = eager;
      standin.fault = fault;
      standin.fail_at = n;
      finished += work_through (&work, RUNS);

      /* Nothing is left, and the device works without any help; a lost one in a new process. */
      if (standin_live () != 0)
        g_error ("call %ld of %ld failed, and left %d things behind", n, calls, standin_live ());
      standin.fail_at = 0;
      if (standin_lost ())
        {
          g_assert_false (work_through (&work, 1));
          standin_reset ();
        }
      g_assert_true (work_through (&work, 1));
    }
  g_test_message ("%ld of %ld failing calls did not matter", finished, calls);
  work_clear (&work);
}

static void
test_natural (void)
{
  fail_every_call ("cudnn", STANDIN_FAULT_NATURAL, FALSE);
}

static void
test_natural_direct (void)
{
  fail_every_call ("direct", STANDIN_FAULT_NATURAL, TRUE);
}

static void
test_memory (void)
{
  fail_every_call ("cudnn", STANDIN_FAULT_MEMORY, TRUE);
}

static void
test_unsupported (void)
{
  fail_every_call ("cudnn", STANDIN_FAULT_UNSUPPORTED, FALSE);
}

static void
test_sticky (void)
{
  fail_every_call ("cudnn", STANDIN_FAULT_STICKY, FALSE);
}

static void
test_sticky_direct (void)
{
  fail_every_call ("direct", STANDIN_FAULT_STICKY, TRUE);
}

/* Two back ends, as the dialog has: when the device is lost, neither closing one nor using and closing the
 * other touches what is gone. */
static void
test_two_back_ends (void)
{
  const AdainBackendClass *class = adain_cuda_backend ();
  AdainBackendOptions options = { 1, 0, "direct" };
  Work                work = work_new ("direct");
  GError             *error = NULL;
  AdainBackend       *backends[2];
  AdainFeatures      *features[2];

  standin_reset ();
  for (int i = 0; i < 2; i++)
    {
      backends[i] = class->open (work.network, &options, &error);
      g_assert_no_error (error);
      features[i] = class->features_new (backends[i], 2, 2, &error);
      g_assert_no_error (error);
      g_assert_true (encode_and_decode (class, backends[i], &work, features[i], &error));
    }
  standin.fault = STANDIN_FAULT_STICKY;
  standin.fail_at = standin_calls () + 3;
  for (int i = 0; i < 2; i++)
    {
      g_assert_false (encode_and_decode (class, backends[i], &work, features[i], &error));
      check_error (g_steal_pointer (&error));
      class->features_free (backends[i], features[i]);
      class->close (backends[i]);
    }
  g_assert_true (standin_lost ());
  g_assert_false (work_through (&work, 1));
  g_assert_cmpint (standin_live (), ==, 0);
  work_clear (&work);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/cuda/faults/natural/cudnn", test_natural);
  g_test_add_func ("/cuda/faults/natural/direct", test_natural_direct);
  g_test_add_func ("/cuda/faults/memory", test_memory);
  g_test_add_func ("/cuda/faults/unsupported", test_unsupported);
  g_test_add_func ("/cuda/faults/sticky/cudnn", test_sticky);
  g_test_add_func ("/cuda/faults/sticky/direct", test_sticky_direct);
  g_test_add_func ("/cuda/faults/two-back-ends", test_two_back_ends);
  return g_test_run ();
}
