/* ONNX models: networks from picture to picture, which paint without styles.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <math.h>
#include <string.h>

#include "engine/color.h"
#include "engine/content.h"
#include "support.h"

#define WIDTH  150
#define HEIGHT 131

/* Half precision, and 255 times a float and back. */
#define ROUNDING 2e-3

static const char *modules, *models;

static AdainModel *
load (const char *name)
{
  g_autofree char *file = g_strconcat (name, ".onnx", NULL), *path = g_build_filename (models, file, NULL);
  GError          *error = NULL;
  AdainModel      *model = adain_model_load (path, &error);

  g_assert_no_error (error);
  g_assert_true (adain_model_is_foreign (model));
  return model;
}

static AdainEngine *
try_engine (const char *name, const AdainEngineOptions *more, GError **error)
{
  AdainEngineOptions options = more ? *more : (AdainEngineOptions) { 0 };
  g_autoptr (AdainModel) model = load (name);

  if (!options.module_dir)
    options.module_dir = modules;
  return adain_engine_new (model, ADAIN_DEVICE_AUTO, &options, error);
}

static AdainEngine *
new_engine (const char *name, const AdainEngineOptions *more)
{
  GError      *error = NULL;
  AdainEngine *engine = try_engine (name, more, &error);

  g_assert_no_error (error);
  return engine;
}

static AdainImage *
paint_source (AdainEngine *engine, const AdainSource *source, int work_size,
              const AdainRenderOptions *options)
{
  GError *error = NULL;
  g_autoptr (AdainContent)
      content = adain_content_encode (engine, source, work_size, NULL, NULL, NULL, &error);

  g_assert_no_error (error);
  return test_render_styles (content, NULL, NULL, 0, options);
}

static AdainImage *
paint (AdainEngine *engine, AdainImage *picture, int work_size, const AdainRenderOptions *options)
{
  AdainSource source = adain_image_source (picture);

  return paint_source (engine, &source, work_size, options);
}

static const AdainRenderOptions full = { .strength = 1, .detail = 1 };

static AdainImage *
negative_of (const AdainImage *picture)
{
  AdainImage *negative = test_image_new (picture->width, picture->height);

  for (int i = 0; i < picture->width * picture->height; i++)
    {
      for (int c = 0; c < 3; c++)
        negative->rgba[4 * i + c] = 1 - picture->rgba[4 * i + c];
      negative->rgba[4 * i + 3] = picture->rgba[4 * i + 3];
    }
  return negative;
}

/* Each network makes the negative in a range, layout and precision of its own, which is found out or said. */
static void
test_negative (gconstpointer name)
{
  g_autoptr (AdainEngine) engine = new_engine (name, NULL);
  g_autoptr (AdainImage) picture = test_image_noisy (WIDTH, HEIGHT, 0.3, 1);
  g_autoptr (AdainImage) negative = negative_of (picture);
  g_autoptr (AdainImage) painted = paint (engine, picture, 0, &full);

  g_assert_nonnull (strstr (adain_engine_describe (engine), "ONNX Runtime"));
  g_assert_null (adain_engine_notice (engine));
  g_assert_cmpfloat (test_image_difference (painted, negative), <, ROUNDING);
}

/* A range that is given is taken instead of what would be found out. */
static void
test_range (void)
{
  AdainEngineOptions options = { .range = ADAIN_RANGE_UNIT };
  g_autoptr (AdainEngine) engine = new_engine ("negative-signed", &options);
  g_autoptr (AdainImage) picture = test_image_noisy (WIDTH, HEIGHT, 0.3, 1);
  g_autoptr (AdainImage) painted = paint (engine, picture, 0, &full);

  for (int i = 0; i < WIDTH * HEIGHT * 4; i++)
    g_assert_cmpfloat (painted->rgba[i], ==, i % 4 == 3 ? 1 : 0);
}

static void
test_range_names (void)
{
  g_assert_cmpstr (adain_range_name (ADAIN_RANGE_AUTO), ==, "auto");
  g_assert_cmpstr (adain_range_name (ADAIN_RANGE_IMAGENET), ==, "imagenet");
}

/* Of one that takes one size alone the picture is seen whole and with its proportions; what it lacks are fine edges. */
static void
test_fixed (void)
{
  static const int sizes[][2] = { { 192, 40 }, { 60, 180 }, { 30, 20 }, { 1, 1 }, { 96, 64 } };
  g_autoptr (AdainEngine) engine = new_engine ("negative-fixed", NULL);

  for (gsize i = 0; i < G_N_ELEMENTS (sizes); i++)
    {
      g_autoptr (AdainImage) picture = test_image_new (sizes[i][0], sizes[i][1]);
      g_autoptr (AdainImage) negative = negative_of (picture);
      g_autoptr (AdainImage) painted = paint (engine, picture, 512, &full);

      g_assert_cmpfloat (test_image_error (painted, negative), <, 0.15);
    }
}

