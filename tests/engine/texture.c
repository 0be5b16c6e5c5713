/* Texture: what is rendered with the styles' covariances. That it is the right thing is tested against PyTorch
 * (reference.c), its mathematics by themselves (transport.c).
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <math.h>
#include <string.h>

#include "engine/content.h"
#include "engine/cpu/kernels.h"
#include "engine/style.h"
#include "engine/transform.h"
#include "support.h"

#ifdef __SANITIZE_ADDRESS__
#  define SANITIZED 1
#else
#  define SANITIZED 0
#endif

static AdainImage *
flat_image (int width, int height)
{
  AdainImage *image = test_image_new (width, height);

  for (gsize i = 0; i < (gsize) width * height * 4; i++)
    image->rgba[i] = i % 4 == 3 ? 1 : 0.25f * (i % 4);
  return image;
}

static AdainImage *
render (AdainContent *content, AdainStyle *const *styles, const double *weights, int n, double strength,
        double texture)
{
  AdainImage *result = test_render_styles (content, styles, weights, n,
                                           &(AdainRenderOptions) { .strength = strength,
                                                                   .texture = texture });

  test_image_check_range (result);
  return result;
}

/* Of a noisy style, in one call. */
static AdainImage *
paint (AdainModel *model, const char *kernels, int threads, int tile, gsize memory, AdainImage *picture,
       double strength, double texture)
{
  g_autoptr (AdainEngine) engine = test_engine_new (model, kernels, threads, tile, memory);
  g_autoptr (AdainImage) painting = test_image_noisy (97, 160, 0.3, 2);
  g_autoptr (AdainStyle) style = test_style_new (engine, painting);
  g_autoptr (AdainContent) content = test_content_new (engine, picture, 0);

  return render (content, &style, NULL, 1, strength, texture);
}

/* Without texture a picture is what it always was, also after the content was encoded again for one; and the
 * slider does something, and that smoothly. */
static void
test_slider (void)
{
  g_autoptr (AdainModel) model = test_model_new ();
  g_autoptr (AdainEngine) engine = test_engine_new (model, NULL, 2, 0, 0);
  g_autoptr (AdainImage) picture = test_image_noisy (150, 131, 0.3, 1),
                         painting = test_image_noisy (90, 97, 0.3, 2);
  g_autoptr (AdainStyle) style = test_style_new (engine, painting);
  g_autoptr (AdainContent) content = test_content_new (engine, picture, 0);
  g_autoptr (AdainImage) before = test_render (content, style, 1);
  g_autoptr (AdainImage) full = render (content, &style, NULL, 1, 1, 1);
  g_autoptr (AdainImage) after = render (content, &style, NULL, 1, 1, 0);
  g_autoptr (AdainImage) barely = render (content, &style, NULL, 1, 1, 1e-6);
  g_autoptr (AdainImage) untouched = render (content, &style, NULL, 1, 0, 1);

  g_assert_true (test_image_is_same (before, after));
  g_assert_true (test_image_is_same (picture, untouched));
  g_assert_cmpfloat (test_image_error (full, before), >, 0.02);
  g_assert_cmpfloat (test_image_error (barely, before), <,
                     test_is_float (adain_kernels_find (NULL)->name) ? 1e-4 : 0.1);
}

/* An engine that was told so encodes a content for texture at once, and paints the same. */
static void
test_at_once (void)
{
  AdainEngineOptions options = { .texture = TRUE };
  GError            *error = NULL;
  g_autoptr (AdainModel) model = test_model_new ();
  g_autoptr (AdainImage) picture = test_image_noisy (97, 66, 0.3, 1);
  g_autoptr (AdainEngine) engine = adain_engine_new (model, ADAIN_DEVICE_CPU, &options, &error);
  g_autoptr (AdainEngine) untold = test_engine_new (model, NULL, 0, 0, 0);
  g_autoptr (AdainStyle) style = test_style_new (engine, picture);
  g_autoptr (AdainContent) content = test_content_new (engine, picture, 0);
  g_autoptr (AdainContent) twice = test_content_new (untold, picture, 0);
  g_autoptr (AdainImage) result = NULL, expected = render (twice, &style, NULL, 1, 1, 1);
  AdainStatistics *statistics = content->statistics;

  g_assert_no_error (error);
  result = render (content, &style, NULL, 1, 1, 1);
  g_assert_true (content->statistics == statistics);
  g_assert_true (test_image_is_same (result, expected));
}

