/* Reading a configuration whose arguments have no value at all, as a dialog's may be after a reset; over
 * GIMP's wire none arrives so.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "plugin/filter/arguments.h"

/* Looks to the reader like a configuration: it has the same properties. */
#define TEST_TYPE_CONFIG (test_config_get_type ())
G_DECLARE_FINAL_TYPE (TestConfig, test_config, TEST, CONFIG, GObject)

struct _TestConfig
{
  GObject     parent_instance;
  const char *style;
};

G_DEFINE_TYPE (TestConfig, test_config, G_TYPE_OBJECT)

enum
{
  STYLES = 1,
  WEIGHTS,
  MODEL,
  OTHERS,
};

int __wrap_gimp_procedure_config_get_choice_id (GimpProcedureConfig *config, const char *name);

int
__wrap_gimp_procedure_config_get_choice_id (GimpProcedureConfig *config, const char *name)
{
  return 0;
}

static void
get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  const char *styles[] = { TEST_CONFIG (object)->style, NULL };

  if (id == STYLES && styles[0] != NULL)
    g_value_set_boxed (value, styles);
  /* A plug-in's own lies beside its executable; this is none. */
  if (id == MODEL)
    g_value_take_object (value, g_file_new_for_path ("/nowhere.safetensors"));
}

static void
test_config_class_init (TestConfigClass *klass)
{
  GObjectClass *class = G_OBJECT_CLASS (klass);
  int id = OTHERS;

  class->get_property = get_property;
  g_object_class_install_property (class, STYLES,
                                   g_param_spec_boxed ("styles", NULL, NULL, G_TYPE_STRV, G_PARAM_READABLE));
  g_object_class_install_property (class, WEIGHTS,
                                   gimp_param_spec_double_array ("weights", NULL, NULL, G_PARAM_READABLE));
  g_object_class_install_property (class, id++,
                                   g_param_spec_boxed ("parts", NULL, NULL, G_TYPE_STRV, G_PARAM_READABLE));
  g_object_class_install_property (class, id++,
                                   g_param_spec_boxed ("turns", NULL, NULL, G_TYPE_STRV, G_PARAM_READABLE));
  g_object_class_install_property (class, id++,
                                   g_param_spec_object ("style-layer", NULL, NULL, GIMP_TYPE_DRAWABLE,
                                                        G_PARAM_READABLE));
  g_object_class_install_property (class, id++,
                                   gimp_param_spec_core_object_array ("regions", NULL, NULL,
                                                                      GIMP_TYPE_DRAWABLE, G_PARAM_READABLE));
  g_object_class_install_property (class, id++,
                                   g_param_spec_object ("protect", NULL, NULL, GIMP_TYPE_DRAWABLE,
                                                        G_PARAM_READABLE));
  g_object_class_install_property (class, id++,
                                   g_param_spec_boolean ("shared-statistics", NULL, NULL, FALSE,
                                                         G_PARAM_READABLE));
  g_object_class_install_property (class, id++,
                                   g_param_spec_boolean ("as-filter", NULL, NULL, FALSE, G_PARAM_READABLE));
  g_object_class_install_property (class, id++,
                                   g_param_spec_double ("strength", NULL, NULL, 0, 1, 1, G_PARAM_READABLE));
  g_object_class_install_property (class, id++,
                                   g_param_spec_double ("texture", NULL, NULL, 0, 1, 1, G_PARAM_READABLE));
  g_object_class_install_property (class, id++,
                                   g_param_spec_double ("brushwork", NULL, NULL, 0, 1, 0, G_PARAM_READABLE));
  g_object_class_install_property (class, id++,
                                   g_param_spec_double ("stroke-size", NULL, NULL, 0, 1, 1,
                                                        G_PARAM_READABLE));
  g_object_class_install_property (class, id++,
                                   g_param_spec_double ("detail", NULL, NULL, 0, 1, 1, G_PARAM_READABLE));
  g_object_class_install_property (class, id++,
                                   g_param_spec_int ("work-size", NULL, NULL, 0, 1, 1, G_PARAM_READABLE));
  g_object_class_install_property (class, id++,
                                   g_param_spec_int ("refine", NULL, NULL, 0, 1, 0, G_PARAM_READABLE));
  g_object_class_install_property (class, id++,
                                   g_param_spec_int ("learn", NULL, NULL, 0, 1, 0, G_PARAM_READABLE));
  g_object_class_install_property (class, id++,
                                   g_param_spec_string ("learned", NULL, NULL, "", G_PARAM_READABLE));
  g_object_class_install_property (class, MODEL,
                                   g_param_spec_object ("model", NULL, NULL, G_TYPE_FILE, G_PARAM_READABLE));
}

static void
test_config_init (TestConfig *config)
{
}

static void
test_unset (void)
{
  g_autoptr (TestConfig) config = g_object_new (TEST_TYPE_CONFIG, NULL);
  g_autoptr (AdainArguments) arguments = NULL;
  GError *error = NULL;

  g_assert_null (adain_arguments_read ((GimpProcedureConfig *) config, &error));
  g_assert_error (error, ADAIN_ERROR, ADAIN_ERROR_ARGUMENT);
  g_clear_error (&error);

  config->style = "/nowhere.png";
  arguments = adain_arguments_read ((GimpProcedureConfig *) config, &error);
  g_assert_no_error (error);
  g_assert_cmpint (arguments->n_styles, ==, 1);
  g_assert_null (arguments->weights);
  g_assert_true (adain_excerpt_is_whole (&arguments->excerpts[0]));
  g_assert_cmpstr (arguments->parameters.model, ==, "/nowhere.safetensors");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/arguments/unset", test_unset);
  return g_test_run ();
}
