/* What of a style's picture is used: a part of it, turned or mirrored.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "plugin/paint/excerpt.h"

#include <math.h>
#include <string.h>

#include <glib/gi18n-lib.h>

#include "plugin/paint/gallery.h"

/* Rows that are turned at a time: those of a buffer's tiles. */
#define BAND 64

/* So much may a sum of percentages be beyond 100 that is meant to be 100. */
#define SLACK 1e-6

static const char *const turn_names[] = {
  [ADAIN_TURN_NONE] = "none",
  [ADAIN_TURN_90] = "90",
  [ADAIN_TURN_180] = "180",
  [ADAIN_TURN_270] = "270",
  [ADAIN_TURN_MIRROR] = "mirror",
  [ADAIN_TURN_MIRROR_90] = "mirror-90",
  [ADAIN_TURN_MIRROR_180] = "mirror-180",
  [ADAIN_TURN_MIRROR_270] = "mirror-270",
};

/* Turns --------------------------------------------------------------------------------------- */

static int
quarters (AdainTurn turn)
{
  return turn % 4;
}

static gboolean
is_mirrored (AdainTurn turn)
{
  return turn >= ADAIN_TURN_MIRROR;
}

static AdainTurn
make_turn (int n_quarters, gboolean mirrored)
{
  return (AdainTurn) ((n_quarters + 4) % 4 + (mirrored ? ADAIN_TURN_MIRROR : ADAIN_TURN_NONE));
}

/* To mirror after a turn is to mirror before the opposite one. */
AdainTurn
adain_turn_further (AdainTurn turn, AdainTurn further)
{
  const int before = is_mirrored (further) ? -quarters (turn) : quarters (turn);

  return make_turn (before + quarters (further), is_mirrored (turn) != is_mirrored (further));
}

/* A mirrored turn undoes itself. */
static AdainTurn
opposite (AdainTurn turn)
{
  return is_mirrored (turn) ? turn : make_turn (-quarters (turn), FALSE);
}

/* Where the part of a picture of @width x @height is after the picture was turned. */
static AdainPart
turn_in (const AdainPart *part, AdainTurn turn, double width, double height)
{
  const double right = width - part->left - part->width;
  const double left = is_mirrored (turn) ? right : part->left;
  const double rest = is_mirrored (turn) ? part->left : right;
  const double bottom = height - part->top - part->height;

  switch (quarters (turn))
    {
    case ADAIN_TURN_90:
      return (AdainPart) { bottom, left, part->height, part->width };
    case ADAIN_TURN_180:
      return (AdainPart) { rest, bottom, part->width, part->height };
    case ADAIN_TURN_270:
      return (AdainPart) { part->top, rest, part->height, part->width };
    default:
      return (AdainPart) { left, part->top, part->width, part->height };
    }
}

AdainPart
adain_part_turn (const AdainPart *part, AdainTurn turn)
{
  return turn_in (part, turn, 100, 100);
}

AdainPart
adain_part_turn_back (const AdainPart *part, AdainTurn turn)
{
  return turn_in (part, opposite (turn), 100, 100);
}

/* Values -------------------------------------------------------------------------------------- */

gboolean
adain_excerpt_equal (const AdainExcerpt *a, const AdainExcerpt *b)
{
  return a->turn == b->turn && a->part.left == b->part.left && a->part.top == b->part.top
         && a->part.width == b->part.width && a->part.height == b->part.height;
}

gboolean
adain_excerpt_is_whole (const AdainExcerpt *excerpt)
{
  return adain_excerpt_equal (excerpt, &ADAIN_EXCERPT_WHOLE);
}

/* From @start on, @length percent of @size pixels. */
static void
to_pixels (double start, double length, int size, int *first, int *n)
{
  const int end = CLAMP ((int) lround ((start + length) / 100 * size), 1, size);

  *first = CLAMP ((int) lround (start / 100 * size), 0, size - 1);
  *n = MAX (end - *first, 1);
}

AdainRect
adain_part_pixels (const AdainPart *part, int width, int height)
{
  AdainRect rect;

  to_pixels (part->left, part->width, width, &rect.x, &rect.width);
  to_pixels (part->top, part->height, height, &rect.y, &rect.height);
  return rect;
}

/* Text ---------------------------------------------------------------------------------------- */

static gboolean
is_inside (const AdainPart *part)
{
  return isfinite (part->left) && isfinite (part->top) && part->left >= 0 && part->top >= 0 && part->width > 0
         && part->height > 0 && part->left + part->width <= 100 + SLACK
         && part->top + part->height <= 100 + SLACK;
}

/* Four numbers with spaces between. */
static gboolean
read_numbers (const char *text, double *numbers)
{
  for (int i = 0; i < 4; i++)
    {
      char *end;

      numbers[i] = g_ascii_strtod (text, &end);
      if (end == text || (*end != '\0' && !g_ascii_isspace (*end)))
        return FALSE;
      text = end;
    }
  while (g_ascii_isspace (*text))
    text++;
  return *text == '\0';
}

gboolean
adain_part_parse (const char *text, AdainPart *part, GError **error)
{
  double numbers[4];

  *part = ADAIN_PART_WHOLE;
  if (*text == '\0')
    return TRUE;
  if (read_numbers (text, numbers))
    {
      const AdainPart read = { numbers[0], numbers[1], numbers[2], numbers[3] };

      if (is_inside (&read))
        {
          *part = read;
          return TRUE;
        }
    }
  g_set_error (error, ADAIN_ERROR, ADAIN_ERROR_ARGUMENT,
               _ ("“%s” is not a part of a picture, which is four numbers in percent, such as “0 0 100 40”: "
                  "left, top, width and height, all inside of it."),
               text);
  return FALSE;
}