/* However a picture is cut. */
static void
test_tiles (gconstpointer data)
{
  const AdainKernels *kernels = data;
  static const int    tiles[] = { 32, 8, 64 };
  gboolean slow = SANITIZED || kernels == &adain_kernels_c || g_str_equal (kernels->name, "vector");
  double   limit = test_tiles_tolerance (kernels->name);
  g_autoptr (AdainModel) model = test_model_new ();
  g_autoptr (AdainImage) picture = test_image_noisy (slow ? 40 : 150, slow ? 33 : 131, 0.3, 1);

  if (!kernels->supported ())
    {
      g_test_skip ("this processor lacks the instructions");
      return;
    }
  for (int half = 0; half < (slow ? 1 : 2); half++)
    {
      double strength = half ? 0.5 : 1, texture = half ? 0.3 : 1;
      g_autoptr (AdainImage)
          expected = paint (model, kernels->name, 1, 1 << 20, 0, picture, strength, texture);

      for (gsize t = 0; t < (slow ? 1 : G_N_ELEMENTS (tiles)); t++)
        {
          g_autoptr (AdainImage)
              result = paint (model, kernels->name, 3, tiles[t], 0, picture, strength, texture);
          double difference = test_image_difference (result, expected);

          g_test_message ("tiles of %d: %.2g", tiles[t], difference);
          g_assert_cmpfloat (difference, <=, limit);
        }
    }
}

/* Features that are not kept, but encoded again for each tile, are the same. */
static void
test_short_of_memory (void)
{
  const gsize memory = 3 << 20;
  g_autoptr (AdainModel) model = test_model_new ();
  g_autoptr (AdainEngine) engine = test_engine_new (model, NULL, 1, 64, memory);
  g_autoptr (AdainImage) picture = test_image_noisy (1000, 807, 0.3, 1),
                         painting = test_image_noisy (97, 160, 0.3, 2);
  g_autoptr (AdainStyle) style = test_style_new (engine, painting);
  g_autoptr (AdainContent) content = test_content_new (engine, picture, 0);
  g_autoptr (AdainImage) result = render (content, &style, NULL, 1, 1, 1);
  g_autoptr (AdainImage) expected = paint (model, NULL, 1, 0, 0, picture, 1, 1);

  g_assert_null (content->features);
  g_assert_cmpfloat (test_image_difference (result, expected), <=,
                     test_is_float (adain_kernels_find (NULL)->name) ? 1e-5 : 1.0 / 255);
}

/* The same tiles give the same bytes, whichever thread is first with which. */
static void
test_repeatable (void)
{
  g_autoptr (AdainModel) model = test_model_new ();
  g_autoptr (AdainImage) picture = test_image_noisy (250, 131, 0.3, 1);
  g_autoptr (AdainImage) expected = paint (model, NULL, 1, 32, 0, picture, 1, 1);

  for (int i = 0; i < 5; i++)
    {
      g_autoptr (AdainImage) result = paint (model, NULL, 1 + i, 32, 0, picture, 1, 1);

      g_assert_true (test_image_is_same (result, expected));
    }
}

/* The shipped weights, in all precisions: a transport map stays in the range of activations that integers
 * leave room for. */
static void
test_shipped (void)
{
  g_autofree char *path = test_weights_path ();
  g_autoptr (AdainModel) model = NULL;
  g_autoptr (AdainImage) picture = test_image_noisy (97, 66, 0.3, 1), expected = NULL;
  GError *error = NULL;

  if (!g_file_test (path, G_FILE_TEST_EXISTS))
    {
      g_test_skip ("there are no shipped weights");
      return;
    }
  model = adain_model_load (path, &error);
  g_assert_no_error (error);
  expected = paint (model, "c", 2, 0, 0, picture, 1, 1);
  for (int k = 0; adain_kernels[k] != &adain_kernels_c; k++)
    if (adain_kernels[k]->supported ())
      {
        const char *name = adain_kernels[k]->name;
        g_autoptr (AdainImage) result = paint (model, name, 2, 0, 0, picture, 1, 1);
        double distance = test_image_error (result, expected);

        g_test_message ("%s: %.2g", name, distance);
        g_assert_cmpfloat (distance, <, test_is_float (name) ? 1e-4 : 2e-2);
      }
}

/* Maps mix as their weights say; a style of weight 0 changes nothing; maps that are kept stay right while
 * styles come and go. */
