/* Where styles come from: files by name, dropped or pasted ones, pasted pictures, recent styles.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "ui/styles/sources.h"

#include <string.h>

#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>

#include "ui/state.h"
#include "ui/styles/picture.h"

#define CHOOSER_THUMBNAIL 192

void
adain_style_sources_add (AdainStyleSet *set, GKeyFile *state, const char *uri)
{
  char *path = adain_state_name (uri);

  for (int i = 0; i < adain_style_set_get_size (set); i++)
    if (g_strcmp0 (adain_style_set_get (set, i)->path, path) == 0)
      g_clear_pointer (&path, g_free);

  if (path)
    {
      adain_state_add_recent (state, path);
      adain_style_set_add_path (set, path);
    }

  g_free (path);
}

int
adain_style_sources_add_uris (AdainStyleSet *set, GKeyFile *state, char **uris)
{
  int n = 0;

  for (; uris && uris[n]; n++)
    adain_style_sources_add (set, state, uris[n]);

  return n;
}

int
adain_style_sources_add_text (AdainStyleSet *set, GKeyFile *state, const char *text)
{
  char **lines = g_strsplit_set (text, "\r\n", -1);
  int    n = 0;

  for (int i = 0; lines[i]; i++)
    {
      const char *line = g_strstrip (lines[i]);

      if (g_path_is_absolute (line) || strstr (line, "://"))
        {
          adain_style_sources_add (set, state, line);
          n++;
        }
    }

  g_strfreev (lines);

  return n;
}

/* Choosing files ---------------------------------------------------------------------------- */

static void
on_chooser_preview (GtkFileChooser *chooser, GtkWidget *image)
{
  char      *path = gtk_file_chooser_get_preview_filename (chooser);
  GdkPixbuf *pixbuf = NULL;

  if (path && g_file_test (path, G_FILE_TEST_IS_REGULAR))
    pixbuf = gdk_pixbuf_new_from_file_at_size (path, CHOOSER_THUMBNAIL, CHOOSER_THUMBNAIL, NULL);

  gtk_image_set_from_pixbuf (GTK_IMAGE (image), pixbuf);
  gtk_file_chooser_set_preview_widget_active (chooser, pixbuf != NULL);

  g_clear_object (&pixbuf);
  g_free (path);
}

static void
add_filters (GtkFileChooser *chooser)
{
  GtkFileFilter *pictures = gtk_file_filter_new ();
  GtkFileFilter *all = gtk_file_filter_new ();

  gtk_file_filter_set_name (pictures, _ ("Pictures"));
  gtk_file_filter_add_mime_type (pictures, "image/*");
  gtk_file_chooser_add_filter (chooser, pictures);

  gtk_file_filter_set_name (all, _ ("All files"));
  gtk_file_filter_add_pattern (all, "*");
  gtk_file_chooser_add_filter (chooser, all);
}

static void
set_folder (GtkFileChooser *chooser, GKeyFile *state)
{
  char *uri = g_key_file_get_string (state, ADAIN_STATE_DIALOG, ADAIN_STATE_FOLDER, NULL);

  if (uri)
    gtk_file_chooser_set_current_folder_uri (chooser, uri);
  else if (g_get_user_special_dir (G_USER_DIRECTORY_PICTURES))
    gtk_file_chooser_set_current_folder (chooser, g_get_user_special_dir (G_USER_DIRECTORY_PICTURES));

  g_free (uri);
}

static void
on_chosen (GtkNativeDialog *native, int response, AdainStyleSet *set)
{
  GtkFileChooser *chooser = GTK_FILE_CHOOSER (native);
  GKeyFile       *state = g_object_get_data (G_OBJECT (native), "state");

  if (response == GTK_RESPONSE_ACCEPT)
    {
      GSList *uris = gtk_file_chooser_get_uris (chooser);
      char   *folder = gtk_file_chooser_get_current_folder_uri (chooser);

      for (GSList *iter = uris; iter; iter = iter->next)
        adain_style_sources_add (set, state, iter->data);
      g_slist_free_full (uris, g_free);

      if (folder)
        g_key_file_set_string (state, ADAIN_STATE_DIALOG, ADAIN_STATE_FOLDER, folder);
      g_free (folder);
    }

  g_object_unref (native);
}

void
adain_style_sources_choose (AdainStyleSet *set, GKeyFile *state, GtkWindow *parent)
{
  GtkFileChooserNative *native = gtk_file_chooser_native_new (_ ("Add Styles"), parent,
                                                              GTK_FILE_CHOOSER_ACTION_OPEN, _ ("_Add"),
                                                              _ ("_Cancel"));
  GtkFileChooser       *chooser = GTK_FILE_CHOOSER (native);
  GtkWidget            *image = gtk_image_new ();

  gtk_file_chooser_set_select_multiple (chooser, TRUE);
  gtk_file_chooser_set_preview_widget (chooser, image);
  gtk_file_chooser_set_use_preview_label (chooser, FALSE);
  g_signal_connect (native, "update-preview", G_CALLBACK (on_chooser_preview), image);
  add_filters (chooser);
  set_folder (chooser, state);

  g_object_set_data_full (G_OBJECT (native), "state", g_key_file_ref (state),
                          (GDestroyNotify) g_key_file_unref);
  gtk_native_dialog_set_modal (GTK_NATIVE_DIALOG (native), TRUE);
  g_signal_connect_object (native, "response", G_CALLBACK (on_chosen), set, 0);
  gtk_native_dialog_show (GTK_NATIVE_DIALOG (native));
}

/* Pasting ----------------------------------------------------------------------------------- */

/* A pasted picture becomes a file, so that the settings can name it. */
static char *
save_pasted (GdkPixbuf *pixbuf, GError **error)
{
  char      *directory = adain_state_directory ();
  char      *pasted = g_build_filename (directory, "pasted", NULL);
  GDateTime *now = g_date_time_new_now_local ();
  char      *base = g_date_time_format (now, "%Y-%m-%d %H.%M.%S.%f.png");
  char      *path = g_build_filename (pasted, base, NULL);

  g_mkdir_with_parents (pasted, 0700);
  if (!gdk_pixbuf_save (pixbuf, path, "png", error, NULL))
    g_clear_pointer (&path, g_free);

  g_free (base);
  g_date_time_unref (now);
  g_free (pasted);
  g_free (directory);

  return path;
}

void
adain_style_sources_paste (AdainStyleSet *set, GKeyFile *state, GtkWidget *widget)
{
  GtkClipboard *clipboard = gtk_widget_get_clipboard (widget, GDK_SELECTION_CLIPBOARD);
  char        **uris = gtk_clipboard_wait_for_uris (clipboard);
  char         *text = NULL;
  GdkPixbuf    *pixbuf = NULL;
  int           n = adain_style_sources_add_uris (set, state, uris);

  if (n == 0 && (text = gtk_clipboard_wait_for_text (clipboard)))
    n = adain_style_sources_add_text (set, state, text);

  if (n == 0 && (pixbuf = gtk_clipboard_wait_for_image (clipboard)))
    {
      GError *error = NULL;
      char   *path = save_pasted (pixbuf, &error);

      if (path)
        adain_style_sources_add (set, state, path);
      else
        g_message (_ ("The pasted picture cannot be saved: %s"), error->message);

      g_clear_error (&error);
      g_free (path);
      n++;
    }

  if (n == 0)
    gtk_widget_error_bell (widget);

  g_clear_object (&pixbuf);
  g_free (text);
  g_strfreev (uris);
}
