/* The layers that are painted alike with the one that the preview shows, reduced for it.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "ui/preview/picture.h"

G_BEGIN_DECLS

/* Of more layers than that, evenly spread ones stand for all. */
#define ADAIN_FRAMES_MAX 7

typedef struct
{
  gatomicrefcount      ref_count;
  int                  n;
  AdainPreviewPicture *pictures[ADAIN_FRAMES_MAX];
} AdainFrames;

/* Those of @drawables after the first, as far as the selection meets them; still to be read. Main thread. */
AdainFrames *adain_frames_new (GimpImage *image, GimpDrawable **drawables);
/* Reads one; TRUE if there is more. Main thread. */
gboolean adain_frames_read (AdainFrames *frames);

AdainFrames *adain_frames_ref (AdainFrames *frames);
void         adain_frames_unref (AdainFrames *frames);

G_END_DECLS
