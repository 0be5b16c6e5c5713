/* A picture with a rectangle on it that can be dragged: a part of the picture.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <gtk/gtk.h>

#include "plugin/paint/excerpt.h"

G_BEGIN_DECLS

#define ADAIN_TYPE_CROP_AREA (adain_crop_area_get_type ())
G_DECLARE_FINAL_TYPE (AdainCropArea, adain_crop_area, ADAIN, CROP_AREA, GtkDrawingArea)

/* The least side of a part that the user can choose, and the step of all its numbers, in percent. */
#define ADAIN_CROP_LEAST 1.0
#define ADAIN_CROP_STEP  0.1

GtkWidget *adain_crop_area_new (void);

void adain_crop_area_set_picture (AdainCropArea *area, GdkPixbuf *picture);

/* The part of the picture that is chosen. */
void             adain_crop_area_set_part (AdainCropArea *area, const AdainPart *part);
const AdainPart *adain_crop_area_get_part (AdainCropArea *area);

/* Signal "changed": the user has moved the rectangle. */

G_END_DECLS
