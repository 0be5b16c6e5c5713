/* The transform of features between the encoder and the decoder: what makes a picture take on a style.
 *
 * A back end applies it to the cells that it decodes, and need not know where it comes from. Another kind of
 * style transfer that is linear in the features of a cell (whitening and coloring, optimal transport) is
 * another way of filling a map; regions are several maps, mixed differently in each cell.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "network.h"
#include "statistics.h"

G_BEGIN_DECLS

/* One linear map: out[o] = scale[o] * in[o] + shift[o]; or, with a matrix, out[o] = sum over i of
 * matrix[i * channels + o] * in[i], plus shift[o]. */
typedef struct
{
  float *scale;  /* channels; unused with a matrix */
  float *matrix; /* [input channel][output channel], or NULL */
  float *shift;  /* channels */
} AdainMap;

/* A cell of the picture becomes the sum of what all maps make of it, each times its share in that cell. */
typedef struct
{
  int       channels;
  int       n; /* maps, at least 1 */
  AdainMap *maps;
  float    *shares; /* n * height * width, for each map those of all cells of the picture, which add up to
                     * 1 in each; NULL if there is one map */
  int       width, height;
  float    *low, *high; /* n * channels: what each channel of a cell is clipped to before it is mapped; NULL:
                         * it is not */
} AdainTransform;

/* What a picture is to look like. The weights add up to 1. */
typedef struct
{
  int                           n; /* styles, at least 1 */
  const AdainStatistics *const *styles;
  const double                 *weights;
  double                        strength; /* 0, the content's own features, to 1 */
  double                        texture;  /* 0, AdaIN's deviations, to 1, the styles' covariances */
  const double *const          *maps; /* those to the styles' covariances (transport.h), [out][in], of which
                                           * those of weight 0 may be NULL; none needed without texture */
} AdainBlend;

/* Whether every map is a scale and a shift for each channel, and the same everywhere. */
static inline gboolean
adain_transform_is_diagonal (const AdainTransform *transform)
{
  return transform->n == 1 && !transform->maps[0].matrix;
}

/* Whether cells are clipped. */
static inline gboolean
adain_transform_is_bounded (const AdainTransform *transform)
{
  return transform->low != NULL;
}

/* What a channel of the content is divided by: its deviation, but not so much less than is usual that the
 * noise of a flat picture becomes a texture. */
double adain_usual_floor (const AdainUsual *usual, int channel, double deviation);
double adain_content_deviation (const AdainStatistics *content, const AdainUsual *usual, int channel);

/* Adaptive instance normalization (Huang and Belongie, ICCV 2017) from features of these statistics to the
 * weighted styles, mixed with optimal transport to their covariances by `texture`, and with the features as
 * they are by `strength`. Where the content's statistics have a range, cells are clipped to it: those that do
 * not count come from elsewhere. Where it is known what is `usual`, outliers are clipped to that. NULL if
 * there is no memory. */
AdainTransform *adain_transform_new (const AdainStatistics *content, const AdainUsual *usual,
                                     const AdainBlend *blend);

/* Such maps of `n` areas, each with statistics and a blend of its own, but all of the same texture. Statistics
 * that are NULL mean that features stay as they are. Takes over the shares (see above). */
AdainTransform *adain_transform_new_mixed (int n, const AdainStatistics *const *contents,
                                           const AdainUsual *usual, const AdainBlend *blends, float *shares,
                                           int width, int height);
void            adain_transform_free (AdainTransform *transform);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (AdainTransform, adain_transform_free)

G_END_DECLS
