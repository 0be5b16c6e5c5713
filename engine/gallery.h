/* A gallery: styles kept as their statistics, without their pictures, and what they have learned.
 *
 * The file is made by weights/gallery.py or by adain_gallery_write(). It holds of each style the mean and the
 * deviation of every channel, and `rank` factors of the covariance: the sum of their products, with the
 * diagonal brought up to the deviations' squares, is the covariance (factors.h). For refinement it also holds
 * the means and deviations of the levels before the features (network.h), and it may hold what styles change in the
 * decoder (adaptation.h).
 *
 * This is the gallery's inside: gallery.c has what is done with one, gallery-file.c reads and writes it.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "adaptation.h"
#include "model.h"

G_BEGIN_DECLS

#define ADAIN_GALLERY_PALETTE 12 /* floats of a palette */

/* What is kept of one style, in one piece of memory with its numbers. */
typedef struct
{
  AdainGalleryEntry names;
  float            *mean, *deviation, *factors; /* [channels] twice, [rank][channels] */
  float            *palette;                    /* the mean, then the covariance */
  float            *levels;     /* the means and deviations of each level but the last; all 0 if not known */
  AdainAdaptation  *adaptation; /* NULL: nothing was learned */
} AdainGalleryStyle;

struct _AdainGallery
{
  AdainModel *model;
  int         channels, rank;
  int         level_channels[ADAIN_LEVELS - 1];
  int         level_floats; /* of one style */
  GPtrArray  *styles;       /* AdainGalleryStyle */
};

/* All numbers of a style that has `rank` factors. */
gsize adain_gallery_floats (const AdainGallery *gallery, int rank);

/* All numbers are 0 yet; NULL if there is no memory. The gallery frees it once it is among its styles. */
AdainGalleryStyle *adain_gallery_style_new (const AdainGallery *gallery, int rank,
                                            const AdainGalleryEntry *names);

static inline AdainGalleryStyle *
adain_gallery_at (const AdainGallery *gallery, int index)
{
  return gallery->styles->pdata[index];
}

G_END_DECLS
