/* Rendering: strength, weights, color modes, hidden pixels, odd pictures, cancelling, errors.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <math.h>
#include <string.h>
#include <time.h>

#include "engine/color.h"
#include "engine/content.h"
#include "engine/cpu/apply.h"
#include "engine/style.h"
#include "support.h"

/* Seconds that cancelling may take; sides of the picture on which that is tried. */
#ifdef __SANITIZE_ADDRESS__
#  define PROMPT 2.0
#  define WIDTH  600
#  define HEIGHT 400
#else
#  define PROMPT 0.2
#  define WIDTH  1600
#  define HEIGHT 1100
#endif

typedef struct
{
  AdainModel  *model;
  AdainEngine *engine;
  AdainImage  *picture;
  AdainStyle  *styles[3];
} Scene;

static AdainImage *
copy_image (const AdainImage *image)
{
  AdainImage *copy = test_image_new (image->width, image->height);

  memcpy (copy->rgba, image->rgba, (gsize) image->width * image->height * 4 * sizeof (float));
  return copy;
}

static void
set_up (Scene *scene, gconstpointer data)
{
  scene->model = test_model_new ();
  scene->engine = test_engine_new (scene->model, NULL, 2, 0, 0);
  scene->picture = test_image_noisy (187, 141, 0.2, 1);
  for (int k = 0; k < 3; k++)
    {
      g_autoptr (AdainImage) painting = test_image_noisy (90 + 10 * k, 80, 0.2, 2 + k);

      for (gsize i = 0; i < (gsize) painting->width * painting->height; i++)
        painting->rgba[4 * i + k] *= 0.2f + 0.3f * k;
      scene->styles[k] = test_style_new (scene->engine, painting);
    }
}

static void
tear_down (Scene *scene, gconstpointer data)
{
  for (int k = 0; k < 3; k++)
    adain_style_free (scene->styles[k]);
  test_image_free (scene->picture);
  adain_engine_free (scene->engine);
  adain_model_unref (scene->model);
}

/* Strength --------------------------------------------------------------------------------- */

static void
test_strength_zero (Scene *scene, gconstpointer data)
{
  static const int work_sizes[] = { 0, 60 };

  scene->picture->rgba[0] = NAN;
  scene->picture->rgba[5] = 2;
  scene->picture->rgba[10] = -INFINITY;
  scene->picture->rgba[15] = 0.25;
  for (gsize i = 0; i < G_N_ELEMENTS (work_sizes); i++)
    {
      g_autoptr (AdainContent) content = test_content_new (scene->engine, scene->picture, work_sizes[i]);
      g_autoptr (AdainImage) result = test_render (content, scene->styles[0], 0);

      g_assert_true (test_image_is_same (result, scene->picture));
    }
}

/* From 0 on the result departs steadily from the picture: a tenth of the strength, a tenth of the way. */
static void
check_no_jump (Scene *scene, const char *kernels, int work_size, double rounding)
{
  g_autoptr (AdainEngine) engine = test_engine_new (scene->model, kernels, 2, 0, 0);
  g_autoptr (AdainContent) content = test_content_new (engine, scene->picture, work_size);
  double last = 1;

  for (double strength = 1e-1; strength > 1e-7; strength /= 10)
    {
      g_autoptr (AdainImage) result = test_render (content, scene->styles[0], strength);
      double distance = test_image_error (result, scene->picture);

      g_test_message ("%s, %d px, strength %g: %.2g", adain_engine_describe (engine), work_size, strength,
                      distance);
      g_assert_cmpfloat (distance, <, last / 2 + rounding);
      last = distance;
    }
  g_assert_cmpfloat (last, <, rounding);
}

static void
test_no_jump (Scene *scene, gconstpointer data)
{
  check_no_jump (scene, "c", 0, 1e-4);
  check_no_jump (scene, "c", 100, 1e-4);
  check_no_jump (scene, NULL, 0, 1e-2);
}

static void
test_plain (Scene *scene, gconstpointer data)
{
  g_autoptr (AdainContent) content = test_content_new (scene->engine, scene->picture, 0);
  AdainRenderOptions whole = { .strength = 1 }, plain_whole = { .strength = 1, .plain = TRUE };
  AdainRenderOptions half = { .strength = 0.5 }, plain_half = { .strength = 0.5, .plain = TRUE };
  AdainRenderOptions none = { .plain = TRUE };
  g_autoptr (AdainImage) a = test_render_styles (content, scene->styles, NULL, 1, &whole);
  g_autoptr (AdainImage) b = test_render_styles (content, scene->styles, NULL, 1, &plain_whole);
  g_autoptr (AdainImage) c = test_render_styles (content, scene->styles, NULL, 1, &half);
  g_autoptr (AdainImage) d = test_render_styles (content, scene->styles, NULL, 1, &plain_half);
  g_autoptr (AdainImage) e = test_render_styles (content, scene->styles, NULL, 1, &none);

  g_assert_true (test_image_is_same (a, b));
  g_assert_cmpfloat (test_image_error (d, c), >, 0.01);
  g_assert_cmpfloat (test_image_error (e, scene->picture), >, 0.01);
  for (gsize i = 0; i < (gsize) d->width * d->height * 4; i++)
    {
      /* Half of what the network loses of the picture. */
      float lost = scene->picture->rgba[i] - e->rgba[i], sum = d->rgba[i] + 0.5f * lost;

      if (d->rgba[i] > 0 && d->rgba[i] < 1 && e->rgba[i] > 0 && e->rgba[i] < 1)
        g_assert_cmpfloat (fabsf (CLAMP (sum, 0, 1) - c->rgba[i]), <, 1e-5);
    }
}

/* Weights ---------------------------------------------------------------------------------- */

static void
check_blend (const AdainStatistics *content, const AdainBlend *blend, float scale, float shift)
{
  g_autoptr (AdainTransform) transform = adain_transform_new (content, &(AdainUsual) { 0 }, blend);

  g_assert_true (adain_transform_is_diagonal (transform));
  g_assert_cmpfloat_with_epsilon (transform->maps->scale[0], scale, 1e-6);
  g_assert_cmpfloat_with_epsilon (transform->maps->shift[0], shift, 1e-6);
}

