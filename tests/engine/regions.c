/* Regions: where which style is, and where none.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <math.h>
#include <string.h>

#include "engine/cpu/kernels.h"
#include "engine/mixture.h"
#include "engine/style.h"
#include "support.h"

#define WIDTH  150
#define HEIGHT 131

/* A picture with up to three regions, and styles for them, which have learned something or not. */
typedef struct
{
  AdainModel  *model;
  AdainEngine *engine;
  AdainImage  *picture;
  AdainStyle  *styles[2];
  AdainPlane   planes[3];
  AdainRegion  regions[3];
  AdainSource  source;
} Scene;

static AdainPlane
new_plane (void)
{
  return (AdainPlane) { WIDTH, HEIGHT, g_new0 (float, WIDTH * HEIGHT) };
}

static void
learn (Scene *scene, int k)
{
  g_autoptr (AdainAdaptation)
      adaptation = test_adaptation_new (&adain_model_network (scene->model)->decoder, k);

  adain_style_adapt (scene->styles[k], adaptation);
}

static void
set_up (Scene *scene, gconstpointer data)
{
  scene->model = test_model_new ();
  scene->engine = test_engine_new (scene->model, test_float_kernels (), 2, 0, 0);
  scene->picture = test_image_noisy (WIDTH, HEIGHT, 0.3, 1);
  for (int k = 0; k < 2; k++)
    {
      g_autoptr (AdainImage) painting = test_image_noisy (97 + k, 90, 0.3, 2 + k);

      for (int i = 0; i < painting->width * painting->height; i++)
        painting->rgba[4 * i + k] *= 0.3f;
      scene->styles[k] = test_style_new (scene->engine, painting);
      if (data)
        learn (scene, k);
    }
  for (int r = 0; r < 3; r++)
    {
      scene->planes[r] = new_plane ();
      scene->regions[r] = adain_plane_region (&scene->planes[r]);
    }
  scene->source = adain_image_source (scene->picture);
  scene->source.regions = scene->regions;
}

static void
tear_down (Scene *scene, gconstpointer data)
{
  for (int k = 0; k < 2; k++)
    adain_style_free (scene->styles[k]);
  for (int r = 0; r < 3; r++)
    g_free (scene->planes[r].coverage);
  test_image_free (scene->picture);
  adain_engine_free (scene->engine);
  adain_model_unref (scene->model);
}

/* Covers the columns from `first` to `end`, softly over `ramp` columns at either side. */
static void
cover (AdainPlane *plane, int first, int end, int ramp)
{
  for (int y = 0; y < HEIGHT; y++)
    for (int x = 0; x < WIDTH; x++)
      {
        float inside = MIN (x + 0.5f - first, end - x - 0.5f);

        plane->coverage[y * WIDTH + x] = ramp ? CLAMP (0.5f + inside / ramp, 0, 1) : inside > 0;
      }
}

static AdainContent *
encode (Scene *scene, AdainEngine *engine, int work_size)
{
  GError       *error = NULL;
  AdainContent *content = adain_content_encode (engine, &scene->source, work_size, NULL, NULL, NULL, &error);

  g_assert_no_error (error);
  return content;
}

static AdainImage *
paint (Scene *scene, AdainEngine *engine, int work_size, const double *weights, int n, double strength,
       double texture)
{
  g_autoptr (AdainContent) content = encode (scene, engine, work_size);
  AdainImage *result = test_render_styles (content, scene->styles, weights, n,
                                           &(AdainRenderOptions) { .strength = strength,
                                                                   .texture = texture });

  test_image_check_range (result);
  return result;
}

/* That the columns are those of the other picture, or that each of them is not. */
static void
check_columns (const AdainImage *a, const AdainImage *b, int first, int end, gboolean same)
{
  for (int x = first; x < end; x++)
    {
      gboolean differs = FALSE;

      for (int y = 0; y < HEIGHT; y++)
        differs |= memcmp (a->rgba + 4 * (y * WIDTH + x), b->rgba + 4 * (y * WIDTH + x), 4 * sizeof (float))
                   != 0;
      g_assert_true (differs != same);
    }
}