/* Pictures of any size go through, and come out as large. */
static void
test_sizes (void)
{
  static const int         sizes[][2] = { { 1, 1 }, { 1, 70 }, { 65, 2 }, { 64, 64 }, { 129, 65 } };
  static const char *const names[] = { "negative-unit", "negative-multiple" };

  for (gsize n = 0; n < G_N_ELEMENTS (names); n++)
    {
      g_autoptr (AdainEngine) engine = new_engine (names[n], NULL);

      for (gsize i = 0; i < G_N_ELEMENTS (sizes); i++)
        {
          g_autoptr (AdainImage) picture = test_image_noisy (sizes[i][0], sizes[i][1], 0.3, 1);
          g_autoptr (AdainImage) negative = negative_of (picture);
          g_autoptr (AdainImage) painted = paint (engine, picture, 0, &full);

          g_assert_cmpfloat (test_image_difference (painted, negative), <, 1e-5);
        }
    }
}

/* A result of twice the size is reduced. */
static void
test_twice (void)
{
  g_autoptr (AdainEngine) engine = new_engine ("twice", NULL);
  g_autoptr (AdainImage) picture = test_image_noisy (WIDTH, HEIGHT, 0.3, 1);
  g_autoptr (AdainImage) painted = paint (engine, picture, 0, &full);

  g_assert_cmpfloat (test_image_difference (painted, picture), <, 1e-5);
}

/* What is painted at a smaller size gets the lightness of the picture's fine detail back, as far as it is asked for. */
static void
test_detail (void)
{
  g_autoptr (AdainEngine) engine = new_engine ("identity", NULL);
  g_autoptr (AdainImage) picture = test_image_noisy (4 * WIDTH, 4 * HEIGHT, 0.2, 1);
  AdainRenderOptions plain = { .strength = 1 };
  AdainImage        *with, *without;

  for (int i = 0; i < picture->width * picture->height; i++)
    picture->rgba[4 * i + 1] = picture->rgba[4 * i + 2] = picture->rgba[4 * i];
  with = paint (engine, picture, WIDTH, &full);
  without = paint (engine, picture, WIDTH, &plain);
  g_assert_cmpfloat (test_image_error (with, picture), <, 0.1 * test_image_error (without, picture));
  test_image_free (with);
  test_image_free (without);
}

/* The strength is the opacity of the result, whatever the working size; also of what lies beyond [0, 1]. */
static void
test_strength (void)
{
  static const int work_sizes[] = { 0, WIDTH / 2 };
  g_autoptr (AdainEngine) engine = new_engine ("network", NULL);
  g_autoptr (AdainImage) picture = test_image_noisy (WIDTH, HEIGHT, 0.2, 1);

  picture->rgba[0] = 3;
  picture->rgba[5] = -2;
  for (gsize n = 0; n < G_N_ELEMENTS (work_sizes); n++)
    {
      g_autoptr (AdainImage) whole = paint (engine, picture, work_sizes[n], &full);
      AdainRenderOptions options = full;

      test_image_check_range (whole);
      for (options.strength = 0; options.strength < 1; options.strength += 0.25)
        {
          g_autoptr (AdainImage) painted = paint (engine, picture, work_sizes[n], &options);

          for (int i = 0; i < WIDTH * HEIGHT * 4; i++)
            g_assert_cmpfloat_with_epsilon (painted->rgba[i],
                                            picture->rgba[i]
                                                + options.strength * (whole->rgba[i] - picture->rgba[i]),
                                            1e-5);
          g_assert_true (options.strength > 0 || test_image_is_same (painted, picture));
        }
    }
}

/* What is hidden or not selected does not change what is painted of the rest, and alpha stays. At the edge of a selection a
 * reduced picture has colors of both sides. */
