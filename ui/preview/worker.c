/* Renders previews in a thread of its own: of the looks asked for, always the latest.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "ui/preview/worker.h"

#include "ui/preview/painter.h"

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

  AdainPreviewPainter *painter; /* the thread's own */
};

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
  delivery->result.device = g_strdup (adain_preview_painter_device (worker->painter));
  delivery->result.notice = g_strdup (adain_preview_painter_notice (worker->painter));

  g_idle_add_full (G_PRIORITY_DEFAULT, deliver, delivery, delivery_free);
}

/* Computing --------------------------------------------------------------------------------- */

/* A look whose refinement is watched. */
typedef struct
{
  AdainPreviewWorker *worker;
  AdainLook          *look;
  int                 generation;
} Watch;

static void
on_interim (cairo_surface_t *surface, gpointer user_data)
{
  const Watch *watch = user_data;

  post (watch->worker, watch->look, watch->generation, surface, FALSE, FALSE, NULL);
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

static void
compute (AdainPreviewWorker *worker, AdainLook *look, int first_stage, int generation,
         GCancellable *cancellable)
{
  const int n_stages = adain_preview_painter_count_stages (worker->painter, look);
  /* What is as sharp as it gets is refined after that. */
  const int n = n_stages + (look->parameters.refine > 0 ? 1 : 0);
  Watch     watch = { worker, look, generation };

  for (int i = first_stage; i < n; i++)
    {
      int              size = MIN (i, n_stages - 1);
      cairo_surface_t *surface;
      GError          *error = NULL;
      gboolean         wants_large;

      if (i > 0 && (!adain_preview_painter_has (worker->painter, size) || superseded (worker)))
        return;

      surface = adain_preview_painter_paint (worker->painter, size, look, i > size ? on_interim : NULL,
                                             &watch, cancellable, &error);
      if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
        {
          g_clear_error (&error);
          return;
        }

      wants_large = i + 1 < n_stages && !adain_preview_painter_has (worker->painter, i + 1);
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

/* FALSE: a preview interrupts it. */
static gboolean
paint_tile (AdainPreviewWorker *worker, const AdainLook *look, AdainTileReady ready, gpointer user_data,
            GCancellable *cancellable)
{
  TileDelivery    *delivery;
  GError          *error = NULL;
  cairo_surface_t *surface = adain_preview_painter_paint_tile (worker->painter, look, cancellable, &error);
  gboolean         interrupted;

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
  adain_preview_painter_prepare_tiles (worker->painter, looks, cancellable);
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
        adain_preview_painter_set_large (worker->painter, g_steal_pointer (&worker->large));

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
  adain_preview_painter_free (worker->painter);

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
      worker->first_stage = ADAIN_PREVIEW_LAST;
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

  worker->painter = adain_preview_painter_new (picture);
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

  g_queue_clear_full (&worker->tiles, (GDestroyNotify) adain_look_unref);
  adain_preview_picture_free (worker->large);
  adain_look_unref (worker->look);
  worker_unref (worker);
}
