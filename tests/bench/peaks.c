/* What this machine can do: oneDNN's fastest convolution or matrix product in f32 and in bf16, multiplying
 * tiles of bfloat16 without loading any, where the processor has them (AMX), and copying memory. Prints "f32
 * GFLOP/s", "bf16 GFLOP/s", "amx GFLOP/s" (multiplications and additions) and "copy GB/s" (read and written).
 * The number of threads is OMP_NUM_THREADS.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <dnnl.h>
#include <glib.h>
#if defined(__x86_64__) && defined(__linux__)
#  define HAVE_TILES
#  include <immintrin.h>
#endif

#include "engine/cpu/kernels.h"

#define SECONDS    0.6
#define COPY_BYTES ((gsize) 256 << 20)

#define CHECK(call) check ((call), #call)

static void
check (dnnl_status_t status, const char *call)
{
  if (status != dnnl_success)
    g_error ("%s: error %d", call, status);
}

/* Memory for what `desc` describes, of ones, so that nothing is denormal. */
static dnnl_memory_t
memory_new (const_dnnl_memory_desc_t desc, dnnl_engine_t engine)
{
  dnnl_memory_t memory;
  void         *data;

  CHECK (dnnl_memory_create (&memory, desc, engine, DNNL_MEMORY_ALLOCATE));
  CHECK (dnnl_memory_get_data_handle (memory, &data));
  memset (data, 0x3f, dnnl_memory_desc_get_size (desc));
  return memory;
}

/* The best rate of a primitive that does `operations` operations, in GFLOP/s. */
static double
time_primitive (dnnl_primitive_desc_t desc, dnnl_query_t source, dnnl_query_t weights,
                dnnl_query_t destination, double operations, dnnl_engine_t engine, dnnl_stream_t stream)
{
  dnnl_exec_arg_t args[] = {
    { DNNL_ARG_SRC, memory_new (dnnl_primitive_desc_query_md (desc, source, 0), engine) },
    { DNNL_ARG_WEIGHTS, memory_new (dnnl_primitive_desc_query_md (desc, weights, 0), engine) },
    { DNNL_ARG_DST, memory_new (dnnl_primitive_desc_query_md (desc, destination, 0), engine) },
  };
  dnnl_primitive_t primitive;
  gint64           begin = g_get_monotonic_time (), shortest = G_MAXINT64;

  CHECK (dnnl_primitive_create (&primitive, desc));
  while (g_get_monotonic_time () - begin < SECONDS * 1e6)
    {
      gint64 start = g_get_monotonic_time ();

      CHECK (dnnl_primitive_execute (primitive, stream, G_N_ELEMENTS (args), args));
      CHECK (dnnl_stream_wait (stream));
      shortest = MIN (shortest, g_get_monotonic_time () - start);
    }
  dnnl_primitive_destroy (primitive);
  for (gsize i = 0; i < G_N_ELEMENTS (args); i++)
    dnnl_memory_destroy (args[i].memory);
  return operations / (MAX (shortest, 1) * 1e3);
}

static dnnl_memory_desc_t
desc_new (int n, const dnnl_dims_t dims, dnnl_data_type_t type)
{
  dnnl_memory_desc_t desc;

  CHECK (dnnl_memory_desc_create_with_tag (&desc, n, dims, type, dnnl_format_tag_any));
  return desc;
}

/* 3x3, `channels` to `channels`, on side x side pixels. 0 if the processor cannot. */
static double
time_convolution (int channels, int side, dnnl_data_type_t type, dnnl_engine_t engine, dnnl_stream_t stream)
{
  dnnl_dims_t           one = { 1, 1 }, zero = { 0, 0 }, pad = { 1, 1 };
  dnnl_memory_desc_t    picture = desc_new (4, (dnnl_dims_t) { 1, channels, side, side }, type);
  dnnl_memory_desc_t    weights = desc_new (4, (dnnl_dims_t) { channels, channels, 3, 3 }, type);
  dnnl_primitive_desc_t desc;
  double                rate = 0;

  if (dnnl_convolution_forward_primitive_desc_create (&desc, engine, dnnl_forward_inference,
                                                      dnnl_convolution_direct, picture, weights, NULL,
                                                      picture, one, zero, pad, pad, NULL)
      == dnnl_success)
    {
      rate = time_primitive (desc, dnnl_query_src_md, dnnl_query_weights_md, dnnl_query_dst_md,
                             18.0 * channels * channels * side * side, engine, stream);
      dnnl_primitive_desc_destroy (desc);
    }
  dnnl_memory_desc_destroy (picture);
  dnnl_memory_desc_destroy (weights);
  return rate;
}

/* Of two side x side matrices. */
static double
time_product (int side, dnnl_data_type_t type, dnnl_engine_t engine, dnnl_stream_t stream)
{
  dnnl_memory_desc_t    matrix = desc_new (2, (dnnl_dims_t) { side, side }, type);
  dnnl_primitive_desc_t desc;
  double                rate = 0;

  if (dnnl_matmul_primitive_desc_create (&desc, engine, matrix, matrix, NULL, matrix, NULL) == dnnl_success)
    {
      rate = time_primitive (desc, dnnl_query_src_md, dnnl_query_weights_md, dnnl_query_dst_md,
                             2.0 * side * side * side, engine, stream);
      dnnl_primitive_desc_destroy (desc);
    }
  dnnl_memory_desc_destroy (matrix);
  return rate;
}

