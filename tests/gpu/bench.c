/* The CUDA back end on a real GPU: against the CPU's plain C kernels, and its times.
 *
 *     bench check          compares, in all modes; the status tells
 *     bench small          a few small rectangles, for compute-sanitizer
 *     bench own            the same without cuDNN
 *     bench table [FILE]   times; FILE has PyTorch's, from pytorch.py
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <math.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "cuda-private.h"
#include "painting.h"
#include "peak.h"
#include "support.h"
#include "transport.h"

#define REPEATS         20
#define HALO            4    /* cells around a tile, for these models */
#define NEAR            1e-2 /* eighteen layers in half precision against float */
#define NEAR_STATISTICS 2e-2 /* deviations and covariances, of as few as four cells */

/* The paper's. */
static const TestWidths test_full = { 64,  64,  128, 128, 256, 256, 256, 256, 512,
                                      256, 256, 256, 256, 128, 128, 64,  64 };

typedef struct
{
  const char *name;
  const int  *widths;
} Model;

static const Model models[] = { { "compact", test_compact }, { "full", test_full } };

typedef struct
{
  const char *name;
  int         width, height;
} Size;

static const Size sizes[] = {
  { "256", 256, 256 },    { "512", 512, 512 },         { "1024", 1024, 1024 }, { "2048", 2048, 2048 },
  { "4096", 4096, 4096 }, { "4096x2160", 4096, 2160 }, { "40MP", 7728, 5176 },
};

/* NULL: what the plug-in uses. */
static const char *const kernels[] = { NULL, "cudnn", "direct" };

static void
die (GError *error)
{
  fprintf (stderr, "bench: %s\n", error->message);
  exit (1);
}

/* Measuring goes on with the next line, which says so. */
static void
complain (GError *error)
{
  fprintf (stderr, "bench: %s\n", error->message);
  g_error_free (error);
}

static AdainBackend *
open_backend (const AdainBackendClass *class, const AdainNetwork *network, const char *kernels)
{
  AdainBackendOptions options = { 1, 0, kernels };
  GError             *error = NULL;
  AdainBackend       *backend = class->open (network, &options, &error);

  if (!backend)
    die (error);
  return backend;
}

/* Comparing ------------------------------------------------------------------------------------ */

/* Encodes width x height cells, keeps all but a border, and decodes what was kept, with a matrix (and a
 * covariance before) or with a scale. */
static float *
through (const AdainBackendClass *class, AdainBackend *backend, const AdainNetwork *network, int width,
         int height, gboolean mixing, AdainStatistics *statistics)
{
  int            border = width > 8, channels = adain_network_channels (network);
  AdainRect      keep = { border, border, width - 2 * border, height - 2 * border };
  AdainRect      from = { 0, 0, keep.width, keep.height };
  gsize          kept = (gsize) keep.width * keep.height;
  float         *rgb = test_random ((gsize) width * height * 64 * 3, 0, 1, width);
  float         *weights = test_random (kept, 0, 1, 2), *result = g_new (float, kept * 64 * 3);
  float         *scale = test_random (channels, 0.5, 1.5, 3), *shift = test_random (channels, 0, 0.5, 4);
  float         *matrix = mixing ? test_matrix (channels, 5) : NULL;
  AdainTransform transform = { channels, 1, &(AdainMap) { mixing ? NULL : scale, matrix, shift } };
  GError        *error = NULL;
  AdainFeatures *features = class->features_new (backend, keep.width, keep.height, &error);

  if (mixing && !adain_statistics_want_covariance (statistics))
    abort ();
  if (!features
      || !class->encode (backend, 0, rgb, width * 8, height * 8, &keep, weights, features, 0, 0, statistics,
                         NULL, &error)
      || !class->decode (backend, 0, 0, features, &from, &from, &transform, 0, 0, result, NULL, &error))
    die (error);
  class->features_free (backend, features);
  g_free (rgb);
  g_free (weights);
  g_free (scale);
  g_free (shift);
  g_free (matrix);
  return result;
}

