/* Learning a style, of a run and of the dialog.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "plugin/filter/styles.h"
#include "plugin/paint/parameters.h"

G_BEGIN_DECLS

/**
 * AdainLearning:
 * @model: the model
 * @parameters: their `learn` steps are taken, for their texture
 * @contents, @n_contents: pictures to learn from, 1 to #ADAIN_LEARN_CONTENTS
 * @format: of their color space, in which the style is seen
 * @style: what is learned
 * @collection: (nullable): that it is of, where it has no picture
 * @palette: (nullable): that it is moved to, where it has one
 * @enough: (nullable): cancelling it ends the learning; what has been learned so far counts
 */
typedef struct
{
  AdainModel            *model;
  const AdainParameters *parameters;
  const AdainSource     *contents;
  int                    n_contents;
  const Babl            *format;
  const AdainStyleInput *style;
  const AdainCollection *collection;
  const AdainPalette    *palette;
  GCancellable          *enough;
} AdainLearning;

/* The style as it has been learned. Any thread. */
AdainStyle *adain_learning_run (const AdainLearning *learning, AdainProgress progress, gpointer progress_data,
                                GCancellable *cancellable, GError **error);

G_END_DECLS
