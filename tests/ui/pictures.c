/* What the preview is made of is what the filter sees: reduced, from files with a profile, in part and turned.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <glib/gstdio.h>

#include "plugin/paint/convert.h"
#include "ui/preview/picture.h"
#include "ui/styles/picture.h"

/* Transparent pixels have colors, too; in the mean they do not count. */
static void
test_reduce (void)
{
  float rgba[] = { 1, 0.5f, 0, 1, 0, 0, 1, 0, 1, 0.5f, 0, 1, 0, 0, 0, 0 }, mask[] = { 1, 0, 1, 0 };
  AdainPreviewPicture  picture = { .image = { 2, 2, rgba, mask }, .full_width = 2, .full_height = 2 };
  AdainPreviewPicture *small = adain_preview_picture_reduce (&picture, 1);
  const float          wanted[] = { 1, 0.5f, 0, 0.5f };

  g_assert_cmpmem (small->image.rgba, sizeof wanted, wanted, sizeof wanted);
  g_assert_cmpfloat (small->image.mask[0], ==, 0.5f);
  adain_preview_picture_free (small);
}

static void
on_loaded (GObject *source, GAsyncResult *result, gpointer user_data)
{
  GError *error = NULL;

  *(GdkPixbuf **) user_data = adain_style_picture_load_finish (result, &error);
  g_assert_no_error (error);
}

/* A file of one color, with the profile of this space; what becomes of it. */
static GdkPixbuf *
load_with_profile (const Babl *space, guint32 color)
{
  g_autofree char *name = g_build_filename (g_get_tmp_dir (), "adain-profile-XXXXXX", NULL);
  g_autofree char *profile = NULL;
  GdkPixbuf       *pixbuf = gdk_pixbuf_new (GDK_COLORSPACE_RGB, FALSE, 8, 16, 16), *loaded = NULL;
  GError          *error = NULL;
  int              length = 0;
  const char      *icc = babl_space_get_icc (space, &length);

  profile = g_base64_encode ((const guchar *) icc, length);
  gdk_pixbuf_fill (pixbuf, color);
  g_assert_true (g_close (g_mkstemp (name), NULL));
  gdk_pixbuf_save (pixbuf, name, "png", &error, "icc-profile", profile, NULL);
  g_assert_no_error (error);
  adain_style_picture_load_async (name, &ADAIN_EXCERPT_WHOLE, NULL, on_loaded, &loaded);
  while (!loaded)
    g_main_context_iteration (NULL, TRUE);
  g_unlink (name);
  g_object_unref (pixbuf);

  return loaded;
}

static void
test_profile (void)
{
  const Babl *space = babl_space ("Adobish"), *sRGB = babl_space ("sRGB");
  guint8      color[] = { 120, 200, 90 }, wanted[3];
  GdkPixbuf  *loaded = load_with_profile (space, 0x78c85aff);

  babl_process (babl_fish (babl_format_with_space ("R'G'B' u8", space), babl_format ("R'G'B' u8")), color,
                wanted, 1);
  g_assert_cmpint (wanted[0], <, 100);
  for (int c = 0; c < 3; c++)
    g_assert_cmpint (ABS (gdk_pixbuf_read_pixels (loaded)[c] - wanted[c]), <=, 1);
  g_object_unref (loaded);

  loaded = load_with_profile (sRGB, 0x78c85aff);
  for (int c = 0; c < 3; c++)
    g_assert_cmpint (ABS (gdk_pixbuf_read_pixels (loaded)[c] - color[c]), <=, 1);
  g_object_unref (loaded);
}

/* Every pixel says where it is. */
static GdkPixbuf *
make_pixbuf (int width, int height)
{
  GdkPixbuf *pixbuf = gdk_pixbuf_new (GDK_COLORSPACE_RGB, FALSE, 8, width, height);
  guchar    *pixels = gdk_pixbuf_get_pixels (pixbuf);

  for (int y = 0; y < height; y++)
    for (int x = 0; x < width; x++)
      {
        guchar *pixel = pixels + (gsize) y * gdk_pixbuf_get_rowstride (pixbuf) + 3 * x;

        pixel[0] = (guchar) x;
        pixel[1] = (guchar) y;
        pixel[2] = (guchar) (x / 256 * 16 + y / 256);
      }

  return pixbuf;
}

