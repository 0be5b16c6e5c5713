/* Tiles: they cover the picture, and a tiled result is the untiled one, also when memory is short.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <math.h>
#include <string.h>

#include <glib.h>
#ifdef G_OS_WIN32
/* Or it defines words as common as "hyper". */
#  define WIN32_LEAN_AND_MEAN
#  include <windows.h>

#  include <psapi.h>
#else
#  include <sys/resource.h>
#endif

#include "engine/budget.h"
#include "engine/content.h"
#include "engine/cpu/kernels.h"
#include "engine/grid.h"
#include "engine/pool.h"
#include "support.h"

#ifdef __SANITIZE_ADDRESS__
#  define SANITIZED 1
#else
#  define SANITIZED 0
#endif

#define MIB ((gsize) 1 << 20)

static void
test_grid (void)
{
  g_autoptr (GRand) random = g_rand_new_with_seed (1);

  for (int i = 0; i < 300; i++)
    {
      int              width = g_rand_int_range (random, 2, 60), height = g_rand_int_range (random, 2, 60);
      g_autofree char *seen = g_malloc0 (width * height);
      AdainGrid        grid;

      adain_grid_init (&grid, width, height, g_rand_int_range (random, 1, 80),
                       g_rand_int_range (random, 1, 80));
      for (int t = 0; t < adain_grid_tiles (&grid); t++)
        {
          AdainRect tile = adain_grid_tile (&grid, t), grown = adain_grid_grow (&grid, &tile, 4);

          g_assert_cmpint (tile.width, >, 0);
          g_assert_cmpint (tile.height, >, 0);
          for (int y = tile.y; y < tile.y + tile.height; y++)
            for (int x = tile.x; x < tile.x + tile.width; x++)
              g_assert_cmpint (seen[y * width + x]++, ==, 0);
          g_assert_cmpint (grown.x, ==, MAX (tile.x - 4, 0));
          g_assert_cmpint (grown.y, ==, MAX (tile.y - 4, 0));
          g_assert_cmpint (grown.x + grown.width, ==, MIN (tile.x + tile.width + 4, width));
          g_assert_cmpint (grown.y + grown.height, ==, MIN (tile.y + tile.height + 4, height));
        }
      g_assert_null (memchr (seen, 0, width * height));
    }
}

static gboolean
fail_at_three (int worker, int task, gpointer user_data, GError **error)
{
  ++*(int *) user_data;
  return task != 3;
}

/* A task that fails without saying why stops the run, which says so. */
static void
test_silent_failure (void)
{
  AdainReport report = { .end = 1 };
  int         calls = 0;
  GError     *error = NULL;

  g_assert_false (adain_pool_run (10, 1, fail_at_three, &calls, &report, &error));
  g_assert_error (error, ADAIN_ERROR, ADAIN_ERROR_DEVICE);
  g_assert_cmpint (calls, ==, 4);
  g_clear_error (&error);
  g_assert_true (adain_pool_run (3, 1, fail_at_three, &calls, &report, &error));
}

/* The picture rendered with tiles of this size (0: the engine's choice) in this much memory. */
static AdainImage *
render (AdainModel *model, const AdainKernels *kernels, AdainImage *picture, int threads, int tile,
        gsize memory, double strength, gboolean *kept)
{
  g_autoptr (AdainEngine) engine = test_engine_new (model, kernels->name, threads, tile, memory);
  g_autoptr (AdainImage) painting = test_image_new (97, 60);
  g_autoptr (AdainStyle) style = test_style_new (engine, painting);
  g_autoptr (AdainContent) content = test_content_new (engine, picture, 0);

  if (kept)
    *kept = content->features != NULL;
  return test_render (content, style, strength);
}

static void
check_same (const AdainKernels *kernels, const AdainImage *result, const AdainImage *expected, int tile)
{
  double difference = test_image_difference (result, expected);

  if (!(difference <= test_tiles_tolerance (kernels->name)))
    g_test_message ("%d x %d, tiles of %d: %g", expected->width, expected->height, tile, difference);
  g_assert_cmpfloat (difference, <=, test_tiles_tolerance (kernels->name));
}

