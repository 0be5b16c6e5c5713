/* The procedure's arguments: their declaration, and reading and checking them.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <libgimp/gimp.h>

#include "engine/adain.h"

G_BEGIN_DECLS

/**
 * AdainPreserve: the values of the argument "preserve-color"
 */
typedef enum
{
  ADAIN_PRESERVE_NONE,
  ADAIN_PRESERVE_PALETTE,
  ADAIN_PRESERVE_LIGHTNESS,
} AdainPreserve;

/* The range of stroke sizes. */
#define ADAIN_STROKE_MIN 0.25
#define ADAIN_STROKE_MAX 4.0

/**
 * AdainParameters:
 * @model: path of the model file, or the URI of one that is not local
 *
 * The arguments that say how to paint, whatever the styles: the run and the preview have them in common.
 */
typedef struct
{
  double        strength;
  double        texture;
  AdainPreserve preserve;
  double        stroke_size;
  double        detail;
  int           work_size;
  int           refine;
  AdainDevice   device;
  char         *model;
} AdainParameters;

/* Sets all of @parameters from the arguments. */
void adain_parameters_read (AdainParameters *parameters, GimpProcedureConfig *config);
void adain_parameters_clear (AdainParameters *parameters);

/* What they mean for the engine: how it paints, and which one can. */
AdainRenderOptions adain_parameters_render_options (const AdainParameters *parameters);
AdainEngineOptions adain_parameters_engine_options (const AdainParameters *parameters,
                                                    const char            *module_dir);

/* The size at which the network sees a part of a layer, such as the selection's bounds: the part is scaled by
 * the factor that the whole layer would be. @layer and @part are longest sides in pixels. */
int adain_parameters_work_size (const AdainParameters *parameters, int layer, int part);

/**
 * AdainArguments:
 * @styles: NULL-terminated paths or URIs, possibly empty
 * @style_layer: (nullable): a layer as one more style, the last one
 * @n_styles: how many styles there are, @style_layer included; at least one
 * @weights: (nullable): @n_styles weights, or NULL for equal ones
 * @regions: (nullable): @n_regions drawables, where each style is, in their order; the image's selection
 *   stands for none
 * @protect: (nullable): where the picture stays as it is
 * @shared_statistics: whether all layers are painted with the statistics of all together
 * @parameters: all others
 */
typedef struct
{
  char          **styles;
  GimpDrawable   *style_layer;
  int             n_styles;
  double         *weights;
  GimpDrawable  **regions;
  int             n_regions;
  GimpDrawable   *protect;
  gboolean        shared_statistics;
  AdainParameters parameters;
} AdainArguments;

void adain_arguments_declare (GimpProcedure *procedure);

/* Reads the arguments and checks those that GIMP does not check by itself. */
AdainArguments *adain_arguments_read (GimpProcedureConfig *config, GError **error);
void            adain_arguments_free (AdainArguments *arguments);

/* Files that lie beside the plug-in's executable. */
char *adain_arguments_default_model (void);
char *adain_arguments_gallery (void);
char *adain_arguments_module_dir (void);
char *adain_arguments_help_dir (void);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (AdainArguments, adain_arguments_free)

G_END_DECLS
