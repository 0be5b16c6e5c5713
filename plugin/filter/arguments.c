/* The procedure's arguments: their declaration, and reading and checking them.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <math.h>

#include <glib/gi18n-lib.h>

#include "plugin/filter/arguments.h"

static GimpChoice *
preserve_choice (void)
{
  GimpChoice *choice = gimp_choice_new ();

  gimp_choice_add (choice, adain_preserve_name (ADAIN_PRESERVE_NONE), ADAIN_PRESERVE_NONE, _ ("No"),
                   _ ("The colors come from the styles."));
  gimp_choice_add (choice, adain_preserve_name (ADAIN_PRESERVE_PALETTE), ADAIN_PRESERVE_PALETTE,
                   _ ("Recolor the styles"),
                   _ ("The styles are first recolored with the palette of the picture."));
  gimp_choice_add (choice, adain_preserve_name (ADAIN_PRESERVE_LIGHTNESS), ADAIN_PRESERVE_LIGHTNESS,
                   _ ("Paint only the lightness"),
                   _ ("Every pixel keeps its color; only its lightness is painted."));
  return choice;
}

static GimpChoice *
device_choice (void)
{
  return gimp_choice_new_with_values (
      "auto", ADAIN_DEVICE_AUTO, _ ("Automatic"), _ ("The fastest device that works here."), "cpu",
      ADAIN_DEVICE_CPU, _ ("Processor"), _ ("Always the processor; the graphics driver is never touched."),
      "cuda", ADAIN_DEVICE_CUDA, _ ("NVIDIA graphics card"),
      _ ("A graphics card through CUDA. If it fails, the processor takes over."), NULL);
}

static GimpChoice *
range_choice (void)
{
  GimpChoice *choice = gimp_choice_new ();

  gimp_choice_add (choice, adain_range_name (ADAIN_RANGE_AUTO), ADAIN_RANGE_AUTO, _ ("Automatic"),
                   _ ("What the file says, or else what a test picture shows."));
  gimp_choice_add (choice, adain_range_name (ADAIN_RANGE_UNIT), ADAIN_RANGE_UNIT, _ ("0 to 1"), NULL);
  gimp_choice_add (choice, adain_range_name (ADAIN_RANGE_BYTE), ADAIN_RANGE_BYTE, _ ("0 to 255"), NULL);
  gimp_choice_add (choice, adain_range_name (ADAIN_RANGE_SIGNED), ADAIN_RANGE_SIGNED, _ ("−1 to 1"), NULL);
  gimp_choice_add (choice, adain_range_name (ADAIN_RANGE_IMAGENET), ADAIN_RANGE_IMAGENET, _ ("ImageNet"),
                   _ ("With the means and deviations of ImageNet's pictures."));
  return choice;
}

void
adain_arguments_declare (GimpProcedure *procedure)
{
  gimp_procedure_add_string_array_argument (
      procedure, "styles", _ ("St_yles"),
      _ ("Paths of the pictures whose style is taken, in any format that GIMP opens. "
         "Or names of the gallery, of styles of your own or of those that come with the plug-in, such as "
         "\"gallery:hokusai--the-great-wave-off-kanagawa\": of any other name the error lists the "
         "similar ones. May be empty if a style layer is given, and must be with an ONNX model."),
      G_PARAM_READWRITE);
  gimp_procedure_add_double_array_argument (
      procedure, "weights", _ ("_Weights"),
      _ ("How much each style counts: one number for each picture in \"styles\", then one for the "
         "style layer if there is one. Not negative, not all zero; only their ratio matters. "
         "Empty: all styles count the same."),
      G_PARAM_READWRITE);
  gimp_procedure_add_string_array_argument (
      procedure, "parts", _ ("P_arts"),
      _ ("Which part of each style's picture is its style, in the order of the styles: four numbers in percent "
         "of its width and height, left, top, width and height, such as \"0 0 100 40\" for the upper two "
         "fifths. A part does what a file with nothing else would do. Empty: the whole picture, as for styles "
         "beyond them. Not for styles of the gallery, which have no picture."),
      G_PARAM_READWRITE);
  gimp_procedure_add_string_array_argument (
      procedure, "turns", _ ("T_urns"),
      _ ("How each style's picture, or the part of it, is turned, and the direction of its strokes with it, in "
         "the order of the styles: \"none\", \"90\", \"180\" or \"270\" degrees clockwise, \"mirror\" with left "
         "and right exchanged, or both, in this order: \"mirror-90\", \"mirror-180\" (exchanges top and bottom) "
         "or \"mirror-270\". Empty: not at all, as for styles beyond them. Not for styles of the gallery, which "
         "have no picture."),
      G_PARAM_READWRITE);
  gimp_procedure_add_drawable_argument (procedure, "style-layer", _ ("Style _layer"),
                                        _ ("A layer as a further style, of this or of another open image."),
                                        TRUE, G_PARAM_READWRITE);
  gimp_procedure_add_core_object_array_argument (
      procedure, "regions", _ ("_Regions"),
      _ ("Where each style is: channels, layer masks or layers of the image, one for each style and in the "
         "same order. Masks and channels count by their value, layers by their opacity or, where they are "
         "opaque, by their lightness. Styles beyond them, and those for which the image's selection is "
         "given, share what no region covers; where there is no style, the picture stays."),
      /* GIMP 3.0 takes an array that is left out for one of wrong objects; with these flags it goes on. */
      GIMP_TYPE_DRAWABLE, G_PARAM_READWRITE | G_PARAM_LAX_VALIDATION | GIMP_PARAM_NO_VALIDATE);
  gimp_procedure_add_drawable_argument (
      procedure, "protect", _ ("Pr_otect"),
      _ ("A channel, layer mask or layer of the image that says where the picture stays as it is."), TRUE,
      G_PARAM_READWRITE);
  gimp_procedure_add_boolean_argument (
      procedure, "shared-statistics", _ ("S_hare statistics"),
      _ ("Whether several layers, such as the frames of an animation, are painted with the statistics of all "
         "of them together, so that nothing flickers. Each layer is then read twice."),
      FALSE, G_PARAM_READWRITE);
  gimp_procedure_add_boolean_argument (
      procedure, "as-filter", _ ("Keep as an editable _filter"),
      _ ("Whether the result is a filter on the layer, which can be changed or removed at any time, instead of a "
         "new layer. It has at most four styles and none of the arguments \"style-layer\", \"regions\", "
         "\"protect\", \"shared-statistics\", \"refine\", \"learn\" and \"model\", and is computed on the processor. "
         "GIMP must know the operation \"adain:style-transfer\"."),
      FALSE, G_PARAM_READWRITE);
  gimp_procedure_add_double_argument (procedure, "strength", _ ("St_rength"),
                                      _ ("From 0, the untouched picture, to 1, the full style."), 0.0, 1.0,
                                      1.0, G_PARAM_READWRITE);
  gimp_procedure_add_double_argument (
      procedure, "texture", _ ("_Texture"),
      _ ("How much of the style's strokes and patterns is taken, from 0, its colors and contrasts alone "
         "as adaptive instance normalization has them, to 1, all that its features have in common "
         "(optimal transport)."),
      0.0, 1.0, ADAIN_TEXTURE, G_PARAM_READWRITE);
  gimp_procedure_add_double_argument (
      procedure, "brushwork", _ ("_Brushwork"),
      _ ("How much the strokes in even areas, such as skies, vary, from 0, where one small pattern covers them, to "
         "1. It is noise, the same every time, that is added to what the network sees."),
      0.0, 1.0, ADAIN_BRUSHWORK, G_PARAM_READWRITE);
  gimp_procedure_add_choice_argument (procedure, "preserve-color", _ ("_Preserve color"),
                                      _ ("Whether and how the picture keeps its own colors."),
                                      preserve_choice (), adain_preserve_name (ADAIN_PRESERVE_NONE),
                                      G_PARAM_READWRITE);
  gimp_procedure_add_double_argument (
      procedure, "stroke-size", _ ("Stroke _size"),
      _ ("How wide strokes and patterns become, compared with what they are otherwise: at 2 the layer is "
         "painted at half of its working size, at 0.5 at twice that."),
      ADAIN_STROKE_MIN, ADAIN_STROKE_MAX, 1.0, G_PARAM_READWRITE);
  gimp_procedure_add_double_argument (
      procedure, "detail", _ ("_Detail"),
      _ ("How much of the layer's own fine detail is laid over what was painted at a smaller size, from 0, "
         "nothing but strokes, to 1, all that goes with them."),
      0.0, 1.0, ADAIN_DETAIL, G_PARAM_READWRITE);
  gimp_procedure_add_int_argument (
      procedure, "work-size", _ ("Wor_king size"),
      _ ("Longest side, in pixels, at which the layer is painted at a stroke size of 1; 0 means its full "
         "size. Smaller gives broader strokes and is faster. A selection is reduced as much as the whole "
         "layer would be. The result always has the full size."),
      0, ADAIN_MAX_SIDE, ADAIN_WORK_SIZE, G_PARAM_READWRITE);
  gimp_procedure_add_int_argument (
      procedure, "refine", _ ("Refi_nement"),
      _ ("Steps of refinement after the network: the result is changed, pixel by pixel, until it has the styles' "
         "colors and contrasts at all sizes. 100 are plenty. One step takes a few times as long as the network, "
         "always on the processor. 0: none."),
      0, ADAIN_REFINE_MAX, 0, G_PARAM_READWRITE);
  gimp_procedure_add_int_argument (
      procedure, "learn", _ ("_Learn the style"),
      _ ("Steps in which the network learns the style, practising on the layers, before it paints: strokes and "
         "colors come nearer to the style, and other pictures can be painted so, too (\"learned\"). 100 are "
         "plenty. There must be one style. 0: none."),
      0, ADAIN_LEARN_MAX, 0, G_PARAM_READWRITE);
  gimp_procedure_add_string_argument (
      procedure, "learned", _ ("Keep in y_our gallery as"),
      _ ("Under this name the style, and what was learned of it, is kept in your gallery, where it is a style like "
         "any other. One of yours that is called so is replaced. Empty: it is not kept."),
      "", G_PARAM_READWRITE);
  gimp_procedure_add_choice_argument (procedure, "device", _ ("_Device"), _ ("What computes the picture."),
                                      device_choice (), "auto", G_PARAM_READWRITE);
  gimp_procedure_add_file_argument (
      procedure, "model", _ ("_Model"),
      _ ("Another network to paint with, a safetensors file made for this plug-in; or an ONNX file with a network "
         "from picture to picture, which paints without styles. None: the one that comes with the plug-in."),
      GIMP_FILE_CHOOSER_ACTION_OPEN, TRUE, NULL, G_PARAM_READWRITE);
  gimp_procedure_add_choice_argument (
      procedure, "onnx-range", _ ("O_NNX range"),
      _ ("Which numbers stand for black to white in an ONNX model. Automatic: what the file says, or else what the "
         "network makes of a test picture."),
      range_choice (), adain_range_name (ADAIN_RANGE_AUTO), G_PARAM_READWRITE);

  gimp_procedure_add_core_object_array_return_value (
      procedure, "layers", _ ("Layers"),
      _ ("The new layers, one for each given drawable and in the same order; or those that have got a filter."),
      GIMP_TYPE_LAYER, G_PARAM_READWRITE);
}

