/* The procedure's settings in a group of a key file, and back.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "ui/settings.h"

#include <math.h>

#include "ui/state.h"

static const char *const doubles[] = { "strength", "texture", "brushwork", "stroke-size", "detail" };
static const char *const integers[] = { "work-size", "refine", "learn" };
static const char *const booleans[] = { "shared-statistics", "as-filter" };
static const char *const choices[] = { "preserve-color", "device", "onnx-range" };

/* Texts, one for each style. */
static const char *const lists[] = { "parts", "turns" };

double *
adain_settings_dup_weights (GimpProcedureConfig *config, gsize *n)
{
  GValue  value = G_VALUE_INIT;
  double *weights = NULL;

  *n = 0;
  g_value_init (&value, GIMP_TYPE_DOUBLE_ARRAY);
  g_object_get_property (G_OBJECT (config), "weights", &value);

  /* After a reset there is no array, and libgimp's accessor would trip over that. */
  if (g_value_get_boxed (&value))
    weights = gimp_value_dup_double_array (&value, n);

  g_value_unset (&value);

  return weights;
}

void
adain_settings_set_weights (GimpProcedureConfig *config, const double *weights, gsize n)
{
  GValue value = G_VALUE_INIT;

  g_value_init (&value, GIMP_TYPE_DOUBLE_ARRAY);
  gimp_value_set_double_array (&value, n > 0 ? weights : NULL, n);
  g_object_set_property (G_OBJECT (config), "weights", &value);
  g_value_unset (&value);
}

/* The weight and the texts of a style layer, which come last, stay behind with it. */
static void
save_styles (GimpProcedureConfig *config, GKeyFile *file, const char *group)
{
  char  **styles = NULL;
  gsize   n_styles, n_weights;
  double *weights = adain_settings_dup_weights (config, &n_weights);

  g_object_get (config, "styles", &styles, NULL);
  n_styles = styles ? g_strv_length (styles) : 0;
  adain_state_set_names (file, group, "styles", (const char *const *) styles, n_styles);

  if (weights)
    g_key_file_set_double_list (file, group, "weights", weights, MIN (n_weights, n_styles));

  for (guint i = 0; i < G_N_ELEMENTS (lists); i++)
    {
      char **list = NULL;

      g_object_get (config, lists[i], &list, NULL);
      if (list)
        g_key_file_set_string_list (file, group, lists[i], (const char *const *) list,
                                    MIN (g_strv_length (list), n_styles));
      g_strfreev (list);
    }

  g_free (weights);
  g_strfreev (styles);
}

void
adain_settings_save (GimpProcedureConfig *config, GKeyFile *file, const char *group)
{
  GObject *object = G_OBJECT (config);
  GFile   *model = NULL;

  g_key_file_remove_group (file, group, NULL);

  save_styles (config, file, group);

  for (guint i = 0; i < G_N_ELEMENTS (doubles); i++)
    {
      double number;

      g_object_get (object, doubles[i], &number, NULL);
      g_key_file_set_double (file, group, doubles[i], number);
    }

  for (guint i = 0; i < G_N_ELEMENTS (integers); i++)
    {
      int number;

      g_object_get (object, integers[i], &number, NULL);
      g_key_file_set_integer (file, group, integers[i], number);
    }

  for (guint i = 0; i < G_N_ELEMENTS (booleans); i++)
    {
      gboolean on;

      g_object_get (object, booleans[i], &on, NULL);
      g_key_file_set_boolean (file, group, booleans[i], on);
    }

  for (guint i = 0; i < G_N_ELEMENTS (choices); i++)
    {
      char *choice = NULL;

      g_object_get (object, choices[i], &choice, NULL);
      g_key_file_set_string (file, group, choices[i], choice ? choice : "");
      g_free (choice);
    }

  g_object_get (object, "model", &model, NULL);
  if (model)
    {
      char *uri = g_file_get_uri (model);

      g_key_file_set_string (file, group, "model", uri);
      g_free (uri);
    }

  g_clear_object (&model);
}

