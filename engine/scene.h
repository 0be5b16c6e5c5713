/* Statistics that several contents share.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "regions.h"
#include "statistics.h"

G_BEGIN_DECLS

/* Adds what a content of these areas knows of itself. FALSE if there is not enough memory. */
gboolean adain_scene_merge (AdainScene *scene, const AdainRegions *regions, const AdainStatistics *statistics,
                            const AdainSurvey *survey);

/* Puts the scene's statistics in the place of those of these areas. FALSE if there is not enough memory. */
gboolean adain_scene_replace (const AdainScene *scene, const AdainRegions *regions,
                              AdainStatistics **statistics);

G_END_DECLS