static gboolean
compare_transform (const int *widths, const char *name, const char *kernels, int width, int height,
                   gboolean mixing)
{
  const AdainBackendClass *cpu = adain_cpu_backend (), *cuda = adain_cuda_backend ();
  AdainNetwork            *network = test_network_new (widths, 1);
  int                      channels = widths[TEST_LAYERS - 1], border = width > 8;
  gsize                    n = (gsize) (width - 2 * border) * (height - 2 * border) * 64 * 3;
  AdainStatistics         *expected = adain_statistics_new (channels);
  AdainBackend            *backend = open_backend (cpu, network, "c");
  float                   *reference = through (cpu, backend, network, width, height, mixing, expected);
  double                   worst = 0, moments = 0;
  gboolean                 good;

  cpu->close (backend);
  backend = open_backend (cuda, network, kernels);
  for (int run = 0; run < 3; run++) /* launched, recorded, replayed */
    {
      AdainStatistics *found = adain_statistics_new (channels);
      float           *result = through (cuda, backend, network, width, height, mixing, found);

      worst = MAX (worst, test_distance (result, reference, n));
      moments = MAX (moments, test_statistics_distance (found, expected, channels));
      g_free (result);
      adain_statistics_free (found);
    }
  good = worst < NEAR && moments < NEAR_STATISTICS;
  printf ("  %-8s %-7s %-12s %3d x %3d px  error %.2g, of statistics %.2g  %s\n", name,
          kernels ? kernels : "auto", mixing ? "matrix" : "scale", width * 8, height * 8, worst, moments,
          good ? "ok" : "TOO LARGE");
  cuda->close (backend);
  g_free (reference);
  adain_statistics_free (expected);
  test_network_free (network);
  return good;
}

static gboolean
compare (const int *widths, const char *name, const char *kernels, int width, int height)
{
  gboolean good = compare_transform (widths, name, kernels, width, height, FALSE);

  return compare_transform (widths, name, kernels, width, height, TRUE) && good;
}

/* A painting with texture as the engine paints it, by all kinds of kernels from `first` on. */
static gboolean
compare_painting (const int *widths, const char *name, const TestPainting *painting, gsize first)
{
  const AdainBackendClass *cpu = adain_cpu_backend (), *cuda = adain_cuda_backend ();
  AdainNetwork            *network = test_network_new (widths, 1);
  AdainBackend            *backend = open_backend (cpu, network, "c");
  gsize                    n = (gsize) painting->width * painting->height * 64 * 3;
  GError                  *error = NULL;
  float                   *reference = test_paint (cpu, backend, network, painting, &error), *result;
  gboolean                 good = TRUE;

  cpu->close (backend);
  for (gsize i = first; i < G_N_ELEMENTS (kernels) && !error; i++)
    {
      double distance;

      backend = open_backend (cuda, network, kernels[i]);
      result = test_paint (cuda, backend, network, painting, &error);
      distance = result ? test_distance (result, reference, n) : INFINITY;
      printf ("  %-8s %-7s %-12s %3d x %3d px  error %.2g  %s\n", name, kernels[i] ? kernels[i] : "auto",
              painting->name, painting->width * 8, painting->height * 8, distance,
              distance < NEAR ? "ok" : "TOO LARGE");
      good &= distance < NEAR;
      g_free (result);
      cuda->close (backend);
    }
  if (error)
    die (error);
  g_free (reference);
  test_network_free (network);
  return good;
}

static int
check (gboolean small, gboolean own)
{
  gsize    first = own ? G_N_ELEMENTS (kernels) - 1 : 0;
  gboolean good = TRUE;

  for (gsize i = first; i < G_N_ELEMENTS (kernels); i++)
    {
      good &= compare (test_tiny, "tiny", kernels[i], 2, 2);
      good &= compare (test_tiny, "tiny", kernels[i], 9, 5);
      if (small)
        continue;
      good &= compare (test_compact, "compact", kernels[i], 9, 7);
      good &= compare (test_compact, "compact", kernels[i], 33, 18);
      good &= compare (test_wide, "uneven", kernels[i], 6, 9);
      good &= compare (test_full, "full", kernels[i], 9, 6);
    }
  for (int i = small ? test_n_paintings - 1 : 0; i < test_n_paintings; i++)
    good &= compare_painting (small ? test_thin : test_compact, small ? "thin" : "compact",
                              &test_paintings[i], first);
  return good ? 0 : 1;
}

/* Times ---------------------------------------------------------------------------------------- */

/* Operations and bytes of a half for one pixel of the picture; every activation is written once and
 * read once. */
