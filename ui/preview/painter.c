/* Paints looks of a picture at several sizes.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "ui/preview/painter.h"

#include "plugin/filter/arguments.h"
#include "plugin/paint/recolor.h"
#include "ui/preview/cache.h"
#include "ui/shelf.h"

/* Longest side of the picture for the fast version, then for the sharp ones, and of what the network may see
 * of it at most: not the whole truth if the filter works at a larger size than the last. */
static const int stage_sides[ADAIN_PREVIEW_STAGES] = { 512, 1024, ADAIN_PREVIEW_LARGE };

/* Steps of refinement between two looks at it. */
#define INTERIM 5

/* One of the sizes at which the picture is kept encoded. */
typedef struct
{
  AdainPreviewPicture *picture;
  AdainContent        *content;
  int                  work_size; /* at which @content was encoded, */
  double               brushwork; /* with so much of it, */
  AdainRegionPlanes   *regions;   /* for these regions of the look's */
  AdainRegionPlanes   *scaled;    /* in the picture's size, */
  AdainFrames         *frames;    /* and with the statistics of these, */
  AdainScene          *scene;     /* together with its own */
} Stage;

struct _AdainPreviewPainter
{
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
  Stage            stages[ADAIN_PREVIEW_STAGES];
  Stage            tile;
  int              longest; /* side of the layer */
};

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
close_engine (AdainPreviewPainter *painter)
{
  for (int i = 0; i < ADAIN_PREVIEW_STAGES; i++)
    forget_content (&painter->stages[i]);

  forget_content (&painter->tile);
  g_clear_pointer (&painter->styles, adain_style_cache_free);
  g_clear_pointer (&painter->gallery_styles, g_hash_table_unref);
  g_clear_pointer (&painter->engine, adain_engine_free);
  g_clear_pointer (&painter->shelf, adain_shelf_unref);
}

/* Takes another shelf of the same model, or the same one again. */
static void
change_shelf (AdainPreviewPainter *painter, AdainShelf *shelf)
{
  if (shelf != painter->shelf)
    g_hash_table_remove_all (painter->gallery_styles);
  adain_shelf_unref (painter->shelf);
  painter->shelf = shelf;
}

