/* What kind of picture a file is, as far as that decides who may read it.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "plugin/paint/kind.h"

#include <string.h>

/* JPEG's markers that have no length, that begin a frame (but for three others in their range), and that begin the
 * picture itself. */
#define IS_BARE(marker) ((marker) == 0x01 || ((marker) >= 0xd0 && (marker) <= 0xd8))
#define IS_FRAME(marker) \
  (((marker) & 0xf0) == 0xc0 && (marker) != 0xc4 && (marker) != 0xc8 && (marker) != 0xcc)
#define SCAN 0xda
#define END  0xd9

/* As long as the longest that a file begins with. */
#define PNG_SIGNATURE "\x89PNG\r\n\x1a\n"
#define PNG_CHECKSUM  4

/* A cHRM chunk: white, red, green and blue, x and y, in 1/100000. */
#define N_PRIMARIES 8

static const guint32 srgb_primaries[N_PRIMARIES] = { 31270, 32900, 64000, 33000, 30000, 60000, 15000, 6000 };

static gboolean
skip (GDataInputStream *stream, goffset n)
{
  return g_seekable_seek (G_SEEKABLE (stream), n, G_SEEK_CUR, NULL, NULL);
}

/* The next marker; 0 at the end of the file and where there is none. */
static guint8
next_marker (GDataInputStream *stream)
{
  guint8 byte = g_data_input_stream_read_byte (stream, NULL, NULL);

  if (byte != 0xff)
    return 0;
  while (byte == 0xff)
    byte = g_data_input_stream_read_byte (stream, NULL, NULL);
  return byte;
}

/* The number of components stands in the header of the frame. */
static AdainKind
jpeg_kind (GDataInputStream *stream)
{
  guint8 marker = next_marker (stream), components;

  while (marker != 0 && marker != SCAN && marker != END && !IS_FRAME (marker))
    {
      if (!IS_BARE (marker) && !skip (stream, g_data_input_stream_read_uint16 (stream, NULL, NULL) - 2))
        return ADAIN_KIND_JPEG_OTHER;
      marker = next_marker (stream);
    }
  /* Length, precision, height and width come before it. */
  if (!IS_FRAME (marker) || !skip (stream, 2 + 1 + 2 + 2))
    return ADAIN_KIND_JPEG_OTHER;

  components = g_data_input_stream_read_byte (stream, NULL, NULL);
  return components == 1 || components == 3 ? ADAIN_KIND_JPEG : ADAIN_KIND_JPEG_OTHER;
}

/* Whether a chunk that begins here says what everybody takes for granted, as some programs write into every file. */
static gboolean
is_srgb_primaries (GDataInputStream *stream)
{
  gboolean same = TRUE;

  for (int i = 0; i < N_PRIMARIES; i++)
    same &= g_data_input_stream_read_uint32 (stream, NULL, NULL) == srgb_primaries[i];
  return same;
}

/* What stands before the pixels says what their numbers mean; a profile, or sRGB, goes before a gamma. */
static AdainKind
png_kind (GDataInputStream *stream)
{
  gboolean foreign = FALSE;

  for (;;)
    {
      guint32 length = g_data_input_stream_read_uint32 (stream, NULL, NULL);
      char    name[4];

      if (g_input_stream_read (G_INPUT_STREAM (stream), name, sizeof name, NULL, NULL) != sizeof name)
        return ADAIN_KIND_OTHER;
      if (memcmp (name, "sRGB", 4) == 0 || memcmp (name, "iCCP", 4) == 0)
        return ADAIN_KIND_PNG;
      if (memcmp (name, "IDAT", 4) == 0)
        return foreign ? ADAIN_KIND_OTHER : ADAIN_KIND_PNG;
      if (memcmp (name, "cHRM", 4) == 0 && length == sizeof srgb_primaries)
        {
          foreign |= !is_srgb_primaries (stream);
          length = 0;
        }
      else
        foreign |= memcmp (name, "gAMA", 4) == 0 || memcmp (name, "cHRM", 4) == 0;
      if (!skip (stream, (goffset) length + PNG_CHECKSUM))
        return ADAIN_KIND_OTHER;
    }
}

static gboolean
begins_with (const guint8 *start, const char *signature, gsize length)
{
  return memcmp (start, signature, length) == 0;
}

AdainKind
adain_kind_of (GFile *file)
{
  g_autoptr (GFileInputStream) bytes = g_file_read (file, NULL, NULL);
  g_autoptr (GDataInputStream) stream = NULL;
  guint8 start[sizeof PNG_SIGNATURE - 1];

  if (bytes == NULL)
    return ADAIN_KIND_OTHER;
  stream = g_data_input_stream_new (G_INPUT_STREAM (bytes));
  if (g_input_stream_read (G_INPUT_STREAM (stream), start, sizeof start, NULL, NULL) != sizeof start)
    return ADAIN_KIND_OTHER;

  if (begins_with (start, PNG_SIGNATURE, sizeof start))
    return png_kind (stream);
  if (begins_with (start, "GIF8", 4) || begins_with (start, "II*\0", 4) || begins_with (start, "MM\0*", 4)
      || begins_with (start, "II+\0", 4) || begins_with (start, "MM\0+", 4))
    return ADAIN_KIND_PAGES;
  if (begins_with (start, "\xff\xd8\xff", 3)
      && g_seekable_seek (G_SEEKABLE (stream), 2, G_SEEK_SET, NULL, NULL))
    return jpeg_kind (stream);
  return ADAIN_KIND_OTHER;
}
