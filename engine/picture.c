/* Reading pictures: clipped to their range, padded to whole cells, held in memory.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "picture.h"

#include <string.h>

#include <glib/gi18n-lib.h>

#include "error.h"

#define MIN_CELLS 2

gboolean
adain_picture_check (const AdainSource *source, GError **error)
{
  if (source == NULL || source->read == NULL || source->width < 1 || source->height < 1)
    {
      g_set_error_literal (error, ADAIN_ERROR, ADAIN_ERROR_PICTURE, _ ("The picture is empty"));
      return FALSE;
    }
  if (source->width > ADAIN_MAX_SIDE || source->height > ADAIN_MAX_SIDE)
    {
      g_set_error (error, ADAIN_ERROR, ADAIN_ERROR_PICTURE, _ ("The picture is too large: %d x %d pixels"),
                   source->width, source->height);
      return FALSE;
    }
  return TRUE;
}

gboolean
adain_region_read (const AdainRegion *region, GMutex *lock, const AdainRect *rect, float *coverage,
                   GError **error)
{
  gboolean ok;

  g_mutex_lock (lock);
  ok = region->read (region->user_data, rect, coverage, error);
  g_mutex_unlock (lock);
  for (gsize i = 0; ok && i < (gsize) rect->width * rect->height; i++)
    coverage[i] = adain_clip (coverage[i]);
  return ok;
}

static gboolean
read_raw (const AdainSource *source, GMutex *lock, const AdainRect *rect, float *rgba, float *mask,
          GError **error)
{
  gboolean ok;

  if (lock)
    g_mutex_lock (lock);
  ok = source->read (source->user_data, rect, rgba, source->has_mask ? mask : NULL, error);
  if (lock)
    g_mutex_unlock (lock);
  return ok;
}

gboolean
adain_picture_read_unclipped (const AdainSource *source, GMutex *lock, const AdainRect *rect, float *rgba,
                              GError **error)
{
  return read_raw (source, lock, rect, rgba, NULL, error);
}

typedef float  Quad __attribute__ ((vector_size (4 * sizeof (float))));
typedef gint32 Mask __attribute__ ((vector_size (4 * sizeof (gint32))));

/* adain_clip() of `n` pixels, for which compilers find no vectors. */
static void
clip_pixels (float *rgba, gsize n)
{
  const Quad one = { 1, 1, 1, 1 };

  for (gsize i = 0; i < n; i++, rgba += 4)
    {
      Quad value;
      Mask bits, below;

      memcpy (&value, rgba, sizeof value);
      bits = (Mask) value & (value > 0);
      below = (Quad) bits < 1;
      bits = (bits & below) | ((Mask) one & ~below);
      memcpy (rgba, &bits, sizeof bits);
    }
}

gboolean
adain_picture_read (const AdainSource *source, GMutex *lock, const AdainRect *rect, float *rgba, float *mask,
                    GError **error)
{
  gsize n = (gsize) rect->width * rect->height;

  if (!read_raw (source, lock, rect, rgba, mask, error))
    return FALSE;
  clip_pixels (rgba, n);
  if (mask && source->has_mask)
    for (gsize i = 0; i < n; i++)
      mask[i] = adain_clip (mask[i]);
  else if (mask)
    for (gsize i = 0; i < n; i++)
      mask[i] = 1;
  return TRUE;
}

int
adain_padded_side (int side)
{
  return MAX ((side + ADAIN_CELL - 1) / ADAIN_CELL, MIN_CELLS) * ADAIN_CELL;
}

int
adain_reflect (int i, int n)
{
  int period = 2 * (n - 1);

  if (n == 1)
    return 0;
  i %= period;
  return i < n ? i : period - i;
}

/* The real pixels that [start, start + length) of a padded side maps to. */
static void
reflected_range (int start, int length, int n, int *first, int *count)
{
  int low = n - 1, high = 0;

  for (int i = start; i < start + length; i++)
    {
      int j = adain_reflect (i, n);

      low = MIN (low, j);
      high = MAX (high, j);
    }
  *first = low;
  *count = high - low + 1;
}

gboolean
adain_picture_read_padded (const AdainSource *source, GMutex *lock, const AdainRect *rect, float *rgba,
                           float *mask, GError **error)
{
  g_autofree float *real_rgba = NULL, *real_mask = NULL;
  AdainRect         real;

  if (rect->x + rect->width <= source->width && rect->y + rect->height <= source->height)
    return adain_picture_read (source, lock, rect, rgba, mask, error);

  reflected_range (rect->x, rect->width, source->width, &real.x, &real.width);
  reflected_range (rect->y, rect->height, source->height, &real.y, &real.height);
  real_rgba = g_try_new (float, real.width * (gsize) real.height * 4);
  real_mask = g_try_new (float, real.width * (gsize) real.height);
  if (!real_rgba || !real_mask)
    return adain_no_memory_for_picture (error);
  if (!adain_picture_read (source, lock, &real, real_rgba, real_mask, error))
    return FALSE;
  for (int y = 0; y < rect->height; y++)
    {
      gsize row = (gsize) (adain_reflect (rect->y + y, source->height) - real.y) * real.width;

      for (int x = 0; x < rect->width; x++)
        {
          gsize from = row + adain_reflect (rect->x + x, source->width) - real.x;
          gsize to = (gsize) y * rect->width + x;

          memcpy (rgba + 4 * to, real_rgba + 4 * from, 4 * sizeof (float));
          if (mask)
            mask[to] = real_mask[from];
        }
    }
  return TRUE;
}

static gboolean
read_memory (gpointer user_data, const AdainRect *rect, float *rgba, float *mask, GError **error)
{
  const AdainImage *image = user_data;

  for (int y = 0; y < rect->height; y++)
    {
      gsize from = (gsize) (rect->y + y) * image->width + rect->x, to = (gsize) y * rect->width;

      memcpy (rgba + 4 * to, image->rgba + 4 * from, 4 * rect->width * sizeof (float));
      if (mask)
        memcpy (mask + to, image->mask + from, rect->width * sizeof (float));
    }
  return TRUE;
}

AdainSource
adain_image_source (AdainImage *image)
{
  return (AdainSource) {
    .width = image->width,
    .height = image->height,
    .has_mask = image->mask != NULL,
    .read = read_memory,
    .user_data = image,
  };
}

static gboolean
read_plane (gpointer user_data, const AdainRect *rect, float *coverage, GError **error)
{
  const AdainPlane *plane = user_data;

  for (int y = 0; y < rect->height; y++)
    memcpy (coverage + (gsize) y * rect->width,
            plane->coverage + (gsize) (rect->y + y) * plane->width + rect->x, rect->width * sizeof (float));
  return TRUE;
}

AdainRegion
adain_plane_region (AdainPlane *plane)
{
  return (AdainRegion) { read_plane, plane };
}

static gboolean
write_memory (gpointer user_data, const AdainRect *rect, const float *rgba, GError **error)
{
  AdainImage *image = user_data;

  for (int y = 0; y < rect->height; y++)
    memcpy (image->rgba + 4 * ((gsize) (rect->y + y) * image->width + rect->x),
            rgba + 4 * (gsize) y * rect->width, 4 * rect->width * sizeof (float));
  return TRUE;
}

AdainSink
adain_image_sink (AdainImage *image)
{
  return (AdainSink) { .write = write_memory, .user_data = image };
}

void
adain_image_clear (AdainImage *image)
{
  g_clear_pointer (&image->rgba, g_free);
  g_clear_pointer (&image->mask, g_free);
}
