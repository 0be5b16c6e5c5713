/* Keeps styles encoded for as long as they are in use.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <babl/babl.h>
#include <gdk-pixbuf/gdk-pixbuf.h>

#include "engine/adain.h"

G_BEGIN_DECLS

typedef struct _AdainStyleCache AdainStyleCache;

/* @format: of the picture that takes on the styles, as the engine takes it. */
AdainStyleCache *adain_style_cache_new (const Babl *format);
void             adain_style_cache_free (AdainStyleCache *cache);

/* The style of @pixbuf. Owned by the cache. */
AdainStyle *adain_style_cache_get (AdainStyleCache *cache, AdainEngine *engine, GdkPixbuf *pixbuf,
                                   const AdainPalette *palette, GCancellable *cancellable, GError **error);

/* Drops what was not asked for since the last trim, beyond a few. */
void adain_style_cache_trim (AdainStyleCache *cache);

G_END_DECLS
