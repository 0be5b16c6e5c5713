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

/* The groups and keys of the dialog's own. */
#define ADAIN_STATE_DIALOG      "Dialog"
#define ADAIN_STATE_ADVANCED    "Advanced"
#define ADAIN_STATE_PREVIEW_OFF "PreviewOff"
#define ADAIN_STATE_FOLDER      "Folder"

/* What the settings call the file @text, a path or URI: its path, or its URI where it has none. Names of the
 * gallery, which are URIs that no file has, stay as they are. */
char *adain_state_name (const char *text);

/* A list of such names, in the file as URIs: of a path that is not UTF-8 a key file would lose the whole list.
 * Paths, as earlier versions wrote them, are read as well. NULL: there is none. Free with g_strfreev(). */
char **adain_state_get_names (GKeyFile *file, const char *group, const char *key);
void   adain_state_set_names (GKeyFile *file, const char *group, const char *key, const char *const *names,
                              gsize n);

/* The last styles that were used, the newest first. */
char **adain_state_recent (GKeyFile *state);
void   adain_state_add_recent (GKeyFile *state, const char *path);

G_END_DECLS
