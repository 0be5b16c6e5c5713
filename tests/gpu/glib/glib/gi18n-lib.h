/* See glib.h.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#define _(text)                (text)
#define N_(text)               (text)
#define ngettext(one, many, n) ((n) == 1 ? (one) : (many))
