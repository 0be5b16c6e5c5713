/* An encoded content picture.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "encode.h"
#include "regions.h"
#include "texture.h"

G_BEGIN_DECLS

struct _AdainContent
{
  AdainEngine      *engine;
  AdainSource       source;     /* the picture as the caller gave it */
  AdainImage        scaled;     /* what the network sees, if that has another size */
  gsize             memory;     /* of the engine's, what `scaled` and its result leave */
  AdainSource       work;       /* `source`, or `scaled` */
  AdainSurvey       survey;     /* of `work` */
  AdainRegions      regions;    /* on its cells */
  GMutex            lock;       /* around source.read() and sink->write() */
  AdainUnit         unit;       /* where the features are */
  AdainFeatures    *features;   /* NULL: they do not fit, and each tile is encoded again */
  double            brushwork;  /* that they have been encoded with */
  AdainStatistics  *statistics; /* of each area (regions.h) */
  const AdainScene *scene;      /* whose statistics these are; NULL: the picture's own */
  AdainTexture    **textures;   /* of each area; NULL until a rendering wants them */
  AdainGrid         grid;
  float            *residual; /* work.height * work.width * 3: what the network loses of the picture */
  gboolean          has_residual;
  guint             adapted; /* the engine's, when that was found */
};

/* What is encoded of it. */
AdainInput adain_content_input (AdainContent *content);

static inline gboolean
adain_content_is_scaled (const AdainContent *content)
{
  return content->scaled.rgba != NULL;
}

/* Encodes on the engine's present unit, unless that has happened; `texture`: such that there is one. */
gboolean adain_content_ensure (AdainContent *content, gboolean texture, const AdainReport *report,
                               GError **error);

G_END_DECLS