static void
test_hidden (gconstpointer by_mask)
{
  static const int work_sizes[] = { 0, WIDTH / 2 };
  g_autoptr (AdainEngine) engine = new_engine ("network", NULL);

  for (gsize n = 0; n < G_N_ELEMENTS (work_sizes); n++)
    {
      AdainImage *painted[2];

      for (int k = 0; k < 2; k++)
        {
          g_autoptr (AdainImage) picture = test_image_new (WIDTH, HEIGHT);

          if (by_mask)
            picture->mask = g_new (float, WIDTH * HEIGHT);
          for (int i = 0; i < WIDTH * HEIGHT; i++)
            {
              gboolean hidden = i % WIDTH < 40;

              if (by_mask)
                picture->mask[i] = !hidden;
              else
                picture->rgba[4 * i + 3] = !hidden;
              for (int c = 0; hidden && c < 3; c++)
                picture->rgba[4 * i + c] = k;
            }
          painted[k] = paint (engine, picture, work_sizes[n], &full);
          for (int i = 0; i < WIDTH * HEIGHT; i++)
            g_assert_cmpfloat (painted[k]->rgba[4 * i + 3], ==, picture->rgba[4 * i + 3]);
        }
      for (int i = 0; i < WIDTH * HEIGHT * 4; i++)
        if (i / 4 % WIDTH >= 48)
          g_assert_cmpfloat_with_epsilon (painted[0]->rgba[i], painted[1]->rgba[i],
                                          work_sizes[n] == 0 ? 1e-5 : 0.02);
      test_image_free (painted[0]);
      test_image_free (painted[1]);
    }
}

/* What is protected stays to the last bit. */
static void
test_protected (void)
{
  g_autoptr (AdainEngine) engine = new_engine ("network", NULL);
  g_autoptr (AdainImage) picture = test_image_noisy (WIDTH, HEIGHT, 0.2, 1);
  g_autofree float *coverage = g_new0 (float, WIDTH * HEIGHT);
  AdainPlane        plane = { WIDTH, HEIGHT, coverage };
  AdainRegion       protection = adain_plane_region (&plane);
  AdainSource       source = adain_image_source (picture);
  AdainImage       *painted;

  for (int i = 0; i < WIDTH * HEIGHT; i++)
    coverage[i] = i % WIDTH < 50;
  source.protection = &protection;
  painted = paint_source (engine, &source, WIDTH / 2, &full);
  for (int i = 0; i < WIDTH * HEIGHT; i++)
    if (coverage[i] > 0)
      g_assert_cmpmem (painted->rgba + 4 * i, 16, picture->rgba + 4 * i, 16);
  g_assert_cmpfloat (test_image_difference (painted, picture), >, 0.1);
  test_image_free (painted);
}

/* Of the result only the lightness is taken. */
static void
test_lightness (void)
{
  g_autoptr (AdainEngine) engine = new_engine ("network", NULL);
  g_autoptr (AdainImage) picture = test_image_new (WIDTH, HEIGHT);
  g_autoptr (AdainImage) painted = paint (engine, picture, 0, &full);
  AdainRenderOptions options = full;
  AdainImage        *lit;

  options.color = ADAIN_COLOR_LIGHTNESS;
  lit = paint (engine, picture, 0, &options);
  for (int i = 0; i < WIDTH * HEIGHT; i++)
    g_assert_cmpfloat_with_epsilon (adain_luma (lit->rgba + 4 * i), adain_luma (painted->rgba + 4 * i), 1e-4);
  g_assert_cmpfloat (test_image_error (lit, painted), >, 0.01);
  test_image_free (lit);
}

/* The result's colors have the mean and the covariance of the picture's. */
static void
test_palette (void)
{
  g_autoptr (AdainEngine) engine = new_engine ("network", NULL);
  g_autoptr (AdainImage) picture = test_image_new (WIDTH, HEIGHT);
  AdainRenderOptions options = full;
  AdainSource        source = adain_image_source (picture), result;
  AdainPalette       own, painted;
  AdainImage        *image;
  GError            *error = NULL;

  options.color = ADAIN_COLOR_PALETTE;
  image = paint (engine, picture, 0, &options);
  result = adain_image_source (image);
  adain_source_palette (&source, &own, NULL, &error);
  g_assert_no_error (error);
  adain_source_palette (&result, &painted, NULL, &error);
  g_assert_no_error (error);
  for (int c = 0; c < 3; c++)
    {
      /* But for what was clipped. */
      g_assert_cmpfloat_with_epsilon (painted.mean[c], own.mean[c], 0.02);
      g_assert_cmpfloat_with_epsilon (painted.covariance[c][c], own.covariance[c][c],
                                      0.2 * own.covariance[c][c]);
    }
  test_image_free (image);
}

