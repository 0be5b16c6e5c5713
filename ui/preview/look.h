/* Everything that a preview depends on.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <gdk-pixbuf/gdk-pixbuf.h>

#include "plugin/paint/parameters.h"
#include "ui/preview/frames.h"
#include "ui/preview/regions.h"

G_BEGIN_DECLS

typedef struct
{
  gatomicrefcount    ref_count;
  int                n_styles;
  GdkPixbuf        **styles;  /* NULL where it is one of the gallery, */
  char             **gallery; /* which is called so; NULL where it is a picture */
  double            *weights;
  AdainRegionPlanes *regions;       /* NULL: none */
  AdainFrames       *frames;        /* with which it shares its statistics; NULL: it has its own */
  GPtrArray         *frame_regions; /* AdainRegionPlanes of theirs; NULL where @regions are */
  AdainParameters    parameters;
  gboolean           preliminary; /* a better one will follow by itself */
  gint64             asked;       /* when the user did, by g_get_monotonic_time() */
} AdainLook;

AdainLook *adain_look_new (int n_styles);
AdainLook *adain_look_ref (AdainLook *look);
void       adain_look_unref (AdainLook *look);

G_END_DECLS
