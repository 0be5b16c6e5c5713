/* What the preview is to show, as settings and styles have it.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "ui/preview/look.h"
#include "ui/styles/set.h"

G_BEGIN_DECLS

typedef struct _AdainLooks AdainLooks;

/* @changed is called when a look that was preliminary can be had better. All but it are owned by the caller and
 * outlive the looks. */
AdainLooks *adain_looks_new (GimpProcedureConfig *config, AdainStyleSet *styles, GimpImage *image,
                             GimpDrawable **drawables, void (*changed) (gpointer user_data),
                             gpointer       user_data);
void        adain_looks_free (AdainLooks *looks);

/* The first layer in the styles that can be used. Free with adain_look_unref(), as the next. */
AdainLook *adain_looks_create (AdainLooks *looks);

/* A tile of the gallery, in the style of that name alone. */
AdainLook *adain_looks_create_tile (AdainLooks *looks, const char *name);

G_END_DECLS