/* A region that is all of the picture changes nothing; nor do two of them, or one that is empty. */
static void
test_whole (Scene *scene, gconstpointer data)
{
  static const int    sizes[] = { 0, 70 };
  static const double textures[] = { 0, 1 };

  for (gsize i = 0; i < 4; i++)
    for (int n = 1; n <= 2; n++)
      {
        const double weights[] = { 0.7, 0.4 };
        int          size = sizes[i % 2];
        double       texture = textures[i / 2];
        g_autoptr (AdainImage) expected = NULL, whole = NULL, shared = NULL, empty = NULL;

        scene->source.n_regions = 0;
        expected = paint (scene, scene->engine, size, weights, n, 0.8, texture);
        scene->source.n_regions = n;
        for (int r = 0; r < n; r++)
          cover (&scene->planes[r], -100, 1000, 0);
        whole = paint (scene, scene->engine, size, weights, n, 0.8, texture);
        g_assert_true (test_image_is_same (whole, expected));
        scene->source.protection = &scene->regions[2];
        empty = paint (scene, scene->engine, size, weights, n, 0.8, texture);
        g_assert_true (test_image_is_same (empty, expected));
        scene->source.protection = NULL;
        if (n == 1)
          {
            scene->source.n_regions = 1;
            shared = paint (scene, scene->engine, size, weights, 2, 0.8, texture);
            g_assert_true (test_image_is_same (shared, expected));
          }
      }
}

/* Each half takes on its style's statistics, and those of both halves are the picture's. */
static void
test_halves (Scene *scene, gconstpointer data)
{
  double       strength = 1;
  const double weights[2] = { 0.25, 0.75 };
  GError      *error = NULL;
  AdainMixture mixture;
  g_autoptr (AdainContent) content = NULL, all = encode (scene, scene->engine, 0);
  const AdainStatistics *area;
  AdainStatistics       *sum;

  cover (&scene->planes[0], -100, 80, 0);
  cover (&scene->planes[1], 80, 1000, 0);
  scene->source.n_regions = 2;
  content = encode (scene, scene->engine, 0);
  g_assert_cmpint (content->regions.n, ==, 2);
  g_assert_true (adain_mixture_init (&mixture, content, scene->styles, weights, 2,
                                     &(AdainRenderOptions) { .strength = strength }, NULL, &error));
  g_assert_no_error (error);
  g_assert_cmpint (mixture.transform->n, ==, 2);
  sum = adain_statistics_new (content->statistics->channels);
  area = content->statistics;
  for (int k = 0; k < 2; k++, area = area->next)
    {
      const AdainMap *map = &mixture.transform->maps[k];

      g_assert_cmpfloat_with_epsilon (area->weight, k ? 19 * 17 - 10 * 17 : 10 * 17, 1e-3);
      for (int c = 0; c < area->channels; c++)
        {
          g_assert_cmpfloat_with_epsilon (map->scale[c] * area->mean[c] + map->shift[c],
                                          scene->styles[k]->statistics->mean[c], 1e-4);
          g_assert_cmpfloat_with_epsilon (map->scale[c] * adain_statistics_deviation (area, c),
                                          adain_statistics_deviation (scene->styles[k]->statistics, c), 1e-4);
          g_assert_cmpfloat (mixture.transform->low[k * area->channels + c], >=, area->low[c] - 1e-4);
        }
      adain_statistics_merge (sum, area);
    }
  for (int c = 0; c < sum->channels; c++)
    {
      g_assert_cmpfloat_with_epsilon (sum->mean[c], all->statistics->mean[c], 1e-5);
      g_assert_cmpfloat_with_epsilon (adain_statistics_deviation (sum, c),
                                      adain_statistics_deviation (all->statistics, c), 1e-5);
    }
  adain_statistics_free (sum);
  adain_mixture_clear (&mixture);
}

/* Each side is painted as it is where the other one has no style. */
static void
test_sides (Scene *scene, gconstpointer data)
{
  const double left[] = { 1, 0 }, right[] = { 0, 1 }, both[] = { 1, 1 };
  g_autoptr (AdainImage) a = NULL, b = NULL, c = NULL, again = NULL;

  cover (&scene->planes[0], -100, 80, 0);
  cover (&scene->planes[1], 80, 1000, 0);
  scene->source.n_regions = 2;
  a = paint (scene, scene->engine, 0, left, 2, 1, 0);
  b = paint (scene, scene->engine, 0, right, 2, 1, 0);
  c = paint (scene, scene->engine, 0, both, 2, 1, 0);
  again = paint (scene, scene->engine, 0, both, 2, 1, 0);
  g_assert_true (test_image_is_same (again, c));
  check_columns (c, a, 0, 24, TRUE);
  check_columns (c, b, 136, WIDTH, TRUE);
  check_columns (c, a, 136, WIDTH, FALSE);
  check_columns (c, b, 0, 24, FALSE);
}

