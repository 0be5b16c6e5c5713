/* Who tells of failing calls of libgimp.
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
