/* Reads a style's picture, reduced to what a preview can use of it.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "ui/styles/picture.h"

#include <errno.h>

#include <glib/gi18n-lib.h>

#include "engine/adain.h"
#include "plugin/filter/errors.h"
#include "plugin/filter/styles.h"
#include "plugin/paint/kind.h"
#include "plugin/paint/pixbuf.h"
#include "ui/thumbnail.h"

/* The shorter side is kept down to this, a little more than what the engine looks at. */
#define SHORTER_SIDE (ADAIN_STYLE_SIDE * 5 / 4)

#define READ_SIZE (64 * 1024)

/* So many pixels does the picture's shorter side need, so that the part has enough, however it lies in it. */
static int
needed_side (const AdainExcerpt *excerpt)
{
  return MIN (SHORTER_SIDE * 100.0 / MIN (excerpt->part.width, excerpt->part.height), G_MAXINT);
}

static void
on_size_prepared (GdkPixbufLoader *loader, int width, int height, const AdainExcerpt *excerpt)
{
  int shorter = MIN (width, height), needed = needed_side (excerpt);

  if (shorter > needed)
    gdk_pixbuf_loader_set_size (loader, MAX (1, (gint64) width * needed / shorter),
                                MAX (1, (gint64) height * needed / shorter));
}

GdkPixbuf *
adain_style_picture_take (GdkPixbuf *picture, const AdainExcerpt *excerpt)
{
  static const GdkPixbufRotation rotations[] = { GDK_PIXBUF_ROTATE_NONE, GDK_PIXBUF_ROTATE_CLOCKWISE,
                                                 GDK_PIXBUF_ROTATE_UPSIDEDOWN,
                                                 GDK_PIXBUF_ROTATE_COUNTERCLOCKWISE };
  AdainRect                      rect;
  GdkPixbuf                     *part, *upright, *turned;

  if (adain_excerpt_is_whole (excerpt))
    return g_object_ref (picture);

  rect = adain_part_pixels (&excerpt->part, gdk_pixbuf_get_width (picture), gdk_pixbuf_get_height (picture));
  part = gdk_pixbuf_new_subpixbuf (picture, rect.x, rect.y, rect.width, rect.height);
  upright = excerpt->turn >= ADAIN_TURN_MIRROR ? gdk_pixbuf_flip (part, TRUE) : g_object_ref (part);
  turned = gdk_pixbuf_rotate_simple (upright, rotations[excerpt->turn % 4]);
  g_object_unref (upright);
  g_object_unref (part);

  return turned;
}

gboolean
adain_style_picture_is_coarse (GdkPixbuf *picture, const AdainExcerpt *excerpt)
{
  int       width = gdk_pixbuf_get_width (picture), height = gdk_pixbuf_get_height (picture);
  AdainRect rect = adain_part_pixels (&excerpt->part, width, height);

  /* All of it was read as well as it is needed. */
  if (rect.width == width && rect.height == height)
    return FALSE;

  return MIN (rect.width, rect.height) < ADAIN_STYLE_SIDE
         && (MIN (width, height) >= SHORTER_SIDE || MAX (width, height) >= ADAIN_THUMBNAIL_MAX);
}

/* Piece by piece, so that a large file that is no picture is given up early. */
static gboolean
feed (GdkPixbufLoader *loader, GInputStream *stream, GCancellable *cancellable, GError **error)
{
  guint8 *buffer = g_malloc (READ_SIZE);
  gssize  n;

  do
    n = g_input_stream_read (stream, buffer, READ_SIZE, cancellable, error);
  while (n > 0 && gdk_pixbuf_loader_write (loader, buffer, n, error));

  g_free (buffer);

  return n == 0;
}

/* Brings pixels from the color space of their file to sRGB. */
static void
convert_to_srgb (GdkPixbuf *pixbuf, const Babl *space)
{
  const char *encoding = gdk_pixbuf_get_has_alpha (pixbuf) ? "R'G'B'A u8" : "R'G'B' u8";
  const Babl *fish = babl_fish (babl_format_with_space (encoding, space), babl_format (encoding));
  guchar     *pixels = gdk_pixbuf_get_pixels (pixbuf);

  for (int y = 0; y < gdk_pixbuf_get_height (pixbuf); y++)
    {
      guchar *row = pixels + (gsize) y * gdk_pixbuf_get_rowstride (pixbuf);

      babl_process (fish, row, row, gdk_pixbuf_get_width (pixbuf));
    }
}

/* What GdkPixbuf makes another picture of than GIMP does, which the filter reads files by, is not read here. */
static gboolean
find_kind (const guint8 *start, gsize length, AdainKind *kind, GError **error)
{
  *kind = adain_kind_of_start (start, length);
  if (*kind == ADAIN_KIND_JPEG || *kind == ADAIN_KIND_PNG)
    return TRUE;

  g_set_error_literal (error, GDK_PIXBUF_ERROR, GDK_PIXBUF_ERROR_UNKNOWN_TYPE, g_strerror (EINVAL));

  return FALSE;
}

/* Newer GdkPixbufs would turn a PNG file, too, which a run does not. */
static GdkPixbuf *
make_upright (GdkPixbuf *loaded, AdainKind kind)
{
  return kind == ADAIN_KIND_JPEG ? gdk_pixbuf_apply_embedded_orientation (loaded) : g_object_ref (loaded);
}

