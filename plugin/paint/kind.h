/* What kind of picture a file is, as far as that decides who may read it.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/**
 * AdainKind:
 * @ADAIN_KIND_OTHER: anything else, or what cannot be read
 * @ADAIN_KIND_JPEG: a JPEG file, gray or with red, green and blue
 * @ADAIN_KIND_JPEG_OTHER: a JPEG file for print, or without a picture
 * @ADAIN_KIND_PNG: a PNG file whose colors are sRGB's or of a profile
 * @ADAIN_KIND_PAGES: a TIFF or GIF file, which may have several pages or frames; the first is meant
 *
 * GdkPixbuf and GIMP see the same in a @ADAIN_KIND_JPEG and a @ADAIN_KIND_PNG. Of others they make different
 * pictures: of inks, of a PNG file's own gamma, of pages and frames.
 */
typedef enum
{
  ADAIN_KIND_OTHER,
  ADAIN_KIND_JPEG,
  ADAIN_KIND_JPEG_OTHER,
  ADAIN_KIND_PNG,
  ADAIN_KIND_PAGES,
} AdainKind;

/* What is looked at of a file's start; where the headers are longer, its kind is not known. */
#define ADAIN_KIND_START (256 * 1024)

/* Of a file that begins with, or is, these bytes. */
AdainKind adain_kind_of_start (const guint8 *start, gsize length);

/* Any thread. */
AdainKind adain_kind_of (GFile *file);

G_END_DECLS
