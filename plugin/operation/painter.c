/* Paints pictures for one operation, and keeps what the next painting may need again.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "plugin/operation/painter.h"

#include <string.h>

#include <glib/gi18n-lib.h>

#include "plugin/operation/studio.h"
#include "plugin/paint/load.h"
#include "plugin/paint/pixels.h"
#include "plugin/paint/recolor.h"

/* Rows that are compared at a time. */
#define BAND 64

/* A style that is encoded, and of what. */
typedef struct
{
  char        *name;
  AdainExcerpt excerpt;
  const Babl  *format;
  gboolean     recolored; /* to this palette */
  AdainPalette palette;
  gboolean     in_gallery;
  AdainPalette own; /* of one in the gallery */
  AdainStyle  *style;
} Style;

struct _AdainPainter
{
  AdainPixels  *picture; /* that is encoded in */
  AdainContent *content; /* at */
  int           work_size;
  Style         styles[ADAIN_OPERATION_STYLES];
};

/* The styles of an order that count. */
typedef struct
{
  int         n;
  AdainStyle *styles[ADAIN_OPERATION_STYLES];
  double      weights[ADAIN_OPERATION_STYLES];
} Blend;

static gboolean
counts (const AdainOrder *order, int i)
{
  return order->styles[i] != NULL && *order->styles[i] != '\0' && order->weights[i] > 0;
}

gboolean
adain_order_is_empty (const AdainOrder *order)
{
  for (int i = 0; i < ADAIN_OPERATION_STYLES; i++)
    if (counts (order, i))
      return FALSE;
  return TRUE;
}

AdainPainter *
adain_painter_new (void)
{
  adain_studio_use ();
  return g_new0 (AdainPainter, 1);
}

static void
forget_style (Style *style)
{
  g_free (style->name);
  g_clear_pointer (&style->style, adain_style_free);
  *style = (Style) { 0 };
}

static void
forget_picture (AdainPainter *painter)
{
  g_clear_pointer (&painter->content, adain_content_free);
  g_clear_pointer (&painter->picture, adain_pixels_free);
}

void
adain_painter_free (AdainPainter *painter)
{
  adain_studio_wait ();
  for (int i = 0; i < ADAIN_OPERATION_STYLES; i++)
    forget_style (&painter->styles[i]);
  forget_picture (painter);
  adain_studio_unuse ();
  g_free (painter);
}

/* The picture --------------------------------------------------------------------------------- */

/* Whether @area of a buffer has the pixels of the picture that is kept. */
static gboolean
is_kept (const AdainPainter *painter, GeglBuffer *buffer, const GeglRectangle *area, const Babl *format)
{
  const Babl         *stored = gegl_buffer_get_format (buffer);
  const gsize         row = (gsize) area->width * babl_format_get_bytes_per_pixel (stored);
  g_autofree gpointer kept = NULL, given = NULL;
  gboolean            equal;

  if (painter->content == NULL || painter->picture->format != format
      || gegl_buffer_get_format (painter->picture->buffer) != stored
      || gegl_buffer_get_width (painter->picture->buffer) != area->width
      || gegl_buffer_get_height (painter->picture->buffer) != area->height)
    return FALSE;

  kept = g_try_malloc_n (BAND, row);
  given = g_try_malloc_n (BAND, row);
  equal = kept != NULL && given != NULL;
  for (int y = 0; equal && y < area->height; y += BAND)
    {
      const int rows = MIN (BAND, area->height - y);

      gegl_buffer_get (painter->picture->buffer, GEGL_RECTANGLE (0, y, area->width, rows), 1.0, stored, kept,
                       GEGL_AUTO_ROWSTRIDE, GEGL_ABYSS_NONE);
      gegl_buffer_get (buffer, GEGL_RECTANGLE (area->x, area->y + y, area->width, rows), 1.0, stored, given,
                       GEGL_AUTO_ROWSTRIDE, GEGL_ABYSS_NONE);
      equal = memcmp (kept, given, row * rows) == 0;
    }
  return equal;
}

