/* Refining a result: the pixels themselves are changed, step by step, until the network sees in them what it is
 * to see (loss.h). Unlike Gatys et al. it begins with the network's result.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "content.h"
#include "levels.h"

G_BEGIN_DECLS

/* Takes the picture as it is after some of the steps; may change it. */
typedef gboolean (*AdainInterim) (float *picture, gpointer user_data, GError **error);

/* Changes `picture`, the network's result for the content: work.height rows of work.width pixels of 3 floats, as
 * far as `options` say and until options->enough is cancelled; `interim` sees it after every options->interim steps,
 * if these are not 0. All styles must have levels. Runs on the CPU. Fails when cancelled, when `interim` does, or with
 * ADAIN_ERROR_MEMORY if content->memory is not enough. */
gboolean adain_refine (AdainContent *content, AdainStyle *const *styles, const double *weights, int n_styles,
                       const AdainRenderOptions *options, float *picture, AdainInterim interim,
                       gpointer interim_data, const AdainReport *report, GError **error);

G_END_DECLS
