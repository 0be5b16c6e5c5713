/* One run of the filter: drawables and settings in, new layers out, or filters that stay editable.
 * Preparing and computing; delivering is in job-commit.c.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <string.h>

#include <glib/gi18n-lib.h>

#include "plugin/filter/drawables.h"
#include "plugin/filter/editable.h"
#include "plugin/filter/errors.h"
#include "plugin/filter/job-private.h"
#include "plugin/filter/learning.h"
#include "plugin/filter/styles.h"
#include "plugin/paint/load.h"
#include "plugin/paint/recolor.h"

/* The part of a picture's work that encoding takes, without refinement and where rendering takes nearly all: with it, or
 * by an ONNX model. */
#define ENCODING        0.4
#define ENCODING_LITTLE 0.02

/* The part of the whole job that learning takes. */
#define LEARNING 0.8

static void
piece_free (AdainPiece *piece)
{
  g_clear_object (&piece->drawable);
  g_clear_pointer (&piece->regions, adain_region_set_free);
  g_clear_pointer (&piece->result.pixels, adain_pixels_free);
  g_clear_object (&piece->result.buffer);
  g_free (piece);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (AdainEngine, adain_engine_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (AdainContent, adain_content_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (AdainScene, adain_scene_free)

/* Preparing --------------------------------------------------------------------------------- */

static gboolean
check_image (GimpImage *image, GimpDrawable **drawables, GError **error)
{
  if (drawables == NULL || drawables[0] == NULL)
    g_set_error (error, ADAIN_ERROR, ADAIN_ERROR_ARGUMENT, _ ("No layer is given."));
  else if (gimp_image_get_base_type (image) == GIMP_INDEXED)
    g_set_error (error, ADAIN_ERROR, ADAIN_ERROR_ARGUMENT,
                 _ ("The image is indexed. Convert it to RGB first."));
  else if (gimp_image_get_floating_sel (image) != NULL)
    g_set_error (error, ADAIN_ERROR, ADAIN_ERROR_ARGUMENT,
                 _ ("The image has a floating selection. Anchor it first."));
  else
    return TRUE;

  return FALSE;
}

static gboolean
check_region (AdainJob *job, GimpDrawable *drawable, GError **error)
{
  g_autofree char *name = NULL;

  if (gimp_item_get_image (GIMP_ITEM (drawable)) == job->image)
    return TRUE;
  name = gimp_item_get_name (GIMP_ITEM (drawable));
  g_set_error (error, ADAIN_ERROR, ADAIN_ERROR_ARGUMENT,
               _ ("“%s”, which is to say where a style is or the picture stays, is part of another image."),
               name);
  return FALSE;
}

static gboolean
check_regions (AdainJob *job, GError **error)
{
  const AdainArguments *arguments = job->arguments;

  for (int i = 0; i < arguments->n_regions; i++)
    if (!check_region (job, arguments->regions[i], error))
      return FALSE;
  return arguments->protect == NULL || check_region (job, arguments->protect, error);
}

/* Copies the regions where the piece is. */
static gboolean
add_regions (AdainJob *job, AdainPiece *piece, GError **error)
{
  const AdainArguments *arguments = job->arguments;
  const GeglRectangle   bounds = { piece->place.x + piece->bounds.x, piece->place.y + piece->bounds.y,
                                   piece->bounds.width, piece->bounds.height };

  piece->regions = adain_region_set_copy (arguments->regions, arguments->n_regions, arguments->protect,
                                          &bounds, error);
  return piece->regions != NULL;
}

static gboolean
add_piece (AdainJob *job, GimpDrawable *drawable, GError **error)
{
  g_autofree char *name = gimp_item_get_name (GIMP_ITEM (drawable));
  AdainPiece      *piece = g_new0 (AdainPiece, 1);

  g_ptr_array_add (job->pieces, piece);
  piece->drawable = g_object_ref (drawable);

  if (!GIMP_IS_LAYER (drawable))
    {
      g_set_error (error, ADAIN_ERROR, ADAIN_ERROR_ARGUMENT,
                   _ ("“%s” is not a layer. Only layers can be painted, not masks and channels."), name);
      return FALSE;
    }
  if (gimp_item_get_image (GIMP_ITEM (drawable)) != job->image)
    {
      g_set_error (error, ADAIN_ERROR, ADAIN_ERROR_ARGUMENT, _ ("The layer “%s” is one of another image."),
                   name);
      return FALSE;
    }
  piece->place.width = gimp_drawable_get_width (drawable);
  piece->place.height = gimp_drawable_get_height (drawable);
  gimp_drawable_get_offsets (drawable, &piece->place.x, &piece->place.y);
  if (!gimp_drawable_mask_intersect (drawable, &piece->bounds.x, &piece->bounds.y, &piece->bounds.width,
                                     &piece->bounds.height))
    {
      g_set_error (error, ADAIN_ERROR, ADAIN_ERROR_ARGUMENT,
                   _ ("The selection does not touch the layer “%s”."), name);
      return FALSE;
    }

  if (job->arguments->as_filter)
    return TRUE;
  piece->result.pixels = adain_pixels_copy_selected (drawable, &piece->bounds, error);
  return piece->result.pixels != NULL && add_regions (job, piece, error);
}

/* Takes over @style, the picture of the next style. */
static gboolean
add_style (AdainJob *job, AdainPixels *style, GError **error)
{
  const AdainExcerpt *excerpt = &job->arguments->excerpts[job->styles->len];

  if (style == NULL)
    return FALSE;

  g_ptr_array_add (job->styles, adain_style_input_new (style, -1));
  return adain_excerpt_apply (excerpt, style, error);
}

static gboolean
add_gallery_style (AdainJob *job, const char *name, GError **error)
{
  int entry;

  if (job->collection == NULL)
    job->collection = adain_collection_open (job->model, adain_arguments_gallery ());

  entry = adain_collection_look_up (job->collection, name, error);
  if (entry < 0)
    return FALSE;
  g_ptr_array_add (job->styles, adain_style_input_new (NULL, entry));
  return TRUE;
}

/* A file, or one of the gallery's. */
static gboolean
add_named_style (AdainJob *job, const char *style, GError **error)
{
  const char *name = adain_gallery_name (style);

  if (name != NULL)
    return add_gallery_style (job, name, error);
  /* A filter is painted in GIMP itself, which then has only GEGL's loaders. */
  return add_style (job,
                    job->arguments->as_filter ? adain_style_file_load_pixels (style, error)
                                              : adain_style_load_pixels (style, error),
                    error);
}

static gboolean
read_everything (AdainJob *job, GimpProcedureConfig *config, GimpDrawable **drawables, AdainJobPause pause,
                 gpointer pause_data, GError **error)
{
  if (!check_image (job->image, drawables, error))
    return FALSE;

  job->arguments = adain_arguments_read (config, error);
  if (job->arguments == NULL)
    return FALSE;

  if (!check_regions (job, error)
      || (job->arguments->as_filter && !adain_editable_check (job->arguments, drawables[0], error)))
    return FALSE;

  job->model = adain_model_load (job->arguments->parameters.model, error);
  if (job->model == NULL || (job->arguments->learned != NULL && !adain_collection_check (job->model, error)))
    return FALSE;

  for (int i = 0; job->arguments->styles[i] != NULL; i++)
    {
      if (!add_named_style (job, job->arguments->styles[i], error))
        return FALSE;
      if (pause != NULL)
        pause (pause_data);
    }
  if (job->arguments->style_layer != NULL
      && !add_style (job, adain_style_layer_pixels (job->arguments->style_layer, error), error))
    return FALSE;

  for (int i = 0; drawables[i] != NULL; i++)
    {
      if (!add_piece (job, drawables[i], error))
        return FALSE;
      if (pause != NULL)
        pause (pause_data);
    }
  return TRUE;
}

AdainJob *
adain_job_new (GimpProcedureConfig *config, GimpImage *image, GimpDrawable **drawables, AdainJobPause pause,
               gpointer pause_data, GError **error)
{
  AdainJob           *job = g_new0 (AdainJob, 1);
  GimpPDBErrorHandler handler = adain_errors_swap_handler (GIMP_PDB_ERROR_HANDLER_PLUGIN);

  job->image = g_object_ref (image);
  job->styles = g_ptr_array_new_with_free_func ((GDestroyNotify) adain_style_input_free);
  job->pieces = g_ptr_array_new_with_free_func ((GDestroyNotify) piece_free);
  job->module_dir = adain_arguments_module_dir ();

  if (!read_everything (job, config, drawables, pause, pause_data, error))
    g_clear_pointer (&job, adain_job_free);
  adain_errors_swap_handler (handler);
  return job;
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
portion_progress (double fraction, AdainProgressUnit unit, int done, int all, gpointer user_data)
{
  const Portion *portion = user_data;

  if (portion->progress != NULL)
    portion->progress (portion->start + portion->share * fraction, unit, done, all, portion->progress_data);
}

/* What the styles are to be recolored to in @content: the palette of @scene (nullable) or else its own; NULL where they
 * are not. @palette is the place for it. */
static gboolean
find_palette (AdainJob *job, AdainPixels *content, const AdainScene *scene, AdainPalette *palette,
              const AdainPalette **wanted, GCancellable *cancellable, GError **error)
{
  const AdainSource picture = adain_pixels_source (content);

  *wanted = job->arguments->parameters.preserve == ADAIN_PRESERVE_PALETTE ? palette : NULL;
  if (*wanted == NULL)
    return TRUE;
  if (scene != NULL)
    adain_scene_palette (scene, palette);
  else if (!adain_source_palette (&picture, palette, cancellable, error))
    {
      adain_errors_name_picture (content, error);
      return FALSE;
    }
  return TRUE;
}

/* Encodes all styles as seen in the color space of @content, with their colors moved to the palette of @scene
 * (nullable) or else of @content if that is wanted. */
static GPtrArray *
encode_styles (AdainJob *job, AdainEngine *engine, AdainPixels *content, const AdainScene *scene,
               GCancellable *cancellable, GError **error)
{
  g_autoptr (GPtrArray) encoded = g_ptr_array_new_with_free_func ((GDestroyNotify) adain_style_free);
  const AdainPalette *wanted;
  AdainPalette        palette;

  if (!find_palette (job, content, scene, &palette, &wanted, cancellable, error))
    return NULL;

  for (guint i = 0; i < job->styles->len; i++)
    {
      AdainStyle *style = adain_style_input_encode (job->styles->pdata[i], job->collection, engine,
                                                    content->format, wanted, cancellable, error);

      if (style == NULL)
        return NULL;
      if (job->learned != NULL)
        adain_style_learn_from (style, job->learned);
      g_ptr_array_add (encoded, style);
    }
  return g_steal_pointer (&encoded);
}

/* What is left to recolor of a result, in @recolor. */
static gboolean
prepare_recolor (AdainJob *job, AdainPixels *content, const AdainScene *scene, AdainRecolor *recolor,
                 GCancellable *cancellable, GError **error)
{
  const AdainArguments *arguments = job->arguments;
  const AdainPalette   *wanted;
  AdainPalette          palette;

  *recolor = (AdainRecolor) { 0 };
  if (job->collection == NULL)
    return TRUE;
  if (!find_palette (job, content, scene, &palette, &wanted, cancellable, error))
    return FALSE;
  if (wanted == NULL)
    return TRUE;

  for (guint i = 0; i < job->styles->len; i++)
    {
      const AdainStyleInput *input = job->styles->pdata[i];
      const gboolean         in_gallery = input->pixels == NULL;
      AdainPalette           own;

      if (in_gallery)
        adain_gallery_palette (job->collection->gallery, input->entry, &own);
      adain_recolor_add (recolor, arguments->weights != NULL ? arguments->weights[i] : 1.0,
                         in_gallery ? &own : NULL, wanted);
    }
  adain_recolor_finish (recolor, arguments->parameters.strength);
  return TRUE;
}

/* Keeps the style, and what was learned of it, if it has been given a name. */
static gboolean
keep_learned (AdainJob *job, GError **error)
{
  const AdainStyleInput *input = job->styles->pdata[0];
  const char            *title = job->arguments->learned;
  g_autofree char       *name = title != NULL ? adain_gallery_make_name (title) : NULL;
  const AdainLearned learned = { job->learned, name, title, input->pixels, job->collection, input->entry };
  g_autofree char   *kept = NULL;

  if (title == NULL)
    return TRUE;
  kept = adain_collection_keep_learned (job->model, adain_arguments_gallery (), &learned, error);
  return kept != NULL;
}

/* The style is painted from now on as it has been learned. */
static gboolean
learn (AdainJob *job, Portion portion, GCancellable *cancellable, GError **error)
{
  int           n = MIN ((int) job->pieces->len, ADAIN_LEARN_CONTENTS);
  AdainSource   sources[ADAIN_LEARN_CONTENTS];
  AdainPixels  *first = ((AdainPiece *) job->pieces->pdata[0])->result.pixels;
  AdainLearning learning = { .model = job->model,
                             .parameters = &job->arguments->parameters,
                             .contents = sources,
                             .n_contents = n,
                             .format = first->format,
                             .style = job->styles->pdata[0],
                             .collection = job->collection,
                             .enough = job->enough };
  AdainPalette  palette;

  for (int i = 0; i < n; i++)
    sources[i] = adain_pixels_source (((AdainPiece *) job->pieces->pdata[i])->result.pixels);
  if (!find_palette (job, first, NULL, &palette, &learning.palette, cancellable, error))
    return FALSE;
  job->learned = adain_learning_run (&learning, portion_progress, &portion, cancellable, error);
  return job->learned != NULL && keep_learned (job, error);
}

static int
work_size (const AdainArguments *arguments, const AdainPiece *piece)
{
  return adain_parameters_work_size (&arguments->parameters, MAX (piece->place.width, piece->place.height),
                                     MAX (piece->bounds.width, piece->bounds.height));
}

static AdainContent *
encode_piece (AdainJob *job, AdainEngine *engine, AdainPiece *piece, Portion *portion,
              GCancellable *cancellable, GError **error)
{
  AdainSource   source = adain_pixels_source (piece->result.pixels);
  AdainContent *content;

  adain_region_set_attach (piece->regions, &source);
  content = adain_content_encode (engine, &source, work_size (job->arguments, piece), portion_progress,
                                  portion, cancellable, error);
  if (content == NULL)
    adain_errors_name_picture (piece->result.pixels, error);
  return content;
}

static double
encoding_share (const AdainJob *job)
{
  return job->arguments->parameters.refine > 0 || adain_model_is_foreign (job->model) ? ENCODING_LITTLE
                                                                                      : ENCODING;
}

/* Looks at all pictures. Only one at a time is kept encoded: there may be hundreds. */
static AdainScene *
look_at_all (AdainJob *job, AdainEngine *engine, Portion portion, GCancellable *cancellable, GError **error)
{
  g_autoptr (AdainScene) scene = adain_scene_new ();

  portion.share /= job->pieces->len;
  for (guint i = 0; i < job->pieces->len; i++, portion.start += portion.share)
    {
      g_autoptr (AdainContent)
          content = encode_piece (job, engine, job->pieces->pdata[i], &portion, cancellable, error);

      if (content == NULL || !adain_scene_add (scene, content, error))
        return NULL;
    }
  return g_steal_pointer (&scene);
}

static gboolean
run_piece (AdainJob *job, AdainEngine *engine, AdainPiece *piece, const AdainScene *scene, GPtrArray **styles,
           Portion portion, GCancellable *cancellable, GError **error)
{
  const AdainArguments *arguments = job->arguments;
  AdainRenderOptions    options = adain_parameters_render_options (&arguments->parameters);
  const double          whole = portion.share;
  g_autoptr (AdainContent) content = NULL;
  AdainRecolor    recolor;
  AdainRecoloring recoloring;
  AdainSink       sink;

  if (!prepare_recolor (job, piece->result.pixels, scene, &recolor, cancellable, error))
    return FALSE;
  if (*styles == NULL || (arguments->parameters.preserve == ADAIN_PRESERVE_PALETTE && scene == NULL))
    {
      g_clear_pointer (styles, g_ptr_array_unref);
      *styles = encode_styles (job, engine, piece->result.pixels, scene, cancellable, error);
      if (*styles == NULL)
        return FALSE;
    }

  portion.share = encoding_share (job) * whole;
  content = encode_piece (job, engine, piece, &portion, cancellable, error);
  if (content == NULL || (scene != NULL && !adain_content_share (content, scene, error)))
    return FALSE;

  g_clear_object (&piece->result.buffer);
  piece->result.buffer = gegl_buffer_new (gegl_buffer_get_extent (piece->result.pixels->buffer),
                                          gegl_buffer_get_format (piece->result.pixels->buffer));
  sink = adain_result_sink (&piece->result);
  if (recolor.needed)
    {
      recoloring = (AdainRecoloring) { sink, recolor.map };
      sink = adain_recoloring_sink (&recoloring);
    }
  portion.start += portion.share;
  portion.share = whole - portion.share;
  options.enough = job->enough;
  return adain_content_render (content, (AdainStyle *const *) (*styles)->pdata, arguments->weights,
                               arguments->n_styles, &options, &sink, portion_progress, &portion, cancellable,
                               error);
}

gboolean
adain_job_run (AdainJob *job, AdainProgress progress, gpointer progress_data, GCancellable *enough,
               GCancellable *cancellable, GError **error)
{
  const AdainParameters *parameters = &job->arguments->parameters;
  AdainEngineOptions     options = adain_parameters_engine_options (parameters, job->module_dir);
  g_autoptr (AdainEngine) engine = NULL;
  g_autoptr (GPtrArray) styles = NULL;
  g_autoptr (AdainScene) scene = NULL;
  gboolean done = TRUE;
  double   start = 0;

  if (job->arguments->as_filter)
    return TRUE;

  for (int i = 0; i < job->arguments->n_regions; i++)
    options.regions |= adain_region_is_given (job->arguments->regions[i]);

  job->enough = enough;
  if (parameters->learn > 0)
    {
      start = LEARNING;
      if (!learn (job, (Portion) { progress, progress_data, 0, start }, cancellable, error))
        return FALSE;
    }
  engine = adain_engine_new (job->model, parameters->device, &options, error);
  if (engine == NULL || !adain_engine_set_brushwork (engine, parameters->brushwork, error))
    return FALSE;

  if (job->arguments->shared_statistics && job->pieces->len > 1)
    {
      double share = (1 - start) * encoding_share (job) / (1 + encoding_share (job));

      scene = look_at_all (job, engine, (Portion) { progress, progress_data, start, share }, cancellable,
                           error);
      done = scene != NULL;
      start += share;
    }

  for (guint i = 0; done && i < job->pieces->len; i++)
    {
      double  share = (1 - start) / job->pieces->len;
      Portion portion = { progress, progress_data, start + i * share, share };

      done = run_piece (job, engine, job->pieces->pdata[i], scene, &styles, portion, cancellable, error);
    }

  g_free (job->notice);
  job->notice = g_strdup (adain_engine_notice (engine));
  return done;
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
  g_clear_pointer (&job->learned, adain_style_free);
  g_clear_pointer (&job->model, adain_model_unref);
  g_clear_pointer (&job->styles, g_ptr_array_unref);
  g_clear_pointer (&job->collection, adain_collection_free);
  g_clear_pointer (&job->pieces, g_ptr_array_unref);
  g_clear_object (&job->image);
  g_free (job->module_dir);
  g_free (job->notice);
  g_free (job);
}
