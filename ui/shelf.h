/* A model and the gallery's styles for it, which all parts of the dialog share: each is read once.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <libgimp/gimp.h>

#include "plugin/paint/gallery.h"

G_BEGIN_DECLS

typedef struct _AdainShelf AdainShelf;

/* The shelf of the model at @path: the last one again, where that was asked for last. Any thread; drop with
 * adain_shelf_unref(). */
AdainShelf *adain_shelf_open (const char *path, GError **error);
/* That of @config's model. Main thread. */
AdainShelf *adain_shelf_open_for (GimpProcedureConfig *config, GError **error);
void        adain_shelf_unref (AdainShelf *shelf);

AdainModel *adain_shelf_model (AdainShelf *shelf);
/* Read when it is wanted first. */
const AdainCollection *adain_shelf_collection (AdainShelf *shelf);

/* The user's own styles have changed: shelves that are opened from now on have them as they are then, for the
 * same models. */
void adain_shelf_outdate (void);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (AdainShelf, adain_shelf_unref)

G_END_DECLS
