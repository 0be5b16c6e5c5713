/* One run of the filter: drawables and settings in, new layers out.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <glib/gi18n-lib.h>

#include "arguments.h"
#include "job.h"
#include "layers.h"
#include "pixels.h"
#include "styles.h"

/* The part of a picture's work that encoding takes; rendering is the rest. */
#define ENCODING 0.4

/* One drawable on its way. */
typedef struct
{
  GimpDrawable  *drawable;
  GeglRectangle  bounds;
  AdainResult    result;
} Piece;

struct _AdainJob
{
  AdainArguments *arguments;
  AdainModel     *model;
  GimpImage      *image;
  GPtrArray      *styles;      /* of AdainPixels */
  GPtrArray      *pieces;
  char           *module_dir;
  char           *notice;
};

static void
piece_free (Piece *piece)
{
  g_clear_object (&piece->drawable);
  g_clear_pointer (&piece->result.pixels, adain_pixels_free);
  g_clear_object (&piece->result.buffer);
  g_free (piece);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (AdainJob, adain_job_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (AdainEngine, adain_engine_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (AdainContent, adain_content_free)

/* Preparing --------------------------------------------------------------------------------- */

static gboolean
check_image (GimpImage *image, GimpDrawable **drawables, GError **error)
{
  if (drawables == NULL || drawables[0] == NULL)
    g_set_error (error, ADAIN_ERROR, ADAIN_ERROR_ARGUMENT, _("No layer is given."));
  else if (gimp_image_get_base_type (image) == GIMP_INDEXED)
    g_set_error (error, ADAIN_ERROR, ADAIN_ERROR_ARGUMENT,
                 _("The image is indexed. Convert it to RGB first."));
  else if (gimp_image_get_floating_sel (image) != NULL)
    g_set_error (error, ADAIN_ERROR, ADAIN_ERROR_ARGUMENT,
                 _("The image has a floating selection. Anchor it first."));
  else
    return TRUE;

  return FALSE;
}

static gboolean
add_piece (AdainJob *job, GimpDrawable *drawable, GError **error)
{
  g_autofree char *name  = gimp_item_get_name (GIMP_ITEM (drawable));
  Piece           *piece = g_new0 (Piece, 1);

  g_ptr_array_add (job->pieces, piece);
  piece->drawable = g_object_ref (drawable);

  if (! GIMP_IS_LAYER (drawable))
    {
      g_set_error (error, ADAIN_ERROR, ADAIN_ERROR_ARGUMENT,
                   _("“%s” is not a layer. Only layers can be painted, not masks and channels."),
                   name);
      return FALSE;
    }
  if (! gimp_drawable_mask_intersect (drawable, &piece->bounds.x, &piece->bounds.y,
                                      &piece->bounds.width, &piece->bounds.height))
    {
      g_set_error (error, ADAIN_ERROR, ADAIN_ERROR_ARGUMENT,
                   _("The selection does not touch the layer “%s”."), name);
      return FALSE;
    }

  piece->result.pixels = adain_pixels_copy_selected (drawable, &piece->bounds, error);
  return piece->result.pixels != NULL;
}

static gboolean
add_style (AdainJob *job, AdainPixels *style)
{
  if (style == NULL)
    return FALSE;

  g_ptr_array_add (job->styles, style);
  return TRUE;
}

/* Reading happens on the main thread; between two pictures the dialog, if there is one, is drawn and
 * hears its Stop button. */
static void
let_dialog_breathe (void)
{
  for (int i = 0; i < 100 && g_main_context_iteration (NULL, FALSE); i++)
    ;
}

AdainJob *
adain_job_new (GimpProcedure *procedure, GimpProcedureConfig *config,
               GimpImage *image, GimpDrawable **drawables, GError **error)
{
  g_autoptr (AdainJob) job = g_new0 (AdainJob, 1);

  job->image      = g_object_ref (image);
  job->styles     = g_ptr_array_new_with_free_func ((GDestroyNotify) adain_pixels_free);
  job->pieces     = g_ptr_array_new_with_free_func ((GDestroyNotify) piece_free);
  job->module_dir = adain_arguments_module_dir ();

  if (! check_image (image, drawables, error))
    return NULL;

  job->arguments = adain_arguments_read (config, error);
  if (job->arguments == NULL)
    return NULL;

  job->model = adain_model_load (job->arguments->model, error);
  if (job->model == NULL)
    return NULL;

  for (int i = 0; job->arguments->styles[i] != NULL; i++)
    {
      if (! add_style (job, adain_style_load (job->arguments->styles[i], error)))
        return NULL;
      let_dialog_breathe ();
    }
  if (job->arguments->style_layer != NULL
      && ! add_style (job, adain_style_from_layer (job->arguments->style_layer, error)))
    return NULL;

  for (int i = 0; drawables[i] != NULL; i++)
    {
      if (! add_piece (job, drawables[i], error))
        return NULL;
      let_dialog_breathe ();
    }

  return g_steal_pointer (&job);
}

/* Computing --------------------------------------------------------------------------------- */

/* The share of the whole job's progress that one call of the engine has. */
typedef struct
{
  AdainProgress progress;
  gpointer      progress_data;
  double        start;
  double        share;
} Portion;

static void
portion_progress (double fraction, int tile, int tiles, gpointer user_data)
{
  const Portion *portion = user_data;

  if (portion->progress != NULL)
    portion->progress (portion->start + portion->share * fraction, tile, tiles,
                       portion->progress_data);
}

/* Encodes all styles, with their colors moved to the palette of `content` if that is wanted. */
static GPtrArray *
encode_styles (AdainJob *job, AdainEngine *engine, const AdainSource *content,
               GCancellable *cancellable, GError **error)
{
  g_autoptr (GPtrArray) encoded   = g_ptr_array_new ();
  const AdainArguments *arguments = job->arguments;
  AdainPalette          palette;

  g_ptr_array_set_free_func (encoded, (GDestroyNotify) adain_style_free);
  if (arguments->preserve == ADAIN_PRESERVE_PALETTE
      && ! adain_source_palette (content, &palette, cancellable, error))
    return NULL;

  for (guint i = 0; i < job->styles->len; i++)
    {
      AdainSource source = adain_pixels_source (job->styles->pdata[i]);
      AdainStyle *style  = adain_style_encode (engine, &source, arguments->stroke_size,
                                               arguments->preserve == ADAIN_PRESERVE_PALETTE
                                               ? &palette : NULL, cancellable, error);

      if (style == NULL)
        return NULL;
      g_ptr_array_add (encoded, style);
    }
  return g_steal_pointer (&encoded);
}

static gboolean
run_piece (AdainJob *job, AdainEngine *engine, Piece *piece, GPtrArray **styles, Portion portion,
           GCancellable *cancellable, GError **error)
{
  const AdainArguments    *arguments = job->arguments;
  const AdainRenderOptions options   = {
    .strength = arguments->strength,
    .color    = arguments->preserve == ADAIN_PRESERVE_LIGHTNESS ? ADAIN_COLOR_LIGHTNESS
                                                                : ADAIN_COLOR_STYLE,
  };
  AdainSource              source    = adain_pixels_source (piece->result.pixels);
  const double             whole     = portion.share;
  g_autoptr (AdainContent) content   = NULL;
  AdainSink                sink;

  if (*styles == NULL || arguments->preserve == ADAIN_PRESERVE_PALETTE)
    {
      g_clear_pointer (styles, g_ptr_array_unref);
      *styles = encode_styles (job, engine, &source, cancellable, error);
      if (*styles == NULL)
        return FALSE;
    }

  portion.share = ENCODING * whole;
  content = adain_content_encode (engine, &source, arguments->work_size,
                                  portion_progress, &portion, cancellable, error);
  if (content == NULL)
    return FALSE;

  g_clear_object (&piece->result.buffer);
  piece->result.buffer = gegl_buffer_new (gegl_buffer_get_extent (piece->result.pixels->buffer),
                                          gegl_buffer_get_format (piece->result.pixels->buffer));
  sink = adain_result_sink (&piece->result);
  portion.start += portion.share;
  portion.share = whole - portion.share;
  return adain_content_render (content, (AdainStyle *const *) (*styles)->pdata,
                               arguments->weights, arguments->n_styles, &options, &sink,
                               portion_progress, &portion, cancellable, error);
}

/* Bytes that the engine may use, from the environment: for small machines and for tests. */
static gsize
memory_budget (void)
{
  const char *mib = g_getenv ("ADAIN_MEMORY_MIB");

  return mib != NULL ? (gsize) g_ascii_strtoull (mib, NULL, 10) << 20 : 0;
}

gboolean
adain_job_run (AdainJob *job, AdainProgress progress, gpointer progress_data,
               GCancellable *cancellable, GError **error)
{
  const AdainEngineOptions options = { .memory = memory_budget (), .module_dir = job->module_dir };
  g_autoptr (AdainEngine)  engine  = NULL;
  g_autoptr (GPtrArray)    styles  = NULL;
  gboolean                 done    = TRUE;

  engine = adain_engine_new (job->model, job->arguments->device, &options, error);
  if (engine == NULL)
    return FALSE;

  for (guint i = 0; done && i < job->pieces->len; i++)
    {
      Portion portion = { progress, progress_data, (double) i / job->pieces->len,
                          1.0 / job->pieces->len };

      done = run_piece (job, engine, job->pieces->pdata[i], &styles, portion, cancellable, error);
    }

  g_free (job->notice);
  job->notice = g_strdup (adain_engine_notice (engine));
  return done;
}

/* Delivering -------------------------------------------------------------------------------- */

static gboolean
insert_layers (AdainJob *job, GimpLayer **layers, GError **error)
{
  for (guint i = 0; i < job->pieces->len; i++)
    {
      Piece *piece = job->pieces->pdata[i];

      if (! gimp_item_is_valid (GIMP_ITEM (piece->drawable)))
        {
          g_set_error (error, ADAIN_ERROR, ADAIN_ERROR_ARGUMENT,
                       _("The layer was deleted while its picture was painted."));
          return FALSE;
        }
      layers[i] = adain_layer_insert (piece->drawable, &piece->bounds, &piece->result, error);
      if (layers[i] == NULL)
        return FALSE;
    }
  return TRUE;
}

GimpLayer **
adain_job_commit (AdainJob *job, GError **error)
{
  g_autofree GimpLayer **layers = g_new0 (GimpLayer *, job->pieces->len + 1);
  gboolean               done;

  gimp_image_undo_group_start (job->image);
  done = insert_layers (job, layers, error);
  if (done)
    gimp_image_set_selected_layers (job->image, (const GimpLayer **) layers);
  else
    for (int i = 0; layers[i] != NULL; i++)
      gimp_image_remove_layer (job->image, layers[i]);
  gimp_image_undo_group_end (job->image);
  gimp_displays_flush ();

  return done ? g_steal_pointer (&layers) : NULL;
}

const char *
adain_job_notice (AdainJob *job)
{
  return job->notice;
}

void
adain_job_free (AdainJob *job)
{
  g_clear_pointer (&job->arguments, adain_arguments_free);
  g_clear_pointer (&job->model, adain_model_unref);
  g_clear_pointer (&job->styles, g_ptr_array_unref);
  g_clear_pointer (&job->pieces, g_ptr_array_unref);
  g_clear_object (&job->image);
  g_free (job->module_dir);
  g_free (job->notice);
  g_free (job);
}
