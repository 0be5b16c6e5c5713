/* The whole back end on the stand-in, against the CPU's plain C kernels.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "cuda-private.h"
#include "painting.h"
#include "standin.h"
#include "support.h"

#include <math.h>

/* Eighteen layers in half precision against float. */
#define NEAR 1e-2

/* One rectangle through both halves of the network. */
typedef struct
{
  AdainRect keep, from, decoded; /* cells: kept when encoding, decoded from the store, kept of that */
  int       width, height;       /* cells of the rectangle */
  int       x, y;                /* place of the kept cells in the features */
  gboolean  weighted, affine;
  int       matrix; /* seed of a matrix in the place of the affine's scale, or 0 */
  gboolean  covariance;
} Case;

/* What came out. */
typedef struct
{
  AdainStatistics *statistics;
  float           *rgb;
  gsize            n;
} Result;

static const Case cases[] = {
  { { 0, 0, 6, 5 }, { 0, 0, 6, 5 }, { 0, 0, 6, 5 }, 6, 5, 0, 0, FALSE, FALSE },
  { { 1, 2, 4, 5 }, { 2, 1, 3, 5 }, { 1, 1, 2, 4 }, 7, 8, 1, 1, TRUE, TRUE, 0, TRUE },
  { { 0, 0, 2, 2 }, { 0, 0, 2, 2 }, { 0, 0, 2, 1 }, 2, 2, 0, 0, FALSE, TRUE },
  { { 1, 0, 5, 4 }, { 1, 0, 4, 3 }, { 1, 0, 3, 2 }, 6, 5, 1, 0, FALSE, TRUE, 6, TRUE },
};

static void
result_clear (Result *result)
{
  adain_statistics_free (result->statistics);
  g_free (result->rgb);
}

static Result
run_case (const AdainBackendClass *class, AdainBackend *backend, int worker, const AdainNetwork *network,
          const Case *test)
{
  int            channels = adain_network_channels (network);
  gsize          cells = (gsize) test->width * test->height;
  float         *rgb = test_random (cells * 64 * 3, 0, 1, test->width);
  float         *weights = test_random ((gsize) test->keep.width * test->keep.height, 0, 1, 3);
  float         *scale = test_random (channels, 0.5, 1.5, 4), *shift = test_random (channels, 0, 0.5, 5);
  float         *matrix = test->matrix ? test_matrix (channels, test->matrix) : NULL;
  AdainTransform transform = { channels, 1, &(AdainMap) { matrix ? NULL : scale, matrix, shift } };
  GError        *error = NULL;
  AdainFeatures *features = class->features_new (backend, test->x + test->keep.width,
                                                 test->y + test->keep.height, &error);
  Result         result = { adain_statistics_new (channels) };
  gboolean       done;

  g_assert_no_error (error);
  g_assert_true (test->from.x >= test->x && test->from.y >= test->y
                 && test->from.x + test->from.width <= test->x + test->keep.width
                 && test->from.y + test->from.height <= test->y + test->keep.height);
  weights[0] = 0;
  if (test->covariance)
    g_assert_true (adain_statistics_want_covariance (result.statistics));
  done = class->encode (backend, worker, rgb, test->width * 8, test->height * 8, &test->keep,
                        test->weighted ? weights : NULL, features, test->x, test->y, result.statistics, NULL,
                        &error);
  g_assert_no_error (error);
  g_assert_true (done);

  result.n = (gsize) test->decoded.width * test->decoded.height * 64 * 3;
  result.rgb = g_new (float, result.n);
  done = class->decode (backend, worker, 0, features, &test->from, &test->decoded,
                        test->affine ? &transform : NULL, 0, 0, result.rgb, NULL, &error);
  g_assert_no_error (error);
  g_assert_true (done);

  class->features_free (backend, features);
  g_free (rgb);
  g_free (weights);
  g_free (scale);
  g_free (shift);
  g_free (matrix);
  return result;
}

static AdainBackend *
open_backend (const AdainBackendClass *class, const AdainNetwork *network, const char *kernels)
{
  AdainBackendOptions options = { 1, 0, kernels };
  GError             *error = NULL;
  AdainBackend       *backend = class->open (network, &options, &error);

  g_assert_no_error (error);
  return backend;
}