static void
test_blend (void)
{
  g_autoptr (AdainStatistics) content = adain_statistics_new (1), first = adain_statistics_new (1);
  g_autoptr (AdainStatistics) second = adain_statistics_new (1);
  const AdainStatistics *styles[] = { first, second };
  const double           weights[] = { 0.25, 0.75 };

  first->weight = second->weight = 1;
  first->mean[0] = 10;
  first->m2[0] = 4 - ADAIN_EPSILON;
  second->mean[0] = 14;
  second->m2[0] = 36 - ADAIN_EPSILON;
  content->weight = 8;
  content->mean[0] = 3;
  content->m2[0] = 8 * (16 - ADAIN_EPSILON);
  check_blend (content, &(AdainBlend) { 2, styles, weights, 1 }, 5 / 4.0, 13 - 3 * 5 / 4.0);
  check_blend (content, &(AdainBlend) { 2, styles, weights, 0.5 }, 0.5 + 0.5 * 5 / 4.0,
               0.5 * (13 - 3 * 5 / 4.0));
  check_blend (content, &(AdainBlend) { 2, styles, weights, 0 }, 1, 0);
}

static void
test_weights (Scene *scene, gconstpointer data)
{
  g_autoptr (AdainContent) content = test_content_new (scene->engine, scene->picture, 0);
  AdainRenderOptions options = { .strength = 0.8 };
  const double       only_second[] = { 0, 7, 0 }, equal[] = { 5, 5, 5 }, mixed[] = { 3, 1, 0 };
  const double       huge[] = { 3e300, 1e300, 0 };
  AdainStyle        *repeated[] = { scene->styles[1], scene->styles[1] };
  g_autoptr (AdainImage) second = test_render_styles (content, &scene->styles[1], NULL, 1, &options);
  g_autoptr (AdainImage) weighted = test_render_styles (content, scene->styles, only_second, 3, &options);
  g_autoptr (AdainImage) twice = test_render_styles (content, repeated, mixed, 2, &options);
  g_autoptr (AdainImage) by_default = test_render_styles (content, scene->styles, NULL, 3, &options);
  g_autoptr (AdainImage) equally = test_render_styles (content, scene->styles, equal, 3, &options);
  g_autoptr (AdainImage) mixture = test_render_styles (content, scene->styles, mixed, 3, &options);
  g_autoptr (AdainImage) huge_mixture = test_render_styles (content, scene->styles, huge, 3, &options);

  g_assert_true (test_image_is_same (weighted, second));
  g_assert_true (test_image_is_same (twice, second));
  g_assert_true (test_image_is_same (equally, by_default));
  g_assert_true (test_image_is_same (huge_mixture, mixture));
  g_assert_cmpfloat (test_image_error (mixture, second), >, 0.01);
}

/* Color ----------------------------------------------------------------------------------- */

/* The result's chroma is the picture's, or less where the gamut ends; its lightness is `styled`'s. */
static void
check_lightness (const AdainImage *result, const AdainImage *picture, const AdainImage *styled)
{
  gsize kept = 0, n = (gsize) result->width * result->height;

  for (gsize i = 0; i < n; i++)
    {
      const float *out = result->rgba + 4 * i, *in = picture->rgba + 4 * i;
      float        luma = adain_luma (out), chroma = 0, size = 0;

      g_assert_cmpfloat (fabsf (luma - adain_luma (styled->rgba + 4 * i)), <, 1e-4);
      for (int c = 0; c < 3; c++)
        {
          float from = in[c] - adain_luma (in);

          chroma += (out[c] - luma) * from;
          size += from * from;
        }
      chroma = size > 1e-6 ? chroma / size : 1;
      g_assert_true (chroma > -1e-3 && chroma < 1 + 1e-3);
      for (int c = 0; c < 3; c++)
        g_assert_cmpfloat (fabsf (out[c] - luma - chroma * (in[c] - adain_luma (in))), <, 1e-4);
      kept += chroma > 0.999f;
    }
  g_assert_cmpuint (kept, >, n / 20);
}

static void
test_lightness (Scene *scene, gconstpointer data)
{
  static const int work_sizes[] = { 0, 100 };

  for (gsize i = 0; i < G_N_ELEMENTS (work_sizes); i++)
    {
      g_autoptr (AdainContent) content = test_content_new (scene->engine, scene->picture, work_sizes[i]);
      AdainRenderOptions color = { .strength = 0.9, .color = ADAIN_COLOR_LIGHTNESS };
      AdainRenderOptions style = { .strength = 0.9 };
      g_autoptr (AdainImage) result = test_render_styles (content, scene->styles, NULL, 1, &color);
      g_autoptr (AdainImage) styled = test_render_styles (content, scene->styles, NULL, 1, &style);

      check_lightness (result, scene->picture, styled);
    }
}

/* Little contrast, so that nothing is clipped when it is moved to another palette. */
static AdainImage *
soft_image (guint seed, float center)
{
  AdainImage *image = test_image_noisy (80, 60, 0.2, seed);

  for (gsize i = 0; i < 80 * 60; i++)
    {
      float *p = image->rgba + 4 * i, mixed = 0.5f * p[seed % 3] + 0.5f * p[2];

      p[1] = center + 0.2f * (p[1] - 0.5f);
      p[2] = center + 0.1f + 0.17f * (mixed - 0.5f);
      p[0] = center - 0.1f + 0.25f * (p[0] - 0.5f);
    }
  return image;
}

static void
get_palette (AdainImage *image, AdainPalette *palette)
{
  AdainSource source = adain_image_source (image);
  GError     *error = NULL;

  adain_source_palette (&source, palette, NULL, &error);
  g_assert_no_error (error);
}

static void
test_palette (Scene *scene, gconstpointer data)
{
  g_autoptr (AdainImage) from = soft_image (7, 0.4), to = soft_image (8, 0.6);
  g_autoptr (AdainImage) moved = copy_image (from);
  g_autoptr (AdainContent) content = test_content_new (scene->engine, to, 0);
  AdainSource   source = adain_image_source (from);
  AdainPalette  own, target, reached, again;
  AdainColorMap map;
  GError       *error = NULL;
  g_autoptr (AdainStyle) style = NULL, expected = NULL;

  get_palette (from, &own);
  get_palette (to, &target);
  adain_content_palette (content, &again);
  g_assert_cmpmem (&again, sizeof again, &target, sizeof target);
  adain_color_map_init (&map, &own, &target);
  adain_color_map_apply (&map, moved->rgba, 80 * 60);
  get_palette (moved, &reached);
  for (int i = 0; i < 3; i++)
    {
      g_assert_cmpfloat_with_epsilon (reached.mean[i], target.mean[i], 1e-5);
      /* Not exactly: the map is regularized. */
      for (int j = 0; j < 3; j++)
        g_assert_cmpfloat_with_epsilon (reached.covariance[i][j], target.covariance[i][j], 5e-5);
    }
  g_assert_cmpfloat (fabs (own.mean[0] - target.mean[0]), >, 0.1);

  style = adain_style_encode (scene->engine, &source, 0, &target, NULL, &error);
  g_assert_no_error (error);
  expected = test_style_new (scene->engine, moved);
  g_assert_cmpmem (style->statistics->mean, 2 * style->statistics->channels * sizeof (double),
                   expected->statistics->mean, 2 * expected->statistics->channels * sizeof (double));
}

