/* What the dialog keeps for itself between sessions, in the plug-in's settings directory: recent
 * styles, whether the preview is on, and settings that a failed or stopped run would have lost.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* The directory, inside GIMP's own for the user. */
char *adain_state_directory (void);

/* Writes @file, making its directories where need be. */
gboolean adain_state_save_file (GKeyFile *file, const char *path, GError **error);

/* The state of the last session; never NULL. */
GKeyFile *adain_state_load (void);
void      adain_state_save (GKeyFile *state);

/* The last styles that were used, the newest first. */
char **adain_state_recent (GKeyFile *state);
void   adain_state_add_recent (GKeyFile *state, const char *path);

G_END_DECLS
