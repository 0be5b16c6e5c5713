/* Brushwork: the noise that contents are seen with.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "engine/noise.h"

#include <math.h>
#include <string.h>

#include "engine/adain.h"
#include "support.h"

#define WIDTH  300
#define HEIGHT 150

/* Of a gray picture, one value for each pixel. */
static float *
make_noise (double deviation, const AdainRect *rect)
{
  gsize             n = (gsize) rect->width * rect->height;
  g_autofree float *rgb = g_new (float, 3 * n);
  float            *noise = g_new (float, n);

  for (gsize i = 0; i < 3 * n; i++)
    rgb[i] = 0.5f;
  adain_noise_add (deviation, rect, rgb);
  for (gsize i = 0; i < n; i++)
    {
      noise[i] = rgb[3 * i] - 0.5f;
      g_assert_true (rgb[3 * i] == rgb[3 * i + 1] && rgb[3 * i] == rgb[3 * i + 2]);
    }
  return noise;
}

/* As weights/noise.py has it. */
static void
test_values (void)
{
  static const struct
  {
    int    x, y;
    double value;
  } values[] = { { 0, 0, -1.587952 },     { 5, 6, -0.930769 },     { 17, 3, -0.484514 },
                 { 100, 200, -1.490541 }, { 1199, 999, 1.008855 }, { 6, 5, -1.224783 } };

  for (gsize i = 0; i < G_N_ELEMENTS (values); i++)
    {
      AdainRect         rect = { values[i].x, values[i].y, 1, 1 };
      g_autofree float *noise = make_noise (0.1, &rect);

      g_assert_cmpfloat_with_epsilon (noise[0], 0.1 * values[i].value, 1e-6);
    }
}

/* Its deviation is as asked for, its mean is 0, and pixels a stroke apart have nothing to do with each other. */
static void
test_statistics (void)
{
  AdainRect         rect = { 0, 0, 600, 600 };
  g_autofree float *noise = make_noise (0.02, &rect);
  double            sum = 0, squares = 0, near = 0, far = 0;

  for (int y = 0; y < 600; y++)
    for (int x = 0; x < 600; x++)
      {
        float value = noise[y * 600 + x];

        sum += value;
        squares += value * value;
        near += x + 2 < 600 ? value * noise[y * 600 + x + 2] : 0;
        far += x + 24 < 600 ? value * noise[y * 600 + x + 24] : 0;
      }
  g_assert_cmpfloat_with_epsilon (sum / 360000, 0, 1e-3);
  g_assert_cmpfloat_with_epsilon (sqrt (squares / 360000), 0.02, 1e-3);
  g_assert_cmpfloat (near, >, 0.8 * squares);
  g_assert_cmpfloat (fabs (far), <, 0.1 * squares);
}

/* It belongs to the place, not to the rectangle that is read. */
static void
test_places (void)
{
  AdainRect         all = { 0, 0, 90, 70 }, some = { 37, 19, 41, 33 };
  g_autofree float *whole = make_noise (0.1, &all), *part = make_noise (0.1, &some);

  for (int y = 0; y < some.height; y++)
    g_assert_cmpint (memcmp (part + y * some.width, whole + (some.y + y) * all.width + some.x,
                             some.width * sizeof (float)),
                     ==, 0);
}

static void
test_clipping (void)
{
  AdainRect         rect = { 0, 0, 64, 64 };
  g_autofree float *rgb = g_new0 (float, 64 * 64 * 3);
  int               black = 0;

  adain_noise_add (1, &rect, rgb);
  for (int i = 0; i < 64 * 64 * 3; i++)
    {
      g_assert_true (rgb[i] >= 0 && rgb[i] <= 1);
      black += rgb[i] == 0;
    }
  g_assert_cmpint (black, >, 64 * 64);
  g_assert_cmpint (black, <, 64 * 64 * 2);
}

/* Painted pictures ---------------------------------------------------------------------------------- */

static AdainEngine *
new_engine (AdainModel *model, int tile, gsize memory, double brushwork)
{
  AdainEngine *engine = test_engine_new (model, test_float_kernels (), 2, tile, memory);
  GError      *error = NULL;

  g_assert_true (adain_engine_set_brushwork (engine, brushwork, &error));
  g_assert_no_error (error);
  return engine;
}

/* A picture whose left is of one color, and how wide that is. */
#define EVEN 240

static AdainImage *
new_even_image (void)
{
  AdainImage *image = test_image_noisy (WIDTH, HEIGHT, 0.3, 1);

  for (int y = 0; y < HEIGHT; y++)
    for (int x = 0; x < EVEN; x++)
      for (int c = 0; c < 3; c++)
        image->rgba[4 * (y * WIDTH + x) + c] = 0.3f + 0.1f * c;
  return image;
}