static void
load_styles (GimpProcedureConfig *config, GKeyFile *file, const char *group)
{
  char   **styles = adain_state_get_names (file, group, "styles");
  gsize    n_weights = 0;
  gdouble *weights = g_key_file_get_double_list (file, group, "weights", &n_weights, NULL);

  if (styles)
    g_object_set (config, "styles", styles, "style-layer", NULL, NULL);

  if (weights)
    adain_settings_set_weights (config, weights, n_weights);

  /* Where a file says nothing of them, its styles are used as they are. */
  for (guint i = 0; styles && i < G_N_ELEMENTS (lists); i++)
    {
      char **list = g_key_file_get_string_list (file, group, lists[i], NULL, NULL);

      g_object_set (config, lists[i], list, NULL);
      g_strfreev (list);
    }

  g_free (weights);
  g_strfreev (styles);
}

static void
load_number (GObject *object, GKeyFile *file, const char *group, const char *key)
{
  GError     *error = NULL;
  double      number = g_key_file_get_double (file, group, key, &error);
  GParamSpec *pspec = g_object_class_find_property (G_OBJECT_GET_CLASS (object), key);

  if (!error && isfinite (number) && G_IS_PARAM_SPEC_DOUBLE (pspec))
    {
      GParamSpecDouble *range = G_PARAM_SPEC_DOUBLE (pspec);

      g_object_set (object, key, CLAMP (number, range->minimum, range->maximum), NULL);
    }

  g_clear_error (&error);
}

static void
load_integer (GObject *object, GKeyFile *file, const char *group, const char *key)
{
  GParamSpecInt *pspec = G_PARAM_SPEC_INT (g_object_class_find_property (G_OBJECT_GET_CLASS (object), key));

  if (g_key_file_has_key (file, group, key, NULL))
    g_object_set (object, key,
                  CLAMP (g_key_file_get_integer (file, group, key, NULL), pspec->minimum, pspec->maximum),
                  NULL);
}

static void
load_boolean (GObject *object, GKeyFile *file, const char *group, const char *key)
{
  GError  *error = NULL;
  gboolean on = g_key_file_get_boolean (file, group, key, &error);

  if (!error)
    g_object_set (object, key, on, NULL);

  g_clear_error (&error);
}

static void
load_choice (GObject *object, GKeyFile *file, const char *group, const char *key)
{
  char       *choice = g_key_file_get_string (file, group, key, NULL);
  GParamSpec *pspec = g_object_class_find_property (G_OBJECT_GET_CLASS (object), key);

  if (choice && gimp_choice_is_valid (gimp_param_spec_choice_get_choice (pspec), choice))
    g_object_set (object, key, choice, NULL);

  g_free (choice);
}

void
adain_settings_load (GimpProcedureConfig *config, GKeyFile *file, const char *group)
{
  GObject *object = G_OBJECT (config);
  GFile   *model = NULL;
  char    *uri;

  if (!g_key_file_has_group (file, group))
    return;

  load_styles (config, file, group);

  for (guint i = 0; i < G_N_ELEMENTS (doubles); i++)
    load_number (object, file, group, doubles[i]);

  for (guint i = 0; i < G_N_ELEMENTS (choices); i++)
    load_choice (object, file, group, choices[i]);

  for (guint i = 0; i < G_N_ELEMENTS (integers); i++)
    load_integer (object, file, group, integers[i]);

  for (guint i = 0; i < G_N_ELEMENTS (booleans); i++)
    load_boolean (object, file, group, booleans[i]);

  uri = g_key_file_get_string (file, group, "model", NULL);
  if (uri && *uri)
    model = g_file_new_for_uri (uri);
  g_object_set (object, "model", model, NULL);

  g_clear_object (&model);
  g_free (uri);
}