static GdkPixbuf *
load (const char *name, const AdainExcerpt *excerpt, GCancellable *cancellable, GError **error)
{
  GFile            *file = g_file_new_for_commandline_arg (name);
  GFileInputStream *stream = g_file_read (file, cancellable, error);
  guint8           *start = g_malloc (ADAIN_KIND_START);
  gsize             length;
  AdainKind         kind;
  GdkPixbufLoader  *loader;
  GdkPixbuf        *pixbuf = NULL;
  gboolean          ok;

  g_object_unref (file);
  /* It is opened once: it may be a pipe, or far away. */
  ok = stream
       && g_input_stream_read_all (G_INPUT_STREAM (stream), start, ADAIN_KIND_START, &length, cancellable,
                                   error)
       && find_kind (start, length, &kind, error);
  if (!ok)
    {
      g_free (start);
      g_clear_object (&stream);
      return NULL;
    }

  loader = gdk_pixbuf_loader_new ();
  g_signal_connect (loader, "size-prepared", G_CALLBACK (on_size_prepared), (gpointer) excerpt);

  ok = gdk_pixbuf_loader_write (loader, start, length, error)
       && feed (loader, G_INPUT_STREAM (stream), cancellable, error);
  g_free (start);
  ok = gdk_pixbuf_loader_close (loader, ok ? error : NULL) && ok;
  if (ok && gdk_pixbuf_loader_get_pixbuf (loader))
    {
      GdkPixbuf *loaded = gdk_pixbuf_loader_get_pixbuf (loader);
      GdkPixbuf *upright = make_upright (loaded, kind);

      pixbuf = adain_style_picture_take (upright, excerpt);
      g_object_unref (upright);
      convert_to_srgb (pixbuf, adain_pixbuf_space (loaded));
    }
  else if (ok)
    g_set_error_literal (error, GDK_PIXBUF_ERROR, GDK_PIXBUF_ERROR_CORRUPT_IMAGE, g_strerror (EINVAL));

  g_object_unref (loader);
  g_object_unref (stream);

  return pixbuf;
}

/* What a thread is to read. */
typedef struct
{
  char        *name;
  AdainExcerpt excerpt;
} Order;

static void
order_free (gpointer data)
{
  g_free (((Order *) data)->name);
  g_free (data);
}

static void
load_in_thread (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  const Order *order = data;
  GError      *error = NULL;
  GdkPixbuf   *pixbuf = load (order->name, &order->excerpt, cancellable, &error);

  if (pixbuf)
    g_task_return_pointer (task, pixbuf, g_object_unref);
  else
    g_task_return_error (task, error);
}

void
adain_style_picture_load_async (const char *name, const AdainExcerpt *excerpt, GCancellable *cancellable,
                                GAsyncReadyCallback callback, gpointer user_data)
{
  GTask *task = g_task_new (NULL, cancellable, callback, user_data);
  Order *order = g_new (Order, 1);

  *order = (Order) { g_strdup (name), *excerpt };
  g_task_set_task_data (task, order, order_free);
  g_task_run_in_thread (task, load_in_thread);
  g_object_unref (task);
}

GdkPixbuf *
adain_style_picture_load_finish (GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

static void
free_pixels (guchar *pixels, gpointer user_data)
{
  g_free (pixels);
}

GdkPixbuf *
adain_style_picture_from_drawable (GimpDrawable *drawable, const AdainExcerpt *excerpt)
{
  AdainExcerpt turn = { ADAIN_PART_WHOLE, excerpt->turn };
  AdainRect    rect = adain_part_pixels (&excerpt->part, gimp_drawable_get_width (drawable),
                                         gimp_drawable_get_height (drawable));
  double       scale = MIN (1.0, (double) SHORTER_SIDE / MIN (rect.width, rect.height));
  int          width, height;
  guchar      *pixels;
  GdkPixbuf   *read, *turned;

  scale = MIN (scale, (double) ADAIN_THUMBNAIL_MAX / MAX (rect.width, rect.height));
  width = MAX (1, rect.width * scale);
  height = MAX (1, rect.height * scale);

  pixels = adain_thumbnail_read (drawable, &rect, &width, &height, babl_format ("R'G'B'A u8"));
  if (!pixels)
    return NULL;

  read = gdk_pixbuf_new_from_data (pixels, GDK_COLORSPACE_RGB, TRUE, 8, width, height, width * 4, free_pixels,
                                   NULL);
  turned = adain_style_picture_take (read, &turn);
  g_object_unref (read);

  return turned;
}

GdkPixbuf *
adain_style_picture_load_by_gimp (const char *name, const AdainExcerpt *excerpt, GError **error)
{
  GFile              *file = g_file_new_for_commandline_arg (name);
  GdkPixbuf          *pixbuf = NULL;
  GimpImage          *image;
  GimpLayer          *layer;
  GimpPDBErrorHandler handler = adain_errors_swap_handler (GIMP_PDB_ERROR_HANDLER_PLUGIN);

  image = adain_style_open (file, &layer);
  adain_errors_swap_handler (handler);

  if (image)
    {
      if (layer)
        pixbuf = adain_style_picture_from_drawable (GIMP_DRAWABLE (layer), excerpt);
      gimp_image_delete (image);
    }

  if (!pixbuf)
    g_set_error (error, G_FILE_ERROR, G_FILE_ERROR_INVAL, _ ("“%s” is not a picture that GIMP can read."),
                 gimp_file_get_utf8_name (file));

  g_object_unref (file);

  return pixbuf;
}

GdkPixbuf *
adain_style_picture_thumbnail (GdkPixbuf *picture, int side)
{
  int        width = gdk_pixbuf_get_width (picture);
  int        height = gdk_pixbuf_get_height (picture);
  int        shorter = MIN (width, height);
  GdkPixbuf *middle = gdk_pixbuf_new_subpixbuf (picture, (width - shorter) / 2, (height - shorter) / 2,
                                                shorter, shorter);
  GdkPixbuf *thumbnail = gdk_pixbuf_scale_simple (middle, side, side, GDK_INTERP_BILINEAR);

  g_object_unref (middle);

  return thumbnail;
}