/* A copy, which shares its tiles with @buffer as far as these are aligned. */
static AdainPixels *
copy_picture (GeglBuffer *buffer, const GeglRectangle *area, const Babl *format)
{
  const GeglRectangle target = { 0, 0, area->width, area->height };
  GeglBuffer         *copy = gegl_buffer_new (&target, gegl_buffer_get_format (buffer));
  AdainPixels        *pixels;

  gegl_buffer_copy (buffer, area, GEGL_ABYSS_NONE, copy, &target);
  pixels = adain_pixels_new ("", copy);
  pixels->format = format;
  return pixels;
}

static gboolean
encode_picture (AdainPainter *painter, AdainStudio *studio, const AdainOrder *order, GeglBuffer *buffer,
                const GeglRectangle *area, const Babl *format, GError **error)
{
  const int   side = MAX (area->width, area->height);
  const int   work_size = adain_parameters_work_size (&order->parameters, side, side);
  AdainSource source;

  if (is_kept (painter, buffer, area, format) && painter->work_size == work_size)
    return TRUE;

  forget_picture (painter);
  painter->picture = copy_picture (buffer, area, format);
  source = adain_pixels_source (painter->picture);
  painter->content = adain_content_encode (studio->engine, &source, work_size, NULL, NULL, NULL, error);
  painter->work_size = work_size;
  return painter->content != NULL;
}

/* The styles ---------------------------------------------------------------------------------- */

static AdainStyle *
encode_file (AdainStudio *studio, const Style *style, GError **error)
{
  g_autoptr (AdainPixels) pixels = adain_style_file_load_pixels (style->name, error);
  AdainSource source;

  if (pixels == NULL || !adain_excerpt_apply (&style->excerpt, pixels, error))
    return NULL;
  pixels->format = style->format;
  source = adain_pixels_source (pixels);
  return adain_style_encode (studio->engine, &source, ADAIN_STYLE_SIDE,
                             style->recolored ? &style->palette : NULL, NULL, error);
}

static AdainStyle *
take_from_gallery (AdainStudio *studio, Style *style, GError **error)
{
  int entry = adain_studio_look_up (studio, adain_gallery_name (style->name), error);

  if (entry < 0)
    return NULL;
  adain_gallery_palette (studio->collection->gallery, entry, &style->own);
  return adain_gallery_style (studio->collection->gallery, entry, error);
}

/* Encodes a style, unless it is that already. @palette: (nullable): what its picture is recolored to. */
static gboolean
encode_style (AdainStudio *studio, Style *style, const char *name, const AdainExcerpt *excerpt,
              const Babl *format, const AdainPalette *palette, GError **error)
{
  const gboolean from_gallery = adain_gallery_name (name) != NULL;
  const gboolean recolored = palette != NULL && !from_gallery;

  if (style->style != NULL && g_str_equal (style->name, name)
      && adain_excerpt_equal (&style->excerpt, excerpt) && style->format == format
      && style->recolored == recolored
      && (!recolored || memcmp (&style->palette, palette, sizeof *palette) == 0))
    return TRUE;

  forget_style (style);
  *style = (Style) {
    .name = g_strdup (name),
    .excerpt = *excerpt,
    .format = format,
    .recolored = recolored,
    .in_gallery = from_gallery,
  };
  if (recolored)
    style->palette = *palette;
  style->style = from_gallery ? take_from_gallery (studio, style, error) : encode_file (studio, style, error);
  return style->style != NULL;
}

/* What is used of the picture of a style. */
static gboolean
read_excerpt (const AdainOrder *order, int i, AdainExcerpt *excerpt, GError **error)
{
  const char *part = order->parts[i] != NULL ? order->parts[i] : "";

  excerpt->turn = order->turns[i];
  return adain_part_parse (part, &excerpt->part, error)
         && adain_excerpt_check (excerpt, order->styles[i], error);
}

