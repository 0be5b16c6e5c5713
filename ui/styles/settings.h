/* The settings "styles", "style-layer", "weights", "parts", "turns" and "regions" on the one side, and styles, which
 * are AdainStyleItem, on the other.
 *
 * What is read is put right in the settings as well, so that what runs is what is shown.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "ui/styles/item.h"

G_BEGIN_DECLS

/* Which styles there are; their pictures are not read. The layer's is the last. */
void adain_style_settings_write_styles (GimpProcedureConfig *config, GPtrArray *items);

/* Only the ratio of the weights matters; that of larger ones than the sliders have is kept. */
void adain_style_settings_read_weights (GimpProcedureConfig *config, GPtrArray *items);
void adain_style_settings_write_weights (GimpProcedureConfig *config, GPtrArray *items);

/* The parts and turns; what is no part or turn counts as none. */
void adain_style_settings_read_excerpts (GimpProcedureConfig *config, GPtrArray *items);
void adain_style_settings_write_excerpts (GimpProcedureConfig *config, GPtrArray *items);

/* Those that are of @image; what is not counts as none. */
void adain_style_settings_read_regions (GimpProcedureConfig *config, GPtrArray *items, GimpImage *image);
void adain_style_settings_write_regions (GimpProcedureConfig *config, GPtrArray *items, GimpImage *image);

G_END_DECLS
