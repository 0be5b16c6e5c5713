/* The gallery that comes with the plug-in: styles without a picture, called "gallery:NAME".
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "engine/adain.h"

G_BEGIN_DECLS

#define ADAIN_GALLERY_PREFIX "gallery:"

/* The NAME in "gallery:NAME", or NULL: that is a file's path or URI. */
const char *adain_gallery_name (const char *style);

/* Opens the gallery that lies beside the plug-in's executable. */
AdainGallery *adain_gallery_open (AdainModel *model, GError **error);

/* The index of the style that is called @name, or -1 with an error that says which ones have a similar
 * name. */
int adain_gallery_look_up (const AdainGallery *gallery, const char *name, GError **error);

G_END_DECLS