static gboolean
encode_styles (AdainPainter *painter, AdainStudio *studio, const AdainOrder *order,
               const AdainPalette *palette, Blend *blend, GError **error)
{
  for (int i = 0; i < ADAIN_OPERATION_STYLES; i++)
    {
      AdainExcerpt excerpt;

      if (!counts (order, i))
        continue;
      if (!read_excerpt (order, i, &excerpt, error)
          || !encode_style (studio, &painter->styles[i], order->styles[i], &excerpt, painter->picture->format,
                            palette, error))
        return FALSE;
      blend->styles[blend->n] = painter->styles[i].style;
      blend->weights[blend->n++] = order->weights[i];
    }
  return TRUE;
}

/* What is left to recolor of the result. */
static AdainRecolor
recolor_gallery (const AdainPainter *painter, const AdainOrder *order, const AdainPalette *palette)
{
  AdainRecolor recolor = { 0 };

  for (int i = 0; i < ADAIN_OPERATION_STYLES; i++)
    if (counts (order, i))
      {
        const Style *style = &painter->styles[i];

        adain_recolor_add (&recolor, order->weights[i], style->in_gallery ? &style->own : NULL, palette);
      }
  adain_recolor_finish (&recolor, order->parameters.strength);
  return recolor;
}

/* Painting ------------------------------------------------------------------------------------ */

static gboolean
render (AdainPainter *painter, const Blend *blend, const AdainOrder *order, const AdainRecolor *recolor,
        GeglBuffer *result, GError **error)
{
  const AdainRenderOptions options = adain_parameters_render_options (&order->parameters);
  AdainResult              painted = { painter->picture, result };
  AdainRecoloring          recoloring = { adain_result_sink (&painted), recolor->map };
  AdainSink                sink = recolor->needed ? adain_recoloring_sink (&recoloring) : recoloring.sink;

  return adain_content_render (painter->content, blend->styles, blend->weights, blend->n, &options, &sink,
                               NULL, NULL, NULL, error);
}

/* Inside the studio. */
static gboolean
paint (AdainPainter *painter, AdainStudio *studio, const AdainOrder *order, GeglBuffer *picture,
       const GeglRectangle *area, const Babl *format, GeglBuffer *result, GError **error)
{
  const gboolean preserve = order->parameters.preserve == ADAIN_PRESERVE_PALETTE;
  AdainRecolor   recolor = { 0 };
  AdainPalette   palette;
  Blend          blend = { 0 };

  if (!adain_engine_set_brushwork (studio->engine, order->parameters.brushwork, error)
      || !encode_picture (painter, studio, order, picture, area, format, error))
    return FALSE;
  if (preserve)
    adain_content_palette (painter->content, &palette);
  if (!encode_styles (painter, studio, order, preserve ? &palette : NULL, &blend, error))
    return FALSE;
  if (preserve)
    recolor = recolor_gallery (painter, order, &palette);
  return render (painter, &blend, order, &recolor, result, error);
}

gboolean
adain_painter_paint (AdainPainter *painter, const AdainOrder *order, GeglBuffer *picture,
                     const GeglRectangle *area, const Babl *format, GeglBuffer *result, GError **error)
{
  const GeglRectangle origin = { 0, 0, area->width, area->height };
  AdainStudio        *studio = adain_studio_enter (error);
  g_autoptr (GeglBuffer) painted = NULL;
  gboolean done;

  if (studio == NULL)
    return FALSE;
  /* The engine writes from its own threads, which must not meet those that listen to GEGL's buffer. */
  painted = gegl_buffer_new (&origin, format);
  done = paint (painter, studio, order, picture, area, format, painted, error);
  adain_studio_leave ();
  if (done)
    gegl_buffer_copy (painted, &origin, GEGL_ABYSS_NONE, result, area);
  return done;
}