static char *
beside_executable (const char *first, const char *second)
{
  g_autofree char *directory = g_path_get_dirname (gimp_get_progname ());

  return g_build_filename (directory, first, second, NULL);
}

char *
adain_arguments_default_model (void)
{
  return beside_executable ("weights", "compact.safetensors");
}

static gpointer
gallery_path (gpointer unused)
{
  return beside_executable ("weights", "gallery.safetensors");
}

const char *
adain_arguments_gallery (void)
{
  static GOnce once = G_ONCE_INIT;

  return g_once (&once, gallery_path, NULL);
}

char *
adain_arguments_module_dir (void)
{
  return beside_executable ("modules", NULL);
}

char *
adain_arguments_help_dir (void)
{
  return beside_executable ("help", NULL);
}

void
adain_parameters_read (AdainParameters *parameters, GimpProcedureConfig *config)
{
  g_autoptr (GFile) file = NULL;

  g_object_get (config, "strength", &parameters->strength, "texture", &parameters->texture, "brushwork",
                &parameters->brushwork, "stroke-size", &parameters->stroke_size, "detail",
                &parameters->detail, "work-size", &parameters->work_size, "refine", &parameters->refine,
                "learn", &parameters->learn, "model", &file, NULL);
  parameters->preserve = gimp_procedure_config_get_choice_id (config, "preserve-color");
  parameters->device = gimp_procedure_config_get_choice_id (config, "device");
  parameters->range = gimp_procedure_config_get_choice_id (config, "onnx-range");
  parameters->model = file != NULL ? g_file_get_path (file) : adain_arguments_default_model ();
  if (parameters->model == NULL)
    parameters->model = g_file_get_uri (file);
}

