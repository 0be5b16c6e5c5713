/* The titles of the styles that come with the plug-in, in the user's language.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* What a painting is called, by its title in English; a title that is not known is returned as it is. */
const char *adain_title_translate (const char *title);

G_END_DECLS
