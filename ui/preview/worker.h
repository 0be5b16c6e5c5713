/* Renders previews in a thread of its own: of the looks asked for, always the latest.
 *
 * A look is shown several times, first fast, from a small picture, then sharper, from larger ones. The last
 * is painted at the size at which the filter will work; those before it, where that is too large to be fast,
 * have wider strokes.
 * Encoded pictures and styles are kept, so that another strength or weight costs one decode.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <gdk-pixbuf/gdk-pixbuf.h>

#include "plugin/filter/arguments.h"
#include "ui/preview/frames.h"
#include "ui/preview/picture.h"
#include "ui/preview/regions.h"

G_BEGIN_DECLS

/* Everything that a preview depends on. */
typedef struct
{
  gatomicrefcount    ref_count;
  int                n_styles;
  GdkPixbuf        **styles;  /* NULL where it is one of the gallery, */
  char             **gallery; /* which is called so; NULL where it is a picture */
  double            *weights;
  AdainRegionPlanes *regions;       /* NULL: none */
  AdainFrames       *frames;        /* with which it shares its statistics; NULL: it has its own */
  GPtrArray         *frame_regions; /* AdainRegionPlanes of theirs; NULL where @regions are */
  AdainParameters    parameters;
  gboolean           preliminary; /* a better one will follow by itself */
  gint64             asked;       /* when the user did, by g_get_monotonic_time() */
} AdainLook;

AdainLook *adain_look_new (int n_styles);
AdainLook *adain_look_ref (AdainLook *look);
void       adain_look_unref (AdainLook *look);

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

/* Longest side of the picture that makes the sharpest version of a large layer. */
#define ADAIN_PREVIEW_LARGE 2048

/* Takes over such a picture and shows the last look asked for once more, from it. */
void adain_preview_worker_refine (AdainPreviewWorker *worker, AdainPreviewPicture *picture);

/* Longest side of a tile, and more pixels than it is wide on a common screen. */
#define ADAIN_PREVIEW_TILE 144

/* What the picture looks like in one style of the gallery. @surface is NULL where it cannot be painted.
 * Called on the main thread. */
typedef void (*AdainTileReady) (const char *name, cairo_surface_t *surface, gpointer user_data);

/* Paints @tiles (of AdainLook, each of one style of the gallery and with the same settings), in this order,
 * whenever no preview is to be painted, and forgets those that were asked for before. */
void adain_preview_worker_set_tiles (AdainPreviewWorker *worker, GPtrArray *tiles, AdainTileReady ready,
                                     gpointer user_data);

void adain_preview_worker_free (AdainPreviewWorker *worker);

G_END_DECLS