static Result
run_on_cpu (const AdainNetwork *network, const Case *test)
{
  const AdainBackendClass *class = adain_cpu_backend ();
  AdainBackend *backend = open_backend (class, network, "c");
  Result        result;

  result = run_case (class, backend, 0, network, test);
  class->close (backend);
  return result;
}

static void
compare (const Result *found, const Result *expected, int channels, double near)
{
  g_assert_cmpfloat (test_distance (found->rgb, expected->rgb, expected->n), <, near);
  g_assert_cmpfloat (test_statistics_distance (found->statistics, expected->statistics, channels), <, near);
}

typedef struct
{
  const char *name;
  const int  *widths;
  const char *kernels;
  gboolean    eager;
} Setup;

static const Setup setups[] = {
  { "tiny/auto", test_tiny, NULL, FALSE },          { "tiny/cudnn", test_tiny, "cudnn", FALSE },
  { "tiny/direct", test_tiny, "direct", TRUE },     { "compact/auto", test_compact, NULL, FALSE },
  { "compact/cudnn", test_compact, "cudnn", TRUE }, { "wide/auto", test_wide, NULL, TRUE },
};

/* Three times: launched, recorded, replayed; with other pictures in between. */
static void
test_cases (gconstpointer data)
{
  const Setup *setup = data;
  const AdainBackendClass *class = adain_cuda_backend ();
  AdainNetwork *network = test_network_new (setup->widths, 42);
  int           channels = setup->widths[TEST_LAYERS - 1];
  AdainBackend *backend;

  standin_reset ();
  standin.eager = setup->eager;
  backend = open_backend (class, network, setup->kernels);
  for (int round = 0; round < (setup->widths == test_tiny ? 3 : 1); round++)
    for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
      {
        Result expected = run_on_cpu (network, &cases[i]);
        Result found = run_case (class, backend, round % 2, network, &cases[i]);

        compare (&found, &expected, channels, NEAR);
        result_clear (&found);
        result_clear (&expected);
      }
  if (g_strcmp0 (setup->kernels, "cudnn") == 0)
    g_assert_cmpint (standin_convolutions (), >, 0);
  class->close (backend);
  g_assert_cmpint (standin_live (), ==, 0);
  test_network_free (network);
}

/* With another decoder, before anything was painted and after plans were recorded; and back. */
static void
test_adapt (gconstpointer data)
{
  const Setup *setup = data;
  const AdainBackendClass *class = adain_cuda_backend ();
  AdainNetwork *network = test_network_new (setup->widths, 42), *other = test_network_new (setup->widths, 43),
               both[2];
  int           channels = setup->widths[TEST_LAYERS - 1];
  AdainBackend *backend;

  both[0] = both[1] = *network;
  both[1].decoder = other->decoder;
  standin_reset ();
  standin.eager = setup->eager;
  backend = open_backend (class, network, setup->kernels);
  for (int round = 0; round < 6; round++)
    {
      const AdainNetwork *now = &both[(round + 1) % 2];
      Result              expected = run_on_cpu (now, &cases[1]), found;

      g_assert_true (class->adapt (backend, 0, &now->decoder, NULL));
      for (int worker = 0; worker < 2; worker++)
        {
          found = run_case (class, backend, worker, now, &cases[1]);
          compare (&found, &expected, channels, NEAR);
          result_clear (&found);
        }
      result_clear (&expected);
    }
  class->close (backend);
  g_assert_cmpint (standin_live (), ==, 0);
  test_network_free (network);
  test_network_free (other);
}

/* Covariances and matrices together, as the engine uses them. */
static void
test_texture (gconstpointer data)
{
  const Setup             *setup = data;
  const AdainBackendClass *cpu = adain_cpu_backend (), *cuda = adain_cuda_backend ();
  AdainNetwork            *network = test_network_new (setup->widths, 7);
  AdainBackend            *reference = open_backend (cpu, network, "c"), *backend;

  standin_reset ();
  standin.eager = setup->eager;
  backend = open_backend (cuda, network, setup->kernels);
  for (int i = 0; i < test_n_paintings; i++)
    {
      const TestPainting *painting = &test_paintings[i];
      gsize               n = (gsize) painting->width * painting->height * ADAIN_CELL * ADAIN_CELL * 3;
      GError             *error = NULL;
      g_autofree float   *expected = test_paint (cpu, reference, network, painting, &error);
      g_autofree float   *found = test_paint (cuda, backend, network, painting, &error);
      double              distance;

      g_assert_no_error (error);
      distance = test_distance (found, expected, n);
      g_test_message ("%s: %.2g", painting->name, distance);
      g_assert_cmpfloat (distance, <, NEAR);
    }
  cpu->close (reference);
  cuda->close (backend);
  g_assert_cmpint (standin_live (), ==, 0);
  test_network_free (network);
}

