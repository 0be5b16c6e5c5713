/* The plug-in: registers one procedure and runs it.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <glib/gi18n-lib.h>

#include "plugin/filter/arguments.h"
#include "plugin/filter/job.h"
#include "plugin/filter/progress.h"
#include "ui/dialog.h"

#define PROCEDURE   "plug-in-adain-style-transfer"
#define HELP_DOMAIN "adain-style-transfer"

#define ADAIN_TYPE_PLUG_IN (adain_plug_in_get_type ())
G_DECLARE_FINAL_TYPE (AdainPlugIn, adain_plug_in, ADAIN, PLUG_IN, GimpPlugIn)

struct _AdainPlugIn
{
  GimpPlugIn parent_instance;
};

G_DEFINE_TYPE (AdainPlugIn, adain_plug_in, GIMP_TYPE_PLUG_IN)

G_DEFINE_AUTOPTR_CLEANUP_FUNC (AdainJob, adain_job_free)

static GimpValueArray *
failure (GimpProcedure *procedure, GError *error)
{
  GimpPDBStatusType status = GIMP_PDB_EXECUTION_ERROR;

  if (error == NULL || g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    {
      g_clear_error (&error);
      status = GIMP_PDB_CANCEL;
    }
  else if (g_error_matches (error, ADAIN_ERROR, ADAIN_ERROR_ARGUMENT))
    {
      status = GIMP_PDB_CALLING_ERROR;
    }
  return gimp_procedure_new_return_values (procedure, status, error);
}

static GimpValueArray *
success (GimpProcedure *procedure, GimpLayer **layers)
{
  GimpValueArray *values = gimp_procedure_new_return_values (procedure, GIMP_PDB_SUCCESS, NULL);

  GIMP_VALUES_SET_CORE_OBJECT_ARRAY (values, 1, (GObject **) layers);
  return values;
}

static GimpValueArray *
adain_run (GimpProcedure *procedure, GimpRunMode run_mode, GimpImage *image, GimpDrawable **drawables,
           GimpProcedureConfig *config, gpointer run_data)
{
  g_autofree GimpLayer **layers = NULL;
  g_autoptr (AdainJob) job = NULL;
  GError *error = NULL;

  gegl_init (NULL, NULL);

  if (run_mode == GIMP_RUN_INTERACTIVE)
    {
      if (!adain_dialog_run (procedure, config, image, drawables, &job, &error))
        return failure (procedure, error);
    }
  else
    {
      job = adain_job_new (config, image, drawables, NULL, NULL, &error);
      if (job == NULL || !adain_progress_run (job, &error))
        return failure (procedure, error);
      if (adain_job_notice (job) != NULL)
        g_message ("%s", adain_job_notice (job));
    }

  layers = adain_job_commit (job, &error);
  return layers != NULL ? success (procedure, layers) : failure (procedure, error);
}

/* From then on GIMP looks for the procedure's page in the manual: gimp-help.xml, in the folder of each language,
 * says which one it is. */
static void
set_manual (GimpPlugIn *plug_in)
{
  g_autofree char *path = adain_arguments_help_dir ();
  g_autoptr (GFile) directory = g_file_new_for_path (path);

  gimp_plug_in_set_help_domain (plug_in, HELP_DOMAIN, directory);
}

static GList *
adain_plug_in_query_procedures (GimpPlugIn *plug_in)
{
  set_manual (plug_in);
  return g_list_append (NULL, g_strdup (PROCEDURE));
}

static GimpProcedure *
adain_plug_in_create_procedure (GimpPlugIn *plug_in, const char *name)
{
  GimpProcedure *procedure;

  if (g_strcmp0 (name, PROCEDURE) != 0)
    return NULL;

  procedure = gimp_image_procedure_new (plug_in, name, GIMP_PDB_PROC_TYPE_PLUGIN, adain_run, NULL, NULL);
  gimp_procedure_set_image_types (procedure, "RGB*, GRAY*");
  gimp_procedure_set_sensitivity_mask (procedure, GIMP_PROCEDURE_SENSITIVE_DRAWABLE
                                                      | GIMP_PROCEDURE_SENSITIVE_DRAWABLES);
  gimp_procedure_set_menu_label (procedure, _ ("A_daIN Style Transfer..."));
  gimp_procedure_set_icon_name (procedure, "gimp-tool-mypaint-brush");
  gimp_procedure_add_menu_path (procedure, "<Image>/Filters/Artistic");
  gimp_procedure_set_documentation (
      procedure, _ ("Paint a picture in the style of other pictures"),
      _ ("Paints each given layer in the style of one or several pictures with a neural network "
         "(adaptive instance normalization, Huang and Belongie 2017) and puts the result into a new "
         "layer above it: same size, place, precision and transparency; the original layer is not "
         "changed, and one undo step takes everything back. If there is a selection, only what is "
         "selected is read, and the selection becomes the new layer's mask. Styles are files, a "
         "layer, or both, and may be blended with weights or confined to regions. Indexed images must be converted to RGB "
         "first. Everything is computed on this machine, on the processor or on an NVIDIA graphics "
         "card."),
      PROCEDURE);
  gimp_procedure_set_attribution (procedure, "The AdaIN Style Transfer authors",
                                  "The AdaIN Style Transfer authors, GPL-3.0-or-later",
                                  "2026, version " ADAIN_VERSION);
  adain_arguments_declare (procedure);
  return procedure;
}

static void
adain_plug_in_class_init (AdainPlugInClass *klass)
{
  GimpPlugInClass *plug_in_class = GIMP_PLUG_IN_CLASS (klass);

  plug_in_class->query_procedures = adain_plug_in_query_procedures;
  plug_in_class->create_procedure = adain_plug_in_create_procedure;
}

static void
adain_plug_in_init (AdainPlugIn *plug_in)
{
}

GIMP_MAIN (ADAIN_TYPE_PLUG_IN)
