/* What the preview is made of has the colors that the filter sees: reduced, and from files with a profile.
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

int
main (int argc, char **argv)
{
  babl_init ();
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/pictures/reduce", test_reduce);
  g_test_add_func ("/pictures/profile", test_profile);
  return g_test_run ();
}
