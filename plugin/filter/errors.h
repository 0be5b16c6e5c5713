/* Who tells of failing calls of libgimp, and which picture an error is about.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <libgimp/gimp.h>

#include "plugin/paint/pixels.h"

G_BEGIN_DECLS

/* Sets who tells of failing calls of libgimp, and returns who did before. What we cannot do without is
 * told by us, once; GIMP would pop up a message for each call. */
GimpPDBErrorHandler adain_errors_swap_handler (GimpPDBErrorHandler handler);

/* Puts a picture's name before an error that is about it. */
void adain_errors_name_picture (const AdainPixels *pixels, GError **error);

G_END_DECLS