static void
costs (const AdainNetwork *network, gboolean decode, double *flops, double *bytes)
{
  const AdainChain *chain = decode ? &network->decoder : &network->encoder;
  double            area = decode ? 1.0 / (ADAIN_CELL * ADAIN_CELL) : 1;

  *flops = 0;
  *bytes = 0;
  for (int i = 0; i < chain->n; i++)
    {
      const AdainConv *conv = &chain->convs[i];
      double           in = (conv->in == 3 ? 12 : conv->in * 2) * area;

      area *= conv->upsample ? 4 : 1;
      *flops += 2.0 * 9 * conv->in * conv->out * area;
      area /= conv->pool ? 4 : 1;
      *bytes += in + (conv->out == 3 ? 12 : conv->out * 2) * area;
    }
}

/* Milliseconds of the launches of one plan, from a graph, with the data on the card; NAN if it fails. */
static double
plan_time (AdainBackend *backend, const AdainShape *shape, AdainFeatures *features)
{
  AdainWorker    *worker = &backend->workers[0];
  cudaStream_t    stream = worker->stream;
  cudaGraph_t     graph = NULL;
  cudaGraphExec_t exec = NULL;
  cudaEvent_t     begin, end;
  double          best = 1e30;
  gboolean        again = TRUE;
  GError         *error = NULL;
  AdainPlan      *plan = NULL;

  while (again)
    {
      const AdainHost *host;

      plan = adain_plan_get (worker, shape, &error);
      if (!plan)
        {
          complain (error);
          return NAN;
        }
      host = adain_plan_host (plan);
      memset (host->call, 0, sizeof *host->call);
      host->call->features = features->data;
      host->call->stride = features->width;
      again = FALSE;
      if (!adain_plan_run (plan, &again, &error))
        {
          complain (error);
          return NAN;
        }
      if (again)
        adain_plan_drop (worker, plan);
    }

  cudaEventCreate (&begin);
  cudaEventCreate (&end);
  cudaStreamBeginCapture (stream, cudaStreamCaptureModeThreadLocal);
  if (!adain_plan_launch (plan, &again, &error))
    complain (error);
  if (cudaStreamEndCapture (stream, &graph) != cudaSuccess
      || cudaGraphInstantiate (&exec, graph, 0) != cudaSuccess)
    {
      fprintf (stderr, "bench: no graph: %s\n", cudaGetErrorString (cudaGetLastError ()));
      return NAN;
    }
  for (int i = 0; i < REPEATS; i++)
    {
      float time = 0;

      cudaEventRecord (begin, stream);
      cudaGraphLaunch (exec, stream);
      cudaEventRecord (end, stream);
      cudaEventSynchronize (end);
      cudaEventElapsedTime (&time, begin, end);
      best = MIN (best, time);
    }
  cudaGraphExecDestroy (exec);
  cudaGraphDestroy (graph);
  cudaEventDestroy (begin);
  cudaEventDestroy (end);
  return best;
}

/* A picture cut into tiles. */
typedef struct
{
  AdainBackend  *backend;
  int            width, height; /* cells */
  int            tile_width, tile_height;
  int            across, down;
  AdainFeatures *features;
  float         *rgb; /* one tile's, the same for all */
  gboolean       decode, texture;
  int            next, failed; /* atomic */
} Picture;

/* The i-th tile's kept cells, and them with their halo. */
static void
tile_rects (const Picture *picture, int i, AdainRect *keep, AdainRect *rect)
{
  int x = i % picture->across * picture->tile_width, y = i / picture->across * picture->tile_height;
  int x1 = MIN (x + picture->tile_width, picture->width);
  int y1 = MIN (y + picture->tile_height, picture->height);

  rect->x = MAX (x - HALO, 0);
  rect->y = MAX (y - HALO, 0);
  rect->width = MIN (x1 + HALO, picture->width) - rect->x;
  rect->height = MIN (y1 + HALO, picture->height) - rect->y;
  *keep = (AdainRect) { x - rect->x, y - rect->y, x1 - x, y1 - y };
}

/* What one worker works with. */
typedef struct
{
  Picture         *picture;
  int              worker;
  AdainStatistics *statistics;
  float           *scale, *shift, *matrix, *out;
} Thread;

static void
thread_init (Thread *thread, Picture *picture, int worker)
{
  int   channels = picture->backend->network.channels;
  gsize n = (gsize) (picture->tile_width + 2 * HALO) * (picture->tile_height + 2 * HALO) * 64 * 3;

  *thread = (Thread) { picture, worker, adain_statistics_new (channels) };
  if (picture->texture && !adain_statistics_want_covariance (thread->statistics))
    abort ();
  thread->scale = test_random (channels, 0.9, 1.1, 1);
  thread->shift = test_random (channels, 0, 0.1, 2);
  thread->matrix = picture->texture ? test_matrix (channels, 4) : NULL;
  thread->out = test_random (n, 0, 1, 3);
}

