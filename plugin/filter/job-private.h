/* What a job is made of: job.c prepares and runs it, job-commit.c delivers what came of it.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "plugin/filter/arguments.h"
#include "plugin/filter/job.h"
#include "plugin/filter/regions.h"
#include "plugin/paint/gallery.h"

G_BEGIN_DECLS

/* One drawable on its way. */
typedef struct
{
  GimpDrawable   *drawable;
  GeglRectangle   place;  /* of the drawable in the image, */
  GeglRectangle   bounds; /* and of what is painted in the drawable */
  AdainRegionSet *regions;
  AdainResult     result;
} AdainPiece;

struct _AdainJob
{
  AdainArguments  *arguments;
  AdainModel      *model;
  GimpImage       *image;
  AdainCollection *collection; /* NULL: no style is of it */
  GPtrArray       *styles;     /* of AdainStyleInput */
  AdainStyle      *learned;    /* the one style, where it has been learned; else NULL */
  GPtrArray       *pieces;
  char            *module_dir;
  char            *notice;
  GCancellable    *enough; /* of a run, its caller's */
};

G_END_DECLS