gboolean
adain_arguments_model_is_foreign (GimpProcedureConfig *config)
{
  g_autoptr (GFile) file = NULL;

  g_object_get (config, "model", &file, NULL);
  return file != NULL && g_file_peek_path (file) != NULL
         && adain_model_path_is_foreign (g_file_peek_path (file));
}

static gboolean
check_model (const AdainParameters *parameters, GError **error)
{
  if (g_path_is_absolute (parameters->model))
    return TRUE;

  g_set_error (error, ADAIN_ERROR, ADAIN_ERROR_ARGUMENT, _ ("The model “%s” is not a local file."),
               parameters->model);
  return FALSE;
}

static gboolean
read_weights (AdainArguments *arguments, GimpProcedureConfig *config, GError **error)
{
  g_auto (GValue) value = G_VALUE_INIT;
  const double *weights = NULL;
  gsize         n_weights = 0;
  double        sum = 0.0;

  g_value_init (&value, GIMP_TYPE_DOUBLE_ARRAY);
  g_object_get_property (G_OBJECT (config), "weights", &value);
  /* An argument that was never set holds no array, which libgimp's accessor would not survive. */
  if (g_value_get_boxed (&value) != NULL)
    weights = gimp_value_get_double_array (&value, &n_weights);
  if (n_weights == 0)
    return TRUE;

  if (n_weights != (gsize) arguments->n_styles)
    {
      g_set_error (error, ADAIN_ERROR, ADAIN_ERROR_ARGUMENT,
                   _ ("“weights” has %d values, but the number of styles is %d."), (int) n_weights,
                   arguments->n_styles);
      return FALSE;
    }
  for (gsize i = 0; i < n_weights; i++)
    {
      if (!isfinite (weights[i]) || weights[i] < 0.0)
        {
          g_set_error (error, ADAIN_ERROR, ADAIN_ERROR_ARGUMENT,
                       _ ("Value %d in “weights” is %g; weights must be finite and not negative."),
                       (int) i + 1, weights[i]);
          return FALSE;
        }
      sum += weights[i];
    }
  if (sum <= 0.0)
    {
      g_set_error (error, ADAIN_ERROR, ADAIN_ERROR_ARGUMENT, _ ("All values in “weights” are zero."));
      return FALSE;
    }

  arguments->weights = g_memdup2 (weights, n_weights * sizeof (double));
  return TRUE;
}

