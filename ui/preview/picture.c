/* The pixels that a preview starts from.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "ui/preview/picture.h"

#include <math.h>
#include <string.h>

#include "plugin/paint/convert.h"
#include "ui/thumbnail.h"

AdainPreviewPicture *
adain_preview_picture_new (GimpImage *image, GimpDrawable *drawable, int longest)
{
  AdainPreviewPicture *picture;
  AdainRect            rect;
  double               scale;
  gsize                n;

  if (!gimp_drawable_mask_intersect (drawable, &rect.x, &rect.y, &rect.width, &rect.height))
    return NULL;

  scale = MIN (1.0, (double) longest / MAX (rect.width, rect.height));

  picture = g_new0 (AdainPreviewPicture, 1);
  picture->full_width = rect.width;
  picture->full_height = rect.height;
  picture->layer_longest = MAX (gimp_drawable_get_width (drawable), gimp_drawable_get_height (drawable));
  picture->gray = gimp_drawable_is_gray (drawable);
  picture->format = adain_working_format (babl_format_get_space (gimp_drawable_get_format (drawable)));
  picture->drawable = g_object_ref (drawable);
  picture->rect = rect;
  picture->image.width = MAX (1, (int) round (rect.width * scale));
  picture->image.height = MAX (1, (int) round (rect.height * scale));

  n = (gsize) picture->image.width * picture->image.height;
  picture->image.rgba = g_new0 (float, n * 4);
  if (!gimp_selection_is_empty (image))
    {
      picture->selection = GIMP_DRAWABLE (g_object_ref (gimp_image_get_selection (image)));
      picture->image.mask = g_new0 (float, n);
    }

  if (GIMP_IS_LAYER (drawable) && gimp_layer_get_apply_mask (GIMP_LAYER (drawable)))
    {
      GimpLayerMask *mask = gimp_layer_get_mask (GIMP_LAYER (drawable));

      picture->layer_mask = mask ? GIMP_DRAWABLE (g_object_ref (mask)) : NULL;
    }

  return picture;
}

/* Reads the piece @to of @drawable's reduced pixels into @data, which is as large as @picture. */
static void
read_piece (AdainPreviewPicture *picture, GimpDrawable *drawable, AdainRect from, AdainRect to,
            const Babl *format, float *data)
{
  int    channels = babl_format_get_n_components (format);
  int    width = to.width, height = to.height;
  float *piece = adain_thumbnail_read (drawable, &from, &width, &height, format);

  for (int y = 0; piece && y < MIN (height, to.height); y++)
    memcpy (data + ((gsize) (to.y + y) * picture->image.width + to.x) * channels,
            piece + (gsize) y * width * channels, (gsize) MIN (width, to.width) * channels * sizeof (float));

  g_free (piece);
}

/* What the layer's mask hides counts as transparent. */
static void
hide_masked (AdainPreviewPicture *picture, AdainRect from, AdainRect to)
{
  float *mask = g_new0 (float, (gsize) picture->image.width * picture->image.height);

  read_piece (picture, picture->layer_mask, from, to, babl_format ("Y float"), mask);

  for (int y = to.y; y < to.y + to.height; y++)
    for (int x = to.x; x < to.x + to.width; x++)
      {
        gsize at = (gsize) y * picture->image.width + x;

        picture->image.rgba[at * 4 + 3] *= mask[at];
      }

  g_free (mask);
}

/* The part of a length of @whole pixels that piece @i of @n has. */
static void
share (int whole, int i, int n, int *start, int *length)
{
  *start = (gint64) whole * i / n;
  *length = (gint64) whole * (i + 1) / n - *start;
}

/* The same part of the layer, as near as whole pixels allow. */
static void
unreduce (int reduced, int full, int start, int length, int *full_start, int *full_length)
{
  double scale = (double) full / reduced;

  *full_start = MIN ((int) round (start * scale), full - 1);
  *full_length = MAX (1, (int) round ((start + length) * scale) - *full_start);
}

gboolean
adain_preview_picture_read (AdainPreviewPicture *picture)
{
  int       columns = (picture->image.width + ADAIN_THUMBNAIL_MAX - 1) / ADAIN_THUMBNAIL_MAX;
  int       rows = (picture->image.height + ADAIN_THUMBNAIL_MAX - 1) / ADAIN_THUMBNAIL_MAX;
  AdainRect from, to;
  int       offset_x, offset_y;

  if (picture->next >= columns * rows)
    return FALSE;

  share (picture->image.width, picture->next % columns, columns, &to.x, &to.width);
  share (picture->image.height, picture->next / columns, rows, &to.y, &to.height);
  unreduce (picture->image.width, picture->full_width, to.x, to.width, &from.x, &from.width);
  unreduce (picture->image.height, picture->full_height, to.y, to.height, &from.y, &from.height);

  from.x += picture->rect.x;
  from.y += picture->rect.y;
  read_piece (picture, picture->drawable, from, to, picture->format, picture->image.rgba);
  if (picture->layer_mask)
    hide_masked (picture, from, to);

  if (picture->selection)
    {
      gimp_drawable_get_offsets (picture->drawable, &offset_x, &offset_y);
      from.x += offset_x;
      from.y += offset_y;
      read_piece (picture, picture->selection, from, to, babl_format ("Y float"), picture->image.mask);
    }

  return ++picture->next < columns * rows;
}

