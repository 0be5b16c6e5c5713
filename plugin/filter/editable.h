/* The result as a filter on the layer, which stays editable: GIMP itself paints it, by our GEGL operation.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "plugin/filter/arguments.h"

G_BEGIN_DECLS

/* Whether GIMP knows the operation. Only GIMP can tell, which is another process and has its own folders;
 * @drawable is any one, for which it is asked, and stays as it is. */
gboolean adain_editable_is_possible (GimpDrawable *drawable);

/* Whether a filter can do what the arguments ask for. */
gboolean adain_editable_check (const AdainArguments *arguments, GimpDrawable *drawable, GError **error);

/* A filter for @drawable, of which @bounds are selected; it is not on it yet. */
GimpDrawableFilter *adain_editable_new (const AdainArguments *arguments, GimpDrawable *drawable,
                                        const GeglRectangle *bounds, GError **error);

/* Puts it there, above those that are there already. */
gboolean adain_editable_append (GimpDrawableFilter *filter, GimpDrawable *drawable, GError **error);

G_END_DECLS
