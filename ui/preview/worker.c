/* Renders previews in a thread of its own: of the looks asked for, always the latest.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "ui/preview/worker.h"

#include "plugin/filter/arguments.h"
#include "plugin/paint/recolor.h"
#include "ui/preview/cache.h"
#include "ui/shelf.h"

/* Longest side of the picture for the fast version, then for the sharp ones, and of what the network may see
 * of it at most: not the whole truth if the filter works at a larger size than the last. */
static const int stage_sides[] = { 512, 1024, ADAIN_PREVIEW_LARGE };

/* Steps of refinement between two looks at it. */
#define INTERIM 5

#define N_STAGES ((int) G_N_ELEMENTS (stage_sides))
#define LARGE    (N_STAGES - 1)

/* One of the sizes at which the picture is kept encoded. */
typedef struct
{
  AdainPreviewPicture *picture;
  AdainContent        *content;
  int                  work_size; /* at which @content was encoded, */
  AdainRegionPlanes   *regions;   /* for these regions of the look's */
  AdainRegionPlanes   *scaled;    /* in the picture's size, */
  AdainFrames         *frames;    /* and with the statistics of these, */
  AdainScene          *scene;     /* together with its own */
} Stage;

struct _AdainPreviewWorker
{
  gatomicrefcount   ref_count;
  AdainPreviewReady ready;
  gpointer          user_data;
  GThread          *thread;

  GMutex               mutex; /* guards what follows, up to the empty line */
  GCond                cond;
  AdainLook           *look;        /* the last one asked for */
  gboolean             pending;     /* it is still to be computed, */
  int                  first_stage; /* from this stage on */
  GCancellable        *cancellable; /* of what is being computed */
  AdainPreviewPicture *large;       /* on its way to the thread */
  gboolean             sharpening;
  gboolean             quit;
  GQueue               tiles; /* of AdainLook, to be painted when there is nothing else to do */
  AdainTileReady       tile_ready;
  gpointer             tile_data;
  int                  tiles_asked; /* so many times */
  gboolean             tiling;
  int                  generation; /* results of earlier ones are not shown any more */

  /* The thread's own. */
  AdainShelf      *shelf;
  AdainDevice      device;
  AdainRange       range;
  gboolean         texture; /* whether @engine was asked for it, */
  gboolean         regions; /* and for these, which only some looks have */
  gboolean         refine;
  AdainEngine     *engine;
  AdainStyleCache *styles;
  AdainPalette     palette;
  gboolean         has_palette;
  AdainFrames     *palette_frames; /* whose palette it is, too */
  GHashTable      *gallery_styles; /* name -> AdainStyle */
  Stage            stages[N_STAGES];
  Stage            tile;
  int              longest; /* side of the layer */
};

AdainLook *
adain_look_new (int n_styles)
{
  AdainLook *look = g_new0 (AdainLook, 1);

  g_atomic_ref_count_init (&look->ref_count);
  look->n_styles = n_styles;
  look->styles = g_new0 (GdkPixbuf *, n_styles + 1);
  look->gallery = g_new0 (char *, n_styles + 1);
  look->weights = g_new0 (double, n_styles + 1);

  return look;
}

AdainLook *
adain_look_ref (AdainLook *look)
{
  g_atomic_ref_count_inc (&look->ref_count);

  return look;
}

void
adain_look_unref (AdainLook *look)
{
  if (!look || !g_atomic_ref_count_dec (&look->ref_count))
    return;

  for (int i = 0; i < look->n_styles; i++)
    {
      g_clear_object (&look->styles[i]);
      g_free (look->gallery[i]);
    }

  g_free (look->styles);
  g_free (look->gallery);
  g_free (look->weights);
  adain_region_planes_unref (look->regions);
  adain_frames_unref (look->frames);
  g_clear_pointer (&look->frame_regions, g_ptr_array_unref);
  adain_parameters_clear (&look->parameters);
  g_free (look);
}

static void
worker_unref (AdainPreviewWorker *worker)
{
  if (!g_atomic_ref_count_dec (&worker->ref_count))
    return;

  g_mutex_clear (&worker->mutex);
  g_cond_clear (&worker->cond);
  g_object_unref (worker->cancellable);
  g_free (worker);
}

