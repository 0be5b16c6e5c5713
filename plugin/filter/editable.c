/* The result as a filter on the layer, which stays editable: GIMP itself paints it, by our GEGL operation.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "plugin/filter/editable.h"

#include <glib/gi18n-lib.h>

#include "plugin/filter/errors.h"
#include "plugin/paint/gallery.h"

/* NULL, and nobody tells of it, where GIMP does not know the operation. */
static GimpDrawableFilter *
create_filter (GimpDrawable *drawable)
{
  GimpPDBErrorHandler handler = adain_errors_swap_handler (GIMP_PDB_ERROR_HANDLER_PLUGIN);
  GimpDrawableFilter *filter;

  filter = gimp_drawable_filter_new (drawable, ADAIN_OPERATION, _ ("AdaIN Style Transfer"));
  adain_errors_swap_handler (handler);
  return filter;
}

gboolean
adain_editable_is_possible (GimpDrawable *drawable)
{
  GimpDrawableFilter *filter = create_filter (drawable);

  return filter != NULL && gimp_drawable_filter_delete (filter);
}

static gboolean
has_region (const AdainArguments *arguments)
{
  for (int i = 0; i < arguments->n_regions; i++)
    if (!GIMP_IS_SELECTION (arguments->regions[i]))
      return TRUE;
  return FALSE;
}

/* An argument that is given and that a filter does not have, or NULL. */
static const char *
unknown_argument (const AdainArguments *arguments)
{
  g_autofree char *model = adain_arguments_default_model ();

  if (arguments->style_layer != NULL)
    return "style-layer";
  if (has_region (arguments))
    return "regions";
  if (arguments->protect != NULL)
    return "protect";
  if (arguments->shared_statistics)
    return "shared-statistics";
  if (arguments->parameters.refine > 0)
    return "refine";
  if (arguments->parameters.learn > 0)
    return "learn";
  if (!g_str_equal (arguments->parameters.model, model))
    return "model";
  return NULL;
}

gboolean
adain_editable_check (const AdainArguments *arguments, GimpDrawable *drawable, GError **error)
{
  const char *unknown = unknown_argument (arguments);

  if (unknown != NULL)
    g_set_error (error, ADAIN_ERROR, ADAIN_ERROR_ARGUMENT,
                 _ ("“%s” does not go with “as-filter”: an editable filter has no such setting."), unknown);
  else if (arguments->n_styles > ADAIN_OPERATION_STYLES)
    g_set_error (error, ADAIN_ERROR, ADAIN_ERROR_ARGUMENT,
                 _ ("There are %d styles, but an editable filter (“as-filter”) has at most %d."),
                 arguments->n_styles, ADAIN_OPERATION_STYLES);
  else if (!adain_editable_is_possible (drawable))
    g_set_error (error, ADAIN_ERROR, ADAIN_ERROR_ARGUMENT,
                 _ ("This GIMP does not know the operation “%s”, without which there is no editable filter "
                    "(“as-filter”). It has to be installed for GEGL, too."),
                 ADAIN_OPERATION);
  else
    return TRUE;
  return FALSE;
}

/* As it is from anywhere; free with g_free(). */
static char *
absolute_name (const char *style)
{
  g_autoptr (GFile) file = NULL;

  if (adain_gallery_name (style) != NULL)
    return g_strdup (style);
  file = g_file_new_for_commandline_arg (style);
  return g_file_get_path (file);
}

/* Only the ratio of the weights counts; the operation limits them. */
static void
set_styles (GObject *config, const AdainArguments *arguments)
{
  double largest = 0;

  for (int i = 0; arguments->weights != NULL && i < arguments->n_styles; i++)
    largest = MAX (largest, arguments->weights[i]);
  for (int i = 0; i < ADAIN_OPERATION_STYLES; i++)
    {
      g_autofree char *style = g_strdup_printf ("style%d", i + 1);
      g_autofree char *weight = g_strdup_printf ("weight%d", i + 1);
      g_autofree char *name = i < arguments->n_styles ? absolute_name (arguments->styles[i]) : g_strdup ("");
      g_autofree char *part = g_strdup_printf ("part%d", i + 1);
      g_autofree char *turn = g_strdup_printf ("turn%d", i + 1);
      AdainExcerpt     excerpt = i < arguments->n_styles ? arguments->excerpts[i] : ADAIN_EXCERPT_WHOLE;
      g_autofree char *part_text = adain_part_format (&excerpt.part);
      gboolean         weighted = i < arguments->n_styles && arguments->weights != NULL;

      g_object_set (config, style, name, weight, weighted ? arguments->weights[i] / largest : 1.0, part,
                    part_text, turn, adain_turn_name (excerpt.turn), NULL);
    }
}

/* Of a part the operation does not know how large the whole layer is. */
static int
work_size (const AdainParameters *parameters, GimpDrawable *drawable, const GeglRectangle *bounds)
{
  const int       layer = MAX (gimp_drawable_get_width (drawable), gimp_drawable_get_height (drawable));
  const int       part = MAX (bounds->width, bounds->height);
  AdainParameters even = *parameters;

  even.stroke_size = 1;
  return part < layer ? adain_parameters_work_size (&even, layer, part) : parameters->work_size;
}

static void
fail (GError **error)
{
  g_set_error (error, ADAIN_ERROR, ADAIN_ERROR_PICTURE, _ ("GIMP could not add a filter: %s"),
               gimp_pdb_get_last_error (gimp_get_pdb ()));
}

GimpDrawableFilter *
adain_editable_new (const AdainArguments *arguments, GimpDrawable *drawable, const GeglRectangle *bounds,
                    GError **error)
{
  const AdainParameters *parameters = &arguments->parameters;
  GimpDrawableFilter    *filter = create_filter (drawable);
  GObject               *config;

  if (filter == NULL)
    {
      fail (error);
      return NULL;
    }
  config = G_OBJECT (gimp_drawable_filter_get_config (filter));
  set_styles (config, arguments);
  g_object_set (config, "strength", parameters->strength, "texture", parameters->texture, "brushwork",
                parameters->brushwork, "stroke-size", parameters->stroke_size, "detail", parameters->detail,
                "preserve-color", adain_preserve_name (parameters->preserve), "work-size",
                work_size (parameters, drawable, bounds), NULL);
  return filter;
}

gboolean
adain_editable_append (GimpDrawableFilter *filter, GimpDrawable *drawable, GError **error)
{
  gimp_drawable_append_filter (drawable, filter);
  if (gimp_pdb_get_last_status (gimp_get_pdb ()) == GIMP_PDB_SUCCESS)
    return TRUE;
  fail (error);
  return FALSE;
}