/* Where no style reaches the picture stays, to the last bit: beyond a region, in one whose style has no weight,
 * under protection; at every working size, strength and texture. */
static void
test_untouched (Scene *scene, gconstpointer data)
{
  const double first[] = { 1, 0 }, both[] = { 1, 1 };

  for (int i = 0; i < 8; i++)
    {
      int    size = i % 2 ? 70 : 0;
      double strength = i & 2 ? 0.6 : 1, texture = i & 4 ? 1 : 0;
      g_autoptr (AdainImage) beyond = NULL, weightless = NULL, protected = NULL, nothing = NULL;

      cover (&scene->planes[0], -100, 61, 0);
      cover (&scene->planes[1], 61, 1000, 0);
      cover (&scene->planes[2], 40, 83, 0);
      scene->source.n_regions = 1;
      beyond = paint (scene, scene->engine, size, NULL, 1, strength, texture);
      check_columns (beyond, scene->picture, 0, 61, FALSE);
      check_columns (beyond, scene->picture, 61, WIDTH, TRUE);
      scene->source.n_regions = 2;
      weightless = paint (scene, scene->engine, size, first, 2, strength, texture);
      check_columns (weightless, scene->picture, 0, 61, FALSE);
      check_columns (weightless, scene->picture, 61, WIDTH, TRUE);
      scene->source.protection = &scene->regions[2];
      protected = paint (scene, scene->engine, size, both, 2, strength, texture);
      check_columns (protected, scene->picture, 0, 40, FALSE);
      check_columns (protected, scene->picture, 40, 83, TRUE);
      check_columns (protected, scene->picture, 83, WIDTH, FALSE);
      cover (&scene->planes[2], -100, 1000, 0);
      nothing = paint (scene, scene->engine, size, both, 2, strength, texture);
      g_assert_true (test_image_is_same (nothing, scene->picture));
      scene->source.protection = NULL;
    }
}

/* A style of no region has what no region covers, also where it comes before those that have one. */
static void
test_rest (Scene *scene, gconstpointer data)
{
  g_autoptr (AdainImage) expected = NULL, result = NULL, swapped = NULL;
  AdainStyle *style;

  cover (&scene->planes[0], -100, 70, 0);
  cover (&scene->planes[1], 70, 1000, 0);
  scene->source.n_regions = 2;
  expected = paint (scene, scene->engine, 0, NULL, 2, 1, 1);
  scene->source.n_regions = 1;
  result = paint (scene, scene->engine, 0, NULL, 2, 1, 1);
  g_assert_true (test_image_is_same (result, expected));
  scene->regions[1] = scene->regions[0];
  scene->regions[0] = (AdainRegion) { NULL };
  scene->source.n_regions = 2;
  style = scene->styles[0];
  scene->styles[0] = scene->styles[1];
  scene->styles[1] = style;
  swapped = paint (scene, scene->engine, 0, NULL, 2, 1, 1);
  g_assert_cmpfloat (test_image_difference (swapped, expected), <, 2.0 / 255);
}

/* Soft regions that overlap: the same however the picture is cut, whether features are kept, and each time. */
static void
test_tiles (Scene *scene, gconstpointer data)
{
  static const int tiles[] = { 32, 8, 64 };

  cover (&scene->planes[0], 20, 90, 30);
  cover (&scene->planes[1], 70, 130, 50);
  cover (&scene->planes[2], 50, 60, 10);
  scene->source.n_regions = 2;
  scene->source.protection = &scene->regions[2];
  for (int half = 0; half < 2; half++)
    {
      double strength = half ? 0.5 : 1, texture = half ? 0.3 : 1;
      int    size = half ? 100 : 0;
      g_autoptr (AdainEngine) one = test_engine_new (scene->model, test_float_kernels (), 1, 1 << 20, 0);
      g_autoptr (AdainImage) expected = paint (scene, one, size, NULL, 2, strength, texture);
      g_autoptr (AdainImage) again = paint (scene, one, size, NULL, 2, strength, texture);

      g_assert_true (test_image_is_same (again, expected));
      for (gsize t = 0; t < G_N_ELEMENTS (tiles); t++)
        {
          g_autoptr (AdainEngine)
              engine = test_engine_new (scene->model, test_float_kernels (), 3, tiles[t], 0);
          g_autoptr (AdainImage) result = paint (scene, engine, size, NULL, 2, strength, texture);

          g_assert_cmpfloat (test_image_difference (result, expected), <=, 1e-5);
        }
    }
}

