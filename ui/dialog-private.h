/* What the dialog is made of: dialog.c runs it, dialog-window.c builds it, dialog-gallery.c is what it has to do with
 * the gallery.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "ui/dialog.h"
#include "ui/history.h"
#include "ui/looks.h"
#include "ui/styles/set.h"

G_BEGIN_DECLS

typedef struct
{
  GimpProcedure       *procedure;
  GimpProcedureConfig *config;
  GimpImage           *image;
  GimpDrawable       **drawables;
  GKeyFile            *state;
  AdainStyleSet       *styles;
  AdainHistory        *history;
  AdainLooks          *looks;

  GtkWidget *window;
  GtkWidget *preview;
  GtkWidget *column; /* these two must not be touched during a run */
  GtkWidget *pad;
  GtkWidget *list; /* in the column */
  GtkWidget *run_bar;
  GtkWidget *gallery; /* its window; NULL before it was opened with the model of the settings */
  GtkWidget *message_bar;
  GtkWidget *message;
  int        keeping; /* so many styles are being added to the user's gallery */
  gboolean   learning;
  int        learned_id; /* of the style that is being learned; -1: nothing is to come of it in the list */
  gboolean   closed;
  guint      update_source;
  gint64     opened; /* until the first drawing */
} AdainDialog;

/* Shows what the settings give, as soon as they are at rest; @dialog is an AdainDialog. */
void adain_dialog_queue_update (gpointer dialog);

/* Whether the filter itself runs; learning a style goes on beside all else. */
gboolean adain_dialog_is_running (AdainDialog *dialog);

/* The OK button can be pressed where the filter can run. */
void adain_dialog_update_ok (AdainDialog *dialog);

/* Builds the window with all that is in it; it is not shown yet. */
void adain_dialog_create_window (AdainDialog *dialog);

/* A line above everything else, until it is closed or hidden. */
void adain_dialog_show_message (AdainDialog *dialog, GtkMessageType type, const char *text);
void adain_dialog_hide_message (AdainDialog *dialog);

/* Opens the window of the gallery. */
void adain_dialog_show_gallery (AdainDialog *dialog);

/* Asks for the tiles that are wanted: those of the list first, then those of the gallery's window. */
void adain_dialog_request_tiles (AdainDialog *dialog);

/* Puts the style of the list with this index into the user's gallery, as it is or learned. */
void adain_dialog_keep (AdainDialog *dialog, int index);
void adain_dialog_learn (AdainDialog *dialog, int index);

/* Hides the window. What is being added to the gallery is added all the same; what is being learned is given up. */
void adain_dialog_finish_keeping (AdainDialog *dialog);

G_END_DECLS
