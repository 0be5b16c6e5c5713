/* Named presets: a row to choose, save and delete them. Each is a key file of its own, so that it
 * can be passed on.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "ui/presets.h"

#include <errno.h>

#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>

#include "ui/settings.h"
#include "ui/state.h"

#define GROUP    "Preset"
#define NAME_KEY "name"
#define SUFFIX   ".ini"

/* The ids of the rows are the files' names, and this for settings of no preset. */
#define NONE ""

struct _AdainPresets
{
  GtkBox parent;

  GimpProcedureConfig *config;

  GtkWidget *combo;
  GtkWidget *save_button;
  GtkWidget *delete_button;
  GtkWidget *popover;
  GtkWidget *entry;
  GtkWidget *confirm_button;
  GtkWidget *problem;
};

G_DEFINE_FINAL_TYPE (AdainPresets, adain_presets, GTK_TYPE_BOX)

/* Hear what the user does with the list, and changes of the settings by others; what we do ourselves happens
 * while they are blocked. */
static void on_chosen (AdainPresets *presets);
static void on_settings_changed (AdainPresets *presets);

/* Files ------------------------------------------------------------------------------------- */

static char *
presets_directory (void)
{
  char *directory = adain_state_directory ();
  char *presets = g_build_filename (directory, "presets", NULL);

  g_free (directory);

  return presets;
}

/* What a preset of ours is called on disk; one that was passed on may be called otherwise. */
static char *
file_for_name (const char *name)
{
  char *base = g_uri_escape_string (name, " ", TRUE);
  char *file = g_strconcat (base, SUFFIX, NULL);

  g_free (base);

  return file;
}

static char *
preset_path (const char *file)
{
  char *directory = presets_directory ();
  char *path = g_build_filename (directory, file, NULL);

  g_free (directory);

  return path;
}

typedef struct
{
  char *file;
  char *name;
} Preset;

static void
preset_free (gpointer data)
{
  Preset *preset = data;

  g_free (preset->file);
  g_free (preset->name);
  g_free (preset);
}

/* The name in the preset file @base, or NULL if it is not one. */
static char *
read_name (const char *base)
{
  GKeyFile *file = g_key_file_new ();
  char     *path = preset_path (base);
  char     *name = NULL;

  if (g_str_has_suffix (base, SUFFIX) && g_key_file_load_from_file (file, path, G_KEY_FILE_NONE, NULL))
    name = g_key_file_get_string (file, GROUP, NAME_KEY, NULL);

  g_free (path);
  g_key_file_unref (file);

  return name;
}

static int
compare_presets (gconstpointer a, gconstpointer b)
{
  const Preset *first = *(const Preset *const *) a, *second = *(const Preset *const *) b;
  int           order = g_utf8_collate (first->name, second->name);

  return order != 0 ? order : g_strcmp0 (first->file, second->file);
}

static GPtrArray *
list_presets (void)
{
  GPtrArray  *list = g_ptr_array_new_with_free_func (preset_free);
  char       *path = presets_directory ();
  GDir       *directory = g_dir_open (path, 0, NULL);
  const char *base;

  while (directory && (base = g_dir_read_name (directory)))
    {
      char *name = read_name (base);

      if (name)
        {
          Preset *preset = g_new (Preset, 1);

          preset->file = g_strdup (base);
          preset->name = name;
          g_ptr_array_add (list, preset);
        }
    }

  g_ptr_array_sort (list, compare_presets);
  g_clear_pointer (&directory, g_dir_close);
  g_free (path);

  return list;
}

/* The row ----------------------------------------------------------------------------------- */

/* Shows the preset @file (NONE: no preset) without loading it. */
static void
select_file (AdainPresets *presets, const char *file)
{
  g_signal_handlers_block_by_func (presets->combo, on_chosen, presets);
  gtk_combo_box_set_active_id (GTK_COMBO_BOX (presets->combo), file);
  g_signal_handlers_unblock_by_func (presets->combo, on_chosen, presets);

  gtk_widget_set_sensitive (presets->delete_button, *file != '\0');
}

/* The file of the preset that is shown, or NONE; valid until the list is made anew. */
static const char *
selected_file (AdainPresets *presets)
{
  const char *file = gtk_combo_box_get_active_id (GTK_COMBO_BOX (presets->combo));

  return file ? file : NONE;
}

/* Its name, or NULL. */
static char *
selected_name (AdainPresets *presets)
{
  return *selected_file (presets) != '\0'
             ? gtk_combo_box_text_get_active_text (GTK_COMBO_BOX_TEXT (presets->combo))
             : NULL;
}