/* A picture of one color has no covariance to move; the map still has to be finite. */
static void
test_flat_palette (Scene *scene, gconstpointer data)
{
  g_autoptr (AdainImage) flat = test_image_new (20, 20);
  AdainPalette  flat_palette, palette;
  AdainColorMap map;

  for (int i = 0; i < 400; i++)
    for (int c = 0; c < 3; c++)
      flat->rgba[4 * i + c] = 0.3f;
  get_palette (flat, &flat_palette);
  get_palette (scene->picture, &palette);
  adain_color_map_init (&map, &flat_palette, &palette);
  adain_color_map_apply (&map, flat->rgba, 400);
  for (int c = 0; c < 3; c++)
    g_assert_cmpfloat_with_epsilon (flat->rgba[c], palette.mean[c], 1e-3);
  adain_color_map_init (&map, &palette, &flat_palette);
  adain_color_map_apply (&map, scene->picture->rgba, 187 * 141);
  for (int i = 0; i < 187 * 141; i++)
    g_assert_cmpfloat_with_epsilon (scene->picture->rgba[4 * i], 0.3, 0.05);
}

/* Hidden pixels ---------------------------------------------------------------------------- */

static gboolean
is_hidden (int x, int y)
{
  return (x - 60) * (x - 60) + (y - 70) * (y - 70) < 1600 || x > 150;
}

static void
hide (AdainImage *image, float color)
{
  for (int y = 0; y < image->height; y++)
    for (int x = 0; x < image->width; x++)
      {
        float *pixel = image->rgba + ((gsize) y * image->width + x) * 4;

        pixel[3] = is_hidden (x, y) ? 0 : (x + y) % 7 ? 1 : 0.5f;
        if (is_hidden (x, y))
          pixel[0] = pixel[1] = pixel[2] = color;
      }
}

static void
test_alpha (Scene *scene, gconstpointer data)
{
  static const int work_sizes[] = { 0, 90 };

  for (gsize w = 0; w < G_N_ELEMENTS (work_sizes); w++)
    {
      g_autoptr (AdainImage) other = copy_image (scene->picture);
      g_autoptr (AdainContent) content = NULL, other_content = NULL;
      g_autoptr (AdainImage) result = NULL, other_result = NULL;

      hide (scene->picture, 0.1);
      hide (other, w ? 1e30f : NAN);
      content = test_content_new (scene->engine, scene->picture, work_sizes[w]);
      other_content = test_content_new (scene->engine, other, work_sizes[w]);
      g_assert_cmpmem (content->statistics->mean, 32 * sizeof (double), other_content->statistics->mean,
                       32 * sizeof (double));
      result = test_render (content, scene->styles[0], 0.7);
      other_result = test_render (other_content, scene->styles[0], 0.7);
      for (int y = 0; y < result->height; y++)
        for (int x = 0; x < result->width; x++)
          {
            gsize i = ((gsize) y * result->width + x) * 4;

            g_assert_cmpfloat (result->rgba[i + 3], ==, scene->picture->rgba[i + 3]);
            if (!is_hidden (x, y))
              g_assert_cmpmem (result->rgba + i, 4 * sizeof (float), other_result->rgba + i,
                               4 * sizeof (float));
          }
    }
}

/* What is hidden takes a color of its surroundings: a hole in a picture of one color is no hole, also
 * in the smaller picture whose enlargement mixes hidden pixels with visible ones. */
static void
test_fill (Scene *scene, gconstpointer data)
{
  g_autoptr (AdainImage) even = copy_image (scene->picture), hole = NULL;
  g_autoptr (AdainContent) even_content = NULL, hole_content = NULL, small_content = NULL;

  for (gsize i = 0; i < (gsize) even->width * even->height; i++)
    memcpy (even->rgba + 4 * i, (float[]) { 0.8f, 0.3f, 0.4f, 1 }, 4 * sizeof (float));
  hole = copy_image (even);
  hide (hole, 0);
  even_content = test_content_new (scene->engine, even, 0);
  hole_content = test_content_new (scene->engine, hole, 0);
  for (int c = 0; c < 32; c++)
    g_assert_cmpfloat_with_epsilon (hole_content->statistics->mean[c], even_content->statistics->mean[c],
                                    0.02 * fabs (even_content->statistics->mean[c]) + 1e-3);
  small_content = test_content_new (scene->engine, hole, 90);
  for (int i = 0; i < small_content->scaled.width * small_content->scaled.height; i++)
    g_assert_cmpfloat_with_epsilon (small_content->scaled.rgba[4 * i], 0.8, 1e-4);
}

/* Anything but the picture: saturated noise. */
static void
spoil (AdainImage *image, gsize pixel, GRand *random)
{
  for (int c = 0; c < 3; c++)
    image->rgba[4 * pixel + c] = g_rand_boolean (random);
}

/* Only what is selected counts, and only that reaches the result. */
static void
test_mask (Scene *scene, gconstpointer data)
{
  g_autoptr (AdainImage) other = copy_image (scene->picture);
  g_autoptr (AdainContent) content = NULL, other_content = NULL, whole = NULL;
  g_autoptr (AdainImage) result = NULL, other_result = NULL, whole_result = NULL;
  g_autoptr (GRand) random = g_rand_new_with_seed (1);
  gsize n = (gsize) other->width * other->height;

  whole = test_content_new (scene->engine, scene->picture, 0);
  whole_result = test_render (whole, scene->styles[0], 1);
  scene->picture->mask = g_new0 (float, n);
  other->mask = g_new0 (float, n);
  for (gsize i = 0; i < n; i++)
    {
      gsize x = i % other->width;

      if (x < 60)
        scene->picture->mask[i] = other->mask[i] = i % 3 ? 1 : 0.5f;
      else
        spoil (other, i, random);
    }
  content = test_content_new (scene->engine, scene->picture, 0);
  other_content = test_content_new (scene->engine, other, 0);
  result = test_render (content, scene->styles[0], 1);
  other_result = test_render (other_content, scene->styles[0], 1);
  g_assert_cmpfloat (content->statistics->weight, ==, other_content->statistics->weight);
  for (gsize i = 0; i < n; i++)
    if (i % other->width < 60)
      g_assert_cmpmem (result->rgba + 4 * i, 4 * sizeof (float), other_result->rgba + 4 * i,
                       4 * sizeof (float));
  g_assert_cmpfloat (test_image_error (result, whole_result), >, 1e-3);
}

