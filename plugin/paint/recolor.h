/* Recoloring results: what "palette" means for styles that have no picture.
 *
 * A picture is recolored before it is encoded. A style of the gallery cannot be; what it paints has its
 * colors, and these are moved in the result as its picture's would have been.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "engine/adain.h"

G_BEGIN_DECLS

/* The map for the colors of a result of several styles: the mean of those of the styles, by weight, with the
 * picture's own part left alone. */
typedef struct
{
  AdainColorMap map;
  double        weight; /* of the styles so far */
  gboolean      needed; /* for one of them */
} AdainRecolor;

/* Adds a style to @recolor, which begins as zeros. @from: (nullable): the palette of a style of the gallery; of
 * one that was recolored already there is none. @to is the picture's palette. */
void adain_recolor_add (AdainRecolor *recolor, double weight, const AdainPalette *from,
                        const AdainPalette *to);

/* After the last one. */
void adain_recolor_finish (AdainRecolor *recolor, double strength);

/* A sink over another one, which recolors what it hands on. */
typedef struct
{
  AdainSink     sink;
  AdainColorMap map;
} AdainRecoloring;

/* Valid as long as @recoloring is. */
AdainSink adain_recoloring_sink (AdainRecoloring *recoloring);

G_END_DECLS
