/* Who tells of failing calls of libgimp, and which picture an error is about.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "plugin/filter/errors.h"

GimpPDBErrorHandler
adain_errors_swap_handler (GimpPDBErrorHandler handler)
{
  GimpPlugIn         *plug_in = gimp_get_plug_in ();
  GimpPDBErrorHandler before = gimp_plug_in_get_pdb_error_handler (plug_in);

  gimp_plug_in_set_pdb_error_handler (plug_in, handler);
  return before;
}

void
adain_errors_name_picture (const AdainPixels *pixels, GError **error)
{
  if (error != NULL && g_error_matches (*error, ADAIN_ERROR, ADAIN_ERROR_PICTURE))
    g_prefix_error (error, "%s: ", pixels->name);
}