/* Rectangles of any shape, kept and decoded in part, at any place. */
static void
test_random_cases (void)
{
  const AdainBackendClass *class = adain_cuda_backend ();
  AdainNetwork *network = test_network_new (test_thin, 11);
  GRand        *random = g_rand_new_with_seed (12);
  AdainBackend *backend;

  standin_reset ();
  backend = open_backend (class, network, NULL);
  for (int i = 0; i < 16; i++)
    {
      Case   test = { .width = g_rand_int_range (random, 2, 12), .height = g_rand_int_range (random, 2, 12) };
      Result expected, found;

      test.keep.width = g_rand_int_range (random, 2, test.width + 1);
      test.keep.height = g_rand_int_range (random, 2, test.height + 1);
      test.keep.x = g_rand_int_range (random, 0, test.width - test.keep.width + 1);
      test.keep.y = g_rand_int_range (random, 0, test.height - test.keep.height + 1);
      test.x = g_rand_int_range (random, 0, 4);
      test.y = g_rand_int_range (random, 0, 4);
      test.from.width = g_rand_int_range (random, 2, test.keep.width + 1);
      test.from.height = g_rand_int_range (random, 2, test.keep.height + 1);
      test.from.x = test.x + g_rand_int_range (random, 0, test.keep.width - test.from.width + 1);
      test.from.y = test.y + g_rand_int_range (random, 0, test.keep.height - test.from.height + 1);
      test.decoded.width = g_rand_int_range (random, 1, test.from.width + 1);
      test.decoded.height = g_rand_int_range (random, 1, test.from.height + 1);
      test.decoded.x = g_rand_int_range (random, 0, test.from.width - test.decoded.width + 1);
      test.decoded.y = g_rand_int_range (random, 0, test.from.height - test.decoded.height + 1);
      test.weighted = g_rand_boolean (random);
      test.affine = g_rand_boolean (random);
      test.matrix = test.affine ? g_rand_int_range (random, 0, 3) : 0;
      test.covariance = g_rand_boolean (random);

      expected = run_on_cpu (network, &test);
      found = run_case (class, backend, i % 2, network, &test);
      compare (&found, &expected, test_thin[TEST_LAYERS - 1], NEAR);
      result_clear (&found);
      result_clear (&expected);
    }
  class->close (backend);
  g_assert_cmpint (standin_live (), ==, 0);
  g_rand_free (random);
  test_network_free (network);
}

/* The second run of a shape is recorded, and replayed with other arguments, matrices among them. */
static void
test_graphs (void)
{
  const AdainBackendClass *class = adain_cuda_backend ();
  AdainNetwork *network = test_network_new (test_tiny, 1);
  Result        expected[4];
  Case          tests[4] = { cases[1], cases[1], cases[1], cases[1] };
  AdainBackend *backend;
  long          kernels;

  tests[1].x = 3;
  tests[1].from.x = 4;
  tests[1].decoded.x = 0;
  tests[1].affine = FALSE;
  tests[2].matrix = 1;
  tests[3].matrix = 2;
  for (int i = 0; i < 4; i++)
    expected[i] = run_on_cpu (network, &tests[i]);
  g_assert_cmpfloat (test_distance (expected[2].rgb, expected[3].rgb, expected[2].n), >, 2 * NEAR);
  for (int no_capture = 0; no_capture < 2; no_capture++)
    {
      standin_reset ();
      standin.no_capture = no_capture;
      backend = open_backend (class, network, NULL);
      for (int run = 0; run < 12; run++)
        {
          Result found = run_case (class, backend, 0, network, &tests[run % 4]);

          compare (&found, &expected[run % 4], test_tiny[TEST_LAYERS - 1], NEAR);
          result_clear (&found);
          if (run == 3)
            kernels = standin_kernels ();
        }
      /* All encode with one plan; those with a matrix decode with another than those without. */
      g_assert_cmpint (standin_graph_launches (), ==, no_capture ? 0 : 11 + 5 + 5);
      if (!no_capture)
        g_assert_cmpint (standin_kernels (), ==, kernels);
      class->close (backend);
      g_assert_cmpint (standin_live (), ==, 0);
    }
  for (int i = 0; i < 4; i++)
    result_clear (&expected[i]);
  test_network_free (network);
}