/* The same bytes in every run, with any number of threads. */
static void
test_threads (void)
{
  g_autoptr (AdainImage) picture = test_image_noisy (WIDTH, HEIGHT, 0.3, 1);
  g_autoptr (AdainImage) first = NULL;

  for (int threads = 1; threads <= 4; threads++)
    {
      AdainEngineOptions options = { .threads = threads };
      g_autoptr (AdainEngine) engine = new_engine ("network", &options);

      for (int again = 0; again < 2; again++)
        {
          g_autoptr (AdainImage) painted = paint (engine, picture, 0, &full);

          if (first)
            g_assert_true (test_image_is_same (painted, first));
          else
            first = g_steal_pointer (&painted);
        }
    }
}

static void
note_progress (double fraction, AdainProgressUnit unit, int done, int all, gpointer user_data)
{
  double *reached = user_data;

  g_assert_cmpfloat (fraction, >=, *reached);
  *reached = fraction;
}

static void
test_progress (void)
{
  g_autoptr (AdainEngine) engine = new_engine ("network", NULL);
  g_autoptr (AdainImage) picture = test_image_new (WIDTH, HEIGHT);
  static const int work_sizes[] = { 0, WIDTH / 2 };

  for (gsize n = 0; n < G_N_ELEMENTS (work_sizes); n++)
    {
      g_autoptr (AdainContent) content = test_content_new (engine, picture, work_sizes[n]);
      AdainSink sink = adain_image_sink (picture);
      GError   *error = NULL;
      double    reached = 0;

      adain_content_render (content, NULL, NULL, 0, &full, &sink, note_progress, &reached, NULL, &error);
      g_assert_no_error (error);
      g_assert_cmpfloat (reached, ==, 1);
    }
}

static gpointer
cancel_soon (gpointer cancellable)
{
  g_usleep (G_USEC_PER_SEC / 20);
  g_cancellable_cancel (cancellable);
  return NULL;
}

/* Also while the network runs, which then ends at once. */
static void
test_cancel (void)
{
  AdainEngineOptions options = { .memory = (gsize) 4 << 30 };
  g_autoptr (AdainEngine) engine = new_engine ("slow", &options);
  g_autoptr (AdainImage) picture = test_image_new (1500, 1500);
  g_autoptr (AdainContent) content = test_content_new (engine, picture, 0);
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GError) error = NULL;
  AdainSink sink = adain_image_sink (picture);
  GThread  *thread = g_thread_new ("cancel", cancel_soon, cancellable);
  gint64    began = g_get_monotonic_time ();

  g_assert_false (adain_content_render (content, NULL, NULL, 0, &full, &sink, NULL, NULL, cancellable,
                                        &error));
  g_test_message ("cancelled after %.2f s", (g_get_monotonic_time () - began) / 1e6);
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_thread_join (thread);
}

static void
test_memory (void)
{
  AdainEngineOptions options = { .memory = (gsize) 6 << 20 };
  g_autoptr (AdainEngine) engine = new_engine ("identity", &options);
  g_autoptr (AdainImage) picture = test_image_new (1000, 1000);
  g_autoptr (AdainContent) content = test_content_new (engine, picture, 200);
  AdainSink sink = adain_image_sink (picture);
  GError   *error = NULL;

  g_assert_false (adain_content_render (content, NULL, NULL, 0, &full, &sink, NULL, NULL, NULL, &error));
  g_assert_error (error, ADAIN_ERROR, ADAIN_ERROR_MEMORY);
  g_clear_error (&error);
}

/* Whatever is wrong with a file is an error that names it. */
static void
test_bad (gconstpointer name)
{
  g_autoptr (AdainImage) picture = test_image_new (WIDTH, HEIGHT);
  AdainSink sink = adain_image_sink (picture);
  g_autoptr (GError) error = NULL;
  g_autoptr (AdainEngine) engine = try_engine (name, NULL, &error);
  g_autoptr (AdainContent) content = engine ? test_content_new (engine, picture, 0) : NULL;

  g_assert_true (!content
                 || !adain_content_render (content, NULL, NULL, 0, &full, &sink, NULL, NULL, NULL, &error));
  g_assert_error (error, ADAIN_ERROR, ADAIN_ERROR_MODEL);
  g_assert_nonnull (strstr (error->message, name));
  g_test_message ("%s", error->message);
}

static void
test_no_module (void)
{
  AdainEngineOptions options = { .module_dir = "/nowhere" };
  g_autoptr (GError) error = NULL;

  g_assert_null (try_engine ("identity", &options, &error));
  g_assert_error (error, ADAIN_ERROR, ADAIN_ERROR_DEVICE);
  g_assert_nonnull (strstr (error->message, "no module for ONNX models"));
}