static double
best_rate (dnnl_data_type_t type, dnnl_engine_t engine, dnnl_stream_t stream)
{
  static const int products[] = { 512, 1024, 2048 };
  static const int convolutions[][2] = { { 64, 128 }, { 128, 64 }, { 256, 64 } };
  double           best = 0;

  for (gsize i = 0; i < G_N_ELEMENTS (products); i++)
    best = MAX (best, time_product (products[i], type, engine, stream));
  for (gsize i = 0; i < G_N_ELEMENTS (convolutions); i++)
    best = MAX (best, time_convolution (convolutions[i][0], convolutions[i][1], type, engine, stream));
  return best;
}

/* As many as the convolutions use. */
static int
count_threads (void)
{
  const char *setting = g_getenv ("OMP_NUM_THREADS");

  return setting ? MAX (atoi (setting), 1) : (int) g_get_num_processors ();
}

#ifdef HAVE_TILES
/* Of tiles, between two looks at the clock. */
#  define PRODUCTS 40000

/* Multiplies tiles for SECONDS; the best rate in GFLOP/s. All configured tiles are 16 rows of 64 bytes. */
__attribute__ ((target ("amx-tile,amx-bf16"))) static gpointer
multiply_tiles (gpointer data)
{
  static const guint8 configuration[64] = {
    [0] = 1,   [16] = 64, [18] = 64, [20] = 64, [22] = 64, [24] = 64, [26] = 64,
    [48] = 16, [49] = 16, [50] = 16, [51] = 16, [52] = 16, [53] = 16
  };
  double *rate = data;
  gint64  begin = g_get_monotonic_time ();

  _tile_loadconfig (configuration);
  while (g_get_monotonic_time () - begin < SECONDS * 1e6)
    {
      gint64 start = g_get_monotonic_time ();

      for (int i = 0; i < PRODUCTS; i += 4)
        {
          _tile_dpbf16ps (0, 4, 5);
          _tile_dpbf16ps (1, 4, 5);
          _tile_dpbf16ps (2, 4, 5);
          _tile_dpbf16ps (3, 4, 5);
        }
      *rate = MAX (*rate, PRODUCTS * 16.0 * 16 * 32 * 2 / ((g_get_monotonic_time () - start) * 1e3));
    }
  _tile_release ();
  return NULL;
}

/* Of all threads together. */
static double
tile_rate (void)
{
  int                  threads = count_threads ();
  g_autofree double   *rates = g_new0 (double, threads);
  g_autofree GThread **workers = g_new (GThread *, threads);
  double               sum = 0;

  for (int i = 0; i < threads; i++)
    workers[i] = g_thread_new ("tiles", multiply_tiles, &rates[i]);
  for (int i = 0; i < threads; i++)
    {
      g_thread_join (workers[i]);
      sum += rates[i];
    }
  return sum;
}
#endif

typedef struct
{
  char *from, *to;
  gsize bytes;
} Copy;

static gpointer
copy (gpointer data)
{
  const Copy *part = data;

  memcpy (part->to, part->from, part->bytes);
  return NULL;
}

static double
copy_rate (void)
{
  int                  threads = count_threads ();
  g_autofree char     *from = g_malloc (COPY_BYTES), *to = g_malloc (COPY_BYTES);
  g_autofree Copy     *parts = g_new (Copy, threads);
  g_autofree GThread **workers = g_new (GThread *, threads);
  gint64               begin, shortest = G_MAXINT64;

  memset (from, 1, COPY_BYTES);
  memset (to, 2, COPY_BYTES);
  begin = g_get_monotonic_time ();
  while (g_get_monotonic_time () - begin < SECONDS * 1e6)
    {
      gint64 start = g_get_monotonic_time ();

      for (int i = 0; i < threads; i++)
        {
          gsize first = COPY_BYTES * i / threads, end = COPY_BYTES * (i + 1) / threads;

          parts[i] = (Copy) { from + first, to + first, end - first };
          workers[i] = g_thread_new ("copy", copy, &parts[i]);
        }
      for (int i = 0; i < threads; i++)
        g_thread_join (workers[i]);
      shortest = MIN (shortest, g_get_monotonic_time () - start);
    }
  return 2.0 * COPY_BYTES / (MAX (shortest, 1) * 1e3);
}

int
main (void)
{
  dnnl_engine_t engine;
  dnnl_stream_t stream;

  CHECK (dnnl_engine_create (&engine, dnnl_cpu, 0));
  CHECK (dnnl_stream_create (&stream, engine, dnnl_stream_default_flags));
  printf ("f32 %.1f\n", best_rate (dnnl_f32, engine, stream));
  printf ("bf16 %.1f\n", best_rate (dnnl_bf16, engine, stream));
#ifdef HAVE_TILES
  if (adain_kernels_find ("amx-bf16"))
    printf ("amx %.1f\n", tile_rate ());
#endif
  printf ("copy %.1f\n", copy_rate ());
  dnnl_stream_destroy (stream);
  dnnl_engine_destroy (engine);
  return 0;
}