/* Lists may be shorter than that of the styles. */
static gboolean
check_length (const AdainArguments *arguments, const char *name, int n, GError **error)
{
  if (n <= arguments->n_styles)
    return TRUE;
  g_set_error (error, ADAIN_ERROR, ADAIN_ERROR_ARGUMENT,
               _ ("“%s” has %d entries, but the number of styles is %d."), name, n, arguments->n_styles);
  return FALSE;
}

static gboolean
parse_excerpts (AdainArguments *arguments, char **parts, char **turns, GError **error)
{
  for (int i = 0; parts != NULL && parts[i] != NULL; i++)
    if (!adain_part_parse (parts[i], &arguments->excerpts[i].part, error))
      {
        g_prefix_error (error, "“parts”: ");
        return FALSE;
      }
  for (int i = 0; turns != NULL && turns[i] != NULL; i++)
    if (!adain_turn_parse (turns[i], &arguments->excerpts[i].turn, error))
      {
        g_prefix_error (error, "“turns”: ");
        return FALSE;
      }
  for (int i = 0; arguments->styles[i] != NULL; i++)
    if (!adain_excerpt_check (&arguments->excerpts[i], arguments->styles[i], error))
      return FALSE;
  return TRUE;
}

static gboolean
read_excerpts (AdainArguments *arguments, GimpProcedureConfig *config, GError **error)
{
  g_auto (GStrv) parts = NULL;
  g_auto (GStrv) turns = NULL;

  g_object_get (config, "parts", &parts, "turns", &turns, NULL);
  arguments->excerpts = g_new (AdainExcerpt, arguments->n_styles);
  for (int i = 0; i < arguments->n_styles; i++)
    arguments->excerpts[i] = ADAIN_EXCERPT_WHOLE;

  return check_length (arguments, "parts", parts != NULL ? (int) g_strv_length (parts) : 0, error)
         && check_length (arguments, "turns", turns != NULL ? (int) g_strv_length (turns) : 0, error)
         && parse_excerpts (arguments, parts, turns, error);
}