static void
fill (AdainPresets *presets, const char *active)
{
  GtkComboBoxText *combo = GTK_COMBO_BOX_TEXT (presets->combo);
  GPtrArray       *list = list_presets ();

  g_signal_handlers_block_by_func (presets->combo, on_chosen, presets);
  gtk_combo_box_text_remove_all (combo);
  gtk_combo_box_text_append (combo, NONE, list->len > 0 ? _ ("None") : _ ("None saved yet"));
  for (guint i = 0; i < list->len; i++)
    {
      const Preset *preset = list->pdata[i];

      gtk_combo_box_text_append (combo, preset->file, preset->name);
    }
  g_signal_handlers_unblock_by_func (presets->combo, on_chosen, presets);

  gtk_widget_set_sensitive (presets->combo, list->len > 0);
  g_ptr_array_unref (list);
  select_file (presets, active);
}

static void
on_chosen (AdainPresets *presets)
{
  GKeyFile *file;
  char     *path;

  gtk_widget_set_sensitive (presets->delete_button, *selected_file (presets) != '\0');
  if (*selected_file (presets) == '\0')
    return;

  file = g_key_file_new ();
  path = preset_path (selected_file (presets));

  g_signal_handlers_block_by_func (presets->config, on_settings_changed, presets);
  if (g_key_file_load_from_file (file, path, G_KEY_FILE_NONE, NULL))
    adain_settings_load (presets->config, file, GROUP);
  g_signal_handlers_unblock_by_func (presets->config, on_settings_changed, presets);

  g_key_file_unref (file);
  g_free (path);
}

static void
on_settings_changed (AdainPresets *presets)
{
  select_file (presets, NONE);
}

static void
on_delete (AdainPresets *presets)
{
  char *name = selected_name (presets);
  char *path = preset_path (selected_file (presets));

  if (g_unlink (path) != 0 && errno != ENOENT)
    g_message (_ ("The preset “%s” cannot be deleted: %s"), name, g_strerror (errno));

  g_free (path);
  g_free (name);
  fill (presets, NONE);
  gtk_widget_grab_focus (presets->save_button);
}

/* Saving ------------------------------------------------------------------------------------ */

static char *
typed_name (AdainPresets *presets)
{
  return g_strstrip (g_strdup (gtk_entry_get_text (GTK_ENTRY (presets->entry))));
}

static void
on_name_typed (AdainPresets *presets)
{
  char *name = typed_name (presets);
  char *file = file_for_name (name);
  char *path = preset_path (file);

  gtk_widget_set_sensitive (presets->confirm_button, *name != '\0');
  gtk_button_set_label (GTK_BUTTON (presets->confirm_button),
                        *name && g_file_test (path, G_FILE_TEST_EXISTS) ? _ ("_Replace") : _ ("_Save"));
  gtk_widget_hide (presets->problem);

  g_free (path);
  g_free (file);
  g_free (name);
}

static void
on_save (AdainPresets *presets)
{
  GKeyFile *settings = g_key_file_new ();
  GError   *error = NULL;
  char     *name = typed_name (presets);
  char     *file = file_for_name (name);
  char     *path = preset_path (file);

  adain_settings_save (presets->config, settings, GROUP);
  g_key_file_set_string (settings, GROUP, NAME_KEY, name);

  if (*name == '\0')
    {
      gtk_widget_error_bell (presets->entry);
    }
  else if (adain_state_save_file (settings, path, &error))
    {
      fill (presets, file);
      gtk_popover_popdown (GTK_POPOVER (presets->popover));
    }
  else
    {
      gtk_label_set_text (GTK_LABEL (presets->problem), error->message);
      gtk_widget_show (presets->problem);
    }

  g_clear_error (&error);
  g_free (path);
  g_free (file);
  g_free (name);
  g_key_file_unref (settings);
}

static void
on_save_clicked (AdainPresets *presets)
{
  char *name = selected_name (presets);

  gtk_entry_set_text (GTK_ENTRY (presets->entry), name ? name : "");
  on_name_typed (presets);
  gtk_popover_popup (GTK_POPOVER (presets->popover));
  gtk_widget_grab_focus (presets->entry);
  g_free (name);
}

