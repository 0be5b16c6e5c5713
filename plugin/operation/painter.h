/* Paints pictures for one operation, and keeps what the next painting may need again.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <gegl.h>

#include "plugin/paint/excerpt.h"
#include "plugin/paint/parameters.h"

G_BEGIN_DECLS

/**
 * AdainOrder:
 * @styles: paths, URIs or "gallery:NAME"; NULL or "" where there is none
 * @weights: how much each of them counts
 * @parts: which part of each one's picture is used, as adain_part_parse() reads it; NULL or "": all of it
 * @turns: how that is turned
 * @parameters: of which the operation has no device, model or refinement
 *
 * What to paint.
 */
typedef struct
{
  const char     *styles[ADAIN_OPERATION_STYLES];
  double          weights[ADAIN_OPERATION_STYLES];
  const char     *parts[ADAIN_OPERATION_STYLES];
  AdainTurn       turns[ADAIN_OPERATION_STYLES];
  AdainParameters parameters;
} AdainOrder;

/* Whether there is a style that counts: otherwise the picture stays as it is. */
gboolean adain_order_is_empty (const AdainOrder *order);

typedef struct _AdainPainter AdainPainter;

AdainPainter *adain_painter_new (void);
void          adain_painter_free (AdainPainter *painter);

/**
 * adain_painter_paint:
 * @picture: what is painted, all of @area
 * @format: adain_working_format() of the color space to paint in
 * @result: receives the painted picture, in the same place; untouched if this fails
 *
 * The encoded styles are kept as long as they are the same, and the encoded picture as long as its pixels and
 * the size of the strokes are. One painter paints at a time.
 */
gboolean adain_painter_paint (AdainPainter *painter, const AdainOrder *order, GeglBuffer *picture,
                              const GeglRectangle *area, const Babl *format, GeglBuffer *result,
                              GError **error);

G_END_DECLS
