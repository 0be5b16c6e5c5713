/* The controls for everything but the styles, each bound to its setting.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "ui/controls.h"

#include <glib/gi18n-lib.h>
#include <libgimp/gimpui.h>

#include "plugin/filter/arguments.h"

static void
on_kind_of_model (GObject *config, GParamSpec *pspec, GtkWidget *control)
{
  gtk_widget_set_sensitive (control, !adain_arguments_model_is_foreign (GIMP_PROCEDURE_CONFIG (config)));
}

void
adain_controls_only_for_styles (GtkWidget *control, GimpProcedureConfig *config)
{
  g_signal_connect_object (config, "notify::model", G_CALLBACK (on_kind_of_model), control, 0);
  on_kind_of_model (G_OBJECT (config), NULL, control);
}

static GtkWidget *
create_grid (void)
{
  GtkWidget *grid = gtk_grid_new ();

  gtk_grid_set_row_spacing (GTK_GRID (grid), 6);
  gtk_grid_set_column_spacing (GTK_GRID (grid), 6);

  return grid;
}

/* A row of a label, whose mnemonic leads to @control, and @cell, which is or holds @control. */
static void
attach (GtkWidget *grid, int row, GtkSizeGroup *labels, const char *text, GtkWidget *control, GtkWidget *cell,
        const char *tooltip)
{
  GtkWidget *label = gtk_label_new_with_mnemonic (text);

  gtk_label_set_xalign (GTK_LABEL (label), 0.0);
  gtk_label_set_mnemonic_widget (GTK_LABEL (label), control);
  gtk_widget_set_tooltip_text (label, tooltip);
  gtk_widget_set_tooltip_text (control, tooltip);
  gtk_widget_set_hexpand (cell, TRUE);
  gtk_size_group_add_widget (labels, label);

  gtk_grid_attach (GTK_GRID (grid), label, 0, row, 1, 1);
  gtk_grid_attach (GTK_GRID (grid), cell, 1, row, 1, 1);
}

/* A choice's own accessible name would be the value's id. */
static void
name_choice (GtkComboBox *combo)
{
  GtkTreeIter iter;
  int         column;
  char       *label;

  if (!gtk_combo_box_get_active_iter (combo, &iter))
    return;

  g_object_get (combo, "label-column", &column, NULL);
  gtk_tree_model_get (gtk_combo_box_get_model (combo), &iter, column, &label, -1);
  atk_object_set_name (gtk_widget_get_accessible (GTK_WIDGET (combo)), label);
  g_free (label);
}

static GtkWidget *
attach_choice (GtkWidget *grid, int row, GtkSizeGroup *labels, GimpProcedureConfig *config,
               const char *property, const char *text, const char *tooltip)
{
  GtkWidget *combo = gimp_prop_choice_combo_box_new (G_OBJECT (config), property);

  g_signal_connect (combo, "changed", G_CALLBACK (name_choice), NULL);
  name_choice (GTK_COMBO_BOX (combo));
  attach (grid, row, labels, text, combo, combo, tooltip);

  return combo;
}

/* GIMP's slider with label and number, as one row of the grid. */
static GtkWidget *
attach_scale (GtkWidget *grid, int row, GtkSizeGroup *labels, GimpProcedureConfig *config,
              const char *property, const char *text, double factor, int digits, const char *tooltip)
{
  GtkWidget *entry = gimp_prop_scale_entry_new (G_OBJECT (config), property, text, factor, FALSE, 0.0, 0.0);

  GtkWidget *label = gimp_labeled_get_label (GIMP_LABELED (entry));
  GtkWidget *range = gimp_scale_entry_get_range (GIMP_SCALE_ENTRY (entry));
  GtkWidget *spin = gimp_label_spin_get_spin_button (GIMP_LABEL_SPIN (entry));

  /* The label belongs to the number alone. */
  atk_object_set_name (gtk_widget_get_accessible (range), gtk_label_get_text (GTK_LABEL (label)));
  gtk_widget_set_tooltip_text (range, tooltip);
  gtk_widget_set_tooltip_text (spin, tooltip);

  gimp_label_spin_set_digits (GIMP_LABEL_SPIN (entry), digits);
  gimp_help_set_help_data (entry, tooltip, NULL);
  gtk_size_group_add_widget (labels, label);
  gtk_widget_set_hexpand (entry, TRUE);
  gtk_grid_attach (GTK_GRID (grid), entry, 0, row, 2, 1);

  return entry;
}