/* Handing over results ---------------------------------------------------------------------- */

typedef struct
{
  AdainPreviewWorker *worker;
  AdainLook          *look;
  int                 generation;
  AdainPreviewResult  result;
} Delivery;

static void
delivery_free (gpointer data)
{
  Delivery *delivery = data;

  g_clear_pointer (&delivery->result.surface, cairo_surface_destroy);
  g_clear_error (&delivery->result.error);
  g_free (delivery->result.device);
  g_free (delivery->result.notice);
  adain_look_unref (delivery->look);
  worker_unref (delivery->worker);
  g_free (delivery);
}

static gboolean
deliver (gpointer data)
{
  Delivery           *delivery = data;
  AdainPreviewWorker *worker = delivery->worker;
  gboolean            wanted;

  g_mutex_lock (&worker->mutex);
  wanted = !worker->quit && worker->generation == delivery->generation;
  /* Another look has been asked for meanwhile, or will be. */
  if (worker->look != delivery->look || delivery->look->preliminary)
    delivery->result.sharp = FALSE;
  g_mutex_unlock (&worker->mutex);

  if (wanted)
    worker->ready (&delivery->result, worker->user_data);

  return G_SOURCE_REMOVE;
}

/* Takes @surface and @error. */
static void
post (AdainPreviewWorker *worker, AdainLook *look, int generation, cairo_surface_t *surface, gboolean sharp,
      gboolean wants_large, GError *error)
{
  Delivery *delivery = g_new0 (Delivery, 1);

  g_atomic_ref_count_inc (&worker->ref_count);
  delivery->worker = worker;
  delivery->look = adain_look_ref (look);
  delivery->generation = generation;
  delivery->result.surface = surface;
  delivery->result.sharp = sharp;
  delivery->result.wants_large = wants_large;
  delivery->result.error = error;
  delivery->result.asked = look->asked;
  if (worker->engine)
    {
      delivery->result.device = g_strdup (adain_engine_describe (worker->engine));
      delivery->result.notice = g_strdup (adain_engine_notice (worker->engine));
    }

  g_idle_add_full (G_PRIORITY_DEFAULT, deliver, delivery, delivery_free);
}

/* Computing --------------------------------------------------------------------------------- */

/* What is encoded, of which the engine is a part. */
static void
forget_content (Stage *stage)
{
  g_clear_pointer (&stage->content, adain_content_free);
  g_clear_pointer (&stage->scene, adain_scene_free);
  g_clear_pointer (&stage->regions, adain_region_planes_unref);
  g_clear_pointer (&stage->scaled, adain_region_planes_unref);
  g_clear_pointer (&stage->frames, adain_frames_unref);
}

static void
close_engine (AdainPreviewWorker *worker)
{
  for (int i = 0; i < N_STAGES; i++)
    forget_content (&worker->stages[i]);

  forget_content (&worker->tile);
  g_clear_pointer (&worker->styles, adain_style_cache_free);
  g_clear_pointer (&worker->gallery_styles, g_hash_table_unref);
  g_clear_pointer (&worker->engine, adain_engine_free);
  g_clear_pointer (&worker->shelf, adain_shelf_unref);
}

/* Takes another shelf of the same model, or the same one again. */
static void
change_shelf (AdainPreviewWorker *worker, AdainShelf *shelf)
{
  if (shelf != worker->shelf)
    g_hash_table_remove_all (worker->gallery_styles);
  adain_shelf_unref (worker->shelf);
  worker->shelf = shelf;
}

