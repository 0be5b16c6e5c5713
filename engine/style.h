/* A style: the statistics of its features.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "levels.h"
#include "model.h"
#include "statistics.h"

G_BEGIN_DECLS

struct _AdainStyle
{
  AdainModel      *model; /* that it was encoded with */
  AdainStatistics *statistics;
  AdainLevels     *levels; /* NULL: the engine was not asked for refinement */
  gatomicrefcount  references;
};

/* Takes over `statistics` and `levels` (nullable). */
AdainStyle *adain_style_new (AdainModel *model, AdainStatistics *statistics, AdainLevels *levels);

/* adain_style_free() gives a reference back. */
AdainStyle *adain_style_ref (AdainStyle *style);

G_END_DECLS
