/* How wide strokes become on the picture: in proportion to how much smaller the network sees it, and as strong.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <math.h>

#include "engine/content.h"
#include "support.h"

/* What may be missing to the width that is asked for, and between the energies. */
#define WIDTH_ERROR  0.2
#define ENERGY_RATIO 1.5

#define STYLE_SIDE 256

/* A sky with a little noise over a land of blocks of all sizes: a picture that is even all over would have
 * less and less to it when it is reduced. */
static AdainImage *
landscape (int width, int height)
{
  AdainImage *image = test_image_new (width, height);
  GRand      *random = g_rand_new_with_seed (5);
  int         horizon = height * 2 / 3;

  for (int i = 0; i < width * height; i++)
    for (int c = 0; c < 3; c++)
      image->rgba[4 * i + c] = 0.4 + 0.1 * c + g_rand_double_range (random, -0.01, 0.01);
  for (int block = width / 4; block >= 2; block /= 2)
    for (int top = horizon; top < height; top += block)
      for (int left = 0; left < width; left += block)
        {
          double shade = g_rand_double_range (random, -0.15, 0.15);

          for (int y = top; y < MIN (top + block, height); y++)
            for (int x = left; x < MIN (left + block, width); x++)
              for (int c = 0; c < 3; c++)
                image->rgba[4 * (y * width + x) + c] += shade;
        }
  g_rand_free (random);
  return image;
}

/* Strokes: waves of about this length in many directions. */
static AdainImage *
painting (double wavelength)
{
  AdainImage *image = test_image_new (STYLE_SIDE, STYLE_SIDE);
  GRand      *random = g_rand_new_with_seed (7);
  float      *rgba = image->rgba;

  for (int i = 0; i < STYLE_SIDE * STYLE_SIDE; i++)
    for (int c = 0; c < 3; c++)
      rgba[4 * i + c] = 0.5 - 0.07 * c;
  for (int wave = 0; wave < 24; wave++)
    {
      double angle = g_rand_double_range (random, 0, G_PI), phase = g_rand_double_range (random, 0, 2 * G_PI);
      double k = 2 * G_PI / (wavelength * g_rand_double_range (random, 0.8, 1.25));

      for (int y = 0; y < STYLE_SIDE; y++)
        for (int x = 0; x < STYLE_SIDE; x++)
          for (int c = 0; c < 3; c++)
            rgba[4 * (y * STYLE_SIDE + x) + c] += 0.04
                                                  * cos (k * (x * cos (angle) + y * sin (angle)) + phase);
    }
  g_rand_free (random);
  return image;
}

typedef struct
{
  double width;  /* the distance, in pixels, at which the autocorrelation has fallen to a half */
  double energy; /* the variance */
} Texture;

/* Of the sky's green, over a square of a quarter of the picture's width. */
static Texture
measure (const AdainImage *image)
{
  int          side = image->width / 4, pitch = 4 * image->width;
  const float *sky = image->rgba + (image->height / 3 - side / 2) * pitch + (image->width - side) / 2 * 4 + 1;
  double       mean = 0, before = 0;
  Texture      texture = { 0 };

  for (int y = 0; y < side; y++)
    for (int x = 0; x < side; x++)
      mean += sky[y * pitch + 4 * x] / (side * side);
  for (int distance = 0; distance < side / 2; distance++)
    {
      double sum = 0;
      int    n = side - distance;

      for (int i = 0; i < side; i++)
        for (int j = 0; j < n; j++)
          {
            const float *across = sky + i * pitch + 4 * j, *down = sky + j * pitch + 4 * i;

            sum += (across[0] - mean) * (across[4 * distance] - mean)
                   + (down[0] - mean) * (down[distance * pitch] - mean);
          }
      sum /= 2.0 * side * n;
      if (distance == 0)
        texture.energy = sum;
      else if (sum < texture.energy / 2)
        {
          texture.width = distance - (texture.energy / 2 - sum) / (before - sum);
          return texture;
        }
      before = sum;
    }
  g_assert_not_reached ();
}

static Texture
paint (AdainEngine *engine, AdainImage *picture, AdainImage *strokes, double work_size)
{
  AdainSource source = adain_image_source (strokes);
  g_autoptr (AdainStyle) style = adain_style_encode (engine, &source, STYLE_SIDE, NULL, NULL, NULL);
  g_autoptr (AdainContent) content = test_content_new (engine, picture, (int) work_size);
  g_autoptr (AdainImage) result = NULL;
  AdainRenderOptions options = { .strength = 1, .texture = 1, .detail = 1 };

  g_assert_cmpint (content->work.width, ==, (int) work_size);
  result = test_render_styles (content, &style, NULL, 1, &options);
  return measure (result);
}

static void
check (AdainEngine *engine, int side, int work_size, double least, double most)
{
  g_autoptr (AdainImage) picture = landscape (side, side * 3 / 4);
  g_autoptr (AdainImage) strokes = painting (14);
  Texture usual = paint (engine, picture, strokes, work_size);

  for (double size = least; size <= most; size *= 2)
    {
      Texture texture = paint (engine, picture, strokes, work_size / size);
      double  width = texture.width / usual.width / size, energy = texture.energy / usual.energy;

      g_test_message ("%d px, stroke size %g: %.2f px, %.2f of what it should be; energy %.2f", side, size,
                      texture.width, width, energy);
      g_assert_cmpfloat (fabs (width - 1), <, WIDTH_ERROR);
      g_assert_cmpfloat (energy, >, 1 / ENERGY_RATIO);
      g_assert_cmpfloat (energy, <, ENERGY_RATIO);
    }
}

static AdainEngine *
shipped_engine (gsize memory)
{
  g_autofree char *path = test_weights_path ();
  g_autoptr (AdainModel) model = adain_model_load (path, NULL);

  return test_engine_new (model, NULL, 2, 0, memory);
}

/* A picture larger than the working size. */
static void
test_large (void)
{
  g_autoptr (AdainEngine) engine = shipped_engine (0);

  check (engine, 1024, 512, 0.5, 4);
}

/* One that is as small as that, and enlarged for finer strokes. */
static void
test_small (void)
{
  g_autoptr (AdainEngine) engine = shipped_engine (0);

  check (engine, 400, 400, 0.5, 2);
}

/* Enlarging ends where there is no room, but never is there less than the picture. */
static void
test_room (void)
{
  g_autoptr (AdainEngine) engine = shipped_engine ((gsize) 24 << 20);
  g_autoptr (AdainImage) picture = landscape (400, 300);
  g_autoptr (AdainContent) content = test_content_new (engine, picture, 1600);
  g_autoptr (AdainImage) strip = landscape (20000, 8);
  g_autoptr (AdainContent) longest = test_content_new (engine, strip, 80000);

  g_assert_cmpint (content->work.width, >, 600);
  g_assert_cmpint (content->work.width, <, 800);
  g_assert_cmpint (longest->work.width, ==, 20000);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/stroke/large", test_large);
  g_test_add_func ("/stroke/small", test_small);
  g_test_add_func ("/stroke/room", test_room);
  return g_test_run ();
}
