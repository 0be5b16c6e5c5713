/* The pixels that a preview starts from.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <cairo.h>
#include <libgimp/gimp.h>

#include "engine/adain.h"

G_BEGIN_DECLS

/* The part of a layer that the filter works on, reduced. */
typedef struct
{
  AdainImage  image;                   /* its mask is the selection; NULL: all of it */
  int         full_width, full_height; /* the size before it was reduced */
  int         layer_longest;           /* the longest side of the whole layer */
  gboolean    gray;                    /* the layer is greyscale, and so is the result */
  const Babl *format;                  /* of the image, as the engine takes it */

  GimpDrawable *drawable; /* while it is being read: where from, */
  GimpDrawable *selection;
  GimpDrawable *layer_mask;
  AdainRect     rect; /* which part of it, */
  int           next; /* and how many pieces have been read */
} AdainPreviewPicture;

/* What lies inside the selection's bounds, at most @longest pixels wide or high; still to be read.
 * NULL if the selection does not meet the layer. Main thread. */
AdainPreviewPicture *adain_preview_picture_new (GimpImage *image, GimpDrawable *drawable, int longest);
/* Reads a piece; TRUE if there is more. Up to ADAIN_THUMBNAIL_MAX it is one piece, and no piece takes
 * long, however large the layer is. Main thread. */
gboolean adain_preview_picture_read (AdainPreviewPicture *picture);

AdainPreviewPicture *adain_preview_picture_reduce (const AdainPreviewPicture *picture, int longest);
void                 adain_preview_picture_free (AdainPreviewPicture *picture);

/* For the screen: @rgba (NULL: the picture itself) where the selection is, else the picture. */
cairo_surface_t *adain_preview_picture_surface (const AdainPreviewPicture *picture, const float *rgba);

G_END_DECLS