static gboolean
open_engine (AdainPreviewWorker *worker, const AdainLook *look, GError **error)
{
  AdainEngineOptions options;
  AdainShelf        *shelf = adain_shelf_open (look->parameters.model, error);
  char              *module_dir;
  gboolean           texture = look->parameters.texture > 0;
  gboolean           regions = look->regions != NULL;
  gboolean           refine = look->parameters.refine > 0;

  if (worker->engine && worker->device == look->parameters.device && worker->range == look->parameters.range
      && worker->texture == texture && (worker->regions || !regions) && (worker->refine || !refine) && shelf
      && adain_shelf_model (shelf) == adain_shelf_model (worker->shelf))
    {
      change_shelf (worker, shelf);
      return TRUE;
    }

  close_engine (worker);

  if (!shelf)
    return FALSE;

  worker->shelf = shelf;

  module_dir = adain_arguments_module_dir ();
  options = adain_parameters_engine_options (&look->parameters, module_dir);
  options.regions = regions;
  worker->engine = adain_engine_new (adain_shelf_model (shelf), look->parameters.device, &options, error);
  g_free (module_dir);

  if (!worker->engine)
    return FALSE;

  worker->device = look->parameters.device;
  worker->range = look->parameters.range;
  worker->texture = texture;
  worker->regions = regions;
  worker->refine = refine;
  worker->styles = adain_style_cache_new (worker->stages[0].picture->format);
  worker->gallery_styles = g_hash_table_new_full (g_str_hash, g_str_equal, g_free,
                                                  (GDestroyNotify) adain_style_free);

  return TRUE;
}

/* The size at which the filter will see what the picture shows. */
static int
final_work_size (const AdainPreviewPicture *picture, const AdainLook *look)
{
  return adain_parameters_work_size (&look->parameters, picture->layer_longest,
                                     MAX (picture->full_width, picture->full_height));
}

/* The picture as it is seen at most @side pixels large. */
static int
seen_work_size (const AdainPreviewPicture *picture, int side, const AdainLook *look)
{
  return MIN (final_work_size (picture, look), side);
}

/* Adds the statistics of another picture, whose regions (nullable) are @planes. */
static gboolean
add_picture (AdainPreviewWorker *worker, AdainScene *scene, const AdainPreviewPicture *picture,
             const AdainRegionPlanes *planes, int side, const AdainLook *look, GCancellable *cancellable,
             GError **error)
{
  AdainPreviewPicture *reduced = adain_preview_picture_reduce (picture, side);
  AdainSource          source = adain_image_source (&reduced->image);
  AdainRegionPlanes *scaled = planes ? adain_region_planes_scale (planes, source.width, source.height) : NULL;
  AdainContent      *content;
  gboolean           added;

  adain_region_planes_attach (scaled, &source);
  content = adain_content_encode (worker->engine, &source, seen_work_size (reduced, side, look), NULL, NULL,
                                  cancellable, error);
  added = content && adain_scene_add (scene, content, error);

  adain_content_free (content);
  adain_region_planes_unref (scaled);
  adain_preview_picture_free (reduced);

  return added;
}

/* Gives the picture the statistics of all layers, as the run does. These are of pictures of one size, or the
 * largest would count for most. */
static gboolean
share_statistics (AdainPreviewWorker *worker, Stage *stage, int side, const AdainLook *look,
                  GCancellable *cancellable, GError **error)
{
  const AdainFrames *frames = look->frames;
  gboolean           added;

  stage->scene = adain_scene_new ();
  if (stage == &worker->stages[LARGE])
    {
      side = stage_sides[LARGE - 1];
      added = add_picture (worker, stage->scene, worker->stages[LARGE - 1].picture, look->regions, side, look,
                           cancellable, error);
    }
  else
    {
      added = adain_scene_add (stage->scene, stage->content, error);
    }

  for (int i = 0; added && i < frames->n; i++)
    added = add_picture (worker, stage->scene, frames->pictures[i],
                         look->frame_regions ? look->frame_regions->pdata[i] : NULL, side, look, cancellable,
                         error);

  return added && adain_content_share (stage->content, stage->scene, error);
}

static gboolean
encode_content (AdainPreviewWorker *worker, Stage *stage, int side, const AdainLook *look,
                GCancellable *cancellable, GError **error)
{
  AdainSource source = adain_image_source (&stage->picture->image);
  int         work_size = seen_work_size (stage->picture, side, look);

  if (stage->content && stage->work_size == work_size && stage->regions == look->regions
      && stage->frames == look->frames)
    return TRUE;

  forget_content (stage);
  stage->work_size = work_size;
  if (look->regions)
    {
      stage->regions = adain_region_planes_ref (look->regions);
      stage->scaled = adain_region_planes_scale (look->regions, source.width, source.height);
    }
  stage->frames = look->frames ? adain_frames_ref (look->frames) : NULL;

  adain_region_planes_attach (stage->scaled, &source);
  stage->content = adain_content_encode (worker->engine, &source, work_size, NULL, NULL, cancellable, error);
  if (stage->content && stage->frames && !share_statistics (worker, stage, side, look, cancellable, error))
    g_clear_pointer (&stage->content, adain_content_free);

  return stage->content != NULL;
}

