/* Parts of pictures and turns: their text, and the pixels that are taken.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "plugin/paint/excerpt.h"

/* Larger than what is turned at a time. */
#define WIDTH  90
#define HEIGHT 150

typedef struct
{
  int x, y;
} Point;

/* The pixel of a @width x @height picture that is at @at after a turn, step by step. */
static Point
look_up (Point at, AdainTurn turn, int width, int height)
{
  Point from = at;

  for (int quarter = turn % 4; quarter > 0; quarter--)
    {
      const int across = quarter % 2 == 1 ? height : width; /* of the picture as it is now */

      from = (Point) { from.y, across - 1 - from.x };
    }
  if (turn >= ADAIN_TURN_MIRROR)
    from.x = width - 1 - from.x;
  return from;
}

/* Each pixel says where it is. */
static AdainPixels *
make_pixels (void)
{
  GeglBuffer  *buffer = gegl_buffer_new (GEGL_RECTANGLE (0, 0, WIDTH, HEIGHT), babl_format ("R'G'B' u8"));
  GeglBuffer  *mask = gegl_buffer_new (GEGL_RECTANGLE (0, 0, WIDTH, HEIGHT), babl_format ("Y u8"));
  guint8       pixels[HEIGHT][WIDTH][3], cover[HEIGHT][WIDTH];
  AdainPixels *made = adain_pixels_new ("made", buffer);

  for (int y = 0; y < HEIGHT; y++)
    for (int x = 0; x < WIDTH; x++)
      {
        pixels[y][x][0] = (guint8) x;
        pixels[y][x][1] = (guint8) y;
        pixels[y][x][2] = (guint8) (x ^ y);
        cover[y][x] = (guint8) (x + y);
      }
  gegl_buffer_set (buffer, NULL, 0, NULL, pixels, GEGL_AUTO_ROWSTRIDE);
  gegl_buffer_set (mask, NULL, 0, NULL, cover, GEGL_AUTO_ROWSTRIDE);
  made->mask = mask;
  return made;
}

/* What is taken of a picture has these pixels of it. */
static void
check_pixels (const AdainExcerpt *excerpt, const AdainRect *rect)
{
  g_autoptr (AdainPixels) pixels = make_pixels ();
  g_autofree guint8 *taken = NULL;
  guint8             cover;
  int                width, height;
  GError            *error = NULL;

  adain_excerpt_apply (excerpt, pixels, &error);
  g_assert_no_error (error);
  width = gegl_buffer_get_width (pixels->buffer);
  height = gegl_buffer_get_height (pixels->buffer);
  g_assert_cmpint (width, ==, excerpt->turn % 2 == 0 ? rect->width : rect->height);
  g_assert_cmpint (height, ==, excerpt->turn % 2 == 0 ? rect->height : rect->width);

  taken = g_malloc (width * height * 3);
  gegl_buffer_get (pixels->buffer, NULL, 1.0, NULL, taken, GEGL_AUTO_ROWSTRIDE, GEGL_ABYSS_NONE);
  for (int y = 0; y < height; y++)
    for (int x = 0; x < width; x++)
      {
        Point         from = look_up ((Point) { x, y }, excerpt->turn, rect->width, rect->height);
        const guint8 *pixel = taken + 3 * (y * width + x);

        g_assert_cmpint (pixel[0], ==, rect->x + from.x);
        g_assert_cmpint (pixel[1], ==, rect->y + from.y);
        gegl_buffer_sample (pixels->mask, x, y, NULL, &cover, NULL, GEGL_SAMPLER_NEAREST, GEGL_ABYSS_NONE);
        g_assert_cmpint (cover, ==, (guint8) (pixel[0] + pixel[1]));
      }
}

static void
test_pixels (void)
{
  for (int turn = ADAIN_TURN_NONE; turn <= ADAIN_TURN_MIRROR_270; turn++)
    {
      check_pixels (&(AdainExcerpt) { ADAIN_PART_WHOLE, (AdainTurn) turn },
                    &(AdainRect) { 0, 0, WIDTH, HEIGHT });
      check_pixels (&(AdainExcerpt) { { 10, 20, 50, 60 }, (AdainTurn) turn }, &(AdainRect) { 9, 30, 45, 90 });
    }
}