static GtkWidget *
create_popover (AdainPresets *presets)
{
  GtkWidget *popover = gtk_popover_new (presets->save_button);
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 6);
  GtkWidget *row = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 6);
  GtkWidget *label = gtk_label_new_with_mnemonic (_ ("Save these settings as preset _named:"));

  gtk_container_set_border_width (GTK_CONTAINER (box), 12);
  gtk_label_set_xalign (GTK_LABEL (label), 0.0);

  presets->entry = gtk_entry_new ();
  gtk_entry_set_width_chars (GTK_ENTRY (presets->entry), 24);
  gtk_label_set_mnemonic_widget (GTK_LABEL (label), presets->entry);
  g_signal_connect_swapped (presets->entry, "changed", G_CALLBACK (on_name_typed), presets);
  g_signal_connect_swapped (presets->entry, "activate", G_CALLBACK (on_save), presets);

  presets->confirm_button = gtk_button_new_with_mnemonic (_ ("_Save"));
  g_signal_connect_swapped (presets->confirm_button, "clicked", G_CALLBACK (on_save), presets);

  presets->problem = gtk_label_new (NULL);
  gtk_label_set_line_wrap (GTK_LABEL (presets->problem), TRUE);
  gtk_label_set_max_width_chars (GTK_LABEL (presets->problem), 32);

  gtk_box_pack_start (GTK_BOX (row), presets->entry, TRUE, TRUE, 0);
  gtk_box_pack_start (GTK_BOX (row), presets->confirm_button, FALSE, FALSE, 0);
  gtk_box_pack_start (GTK_BOX (box), label, FALSE, FALSE, 0);
  gtk_box_pack_start (GTK_BOX (box), row, FALSE, FALSE, 0);
  gtk_box_pack_start (GTK_BOX (box), presets->problem, FALSE, FALSE, 0);
  gtk_container_add (GTK_CONTAINER (popover), box);
  gtk_widget_show_all (box);
  gtk_widget_hide (presets->problem);

  return popover;
}

/* Construction ------------------------------------------------------------------------------ */

static GtkWidget *
icon_button (const char *icon, const char *name, const char *tooltip)
{
  GtkWidget *button = gtk_button_new_from_icon_name (icon, GTK_ICON_SIZE_BUTTON);

  gtk_widget_set_tooltip_text (button, tooltip);
  atk_object_set_name (gtk_widget_get_accessible (button), name);

  return button;
}

static void
adain_presets_destroy (GtkWidget *widget)
{
  AdainPresets *presets = ADAIN_PRESETS (widget);

  if (presets->config)
    g_signal_handlers_disconnect_by_data (presets->config, presets);
  g_clear_object (&presets->config);

  GTK_WIDGET_CLASS (adain_presets_parent_class)->destroy (widget);
}

static void
adain_presets_class_init (AdainPresetsClass *klass)
{
  GTK_WIDGET_CLASS (klass)->destroy = adain_presets_destroy;
}

static void
adain_presets_init (AdainPresets *presets)
{
  GtkBox    *box = GTK_BOX (presets);
  GtkWidget *label = gtk_label_new_with_mnemonic (_ ("Pr_eset:"));

  gtk_box_set_spacing (box, 6);

  presets->combo = gtk_combo_box_text_new ();
  gtk_widget_set_tooltip_text (presets->combo,
                               _ ("Brings back styles, weights and settings that you saved under a name"));
  gtk_label_set_mnemonic_widget (GTK_LABEL (label), presets->combo);
  g_signal_connect_swapped (presets->combo, "changed", G_CALLBACK (on_chosen), presets);

  presets->save_button = icon_button ("document-save-symbolic", _ ("Save preset"),
                                      _ ("Saves the styles, weights and settings under a name"));
  g_signal_connect_swapped (presets->save_button, "clicked", G_CALLBACK (on_save_clicked), presets);
  presets->popover = create_popover (presets);

  presets->delete_button = icon_button ("edit-delete-symbolic", _ ("Delete preset"),
                                        _ ("Deletes the chosen preset"));
  g_signal_connect_swapped (presets->delete_button, "clicked", G_CALLBACK (on_delete), presets);

  gtk_box_pack_start (box, label, FALSE, FALSE, 0);
  gtk_box_pack_start (box, presets->combo, TRUE, TRUE, 0);
  gtk_box_pack_start (box, presets->save_button, FALSE, FALSE, 0);
  gtk_box_pack_start (box, presets->delete_button, FALSE, FALSE, 0);
}

GtkWidget *
adain_presets_new (GimpProcedureConfig *config)
{
  AdainPresets *presets = g_object_new (ADAIN_TYPE_PRESETS, NULL);

  presets->config = g_object_ref (config);
  fill (presets, NONE);
  g_signal_connect_swapped (config, "notify", G_CALLBACK (on_settings_changed), presets);

  return GTK_WIDGET (presets);
}
