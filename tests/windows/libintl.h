/* A gettext that leaves every message as it is, with the names that gettext's own header has on Windows: GLib wants
 * one, and Debian has none for Windows.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <wchar.h>

#define gettext                 libintl_gettext
#define dgettext                libintl_dgettext
#define dcgettext               libintl_dcgettext
#define ngettext                libintl_ngettext
#define dngettext               libintl_dngettext
#define textdomain              libintl_textdomain
#define bindtextdomain          libintl_bindtextdomain
#define wbindtextdomain         libintl_wbindtextdomain
#define bind_textdomain_codeset libintl_bind_textdomain_codeset

#define FORMAT_ARG(n) __attribute__ ((format_arg (n)))

char *gettext (const char *message) FORMAT_ARG (1);
char *dgettext (const char *domain, const char *message) FORMAT_ARG (2);
char *dcgettext (const char *domain, const char *message, int category) FORMAT_ARG (2);
char *ngettext (const char *one, const char *many, unsigned long n) FORMAT_ARG (1) FORMAT_ARG (2);
char *dngettext (const char *domain, const char *one, const char *many, unsigned long n) FORMAT_ARG (2)
    FORMAT_ARG (3);
char    *textdomain (const char *domain);
char    *bindtextdomain (const char *domain, const char *folder);
wchar_t *wbindtextdomain (const char *domain, const wchar_t *folder);
char    *bind_textdomain_codeset (const char *domain, const char *codeset);

#undef FORMAT_ARG
