/* The painter of the operation, without GIMP: what it keeps, and what it does when something is wrong.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <glib/gstdio.h>

#include "plugin/operation/painter.h"
#include "plugin/operation/studio.h"
#include "plugin/paint/convert.h"

#define WIDTH  96
#define HEIGHT 64

/* Not at the origin, as after a crop. */
static const GeglRectangle area = { 13, -5, WIDTH, HEIGHT };

static char *style; /* of a file */

static GeglBuffer *
make_picture (int seed)
{
  g_autoptr (GRand) random = g_rand_new_with_seed (seed);
  GeglBuffer *buffer = gegl_buffer_new (&area, babl_format ("R'G'B' u8"));
  guint8      pixels[HEIGHT][WIDTH][3];

  for (int y = 0; y < HEIGHT; y++)
    for (int x = 0; x < WIDTH; x++)
      for (int c = 0; c < 3; c++)
        pixels[y][x][c] = (guint8) ((x * (c + seed) + 2 * y + g_rand_int_range (random, 0, 40)) % 256);
  gegl_buffer_set (buffer, &area, 0, NULL, pixels, GEGL_AUTO_ROWSTRIDE);
  return buffer;
}

static void
write_picture (GeglBuffer *picture, const char *path)
{
  g_autoptr (GeglNode) graph = gegl_node_new ();
  GeglNode *source = gegl_node_new_child (graph, "operation", "gegl:buffer-source", "buffer", picture, NULL);
  GeglNode *sink = gegl_node_new_child (graph, "operation", "gegl:png-save", "path", path, NULL);

  gegl_node_link (source, sink);
  gegl_node_process (sink);
}

static void
write_style (void)
{
  g_autoptr (GeglBuffer) picture = make_picture (3);

  write_picture (picture, style);
}

static AdainOrder
order_style (void)
{
  return (AdainOrder) {
    .styles = { style, "" },
    .weights = { 1, 1, 1, 1 },
    .parameters = { .strength = 1, .texture = 1, .stroke_size = 1, .work_size = 64, .detail = 1 },
  };
}

/* The painted pixels, or NULL where it fails; free with g_free(). */
static float *
paint (AdainPainter *painter, const AdainOrder *order, GeglBuffer *picture, GError **error)
{
  const Babl *format = adain_working_format (babl_space ("sRGB"));
  g_autoptr (GeglBuffer) result = gegl_buffer_new (&area, format);
  g_autofree float *pixels = g_new (float, WIDTH * HEIGHT * 4);

  if (!adain_painter_paint (painter, order, picture, &area, format, result, error))
    return NULL;
  gegl_buffer_get (result, &area, 1.0, format, pixels, GEGL_AUTO_ROWSTRIDE, GEGL_ABYSS_NONE);
  return g_steal_pointer (&pixels);
}

/* Fails the test if it cannot be painted. */
static float *
paint_well (AdainPainter *painter, const AdainOrder *order, GeglBuffer *picture)
{
  GError *error = NULL;
  float  *pixels = paint (painter, order, picture, &error);

  g_assert_no_error (error);
  return pixels;
}

static gboolean
is_same (const float *a, const float *b)
{
  return memcmp (a, b, sizeof (float) * WIDTH * HEIGHT * 4) == 0;
}

/* The style is encoded once, also for another picture and other weights, unless it has to be recolored. */
static void
test_kept_style (void)
{
  AdainPainter *painter = adain_painter_new ();
  g_autoptr (GeglBuffer) one = make_picture (1), two = make_picture (2);
  AdainOrder order = order_style ();
  g_autoptr (GError) error = NULL;

  write_style ();
  g_autofree float *first = paint_well (painter, &order, one);
  g_unlink (style);
  g_autofree float *other = paint_well (painter, &order, two);
  g_autofree float *again = paint_well (painter, &order, one);
  order.parameters.strength = 0.5;
  g_autofree float *weaker = paint_well (painter, &order, one);

  g_assert_false (is_same (first, other));
  g_assert_true (is_same (first, again));
  g_assert_false (is_same (first, weaker));

  order.parameters.preserve = ADAIN_PRESERVE_PALETTE;
  g_assert_null (paint (painter, &order, one, &error));
  g_assert_error (error, ADAIN_ERROR, ADAIN_ERROR_ARGUMENT);
  adain_painter_free (painter);
}

/* What is kept makes no difference: a new painter paints the same. */
static void
test_same_anew (void)
{
  AdainPainter *painter = adain_painter_new (), *fresh = adain_painter_new ();
  g_autoptr (GeglBuffer) picture = make_picture (1);
  AdainOrder order = order_style ();

  write_style ();
  for (int preserve = ADAIN_PRESERVE_NONE; preserve <= ADAIN_PRESERVE_LIGHTNESS; preserve++)
    {
      order.parameters.preserve = preserve;
      g_free (paint_well (painter, &order, picture));
    }
  order.parameters.stroke_size = 2;
  g_autofree float *kept = paint_well (painter, &order, picture);
  g_autofree float *anew = paint_well (fresh, &order, picture);
  g_assert_true (is_same (kept, anew));
  adain_painter_free (painter);
  adain_painter_free (fresh);
}

