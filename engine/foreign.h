/* Networks that others have made, from picture to picture: one style, or one kind of picture turned into another, without any
 * style being given.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "content.h"

G_BEGIN_DECLS

/* Opens the file by the module in `module_dir`. ADAIN_RANGE_AUTO: finds out what the network takes. */
AdainForeign *adain_foreign_new (const char *path, AdainRange range, const char *module_dir, int threads,
                                 GError **error);
void          adain_foreign_free (AdainForeign *foreign);

/* One line for people. */
const char *adain_foreign_describe (const AdainForeign *foreign);

/* What a picture of this size has to be scaled by to fit into the only size that the network takes; 0: it takes any. */
double adain_foreign_scale (const AdainForeign *foreign, int width, int height);

/* Paints a content of an engine with such a network and writes the result. */
gboolean adain_foreign_render (AdainContent *content, const AdainRenderOptions *options,
                               const AdainSink *sink, AdainReport *report, GError **error);

G_END_DECLS