static void
thread_clear (Thread *thread)
{
  adain_statistics_free (thread->statistics);
  g_free (thread->scale);
  g_free (thread->shift);
  g_free (thread->matrix);
  g_free (thread->out);
}

/* Encodes a tile and merges its statistics, as the engine does. */
static gboolean
encode_tile (const Thread *thread, const AdainRect *rect, const AdainRect *keep, AdainStatistics *statistics,
             GError **error)
{
  const Picture   *picture = thread->picture;
  AdainStatistics *part = adain_statistics_new_like (statistics, 0);
  gboolean         done = adain_cuda_backend ()->encode (picture->backend, thread->worker, picture->rgb,
                                                         rect->width * 8, rect->height * 8, keep, NULL,
                                                         picture->features, rect->x + keep->x, rect->y + keep->y,
                                                         part, NULL, error);

  if (done)
    adain_statistics_merge (statistics, part);
  adain_statistics_free (part);
  return done;
}

static void *
work (void *data)
{
  Thread        *thread = data;
  Picture       *picture = thread->picture;
  AdainMap       map = { thread->matrix ? NULL : thread->scale, thread->matrix, thread->shift };
  AdainTransform transform = { picture->backend->network.channels, 1, &map };
  GError        *error = NULL;
  int            i;

  while ((i = __atomic_fetch_add (&picture->next, 1, __ATOMIC_SEQ_CST)) < picture->across * picture->down)
    {
      AdainRect keep, rect;
      gboolean  done;

      tile_rects (picture, i, &keep, &rect);
      if (picture->decode)
        done = adain_cuda_backend ()->decode (picture->backend, thread->worker, 0, picture->features, &rect,
                                              &keep, &transform, 0, 0, thread->out, NULL, &error);
      else
        done = encode_tile (thread, &rect, &keep, thread->statistics, &error);
      if (!done)
        {
          complain (g_steal_pointer (&error));
          __atomic_store_n (&picture->failed, TRUE, __ATOMIC_SEQ_CST);
        }
    }
  return NULL;
}

/* Milliseconds of encoding or decoding all tiles by two workers, from memory to memory; NAN if one
 * fails. */
static double
pass_time (Picture *picture, gboolean decode, gboolean texture)
{
  double best = 1e30;

  picture->decode = decode;
  picture->texture = texture;
  for (int run = 0; run < 4; run++)
    {
      struct timespec begin, end;
      pthread_t       running[ADAIN_CUDA_WORKERS];
      Thread          threads[ADAIN_CUDA_WORKERS];

      picture->next = picture->failed = 0;
      for (int i = 0; i < ADAIN_CUDA_WORKERS; i++)
        thread_init (&threads[i], picture, i);
      clock_gettime (CLOCK_MONOTONIC, &begin);
      for (int i = 0; i < ADAIN_CUDA_WORKERS; i++)
        if (pthread_create (&running[i], NULL, work, &threads[i]) != 0)
          abort ();
      for (int i = 0; i < ADAIN_CUDA_WORKERS; i++)
        pthread_join (running[i], NULL);
      clock_gettime (CLOCK_MONOTONIC, &end);
      for (int i = 0; i < ADAIN_CUDA_WORKERS; i++)
        thread_clear (&threads[i]);
      if (picture->failed)
        return NAN;
      best = MIN (best, (end.tv_sec - begin.tv_sec) * 1e3 + (end.tv_nsec - begin.tv_nsec) * 1e-6);
    }
  return best;
}

/* The same with the data on the card, by one worker. */
static double
card_time (Picture *picture, gboolean decode, gboolean texture)
{
  AdainShape known[16];
  double     times[16], sum = 0;
  int        n = 0;

  for (int i = 0; i < picture->across * picture->down; i++)
    {
      AdainRect  keep, rect;
      AdainShape shape;
      int        j;

      tile_rects (picture, i, &keep, &rect);
      memset (&shape, 0, sizeof shape);
      shape.decode = decode;
      shape.matrix = decode && texture;
      shape.covariance = !decode && texture;
      shape.width = rect.width;
      shape.height = rect.height;
      shape.keep_width = keep.width;
      shape.keep_height = keep.height;
      for (j = 0; j < n && memcmp (&known[j], &shape, sizeof shape) != 0; j++)
        ;
      if (j == n)
        {
          known[n] = shape;
          times[n++] = plan_time (picture->backend, &shape, picture->features);
        }
      sum += times[j];
    }
  return sum;
}