/* From black to white within a region's border: what one area knows nothing of does not stand out there. */
static void
test_border (Scene *scene, gconstpointer data)
{
  g_autoptr (AdainImage) plain = NULL, result = NULL;
  double largest[2] = { 0 };

  for (int i = 0; i < WIDTH * HEIGHT; i++)
    for (int c = 0; c < 3; c++)
      scene->picture->rgba[4 * i + c] = i % WIDTH < 75 ? 0.02f + 0.02f * scene->picture->rgba[4 * i + c]
                                                       : 0.9f + 0.1f * scene->picture->rgba[4 * i + c];
  plain = paint (scene, scene->engine, 0, NULL, 2, 1, 0);
  cover (&scene->planes[0], -100, 75, 16);
  cover (&scene->planes[1], 75, 1000, 16);
  scene->source.n_regions = 2;
  result = paint (scene, scene->engine, 0, NULL, 2, 1, 0);
  for (int y = 0; y < HEIGHT; y++)
    for (int x = 60; x < 90; x++)
      for (int c = 0; c < 3; c++)
        {
          gsize i = 4 * (y * WIDTH + x) + c;

          largest[0] = MAX (largest[0], fabsf (plain->rgba[i] - plain->rgba[i - 4]));
          largest[1] = MAX (largest[1], fabsf (result->rgba[i] - result->rgba[i - 4]));
        }
  g_test_message ("steps of at most %.2f, with regions %.2f", largest[0], largest[1]);
  g_assert_cmpfloat (largest[1], <, 1.5 * largest[0]);
}

/* Two styles that differ in nothing but what one has learned, each everywhere with a part: so is what each paints. */
static void
test_mixed_decoders (Scene *scene, gconstpointer data)
{
  const double first[] = { 1, 0 }, second[] = { 0, 1 };
  float        part = 0.3f;
  double       apart = 0;
  int          compared = 0;
  g_autoptr (AdainImage) painting = test_image_noisy (97, 90, 0.3, 2), one = NULL, other = NULL, both = NULL;

  for (int k = 0; k < 2; k++)
    {
      adain_style_free (scene->styles[k]);
      scene->styles[k] = test_style_new (scene->engine, painting);
    }
  learn (scene, 1);
  one = paint (scene, scene->engine, 0, first, 2, 1, 0);
  other = paint (scene, scene->engine, 0, second, 2, 1, 0);
  for (int i = 0; i < WIDTH * HEIGHT; i++)
    scene->planes[0].coverage[i] = part;
  scene->source.n_regions = 1;
  both = paint (scene, scene->engine, 0, NULL, 2, 1, 0);
  for (int i = 0; i < WIDTH * HEIGHT * 4; i++)
    {
      float a = one->rgba[i], b = other->rgba[i];

      apart = MAX (apart, fabsf (a - b));
      /* Before it is clipped. */
      if (MIN (a, b) > 0 && MAX (a, b) < 1)
        {
          g_assert_cmpfloat_with_epsilon (both->rgba[i], part * a + (1 - part) * b, 1e-4);
          compared++;
        }
    }
  g_assert_cmpfloat (apart, >, 0.05);
  g_assert_cmpint (compared, >, WIDTH * HEIGHT);
}

typedef void (*Test) (Scene *scene, gconstpointer data);

static const struct
{
  const char *name;
  Test        run;
} tests[] = {
  { "whole", test_whole },   { "halves", test_halves },
  { "sides", test_sides },   { "untouched", test_untouched },
  { "rest", test_rest },     { "tiles", test_tiles },
  { "border", test_border }, { "mixed-decoders", test_mixed_decoders },
};

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  for (int learned = 0; learned < 2; learned++)
    for (gsize i = 0; i < G_N_ELEMENTS (tests); i++)
      {
        g_autofree char *path = g_strconcat (learned ? "/regions/learned/" : "/regions/", tests[i].name,
                                             NULL);

        g_test_add (path, Scene, GINT_TO_POINTER (learned), set_up, tests[i].run, tear_down);
      }
  return g_test_run ();
}