/* Without memory for the whole rectangle the pieces make up the same picture. */
static void
test_little_memory (void)
{
  const AdainBackendClass *class = adain_cuda_backend ();
  AdainNetwork *network = test_network_new (test_tiny, 2);
  Case   test = { { 1, 1, 26, 13 }, { 0, 0, 26, 13 }, { 2, 0, 24, 13 }, 28, 15, 0, 0, TRUE, TRUE, 0, TRUE };
  Result whole, found;
  AdainBackend *backend;
  size_t        peak;

  standin_reset ();
  backend = open_backend (class, network, NULL);
  whole = run_case (class, backend, 0, network, &test);
  class->close (backend);
  peak = standin_peak ();

  standin_reset ();
  for (int worker = 0; worker < 2; worker++)
    {
      standin.memory = worker ? peak : peak * 2 / 3;
      backend = open_backend (class, network, worker ? "cudnn" : NULL);
      found = run_case (class, backend, worker, network, &test);
      compare (&found, &whole, test_tiny[TEST_LAYERS - 1], worker ? NEAR : 1e-6);
      result_clear (&found);
      class->close (backend);
    }
  g_assert_cmpint (standin_live (), ==, 0);
  result_clear (&whole);
  test_network_free (network);
}

/* No memory at all is an error, and leaves the back end usable. */
static void
test_no_memory (void)
{
  const AdainBackendClass *class = adain_cuda_backend ();
  AdainNetwork  *network = test_network_new (test_tiny, 2);
  AdainRect      keep = { 0, 0, 16, 16 };
  float         *rgb = test_random (128 * 128 * 3, 0, 1, 1);
  GError        *error = NULL;
  AdainBackend  *backend;
  AdainFeatures *features;
  Result         found;

  standin_reset ();
  backend = open_backend (class, network, NULL);
  standin.memory = 0;
  features = class->features_new (backend, 16, 16, &error);
  g_assert_no_error (error);
  g_assert_nonnull (features->host);
  g_assert_cmpuint (class->feature_bytes (backend, 16, 16), ==, 16 * 16 * 48 * 2);
  g_assert_false (class->encode (backend, 0, rgb, 128, 128, &keep, NULL, features, 0, 0, NULL, NULL, &error));
  g_assert_error (error, ADAIN_ERROR, ADAIN_ERROR_MEMORY);
  g_clear_error (&error);
  standin.no_host_memory = true;
  g_assert_null (class->features_new (backend, 16, 16, &error));
  g_assert_error (error, ADAIN_ERROR, ADAIN_ERROR_MEMORY);
  g_clear_error (&error);
  class->features_free (backend, features);

  standin.memory = (size_t) 1 << 30;
  standin.no_host_memory = false;
  g_assert_cmpuint (class->feature_bytes (backend, 16, 16), ==, 0);
  found = run_case (class, backend, 0, network, &cases[2]);
  result_clear (&found);
  class->close (backend);
  g_assert_cmpint (standin_live (), ==, 0);
  g_free (rgb);
  test_network_free (network);
}

/* Features in pinned memory give the same picture. */
static void
test_features_on_host (void)
{
  const AdainBackendClass *class = adain_cuda_backend ();
  AdainNetwork *network = test_network_new (test_tiny, 3);
  Result        expected = run_on_cpu (network, &cases[0]), found;
  AdainBackend *backend;

  standin_reset ();
  standin.memory = (size_t) 16 << 20; /* less than what tiles want to have free */
  backend = open_backend (class, network, NULL);
  g_assert_cmpuint (class->feature_bytes (backend, 300, 300), ==, 300 * 300 * 48 * 2);
  found = run_case (class, backend, 0, network, &cases[0]);
  compare (&found, &expected, test_tiny[TEST_LAYERS - 1], NEAR);
  result_clear (&found);
  result_clear (&expected);
  class->close (backend);
  g_assert_cmpint (standin_live (), ==, 0);
  test_network_free (network);
}

