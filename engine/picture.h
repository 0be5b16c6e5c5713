/* Reading pictures: clipped to their range, padded to whole cells, scaled.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "adain.h"
#include "backend.h"

G_BEGIN_DECLS

/* To [0, 1]; not a number compares false with everything, and so becomes 0. */
static inline float
adain_clip (float v)
{
  return v > 0 ? (v < 1 ? v : 1) : 0;
}

/* Reads a rectangle into `rgba` and (nullable) `mask`, which becomes 1 where the source has none.
 * Values are finite and in [0, 1] afterwards. `lock` (nullable) is held during source->read(). */
gboolean adain_picture_read (const AdainSource *source, GMutex *lock, const AdainRect *rect, float *rgba,
                             float *mask, GError **error);

/* As the source gives it, not clipped. */
gboolean adain_picture_read_unclipped (const AdainSource *source, GMutex *lock, const AdainRect *rect,
                                       float *rgba, GError **error);

/* The same of a region: its coverage, finite and in [0, 1]. */
gboolean adain_region_read (const AdainRegion *region, GMutex *lock, const AdainRect *rect, float *coverage,
                            GError **error);

/* Checks the size and the presence of read(). */
gboolean adain_picture_check (const AdainSource *source, GError **error);

/* The size in pixels that the network sees: whole cells, at least two of them. */
int adain_padded_side (int side);

/* Where pixel `i`, to the right of (or below) a side of `n` pixels, is reflected to. */
int adain_reflect (int i, int n);

/* Like adain_picture_read(), with a rectangle of the padded picture. */
gboolean adain_picture_read_padded (const AdainSource *source, GMutex *lock, const AdainRect *rect,
                                    float *rgba, float *mask, GError **error);

/* Scales a whole source to width x height, in one pass over it; threads read it one at a time. */
gboolean adain_image_scaled (AdainImage *image, const AdainSource *source, int width, int height, int threads,
                             GCancellable *cancellable, GError **error);
void     adain_image_clear (AdainImage *image);

G_END_DECLS