static AdainImage *
paint (AdainEngine *engine, AdainImage *picture, int work_size, double strength)
{
  g_autoptr (AdainImage) painting = test_image_noisy (96, 96, 0.4, 2);
  g_autoptr (AdainStyle) style = test_style_new (engine, painting);
  g_autoptr (AdainContent) content = test_content_new (engine, picture, work_size);

  return test_render (content, style, strength);
}

/* By how much pixels of the even part differ from those a cell beside them, as far as these see nothing else. */
static double
variety (const AdainImage *image)
{
  double sum = 0;
  int    n = 0;

  for (int y = 0; y < HEIGHT; y++)
    for (int x = 0; x < EVEN - 128; x++, n++)
      sum += fabsf (image->rgba[4 * (y * WIDTH + x)] - image->rgba[4 * (y * WIDTH + x + 8)]);
  return sum / n;
}

/* Without, the network paints the same in each cell where all are the same. Nothing of it is left where the strength
 * is 0. */
static void
test_even (void)
{
  g_autoptr (AdainModel) model = test_shipped_model_new ();
  g_autoptr (AdainImage) even = new_even_image (), without = NULL, with = NULL, weak = NULL;
  g_autoptr (AdainEngine) engine = new_engine (model, 0, 0, 0);

  without = paint (engine, even, 0, 1);
  g_assert_cmpfloat (variety (without), <, 1e-3);
  g_assert_true (adain_engine_set_brushwork (engine, 0.5, NULL));
  with = paint (engine, even, 0, 1);
  g_assert_cmpfloat (variety (with), >, 0.05);
  weak = paint (engine, even, 0, 0.001);
  g_assert_cmpfloat (test_image_difference (weak, even), <, 0.01);
}

/* The same however the picture is cut, and whether features are kept. */
static void
test_tiles (void)
{
  static const int tiles[] = { 32, 64 };
  g_autoptr (AdainModel) model = test_model_new ();
  g_autoptr (AdainImage) picture = test_image_new (WIDTH, HEIGHT);

  for (int size = 0; size <= 120; size += 120)
    {
      g_autoptr (AdainEngine) one = new_engine (model, 1 << 20, 0, 0.8);
      g_autoptr (AdainImage) expected = paint (one, picture, size, 0.7);

      for (gsize t = 0; t < G_N_ELEMENTS (tiles); t++)
        {
          g_autoptr (AdainEngine) engine = new_engine (model, tiles[t], 0, 0.8);
          g_autoptr (AdainImage) result = paint (engine, picture, size, 0.7);

          g_assert_cmpfloat (test_image_difference (result, expected), <=, 1e-5);
        }
    }
}

/* A content that was encoded with another amount is painted as one that was encoded with this one. */
static void
test_changed (void)
{
  g_autoptr (AdainModel) model = test_model_new ();
  g_autoptr (AdainEngine) engine = new_engine (model, 0, 0, 0);
  g_autoptr (AdainImage) picture = test_image_new (WIDTH, HEIGHT),
                         painting = test_image_noisy (96, 96, 0.4, 2);
  g_autoptr (AdainStyle) style = test_style_new (engine, painting);
  g_autoptr (AdainContent) content = test_content_new (engine, picture, 0);
  g_autoptr (AdainImage) plain = test_render (content, style, 0.5);

  for (int i = 1; i >= 0; i--)
    {
      g_autoptr (AdainContent) fresh = NULL;
      g_autoptr (AdainImage) changed = NULL, wanted = NULL;

      g_assert_true (adain_engine_set_brushwork (engine, i, NULL));
      changed = test_render (content, style, 0.5);
      fresh = test_content_new (engine, picture, 0);
      wanted = test_render (fresh, style, 0.5);
      g_assert_true (test_image_is_same (changed, wanted));
      g_assert_true (test_image_is_same (changed, plain) == (i == 0));
    }
}

static void
test_bad (void)
{
  static const double bad[] = { -0.1, 1.1, NAN, INFINITY };
  g_autoptr (AdainModel) model = test_model_new ();
  g_autoptr (AdainEngine) engine = new_engine (model, 0, 0, 0.5);

  for (gsize i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_false (adain_engine_set_brushwork (engine, bad[i], &error));
      g_assert_error (error, ADAIN_ERROR, ADAIN_ERROR_ARGUMENT);
    }
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/noise/values", test_values);
  g_test_add_func ("/noise/statistics", test_statistics);
  g_test_add_func ("/noise/places", test_places);
  g_test_add_func ("/noise/clipping", test_clipping);
  g_test_add_func ("/brushwork/even", test_even);
  g_test_add_func ("/brushwork/tiles", test_tiles);
  g_test_add_func ("/brushwork/changed", test_changed);
  g_test_add_func ("/brushwork/bad", test_bad);
  return g_test_run ();
}