/* The palette of what is painted; of the first picture that was encoded for it, so that the styles need not be
 * encoded again for each. @own is the place for it where it is not kept. */
static const AdainPalette *
get_palette (AdainPreviewWorker *worker, const Stage *stage, const AdainLook *look, AdainPalette *own)
{
  if (worker->has_palette && worker->palette_frames == look->frames)
    return &worker->palette;

  if (stage->scene)
    adain_scene_palette (stage->scene, own);
  else
    adain_content_palette (stage->content, own);
  if (stage == &worker->tile)
    return own;

  g_clear_pointer (&worker->palette_frames, adain_frames_unref);
  worker->palette_frames = look->frames ? adain_frames_ref (look->frames) : NULL;
  worker->palette = *own;
  worker->has_palette = TRUE;

  return &worker->palette;
}

/* Owned by the worker; remade in a moment, but a map that was computed for it belongs to it. */
static AdainStyle *
gallery_style (AdainPreviewWorker *worker, const char *name, GError **error)
{
  AdainStyle            *style = g_hash_table_lookup (worker->gallery_styles, name);
  const AdainCollection *collection;
  int                    entry;

  if (style)
    return style;

  collection = adain_shelf_collection (worker->shelf);
  entry = adain_collection_look_up (collection, name, error);
  style = entry >= 0 ? adain_gallery_style (collection->gallery, entry, error) : NULL;
  if (style)
    g_hash_table_insert (worker->gallery_styles, g_strdup (name), style);

  return style;
}

static gboolean
get_styles (AdainPreviewWorker *worker, const AdainLook *look, const AdainPalette *palette,
            AdainStyle **styles, GCancellable *cancellable, GError **error)
{
  for (int i = 0; i < look->n_styles; i++)
    {
      styles[i] = look->gallery[i] ? gallery_style (worker, look->gallery[i], error)
                                   : adain_style_cache_get (worker->styles, worker->engine, look->styles[i],
                                                            palette, cancellable, error);
      if (!styles[i])
        return FALSE;
    }

  return TRUE;
}

/* The styles of the gallery could not be recolored; what they painted is. */
static void
recolor (AdainPreviewWorker *worker, const AdainLook *look, const AdainPalette *palette, AdainImage *result)
{
  AdainRecolor sum = { 0 };

  for (int i = 0; i < look->n_styles; i++)
    {
      const char  *name = look->gallery[i];
      AdainPalette own;

      if (name)
        {
          const AdainGallery *gallery = adain_shelf_collection (worker->shelf)->gallery;

          adain_gallery_palette (gallery, adain_gallery_find (gallery, name), &own);
        }
      adain_recolor_add (&sum, look->weights[i], name ? &own : NULL, palette);
    }

  adain_recolor_finish (&sum, look->parameters.strength);
  if (sum.needed)
    adain_color_map_apply (&sum.map, result->rgba, (gsize) result->width * result->height);
}

/* A refinement that is watched. */
typedef struct
{
  AdainPreviewWorker *worker;
  AdainLook          *look;
  int                 generation;
  const Stage        *stage;
  const AdainPalette *palette; /* the styles are recolored to, or NULL */
  AdainImage         *result;  /* as it is so far */
} Watch;

/* The interim picture, which the next one overwrites. */
static void
on_step (double fraction, AdainProgressUnit unit, int done, int all, gpointer user_data)
{
  const Watch *watch = user_data;

  if (unit != ADAIN_PROGRESS_STEPS || done == 0 || done == all || done % INTERIM != 0)
    return;

  if (watch->palette)
    recolor (watch->worker, watch->look, watch->palette, watch->result);
  post (watch->worker, watch->look, watch->generation,
        adain_preview_picture_surface (watch->stage->picture, watch->result->rgba), FALSE, FALSE, NULL);
}

