/* The styles of the dialog with their weights: the one place that the list, the pad and the preview
 * read, kept in step with the settings "styles", "weights", "parts", "turns", "style-layer" and "regions" in
 * both directions.
 *
 * Files are read in threads, so that a slow disk does not hold up the dialog. A layer, where there
 * is one, is always the last style, as the procedure has it.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "ui/styles/item.h"

G_BEGIN_DECLS

#define ADAIN_TYPE_STYLE_SET (adain_style_set_get_type ())
G_DECLARE_FINAL_TYPE (AdainStyleSet, adain_style_set, ADAIN, STYLE_SET, GObject)

AdainStyleSet *adain_style_set_new (GimpProcedureConfig *config, GimpImage *image);

/* That the styles are for. */
GimpImage *adain_style_set_get_image (AdainStyleSet *set);

int                   adain_style_set_get_size (AdainStyleSet *set);
const AdainStyleItem *adain_style_set_get (AdainStyleSet *set, int index);

/* The index of the style with this id, or -1 if it is not there any more. */
int adain_style_set_find (AdainStyleSet *set, int id);

/* Whether the model paints in styles: an ONNX model does not. */
gboolean adain_style_set_is_wanted (AdainStyleSet *set);

/* How many styles can be used now, and whether all files have been read. */
int      adain_style_set_count_ready (AdainStyleSet *set);
gboolean adain_style_set_is_loaded (AdainStyleSet *set);

void adain_style_set_add_path (AdainStyleSet *set, const char *path);
/* What a style of the gallery, if it is there, looks like. */
void adain_style_set_set_tile (AdainStyleSet *set, const char *gallery, GdkPixbuf *tile);
void adain_style_set_set_layer (AdainStyleSet *set, GimpDrawable *layer);
void adain_style_set_remove (AdainStyleSet *set, int index);
/* Puts another style into the place of one, with its weight and region. */
void adain_style_set_replace (AdainStyleSet *set, int index, const char *path);
void adain_style_set_move (AdainStyleSet *set, int from, int to);
void adain_style_set_set_region (AdainStyleSet *set, int index, GimpDrawable *region);
void adain_style_set_set_excerpt (AdainStyleSet *set, int index, const AdainExcerpt *excerpt);
void adain_style_set_set_weight (AdainStyleSet *set, int index, double weight);
void adain_style_set_set_weights (AdainStyleSet *set, const double *weights);

/* Looks again for styles of the gallery, which may have changed. */
void adain_style_set_look_up (AdainStyleSet *set);

/* Looks again for files that were missing, and for those that have gone. */
void adain_style_set_refresh (AdainStyleSet *set);

/* Takes the styles that cannot be used out of the settings; all of them if none are wanted. */
void adain_style_set_drop_unusable (AdainStyleSet *set);

/* Signals: "changed" (which styles there are, their order or state), "loaded" (a style's id, int: its file was
 * read, or cannot be), "weights-changed", "excerpts-changed" (what of their pictures is used), "tiles-changed"
 * (what those of the gallery look like). */

G_END_DECLS