static void
test_styles (void)
{
  g_autoptr (AdainModel) model = test_model_new ();
  g_autoptr (AdainEngine) engine = test_engine_new (model, NULL, 2, 0, 0);
  g_autoptr (AdainImage) picture = test_image_noisy (150, 131, 0.3, 1);
  AdainImage *paintings[3] = { test_image_noisy (90, 97, 0.3, 2), test_image_noisy (97, 90, 0.3, 3),
                               flat_image (50, 50) };
  g_autoptr (AdainContent) content = test_content_new (engine, picture, 0);
  AdainStyle  *styles[3];
  const double first[3] = { 1, 0, 0 }, all[3] = { 1, 2, 1 };
  g_autoptr (AdainImage) blend = NULL, again = NULL, alone = NULL, one = NULL;

  for (int k = 0; k < 3; k++)
    styles[k] = test_style_new (engine, paintings[k]);
  alone = render (content, styles, NULL, 1, 1, 1);
  one = render (content, styles, first, 3, 1, 1);
  g_assert_true (test_image_is_same (alone, one));
  blend = render (content, styles, all, 3, 1, 0.7);
  g_assert_cmpfloat (test_image_error (blend, alone), >, 0.02);
  for (int round = 0; round < 3; round++)
    {
      adain_style_free (styles[round]);
      styles[round] = test_style_new (engine, paintings[round]);
      g_clear_pointer (&again, test_image_free);
      again = render (content, styles, all, 3, 1, 0.7);
      g_assert_true (test_image_is_same (again, blend));
    }
  for (int k = 0; k < 3; k++)
    {
      adain_style_free (styles[k]);
      test_image_free (paintings[k]);
    }
}

/* What is prepared for several styles at once is what each rendering would have made of its own, whether it is kept
 * until then or not. */
static void
test_prepared (void)
{
  enum
  {
    N = ADAIN_PREPARED_MAX + 2
  };
  g_autoptr (AdainModel) model = test_model_new ();
  g_autoptr (AdainEngine) engine = test_engine_new (model, NULL, 2, 0, 0);
  g_autoptr (AdainImage) picture = test_image_noisy (48, 40, 0.3, 1);
  g_autoptr (AdainContent) prepared = test_content_new (engine, picture, 0);
  AdainStyle *styles[N];
  GError     *error = NULL;

  for (int k = 0; k < N; k++)
    {
      g_autoptr (AdainImage) painting = test_image_noisy (40, 48, 0.3, 2 + k);

      styles[k] = test_style_new (engine, painting);
    }
  for (int first = 0; first <= 2; first += 2)
    {
      adain_content_prepare (prepared, styles + first, ADAIN_PREPARED_MAX, NULL, &error);
      g_assert_no_error (error);
    }
  for (int k = 0; k < N; k++)
    {
      g_autoptr (AdainContent) content = test_content_new (engine, picture, 0);
      g_autoptr (AdainImage) expected = render (content, &styles[k], NULL, 1, 1, 1);
      g_autoptr (AdainImage) result = render (prepared, &styles[k], NULL, 1, 1, 1);

      g_assert_true (test_image_is_same (result, expected));
      adain_style_free (styles[k]);
    }
}

static double *
random_matrix (GRand *random, int n)
{
  double *matrix = g_new (double, n * n);

  for (int i = 0; i < n * n; i++)
    matrix[i] = g_rand_double_range (random, -1, 1);
  return matrix;
}

/* The map itself, element by element; maps need not be symmetric. */
static void
test_transform (void)
{
  enum
  {
    N = 5,
    CELLS = 40
  };
  g_autoptr (GRand) random = g_rand_new_with_seed (1);
  AdainStatistics *statistics[3];
  double          *maps[2] = { random_matrix (random, N), random_matrix (random, N) };
  const double     weights[2] = { 0.25, 0.75 }, strength = 0.6, texture = 0.3;
  AdainBlend       blend = { 2,       (const AdainStatistics *const *) statistics + 1,
                             weights, strength,
                             texture, (const double *const *) maps };
  g_autoptr (AdainTransform) transform = NULL;

  for (int k = 0; k < 3; k++)
    {
      float cells[CELLS * N];

      statistics[k] = adain_statistics_new (N);
      test_fill_random (random, cells, CELLS * N, k, 2 + 3 * k);
      adain_statistics_add (statistics[k], cells, NULL, CELLS);
    }
  transform = adain_transform_new (statistics[0], &(AdainUsual) { 0 }, &blend);
  g_assert_false (adain_transform_is_diagonal (transform));
  for (int o = 0; o < N; o++)
    {
      double shift = 0;

      for (int i = 0; i < N; i++)
        {
          double m = 0;

          for (int k = 0; k < 2; k++)
            {
              double factor = adain_statistics_deviation (statistics[1 + k], o)
                              / adain_statistics_deviation (statistics[0], o);

              m += weights[k] * (texture * maps[k][o * N + i] + (i == o ? (1 - texture) * factor : 0));
            }
          shift -= m * statistics[0]->mean[i];
          g_assert_cmpfloat_with_epsilon (transform->maps->matrix[i * N + o],
                                          strength * m + (i == o ? 1 - strength : 0), 1e-6);
        }
      for (int k = 0; k < 2; k++)
        shift += weights[k] * statistics[1 + k]->mean[o];
      g_assert_cmpfloat_with_epsilon (transform->maps->shift[o], strength * shift, 1e-5);
    }
  for (int k = 0; k < 3; k++)
    adain_statistics_free (statistics[k]);
  for (int k = 0; k < 2; k++)
    g_free (maps[k]);
}

