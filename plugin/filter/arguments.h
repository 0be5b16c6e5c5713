/* The procedure's arguments: their declaration, and reading and checking them.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <libgimp/gimp.h>

#include "plugin/paint/excerpt.h"
#include "plugin/paint/parameters.h"

G_BEGIN_DECLS

/* Sets all of @parameters from the arguments. */
void adain_parameters_read (AdainParameters *parameters, GimpProcedureConfig *config);

/* Whether the model that is set is an ONNX file, which paints without styles. */
gboolean adain_arguments_model_is_foreign (GimpProcedureConfig *config);

/**
 * AdainArguments:
 * @styles: NULL-terminated paths or URIs, possibly empty
 * @style_layer: (nullable): a layer as one more style, the last one
 * @n_styles: how many styles there are, @style_layer included; at least one, but with an ONNX model none
 * @weights: (nullable): @n_styles weights, or NULL for equal ones
 * @excerpts: of @n_styles: what of each style's picture is used
 * @regions: (nullable): @n_regions drawables, where each style is, in their order; the image's selection
 *   stands for none
 * @protect: (nullable): where the picture stays as it is
 * @shared_statistics: whether all layers are painted with the statistics of all together
 * @learned: (nullable): what the style that is learned will be called in the user's gallery; NULL: it is not kept
 * @as_filter: whether the result is a filter on the layer instead of a new layer
 * @parameters: all others
 */
typedef struct
{
  char          **styles;
  GimpDrawable   *style_layer;
  int             n_styles;
  double         *weights;
  AdainExcerpt   *excerpts;
  GimpDrawable  **regions;
  int             n_regions;
  GimpDrawable   *protect;
  gboolean        shared_statistics;
  char           *learned;
  gboolean        as_filter;
  AdainParameters parameters;
} AdainArguments;

void adain_arguments_declare (GimpProcedure *procedure);

/* Reads the arguments and checks those that GIMP does not check by itself. */
AdainArguments *adain_arguments_read (GimpProcedureConfig *config, GError **error);
void            adain_arguments_free (AdainArguments *arguments);

/* Files that lie beside the plug-in's executable. */
char       *adain_arguments_default_model (void);
const char *adain_arguments_gallery (void);
char       *adain_arguments_module_dir (void);
char       *adain_arguments_help_dir (void);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (AdainArguments, adain_arguments_free)

G_END_DECLS
