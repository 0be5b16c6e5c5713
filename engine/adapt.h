/* The decoders of a rendering: the model's own with what the model tells of each style (hyper.h) and what each has
 * learned.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "engine.h"
#include "style.h"

G_BEGIN_DECLS

/* Has the unit in use decode as mixtures of the styles need it, and writes which of its decoders, 0 to *n_decoders - 1,
 * each of them has: those that need the same share one. `weights[m]` are the styles' in the mixture m. */
gboolean adain_engine_adapt (AdainEngine *engine, AdainStyle *const *styles, int n_styles,
                             const double *const *weights, int n_mixtures, int *decoders, int *n_decoders,
                             GError **error);

G_END_DECLS
