/* All of one floor in a program without those above it, which does not link if it needs something of them.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
int
main (void)
{
  return 0;
}