GtkWidget *
adain_controls_new (GimpProcedureConfig *config, GtkSizeGroup *labels)
{
  GtkWidget    *grid = create_grid ();
  GtkSizeGroup *numbers = gtk_size_group_new (GTK_SIZE_GROUP_HORIZONTAL);
  GtkWidget    *strength, *texture, *brushwork, *stroke, *detail;

  strength = attach_scale (grid, 0, labels, config, "strength", _ ("Stren_gth (%)"), 100.0, 0,
                           _ ("How far the picture is painted over: 0 leaves it as it is, 100 "
                              "paints it all in the style."));

  texture = attach_scale (grid, 1, labels, config, "texture", _ ("Te_xture (%)"), 100.0, 0,
                          _ ("How much of the style's strokes and patterns is taken: 0 takes its colors "
                             "and contrasts, 100 what makes up its texture, too."));

  adain_controls_only_for_styles (texture, config);

  brushwork = attach_scale (grid, 2, labels, config, "brushwork", _ ("Brushwork (%)"), 100.0, 0,
                            _ ("How much the strokes in even areas, such as skies, vary: at 0 one small "
                               "pattern covers them."));

  adain_controls_only_for_styles (brushwork, config);

  stroke = attach_scale (grid, 3, labels, config, "stroke-size", _ ("Stro_ke size"), 1.0, 2,
                         _ ("How wide strokes and patterns become: twice as wide at 2, half as wide at "
                            "0.5. Smaller ones take longer."));
  gimp_scale_entry_set_logarithmic (GIMP_SCALE_ENTRY (stroke), TRUE);

  detail = attach_scale (grid, 4, labels, config, "detail", _ ("Fi_ne detail (%)"), 100.0, 0,
                         _ ("How much of the picture's own fine detail is laid over broad strokes: 0 leaves "
                            "nothing but the strokes."));

  gtk_size_group_add_widget (numbers, gimp_label_spin_get_spin_button (GIMP_LABEL_SPIN (strength)));
  gtk_size_group_add_widget (numbers, gimp_label_spin_get_spin_button (GIMP_LABEL_SPIN (texture)));
  gtk_size_group_add_widget (numbers, gimp_label_spin_get_spin_button (GIMP_LABEL_SPIN (brushwork)));
  gtk_size_group_add_widget (numbers, gimp_label_spin_get_spin_button (GIMP_LABEL_SPIN (stroke)));
  gtk_size_group_add_widget (numbers, gimp_label_spin_get_spin_button (GIMP_LABEL_SPIN (detail)));
  g_object_unref (numbers);

  attach_choice (grid, 5, labels, config, "preserve-color", _ ("_Preserve color"),
                 _ ("Keeps the colors of your picture. Recoloring the styles gives them your "
                    "picture's palette first; painting only the lightness leaves the color of "
                    "every pixel as it is."));

  return grid;
}

/* Sizes are offered; one that was set otherwise joins them. */
static void
offer_work_size (GtkListStore *store, int size)
{
  GtkTreeIter iter;
  char       *text;

  if (gimp_int_store_lookup_by_value (GTK_TREE_MODEL (store), size, &iter))
    return;

  text = g_strdup_printf (ngettext ("%d pixel", "%d pixels", size), size);
  gtk_list_store_append (store, &iter);
  gtk_list_store_set (store, &iter, GIMP_INT_STORE_VALUE, size, GIMP_INT_STORE_LABEL, text, -1);
  g_free (text);
}

static void
on_work_size (GObject *config, GParamSpec *pspec, GtkListStore *store)
{
  int size;

  g_object_get (config, "work-size", &size, NULL);
  offer_work_size (store, size);
}

static GtkWidget *
create_work_size (GimpProcedureConfig *config)
{
  static const int sizes[] = { 512, 768, 1024, 1536, 2048, 3072, 4096 };
  GtkListStore    *store = gimp_int_store_new (_ ("Full size"), 0, NULL);
  GtkWidget       *combo;

  for (guint i = 0; i < G_N_ELEMENTS (sizes); i++)
    offer_work_size (store, sizes[i]);

  /* Before the combo box looks for it. */
  on_work_size (G_OBJECT (config), NULL, store);
  g_signal_connect_object (config, "notify::work-size", G_CALLBACK (on_work_size), store, 0);

  combo = gimp_prop_int_combo_box_new (G_OBJECT (config), "work-size", GIMP_INT_STORE (store));
  g_object_unref (store);

  return combo;
}

static void
on_clear_model (GObject *config)
{
  g_object_set (config, "model", NULL, NULL);
}

static void
on_model (GObject *config, GParamSpec *pspec, GtkWidget *clear)
{
  GFile *model = NULL;

  g_object_get (config, "model", &model, NULL);
  gtk_widget_set_sensitive (clear, model != NULL);
  g_clear_object (&model);
}