static gboolean
read_regions (AdainArguments *arguments, GimpProcedureConfig *config, GError **error)
{
  g_object_get (config, "regions", &arguments->regions, "protect", &arguments->protect, NULL);
  while (arguments->regions != NULL && arguments->regions[arguments->n_regions] != NULL)
    arguments->n_regions++;

  return check_length (arguments, "regions", arguments->n_regions, error);
}

static gboolean
read_learning (AdainArguments *arguments, GimpProcedureConfig *config, GError **error)
{
  g_autofree char *learned = NULL;

  g_object_get (config, "learned", &learned, NULL);
  if (arguments->parameters.learn > 0 && learned != NULL && *learned != '\0')
    arguments->learned = g_steal_pointer (&learned);
  if (arguments->parameters.learn > 0 && arguments->n_styles != 1)
    g_set_error (error, ADAIN_ERROR, ADAIN_ERROR_ARGUMENT,
                 _ ("There are %d styles, but only one can be learned (“learn”)."), arguments->n_styles);
  else
    return TRUE;
  return FALSE;
}

/* An argument that is given and that an ONNX model does not have, or NULL. */
static const char *
unknown_argument (const AdainArguments *arguments)
{
  if (arguments->shared_statistics)
    return "shared-statistics";
  if (arguments->parameters.refine > 0)
    return "refine";
  if (arguments->parameters.learn > 0)
    return "learn";
  return NULL;
}

static gboolean
check_styles (const AdainArguments *arguments, GError **error)
{
  const gboolean foreign = adain_model_path_is_foreign (arguments->parameters.model);
  const char    *unknown = foreign ? unknown_argument (arguments) : NULL;

  if (!foreign && arguments->n_styles == 0)
    g_set_error (error, ADAIN_ERROR, ADAIN_ERROR_ARGUMENT,
                 _ ("No style is given: “styles” is empty and there is no “style-layer”."));
  else if (foreign && arguments->n_styles > 0)
    g_set_error (
        error, ADAIN_ERROR, ADAIN_ERROR_ARGUMENT,
        _ ("An ONNX model (“model”) paints without styles: leave “styles” and “style-layer” empty."));
  else if (unknown != NULL)
    g_set_error (error, ADAIN_ERROR, ADAIN_ERROR_ARGUMENT,
                 _ ("“%s” does not go with an ONNX model (“model”)."), unknown);
  else
    return TRUE;
  return FALSE;
}

AdainArguments *
adain_arguments_read (GimpProcedureConfig *config, GError **error)
{
  g_autoptr (AdainArguments) arguments = g_new0 (AdainArguments, 1);

  adain_parameters_read (&arguments->parameters, config);
  g_object_get (config, "styles", &arguments->styles, "style-layer", &arguments->style_layer,
                "shared-statistics", &arguments->shared_statistics, "as-filter", &arguments->as_filter, NULL);
  if (arguments->styles == NULL)
    arguments->styles = g_new0 (char *, 1);

  arguments->n_styles = (int) g_strv_length (arguments->styles) + (arguments->style_layer != NULL ? 1 : 0);
  if (!check_styles (arguments, error) || !read_weights (arguments, config, error)
      || !read_excerpts (arguments, config, error) || !read_regions (arguments, config, error)
      || !read_learning (arguments, config, error) || !check_model (&arguments->parameters, error))
    return NULL;

  return g_steal_pointer (&arguments);
}

void
adain_arguments_free (AdainArguments *arguments)
{
  g_strfreev (arguments->styles);
  g_clear_object (&arguments->style_layer);
  g_free (arguments->weights);
  g_free (arguments->excerpts);
  g_free (arguments->regions);
  g_clear_object (&arguments->protect);
  g_free (arguments->learned);
  adain_parameters_clear (&arguments->parameters);
  g_free (arguments);
}