/* cuDNN refuses algorithms: the next one, then our own kernels. */
static void
test_refused (void)
{
  const AdainBackendClass *class = adain_cuda_backend ();
  AdainNetwork *network = test_network_new (test_tiny, 4);
  Result        expected = run_on_cpu (network, &cases[1]);

  for (int i = 0; i < 3; i++)
    {
      static const unsigned refused[] = {
        1 << CUDNN_CONVOLUTION_FWD_ALGO_WINOGRAD_NONFUSED,
        1 << CUDNN_CONVOLUTION_FWD_ALGO_WINOGRAD_NONFUSED
            | 1 << CUDNN_CONVOLUTION_FWD_ALGO_IMPLICIT_PRECOMP_GEMM,
        ~0u,
      };
      AdainBackend *backend;

      standin_reset ();
      standin.refused = refused[i];
      backend = open_backend (class, network, "cudnn");
      for (int run = 0; run < 3; run++)
        {
          Result found = run_case (class, backend, 0, network, &cases[1]);

          compare (&found, &expected, test_tiny[TEST_LAYERS - 1], NEAR);
          result_clear (&found);
        }
      g_assert_true ((standin_convolutions () > 0) == (i < 2));
      class->close (backend);
      g_assert_cmpint (standin_live (), ==, 0);
    }
  result_clear (&expected);
  test_network_free (network);
}

typedef struct
{
  AdainBackend       *backend;
  const AdainNetwork *network;
  const Result       *expected;
  int                 worker;
} Thread;

static gpointer
work (gpointer data)
{
  const Thread *thread = data;

  for (int run = 0; run < 6; run++)
    {
      int    i = (run + thread->worker) % 2;
      Result found = run_case (adain_cuda_backend (), thread->backend, thread->worker, thread->network,
                               &cases[i]);

      compare (&found, &thread->expected[i], test_tiny[TEST_LAYERS - 1], NEAR);
      result_clear (&found);
    }
  return NULL;
}

static void
test_two_workers (void)
{
  const AdainBackendClass *class = adain_cuda_backend ();
  AdainNetwork *network = test_network_new (test_tiny, 5);
  Result        expected[2] = { run_on_cpu (network, &cases[0]), run_on_cpu (network, &cases[1]) };
  Thread        threads[2];
  GThread      *running[2];
  AdainBackend *backend;

  standin_reset ();
  backend = open_backend (class, network, NULL);
  g_assert_cmpint (class->workers (backend), ==, 2);
  for (int i = 0; i < 2; i++)
    {
      threads[i] = (Thread) { backend, network, expected, i };
      running[i] = g_thread_new ("worker", work, &threads[i]);
    }
  for (int i = 0; i < 2; i++)
    g_thread_join (running[i]);
  class->close (backend);
  g_assert_cmpint (standin_live (), ==, 0);
  result_clear (&expected[0]);
  result_clear (&expected[1]);
  test_network_free (network);
}

static void
test_zero_weights (void)
{
  const AdainBackendClass *class = adain_cuda_backend ();
  AdainNetwork    *network = test_network_new (test_tiny, 6);
  AdainRect        keep = { 0, 0, 2, 3 };
  float           *rgb = test_random (16 * 24 * 3, 0, 1, 1), weights[6] = { 0 };
  AdainStatistics *statistics = adain_statistics_new (33);
  GError          *error = NULL;
  AdainBackend    *backend;

  standin_reset ();
  backend = open_backend (class, network, NULL);
  statistics->weight = 5;
  statistics->mean[0] = 7;
  class->encode (backend, 0, rgb, 16, 24, &keep, weights, NULL, 0, 0, statistics, NULL, &error);
  g_assert_no_error (error);
  g_assert_true (statistics->weight == 5 && statistics->mean[0] == 7);
  class->close (backend);
  g_free (rgb);
  adain_statistics_free (statistics);
  test_network_free (network);
}

