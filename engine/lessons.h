/* What a decoder learns a style from: parts of photographs at several scales, with the style's features, which it is
 * to turn into pictures.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "cpu/gradient.h"
#include "engine.h"
#include "style.h"

G_BEGIN_DECLS

/* Cells along the sides of a lesson, at most. */
#define ADAIN_LESSON_SIDE 32

/* width * height cells without gaps, which have taken on the style. */
typedef struct
{
  int    width, height;
  float *features;
} AdainLesson;

typedef struct
{
  AdainLesson *lessons;
  int          n;
} AdainLessons;

/* Of `n_contents` pictures, the same ones every time. Takes what is kept from `budget`. Clear it in either case. */
gboolean adain_lessons_init (AdainLessons *lessons, AdainEngine *engine, const AdainGradient *encoder,
                             const AdainSource *contents, int n_contents, AdainStyle *style, double texture,
                             gsize *budget, GCancellable *cancellable, GError **error);
void     adain_lessons_clear (AdainLessons *lessons);

G_END_DECLS
