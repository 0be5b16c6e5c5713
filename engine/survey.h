/* One look over a whole picture before it is encoded: palette, visibility, and a fill for what is hidden.
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
  float       *fill;          /* R'G'B' for each cell; NULL: nothing is hidden */
  AdainPalette palette;       /* of the visible pixels, weighted by alpha times mask */
} AdainSurvey;

/* Looks with `threads` threads. Fails with ADAIN_ERROR_PICTURE if no pixel is visible. */
gboolean adain_survey (AdainSurvey *survey, const AdainSource *source, int threads, GCancellable *cancellable,
                       GError **error);
void     adain_survey_clear (AdainSurvey *survey);

/* Writes 3 floats for each of the pixels of `rect` (of the padded picture): the colour where alpha is
 * 1, the fill, smoothly interpolated, where it is 0. */
void adain_survey_flatten (const AdainSurvey *survey, const AdainRect *rect, const float *rgba, float *rgb);

G_END_DECLS
