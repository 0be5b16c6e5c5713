/* The engine's error domain.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "error.h"

#include <glib/gi18n-lib.h>

G_DEFINE_QUARK (adain - error - quark, adain_error)

static gboolean
no_memory (GError **error, const char *message)
{
  g_set_error_literal (error, ADAIN_ERROR, ADAIN_ERROR_MEMORY, message);
  return FALSE;
}

gboolean
adain_no_memory_for_picture (GError **error)
{
  return no_memory (error, _ ("Not enough memory for the picture"));
}

gboolean
adain_no_memory_for_style (GError **error)
{
  return no_memory (error, _ ("Not enough memory for a style"));
}

gboolean
adain_no_memory_for_model (GError **error)
{
  return no_memory (error, _ ("Not enough memory for the model"));
}

gboolean
adain_no_memory_to_refine (GError **error)
{
  return no_memory (error,
                    _ ("Not enough memory to refine a picture of this size; choose a smaller working size"));
}

gboolean
adain_no_memory_for_foreign (GError **error)
{
  return no_memory (
      error,
      _ ("Not enough memory for an ONNX model and a picture of this size; choose a smaller working size"));
}

gboolean
adain_no_memory_to_learn (GError **error)
{
  return no_memory (error, _ ("Not enough memory to learn a style"));
}
