/* Paints looks of a picture at several sizes.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "ui/preview/look.h"
#include "ui/preview/picture.h"

G_BEGIN_DECLS

/* The sizes at which a look is shown, the fast one first. The picture for the last comes later, if it is wanted. */
#define ADAIN_PREVIEW_STAGES 3
#define ADAIN_PREVIEW_LAST   (ADAIN_PREVIEW_STAGES - 1)

/* Longest side of the picture that makes the sharpest version of a large layer. */
#define ADAIN_PREVIEW_LARGE 2048

/* Longest side of a tile, and more pixels than it is wide on a common screen. */
#define ADAIN_PREVIEW_TILE 144

/* Keeps encoded pictures and styles, so that another strength or weight costs one decode. It belongs to one thread at
 * a time. */
typedef struct _AdainPreviewPainter AdainPreviewPainter;

/* @picture is copied. */
AdainPreviewPainter *adain_preview_painter_new (const AdainPreviewPicture *picture);
void                 adain_preview_painter_free (AdainPreviewPainter *painter);

/* Takes over the picture for the last stage. */
void adain_preview_painter_set_large (AdainPreviewPainter *painter, AdainPreviewPicture *picture);

/* Whether there is a picture for this stage. */
gboolean adain_preview_painter_has (const AdainPreviewPainter *painter, int stage);

/* How many stages there are until this look is as sharp as it gets. */
int adain_preview_painter_count_stages (const AdainPreviewPainter *painter, const AdainLook *look);

/* Takes over @surface. */
typedef void (*AdainPreviewInterim) (cairo_surface_t *surface, gpointer user_data);

/* Paints @look at a stage that has a picture. @interim (nullable): the result is refined, and shown while it is.
 * The caller owns the surface; NULL is an error, G_IO_ERROR_CANCELLED among others. */
cairo_surface_t *adain_preview_painter_paint (AdainPreviewPainter *painter, int stage, const AdainLook *look,
                                              AdainPreviewInterim interim, gpointer user_data,
                                              GCancellable *cancellable, GError **error);

/* Paints @look as a tile. */
cairo_surface_t *adain_preview_painter_paint_tile (AdainPreviewPainter *painter, const AdainLook *look,
                                                   GCancellable *cancellable, GError **error);

/* Computes what takes longest of the tiles of these looks, ADAIN_PREPARED_MAX at most, for all of them at once. That
 * it fails the tiles will tell. */
void adain_preview_painter_prepare_tiles (AdainPreviewPainter *painter, const GPtrArray *looks,
                                          GCancellable *cancellable);

/* What paints, and why it is not what was asked for. The painter's own, NULL where nothing has been painted. */
const char *adain_preview_painter_device (const AdainPreviewPainter *painter);
const char *adain_preview_painter_notice (const AdainPreviewPainter *painter);

G_END_DECLS
