/* Statistics that several contents share.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "content.h"

G_BEGIN_DECLS

/* Puts the scene's statistics in the place of the content's own. FALSE if there is not enough memory. */
gboolean adain_scene_replace (const AdainScene *scene, AdainContent *content);

G_END_DECLS
