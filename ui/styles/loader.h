/* Reads the pictures of styles in threads, and of parts of them once more, with the detail that these need.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "ui/styles/item.h"

G_BEGIN_DECLS

typedef struct _AdainStyleLoader AdainStyleLoader;

typedef void (*AdainStyleLoaded) (AdainStyleItem *item, gpointer user_data);

/* For those styles that are in @items when a picture has been read. @loaded is called when the state of one of
 * them has become known, @refined when there is more detail of what is used of its picture. */
AdainStyleLoader *adain_style_loader_new (GPtrArray *items, AdainStyleLoaded loaded, AdainStyleLoaded refined,
                                          gpointer user_data);
void              adain_style_loader_free (AdainStyleLoader *loader);

/* Reads the file of @item, which is LOADING meanwhile. */
void adain_style_loader_load (AdainStyleLoader *loader, AdainStyleItem *item);

/* Reads again what needs it, once the user has found the part. */
void adain_style_loader_refine_later (AdainStyleLoader *loader);

G_END_DECLS