static void
test_cancelled (void)
{
  const AdainBackendClass *class = adain_cuda_backend ();
  AdainNetwork *network = test_network_new (test_tiny, 6);
  AdainRect     keep = { 0, 0, 2, 2 };
  float        *rgb = test_random (16 * 16 * 3, 0, 1, 1);
  GCancellable *cancellable = g_cancellable_new ();
  GError       *error = NULL;
  AdainBackend *backend;

  standin_reset ();
  backend = open_backend (class, network, NULL);
  g_cancellable_cancel (cancellable);
  g_assert_false (class->encode (backend, 0, rgb, 16, 16, &keep, NULL, NULL, 0, 0, NULL, cancellable,
                                 &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_clear_error (&error);
  class->close (backend);
  g_object_unref (cancellable);
  g_free (rgb);
  test_network_free (network);
}

static void
test_tile_size (void)
{
  const AdainBackendClass *class = adain_cuda_backend ();
  AdainNetwork *network = test_network_new (test_compact, 7);
  AdainBackend *backend;
  int           width, height, smaller;

  standin_reset ();
  standin.memory = (size_t) 8 << 30;
  backend = open_backend (class, network, NULL);
  g_assert_true (class->tile_size (backend, 64, 40, (gsize) 1 << 30, &width, &height));
  g_assert_true (width == 64 && height == 40);
  g_assert_true (class->tile_size (backend, 512, 270, (gsize) 1 << 30, &width, &height));
  g_assert_true (width == 128 && height == 90);
  g_assert_true (class->tile_size (backend, 512, 270, (gsize) 8 << 20, &smaller, &height));
  g_assert_cmpint (smaller, <, width);
  g_assert_false (class->tile_size (backend, 512, 270, 1000, &smaller, &height));
  standin.memory = (size_t) 64 << 20;
  g_assert_true (class->tile_size (backend, 512, 270, (gsize) 1 << 30, &smaller, &height));
  g_assert_cmpint (smaller, <, width);
  class->close (backend);
  test_network_free (network);
}

static void
check_reason (const char *part)
{
  char *reason = NULL;

  g_assert_cmpint (adain_cuda_backend ()->score (&reason), ==, 0);
  if (!strstr (reason, part))
    g_error ("\"%s\" does not say \"%s\"", reason, part);
  g_free (reason);
}

static void
test_score (void)
{
  AdainNetwork *network = test_network_new (test_tiny, 7);
  GError       *error = NULL;
  char         *reason = NULL;

  standin_reset ();
  g_assert_cmpint (adain_cuda_backend ()->score (&reason), ==, 100);
  g_assert_null (reason);

  standin.driver = 0;
  check_reason ("No NVIDIA driver");
  standin.driver = 12040;
  standin.count_error = cudaErrorInsufficientDriver;
  check_reason ("12.4");
  standin_reset ();
  standin.count_error = cudaErrorNoDevice;
  check_reason ("no NVIDIA GPU");
  standin_reset ();
  standin.devices = 0;
  check_reason ("no NVIDIA GPU");
  standin_reset ();
  standin.count_error = cudaErrorSystemDriverMismatch;
  check_reason ("does not work");
  standin_reset ();
  standin.major = 7;
  check_reason ("too old");
  standin.minor = 5;
  g_assert_cmpint (adain_cuda_backend ()->score (&reason), ==, 100);
  standin_reset ();
  standin.no_cudnn = true;
  check_reason ("cuDNN 9");
  g_assert_null (adain_cuda_backend ()->open (network, NULL, &error));
  g_assert_error (error, ADAIN_ERROR, ADAIN_ERROR_DEVICE);
  g_clear_error (&error);
  standin_reset ();
  test_network_free (network);
}

/* The largest of several devices is taken by somebody else; then all are. */
static void
test_devices (void)
{
  const AdainBackendClass *class = adain_cuda_backend ();
  AdainNetwork *network = test_network_new (test_tiny, 7);
  GError       *error = NULL;
  AdainBackend *backend;

  standin_reset ();
  standin.devices = 3;
  backend = open_backend (class, network, NULL);
  g_assert_nonnull (strstr (class->describe (backend), "stand-in 2"));
  class->close (backend);
  standin.taken = 1 << 2;
  backend = open_backend (class, network, NULL);
  g_assert_nonnull (strstr (class->describe (backend), "stand-in 1"));
  class->close (backend);
  standin.taken = 7;
  g_assert_null (class->open (network, NULL, &error));
  g_assert_error (error, ADAIN_ERROR, ADAIN_ERROR_DEVICE);
  g_clear_error (&error);
  g_assert_cmpint (standin_live (), ==, 0);
  test_network_free (network);
}

/* cuDNN does not saturate, and its infinities become NaN where the next layer is padded. */
static void
test_extreme_affine (void)
{
  const AdainBackendClass *class = adain_cuda_backend ();
  AdainNetwork  *network = test_network_new (test_tiny, 8);
  AdainRect      all = { 0, 0, 2, 2 };
  float         *rgb = test_random (16 * 16 * 3, 0, 1, 1), scale[33], shift[33];
  AdainTransform transform = { 33, 1, &(AdainMap) { .scale = scale, .shift = shift } };
  GError        *error = NULL;
  AdainBackend  *backend;
  AdainFeatures *features;

  standin_reset ();
  backend = open_backend (class, network, "cudnn");
  features = class->features_new (backend, 2, 2, &error);
  for (int c = 0; c < 33; c++)
    {
      scale[c] = c % 2 ? 1e6f : -1e6f;
      shift[c] = c % 3 ? 1e6f : -1e6f;
    }
  class->encode (backend, 0, rgb, 16, 16, &all, NULL, features, 0, 0, NULL, NULL, &error);
  class->decode (backend, 0, 0, features, &all, &all, &transform, 0, 0, rgb, NULL, &error);
  g_assert_no_error (error);
  for (int i = 0; i < 16 * 16 * 3; i++)
    g_assert_true (rgb[i] > -INFINITY && rgb[i] < INFINITY);
  class->features_free (backend, features);
  class->close (backend);
  g_free (rgb);
  test_network_free (network);
}

/* Maps of regions are left to the CPU. */
static void
test_regions (void)
{
  const AdainBackendClass *class = adain_cuda_backend ();
  AdainNetwork  *network = test_network_new (test_tiny, 9);
  AdainRect      all = { 0, 0, 2, 2 };
  float          rgb[16 * 16 * 3], scale[33] = { 0 }, shift[33] = { 0 }, shares[2 * 2 * 2] = { 0 };
  AdainMap       maps[2] = { { scale, NULL, shift }, { scale, NULL, shift } };
  AdainTransform transform = { 33, 2, maps, shares, 2, 2 };
  GError        *error = NULL;
  AdainBackend  *backend;
  AdainFeatures *features;

  standin_reset ();
  backend = open_backend (class, network, NULL);
  features = class->features_new (backend, 2, 2, &error);
  g_assert_no_error (error);
  g_assert_false (class->decode (backend, 0, 0, features, &all, &all, &transform, 0, 0, rgb, NULL, &error));
  g_assert_error (error, ADAIN_ERROR, ADAIN_ERROR_DEVICE);
  g_clear_error (&error);
  class->features_free (backend, features);
  class->close (backend);
  test_network_free (network);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (setups); i++)
    {
      char *path = g_strdup_printf ("/cuda/cases/%s", setups[i].name);

      g_test_add_data_func (path, &setups[i], test_cases);
      g_free (path);
    }
  for (gsize i = 0; i < 3; i++)
    {
      char *path = g_strdup_printf ("/cuda/adapt/%s", setups[i].name);

      g_test_add_data_func (path, &setups[i], test_adapt);
      g_free (path);
    }
  g_test_add_data_func ("/cuda/texture/tiny", &setups[0], test_texture);
  g_test_add_func ("/cuda/random-cases", test_random_cases);
  g_test_add_func ("/cuda/graphs", test_graphs);
  g_test_add_func ("/cuda/little-memory", test_little_memory);
  g_test_add_func ("/cuda/no-memory", test_no_memory);
  g_test_add_func ("/cuda/features-on-host", test_features_on_host);
  g_test_add_func ("/cuda/refused", test_refused);
  g_test_add_func ("/cuda/two-workers", test_two_workers);
  g_test_add_func ("/cuda/zero-weights", test_zero_weights);
  g_test_add_func ("/cuda/cancelled", test_cancelled);
  g_test_add_func ("/cuda/tile-size", test_tile_size);
  g_test_add_func ("/cuda/score", test_score);
  g_test_add_func ("/cuda/devices", test_devices);
  g_test_add_func ("/cuda/extreme-affine", test_extreme_affine);
  g_test_add_func ("/cuda/regions", test_regions);
  return g_test_run ();
}
