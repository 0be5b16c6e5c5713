/* One look over a whole picture before it is encoded: palette, visibility, and a fill for what is hidden
 * or not selected.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "adain.h"

G_BEGIN_DECLS

typedef struct
{
  int          width, height; /* cells of the padded picture */
  float       *weights;       /* mean of alpha times mask for each cell; NULL: all 1 */
  float       *fill;          /* R'G'B' for each cell; NULL: all of the picture is visible and selected */
  AdainPalette palette;       /* of the visible pixels, weighted by alpha times mask, */
  double       weight;        /* which add up to this */
} AdainSurvey;

/* Looks with `threads` threads, and takes what is kept from `budget`, which must hold what the look itself
 * takes. Fails with ADAIN_ERROR_PICTURE if no pixel is visible, ADAIN_ERROR_MEMORY if the budget is too small. */
gboolean adain_survey (AdainSurvey *survey, const AdainSource *source, gsize *budget, int threads,
                       GCancellable *cancellable, GError **error);
void     adain_survey_clear (AdainSurvey *survey);

/* Writes 3 floats for each of the pixels of `rect` (of the padded picture): the color where alpha times
 * `mask` (NULL: all 1) is 1, the fill, smoothly interpolated, where it is 0. */
void adain_survey_flatten (const AdainSurvey *survey, const AdainRect *rect, const float *rgba,
                           const float *mask, float *rgb);

G_END_DECLS