/* What the filter takes of @pixbuf is @taken. */
static void
check_taken (GdkPixbuf *pixbuf, const AdainExcerpt *excerpt, GdkPixbuf *taken)
{
  const Babl  *format = babl_format ("R'G'B' u8");
  int          width = gdk_pixbuf_get_width (pixbuf), height = gdk_pixbuf_get_height (pixbuf);
  GeglBuffer  *buffer = gegl_buffer_new (GEGL_RECTANGLE (0, 0, width, height), format);
  AdainPixels *pixels = adain_pixels_new ("", buffer);
  guchar      *wanted;
  GError      *error = NULL;

  gegl_buffer_set (buffer, NULL, 0, format, gdk_pixbuf_read_pixels (pixbuf),
                   gdk_pixbuf_get_rowstride (pixbuf));
  adain_excerpt_apply (excerpt, pixels, &error);
  g_assert_no_error (error);
  width = gegl_buffer_get_width (pixels->buffer);
  height = gegl_buffer_get_height (pixels->buffer);
  g_assert_cmpint (gdk_pixbuf_get_width (taken), ==, width);
  g_assert_cmpint (gdk_pixbuf_get_height (taken), ==, height);
  wanted = g_malloc_n (height, 3 * width);
  gegl_buffer_get (pixels->buffer, NULL, 1.0, format, wanted, GEGL_AUTO_ROWSTRIDE, GEGL_ABYSS_NONE);
  for (int y = 0; y < height; y++)
    g_assert_cmpmem (gdk_pixbuf_read_pixels (taken) + (gsize) y * gdk_pixbuf_get_rowstride (taken), 3 * width,
                     wanted + (gsize) y * 3 * width, 3 * width);
  g_free (wanted);
  adain_pixels_free (pixels);
}

static void
test_take (void)
{
  GdkPixbuf *pixbuf = make_pixbuf (31, 43);

  for (int turn = ADAIN_TURN_NONE; turn <= ADAIN_TURN_MIRROR_270; turn++)
    {
      AdainExcerpt excerpt = { { 10, 20, 33.3, 51 }, (AdainTurn) turn };
      GdkPixbuf   *taken = adain_style_picture_take (pixbuf, &excerpt);

      check_taken (pixbuf, &excerpt, taken);
      g_object_unref (taken);
    }
  g_object_unref (pixbuf);
}

/* Of a small part of a large file all detail is read that there is. */
static void
test_detail (void)
{
  g_autofree char   *name = g_build_filename (g_get_tmp_dir (), "adain-part-XXXXXX", NULL);
  const AdainExcerpt excerpt = { { 25, 50, 10, 20 }, ADAIN_TURN_90 };
  GdkPixbuf         *pixbuf = make_pixbuf (1800, 1200), *whole = NULL, *part = NULL;
  GError            *error = NULL;

  g_assert_true (g_close (g_mkstemp (name), NULL));
  gdk_pixbuf_save (pixbuf, name, "png", &error, NULL);
  g_assert_no_error (error);
  adain_style_picture_load_async (name, &ADAIN_EXCERPT_WHOLE, NULL, on_loaded, &whole);
  adain_style_picture_load_async (name, &excerpt, NULL, on_loaded, &part);
  while (!whole || !part)
    g_main_context_iteration (NULL, TRUE);

  g_assert_cmpint (gdk_pixbuf_get_height (whole), <, 1200);
  g_assert_true (adain_style_picture_is_coarse (whole, &excerpt));
  g_assert_false (adain_style_picture_is_coarse (whole, &ADAIN_EXCERPT_WHOLE));
  check_taken (pixbuf, &excerpt, part);
  g_unlink (name);
  g_object_unref (pixbuf);
  g_object_unref (whole);
  g_object_unref (part);
}

int
main (int argc, char **argv)
{
  int status;

  gegl_init (NULL, NULL);
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/pictures/reduce", test_reduce);
  g_test_add_func ("/pictures/profile", test_profile);
  g_test_add_func ("/pictures/take", test_take);
  g_test_add_func ("/pictures/detail", test_detail);
  status = g_test_run ();
  gegl_exit ();

  return status;
}