/* @watch (nullable): the result is refined, and shown while it is. */
static cairo_surface_t *
render (AdainPreviewWorker *worker, Stage *stage, int side, const AdainLook *look, Watch *watch,
        GCancellable *cancellable, GError **error)
{
  AdainRenderOptions  options = adain_parameters_render_options (&look->parameters);
  const AdainPalette *palette = NULL;
  AdainPalette        own;
  AdainImage          result = { stage->picture->image.width, stage->picture->image.height };
  AdainSink           sink = adain_image_sink (&result);
  AdainStyle        **styles;
  cairo_surface_t    *surface = NULL;

  options.refine = watch ? look->parameters.refine : 0;
  options.interim = INTERIM;

  if (!encode_content (worker, stage, side, look, cancellable, error))
    return NULL;

  if (look->parameters.preserve == ADAIN_PRESERVE_PALETTE)
    palette = get_palette (worker, stage, look, &own);

  styles = g_new (AdainStyle *, look->n_styles);
  if (!get_styles (worker, look, palette, styles, cancellable, error))
    {
      g_free (styles);
      return NULL;
    }

  result.rgba = g_new (float, result.width * (gsize) result.height * 4);
  if (watch)
    {
      watch->stage = stage;
      watch->palette = palette;
      watch->result = &result;
    }

  if (adain_content_render (stage->content, styles, look->weights, look->n_styles, &options, &sink,
                            watch ? on_step : NULL, watch, cancellable, error))
    {
      if (palette)
        recolor (worker, look, palette, &result);
      surface = adain_preview_picture_surface (stage->picture, result.rgba);
    }

  g_free (result.rgba);
  g_free (styles);
  adain_style_cache_trim (worker->styles);

  return surface;
}

/* Whether a newer look, or the end, makes it useless to go on. */
static gboolean
superseded (AdainPreviewWorker *worker)
{
  gboolean result;

  g_mutex_lock (&worker->mutex);
  result = worker->pending || worker->quit || g_cancellable_is_cancelled (worker->cancellable);
  worker->sharpening = !result;
  g_mutex_unlock (&worker->mutex);

  return result;
}

/* How many stages there are until this look is as sharp as it gets. */
static int
count_stages (AdainPreviewWorker *worker, const AdainLook *look)
{
  int final_size = final_work_size (worker->stages[0].picture, look);
  int n = 1;

  while (n < N_STAGES
         && (final_size > stage_sides[n - 1] || (n < LARGE && worker->longest > stage_sides[n - 1])))
    n++;

  return n;
}

static void
compute (AdainPreviewWorker *worker, AdainLook *look, int first_stage, int generation,
         GCancellable *cancellable)
{
  const int n_stages = count_stages (worker, look);
  /* What is as sharp as it gets is refined after that. */
  const int n = n_stages + (look->parameters.refine > 0 ? 1 : 0);
  Watch     watch = { worker, look, generation };

  for (int i = first_stage; i < n; i++)
    {
      int              size = MIN (i, n_stages - 1);
      Stage           *stage = &worker->stages[size];
      cairo_surface_t *surface = NULL;
      GError          *error = NULL;
      gboolean         wants_large;

      if (i > 0 && (!stage->picture || superseded (worker)))
        return;

      if (open_engine (worker, look, &error))
        surface = render (worker, stage, stage_sides[size], look, i > size ? &watch : NULL, cancellable,
                          &error);

      if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
        {
          g_clear_error (&error);
          return;
        }

      wants_large = i + 1 < n_stages && !worker->stages[i + 1].picture;
      post (worker, look, generation, surface, i == n - 1 || !surface, wants_large, error);
      if (!surface)
        return;
    }
}

/* Tiles ------------------------------------------------------------------------------------- */

typedef struct
{
  AdainPreviewWorker *worker;
  AdainTileReady      ready;
  gpointer            user_data;
  char               *name;
  cairo_surface_t    *surface;
} TileDelivery;

static void
tile_delivery_free (gpointer data)
{
  TileDelivery *delivery = data;

  g_clear_pointer (&delivery->surface, cairo_surface_destroy);
  worker_unref (delivery->worker);
  g_free (delivery->name);
  g_free (delivery);
}

static gboolean
deliver_tile (gpointer data)
{
  TileDelivery *delivery = data;
  gboolean      wanted;

  g_mutex_lock (&delivery->worker->mutex);
  wanted = !delivery->worker->quit;
  g_mutex_unlock (&delivery->worker->mutex);

  if (wanted)
    delivery->ready (delivery->name, delivery->surface, delivery->user_data);

  return G_SOURCE_REMOVE;
}

