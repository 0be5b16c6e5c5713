/* All of the filter in a program without the dialog, which does not link if the filter needs something of it.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
int
main (void)
{
  return 0;
}
