/* Keeps styles encoded for as long as they are in use.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "ui/preview/cache.h"

#include "plugin/paint/convert.h"

/* So many unused styles are kept: those of the other settings one is comparing with. */
#define SPARE 16

typedef struct
{
  GdkPixbuf  *pixbuf;
  gboolean    recolored;
  AdainStyle *style;
  gboolean    used;
} Entry;

struct _AdainStyleCache
{
  const Babl *format;
  GQueue      entries; /* of Entry, the latest first */
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
adain_style_cache_new (const Babl *format)
{
  AdainStyleCache *cache = g_new0 (AdainStyleCache, 1);

  cache->format = format;

  return cache;
}

void
adain_style_cache_free (AdainStyleCache *cache)
{
  if (!cache)
    return;

  g_queue_clear_full (&cache->entries, entry_free);
  g_free (cache);
}

typedef struct
{
  const GdkPixbuf *pixbuf;
  const Babl      *format; /* what it is read as */
} Picture;

static gboolean
read_pixbuf (gpointer user_data, const AdainRect *rect, float *rgba, float *mask, GError **error)
{
  const Picture *picture = user_data;
  const guint8  *pixels = gdk_pixbuf_read_pixels (picture->pixbuf);
  int            stride = gdk_pixbuf_get_rowstride (picture->pixbuf);
  int            channels = gdk_pixbuf_get_n_channels (picture->pixbuf);
  const Babl    *format = babl_format (channels == 4 ? "R'G'B'A u8" : "R'G'B' u8");

  for (int y = 0; y < rect->height; y++)
    adain_convert (format, picture->format,
                   pixels + (gsize) (rect->y + y) * stride + (gsize) rect->x * channels,
                   rgba + (gsize) y * rect->width * 4, rect->width);

  return TRUE;
}

static AdainStyle *
encode (AdainStyleCache *cache, AdainEngine *engine, GdkPixbuf *pixbuf, const AdainPalette *palette,
        GCancellable *cancellable, GError **error)
{
  Picture     picture = { pixbuf, cache->format };
  AdainSource source = {
    .width = gdk_pixbuf_get_width (pixbuf),
    .height = gdk_pixbuf_get_height (pixbuf),
    .read = read_pixbuf,
    .user_data = &picture,
  };

  return adain_style_encode (engine, &source, ADAIN_STYLE_SIDE, palette, cancellable, error);
}

AdainStyle *
adain_style_cache_get (AdainStyleCache *cache, AdainEngine *engine, GdkPixbuf *pixbuf,
                       const AdainPalette *palette, GCancellable *cancellable, GError **error)
{
  AdainStyle *style;
  Entry      *entry;

  for (GList *link = cache->entries.head; link; link = link->next)
    {
      entry = link->data;
      if (entry->pixbuf == pixbuf && entry->recolored == (palette != NULL))
        {
          entry->used = TRUE;
          g_queue_unlink (&cache->entries, link);
          g_queue_push_head_link (&cache->entries, link);
          return entry->style;
        }
    }

  style = encode (cache, engine, pixbuf, palette, cancellable, error);
  if (!style)
    return NULL;

  entry = g_new (Entry, 1);
  entry->pixbuf = g_object_ref (pixbuf);
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