static void
test_no_file (void)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (try_engine ("nothing", NULL, &error));
  g_assert_nonnull (strstr (error->message, "nothing.onnx"));
}

/* What belongs to styles is refused, and a graphics card is not asked for. */
static void
test_refused (void)
{
  AdainEngineOptions options = { .module_dir = modules };
  g_autoptr (AdainModel) model = load ("identity");
  g_autoptr (AdainEngine) engine = adain_engine_new (model, ADAIN_DEVICE_CUDA, &options, NULL);
  g_autoptr (AdainImage) picture = test_image_new (WIDTH, HEIGHT);
  g_autoptr (AdainContent) content = test_content_new (engine, picture, 0);
  g_autoptr (AdainGallery) gallery = adain_gallery_new (model);
  AdainSource        source = adain_image_source (picture);
  AdainSink          sink = adain_image_sink (picture);
  AdainRenderOptions refined = { .strength = 1, .refine = 1 };
  AdainScene        *scene = adain_scene_new ();
  GError            *error = NULL;

  g_assert_nonnull (adain_engine_notice (engine));
  g_assert_null (adain_style_encode (engine, &source, 0, NULL, NULL, &error));
  g_assert_error (error, ADAIN_ERROR, ADAIN_ERROR_ARGUMENT);
  g_clear_error (&error);
  g_assert_false (adain_content_render (content, NULL, NULL, 0, &refined, &sink, NULL, NULL, NULL, &error));
  g_assert_error (error, ADAIN_ERROR, ADAIN_ERROR_ARGUMENT);
  g_clear_error (&error);
  g_assert_false (adain_content_render (content, NULL, NULL, 1, &full, &sink, NULL, NULL, NULL, &error));
  g_assert_error (error, ADAIN_ERROR, ADAIN_ERROR_ARGUMENT);
  g_clear_error (&error);
  g_assert_false (adain_scene_add (scene, content, &error));
  g_assert_error (error, ADAIN_ERROR, ADAIN_ERROR_ARGUMENT);
  g_clear_error (&error);
  g_assert_cmpint (adain_gallery_size (gallery), ==, 0);
  adain_scene_free (scene);
}

int
main (int argc, char **argv)
{
  static const char *const negatives[] = { "negative-unit",     "negative-byte",   "negative-signed",
                                           "negative-imagenet", "negative-pixels", "negative-half" };
  static const char *const bad[] = { "bad-inputs",   "bad-gray",     "bad-rank",   "bad-integers",
                                     "bad-labels",   "bad-margins",  "bad-number", "bad-operator",
                                     "bad-range",    "bad-multiple", "bad-text",   "bad-empty",
                                     "bad-truncated" };

  g_test_init (&argc, &argv, NULL);
  if (argc != 3)
    g_error ("usage: test-onnx MODULE-DIRECTORY MODEL-DIRECTORY");
  modules = argv[1];
  models = argv[2];

  for (gsize i = 0; i < G_N_ELEMENTS (negatives); i++)
    {
      g_autofree char *path = g_strconcat ("/onnx/", negatives[i], NULL);

      g_test_add_data_func (path, negatives[i], test_negative);
    }
  for (gsize i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_autofree char *path = g_strconcat ("/onnx/", bad[i], NULL);

      g_test_add_data_func (path, bad[i], test_bad);
    }
  g_test_add_func ("/onnx/range", test_range);
  g_test_add_func ("/onnx/range-names", test_range_names);
  g_test_add_func ("/onnx/fixed", test_fixed);
  g_test_add_func ("/onnx/sizes", test_sizes);
  g_test_add_func ("/onnx/twice", test_twice);
  g_test_add_func ("/onnx/detail", test_detail);
  g_test_add_func ("/onnx/strength", test_strength);
  g_test_add_data_func ("/onnx/transparent", GINT_TO_POINTER (FALSE), test_hidden);
  g_test_add_data_func ("/onnx/not-selected", GINT_TO_POINTER (TRUE), test_hidden);
  g_test_add_func ("/onnx/protected", test_protected);
  g_test_add_func ("/onnx/lightness", test_lightness);
  g_test_add_func ("/onnx/palette", test_palette);
  g_test_add_func ("/onnx/threads", test_threads);
  g_test_add_func ("/onnx/progress", test_progress);
  g_test_add_func ("/onnx/cancel", test_cancel);
  g_test_add_func ("/onnx/memory", test_memory);
  g_test_add_func ("/onnx/no-module", test_no_module);
  g_test_add_func ("/onnx/no-file", test_no_file);
  g_test_add_func ("/onnx/refused", test_refused);
  return g_test_run ();
}