static void
check_sizes (AdainModel *model, const AdainKernels *kernels, const int sizes[][2], int n, const int *tiles,
             int n_tiles, double strength)
{
  for (int i = 0; i < n; i++)
    {
      g_autoptr (AdainImage) picture = test_image_new (sizes[i][0], sizes[i][1]);
      g_autoptr (AdainImage) untiled = render (model, kernels, picture, 1, 1 << 20, 0, strength, NULL);

      for (int t = 0; t < n_tiles; t++)
        {
          g_autoptr (AdainImage) tiled = render (model, kernels, picture, 2, tiles[t], 0, strength, NULL);

          check_same (kernels, tiled, untiled, tiles[t]);
        }
    }
}

/* The plain kernels take their time, and tile like the others. */
static gboolean
is_fast (const AdainKernels *kernels)
{
  return kernels != &adain_kernels_c && !g_str_equal (kernels->name, "vector");
}

static void
test_tiled (gconstpointer data)
{
  const AdainKernels *kernels = data;
  static const int    small[][2] = { { 1, 1 }, { 1, 75 }, { 83, 9 }, { 17, 16 }, { 70, 67 }, { 131, 90 } };
  static const int    large[][2] = { { 701, 500 }, { 129, 1100 } };
  static const int    small_tiles[] = { 64, 32, 8 }, large_tiles[] = { 0, 64, 128, 200, 256, 512, 1024 };
  g_autoptr (AdainModel) model = test_model_new ();

  if (!kernels->supported ())
    {
      g_test_skip ("this processor lacks the instructions");
      return;
    }
  check_sizes (model, kernels, small, SANITIZED && !is_fast (kernels) ? 4 : G_N_ELEMENTS (small), small_tiles,
               is_fast (kernels) ? 3 : 1, 0.4);
  if (is_fast (kernels) && !SANITIZED)
    check_sizes (model, kernels, large, G_N_ELEMENTS (large), large_tiles, G_N_ELEMENTS (large_tiles), 1);
}

/* A model that sees further needs a wider halo, and gets it. */
static void
test_deep (gconstpointer data)
{
  const AdainKernels *kernels = data;
  static const int    sizes[][2] = { { 150, 131 }, { 203, 90 } };
  static const int    tiles[] = { 64, 32, 8 };
  g_autoptr (AdainModel) model = test_deep_model_new ();

  if (!kernels->supported ())
    {
      g_test_skip ("this processor lacks the instructions");
      return;
    }
  check_sizes (model, kernels, sizes, is_fast (kernels) && !SANITIZED ? 2 : 1, tiles,
               is_fast (kernels) ? 3 : 1, 0.4);
}

/* VGG-19 sees 30 px, the deep model further; what a half depends on is counted in network.c. */
static void
test_halo (void)
{
  g_autoptr (AdainModel) model = test_model_new (), deep = test_deep_model_new ();

  g_assert_cmpint (adain_chain_halo (&adain_model_network (model)->encoder), ==, 4);
  g_assert_cmpint (adain_chain_halo (&adain_model_network (model)->decoder), ==, 4);
  g_assert_cmpint (adain_chain_halo (&adain_model_network (deep)->encoder), ==, 7);
  g_assert_cmpint (adain_chain_halo (&adain_model_network (deep)->decoder), ==, 7);
}

/* Too little memory to keep the features: each tile is encoded again. (tests/robustness does so too, when
 * their allocation fails.) */
static void
test_short_of_memory (void)
{
  const AdainKernels *kernels = adain_kernels_find (NULL);
  g_autoptr (AdainModel) model = test_model_new ();
  g_autoptr (AdainImage) picture = test_image_new (1500, 1203);
  gsize cells = (picture->width + 7) / 8 * ((picture->height + 7) / 8);
  gsize feature_bytes = cells * adain_model_channels (model) * sizeof (float);

  if (SANITIZED || !is_fast (kernels))
    {
      g_test_skip ("too slow here");
      return;
    }
  for (double strength = 0.5; strength <= 1; strength += 0.5)
    {
      gboolean kept, kept_again;
      g_autoptr (AdainImage) expected = render (model, kernels, picture, 1, 0, 0, strength, &kept);
      g_autoptr (AdainImage)
          result = render (model, kernels, picture, 1, 64, feature_bytes * 2 - 1, strength, &kept_again);

      g_assert_true (kept);
      g_assert_false (kept_again);
      check_same (kernels, result, expected, 64);
    }
}

/* Where features are not kept, tiles are encoded once more when they are rendered, each with the halos of both
 * halves: these, too, fit into the memory. */