/* The edge of a selection may cut cells, the picture may be seen smaller, and a selection of everything is
 * none. */
static void
test_mask_edge (Scene *scene, gconstpointer data)
{
  static const double strengths[] = { 0.6, 1 };
  g_autoptr (AdainImage) other = copy_image (scene->picture);
  g_autoptr (AdainContent) content = NULL, other_content = NULL, all = NULL, plain = NULL;
  g_autoptr (AdainImage) all_result = NULL, plain_result = NULL, faint = NULL;
  g_autoptr (GRand) random = g_rand_new_with_seed (2);
  gsize n = (gsize) other->width * other->height;

  plain = test_content_new (scene->engine, scene->picture, 0);
  plain_result = test_render (plain, scene->styles[0], 0.6);
  scene->picture->mask = g_new (float, n);
  for (gsize i = 0; i < n; i++)
    scene->picture->mask[i] = 1;
  all = test_content_new (scene->engine, scene->picture, 0);
  all_result = test_render (all, scene->styles[0], 0.6);
  g_assert_true (test_image_is_same (all_result, plain_result));

  other->mask = g_new (float, n);
  for (gsize i = 0; i < n; i++)
    {
      int x = i % other->width - 70, y = i / other->width - 50;

      scene->picture->mask[i] = other->mask[i] = x * x + y * y < 37 * 37;
      if (other->mask[i] == 0)
        spoil (other, i, random);
    }
  content = test_content_new (scene->engine, scene->picture, 0);
  other_content = test_content_new (scene->engine, other, 0);
  for (gsize s = 0; s < G_N_ELEMENTS (strengths); s++)
    {
      g_autoptr (AdainImage) a = test_render (content, scene->styles[0], strengths[s]);
      g_autoptr (AdainImage) b = test_render (other_content, scene->styles[0], strengths[s]);

      for (gsize i = 0; i < n; i++)
        if (other->mask[i] > 0)
          g_assert_cmpmem (a->rgba + 4 * i, 4 * sizeof (float), b->rgba + 4 * i, 4 * sizeof (float));
    }
  /* As exact as 16 bits are. */
  faint = test_render (other_content, scene->styles[0], 1e-5);
  for (gsize i = 0; i < n; i++)
    if (other->mask[i] > 0)
      for (int c = 0; c < 3; c++)
        g_assert_cmpfloat_with_epsilon (faint->rgba[4 * i + c], other->rgba[4 * i + c], 2e-2);
}

/* Cells are clipped to the range of those that count, however the statistics were put together. */
static void
test_bounds (void)
{
  g_autoptr (AdainStatistics) content = adain_statistics_new (2), part = adain_statistics_new (2);
  g_autoptr (AdainStatistics) style = adain_statistics_new (2);
  const AdainStatistics *styles[] = { style };
  const AdainKernels    *kernels = adain_kernels_find ("c");
  g_autoptr (AdainTransform) transform = NULL;
  AdainApply apply;
  float      cells[] = { -9, 0, 2, 0, 8, 0 }, out[6];

  g_assert_true (adain_statistics_want_range (content) && adain_statistics_want_range (part));
  adain_statistics_add (content, (float[]) { -5, 1, 1, -1, 3, 0 }, (float[]) { 0, 0.5f, 1 }, 3);
  adain_statistics_add (part, (float[]) { 4, 0, 9, 9 }, (float[]) { 1, 0 }, 2);
  adain_statistics_merge (content, part);
  g_assert_cmpmem (content->low, 2 * sizeof (double), ((double[]) { 1, -1 }), 2 * sizeof (double));
  g_assert_cmpmem (content->high, 2 * sizeof (double), ((double[]) { 4, 0 }), 2 * sizeof (double));
  adain_statistics_add (style, (float[]) { 1, 2, 5, 6 }, NULL, 2);
  transform = adain_transform_new (content, &(AdainUsual) { 0 },
                                   &(AdainBlend) { 1, styles, (const double[]) { 1 }, 1 });
  g_assert_true (adain_transform_is_bounded (transform));
  g_assert_true (adain_apply_init (&apply, kernels, transform, 2, 3, 1));
  adain_apply_row (&apply, cells, 0, 0, 3, out);
  adain_apply_clear (&apply);
  for (int i = 0; i < 3; i++)
    g_assert_cmpfloat_with_epsilon (out[2 * i],
                                    CLAMP (cells[2 * i], 1, 4) * transform->maps->scale[0]
                                        + transform->maps->shift[0],
                                    1e-5);
}

/* Flat pictures ---------------------------------------------------------------------------- */

/* Even grey with noise of half a level, or with a black dot. */
static AdainImage *
grey_image (float noise, gboolean dot)
{
  AdainImage *image = test_image_new (256, 256);
  g_autoptr (GRand) random = g_rand_new_with_seed (4);

  for (int i = 0; i < 256 * 256; i++)
    for (int c = 0; c < 3; c++)
      {
        int x = i % 256 - 126, y = i / 256 - 126;

        image->rgba[4 * i + c] = 0.5f + noise * g_rand_double_range (random, -1, 1);
        if (dot && x >= 0 && x < 4 && y >= 0 && y < 4)
          image->rgba[4 * i + c] = 0;
      }
  return image;
}

static double
deviation (const AdainImage *image)
{
  double sum = 0, squares = 0, n = (double) image->width * image->height;

  for (gsize i = 0; i < n; i++)
    {
      sum += image->rgba[4 * i + 1];
      squares += image->rgba[4 * i + 1] * image->rgba[4 * i + 1];
    }
  return sqrt (MAX (squares / n - sum / n * sum / n, 0));
}

