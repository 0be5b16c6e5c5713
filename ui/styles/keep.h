/* Keeps a style's picture in the user's gallery, as its statistics.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <gio/gio.h>

#include "plugin/paint/pixels.h"
#include "ui/styles/set.h"

G_BEGIN_DECLS

/* What a file or a layer is called in the gallery: the file's name without its ending, or the layer's name. Free with
 * g_free(). */
char *adain_style_keep_title (const AdainStyleItem *item);

/* What is used of the picture of a file or a layer. Main thread. */
AdainPixels *adain_style_keep_picture (const AdainStyleItem *item, GError **error);

/* Reads what is used of the picture of @item, a file or a layer, and encodes it in a thread for the model in the file @model. */
void adain_style_keep_async (const AdainStyleItem *item, const char *model, GAsyncReadyCallback callback,
                             gpointer user_data);

/* The name that it has in the gallery. Free with g_free(). */
char *adain_style_keep_finish (GAsyncResult *result, GError **error);

G_END_DECLS
