/* The end of a rendering: from a whole result at the size that the network sees to the sink.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "mixture.h"

G_BEGIN_DECLS

typedef struct
{
  AdainContent             *content;
  const AdainMixture       *mixture;
  const AdainRenderOptions *options;
  const AdainSink          *sink;
} AdainFinish;

/* Writes `result` (work.height * work.width * 3), and changes it. */
gboolean adain_finish (const AdainFinish *self, float *result, const AdainReport *report, GError **error);

/* Writes the picture as it is: what strength 0 means. */
gboolean adain_finish_untouched (AdainContent *content, const AdainSink *sink, const AdainReport *report,
                                 GError **error);

G_END_DECLS