/* Pictures of one color or one pixel have no covariance; the selection and alpha weight that of others. */
static void
test_odd_pictures (void)
{
  g_autoptr (AdainModel) model = test_model_new ();
  g_autoptr (AdainEngine) engine = test_engine_new (model, NULL, 2, 0, 0);
  AdainImage *images[] = { flat_image (40, 30), test_image_noisy (1, 1, 0.3, 1),
                           test_image_noisy (80, 60, 0.3, 2) };
  g_autoptr (AdainImage) hidden = test_image_noisy (80, 60, 0.3, 3), same = test_image_noisy (80, 60, 0.3, 3);
  g_autoptr (AdainImage) left = NULL, right = NULL;

  for (gsize c = 0; c < G_N_ELEMENTS (images); c++)
    {
      g_autoptr (AdainContent) content = test_content_new (engine, images[c], 0);

      for (gsize s = 0; s < G_N_ELEMENTS (images); s++)
        {
          g_autoptr (AdainStyle) style = test_style_new (engine, images[s]);
          g_autoptr (AdainImage) result = render (content, &style, NULL, 1, 1, 1);
        }
    }
  for (gsize i = 0; i < G_N_ELEMENTS (images); i++)
    test_image_free (images[i]);
  for (int i = 0; i < 80 * 60; i++)
    {
      hidden->rgba[4 * i + 3] = same->rgba[4 * i + 3] = i % 80 < 40;
      if (i % 80 >= 40)
        same->rgba[4 * i] = 1 - same->rgba[4 * i];
    }
  for (int k = 0; k < 2; k++)
    {
      g_autoptr (AdainContent) content = test_content_new (engine, k ? hidden : same, 0);
      g_autoptr (AdainStyle) style = test_style_new (engine, k ? same : hidden);

      *(k ? &left : &right) = render (content, &style, NULL, 1, 1, 1);
    }
  for (int i = 0; i < 80 * 60; i++)
    if (i % 80 < 40)
      g_assert_true (memcmp (left->rgba + 4 * i, right->rgba + 4 * i, 4 * sizeof (float)) == 0);
}

static void
check_refused (AdainContent *content, AdainStyle *style, double texture)
{
  AdainSink          sink = { NULL };
  AdainRenderOptions options = { .strength = 1, .texture = texture };
  GError            *error = NULL;

  g_assert_false (adain_content_render (content, &style, NULL, 1, &options, &sink, NULL, NULL, NULL, &error));
  g_assert_error (error, ADAIN_ERROR, ADAIN_ERROR_ARGUMENT);
  g_clear_error (&error);
}

static void
test_refused (void)
{
  g_autoptr (AdainModel) model = test_model_new ();
  g_autoptr (AdainEngine) engine = test_engine_new (model, NULL, 2, 0, 0);
  g_autoptr (AdainImage) picture = test_image_noisy (40, 30, 0.3, 1);
  g_autoptr (AdainContent) content = test_content_new (engine, picture, 0);
  g_autoptr (AdainStyle) style = test_style_new (engine, picture);

  check_refused (content, style, -0.01);
  check_refused (content, style, 1.01);
  check_refused (content, style, NAN);
  /* A style from where no covariance was gathered. */
  g_clear_pointer (&style->statistics->covariance, adain_covariance_free);
  check_refused (content, style, 0.5);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/texture/slider", test_slider);
  g_test_add_func ("/texture/at-once", test_at_once);
  if (!SANITIZED)
    g_test_add_func ("/texture/short-of-memory", test_short_of_memory);
  g_test_add_func ("/texture/repeatable", test_repeatable);
  g_test_add_func ("/texture/shipped", test_shipped);
  g_test_add_func ("/texture/styles", test_styles);
  g_test_add_func ("/texture/prepared", test_prepared);
  g_test_add_func ("/texture/transform", test_transform);
  g_test_add_func ("/texture/odd-pictures", test_odd_pictures);
  g_test_add_func ("/texture/refused", test_refused);
  for (int k = 0; adain_kernels[k]; k++)
    {
      g_autofree char *path = g_strdup_printf ("/texture/tiles/%s", adain_kernels[k]->name);

      g_test_add_data_func (path, adain_kernels[k], test_tiles);
    }
  return g_test_run ();
}
