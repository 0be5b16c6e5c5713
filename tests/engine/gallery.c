/* Galleries: what is written can be read, a style of one paints as its picture does, and what is not right is
 * refused.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <math.h>
#include <string.h>

#include <glib/gstdio.h>

#include "engine/factors.h"
#include "engine/style.h"
#include "support.h"

#define SHIPPED_STYLES 85

static const AdainGalleryEntry wave = { "hokusai--wave", "Hokusai", "The “Great” Wave", "1831" };

/* Writes a gallery of one style, and reads it. */
static AdainGallery *
write_and_read (AdainModel *model, AdainImage *painting, const AdainStyle *style)
{
  g_autofree char *directory = g_dir_make_tmp ("adain-test-XXXXXX", NULL);
  g_autofree char *path = g_build_filename (directory, "gallery.safetensors", NULL);
  g_autoptr (AdainGallery) made = adain_gallery_new (model);
  AdainGallery *gallery;
  AdainSource   source = adain_image_source (painting);
  AdainPalette  palette;
  GError       *error = NULL;

  g_assert_true (adain_source_palette (&source, &palette, NULL, &error));
  g_assert_true (adain_gallery_add (made, &wave, style, &palette, &error));
  g_assert_no_error (error);
  g_assert_true (adain_gallery_write (made, path, &error));
  g_assert_no_error (error);
  g_assert_false (adain_gallery_add (made, &wave, style, &palette, &error));
  g_assert_error (error, ADAIN_ERROR, ADAIN_ERROR_ARGUMENT);
  g_clear_error (&error);
  gallery = adain_gallery_load (path, model, &error);
  g_assert_no_error (error);
  g_unlink (path);
  g_rmdir (directory);
  return gallery;
}

static AdainModel *
shipped_model (void)
{
  g_autofree char *path = test_weights_path ();
  GError          *error = NULL;
  AdainModel      *model = adain_model_load (path, &error);

  g_assert_no_error (error);
  return model;
}

/* In dB. */
static double
likeness (const AdainImage *a, const AdainImage *b)
{
  gsize  n = (gsize) a->width * a->height;
  double sum = 0;

  for (gsize i = 0; i < 4 * n; i++)
    sum += i % 4 < 3 ? (a->rgba[i] - b->rgba[i]) * (a->rgba[i] - b->rgba[i]) : 0;
  return -10 * log10 (sum / (3 * n));
}

/* A style that was kept paints what the picture itself does: without texture but for the 16 bits, with it but
 * for what the factors leave out. */
static void
test_round_trip (void)
{
  g_autoptr (AdainModel) model = shipped_model ();
  g_autoptr (AdainEngine) engine = test_engine_new (model, test_float_kernels (), 2, 0, 0);
  g_autoptr (AdainImage) picture = test_image_noisy (150, 131, 0.1, 1),
                         painting = test_image_noisy (200, 170, 0.3, 2);
  g_autoptr (AdainStyle) style = test_style_new (engine, painting);
  g_autoptr (AdainContent) content = test_content_new (engine, picture, 0);
  g_autoptr (AdainGallery) gallery = write_and_read (model, painting, style);
  g_autoptr (AdainStyle) kept = adain_gallery_style (gallery, 0, NULL);
  const AdainGalleryEntry *names = adain_gallery_entry (gallery, 0);
  static const double      limits[] = { 60, 32 };

  g_assert_cmpint (adain_gallery_size (gallery), ==, 1);
  g_assert_cmpint (adain_gallery_find (gallery, wave.name), ==, 0);
  g_assert_cmpint (adain_gallery_find (gallery, "hokusai"), ==, -1);
  g_assert_cmpstr (names->artist, ==, wave.artist);
  g_assert_cmpstr (names->title, ==, wave.title);
  g_assert_cmpstr (names->year, ==, wave.year);
  for (int texture = 0; texture < 2; texture++)
    {
      const AdainRenderOptions options = { .strength = 1, .texture = texture };
      g_autoptr (AdainImage) expected = test_render_styles (content, &style, NULL, 1, &options);
      g_autoptr (AdainImage) result = test_render_styles (content, &kept, NULL, 1, &options);

      g_test_message ("texture %d: %.1f dB", texture, likeness (result, expected));
      g_assert_cmpfloat (likeness (result, expected), >, limits[texture]);
    }
}

/* Equal but for 16 bits, and for what one kernel set sums up otherwise than another. */
static void
check_half (double value, double expected)
{
  g_assert_cmpfloat_with_epsilon (value, expected, 0.001 + 0.001 * expected);
}

