/* A style: the statistics of its features.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "adaptation.h"
#include "levels.h"
#include "model.h"
#include "statistics.h"

G_BEGIN_DECLS

struct _AdainStyle
{
  AdainModel      *model; /* that it was encoded with */
  AdainStatistics *statistics;
  AdainLevels     *levels;     /* NULL: the engine was not asked for refinement */
  AdainAdaptation *adaptation; /* of the model's decoder; NULL: none */
  gatomicrefcount  references;
};

/* Takes over `statistics` and `levels` (nullable). */
AdainStyle *adain_style_new (AdainModel *model, AdainStatistics *statistics, AdainLevels *levels);

/* Sets what the style has learned (nullable), to which it takes a reference. */
void adain_style_adapt (AdainStyle *style, AdainAdaptation *adaptation);

/* adain_style_free() gives a reference back. */
AdainStyle *adain_style_ref (AdainStyle *style);

G_END_DECLS