/* Computes what takes longest of these tiles for all of them at once. That it fails the tiles will tell. */
static void
prepare_tiles (AdainPreviewWorker *worker, const GPtrArray *looks, GCancellable *cancellable)
{
  const AdainLook *first = looks->pdata[0];
  AdainStyle      *styles[ADAIN_PREPARED_MAX];
  int              n = 0;

  if (!(first->parameters.texture > 0) || !(first->parameters.strength > 0)
      || !open_engine (worker, first, NULL)
      || !encode_content (worker, &worker->tile, ADAIN_PREVIEW_TILE, first, cancellable, NULL))
    return;

  for (guint i = 0; i < looks->len; i++)
    {
      const AdainLook *look = looks->pdata[i];

      styles[n] = gallery_style (worker, look->gallery[0], NULL);
      if (styles[n])
        n++;
    }
  if (n > 0)
    adain_content_prepare (worker->tile.content, styles, n, cancellable, NULL);
}

/* FALSE: a preview interrupts it. */
static gboolean
paint_tile (AdainPreviewWorker *worker, const AdainLook *look, AdainTileReady ready, gpointer user_data,
            GCancellable *cancellable)
{
  TileDelivery    *delivery;
  cairo_surface_t *surface = NULL;
  GError          *error = NULL;
  gboolean         interrupted;

  if (open_engine (worker, look, &error))
    surface = render (worker, &worker->tile, ADAIN_PREVIEW_TILE, look, NULL, cancellable, &error);
  interrupted = g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_clear_error (&error);
  if (interrupted)
    return FALSE;

  delivery = g_new0 (TileDelivery, 1);
  g_atomic_ref_count_inc (&worker->ref_count);
  delivery->worker = worker;
  delivery->ready = ready;
  delivery->user_data = user_data;
  delivery->name = g_strdup (look->gallery[0]);
  delivery->surface = surface;
  g_idle_add_full (G_PRIORITY_DEFAULT_IDLE, deliver_tile, delivery, tile_delivery_free);

  return TRUE;
}

/* Paints the next tiles; called with the mutex, which is free meanwhile. What a preview interrupts is painted
 * after it, unless other tiles have been asked for. */
static void
paint_tiles (AdainPreviewWorker *worker)
{
  GPtrArray     *looks = g_ptr_array_new_with_free_func ((GDestroyNotify) adain_look_unref);
  AdainTileReady ready = worker->tile_ready;
  gpointer       user_data = worker->tile_data;
  int            asked = worker->tiles_asked;
  GCancellable  *cancellable;
  guint          painted = 0;

  while (looks->len < ADAIN_PREPARED_MAX && !g_queue_is_empty (&worker->tiles))
    g_ptr_array_add (looks, g_queue_pop_head (&worker->tiles));
  g_object_unref (worker->cancellable);
  worker->cancellable = g_cancellable_new ();
  cancellable = g_object_ref (worker->cancellable);
  worker->tiling = TRUE;

  g_mutex_unlock (&worker->mutex);
  prepare_tiles (worker, looks, cancellable);
  while (painted < looks->len && paint_tile (worker, looks->pdata[painted], ready, user_data, cancellable))
    painted++;
  g_mutex_lock (&worker->mutex);

  worker->tiling = FALSE;
  for (guint i = looks->len; i > painted && asked == worker->tiles_asked; i--)
    g_queue_push_head (&worker->tiles, adain_look_ref (looks->pdata[i - 1]));
  g_object_unref (cancellable);
  g_ptr_array_unref (looks);
}

static gpointer
work (gpointer data)
{
  AdainPreviewWorker *worker = data;

  g_mutex_lock (&worker->mutex);

  while (!worker->quit)
    {
      AdainLook    *look;
      GCancellable *cancellable;
      int           generation = worker->generation;
      int           first_stage = worker->first_stage;

      if (worker->large)
        worker->stages[LARGE].picture = g_steal_pointer (&worker->large);

      if (!worker->pending && !g_queue_is_empty (&worker->tiles))
        {
          paint_tiles (worker);
          continue;
        }

      if (!worker->pending)
        {
          g_cond_wait (&worker->cond, &worker->mutex);
          continue;
        }

      look = adain_look_ref (worker->look);
      worker->pending = FALSE;
      g_object_unref (worker->cancellable);
      worker->cancellable = g_cancellable_new ();
      worker->sharpening = first_stage > 0;
      cancellable = g_object_ref (worker->cancellable);

      g_mutex_unlock (&worker->mutex);
      compute (worker, look, first_stage, generation, cancellable);
      adain_look_unref (look);
      g_object_unref (cancellable);
      g_mutex_lock (&worker->mutex);
    }

  g_mutex_unlock (&worker->mutex);
  close_engine (worker);

  return NULL;
}

