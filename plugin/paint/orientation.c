/* How a style's file says that its picture is to be turned, where its loader leaves that to others.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "plugin/paint/orientation.h"

/* Four characters as a number, the first one highest. */
#define FOUR(a, b, c, d) ((guint32) (a) << 24 | (b) << 16 | (c) << 8 | (d))

#define RIFF             FOUR ('R', 'I', 'F', 'F')
#define WEBP             FOUR ('W', 'E', 'B', 'P')
#define EXIF             FOUR ('E', 'X', 'I', 'F')
#define RIFF_CHUNK       8 /* bytes of a chunk's name and length */
#define RIFF_FIRST_CHUNK 12

#define TIFF_LITTLE      FOUR ('I', 'I', '*', 0)
#define TIFF_BIG         FOUR ('M', 'M', 0, '*')
#define TIFF_ENTRY       12 /* bytes of an entry of a directory */
#define TIFF_ORIENTATION 0x112
#define TIFF_SHORT       3

#define EXIF_OF_JPEG        FOUR ('E', 'x', 'i', 'f')
#define EXIF_OF_JPEG_LENGTH 6 /* with two zeros */

/* By the values of the orientation. */
static const AdainTurn turns[] = {
  ADAIN_TURN_NONE,       ADAIN_TURN_NONE, ADAIN_TURN_MIRROR,    ADAIN_TURN_180, ADAIN_TURN_MIRROR_180,
  ADAIN_TURN_MIRROR_270, ADAIN_TURN_90,   ADAIN_TURN_MIRROR_90, ADAIN_TURN_270,
};

/* Numbers that cannot be read, and those at places that are not there, are 0. */
static guint32
read_number (GDataInputStream *stream, goffset at, int bytes, GDataStreamByteOrder order)
{
  if (!g_seekable_seek (G_SEEKABLE (stream), at, G_SEEK_SET, NULL, NULL))
    return 0;
  g_data_input_stream_set_byte_order (stream, order);
  return bytes == 2 ? g_data_input_stream_read_uint16 (stream, NULL, NULL)
                    : g_data_input_stream_read_uint32 (stream, NULL, NULL);
}

static guint32
read_name (GDataInputStream *stream, goffset at)
{
  return read_number (stream, at, 4, G_DATA_STREAM_BYTE_ORDER_BIG_ENDIAN);
}

/* What the first directory of the TIFF data at @start says; 0: nothing. */
static guint
read_orientation (GDataInputStream *stream, goffset start)
{
  const guint32              name = read_name (stream, start);
  const GDataStreamByteOrder order = name == TIFF_BIG ? G_DATA_STREAM_BYTE_ORDER_BIG_ENDIAN
                                                      : G_DATA_STREAM_BYTE_ORDER_LITTLE_ENDIAN;
  goffset                    at;
  int                        n;

  if (name != TIFF_BIG && name != TIFF_LITTLE)
    return 0;
  at = start + read_number (stream, start + 4, 4, order);
  n = read_number (stream, at, 2, order);
  for (at += 2; n > 0; n--, at += TIFF_ENTRY)
    if (read_number (stream, at, 2, order) == TIFF_ORIENTATION)
      return read_number (stream, at + 2, 2, order) == TIFF_SHORT ? read_number (stream, at + 8, 2, order)
                                                                  : 0;
  return 0;
}

/* Where the TIFF data are that EXIF consists of: in a WebP file in a chunk, mostly behind the picture, where some
 * programs also put what comes before them in a JPEG file. */
static goffset
find_exif (GDataInputStream *stream)
{
  goffset at = RIFF_FIRST_CHUNK;
  guint32 name;

  if (read_name (stream, 0) != RIFF || read_name (stream, 8) != WEBP)
    return 0;
  while ((name = read_name (stream, at)) != 0 && name != EXIF)
    {
      const guint32 length = read_number (stream, at + 4, 4, G_DATA_STREAM_BYTE_ORDER_LITTLE_ENDIAN);

      at += RIFF_CHUNK + (goffset) length + length % 2;
    }
  at += RIFF_CHUNK;
  return read_name (stream, at) == EXIF_OF_JPEG ? at + EXIF_OF_JPEG_LENGTH : at;
}

AdainTurn
adain_orientation_of (GFile *file)
{
  g_autoptr (GFileInputStream) bare = g_file_read (file, NULL, NULL);
  g_autoptr (GDataInputStream) stream = NULL;
  guint orientation;

  if (bare == NULL)
    return ADAIN_TURN_NONE;
  stream = g_data_input_stream_new (G_INPUT_STREAM (bare));
  orientation = read_orientation (stream, find_exif (stream));
  return orientation < G_N_ELEMENTS (turns) ? turns[orientation] : ADAIN_TURN_NONE;
}