/* A picture of one color alone: no covariance at all, and zeros stay zeros in the file. */
static void
test_even (void)
{
  g_autoptr (AdainModel) model = shipped_model ();
  g_autoptr (AdainEngine) engine = test_engine_new (model, test_float_kernels (), 2, 0, 0);
  g_autoptr (AdainImage) painting = test_image_new (72, 64);
  g_autoptr (AdainStyle) style = NULL, kept = NULL;
  g_autoptr (AdainGallery) gallery = NULL;

  for (gsize i = 0; i < (gsize) 4 * 72 * 64; i++)
    painting->rgba[i] = i % 4 == 3 ? 1 : 0.25f * (i % 4);
  style = test_style_new (engine, painting);
  gallery = write_and_read (model, painting, style);
  kept = adain_gallery_style (gallery, 0, NULL);
  for (int c = 0; c < kept->statistics->channels; c++)
    {
      check_half (kept->statistics->mean[c], style->statistics->mean[c]);
      g_assert_cmpfloat (kept->statistics->m2[c], <, 1e-5);
    }
}

/* What was encoded for refinement is kept for it: the levels but for the 16 bits, and so what a result becomes; what
 * was not is refused. */
static void
test_refinement (void)
{
  const AdainEngineOptions options = {
    .threads = 2, .kernels = test_float_kernels (), .texture = TRUE, .refine = TRUE
  };
  g_autoptr (AdainModel) model = shipped_model ();
  g_autoptr (AdainEngine) engine = adain_engine_new (model, ADAIN_DEVICE_CPU, &options, NULL);
  g_autoptr (AdainEngine) without = test_engine_new (model, test_float_kernels (), 2, 0, 0);
  g_autoptr (AdainImage) picture = test_image_new (93, 70), painting = test_image_noisy (80, 96, 0.4, 1);
  g_autoptr (AdainStyle) style = test_style_new (engine, painting), bare = test_style_new (without, painting);
  g_autoptr (AdainContent) content = test_content_new (engine, picture, 0);
  g_autoptr (AdainGallery) gallery = write_and_read (model, painting, style);
  g_autoptr (AdainGallery) poorer = write_and_read (model, painting, bare);
  g_autoptr (AdainGallery) joined = adain_gallery_new (model);
  g_autoptr (AdainStyle) kept = NULL, none = adain_gallery_style (poorer, 0, NULL);
  const AdainRenderOptions steps = { .strength = 1, .refine = 12 };
  g_autoptr (AdainImage) expected = NULL, result = NULL;

  g_assert_true (adain_gallery_append (joined, gallery, NULL));
  kept = adain_gallery_style (joined, 0, NULL);
  g_assert_nonnull (kept->levels);
  g_assert_null (none->levels);
  for (int i = 0; i < ADAIN_LEVELS; i++)
    for (int c = 0; c < style->levels->channels[i]; c++)
      {
        check_half (kept->levels->mean[i][c], style->levels->mean[i][c]);
        check_half (kept->levels->deviation[i][c], style->levels->deviation[i][c]);
      }
  expected = test_render_styles (content, &style, NULL, 1, &steps);
  result = test_render_styles (content, &kept, NULL, 1, &steps);
  g_test_message ("%.1f dB", likeness (result, expected));
  g_assert_cmpfloat (likeness (result, expected), >, 38);
}

/* What is a diagonal and few directions is found to be that. */
static void
test_factors (void)
{
  enum
  {
    N = 24,
    RANK = 3
  };
  g_autoptr (GRand) random = g_rand_new_with_seed (7);
  float  made[RANK * N], found[RANK * N], rest[N];
  double covariance[N * N], work[ADAIN_FACTORS_WORK (N)], error = 0, sum = 0;

  test_fill_random (random, made, RANK * N, -1, 1);
  test_fill_random (random, rest, N, 0.01f, 0.1f);
  for (int i = 0; i < N; i++)
    for (int j = 0; j < N; j++)
      {
        covariance[i * N + j] = i == j ? rest[i] : 0;
        for (int r = 0; r < RANK; r++)
          covariance[i * N + j] += made[r * N + i] * made[r * N + j];
      }
  g_assert_true (adain_factors_find (covariance, N, RANK, found, work));
  for (int i = 0; i < N; i++)
    for (int j = 0; j < N; j++)
      if (i != j)
        {
          double difference = covariance[i * N + j];

          for (int r = 0; r < RANK; r++)
            difference -= found[r * N + i] * found[r * N + j];
          error += difference * difference;
          sum += covariance[i * N + j] * covariance[i * N + j];
        }
  g_assert_cmpfloat (sqrt (error / sum), <, 1e-3);
  covariance[0] = NAN;
  g_assert_false (adain_factors_find (covariance, N, RANK, found, work));
}