/* With the shipped model; the result's deviation. */
static double
paint_grey (AdainEngine *engine, AdainStyle *style, float noise, gboolean dot)
{
  g_autoptr (AdainImage) picture = grey_image (noise, dot);
  g_autoptr (AdainContent) content = test_content_new (engine, picture, 0);
  g_autoptr (AdainImage) result = test_render (content, style, 1);

  return deviation (result);
}

/* Noise that cannot be seen does not become a loud texture, nor a dot a large disc: they would if the model
 * did not tell what is usual. An ordinary picture stays nearly the same. */
static void
test_flat (Scene *scene, gconstpointer data)
{
  g_autofree char *path = test_weights_path ();
  GError          *error = NULL;
  g_autoptr (AdainModel) model = adain_model_load (path, &error);
  g_autoptr (AdainEngine) engine = NULL;
  g_autoptr (AdainImage) painting = test_image_noisy (256, 256, 0.2, 5),
                         picture = test_image_noisy (256, 256, 0.2, 6);
  g_autoptr (AdainImage) before = NULL, after = NULL;
  g_autoptr (AdainStyle) style = NULL;
  g_autoptr (AdainContent) content = NULL;
  AdainUsual *usual, known;
  double      noise, dot, loud_noise, loud_dot;

  g_assert_no_error (error);
  engine = test_engine_new (model, NULL, 2, 0, 0);
  style = test_style_new (engine, painting);
  content = test_content_new (engine, picture, 0);
  usual = (AdainUsual *) &adain_model_network (model)->usual;
  known = *usual;
  g_assert_true (known.deviation && known.low && known.high);
  noise = paint_grey (engine, style, 0.5f / 255, FALSE);
  dot = paint_grey (engine, style, 0, TRUE);
  after = test_render (content, style, 1);
  *usual = (AdainUsual) { 0 };
  loud_noise = paint_grey (engine, style, 0.5f / 255, FALSE);
  loud_dot = paint_grey (engine, style, 0, TRUE);
  before = test_render (content, style, 1);
  *usual = known;
  g_test_message ("noise %.3f instead of %.3f, dot %.3f instead of %.3f, ordinary: %.3f", noise, loud_noise,
                  dot, loud_dot, test_image_error (after, before));
  g_assert_cmpfloat (noise, <, 0.75 * loud_noise);
  g_assert_cmpfloat (dot, <, 0.75 * loud_dot);
  g_assert_cmpfloat (test_image_error (after, before), <, 0.06);
}

static void
test_nothing_visible (Scene *scene, gconstpointer data)
{
  AdainSource source;
  GError     *error = NULL;

  scene->picture->mask = g_new0 (float, (gsize) scene->picture->width * scene->picture->height);
  source = adain_image_source (scene->picture);
  g_assert_null (adain_content_encode (scene->engine, &source, 0, NULL, NULL, NULL, &error));
  g_assert_error (error, ADAIN_ERROR, ADAIN_ERROR_PICTURE);
  g_clear_error (&error);
  g_clear_pointer (&scene->picture->mask, g_free);
  for (gsize i = 0; i < (gsize) scene->picture->width * scene->picture->height; i++)
    scene->picture->rgba[4 * i + 3] = 0;
  source = adain_image_source (scene->picture);
  g_assert_null (adain_style_encode (scene->engine, &source, ADAIN_STYLE_SIDE, NULL, NULL, &error));
  g_assert_error (error, ADAIN_ERROR, ADAIN_ERROR_PICTURE);
  g_clear_error (&error);
}

/* Odd pictures ----------------------------------------------------------------------------- */

/* What can hardly be seen is painted, also when it is scaled; what would vanish in the sums counts as
 * invisible. */
static void
test_faint (Scene *scene, gconstpointer data)
{
  static const struct
  {
    float    alpha;
    int      work_size;
    gboolean visible;
  } trials[] = { { 1e-5f, 0, TRUE }, { 1e-5f, 90, TRUE }, { 1e-44f, 0, FALSE }, { 1e-44f, 90, FALSE } };

  for (gsize t = 0; t < G_N_ELEMENTS (trials); t++)
    {
      AdainSource source = adain_image_source (scene->picture);
      g_autoptr (AdainContent) content = NULL;
      GError *error = NULL;

      for (gsize i = 0; i < (gsize) source.width * source.height; i++)
        scene->picture->rgba[4 * i + 3] = trials[t].alpha;
      content = adain_content_encode (scene->engine, &source, trials[t].work_size, NULL, NULL, NULL, &error);
      if (trials[t].visible)
        {
          g_assert_no_error (error);
          g_assert_true (isfinite (content->statistics->mean[0]));
        }
      else
        {
          g_assert_error (error, ADAIN_ERROR, ADAIN_ERROR_PICTURE);
          g_error_free (error);
        }
    }
}

static void
test_not_finite (Scene *scene, gconstpointer data)
{
  const float bad[] = { NAN, INFINITY, -INFINITY, 1e38f, -5 }, good[] = { 0, 1, 0, 1, 0 };
  g_autoptr (AdainImage) clean = copy_image (scene->picture);
  g_autoptr (AdainContent) content = NULL, clean_content = NULL;
  g_autoptr (AdainImage) result = NULL, clean_result = NULL;

  for (int i = 0; i < 500; i++)
    {
      scene->picture->rgba[i * 200 + i % 4] = bad[i % 5];
      clean->rgba[i * 200 + i % 4] = good[i % 5];
    }
  content = test_content_new (scene->engine, scene->picture, 0);
  clean_content = test_content_new (scene->engine, clean, 0);
  result = test_render (content, scene->styles[0], 1);
  clean_result = test_render (clean_content, scene->styles[0], 1);
  test_image_check_range (result);
  g_assert_true (test_image_is_same (result, clean_result));
}

/* What lies beyond [0, 1], as in pictures of a high dynamic range, goes as the strength grows, and the color
 * of every pixel is kept there, too. */
static void
test_beyond (Scene *scene, gconstpointer data)
{
  static const int work_sizes[] = { 0, 100, 300 };
  g_autoptr (AdainEngine) engine = test_engine_new (scene->model, "vector", 2, 0, 0);

  for (gsize i = 0; i < (gsize) scene->picture->width * scene->picture->height * 4; i++)
    if (i % 4 < 3)
      scene->picture->rgba[i] = 4 * scene->picture->rgba[i] - 0.5f;
  for (gsize w = 0; w < G_N_ELEMENTS (work_sizes); w++)
    for (AdainColor color = ADAIN_COLOR_STYLE; color <= ADAIN_COLOR_LIGHTNESS; color++)
      {
        g_autoptr (AdainContent) content = test_content_new (engine, scene->picture, work_sizes[w]);
        AdainRenderOptions faint = { .strength = 1e-5, .detail = 1, .color = color };
        AdainRenderOptions full = { .strength = 1, .detail = 1, .color = color };
        g_autoptr (AdainImage) nearly = test_render_styles (content, scene->styles, NULL, 1, &faint);
        g_autoptr (AdainImage) result = test_render_styles (content, scene->styles, NULL, 1, &full);

        g_assert_cmpfloat (test_image_difference (nearly, scene->picture), <, 0.002);
        test_image_check_range (result);
      }
}

