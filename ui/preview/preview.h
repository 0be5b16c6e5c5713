/* The preview: a picture of what the filter would make, kept up to date by a worker thread.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <gtk/gtk.h>

#include "ui/preview/worker.h"

G_BEGIN_DECLS

#define ADAIN_TYPE_PREVIEW (adain_preview_get_type ())
G_DECLARE_FINAL_TYPE (AdainPreview, adain_preview, ADAIN, PREVIEW, GtkBox)

/* Signal "wanted": the preview was switched on, or off. */

/* Of the first of @drawables; says so where there are several. All must outlive it. */
GtkWidget *adain_preview_new (GimpImage *image, GimpDrawable **drawables);

/* Puts @widget under the picture, before the preview's own controls, or below these. */
void adain_preview_add_beside (AdainPreview *preview, GtkWidget *widget);
void adain_preview_add_below (AdainPreview *preview, GtkWidget *widget);

gboolean adain_preview_is_on (AdainPreview *preview);
void     adain_preview_set_on (AdainPreview *preview, gboolean on);

/* A look will follow, or a hint; what is there is not called sharp any more. */
void adain_preview_expect_look (AdainPreview *preview);

/* Shows @look as soon as may be, and meanwhile what is there. */
void adain_preview_show_look (AdainPreview *preview, AdainLook *look);

/* Shows the untouched picture, with @hint (nullable) over it. */
void adain_preview_show_hint (AdainPreview *preview, const char *hint);

/* Stops computing and keeps what is shown. */
void adain_preview_pause (AdainPreview *preview);

/* Paints the picture in styles of the gallery; see adain_preview_worker_set_tiles(). */
void adain_preview_set_tiles (AdainPreview *preview, GPtrArray *tiles, AdainTileReady ready,
                              gpointer user_data);

/* What it says about why the device in use is not the one that was asked for; may be empty. */
const char *adain_preview_get_notice (AdainPreview *preview);

G_END_DECLS