static void
check_refused (const char *path, AdainModel *model, const char *reason)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (adain_gallery_load (path, model, &error));
  g_assert_error (error, ADAIN_ERROR, ADAIN_ERROR_MODEL);
  g_assert_nonnull (strstr (error->message, reason));
}

/* The gallery that ships fits the model that ships, and no other. */
static void
test_shipped (void)
{
  g_autofree char *weights = test_weights_path ();
  g_autofree char *directory = g_path_get_dirname (weights);
  g_autofree char *path = g_build_filename (directory, "gallery.safetensors", NULL);
  g_autoptr (AdainModel) model = shipped_model ();
  g_autoptr (AdainModel) other = test_model_new ();
  g_autoptr (GError) error = NULL;
  g_autoptr (AdainGallery) gallery = adain_gallery_load (path, model, &error);
  int learned = 0;

  g_assert_no_error (error);
  g_assert_cmpint (adain_gallery_size (gallery), ==, SHIPPED_STYLES);
  for (int i = 0; i < SHIPPED_STYLES; i++)
    {
      const AdainGalleryEntry *names = adain_gallery_entry (gallery, i);
      g_autoptr (AdainStyle) style = adain_gallery_style (gallery, i, NULL);
      AdainPalette palette;

      g_assert_nonnull (style->levels);
      learned += style->adaptation != NULL;
      g_assert_cmpint (adain_gallery_find (gallery, names->name), ==, i);
      g_assert_true (*names->artist && *names->title && *names->year);
      adain_gallery_palette (gallery, i, &palette);
      for (int c = 0; c < 3; c++)
        g_assert_true (palette.mean[c] > 0 && palette.mean[c] < 1 && palette.covariance[c][c] > 0);
    }
  g_assert_cmpint (learned, ==, SHIPPED_STYLES);
  check_refused (path, other, "another model");
  check_refused (weights, model, "not a gallery");
}

/* A gallery of the same numbers for each name. */
static AdainGallery *
gallery_of (AdainModel *model, const AdainStyle *style, const char *const *names)
{
  AdainGallery *gallery = adain_gallery_new (model);
  AdainPalette  palette = { { 0.5, 0.25, 0.75 } };

  for (; *names; names++)
    g_assert_true (adain_gallery_add (gallery, &(AdainGalleryEntry) { *names, "", *names, "" }, style,
                                      &palette, NULL));
  return gallery;
}

/* Two galleries become one, the first in front; of a name that both have the first's stays. What one kept with
 * fewer factors paints as it did. */
static void
test_append (void)
{
  static const char *const few[] = { "a", "b", NULL }, *const more[] = { "b", "c", NULL };
  g_autofree char *path = test_weights_path (), *weights = g_path_get_dirname (path);
  g_autofree char *shipped_path = g_build_filename (weights, "gallery.safetensors", NULL);
  g_autoptr (AdainModel) model = shipped_model ();
  g_autoptr (AdainEngine) engine = test_engine_new (model, test_float_kernels (), 2, 0, 0);
  g_autoptr (AdainImage) painting = test_image_noisy (90, 80, 0.3, 2);
  g_autoptr (AdainStyle) style = test_style_new (engine, painting);
  g_autoptr (AdainGallery) first = gallery_of (model, style, few), second = gallery_of (model, style, more);
  g_autoptr (AdainGallery) shipped = adain_gallery_load (shipped_path, model, NULL);
  AdainPalette palette;

  g_assert_true (adain_gallery_append (first, second, NULL));
  g_assert_cmpint (adain_gallery_size (first), ==, 3);
  g_assert_cmpint (adain_gallery_find (first, "b"), ==, 1);
  g_assert_cmpint (adain_gallery_find (first, "c"), ==, 2);

  g_assert_true (adain_gallery_append (first, shipped, NULL));
  g_assert_cmpint (adain_gallery_size (first), ==, 3 + SHIPPED_STYLES);
  adain_gallery_palette (first, 2, &palette);
  g_assert_cmpfloat (palette.mean[1], ==, 0.25);

  adain_gallery_remove (first, 1);
  g_assert_cmpint (adain_gallery_find (first, "b"), ==, -1);
  g_assert_cmpint (adain_gallery_find (first, "c"), ==, 1);
  g_assert_cmpint (adain_gallery_size (second), ==, 2);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/gallery/factors", test_factors);
  g_test_add_func ("/gallery/round-trip", test_round_trip);
  g_test_add_func ("/gallery/even", test_even);
  g_test_add_func ("/gallery/refinement", test_refinement);
  g_test_add_func ("/gallery/shipped", test_shipped);
  g_test_add_func ("/gallery/append", test_append);
  return g_test_run ();
}
