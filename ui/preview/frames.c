/* The layers that are painted alike with the one that the preview shows, reduced for it.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "ui/preview/frames.h"

#include "ui/thumbnail.h"

AdainFrames *
adain_frames_new (GimpImage *image, GimpDrawable **drawables)
{
  AdainFrames *frames = g_new0 (AdainFrames, 1);
  int          others = 0, n;

  g_atomic_ref_count_init (&frames->ref_count);
  while (drawables[others + 1])
    others++;

  n = MIN (others, ADAIN_FRAMES_MAX);
  for (int i = 0; i < n; i++)
    {
      GimpDrawable *drawable = drawables[(i + 1) * others / n];

      frames->pictures[frames->n] = adain_preview_picture_new (image, drawable, ADAIN_THUMBNAIL_MAX);
      if (frames->pictures[frames->n])
        frames->n++;
    }

  return frames;
}

gboolean
adain_frames_read (AdainFrames *frames)
{
  for (int i = 0; i < frames->n; i++)
    if (frames->pictures[i]->next == 0)
      {
        adain_preview_picture_read (frames->pictures[i]);
        return i + 1 < frames->n;
      }

  return FALSE;
}

AdainFrames *
adain_frames_ref (AdainFrames *frames)
{
  g_atomic_ref_count_inc (&frames->ref_count);

  return frames;
}

void
adain_frames_unref (AdainFrames *frames)
{
  if (!frames || !g_atomic_ref_count_dec (&frames->ref_count))
    return;

  for (int i = 0; i < frames->n; i++)
    adain_preview_picture_free (frames->pictures[i]);
  g_free (frames);
}
