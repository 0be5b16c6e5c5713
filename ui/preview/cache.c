/* Keeps styles encoded for as long as they are in use.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "ui/preview/cache.h"

#include <math.h>

/* The shorter side that the engine gives a style at stroke size 1. */
#define SHORTER_SIDE 512

/* Below this there would be nothing left to take a style from. */
#define SHORTER_SIDE_MIN 32

/* So many unused styles are kept: those of the other settings one is comparing with. */
#define SPARE 16

typedef struct
{
  GdkPixbuf  *pixbuf;
  double      stroke_size;
  gboolean    recolored;
  AdainStyle *style;
  gboolean    used;
} Entry;

struct _AdainStyleCache
{
  GQueue entries; /* of Entry, the latest first */
};

static void
entry_free (gpointer data)
{
  Entry *entry = data;

  adain_style_free (entry->style);
  g_object_unref (entry->pixbuf);
  g_free (entry);
}

AdainStyleCache *
adain_style_cache_new (void)
{
  return g_new0 (AdainStyleCache, 1);
}

void
adain_style_cache_free (AdainStyleCache *cache)
{
  if (!cache)
    return;

  g_queue_clear_full (&cache->entries, entry_free);
  g_free (cache);
}

static gboolean
read_pixbuf (gpointer user_data, const AdainRect *rect, float *rgba, float *mask, GError **error)
{
  const GdkPixbuf *pixbuf = user_data;
  const guint8    *pixels = gdk_pixbuf_read_pixels (pixbuf);
  int              stride = gdk_pixbuf_get_rowstride (pixbuf);
  int              channels = gdk_pixbuf_get_n_channels (pixbuf);

  for (int y = rect->y; y < rect->y + rect->height; y++)
    {
      const guint8 *pixel = pixels + (gsize) y * stride + (gsize) rect->x * channels;

      for (int x = 0; x < rect->width; x++, pixel += channels, rgba += 4)
        {
          for (int c = 0; c < 3; c++)
            rgba[c] = pixel[c] / 255.0f;
          rgba[3] = channels == 4 ? pixel[3] / 255.0f : 1.0f;
        }
    }

  return TRUE;
}

/* A stroke size below the engine's range is had by reducing the picture and taking it as it is. */
static AdainStyle *
encode (AdainEngine *engine, GdkPixbuf *pixbuf, double stroke_size, const AdainPalette *palette,
        GCancellable *cancellable, GError **error)
{
  int         width = gdk_pixbuf_get_width (pixbuf);
  int         height = gdk_pixbuf_get_height (pixbuf);
  GdkPixbuf  *seen = g_object_ref (pixbuf);
  AdainSource source = { .read = read_pixbuf };
  AdainStyle *style;

  if (stroke_size < ADAIN_STROKE_MIN)
    {
      double shorter = MAX (SHORTER_SIDE * stroke_size, SHORTER_SIDE_MIN);
      double scale = shorter / MIN (width, height);

      g_object_unref (seen);
      seen = gdk_pixbuf_scale_simple (pixbuf, ceil (width * scale), ceil (height * scale),
                                      GDK_INTERP_BILINEAR);
      stroke_size = 0.0;
    }

  source.user_data = seen;
  source.width = gdk_pixbuf_get_width (seen);
  source.height = gdk_pixbuf_get_height (seen);
  style = adain_style_encode (engine, &source, MIN (stroke_size, ADAIN_STROKE_MAX), palette, cancellable,
                              error);
  g_object_unref (seen);

  return style;
}

AdainStyle *
adain_style_cache_get (AdainStyleCache *cache, AdainEngine *engine, GdkPixbuf *pixbuf, double stroke_size,
                       const AdainPalette *palette, GCancellable *cancellable, GError **error)
{
  AdainStyle *style;
  Entry      *entry;

  for (GList *link = cache->entries.head; link; link = link->next)
    {
      entry = link->data;
      if (entry->pixbuf == pixbuf && entry->stroke_size == stroke_size
          && entry->recolored == (palette != NULL))
        {
          entry->used = TRUE;
          g_queue_unlink (&cache->entries, link);
          g_queue_push_head_link (&cache->entries, link);
          return entry->style;
        }
    }

  style = encode (engine, pixbuf, stroke_size, palette, cancellable, error);
  if (!style)
    return NULL;

  entry = g_new (Entry, 1);
  entry->pixbuf = g_object_ref (pixbuf);
  entry->stroke_size = stroke_size;
  entry->recolored = palette != NULL;
  entry->style = style;
  entry->used = TRUE;
  g_queue_push_head (&cache->entries, entry);

  return style;
}

void
adain_style_cache_trim (AdainStyleCache *cache)
{
  int spare = 0;

  for (GList *link = cache->entries.head, *next; link; link = next)
    {
      Entry *entry = link->data;

      next = link->next;
      if (!entry->used && ++spare > SPARE)
        {
          entry_free (entry);
          g_queue_delete_link (&cache->entries, link);
        }
      else
        {
          entry->used = FALSE;
        }
    }
}
