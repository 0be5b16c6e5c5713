/* The decoder of a rendering's styles: the model's own with what the model tells of each (hyper.h) and what each has
 * learned.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "engine.h"
#include "style.h"

G_BEGIN_DECLS

/* Has the device decode as the styles need it, each with its weight. */
gboolean adain_engine_adapt (AdainEngine *engine, AdainStyle *const *styles, const double *weights, int n,
                             GError **error);

G_END_DECLS