static void
test_margin (void)
{
  g_autoptr (AdainModel) model = test_model_new ();
  g_autoptr (AdainImage) picture = test_image_new (2000, 1600);
  const AdainNetwork *network = adain_model_network (model);
  int                 margin = adain_chain_halo (&network->encoder) + adain_chain_halo (&network->decoder);
  gsize               bytes = adain_budget_render_pixel (adain_model_channels (model), FALSE);

  if (SANITIZED || !is_fast (adain_kernels_find (NULL)))
    {
      g_test_skip ("too slow here");
      return;
    }
  for (gsize memory = 6 * MIB; memory <= 12 * MIB; memory += MIB)
    {
      g_autoptr (AdainEngine) engine = test_engine_new (model, NULL, 1, 0, memory);
      g_autoptr (AdainContent) content = test_content_new (engine, picture, 0);
      gsize width = MIN (content->grid.tile_width + 2 * margin, content->grid.width);
      gsize height = MIN (content->grid.tile_height + 2 * margin, content->grid.height);

      g_assert_null (content->features);
      g_assert_cmpuint (width * height * ADAIN_CELL * ADAIN_CELL * bytes, <=, memory);
    }
}

/* A budget in which nothing can be done is refused. */
static void
test_no_memory (void)
{
  g_autoptr (AdainModel) model = test_model_new ();
  g_autoptr (AdainEngine) engine = test_engine_new (model, NULL, 2, 0, 1000);
  g_autoptr (AdainImage) picture = test_image_new (300, 200);
  AdainSource source = adain_image_source (picture);
  GError     *error = NULL;

  g_assert_null (adain_content_encode (engine, &source, 0, NULL, NULL, NULL, &error));
  g_assert_error (error, ADAIN_ERROR, ADAIN_ERROR_MEMORY);
  g_clear_error (&error);
  g_assert_null (adain_style_encode (engine, &source, ADAIN_STYLE_SIDE, NULL, NULL, &error));
  g_assert_error (error, ADAIN_ERROR, ADAIN_ERROR_MEMORY);
  g_clear_error (&error);
}

/* A picture that is computed when read, and compared when written: `reference` holds 16 bits a value. */
typedef struct
{
  guint16 *reference;
  gboolean compare;
  double   difference;
} Large;

#define LARGE_WIDTH  4000
#define LARGE_HEIGHT 3000

static gboolean
read_large (gpointer user_data, const AdainRect *rect, float *rgba, float *mask, GError **error)
{
  for (int y = rect->y; y < rect->y + rect->height; y++)
    for (int x = rect->x; x < rect->x + rect->width; x++, rgba += 4)
      {
        rgba[0] = (x * 7 + y * 3) % 256 / 255.0f;
        rgba[1] = (x / 37 + y / 53) % 5 / 4.0f;
        rgba[2] = y / (LARGE_HEIGHT - 1.0f);
        rgba[3] = 1;
      }
  return TRUE;
}

static gboolean
write_large (gpointer user_data, const AdainRect *rect, const float *rgba, GError **error)
{
  Large *large = user_data;

  for (int y = rect->y; y < rect->y + rect->height; y++)
    for (int x = rect->x; x < rect->x + rect->width; x++, rgba += 4)
      for (int c = 0; c < 3; c++)
        {
          guint16 *reference = large->reference + ((gsize) y * LARGE_WIDTH + x) * 3 + c;

          if (large->compare)
            large->difference = MAX (large->difference, fabs (*reference / 65535.0 - rgba[c]));
          else
            *reference = lroundf (rgba[c] * 65535);
        }
  return TRUE;
}

static gsize
peak_memory (void)
{
#ifdef G_OS_WIN32
  PROCESS_MEMORY_COUNTERS counters;

  g_assert_true (K32GetProcessMemoryInfo (GetCurrentProcess (), &counters, sizeof counters));
  return counters.PeakWorkingSetSize;
#else
  struct rusage usage;

  getrusage (RUSAGE_SELF, &usage);
  return (gsize) usage.ru_maxrss << 10;
#endif
}

