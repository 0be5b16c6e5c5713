/* How to paint, whatever the picture and the styles, and what that means for the engine.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "engine/adain.h"

G_BEGIN_DECLS

/**
 * AdainPreserve: the values of "preserve-color"
 */
typedef enum
{
  ADAIN_PRESERVE_NONE,
  ADAIN_PRESERVE_PALETTE,
  ADAIN_PRESERVE_LIGHTNESS,
} AdainPreserve;

/* What arguments and the operation call it. */
const char *adain_preserve_name (AdainPreserve preserve);

/* The operation's name, and how many styles it has properties for. */
#define ADAIN_OPERATION        "adain:style-transfer"
#define ADAIN_OPERATION_STYLES 4

/* The range of stroke sizes. */
#define ADAIN_STROKE_MIN 0.25
#define ADAIN_STROKE_MAX 4.0

/* Strokes are a number of pixels wide. In a picture of this size they are well visible when it is looked at
 * as a whole, and faces and lamp posts still are what they were; at 512 these dissolve, at 2048 a photo looks
 * hardly painted. A larger one is painted smaller, and gets its detail back afterwards. */
#define ADAIN_WORK_SIZE 1024

/* All of it: where there were strokes, little is left of it anyway, and edges become sharp. */
#define ADAIN_DETAIL 1.0

/* Half way to optimal transport strokes are nearly as bold as all the way, and things keep to the colors that
 * plain AdaIN gives them: faces do not turn blue because a style is. */
#define ADAIN_TEXTURE 0.5

/* Skies get strokes that turn this way and that in place of one small pattern; prints mostly keep their empty paper. */
#define ADAIN_BRUSHWORK 0.5

/**
 * AdainParameters:
 * @model: path of the model file, or the URI of one that is not local
 * @range: of @model, where that is an ONNX model
 * @learn: steps in which the style is learned before painting; 0: it is not
 *
 * The run, the preview and the operation have them in common.
 */
typedef struct
{
  double        strength;
  double        texture;
  double        brushwork;
  AdainPreserve preserve;
  double        stroke_size;
  double        detail;
  int           work_size;
  int           refine;
  int           learn;
  AdainDevice   device;
  char         *model;
  AdainRange    range;
} AdainParameters;

void adain_parameters_clear (AdainParameters *parameters);

/* What they mean for the engine: how it paints, and which one can. */
AdainRenderOptions adain_parameters_render_options (const AdainParameters *parameters);
AdainEngineOptions adain_parameters_engine_options (const AdainParameters *parameters,
                                                    const char            *module_dir);

/* The size at which the network sees a part of a layer, such as the selection's bounds: the part is scaled by
 * the factor that the whole layer would be. @layer and @part are longest sides in pixels. */
int adain_parameters_work_size (const AdainParameters *parameters, int layer, int part);

G_END_DECLS
