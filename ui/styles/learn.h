/* Has the network learn a style, which is then one of the user's gallery.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "plugin/paint/parameters.h"
#include "ui/preview/picture.h"
#include "ui/styles/set.h"

G_BEGIN_DECLS

/**
 * AdainStyleLearnOptions:
 * @parameters: the model, and the texture that is learned for; taken over
 * @content: the picture to learn from; taken over
 * @enough: cancelling it ends the learning, and what was learned so far is kept
 * @progress, @progress_data: of the learning, called from its threads
 */
typedef struct
{
  AdainParameters      parameters;
  AdainPreviewPicture *content;
  GCancellable        *enough;
  AdainProgress        progress;
  gpointer             progress_data;
} AdainStyleLearnOptions;

/* Reads what is used of the picture of @item, or what the gallery has of it, and learns it in a thread. Fails at once
 * where it could not be kept. */
void adain_style_learn_async (const AdainStyleItem *item, const AdainStyleLearnOptions *options,
                              GCancellable *cancellable, GAsyncReadyCallback callback, gpointer user_data);

/* The name that it has in the gallery: its own, if it is the user's own already. Free with g_free(). */
char *adain_style_learn_finish (GAsyncResult *result, GError **error);

G_END_DECLS