/* The left half of the style's picture, on its side, as a file. */
static char *
write_turned_half (void)
{
  char *path = g_strconcat (style, ".half.png", NULL);
  g_autoptr (GeglBuffer) picture = make_picture (3);
  g_autoptr (GeglBuffer)
      half = gegl_buffer_new (GEGL_RECTANGLE (0, 0, HEIGHT, WIDTH / 2), babl_format ("R'G'B' u8"));
  guint8 pixels[HEIGHT][WIDTH][3], turned[WIDTH / 2][HEIGHT][3];

  gegl_buffer_get (picture, &area, 1.0, NULL, pixels, GEGL_AUTO_ROWSTRIDE, GEGL_ABYSS_NONE);
  for (int y = 0; y < HEIGHT; y++)
    for (int x = 0; x < WIDTH / 2; x++)
      memcpy (turned[x][HEIGHT - 1 - y], pixels[y][x], 3);
  gegl_buffer_set (half, NULL, 0, NULL, turned, GEGL_AUTO_ROWSTRIDE);
  write_picture (half, path);
  return path;
}

/* A part of a style's picture, turned, does what a file of it would. */
static void
test_excerpt (void)
{
  AdainPainter *painter = adain_painter_new (), *fresh = adain_painter_new ();
  g_autoptr (GeglBuffer) picture = make_picture (1);
  g_autofree char *half = write_turned_half ();
  AdainOrder       order = order_style ();

  write_style ();
  g_autofree float *whole = paint_well (painter, &order, picture);
  order.parts[0] = "0 0 50 100";
  order.turns[0] = ADAIN_TURN_90;
  g_autofree float *part = paint_well (painter, &order, picture);
  order = order_style ();
  order.styles[0] = half;
  g_autofree float *file = paint_well (fresh, &order, picture);

  g_assert_false (is_same (whole, part));
  g_assert_true (is_same (part, file));
  g_unlink (half);
  adain_painter_free (painter);
  adain_painter_free (fresh);
}

/* After an error the next order is painted as if there had been none. */
static void
test_errors (void)
{
  static const char *const names[] = { "/nowhere.png", "/", "gallery:nobody", "gallery:" };
  AdainPainter            *painter = adain_painter_new ();
  g_autoptr (GeglBuffer) picture = make_picture (1);
  AdainOrder good = order_style ();

  write_style ();
  g_autofree float *first = paint_well (painter, &good, picture);
  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      AdainOrder bad = good;
      g_autoptr (GError) error = NULL;

      bad.styles[1] = names[i];
      g_assert_null (paint (painter, &bad, picture, &error));
      g_assert_error (error, ADAIN_ERROR, ADAIN_ERROR_ARGUMENT);
    }
  for (guint i = 0; i < 2; i++)
    {
      AdainOrder bad = good;
      g_autoptr (GError) error = NULL;

      bad.styles[0] = i == 0 ? style : "gallery:munch--the-scream";
      bad.parts[0] = i == 0 ? "0 0 50" : "0 0 50 50";
      g_assert_null (paint (painter, &bad, picture, &error));
      g_assert_error (error, ADAIN_ERROR, ADAIN_ERROR_ARGUMENT);
    }
  g_autofree float *again = paint_well (painter, &good, picture);
  g_assert_true (is_same (first, again));
  adain_painter_free (painter);
}

static void
test_empty (void)
{
  AdainOrder order = order_style ();

  g_assert_false (adain_order_is_empty (&order));
  order.weights[0] = 0;
  g_assert_true (adain_order_is_empty (&order));
  order = (AdainOrder) { .styles = { "" }, .weights = { 1 } };
  g_assert_true (adain_order_is_empty (&order));
}

int
main (int argc, char **argv)
{
  g_autofree char *work = g_dir_make_tmp ("adain-painter-XXXXXX", NULL);
  int              status;

  g_test_init (&argc, &argv, NULL);
  gegl_init (NULL, NULL);
  adain_studio_set_folder (argv[1]);
  style = g_build_filename (work, "style.png", NULL);

  g_test_add_func ("/painter/kept-style", test_kept_style);
  g_test_add_func ("/painter/same-anew", test_same_anew);
  g_test_add_func ("/painter/excerpt", test_excerpt);
  g_test_add_func ("/painter/errors", test_errors);
  g_test_add_func ("/painter/empty", test_empty);
  status = g_test_run ();

  g_unlink (style);
  g_rmdir (work);
  g_free (style);
  gegl_exit ();
  return status;
}
