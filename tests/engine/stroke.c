/* How wide strokes become on the picture: in proportion to how much smaller the network sees it, and as strong.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <math.h>

#include "engine/content.h"
#include "support.h"

/* What may be missing to the width that is asked for, and between the energies. */
#define WIDTH_ERROR  0.2
#define ENERGY_RATIO 2.0

#define STYLE_SIDE 256

/* A sky with a little noise over a land of noisy bricks: the strokes of a picture that is even all over would
 * depend on what the noise is reduced to. */
static AdainImage *
landscape (int width, int height)
{
  AdainImage *image = test_image_new (width, height);
  GRand      *random = g_rand_new_with_seed (5);
  double      shades[2048];

  for (int y = 0; y < height; y++)
    for (int x = 0; x < width; x++)
      for (int c = 0; c < 3; c++)
        {
          gboolean sky = y < height * 2 / 3;
          double   noise = g_rand_double_range (random, -1, 1);

          if (y % 6 == 0 && x % 16 == 0 && c == 0)
            shades[x / 16] = g_rand_double_range (random, -0.25, 0.25);
          image->rgba[4 * (y * width + x) + c] = sky ? 0.5 + 0.15 * c + 0.01 * noise
                                                     : 0.35 + shades[x / 16] + 0.08 * noise;
        }
  g_rand_free (random);
  return image;
}

/* Strokes: in each color waves of about this length in many directions. */
static AdainImage *
painting (double wavelength)
{
  AdainImage *image = test_image_new (STYLE_SIDE, STYLE_SIDE);
  GRand      *random = g_rand_new_with_seed (7);

  for (int c = 0; c < 3; c++)
    {
      for (int i = 0; i < STYLE_SIDE * STYLE_SIDE; i++)
        image->rgba[4 * i + c] = 0.5 - 0.07 * c;
      for (int wave = 0; wave < 24; wave++)
        {
          double angle = g_rand_double_range (random, 0, G_PI), phase = g_rand_double_range (random, 0, 7);
          double k = 2 * G_PI / (wavelength * g_rand_double_range (random, 0.8, 1.25));

          for (int y = 0; y < STYLE_SIDE; y++)
            for (int x = 0; x < STYLE_SIDE; x++)
              image->rgba[4 * (y * STYLE_SIDE + x) + c] += 0.04
                                                           * cos (k * (x * cos (angle) + y * sin (angle))
                                                                  + phase);
        }
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
  g_autoptr (AdainImage) strokes = painting (10);
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