static void
test_odd_sizes (Scene *scene, gconstpointer data)
{
  static const int sizes[][2] = { { 1, 1 }, { 2, 1 },   { 1, 1500 }, { 2300, 1 },
                                  { 3, 2 }, { 15, 16 }, { 7, 900 },  { 17, 17 } };
  static const int work_sizes[] = { 0, 1, 2, 50 };

  for (gsize i = 0; i < G_N_ELEMENTS (sizes); i++)
    for (gsize w = 0; w < G_N_ELEMENTS (work_sizes); w++)
      {
        g_autoptr (AdainImage) picture = test_image_new (sizes[i][0], sizes[i][1]);
        g_autoptr (AdainContent) content = test_content_new (scene->engine, picture, work_sizes[w]);

        for (double strength = 0.5; strength <= 1; strength += 0.5)
          {
            g_autoptr (AdainImage) result = test_render (content, scene->styles[0], strength);

            test_image_check_range (result);
          }
      }
  for (gsize i = 0; i < G_N_ELEMENTS (sizes); i++)
    {
      g_autoptr (AdainImage) painting = test_image_new (sizes[i][0], sizes[i][1]);
      AdainSource source = adain_image_source (painting);
      GError     *error = NULL;
      AdainStyle *style = adain_style_encode (scene->engine, &source, 128, NULL, NULL, &error);

      g_assert_no_error (error);
      for (int c = 0; c < style->statistics->channels; c++)
        g_assert_true (isfinite (style->statistics->mean[c])
                       && isfinite (adain_statistics_deviation (style->statistics, c)));
      adain_style_free (style);
    }
}

/* A working size as large as the picture means the picture; another one scales it and back. */
static void
test_work_size (Scene *scene, gconstpointer data)
{
  g_autoptr (AdainContent) full = test_content_new (scene->engine, scene->picture, 0);
  g_autoptr (AdainContent) exact = test_content_new (scene->engine, scene->picture, 187);
  g_autoptr (AdainContent) smaller = test_content_new (scene->engine, scene->picture, 93);
  g_autoptr (AdainContent) larger = test_content_new (scene->engine, scene->picture, 374);
  g_autoptr (AdainImage) a = test_render (full, scene->styles[0], 0.9);
  g_autoptr (AdainImage) b = test_render (exact, scene->styles[0], 0.9);
  g_autoptr (AdainImage) c = test_render (smaller, scene->styles[0], 0.9);
  g_autoptr (AdainImage) d = test_render (larger, scene->styles[0], 0.9);

  g_assert_true (test_image_is_same (a, b));
  g_assert_cmpint (smaller->work.width, ==, 93);
  g_assert_cmpint (smaller->work.height, ==, 70);
  g_assert_cmpint (larger->work.width, ==, 374);
  g_assert_cmpfloat (test_image_error (c, a), >, 0.01);
  g_assert_cmpfloat (test_image_error (d, a), >, 0.01);
  test_image_check_range (c);
  test_image_check_range (d);
}

/* Fine detail is laid over what was painted smaller, as much as is asked for. */
static void
test_detail (Scene *scene, gconstpointer data)
{
  g_autoptr (AdainContent) content = test_content_new (scene->engine, scene->picture, 60);
  AdainRenderOptions none = { .strength = 1 }, half = { .strength = 1, .detail = 0.5 };
  g_autoptr (AdainImage) a = test_render_styles (content, scene->styles, NULL, 1, &none);
  g_autoptr (AdainImage) b = test_render_styles (content, scene->styles, NULL, 1, &half);
  g_autoptr (AdainImage) c = test_render (content, scene->styles[0], 1);

  g_assert_cmpfloat (test_image_difference (a, b), >, 0.01);
  g_assert_cmpfloat (test_image_difference (a, c), >, 1.5 * test_image_difference (a, b));
}

/* How much fine detail makes of the result. */
static double
effect_of_detail (AdainContent *content, AdainStyle *style)
{
  AdainRenderOptions none = { .strength = 1 };
  g_autoptr (AdainImage) without = test_render_styles (content, &style, NULL, 1, &none);
  g_autoptr (AdainImage) with = test_render (content, style, 1);

  return test_image_error (with, without);
}

/* A style of hardly any contrast gets less of the fine detail, as of the contours. */
static void
test_faint_detail (Scene *scene, gconstpointer data)
{
  g_autoptr (AdainImage) painting = test_image_noisy (90, 80, 0.2, 2);
  g_autoptr (AdainContent) content = test_content_new (scene->engine, scene->picture, 60);
  g_autoptr (AdainStyle) faint = NULL;

  for (gsize i = 0; i < (gsize) painting->width * painting->height; i++)
    for (int c = 0; c < 3; c++)
      painting->rgba[4 * i + c] = 0.5f + 0.02f * (painting->rgba[4 * i + c] - 0.5f);
  faint = test_style_new (scene->engine, painting);
  g_assert_cmpfloat (effect_of_detail (content, faint), <,
                     0.8 * effect_of_detail (content, scene->styles[0]));
}

/* Progress, cancelling --------------------------------------------------------------------- */

typedef struct
{
  double        fraction;
  int           calls;
  GCancellable *cancellable;
  int           cancel_at;
  double        first;
} Watch;

static void
watch (double fraction, AdainProgressUnit unit, int tile, int tiles, gpointer user_data)
{
  Watch *self = user_data;

  g_assert_cmpfloat (fraction, >=, self->fraction);
  g_assert_cmpfloat (fraction, <=, 1);
  g_assert_cmpint (unit, ==, ADAIN_PROGRESS_TILES);
  g_assert_cmpint (tile, >=, 1);
  g_assert_cmpint (tile, <=, tiles);
  self->fraction = fraction;
  if (self->calls == 0)
    self->first = fraction;
  if (++self->calls == self->cancel_at)
    g_cancellable_cancel (self->cancellable);
}

