/* Pixels as the engine takes them, the same on every run.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <babl/babl.h>
#include <glib.h>

G_BEGIN_DECLS

/* The format that the engine takes of pixels in this color space: R'G'B'A float of its own primaries, so that
 * nothing that the space can hold is clipped, with the curve of sRGB. */
const Babl *adain_working_format (const Babl *space);

/**
 * adain_convert:
 * @from: the format of @in
 * @to: the format of @out
 * @n: number of pixels
 *
 * As babl_process() does. But babl times its conversions when a process starts, takes the fastest, and these
 * differ in the last bit; the network makes visible differences of that. So what the engine takes, "R'G'B'A
 * float" and "Y float", is made here of pixels in sRGB's space: 8 bits are exactly n / 255, 16 bits n / 65535,
 * linear light goes through the curve of IEC 61966-2-1. Other spaces and formats are left to babl.
 *
 * Any thread.
 */
void adain_convert (const Babl *from, const Babl *to, gconstpointer in, gpointer out, gsize n);

G_END_DECLS