/* The main thread's side -------------------------------------------------------------------- */

void
adain_preview_worker_request (AdainPreviewWorker *worker, AdainLook *look)
{
  g_mutex_lock (&worker->mutex);

  adain_look_unref (worker->look);
  worker->look = look ? adain_look_ref (look) : NULL;
  worker->pending = look != NULL;
  worker->first_stage = 0;

  if (!look)
    worker->generation++;

  /* A fast version in the making is let through, or else none would ever be seen while a slider
   * moves without a rest. */
  if (!look || worker->sharpening || worker->tiling)
    g_cancellable_cancel (worker->cancellable);

  g_cond_signal (&worker->cond);
  g_mutex_unlock (&worker->mutex);
}

void
adain_preview_worker_set_tiles (AdainPreviewWorker *worker, GPtrArray *tiles, AdainTileReady ready,
                                gpointer user_data)
{
  g_mutex_lock (&worker->mutex);

  g_queue_clear_full (&worker->tiles, (GDestroyNotify) adain_look_unref);
  for (guint i = 0; i < tiles->len; i++)
    g_queue_push_tail (&worker->tiles, adain_look_ref (tiles->pdata[i]));
  worker->tile_ready = ready;
  worker->tile_data = user_data;
  worker->tiles_asked++;

  g_cond_signal (&worker->cond);
  g_mutex_unlock (&worker->mutex);
}

void
adain_preview_worker_refine (AdainPreviewWorker *worker, AdainPreviewPicture *picture)
{
  g_mutex_lock (&worker->mutex);

  worker->large = picture;

  /* What is being computed, or waits to be, finds the picture by itself when it gets there. */
  if (worker->look && !worker->pending)
    {
      worker->pending = TRUE;
      worker->first_stage = LARGE;
    }

  g_cond_signal (&worker->cond);
  g_mutex_unlock (&worker->mutex);
}

AdainPreviewWorker *
adain_preview_worker_new (AdainPreviewPicture *picture, AdainPreviewReady ready, gpointer user_data)
{
  AdainPreviewWorker *worker = g_new0 (AdainPreviewWorker, 1);

  g_atomic_ref_count_init (&worker->ref_count);
  g_mutex_init (&worker->mutex);
  g_cond_init (&worker->cond);
  worker->cancellable = g_cancellable_new ();
  worker->ready = ready;
  worker->user_data = user_data;

  worker->longest = MAX (picture->full_width, picture->full_height);
  for (int i = 0; i < LARGE; i++)
    worker->stages[i].picture = adain_preview_picture_reduce (picture, stage_sides[i]);

  worker->tile.picture = adain_preview_picture_reduce (picture, ADAIN_PREVIEW_TILE);
  g_queue_init (&worker->tiles);

  worker->thread = g_thread_new ("adain-preview", work, worker);

  return worker;
}

void
adain_preview_worker_free (AdainPreviewWorker *worker)
{
  if (!worker)
    return;

  g_mutex_lock (&worker->mutex);
  worker->quit = TRUE;
  g_cancellable_cancel (worker->cancellable);
  g_cond_signal (&worker->cond);
  g_mutex_unlock (&worker->mutex);

  g_thread_join (worker->thread);

  for (int i = 0; i < N_STAGES; i++)
    adain_preview_picture_free (worker->stages[i].picture);

  adain_preview_picture_free (worker->tile.picture);
  adain_frames_unref (worker->palette_frames);
  g_queue_clear_full (&worker->tiles, (GDestroyNotify) adain_look_unref);
  adain_preview_picture_free (worker->large);
  adain_look_unref (worker->look);
  worker_unref (worker);
}
