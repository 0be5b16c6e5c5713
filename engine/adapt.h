/* The decoder that a rendering's styles have learned: the model's own with what each changes.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "engine.h"
#include "style.h"

G_BEGIN_DECLS

/* Has the device decode as the styles have learned to, each with its weight. */
gboolean adain_engine_adapt (AdainEngine *engine, AdainStyle *const *styles, const double *weights, int n,
                             GError **error);

G_END_DECLS
