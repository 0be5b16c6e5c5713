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

/* What is still to be looked at of a file's start. */
typedef struct
{
  const guint8 *at;
  gsize         left;
} Header;

static gboolean
skip (Header *header, gsize n)
{
  if (n > header->left)
    return FALSE;
  header->at += n;
  header->left -= n;
  return TRUE;
}

/* A number of so many bytes, the highest first. */
static gboolean
read_number (Header *header, int bytes, guint32 *number)
{
  const guint8 *at = header->at;

  if (!skip (header, bytes))
    return FALSE;
  *number = 0;
  for (int i = 0; i < bytes; i++)
    *number = *number << 8 | at[i];
  return TRUE;
}

/* The next marker; 0 at the end and where there is none. */
static guint32
next_marker (Header *header)
{
  guint32 byte;

  if (!read_number (header, 1, &byte) || byte != 0xff)
    return 0;
  while (byte == 0xff)
    if (!read_number (header, 1, &byte))
      return 0;
  return byte;
}

/* The number of components stands in the header of the frame. */
static AdainKind
jpeg_kind (Header *header)
{
  guint32 marker = next_marker (header), length, components;

  while (marker != 0 && marker != SCAN && marker != END && !IS_FRAME (marker))
    {
      if (!IS_BARE (marker)
          && (!read_number (header, 2, &length) || length < 2 || !skip (header, length - 2)))
        return ADAIN_KIND_JPEG_OTHER;
      marker = next_marker (header);
    }
  /* Length, precision, height and width come before it. */
  if (!IS_FRAME (marker) || !skip (header, 2 + 1 + 2 + 2) || !read_number (header, 1, &components))
    return ADAIN_KIND_JPEG_OTHER;
  return components == 1 || components == 3 ? ADAIN_KIND_JPEG : ADAIN_KIND_JPEG_OTHER;
}

/* Whether a chunk says what everybody takes for granted, as some programs write into every file. */
static gboolean
is_srgb_primaries (Header chunk)
{
  guint32 number;

  for (int i = 0; i < N_PRIMARIES; i++)
    if (!read_number (&chunk, 4, &number) || number != srgb_primaries[i])
      return FALSE;
  return chunk.left == 0;
}

/* What stands before the pixels says what their numbers mean; a profile, or sRGB, goes before a gamma. */
static AdainKind
png_kind (Header *header)
{
  gboolean foreign = FALSE;
  guint32  length;

  while (read_number (header, 4, &length))
    {
      const guint8 *name = header->at;
      Header        chunk = { name + 4, length };

      if (!skip (header, 4))
        return ADAIN_KIND_OTHER;
      if (memcmp (name, "sRGB", 4) == 0 || memcmp (name, "iCCP", 4) == 0)
        return ADAIN_KIND_PNG;
      if (memcmp (name, "IDAT", 4) == 0)
        return foreign ? ADAIN_KIND_OTHER : ADAIN_KIND_PNG;
      if (!skip (header, (gsize) length + PNG_CHECKSUM))
        return ADAIN_KIND_OTHER;
      foreign |= memcmp (name, "gAMA", 4) == 0
                 || (memcmp (name, "cHRM", 4) == 0 && !is_srgb_primaries (chunk));
    }
  return ADAIN_KIND_OTHER;
}

static gboolean
begins_with (const guint8 *start, const char *signature, gsize length)
{
  return memcmp (start, signature, length) == 0;
}

AdainKind
adain_kind_of_start (const guint8 *start, gsize length)
{
  if (length < sizeof PNG_SIGNATURE - 1)
    return ADAIN_KIND_OTHER;
  if (begins_with (start, PNG_SIGNATURE, sizeof PNG_SIGNATURE - 1))
    return png_kind (&(Header) { start + sizeof PNG_SIGNATURE - 1, length - (sizeof PNG_SIGNATURE - 1) });
  if (begins_with (start, "GIF8", 4) || begins_with (start, "II*\0", 4) || begins_with (start, "MM\0*", 4)
      || begins_with (start, "II+\0", 4) || begins_with (start, "MM\0+", 4))
    return ADAIN_KIND_PAGES;
  if (begins_with (start, "\xff\xd8\xff", 3))
    return jpeg_kind (&(Header) { start + 2, length - 2 });
  return ADAIN_KIND_OTHER;
}

AdainKind
adain_kind_of (GFile *file)
{
  g_autoptr (GFileInputStream) stream = g_file_read (file, NULL, NULL);
  g_autofree guint8 *start = g_malloc (ADAIN_KIND_START);
  gsize              length;

  if (stream == NULL
      || !g_input_stream_read_all (G_INPUT_STREAM (stream), start, ADAIN_KIND_START, &length, NULL, NULL))
    return ADAIN_KIND_OTHER;
  return adain_kind_of_start (start, length);
}