/* Milliseconds of finding, on the processor, the map between two covariances. */
static double
map_time (int channels)
{
  gsize           cells = 4 * channels, n = (gsize) channels * channels;
  double         *covariance[2], *map = g_new (double, n), *work = g_new (double, ADAIN_TRANSPORT_WORK (channels));
  struct timespec begin, end;

  for (int k = 0; k < 2; k++)
    {
      AdainCovariance *gathered = adain_covariance_new (channels);
      float           *values = test_random (cells * channels, 0, 1, k + 1);

      adain_covariance_add (gathered, values, NULL, (int) cells);
      covariance[k] = g_new (double, n);
      adain_covariance_get (gathered, covariance[k]);
      adain_covariance_free (gathered);
      g_free (values);
    }
  clock_gettime (CLOCK_MONOTONIC, &begin);
  if (!adain_transport_factor (covariance[0], channels)
      || !adain_transport_map (covariance[0], covariance[1], channels, map, work))
    abort ();
  clock_gettime (CLOCK_MONOTONIC, &end);
  g_free (covariance[0]);
  g_free (covariance[1]);
  g_free (map);
  g_free (work);
  return (end.tv_sec - begin.tv_sec) * 1e3 + (end.tv_nsec - begin.tv_nsec) * 1e-6;
}

/* PyTorch's time for a line of the table, 0 if there is none. */
static double
pytorch_time (const char *path, const char *model, const char *size, const char *step)
{
  FILE  *file = path ? fopen (path, "r") : NULL;
  char   line[256], line_model[64], line_size[64], line_step[64];
  double time, found = 0;

  while (file && fgets (line, sizeof line, file))
    if (sscanf (line, "%63s %63s %63s %lf", line_model, line_size, line_step, &time) == 4
        && !strcmp (line_model, model) && !strcmp (line_size, size) && !strcmp (line_step, step))
      found = time;
  if (file)
    fclose (file);
  return found;
}

static void
print_pytorch (double time, double pytorch)
{
  if (pytorch > 0)
    printf ("  PyTorch %10.3f ms  %5.2f times faster", pytorch, pytorch / time);
  printf ("\n");
  fflush (stdout);
}

static void
print_line (const Model *model, const Size *size, const char *step, double time, double flops, double bytes,
            double peak, double bandwidth, double pytorch)
{
  if (isnan (time))
    {
      printf ("%-8s %-10s %-16s failed\n", model->name, size->name, step);
      return;
    }
  printf ("%-8s %-10s %-16s %10.3f ms %7.1f TFLOP/s %5.1f%% %7.0f GB/s %5.1f%%", model->name, size->name,
          step, time, flops / time * 1e-9, peak > 0 ? flops / time * 1e5 / peak : 0, bytes / time * 1e-6,
          bandwidth > 0 ? bytes / time * 1e5 / bandwidth : 0);
  print_pytorch (time, pytorch);
}

/* What texture adds. */
static void
print_texture (const Model *model, const Size *size, const char *step, const double *times, double pytorch)
{
  printf ("%-8s %-10s %-16s texture 0 %10.3f ms  texture 1 %10.3f ms %+6.1f%%", model->name, size->name, step,
          times[0], times[1], (times[1] / times[0] - 1) * 100);
  print_pytorch (times[1], pytorch);
}

/* Both halves of the network, without and with texture. */
static void
time_steps (const Model *model, const AdainNetwork *network, Picture *picture, const Size *size,
            const char *kind, double peak, double bandwidth, const char *pytorch)
{
  static const char *const halves[] = { "encode", "decode" };
  double                   pixels = (double) size->width * size->height;
  double                   sum_flops = 0, sum_bytes = 0, whole[2] = { 0 }, transfers[2] = { 0 };
  char                     step[32];

  for (int decode = 0; decode < 2; decode++)
    {
      double card[2], flops, bytes;

      costs (network, decode, &flops, &bytes);
      sum_flops += flops * pixels;
      sum_bytes += bytes * pixels;
      for (int texture = 0; texture < 2; texture++)
        {
          transfers[texture] += pass_time (picture, decode, texture);
          card[texture] = card_time (picture, decode, texture);
          whole[texture] += card[texture];
        }
      snprintf (step, sizeof step, "%s/%s", halves[decode], kind);
      print_line (model, size, step, card[0], flops * pixels, bytes * pixels, peak, bandwidth,
                  pytorch_time (pytorch, model->name, size->name, halves[decode]));
      print_texture (model, size, step, card, 0);
    }
  snprintf (step, sizeof step, "whole/%s", kind);
  print_line (model, size, step, whole[0], sum_flops, sum_bytes, peak, bandwidth,
              pytorch_time (pytorch, model->name, size->name, "whole"));
  print_texture (model, size, step, whole, pytorch_time (pytorch, model->name, size->name, "texture"));
  snprintf (step, sizeof step, "transfers/%s", kind);
  print_line (model, size, step, transfers[0], sum_flops, sum_bytes, peak, bandwidth, 0);
  print_texture (model, size, step, transfers, 0);
}

