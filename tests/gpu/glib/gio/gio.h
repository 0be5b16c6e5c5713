/* See glib.h. Nothing is ever cancelled.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <glib.h>

typedef struct _GCancellable GCancellable;

#define G_IO_ERROR           g_quark_from_static_string ("g-io-error-quark")
#define G_IO_ERROR_CANCELLED 19

static inline gboolean
g_cancellable_is_cancelled (GCancellable *cancellable)
{
  return FALSE;
}

static inline gboolean
g_cancellable_set_error_if_cancelled (GCancellable *cancellable, GError **error)
{
  return FALSE;
}