void
adain_preview_picture_free (AdainPreviewPicture *picture)
{
  if (!picture)
    return;

  g_clear_object (&picture->drawable);
  g_clear_object (&picture->selection);
  g_clear_object (&picture->layer_mask);
  g_free (picture->image.rgba);
  g_free (picture->image.mask);
  g_free (picture);
}

/* Averages @in down to @out_width x @out_height; each pixel has @channels floats. Of four the last is alpha, by
 * which the others count. */
static float *
average_down (const float *in, int width, int height, int channels, int out_width, int out_height)
{
  float *out = g_new0 (float, out_width * (gsize) out_height * channels);

  for (int y = 0; y < out_height; y++)
    {
      int y0 = (gint64) y * height / out_height;
      int y1 = MAX (y0 + 1, (gint64) (y + 1) * height / out_height);

      for (int x = 0; x < out_width; x++)
        {
          int    x0 = (gint64) x * width / out_width;
          int    x1 = MAX (x0 + 1, (gint64) (x + 1) * width / out_width);
          float *mean = out + ((gsize) y * out_width + x) * channels;
          float  total = 0.0f;

          for (int v = y0; v < y1; v++)
            for (int u = x0; u < x1; u++)
              {
                const float *pixel = in + ((gsize) v * width + u) * channels;
                float        weight = channels == 4 ? pixel[3] : 1.0f;

                total += weight;
                for (int c = 0; c < channels; c++)
                  mean[c] += weight * pixel[c];
              }

          for (int c = 0; c < channels; c++)
            mean[c] = total > 0.0f ? mean[c] / total : 0.0f;
          if (channels == 4)
            mean[3] = total / ((y1 - y0) * (x1 - x0));
        }
    }

  return out;
}

AdainPreviewPicture *
adain_preview_picture_reduce (const AdainPreviewPicture *picture, int longest)
{
  AdainPreviewPicture *small = g_memdup2 (picture, sizeof *picture);
  double scale = MIN (1.0, (double) longest / MAX (picture->image.width, picture->image.height));

  small->drawable = small->selection = small->layer_mask = NULL;
  small->image.width = MAX (1, (int) round (picture->image.width * scale));
  small->image.height = MAX (1, (int) round (picture->image.height * scale));
  small->image.rgba = average_down (picture->image.rgba, picture->image.width, picture->image.height, 4,
                                    small->image.width, small->image.height);
  if (picture->image.mask)
    small->image.mask = average_down (picture->image.mask, picture->image.width, picture->image.height, 1,
                                      small->image.width, small->image.height);

  return small;
}

cairo_surface_t *
adain_preview_picture_surface (const AdainPreviewPicture *picture, const float *rgba)
{
  cairo_surface_t *surface = cairo_image_surface_create (CAIRO_FORMAT_ARGB32, picture->image.width,
                                                         picture->image.height);
  const Babl      *fish = babl_fish (picture->format, babl_format ("R'G'B'A float"));
  int              stride = cairo_image_surface_get_stride (surface);
  guchar          *data = cairo_image_surface_get_data (surface);
  float           *colors;

  if (!data)
    return surface;

  colors = g_new (float, (gsize) picture->image.width * 4);
  for (int y = 0; y < picture->image.height; y++)
    {
      guint32 *row = (guint32 *) (data + (gsize) y * stride);

      for (int x = 0; x < picture->image.width; x++)
        {
          gsize        at = (gsize) y * picture->image.width + x;
          const float *before = picture->image.rgba + at * 4;
          float        share = !rgba ? 0.0f : picture->image.mask ? picture->image.mask[at] : 1.0f;
          float       *color = colors + x * 4;

          for (int c = 0; c < 3; c++)
            color[c] = before[c] + (share > 0.0f ? share * (rgba[at * 4 + c] - before[c]) : 0.0f);
          color[3] = CLAMP (before[3], 0.0f, 1.0f);

          if (picture->gray)
            color[0] = color[1] = color[2] = 0.2126f * color[0] + 0.7152f * color[1] + 0.0722f * color[2];
        }

      babl_process (fish, colors, colors, picture->image.width);
      for (int x = 0; x < picture->image.width; x++)
        {
          const float *color = colors + x * 4;
          guint32      pixel = (guint32) (color[3] * 255.0f + 0.5f) << 24;

          for (int c = 0; c < 3; c++)
            pixel |= (guint32) (CLAMP (color[c], 0.0f, 1.0f) * color[3] * 255.0f + 0.5f) << (16 - 8 * c);

          row[x] = pixel;
        }
    }

  g_free (colors);
  cairo_surface_mark_dirty (surface);

  return surface;
}