static void
test_progress (Scene *scene, gconstpointer data)
{
  static const int    work_sizes[] = { 0, 120 };
  static const double strengths[] = { 0, 0.5, 0.6, 1 };
  g_autoptr (AdainEngine) engine = test_engine_new (scene->model, NULL, 2, 64, 0);
  g_autoptr (AdainImage) result = copy_image (scene->picture);
  AdainSource source = adain_image_source (scene->picture);
  AdainSink   sink = adain_image_sink (result);
  GError     *error = NULL;

  for (gsize w = 0; w < G_N_ELEMENTS (work_sizes); w++)
    {
      Watch progress = { 0 };
      g_autoptr (AdainContent)
          content = adain_content_encode (engine, &source, work_sizes[w], watch, &progress, NULL, &error);

      g_assert_no_error (error);
      g_assert_cmpfloat (progress.fraction, ==, 1);
      g_assert_cmpfloat (progress.first, <, 0.5);
      g_assert_cmpint (progress.calls, >, 3);
      for (gsize i = 0; i < G_N_ELEMENTS (strengths); i++)
        {
          AdainRenderOptions options = { .strength = strengths[i] };

          progress = (Watch) { 0 };
          adain_content_render (content, scene->styles, NULL, 1, &options, &sink, watch, &progress, NULL,
                                &error);
          g_assert_no_error (error);
          g_assert_cmpfloat (progress.fraction, ==, 1);
          g_assert_cmpint (progress.calls, >, strengths[i] > 0 ? 3 : 0);
        }
    }
}

/* One picture from the beginning; G_IO_ERROR_CANCELLED at any point. */
static gboolean
paint (AdainEngine *engine, AdainImage *picture, AdainImage *painting, int work_size, Watch *progress,
       GCancellable *cancellable, GError **error)
{
  AdainSource source = adain_image_source (picture), style_source = adain_image_source (painting);
  g_autoptr (AdainImage) result = test_image_new (picture->width, picture->height);
  AdainSink          sink = adain_image_sink (result);
  AdainRenderOptions options = { .strength = 0.5 };
  g_autoptr (AdainStyle) style = adain_style_encode (engine, &style_source, 128, NULL, cancellable, error);
  g_autoptr (AdainContent) content = NULL;

  if (!style)
    return FALSE;
  content = adain_content_encode (engine, &source, work_size, progress ? watch : NULL, progress, cancellable,
                                  error);
  if (progress)
    progress->fraction = 0;
  return content
         && adain_content_render (content, &style, NULL, 1, &options, &sink, progress ? watch : NULL,
                                  progress, cancellable, error);
}

static void
test_cancel_in_progress (Scene *scene, gconstpointer data)
{
  g_autoptr (AdainEngine) engine = test_engine_new (scene->model, NULL, 2, 64, 0);

  for (int work_size = 0; work_size <= 100; work_size += 100)
    for (int call = 1;; call++)
      {
        g_autoptr (GCancellable) cancellable = g_cancellable_new ();
        Watch   progress = { 0, 0, cancellable, call };
        GError *error = NULL;

        if (paint (engine, scene->picture, scene->picture, work_size, &progress, cancellable, &error))
          {
            /* Too late, when only the last tiles of both threads were still under way. */
            g_assert_cmpint (progress.calls, >=, 6);
            g_assert_cmpint (call + 1, >=, progress.calls);
            break;
          }
        g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
        g_error_free (error);
      }
}

typedef struct
{
  GCancellable *cancellable;
  gint64        delay, cancelled;
  double        cpu;
} Timer;

static double
cpu_seconds (void)
{
  return clock () / (double) CLOCKS_PER_SEC;
}

static gpointer
cancel_later (gpointer data)
{
  Timer *timer = data;

  g_usleep (timer->delay);
  timer->cancelled = g_get_monotonic_time ();
  timer->cpu = cpu_seconds ();
  g_cancellable_cancel (timer->cancellable);
  return NULL;
}

/* Seconds from cancelling after `delay` us to the return; negative if the call was done before. On a busy
 * machine they count only as far as they were spent on this process. */
static double
time_cancel (AdainEngine *engine, AdainImage *picture, AdainImage *painting, int work_size, gint64 delay)
{
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  Timer    timer = { cancellable, delay };
  GThread *thread = g_thread_new ("cancel", cancel_later, &timer);
  GError  *error = NULL;
  gboolean ok = paint (engine, picture, painting, work_size, NULL, cancellable, &error);
  gint64   end = g_get_monotonic_time ();
  double   cpu = cpu_seconds ();

  g_thread_join (thread);
  if (ok)
    return -1;
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_error_free (error);
  return MIN ((end - timer.cancelled) / 1e6, cpu - timer.cpu);
}

/* Whenever it comes, cancelling takes effect soon. */
static void
test_cancel_any_time (Scene *scene, gconstpointer data)
{
  g_autoptr (AdainImage) large = test_image_new (WIDTH, HEIGHT);

  for (int work_size = 0; work_size <= WIDTH * 4 / 5; work_size += WIDTH * 4 / 5)
    {
      double longest = 0, took;

      for (gint64 delay = 0;; delay = delay * 1.6 + 3000)
        {
          took = time_cancel (scene->engine, large, scene->picture, work_size, delay);
          if (took < 0)
            break;
          longest = MAX (longest, took);
        }
      g_test_message ("work size %d: %.0f ms at most", work_size, longest * 1e3);
      g_assert_cmpfloat (longest, <, PROMPT);
    }
}

/* The same again ------------------------------------------------------------------------- */

static void
test_deterministic (Scene *scene, gconstpointer data)
{
  g_autoptr (AdainImage) first = NULL;

  for (int run = 0; run < 6; run++)
    {
      g_autoptr (AdainEngine) engine = test_engine_new (scene->model, NULL, 1 + run % 3, 64, 0);
      g_autoptr (AdainContent) content = test_content_new (engine, scene->picture, run < 3 ? 0 : 100);
      g_autoptr (AdainImage) result = test_render (content, scene->styles[0], 0.7);
      g_autoptr (AdainImage) again = test_render (content, scene->styles[0], 0.7);

      g_assert_true (test_image_is_same (result, again));
      if (run % 3 == 0)
        g_clear_pointer (&first, test_image_free);
      if (first)
        g_assert_true (test_image_is_same (result, first));
      else
        first = g_steal_pointer (&result);
    }
}

