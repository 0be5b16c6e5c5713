/* From styles, their weights and regions to the transform of a content's features, and to the decoders of what
 * becomes of them.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "content.h"

G_BEGIN_DECLS

typedef struct
{
  AdainContent   *content;
  AdainTransform *transform; /* NULL: no style reaches anything */
  AdainTransform *plain;     /* without any style, but within the same bounds; NULL: there are none */
  int            *decoders;  /* of each map: which of the unit's decoders its share is decoded by */
  int             n_decoders;
  gboolean       *reaches;    /* for each region, and then what none covers: whether a style is there */
  gboolean        everywhere; /* all of the picture is painted, and */
  float           opacity;    /* so much of what is painted covers the picture */
} AdainMixture;

/* `weights` add up to 1; the content must have been encoded. Has the engine's unit adapt its decoders. Clear it in
 * either case. */
gboolean adain_mixture_init (AdainMixture *mixture, AdainContent *content, AdainStyle *const *styles,
                             const double *weights, int n, const AdainRenderOptions *options,
                             GCancellable *cancellable, GError **error);
/* Of a content that is painted without styles: everywhere, and then laid over the picture. */
void adain_mixture_init_opacity (AdainMixture *mixture, AdainContent *content, double opacity);
void adain_mixture_clear (AdainMixture *mixture);

/* Whether anything but everything is painted; then adain_mixture_cover() says how much of each pixel of
 * `rect`, of the picture in full size, is. `scratch` has twice as many floats as `cover`. */
gboolean adain_mixture_cover (const AdainMixture *mixture, const AdainRect *rect, float *cover,
                              float *scratch, GError **error);

G_END_DECLS
