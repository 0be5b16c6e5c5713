/* Learning a style, of a run and of the dialog.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "plugin/filter/learning.h"

G_DEFINE_AUTOPTR_CLEANUP_FUNC (AdainEngine, adain_engine_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (AdainStyle, adain_style_free)

AdainStyle *
adain_learning_run (const AdainLearning *learning, AdainProgress progress, gpointer progress_data,
                    GCancellable *cancellable, GError **error)
{
  AdainEngineOptions      options = adain_parameters_engine_options (learning->parameters, NULL);
  const AdainLearnOptions how = { .steps = learning->parameters->learn,
                                  .texture = learning->parameters->texture,
                                  .enough = learning->enough };
  g_autoptr (AdainEngine) engine = NULL;
  g_autoptr (AdainStyle) style = NULL;

  options.refine = TRUE;
  engine = adain_engine_new (learning->model, ADAIN_DEVICE_CPU, &options, error);
  if (engine != NULL)
    style = adain_style_input_encode (learning->style, learning->collection, engine, learning->format,
                                      learning->palette, cancellable, error);
  if (style == NULL
      || !adain_engine_learn (engine, learning->contents, learning->n_contents, style, &how, progress,
                              progress_data, cancellable, error))
    return NULL;
  return g_steal_pointer (&style);
}