/* There is always one pixel, wherever the part is. */
static void
test_small (void)
{
  static const double places[] = { 0, 50, 99.999 };

  for (guint i = 0; i < G_N_ELEMENTS (places); i++)
    for (int size = 1; size < 4; size++)
      {
        const AdainPart part = { places[i], places[i], 0.001, 0.001 };
        const AdainRect rect = adain_part_pixels (&part, size, size);

        g_assert_cmpint (rect.width, ==, 1);
        g_assert_cmpint (rect.height, ==, 1);
        g_assert_true (rect.x >= 0 && rect.x < size && rect.y >= 0 && rect.y < size);
      }
}

/* One turn after another does what their sum does, to parts as to pixels. */
static void
test_turns (void)
{
  const AdainPart part = { 5, 10, 20, 40 };

  for (int a = ADAIN_TURN_NONE; a <= ADAIN_TURN_MIRROR_270; a++)
    for (int b = ADAIN_TURN_NONE; b <= ADAIN_TURN_MIRROR_270; b++)
      {
        const AdainPart    once = adain_part_turn (&part, (AdainTurn) a);
        const AdainExcerpt twice = { adain_part_turn (&once, (AdainTurn) b), ADAIN_TURN_NONE };
        const AdainTurn    sum = adain_turn_further ((AdainTurn) a, (AdainTurn) b);
        const AdainExcerpt both = { adain_part_turn (&part, sum), ADAIN_TURN_NONE };
        const AdainExcerpt back = { adain_part_turn_back (&once, (AdainTurn) a), ADAIN_TURN_NONE };

        g_assert_true (adain_excerpt_equal (&twice, &both));
        g_assert_true (adain_excerpt_equal (&back, &(AdainExcerpt) { part, ADAIN_TURN_NONE }));
      }
}

static void
test_good_text (void)
{
  static const char *const good[] = { "0 0 100 40", "12.5 0.25 87.5 99.75", "1 2 3 4", "0 99.9 100 0.1" };
  AdainPart                part;
  AdainTurn                turn;
  GError                  *error = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (good); i++)
    {
      g_autofree char *text = NULL;

      adain_part_parse (good[i], &part, &error);
      g_assert_no_error (error);
      text = adain_part_format (&part);
      g_assert_cmpstr (text, ==, good[i]);
    }
  adain_part_parse ("", &part, &error);
  g_assert_no_error (error);
  g_assert_true (adain_excerpt_is_whole (&(AdainExcerpt) { part, ADAIN_TURN_NONE }));

  for (int i = ADAIN_TURN_NONE; i <= ADAIN_TURN_MIRROR_270; i++)
    {
      adain_turn_parse (adain_turn_name ((AdainTurn) i), &turn, &error);
      g_assert_no_error (error);
      g_assert_cmpint (turn, ==, i);
    }
  adain_turn_parse ("", &turn, &error);
  g_assert_no_error (error);
  g_assert_cmpint (turn, ==, ADAIN_TURN_NONE);
}

static void
test_bad_text (void)
{
  static const char *const parts[] = {
    "0",        "0 0 100",   "0 0 100 40 1", "0,0,100,40", "0 0 100 forty", "-1 0 50 50", "60 0 50 50",
    "0 0 0 50", "0 0 50 -1", "0 0 101 50",   "nan 0 1 1",  "0 0 inf 1",     " ",          "0 0 nan 1",
  };
  static const char *const turns[] = { "45", "left", "mirror-0", "90 ", "Mirror" };

  for (guint i = 0; i < G_N_ELEMENTS (parts); i++)
    {
      g_autoptr (GError) error = NULL;
      AdainPart part;

      g_assert_false (adain_part_parse (parts[i], &part, &error));
      g_assert_error (error, ADAIN_ERROR, ADAIN_ERROR_ARGUMENT);
    }
  for (guint i = 0; i < G_N_ELEMENTS (turns); i++)
    {
      g_autoptr (GError) error = NULL;
      AdainTurn turn;

      g_assert_false (adain_turn_parse (turns[i], &turn, &error));
      g_assert_error (error, ADAIN_ERROR, ADAIN_ERROR_ARGUMENT);
    }
}

int
main (int argc, char **argv)
{
  int status;

  g_test_init (&argc, &argv, NULL);
  gegl_init (NULL, NULL);
  g_test_add_func ("/excerpt/pixels", test_pixels);
  g_test_add_func ("/excerpt/small", test_small);
  g_test_add_func ("/excerpt/turns", test_turns);
  g_test_add_func ("/excerpt/good-text", test_good_text);
  g_test_add_func ("/excerpt/bad-text", test_bad_text);
  status = g_test_run ();
  gegl_exit ();
  return status;
}