static gboolean
open_engine (AdainPreviewPainter *painter, const AdainLook *look, GError **error)
{
  AdainEngineOptions options;
  AdainShelf        *shelf = adain_shelf_open (look->parameters.model, error);
  char              *module_dir;
  gboolean           texture = look->parameters.texture > 0;
  gboolean           regions = look->regions != NULL;
  gboolean           refine = look->parameters.refine > 0;

  if (painter->engine && painter->device == look->parameters.device
      && painter->range == look->parameters.range && painter->texture == texture
      && (painter->regions || !regions) && (painter->refine || !refine) && shelf
      && adain_shelf_model (shelf) == adain_shelf_model (painter->shelf))
    {
      change_shelf (painter, shelf);
      return TRUE;
    }

  close_engine (painter);

  if (!shelf)
    return FALSE;

  painter->shelf = shelf;

  module_dir = adain_arguments_module_dir ();
  options = adain_parameters_engine_options (&look->parameters, module_dir);
  options.regions = regions;
  painter->engine = adain_engine_new (adain_shelf_model (shelf), look->parameters.device, &options, error);
  g_free (module_dir);

  if (!painter->engine)
    return FALSE;

  painter->device = look->parameters.device;
  painter->range = look->parameters.range;
  painter->texture = texture;
  painter->regions = regions;
  painter->refine = refine;
  painter->styles = adain_style_cache_new (painter->stages[0].picture->format);
  painter->gallery_styles = g_hash_table_new_full (g_str_hash, g_str_equal, g_free,
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
add_picture (AdainPreviewPainter *painter, AdainScene *scene, const AdainPreviewPicture *picture,
             const AdainRegionPlanes *planes, int side, const AdainLook *look, GCancellable *cancellable,
             GError **error)
{
  AdainPreviewPicture *reduced = adain_preview_picture_reduce (picture, side);
  AdainSource          source = adain_image_source (&reduced->image);
  AdainRegionPlanes *scaled = planes ? adain_region_planes_scale (planes, source.width, source.height) : NULL;
  AdainContent      *content;
  gboolean           added;

  adain_region_planes_attach (scaled, &source);
  content = adain_content_encode (painter->engine, &source, seen_work_size (reduced, side, look), NULL, NULL,
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
share_statistics (AdainPreviewPainter *painter, Stage *stage, int side, const AdainLook *look,
                  GCancellable *cancellable, GError **error)
{
  const AdainFrames *frames = look->frames;
  gboolean           added;

  stage->scene = adain_scene_new ();
  if (stage == &painter->stages[ADAIN_PREVIEW_LAST])
    {
      side = stage_sides[ADAIN_PREVIEW_LAST - 1];
      added = add_picture (painter, stage->scene, painter->stages[ADAIN_PREVIEW_LAST - 1].picture,
                           look->regions, side, look, cancellable, error);
    }
  else
    {
      added = adain_scene_add (stage->scene, stage->content, error);
    }

  for (int i = 0; added && i < frames->n; i++)
    added = add_picture (painter, stage->scene, frames->pictures[i],
                         look->frame_regions ? look->frame_regions->pdata[i] : NULL, side, look, cancellable,
                         error);

  return added && adain_content_share (stage->content, stage->scene, error);
}

static gboolean
encode_content (AdainPreviewPainter *painter, Stage *stage, int side, const AdainLook *look,
                GCancellable *cancellable, GError **error)
{
  AdainSource source = adain_image_source (&stage->picture->image);
  int         work_size = seen_work_size (stage->picture, side, look);

  /* A stroke of it would be as large as the sky of a picture so small. */
  double brushwork = stage == &painter->tile ? 0 : look->parameters.brushwork;

  if (!adain_engine_set_brushwork (painter->engine, brushwork, error))
    return FALSE;

  if (stage->content && stage->work_size == work_size && stage->brushwork == brushwork
      && stage->regions == look->regions && stage->frames == look->frames)
    return TRUE;

  forget_content (stage);
  stage->work_size = work_size;
  stage->brushwork = brushwork;
  if (look->regions)
    {
      stage->regions = adain_region_planes_ref (look->regions);
      stage->scaled = adain_region_planes_scale (look->regions, source.width, source.height);
    }
  stage->frames = look->frames ? adain_frames_ref (look->frames) : NULL;

  adain_region_planes_attach (stage->scaled, &source);
  stage->content = adain_content_encode (painter->engine, &source, work_size, NULL, NULL, cancellable, error);
  if (stage->content && stage->frames && !share_statistics (painter, stage, side, look, cancellable, error))
    g_clear_pointer (&stage->content, adain_content_free);

  return stage->content != NULL;
}

/* The palette of what is painted; of the first picture that was encoded for it, so that the styles need not be
 * encoded again for each. @own is the place for it where it is not kept. */
static const AdainPalette *
get_palette (AdainPreviewPainter *painter, const Stage *stage, const AdainLook *look, AdainPalette *own)
{
  if (painter->has_palette && painter->palette_frames == look->frames)
    return &painter->palette;

  if (stage->scene)
    adain_scene_palette (stage->scene, own);
  else
    adain_content_palette (stage->content, own);
  if (stage == &painter->tile)
    return own;

  g_clear_pointer (&painter->palette_frames, adain_frames_unref);
  painter->palette_frames = look->frames ? adain_frames_ref (look->frames) : NULL;
  painter->palette = *own;
  painter->has_palette = TRUE;

  return &painter->palette;
}

/* Owned by the painter; remade in a moment, but a map that was computed for it belongs to it. */
static AdainStyle *
gallery_style (AdainPreviewPainter *painter, const char *name, GError **error)
{
  AdainStyle            *style = g_hash_table_lookup (painter->gallery_styles, name);
  const AdainCollection *collection;
  int                    entry;

  if (style)
    return style;

  collection = adain_shelf_collection (painter->shelf);
  entry = adain_collection_look_up (collection, name, error);
  style = entry >= 0 ? adain_gallery_style (collection->gallery, entry, error) : NULL;
  if (style)
    g_hash_table_insert (painter->gallery_styles, g_strdup (name), style);

  return style;
}

static gboolean
get_styles (AdainPreviewPainter *painter, const AdainLook *look, const AdainPalette *palette,
            AdainStyle **styles, GCancellable *cancellable, GError **error)
{
  for (int i = 0; i < look->n_styles; i++)
    {
      styles[i] = look->gallery[i] ? gallery_style (painter, look->gallery[i], error)
                                   : adain_style_cache_get (painter->styles, painter->engine, look->styles[i],
                                                            palette, cancellable, error);
      if (!styles[i])
        return FALSE;
    }

  return TRUE;
}

/* The styles of the gallery could not be recolored; what they painted is. */
static void
recolor (AdainPreviewPainter *painter, const AdainLook *look, const AdainPalette *palette, AdainImage *result)
{
  AdainRecolor sum = { 0 };

  for (int i = 0; i < look->n_styles; i++)
    {
      const char  *name = look->gallery[i];
      AdainPalette own;

      if (name)
        {
          const AdainGallery *gallery = adain_shelf_collection (painter->shelf)->gallery;

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
  AdainPreviewInterim interim;
  gpointer            user_data;

  AdainPreviewPainter *painter;
  const Stage         *stage;
  const AdainLook     *look;
  const AdainPalette  *palette; /* the styles are recolored to, or NULL */
  AdainImage          *result;  /* as it is so far */
} Watch;

/* The interim picture, which the next one overwrites. */
static void
on_step (double fraction, AdainProgressUnit unit, int done, int all, gpointer user_data)
{
  const Watch *watch = user_data;

  if (unit != ADAIN_PROGRESS_STEPS || done == 0 || done == all || done % INTERIM != 0)
    return;

  if (watch->palette)
    recolor (watch->painter, watch->look, watch->palette, watch->result);
  watch->interim (adain_preview_picture_surface (watch->stage->picture, watch->result->rgba),
                  watch->user_data);
}

/* @watch (nullable): the result is refined, and shown while it is. */
static cairo_surface_t *
render (AdainPreviewPainter *painter, Stage *stage, int side, const AdainLook *look, Watch *watch,
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

  if (!open_engine (painter, look, error) || !encode_content (painter, stage, side, look, cancellable, error))
    return NULL;

  if (look->parameters.preserve == ADAIN_PRESERVE_PALETTE)
    palette = get_palette (painter, stage, look, &own);

  styles = g_new (AdainStyle *, look->n_styles);
  if (!get_styles (painter, look, palette, styles, cancellable, error))
    {
      g_free (styles);
      return NULL;
    }

  result.rgba = g_new (float, result.width * (gsize) result.height * 4);
  if (watch)
    {
      watch->painter = painter;
      watch->stage = stage;
      watch->look = look;
      watch->palette = palette;
      watch->result = &result;
    }

  if (adain_content_render (stage->content, styles, look->weights, look->n_styles, &options, &sink,
                            watch ? on_step : NULL, watch, cancellable, error))
    {
      if (palette)
        recolor (painter, look, palette, &result);
      surface = adain_preview_picture_surface (stage->picture, result.rgba);
    }

  g_free (result.rgba);
  g_free (styles);
  adain_style_cache_trim (painter->styles);

  return surface;
}

cairo_surface_t *
adain_preview_painter_paint (AdainPreviewPainter *painter, int stage, const AdainLook *look,
                             AdainPreviewInterim interim, gpointer user_data, GCancellable *cancellable,
                             GError **error)
{
  Watch watch = { interim, user_data };

  return render (painter, &painter->stages[stage], stage_sides[stage], look, interim ? &watch : NULL,
                 cancellable, error);
}

cairo_surface_t *
adain_preview_painter_paint_tile (AdainPreviewPainter *painter, const AdainLook *look,
                                  GCancellable *cancellable, GError **error)
{
  return render (painter, &painter->tile, ADAIN_PREVIEW_TILE, look, NULL, cancellable, error);
}

void
adain_preview_painter_prepare_tiles (AdainPreviewPainter *painter, const GPtrArray *looks,
                                     GCancellable *cancellable)
{
  const AdainLook *first = looks->pdata[0];
  AdainStyle      *styles[ADAIN_PREPARED_MAX];
  int              n = 0;

  if (!(first->parameters.texture > 0) || !(first->parameters.strength > 0)
      || !open_engine (painter, first, NULL)
      || !encode_content (painter, &painter->tile, ADAIN_PREVIEW_TILE, first, cancellable, NULL))
    return;

  for (guint i = 0; i < looks->len; i++)
    {
      const AdainLook *look = looks->pdata[i];

      styles[n] = gallery_style (painter, look->gallery[0], NULL);
      if (styles[n])
        n++;
    }
  if (n > 0)
    adain_content_prepare (painter->tile.content, styles, n, cancellable, NULL);
}

gboolean
adain_preview_painter_has (const AdainPreviewPainter *painter, int stage)
{
  return painter->stages[stage].picture != NULL;
}

int
adain_preview_painter_count_stages (const AdainPreviewPainter *painter, const AdainLook *look)
{
  int final_size = final_work_size (painter->stages[0].picture, look);
  int n = 1;

  while (n < ADAIN_PREVIEW_STAGES
         && (final_size > stage_sides[n - 1]
             || (n < ADAIN_PREVIEW_LAST && painter->longest > stage_sides[n - 1])))
    n++;

  return n;
}

const char *
adain_preview_painter_device (const AdainPreviewPainter *painter)
{
  return painter->engine ? adain_engine_describe (painter->engine) : NULL;
}

const char *
adain_preview_painter_notice (const AdainPreviewPainter *painter)
{
  return painter->engine ? adain_engine_notice (painter->engine) : NULL;
}

void
adain_preview_painter_set_large (AdainPreviewPainter *painter, AdainPreviewPicture *picture)
{
  painter->stages[ADAIN_PREVIEW_LAST].picture = picture;
}

AdainPreviewPainter *
adain_preview_painter_new (const AdainPreviewPicture *picture)
{
  AdainPreviewPainter *painter = g_new0 (AdainPreviewPainter, 1);

  painter->longest = MAX (picture->full_width, picture->full_height);
  for (int i = 0; i < ADAIN_PREVIEW_LAST; i++)
    painter->stages[i].picture = adain_preview_picture_reduce (picture, stage_sides[i]);
  painter->tile.picture = adain_preview_picture_reduce (picture, ADAIN_PREVIEW_TILE);

  return painter;
}

void
adain_preview_painter_free (AdainPreviewPainter *painter)
{
  close_engine (painter);
  for (int i = 0; i < ADAIN_PREVIEW_STAGES; i++)
    adain_preview_picture_free (painter->stages[i].picture);

  adain_preview_picture_free (painter->tile.picture);
  adain_frames_unref (painter->palette_frames);
  g_free (painter);
}