char *
adain_part_format (const AdainPart *part)
{
  const double numbers[] = { part->left, part->top, part->width, part->height };
  GString     *text = g_string_new (NULL);

  for (gsize i = 0; i < G_N_ELEMENTS (numbers); i++)
    {
      char number[G_ASCII_DTOSTR_BUF_SIZE];

      g_string_append_printf (text, "%s%s", i > 0 ? " " : "",
                              g_ascii_formatd (number, sizeof number, "%.8g", numbers[i]));
    }
  return g_string_free (text, FALSE);
}

gboolean
adain_turn_parse (const char *text, AdainTurn *turn, GError **error)
{
  *turn = ADAIN_TURN_NONE;
  if (*text == '\0')
    return TRUE;
  for (gsize i = 0; i < G_N_ELEMENTS (turn_names); i++)
    if (g_str_equal (text, turn_names[i]))
      {
        *turn = (AdainTurn) i;
        return TRUE;
      }
  g_set_error (
      error, ADAIN_ERROR, ADAIN_ERROR_ARGUMENT,
      _ ("A style cannot be turned by “%s”, only by none, 90, 180, 270, mirror, mirror-90, mirror-180 "
         "or mirror-270."),
      text);
  return FALSE;
}

const char *
adain_turn_name (AdainTurn turn)
{
  return turn_names[turn];
}

gboolean
adain_excerpt_check (const AdainExcerpt *excerpt, const char *style, GError **error)
{
  if (adain_gallery_name (style) == NULL || adain_excerpt_is_whole (excerpt))
    return TRUE;
  g_set_error (
      error, ADAIN_ERROR, ADAIN_ERROR_ARGUMENT,
      _ ("“%s” is a style of the gallery, which has no picture: it can neither be turned nor be taken "
         "in part."),
      style);
  return FALSE;
}

/* Pixels -------------------------------------------------------------------------------------- */

/* Moves the pixels of a picture to where they are after a turn. */
static void
turn_pixels (const guint8 *from, guint8 *to, int width, int height, int bytes, AdainTurn turn)
{
  const int turned_width = quarters (turn) % 2 == 0 ? width : height;

  for (int y = 0; y < height; y++)
    for (int x = 0; x < width; x++, from += bytes)
      {
        const AdainPart place = turn_in (&(AdainPart) { x, y, 1, 1 }, turn, width, height);

        memcpy (to + ((gsize) place.top * turned_width + (gsize) place.left) * bytes, from, bytes);
      }
}

/* Copies @rect of a buffer to one of the size that it has when turned. */
static gboolean
copy_turned (GeglBuffer *from, const AdainRect *rect, AdainTurn turn, GeglBuffer *to)
{
  const Babl        *format = gegl_buffer_get_format (from);
  const int          bytes = babl_format_get_bytes_per_pixel (format);
  g_autofree guint8 *pixels = g_try_malloc_n (BAND, (gsize) rect->width * bytes);
  g_autofree guint8 *turned = g_try_malloc_n (BAND, (gsize) rect->width * bytes);

  if (pixels == NULL || turned == NULL)
    return FALSE;
  for (int y = 0; y < rect->height; y += BAND)
    {
      const int       rows = MIN (BAND, rect->height - y);
      const AdainPart band = { 0, y, rect->width, rows };
      const AdainPart place = turn_in (&band, turn, rect->width, rect->height);

      gegl_buffer_get (from, GEGL_RECTANGLE (rect->x, rect->y + y, rect->width, rows), 1.0, format, pixels,
                       GEGL_AUTO_ROWSTRIDE, GEGL_ABYSS_NONE);
      turn_pixels (pixels, turned, rect->width, rows, bytes, turn);
      gegl_buffer_set (to,
                       GEGL_RECTANGLE ((int) place.left, (int) place.top, (int) place.width,
                                       (int) place.height),
                       0, format, turned, GEGL_AUTO_ROWSTRIDE);
    }
  return TRUE;
}

/* What is used of a buffer, or NULL. */
static GeglBuffer *
take (const AdainExcerpt *excerpt, GeglBuffer *buffer)
{
  const AdainRect rect = adain_part_pixels (&excerpt->part, gegl_buffer_get_width (buffer),
                                            gegl_buffer_get_height (buffer));
  const gboolean  upright = quarters (excerpt->turn) % 2 == 0;
  g_autoptr (GeglBuffer) taken = gegl_buffer_new (GEGL_RECTANGLE (0, 0, upright ? rect.width : rect.height,
                                                                  upright ? rect.height : rect.width),
                                                  gegl_buffer_get_format (buffer));

  return copy_turned (buffer, &rect, excerpt->turn, taken) ? g_steal_pointer (&taken) : NULL;
}

gboolean
adain_excerpt_apply (const AdainExcerpt *excerpt, AdainPixels *pixels, GError **error)
{
  g_autoptr (GeglBuffer) buffer = NULL;
  g_autoptr (GeglBuffer) mask = NULL;

  if (adain_excerpt_is_whole (excerpt))
    return TRUE;

  buffer = take (excerpt, pixels->buffer);
  if (pixels->mask != NULL)
    mask = take (excerpt, pixels->mask);
  if (buffer == NULL || (pixels->mask != NULL && mask == NULL))
    return adain_pixels_no_memory (error);
  g_set_object (&pixels->buffer, buffer);
  g_set_object (&pixels->mask, mask);
  return TRUE;
}
