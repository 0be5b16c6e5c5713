/* Style pictures from files, by GEGL's loaders, and GdkPixbuf's for JPEG.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "plugin/paint/load.h"

#include <glib/gi18n-lib.h>

#include <gegl-plugin.h>

#include "plugin/paint/kind.h"
#include "plugin/paint/orientation.h"
#include "plugin/paint/pixbuf.h"

/* So much of a file tells what it is, where its name does not. */
#define SNIFFED 4096

gboolean
adain_style_file_check (GFile *file, const char *name, GError **error)
{
  g_autoptr (GError) reason = NULL;
  g_autoptr (GFileInfo) info = NULL;

  info = g_file_query_info (file,
                            G_FILE_ATTRIBUTE_STANDARD_TYPE "," G_FILE_ATTRIBUTE_STANDARD_SIZE
                                                           "," G_FILE_ATTRIBUTE_ACCESS_CAN_READ,
                            G_FILE_QUERY_INFO_NONE, NULL, &reason);
  if (g_error_matches (reason, G_IO_ERROR, G_IO_ERROR_NOT_FOUND))
    g_set_error (error, ADAIN_ERROR, ADAIN_ERROR_ARGUMENT, _ ("The style “%s” does not exist."), name);
  else if (info == NULL)
    g_set_error (error, ADAIN_ERROR, ADAIN_ERROR_ARGUMENT, _ ("The style “%s” cannot be opened: %s"), name,
                 reason->message);
  else if (g_file_info_get_file_type (info) == G_FILE_TYPE_DIRECTORY)
    g_set_error (error, ADAIN_ERROR, ADAIN_ERROR_ARGUMENT, _ ("The style “%s” is a folder, not a picture."),
                 name);
  else if (g_file_info_get_file_type (info) != G_FILE_TYPE_REGULAR)
    g_set_error (error, ADAIN_ERROR, ADAIN_ERROR_ARGUMENT, _ ("The style “%s” is not a file."), name);
  else if (!g_file_info_get_attribute_boolean (info, G_FILE_ATTRIBUTE_ACCESS_CAN_READ))
    g_set_error (error, ADAIN_ERROR, ADAIN_ERROR_ARGUMENT, _ ("You may not read the style “%s”."), name);
  else if (g_file_info_get_size (info) == 0)
    g_set_error (error, ADAIN_ERROR, ADAIN_ERROR_ARGUMENT, _ ("The style “%s” is an empty file."), name);
  else
    return TRUE;

  return FALSE;
}

/* What the file is by its content, if that is a picture, else by its name. */
static char *
content_type (GFile *file)
{
  g_autoptr (GFileInputStream) stream = g_file_read (file, NULL, NULL);
  g_autofree char *path = g_file_get_path (file);
  guchar           start[SNIFFED];
  gsize            size = 0;
  char            *type;

  if (stream != NULL)
    g_input_stream_read_all (G_INPUT_STREAM (stream), start, sizeof start, &size, NULL, NULL);
  type = g_content_type_guess (NULL, start, size, NULL);
  if (g_str_has_prefix (type, "image/"))
    return type;
  g_free (type);
  return g_content_type_guess (path, start, size, NULL);
}

/* NULL where there is no loader for it or it fails. gegl:load would draw a picture of the error. */
static GeglBuffer *
load_by_gegl (GFile *file)
{
  g_autofree char *path = g_file_get_path (file);
  g_autofree char *type = content_type (file);
  g_autoptr (GeglNode) graph = gegl_node_new ();
  GeglBuffer *buffer = NULL;
  /* Before a first node is made GEGL knows no loaders. */
  GeglNode     *sink = gegl_node_new_child (graph, "operation", "gegl:buffer-sink", "buffer", &buffer, NULL);
  const char   *loader = gegl_operation_handlers_get_loader (type);
  GeglNode     *source;
  GeglRectangle bounds;

  /* The first is what GEGL proposes where it has none: another program, if it is there. */
  if (path == NULL || loader == NULL || g_str_equal (loader, "gegl:magick-load")
      || g_str_equal (loader, "gegl:jpg-load"))
    return NULL;

  source = gegl_node_new_child (graph, "operation", loader, "path", path, NULL);
  bounds = gegl_node_get_bounding_box (source);
  if (gegl_rectangle_is_empty (&bounds) || gegl_rectangle_is_infinite_plane (&bounds))
    return NULL;

  gegl_node_link (source, sink);
  gegl_node_process (sink);
  return buffer;
}

/* From (0, 0). */
static GeglBuffer *
move_to_origin (GeglBuffer *buffer)
{
  const GeglRectangle *extent = gegl_buffer_get_extent (buffer);
  const GeglRectangle  target = { 0, 0, extent->width, extent->height };
  GeglBuffer          *moved;

  if (extent->x == 0 && extent->y == 0)
    return buffer;
  moved = gegl_buffer_new (&target, gegl_buffer_get_format (buffer));
  gegl_buffer_copy (buffer, extent, GEGL_ABYSS_NONE, moved, &target);
  g_object_unref (buffer);
  return moved;
}

AdainPixels *
adain_style_file_load_pixels (const char *name, GError **error)
{
  g_autoptr (GFile) file = g_file_new_for_commandline_arg (name);
  GeglBuffer  *buffer;
  AdainExcerpt upright = ADAIN_EXCERPT_WHOLE;
  g_autoptr (AdainPixels) pixels = NULL;

  if (!adain_style_file_check (file, name, error))
    return NULL;

  buffer = adain_kind_of (file) == ADAIN_KIND_JPEG ? adain_pixbuf_load_jpeg (file) : load_by_gegl (file);
  if (buffer == NULL)
    {
      g_set_error (error, ADAIN_ERROR, ADAIN_ERROR_ARGUMENT,
                   _ ("The style “%s” is not a picture that GEGL can open."), name);
      return NULL;
    }
  pixels = adain_pixels_new (name, move_to_origin (buffer));
  upright.turn = adain_orientation_of (file);
  return adain_excerpt_apply (&upright, pixels, error) ? g_steal_pointer (&pixels) : NULL;
}