/* Errors ----------------------------------------------------------------------------------- */

static void
check_render_refused (AdainContent *content, AdainStyle *const *styles, const double *weights, int n,
                      double strength, double detail)
{
  g_autoptr (AdainImage) result = test_image_new (content->source.width, content->source.height);
  AdainSink          sink = adain_image_sink (result);
  AdainRenderOptions options = { .strength = strength, .detail = detail };
  GError            *error = NULL;

  g_assert_false (adain_content_render (content, styles, weights, n, &options, &sink, NULL, NULL, NULL,
                                        &error));
  g_assert_error (error, ADAIN_ERROR, ADAIN_ERROR_ARGUMENT);
  g_error_free (error);
}

static void
test_render_errors (Scene *scene, gconstpointer data)
{
  g_autoptr (AdainContent) content = test_content_new (scene->engine, scene->picture, 0);
  static const double weights[][2] = { { 0, 0 },        { -1, 2 },   { NAN, 1 },
                                       { 1, INFINITY }, { -0.0, 0 }, { 1.7e308, 1.7e308 } };
  static const double strengths[] = { -0.1, 1.0001, NAN, INFINITY };
  for (gsize i = 0; i < G_N_ELEMENTS (weights); i++)
    check_render_refused (content, scene->styles, weights[i], 2, 1, 1);
  for (gsize i = 0; i < G_N_ELEMENTS (strengths); i++)
    {
      check_render_refused (content, scene->styles, NULL, 1, strengths[i], 1);
      check_render_refused (content, scene->styles, NULL, 1, 1, strengths[i]);
    }
  check_render_refused (content, scene->styles, NULL, 0, 1, 1);
}

/* A style goes with its model, not with the number of channels or with one engine. */
static void
test_foreign_style (Scene *scene, gconstpointer data)
{
  g_autoptr (AdainContent) content = test_content_new (scene->engine, scene->picture, 0);
  AdainEngine *second = test_engine_new (scene->model, NULL, 1, 0, 0);
  AdainStyle  *styles[] = { scene->styles[0], test_style_new (second, scene->picture) };

  adain_engine_free (second);
  test_image_free (test_render (content, styles[1], 1));
  adain_style_free (styles[1]);

  for (int again = 0; again < 2; again++)
    {
      AdainModel *model = test_model_new ();

      second = test_engine_new (model, NULL, 1, 0, 0);
      adain_model_unref (model);
      styles[1] = test_style_new (second, scene->picture);
      adain_engine_free (second);
      check_render_refused (content, styles, NULL, 2, 1, 1);
      adain_style_free (styles[1]);
    }
}

static void
check_picture_refused (Scene *scene, const AdainSource *source, int work_size, int code)
{
  GError *error = NULL;

  g_assert_null (adain_content_encode (scene->engine, source, work_size, NULL, NULL, NULL, &error));
  g_assert_error (error, ADAIN_ERROR, code);
  g_error_free (error);
}

static void
test_source_errors (Scene *scene, gconstpointer data)
{
  AdainSource source = adain_image_source (scene->picture), bad = source;
  GError     *error = NULL;

  check_picture_refused (scene, &source, -1, ADAIN_ERROR_ARGUMENT);
  check_picture_refused (scene, NULL, 0, ADAIN_ERROR_PICTURE);
  bad.width = 0;
  check_picture_refused (scene, &bad, 0, ADAIN_ERROR_PICTURE);
  bad.width = G_MAXINT;
  check_picture_refused (scene, &bad, 0, ADAIN_ERROR_PICTURE);
  bad = source;
  bad.height = -3;
  check_picture_refused (scene, &bad, 0, ADAIN_ERROR_PICTURE);
  bad = source;
  bad.read = NULL;
  check_picture_refused (scene, &bad, 0, ADAIN_ERROR_PICTURE);
  g_assert_null (adain_style_encode (scene->engine, &source, -1, NULL, NULL, &error));
  g_assert_error (error, ADAIN_ERROR, ADAIN_ERROR_ARGUMENT);
  g_error_free (error);
}

static void
test_engine_errors (Scene *scene, gconstpointer data)
{
  AdainEngineOptions options = { .kernels = "none" };
  GError            *error = NULL;

  g_assert_null (adain_engine_new (scene->model, ADAIN_DEVICE_CPU, &options, &error));
  g_assert_error (error, ADAIN_ERROR, ADAIN_ERROR_DEVICE);
  g_assert_nonnull (strstr (error->message, "none"));
  g_error_free (error);
  g_assert_nonnull (strstr (adain_engine_describe (scene->engine), "CPU, 2 threads, "));
  g_assert_null (adain_engine_notice (scene->engine));
}

int
main (int argc, char **argv)
{
  static const struct
  {
    const char *path;
    void (*test) (Scene *, gconstpointer);
  } tests[] = {
    { "/render/strength-zero", test_strength_zero },
    { "/render/no-jump", test_no_jump },
    { "/render/plain", test_plain },
    { "/render/weights", test_weights },
    { "/render/lightness", test_lightness },
    { "/render/palette", test_palette },
    { "/render/flat-palette", test_flat_palette },
    { "/render/alpha", test_alpha },
    { "/render/fill", test_fill },
    { "/render/mask", test_mask },
    { "/render/mask-edge", test_mask_edge },
    { "/render/flat", test_flat },
    { "/render/nothing-visible", test_nothing_visible },
    { "/render/faint", test_faint },
    { "/render/not-finite", test_not_finite },
    { "/render/beyond", test_beyond },
    { "/render/odd-sizes", test_odd_sizes },
    { "/render/work-size", test_work_size },
    { "/render/detail", test_detail },
    { "/render/faint-detail", test_faint_detail },
    { "/render/progress", test_progress },
    { "/render/cancel-in-progress", test_cancel_in_progress },
    { "/render/cancel-any-time", test_cancel_any_time },
    { "/render/deterministic", test_deterministic },
    { "/render/render-errors", test_render_errors },
    { "/render/foreign-style", test_foreign_style },
    { "/render/source-errors", test_source_errors },
    { "/render/engine-errors", test_engine_errors },
  };

  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/render/blend", test_blend);
  g_test_add_func ("/render/bounds", test_bounds);
  for (gsize i = 0; i < G_N_ELEMENTS (tests); i++)
    g_test_add (tests[i].path, Scene, NULL, set_up, tests[i].test, tear_down);
  return g_test_run ();
}
