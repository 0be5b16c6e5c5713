/* Errors that more than one file of the engine has to tell. Each sets `error` and returns FALSE.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "adain.h"

G_BEGIN_DECLS

gboolean adain_no_memory_for_picture (GError **error);
gboolean adain_no_memory_for_style (GError **error);
gboolean adain_no_memory_for_model (GError **error);
gboolean adain_no_memory_to_refine (GError **error);
gboolean adain_no_memory_for_foreign (GError **error);
gboolean adain_no_memory_to_learn (GError **error);

G_END_DECLS
