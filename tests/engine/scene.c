/* Statistics shared by several contents: the frames of an animation.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <math.h>

#include "engine/content.h"
#include "support.h"

#define FRAMES 20
#define WIDTH  160
#define HEIGHT 96
#define STEP   8 /* pixels by which the scene moves from frame to frame */

/* At the edges of a frame its neighbours know something else of what is beyond. */
#define MARGIN 24

/* What the camera pans over: even ground with things on it, now dark, now bright. */
static AdainImage *
new_world (void)
{
  AdainImage *world = test_image_noisy (WIDTH + FRAMES * STEP, HEIGHT, 0.05, 1);
  g_autoptr (GRand) random = g_rand_new_with_seed (5);

  for (int i = 0; i < 14; i++)
    {
      int   x0 = i * world->width / 14, y0 = g_rand_int_range (random, 10, HEIGHT - 10);
      int   radius = g_rand_int_range (random, 10, 40);
      float color[3];

      test_fill_random (random, color, 3, i % 4 < 2 ? 0 : 0.5, i % 4 < 2 ? 0.3 : 1);
      for (int y = 0; y < HEIGHT; y++)
        for (int x = 0; x < world->width; x++)
          for (int c = 0; c < 3 && hypot (x - x0, y - y0) < radius; c++)
            {
              float *value = world->rgba + 4 * ((gsize) y * world->width + x) + c;

              *value = 0.8f * color[c] + 0.2f * *value;
            }
    }
  return world;
}

/* It becomes brighter all the time. */
static AdainImage *
new_frame (const AdainImage *world, int frame)
{
  AdainImage *image = test_image_new (WIDTH, HEIGHT);
  float       light = 0.7f + 0.2f * frame / FRAMES;

  for (int y = 0; y < HEIGHT; y++)
    for (int x = 0; x < WIDTH; x++)
      for (int c = 0; c < 3; c++)
        image->rgba[4 * (y * WIDTH + x) + c] =
            light * world->rgba[4 * ((gsize) y * world->width + x + frame * STEP) + c];
  return image;
}

/* The mean change from one to the next, motion taken out. */
static double
change (const AdainImage *before, const AdainImage *after)
{
  double sum = 0;
  int    n = 0;

  for (int y = MARGIN; y < HEIGHT - MARGIN; y++)
    for (int x = MARGIN; x < WIDTH - MARGIN - STEP; x++)
      for (int c = 0; c < 3; c++, n++)
        sum += fabsf (before->rgba[4 * (y * WIDTH + x + STEP) + c] - after->rgba[4 * (y * WIDTH + x) + c]);
  return sum / n;
}

static double
mean_change (AdainEngine *engine, const AdainImage *world, AdainStyle *style, const AdainScene *scene,
             double texture)
{
  GError     *error = NULL;
  AdainImage *last = NULL;
  double      sum = 0;

  for (int i = 0; i < FRAMES; i++)
    {
      g_autoptr (AdainImage) frame = new_frame (world, i);
      g_autoptr (AdainContent) content = test_content_new (engine, frame, 0);
      AdainImage *painted;

      if (scene)
        adain_content_share (content, scene, &error);
      g_assert_no_error (error);
      painted = test_render_styles (content, &style, NULL, 1,
                                    &(AdainRenderOptions) { .strength = 1, .texture = texture });
      if (last)
        {
          sum += change (last, painted);
          test_image_free (last);
        }
      last = painted;
    }
  test_image_free (last);
  return sum / (FRAMES - 1);
}

/* With statistics in common neighbouring frames differ by half as much, at most. */
static void
test_flicker (void)
{
  g_autofree char *path = test_weights_path ();
  GError          *error = NULL;
  g_autoptr (AdainModel) model = NULL;
  g_autoptr (AdainEngine) engine = NULL;
  g_autoptr (AdainImage) world = new_world (), painting = test_image_noisy (160, 120, 0.3, 7);
  g_autoptr (AdainStyle) style = NULL;
  AdainEngineOptions options = { .texture = TRUE };
  AdainScene        *scene = adain_scene_new ();

  if (!g_file_test (path, G_FILE_TEST_EXISTS))
    {
      g_test_skip ("there are no shipped weights");
      adain_scene_free (scene);
      return;
    }
  model = adain_model_load (path, &error);
  g_assert_no_error (error);
  engine = adain_engine_new (model, ADAIN_DEVICE_CPU, &options, &error);
  g_assert_no_error (error);
  style = test_style_new (engine, painting);
  for (int i = 0; i < FRAMES; i++)
    {
      g_autoptr (AdainImage) frame = new_frame (world, i);
      g_autoptr (AdainContent) content = test_content_new (engine, frame, 0);

      g_assert_true (adain_scene_add (scene, content, &error));
    }
  for (int texture = 0; texture <= 1; texture++)
    {
      double own = mean_change (engine, world, style, NULL, texture);
      double shared = mean_change (engine, world, style, scene, texture);

      g_test_message ("texture %d: %.4f alone, %.4f shared", texture, own, shared);
      g_assert_cmpfloat (shared, <=, 0.5 * own);
    }
  adain_scene_free (scene);
}

/* A scene of one picture changes nothing; one of two has what both have together, and their palette. */
static void
test_merge (void)
{
  GError *error = NULL;
  g_autoptr (AdainModel) model = test_model_new ();
  g_autoptr (AdainEngine) engine = test_engine_new (model, NULL, 2, 0, 0);
  g_autoptr (AdainImage) both = test_image_noisy (128, 192, 0.3, 1),
                         painting = test_image_noisy (90, 97, 0.3, 2);
  AdainImage    halves[2] = { { 128, 96, both->rgba }, { 128, 96, both->rgba + 4 * 128 * 96 } };
  AdainContent *contents[2];
  AdainPalette  palette, expected;
  AdainSource   source = adain_image_source (both);
  AdainScene   *scene = adain_scene_new ();
  g_autoptr (AdainStyle) style = test_style_new (engine, painting);
  g_autoptr (AdainImage) before = NULL, alone = NULL, after = NULL;
  double weight;

  for (int i = 0; i < 2; i++)
    contents[i] = test_content_new (engine, &halves[i], 0);
  weight = contents[0]->statistics->weight + contents[1]->statistics->weight;
  before = test_render (contents[0], style, 0.7);
  g_assert_true (adain_scene_add (scene, contents[0], &error));
  g_assert_true (adain_content_share (contents[0], scene, &error));
  alone = test_render (contents[0], style, 0.7);
  g_assert_true (test_image_is_same (alone, before));
  g_assert_true (adain_scene_add (scene, contents[1], &error));
  g_assert_true (adain_content_share (contents[0], scene, &error));
  g_assert_cmpfloat (contents[0]->statistics->weight, ==, weight);
  after = test_render (contents[0], style, 0.7);
  g_assert_false (test_image_is_same (after, before));
  adain_scene_palette (scene, &palette);
  g_assert_true (adain_source_palette (&source, &expected, NULL, &error));
  for (int a = 0; a < 3; a++)
    {
      g_assert_cmpfloat_with_epsilon (palette.mean[a], expected.mean[a], 1e-6);
      for (int b = 0; b < 3; b++)
        g_assert_cmpfloat_with_epsilon (palette.covariance[a][b], expected.covariance[a][b], 1e-6);
    }
  for (int i = 0; i < 2; i++)
    adain_content_free (contents[i]);
  adain_scene_free (scene);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/scene/merge", test_merge);
  g_test_add_func ("/scene/flicker", test_flicker);
  return g_test_run ();
}
