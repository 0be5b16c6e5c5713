/* How to paint, whatever the picture and the styles, and what that means for the engine.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "plugin/paint/parameters.h"

#include <math.h>

const char *
adain_preserve_name (AdainPreserve preserve)
{
  static const char *const names[] = {
    [ADAIN_PRESERVE_NONE] = "none",
    [ADAIN_PRESERVE_PALETTE] = "palette",
    [ADAIN_PRESERVE_LIGHTNESS] = "lightness",
  };

  return names[preserve];
}

void
adain_parameters_clear (AdainParameters *parameters)
{
  g_clear_pointer (&parameters->model, g_free);
}

AdainRenderOptions
adain_parameters_render_options (const AdainParameters *parameters)
{
  static const AdainColor colors[] = {
    [ADAIN_PRESERVE_NONE] = ADAIN_COLOR_STYLE,
    [ADAIN_PRESERVE_PALETTE] = ADAIN_COLOR_PALETTE,
    [ADAIN_PRESERVE_LIGHTNESS] = ADAIN_COLOR_LIGHTNESS,
  };

  return (AdainRenderOptions) {
    .strength = parameters->strength,
    .texture = parameters->texture,
    .detail = parameters->detail,
    .refine = parameters->refine,
    .color = colors[parameters->preserve],
  };
}

/* Bytes that the engine may use, from the environment: for small machines and for tests. */
static gsize
memory_budget (void)
{
  const char *mib = g_getenv ("ADAIN_MEMORY_MIB");

  return mib != NULL ? (gsize) g_ascii_strtoull (mib, NULL, 10) << 20 : 0;
}

AdainEngineOptions
adain_parameters_engine_options (const AdainParameters *parameters, const char *module_dir)
{
  return (AdainEngineOptions) {
    .memory = memory_budget (),
    .module_dir = module_dir,
    .texture = parameters->texture > 0,
    .refine = parameters->refine > 0,
    .range = parameters->range,
  };
}

int
adain_parameters_work_size (const AdainParameters *parameters, int layer, int part)
{
  const int size = parameters->work_size;
  double    scale = size > 0 && size < layer ? (double) size / layer : 1.0;

  return MAX (1, (int) lround (part * scale / parameters->stroke_size));
}
