/* Networks that others have made, from picture to picture: one style, or one kind of picture turned into another,
 * without any style being given.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "adain.h"

G_BEGIN_DECLS

typedef struct _AdainForeign AdainForeign;

/* Opens the file by the module in `module_dir`. ADAIN_RANGE_AUTO: finds out what the network takes. */
AdainForeign *adain_foreign_new (const char *path, AdainRange range, const char *module_dir, int threads,
                                 GError **error);
void          adain_foreign_free (AdainForeign *foreign);

/* One line for people. */
const char *adain_foreign_describe (const AdainForeign *foreign);

/* What a picture of this size has to be scaled by to fit into the only size that the network takes; 0: it takes any. */
double adain_foreign_scale (const AdainForeign *foreign, int width, int height);

/* How many pixels the network sees of a picture of this size, with its padding. */
gsize adain_foreign_pixels (const AdainForeign *foreign, int width, int height);

/* Paints a picture, height rows of width pixels of 3 floats R'G'B', in place. */
gboolean adain_foreign_paint (const AdainForeign *foreign, float *rgb, int width, int height,
                              GCancellable *cancellable, GError **error);

G_END_DECLS