static void
attach_model (GtkWidget *grid, int row, GtkSizeGroup *labels, GimpProcedureConfig *config,
              const char *tooltip)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 6);
  GtkWidget *button = gimp_prop_file_chooser_button_new (G_OBJECT (config), "model", _ ("Choose a Model"),
                                                         GTK_FILE_CHOOSER_ACTION_OPEN);
  GtkWidget *clear = gtk_button_new_from_icon_name ("edit-clear-symbolic", GTK_ICON_SIZE_BUTTON);

  gtk_box_pack_start (GTK_BOX (box), button, TRUE, TRUE, 0);

  gtk_widget_set_tooltip_text (clear, _ ("Go back to the model that comes with the plug-in"));
  atk_object_set_name (gtk_widget_get_accessible (clear), _ ("Built-in model"));
  g_signal_connect_swapped (clear, "clicked", G_CALLBACK (on_clear_model), config);
  g_signal_connect_object (config, "notify::model", G_CALLBACK (on_model), clear, 0);
  on_model (G_OBJECT (config), NULL, clear);
  gtk_box_pack_start (GTK_BOX (box), clear, FALSE, FALSE, 0);

  attach (grid, row, labels, _ ("_Model"), button, box, tooltip);
}

/* For an ONNX model alone. */
static void
on_foreign_model (GObject *config, GParamSpec *pspec, GtkWidget *control)
{
  gtk_widget_set_sensitive (control, adain_arguments_model_is_foreign (GIMP_PROCEDURE_CONFIG (config)));
}

static void
attach_range (GtkWidget *grid, int row, GtkSizeGroup *labels, GimpProcedureConfig *config)
{
  GtkWidget *combo =
      attach_choice (grid, row, labels, config, "onnx-range", _ ("ONNX range"),
                     _ ("Which numbers stand for black to white in an ONNX file. If its results are black, "
                        "white or garish, another than the automatic one may be right."));

  g_signal_connect_object (config, "notify::model", G_CALLBACK (on_foreign_model), combo, 0);
  on_foreign_model (G_OBJECT (config), NULL, combo);
}

/* The name that what is learned is kept under, as long as something is. */
static void
attach_learned (GtkWidget *grid, int row, GtkSizeGroup *labels, GimpProcedureConfig *config)
{
  GtkWidget *entry = gimp_prop_entry_new (G_OBJECT (config), "learned", -1);

  g_object_bind_property (config, "learn", entry, "sensitive", G_BINDING_SYNC_CREATE);
  attach (grid, row, labels, _ ("Keep in y_our gallery as"), entry, entry,
          _ ("Under this name the style, and what was learned of it, is kept in your gallery, where it is a "
             "style like any other. One of yours that is called so is replaced. Empty: it is not kept."));
}

GtkWidget *
adain_controls_new_advanced (GimpProcedureConfig *config, GtkSizeGroup *labels)
{
  GtkWidget *grid = create_grid ();
  GtkWidget *size = create_work_size (config);
  GtkWidget *refine, *learn;

  attach (grid, 0, labels, _ ("Working si_ze"), size, size,
          _ ("The longest side at which the picture is painted at a stroke size of 1. Strokes have a "
             "fixed width in pixels, so a smaller size gives broader ones, and is faster. The result "
             "always has the full size of the layer."));

  attach_choice (grid, 1, labels, config, "device", _ ("_Device"),
                 _ ("What computes the picture. It changes how long that takes, not how the "
                    "picture looks."));

  attach_model (grid, 2, labels, config,
                _ ("Another network to paint with: a safetensors file made for this plug-in, which "
                   "decides how brushwork and detail look, or an ONNX file with a network that paints "
                   "without styles. None means the one that comes with the plug-in."));

  attach_range (grid, 3, labels, config);

  refine = attach_scale (
      grid, 4, labels, config, "refine", _ ("Refine res_ult (steps)"), 1.0, 0,
      _ ("Brings the result nearer to the styles after the network has painted it, in small steps: "
         "colors and contrasts become more like theirs. 100 steps are plenty; each takes a few "
         "times as long as painting once. The preview shows how it comes along."));

  adain_controls_only_for_styles (refine, config);

  learn = attach_scale (
      grid, 5, labels, config, "learn", _ ("Learn t_he style (steps)"), 1.0, 0,
      _ ("Lets the network learn the style, of which there must be one, before it paints: strokes and "
         "colors come nearer to the style's. 100 steps are plenty. The preview does not show it."));

  adain_controls_only_for_styles (learn, config);

  attach_learned (grid, 6, labels, config);

  return grid;
}

GtkWidget *
adain_controls_new_as_filter (GimpProcedureConfig *config)
{
  GtkWidget *check = gimp_prop_check_button_new (G_OBJECT (config), "as-filter",
                                                 _ ("Keep as an editable filter"));

  adain_controls_only_for_styles (check, config);
  gtk_widget_set_tooltip_text (
      check, _ ("Instead of a new layer the result is a filter on your layer, which you can "
                "change, hide or remove at any time. It has at most four styles, and no "
                "regions."));

  return check;
}