static void
time_picture (const Model *model, const AdainNetwork *network, AdainBackend *backend, const Size *size,
              const char *kind, double peak, double bandwidth, const char *pytorch)
{
  const AdainBackendClass *class = adain_cuda_backend ();
  Picture picture = { backend, size->width / 8, size->height / 8 };
  GError *error = NULL;

  if (!class->tile_size (backend, picture.width, picture.height, (gsize) 2 << 30, &picture.tile_width,
                         &picture.tile_height)
      || !(picture.features = class->features_new (backend, picture.width, picture.height, &error)))
    {
      printf ("%-8s %-10s not enough memory\n", model->name, size->name);
      return;
    }
  picture.across = (picture.width + picture.tile_width - 1) / picture.tile_width;
  picture.down = (picture.height + picture.tile_height - 1) / picture.tile_height;
  picture.rgb = test_random ((gsize) (picture.tile_width + 2 * HALO) * (picture.tile_height + 2 * HALO) * 64
                                 * 3,
                             0, 1, 1);
  time_steps (model, network, &picture, size, kind, peak, bandwidth, pytorch);
  class->features_free (backend, picture.features);
  g_free (picture.rgb);
}

static int
table (const char *pytorch)
{
  double peak = peak_flops (), bandwidth = peak_bandwidth ();

  printf ("Measured peaks: %.1f TFLOP/s by wmma in half precision with float sums, %.0f GB/s copying\n",
          peak * 1e-12, bandwidth * 1e-9);
  printf ("encode, decode, whole: one worker's launches, with halos and the data on the card. transfers: the "
          "whole by two\nworkers from memory to memory. texture 1, the default, also gathers covariances and "
          "decodes with a matrix instead\nof a scale, whose arithmetic is not counted; map: finding that "
          "matrix on the processor, once for a picture and a\nstyle. auto: what the plug-in uses. Shares "
          "are of the measured peaks.\n");
  for (gsize i = 0; i < G_N_ELEMENTS (models); i++)
    for (gsize k = 0; k < G_N_ELEMENTS (kernels); k++)
      {
        AdainNetwork *network = test_network_new (models[i].widths, 1);
        AdainBackend *backend = open_backend (adain_cuda_backend (), network, kernels[k]);

        if (k == 0)
          {
            double time = map_time (adain_network_channels (network));

            printf ("\n%s\n%-8s %-10s %-16s %10.3f ms", adain_cuda_backend ()->describe (backend),
                    models[i].name, "any", "map", time);
            print_pytorch (time, pytorch_time (pytorch, models[i].name, "any", "map"));
          }
        for (gsize j = 0; j < G_N_ELEMENTS (sizes); j++)
          time_picture (&models[i], network, backend, &sizes[j], kernels[k] ? kernels[k] : "auto", peak,
                        bandwidth, pytorch);
        adain_cuda_backend ()->close (backend);
        test_network_free (network);
      }
  return 0;
}

int
main (int argc, char **argv)
{
  const char *command = argc > 1 ? argv[1] : "";
  char       *reason = NULL;

  if (adain_cuda_backend ()->score (&reason) == 0)
    {
      fprintf (stderr, "bench: %s\n", reason);
      g_free (reason);
      return 1;
    }
  if (!strcmp (command, "check"))
    return check (FALSE, FALSE);
  if (!strcmp (command, "small") || !strcmp (command, "own"))
    return check (TRUE, !strcmp (command, "own"));
  if (!strcmp (command, "table"))
    return table (argc > 2 ? argv[2] : NULL);
  fprintf (stderr, "usage: bench check|small|own|table [FILE]\n");
  return 2;
}
