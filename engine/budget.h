/* What of the engine's memory goes where, and how much each thing takes.
 *
 * A budget is a number of bytes that shrinks as things are taken from it. What is there only to save time
 * (features, residual) may have a share of what is left; tiles get the rest, and shrink to it.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* The budget of an engine that is told none. */
gsize adain_budget_default (void);

/* Takes `bytes`, such that something is left; FALSE, and nothing is taken, if there are not so many. */
gboolean adain_budget_take (gsize *budget, gsize bytes);

/* Whether so many bytes of features, or of residual, may be kept. */
gboolean adain_budget_keeps_features (gsize budget, gsize bytes);
gboolean adain_budget_keeps_residual (gsize budget, gsize bytes);

/* Bytes of a smaller or larger picture of `pixels` pixels for the network, until its result is written; and how
 * many pixels an enlarged one may have. */
gsize adain_budget_scaled (gsize pixels);
gsize adain_budget_scaled_room (gsize budget);

/* The most bytes that a look over a picture of so many cells takes for a moment, and those of them that
 * stay if something of the picture is hidden. */
gsize adain_budget_survey (gsize cells);
gsize adain_budget_survey_kept (gsize cells);

/* Bytes of the regions on a grid of so many cells, and as much again while they are made. */
gsize adain_budget_regions (int n_regions, gsize cells);

/* Bytes as large as the picture of a refinement: the pixels, their gradient and its moments, and `features` numbers. */
gsize adain_budget_refinement (gsize pixels, gsize features);

/* Bytes of what somebody else's network is given of so many pixels, what it makes of them, and what it may need meanwhile,
 * which nobody knows. */
gsize adain_budget_foreign (gsize pixels);

/* Bytes for each pixel of a worker's tile with its halo: of an encoding, and of a rendering by a network
 * whose features have `channels` channels, with or without regions. */
gsize adain_budget_encode_pixel (void);
gsize adain_budget_render_pixel (int channels, gboolean regions);

G_END_DECLS
