/* A plug-in that reads a style as the dialog's preview, a run and a filter do, for test_loaders.py.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "plugin/filter/arguments.h"
#include "plugin/filter/styles.h"
#include "plugin/paint/load.h"
#include "ui/styles/set.h"

#define PROCEDURE "adain-test-loaders"

#define TEST_TYPE_PLUG_IN (test_plug_in_get_type ())
G_DECLARE_FINAL_TYPE (TestPlugIn, test_plug_in, TEST, PLUG_IN, GimpPlugIn)

struct _TestPlugIn
{
  GimpPlugIn parent_instance;
};

G_DEFINE_TYPE (TestPlugIn, test_plug_in, GIMP_TYPE_PLUG_IN)

/* Sets three of the return values from this one on: a picture's size and its pixels as R'G'B'A u8. Without
 * @buffer it is empty. */
static void
return_picture (GimpValueArray *values, int first, GeglBuffer *buffer)
{
  int     width = buffer ? gegl_buffer_get_width (buffer) : 0;
  int     height = buffer ? gegl_buffer_get_height (buffer) : 0;
  gsize   length = (gsize) width * height * 4;
  guint8 *rgba = g_malloc (length);

  if (buffer)
    gegl_buffer_get (buffer, NULL, 1.0, babl_format ("R'G'B'A u8"), rgba, GEGL_AUTO_ROWSTRIDE,
                     GEGL_ABYSS_NONE);
  GIMP_VALUES_SET_INT (values, first, width);
  GIMP_VALUES_SET_INT (values, first + 1, height);
  g_value_take_boxed (gimp_value_array_index (values, first + 2), g_bytes_new_take (rgba, length));
}

static void
return_pixels (GimpValueArray *values, int first, AdainPixels *pixels)
{
  return_picture (values, first, pixels ? pixels->buffer : NULL);
  g_clear_pointer (&pixels, adain_pixels_free);
}

/* What the preview shows of the first style once all are read. */
static void
return_preview (GimpValueArray *values, int first, GimpProcedureConfig *config, GimpImage *image)
{
  AdainStyleSet *set = adain_style_set_new (config, image);
  GdkPixbuf     *pixbuf;
  GeglBuffer    *buffer = NULL;

  while (!adain_style_set_is_loaded (set))
    g_main_context_iteration (NULL, TRUE);
  pixbuf = adain_style_set_get (set, 0)->pixbuf;
  if (pixbuf)
    {
      const char *format = gdk_pixbuf_get_has_alpha (pixbuf) ? "R'G'B'A u8" : "R'G'B' u8";

      buffer = gegl_buffer_new (GEGL_RECTANGLE (0, 0, gdk_pixbuf_get_width (pixbuf),
                                                gdk_pixbuf_get_height (pixbuf)),
                                babl_format (format));
      gegl_buffer_set (buffer, NULL, 0, babl_format (format), gdk_pixbuf_read_pixels (pixbuf),
                       gdk_pixbuf_get_rowstride (pixbuf));
    }
  return_picture (values, first, buffer);
  g_clear_object (&buffer);
  g_object_unref (set);
}

static GimpValueArray *
run (GimpProcedure *procedure, GimpRunMode run_mode, GimpImage *image, GimpDrawable **drawables,
     GimpProcedureConfig *config, gpointer run_data)
{
  GimpValueArray *values = gimp_procedure_new_return_values (procedure, GIMP_PDB_SUCCESS, NULL);
  int             first = gimp_value_array_length (values) - 9;
  char          **styles = NULL;

  gegl_init (NULL, NULL);
  g_object_get (config, "styles", &styles, NULL);
  return_preview (values, first, config, image);
  return_pixels (values, first + 3, adain_style_load_pixels (styles[0], NULL));
  return_pixels (values, first + 6, adain_style_file_load_pixels (styles[0], NULL));
  g_strfreev (styles);

  return values;
}

static GList *
query_procedures (GimpPlugIn *plug_in)
{
  return g_list_append (NULL, g_strdup (PROCEDURE));
}

static GimpProcedure *
create_procedure (GimpPlugIn *plug_in, const char *name)
{
  static const char *const pictures[] = { "preview", "run", "filter" };
  GimpProcedure *procedure = gimp_image_procedure_new (plug_in, name, GIMP_PDB_PROC_TYPE_PLUGIN, run, NULL,
                                                       NULL);

  gimp_procedure_set_image_types (procedure, "*");
  adain_arguments_declare (procedure);
  for (int i = 0; i < 3; i++)
    {
      g_autofree char *width = g_strconcat (pictures[i], "-width", NULL);
      g_autofree char *height = g_strconcat (pictures[i], "-height", NULL);
      g_autofree char *pixels = g_strconcat (pictures[i], "-pixels", NULL);

      gimp_procedure_add_int_return_value (procedure, width, width, NULL, 0, G_MAXINT, 0, G_PARAM_READWRITE);
      gimp_procedure_add_int_return_value (procedure, height, height, NULL, 0, G_MAXINT, 0,
                                           G_PARAM_READWRITE);
      gimp_procedure_add_bytes_return_value (procedure, pixels, pixels, NULL, G_PARAM_READWRITE);
    }

  return procedure;
}

static void
test_plug_in_class_init (TestPlugInClass *klass)
{
  GimpPlugInClass *plug_in_class = GIMP_PLUG_IN_CLASS (klass);

  plug_in_class->query_procedures = query_procedures;
  plug_in_class->create_procedure = create_procedure;
}

static void
test_plug_in_init (TestPlugIn *plug_in)
{
}

GIMP_MAIN (TEST_TYPE_PLUG_IN)