/* Renders the large picture; returns by how much this raised the peak of memory. */
static gsize
render_large (AdainModel *model, Large *large, gsize memory, gboolean *kept)
{
  g_autoptr (AdainEngine) engine = test_engine_new (model, NULL, 2, 0, memory);
  g_autoptr (AdainImage) painting = test_image_new (97, 60);
  g_autoptr (AdainStyle) style = test_style_new (engine, painting);
  AdainSource        source = { LARGE_WIDTH, LARGE_HEIGHT, FALSE, read_large, NULL };
  AdainSink          sink = { write_large, large };
  AdainRenderOptions options = { .strength = 0.7 };
  gsize              before = peak_memory ();
  gint64             start = g_get_monotonic_time ();
  g_autoptr (AdainContent) content = NULL;
  GError *error = NULL;

  content = adain_content_encode (engine, &source, 0, NULL, NULL, NULL, &error);
  g_assert_no_error (error);
  *kept = content->features != NULL;
  adain_content_render (content, &style, NULL, 1, &options, &sink, NULL, NULL, NULL, &error);
  g_assert_no_error (error);
  g_test_message ("budget %zu MiB: %zu MiB, %d x %d tiles, %.1f s", memory / MIB,
                  (peak_memory () - before) / MIB, content->grid.columns, content->grid.rows,
                  (g_get_monotonic_time () - start) / 1e6);
  return peak_memory () - before;
}

/* 4000 x 3000 within 1 GiB, and within a sixteenth of that, give the same picture. */
static void
test_large (void)
{
  g_autofree char    *path = test_weights_path ();
  g_autofree guint16 *reference = NULL;
  g_autoptr (AdainModel) model = NULL;
  Large    large = { 0 };
  gsize    n = (gsize) LARGE_WIDTH * LARGE_HEIGHT * 3, used;
  gboolean kept;

  if (SANITIZED || !is_fast (adain_kernels_find (NULL)))
    {
      g_test_skip ("too slow here");
      return;
    }
  model = g_file_test (path, G_FILE_TEST_EXISTS) ? adain_model_load (path, NULL) : test_model_new ();
  large.reference = reference = g_new (guint16, n);
  memset (reference, 1, n * sizeof *reference);

  used = render_large (model, &large, 64 * MIB, &kept);
  g_assert_false (kept);
  g_assert_cmpuint (used, <, 80 * MIB);

  large.compare = TRUE;
  used = render_large (model, &large, 1024 * MIB, &kept);
  g_assert_true (kept);
  g_assert_cmpuint (used, <, 1024 * MIB);
  g_test_message ("largest difference: %.2g / 255", large.difference * 255);
  g_assert_cmpfloat (large.difference, <, 1.0 / 255);
}

static gboolean
read_nothing (gpointer user_data, const AdainRect *rect, float *rgba, float *mask, GError **error)
{
  g_assert_not_reached ();
}

/* Of the look over a picture a weight and a color for each cell are kept. */
static void
test_survey_kept (void)
{
  g_assert_cmpuint (adain_budget_survey_kept (1000), ==, 1000 * 4 * sizeof (float));
  g_assert_cmpuint (adain_budget_survey_kept (1000), <, adain_budget_survey (1000) / 2);
}

/* What the look over a picture takes counts, too: one that does not fit is refused before it is read. */
static void
test_survey_budget (void)
{
  g_autoptr (AdainModel) model = test_model_new ();
  g_autoptr (AdainEngine) engine = test_engine_new (model, NULL, 1, 0, 64 * MIB);
  AdainSource source = { 100000, 100000, FALSE, read_nothing, NULL };
  g_autoptr (AdainContent) content = NULL;
  g_autoptr (GError) error = NULL;

  content = adain_content_encode (engine, &source, 0, NULL, NULL, NULL, &error);
  g_assert_null (content);
  g_assert_error (error, ADAIN_ERROR, ADAIN_ERROR_MEMORY);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/tiles/grid", test_grid);
  g_test_add_func ("/pool/silent-failure", test_silent_failure);
  g_test_add_func ("/tiles/halo", test_halo);
  g_test_add_func ("/tiles/large", test_large);
  g_test_add_func ("/tiles/short-of-memory", test_short_of_memory);
  g_test_add_func ("/tiles/margin", test_margin);
  g_test_add_func ("/tiles/no-memory", test_no_memory);
  g_test_add_func ("/tiles/survey-budget", test_survey_budget);
  g_test_add_func ("/tiles/survey-kept", test_survey_kept);
  for (int k = 0; adain_kernels[k]; k++)
    {
      g_autofree char *path = g_strdup_printf ("/tiles/%s", adain_kernels[k]->name);
      g_autofree char *deep = g_strdup_printf ("/tiles/%s/deep", adain_kernels[k]->name);

      g_test_add_data_func (path, adain_kernels[k], test_tiled);
      g_test_add_data_func (deep, adain_kernels[k], test_deep);
    }
  return g_test_run ();
}
