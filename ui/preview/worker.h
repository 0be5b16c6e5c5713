/* Renders previews in a thread of its own: of the looks asked for, always the latest.
 *
 * A look is shown several times, first fast, from a small picture, then sharper, from larger ones. The last
 * is painted at the size at which the filter will work; those before it, where that is too large to be fast,
 * have wider strokes.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "ui/preview/look.h"
#include "ui/preview/picture.h"

G_BEGIN_DECLS

/**
 * AdainPreviewResult:
 * @surface: what to show, or NULL with @error
 * @sharp: nothing better will follow, for this look or a later one
 * @wants_large: it would, after adain_preview_worker_refine()
 * @device: which device computed it
 * @notice: (nullable): why that is not the one that was asked for
 * @asked: of the look
 */
typedef struct
{
  cairo_surface_t *surface;
  gboolean         sharp;
  gboolean         wants_large;
  char            *device;
  char            *notice;
  GError          *error;
  gint64           asked;
} AdainPreviewResult;

/* Called on the main thread. */
typedef void (*AdainPreviewReady) (const AdainPreviewResult *result, gpointer user_data);

typedef struct _AdainPreviewWorker AdainPreviewWorker;

/* @picture is copied. */
AdainPreviewWorker *adain_preview_worker_new (AdainPreviewPicture *picture, AdainPreviewReady ready,
                                              gpointer user_data);

/* NULL stops what is going on. */
void adain_preview_worker_request (AdainPreviewWorker *worker, AdainLook *look);

/* Takes over the picture of the last stage (painter.h) and shows the last look asked for once more, from it. */
void adain_preview_worker_refine (AdainPreviewWorker *worker, AdainPreviewPicture *picture);

/* What the picture looks like in one style of the gallery. @surface is NULL where it cannot be painted.
 * Called on the main thread. */
typedef void (*AdainTileReady) (const char *name, cairo_surface_t *surface, gpointer user_data);

/* Paints @tiles (of AdainLook, each of one style of the gallery and with the same settings), in this order,
 * whenever no preview is to be painted, and forgets those that were asked for before. */
void adain_preview_worker_set_tiles (AdainPreviewWorker *worker, GPtrArray *tiles, AdainTileReady ready,
                                     gpointer user_data);

void adain_preview_worker_free (AdainPreviewWorker *worker);

G_END_DECLS
