/* Painting a content by a network that others have made, instead of by styles.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "content.h"

G_BEGIN_DECLS

/* Paints a content whose engine has such a network (foreign.h), and writes the result. */
gboolean adain_repaint (AdainContent *content, const AdainRenderOptions *options, const AdainSink *sink,
                        AdainReport *report, GError **error);

G_END_DECLS
