/* Whether GEGL on Windows finds the operation where the installer has put it, and whether it paints.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <gegl.h>

#define WIDTH  96
#define HEIGHT 64

static const GeglRectangle area = { 0, 0, WIDTH, HEIGHT };

typedef guint8 Pixels[HEIGHT][WIDTH][3];

static GeglBuffer *
make_picture (Pixels pixels)
{
  GeglBuffer *picture = gegl_buffer_new (&area, babl_format ("R'G'B' u8"));

  for (int y = 0; y < HEIGHT; y++)
    for (int x = 0; x < WIDTH; x++)
      for (int c = 0; c < 3; c++)
        pixels[y][x][c] = (guint8) ((x * (c + 2) + 3 * y + x * y / 7) % 256);
  gegl_buffer_set (picture, &area, 0, NULL, pixels, GEGL_AUTO_ROWSTRIDE);
  return picture;
}

/* By the style that the operation has if none is named. */
static void
paint (GeglBuffer *picture, double strength, Pixels pixels)
{
  g_autoptr (GeglNode) graph = gegl_node_new ();
  GeglNode *source = gegl_node_new_child (graph, "operation", "gegl:buffer-source", "buffer", picture, NULL);
  GeglNode *filter = gegl_node_new_child (graph, "operation", "adain:style-transfer", "strength", strength,
                                          NULL);

  gegl_node_link (source, filter);
  gegl_node_blit (filter, 1, &area, babl_format ("R'G'B' u8"), pixels, GEGL_AUTO_ROWSTRIDE,
                  GEGL_BLIT_DEFAULT);
}

static double
difference (Pixels a, Pixels b)
{
  double sum = 0;

  for (int y = 0; y < HEIGHT; y++)
    for (int x = 0; x < WIDTH; x++)
      for (int c = 0; c < 3; c++)
        sum += ABS (a[y][x][c] - b[y][x][c]);
  return sum / (WIDTH * HEIGHT * 3);
}

static void
test_found (void)
{
  g_assert_true (gegl_has_operation ("adain:style-transfer"));
}

static void
test_painted (void)
{
  Pixels before, full, again, half;
  g_autoptr (GeglBuffer) picture = make_picture (before);

  paint (picture, 1, full);
  paint (picture, 1, again);
  paint (picture, 0.5, half);
  /* Passed through, were anything missing. */
  g_assert_cmpfloat (difference (before, full), >, 10);
  g_assert_cmpfloat (difference (full, again), ==, 0);
  g_assert_cmpfloat (difference (before, half), <, difference (before, full));
}

int
main (int argc, char **argv)
{
  int result;

  g_test_init (&argc, &argv, NULL);
  gegl_init (&argc, &argv);
  g_test_add_func ("/operation/found", test_found);
  g_test_add_func ("/operation/painted", test_painted);
  result = g_test_run ();
  gegl_exit ();
  return result;
}
