/* The styles of the dialog with their weights, kept in step with the settings.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "ui/styles/set.h"

#include <math.h>

#include <glib/gi18n-lib.h>

#include "plugin/filter/arguments.h"
#include "plugin/filter/regions.h"
#include "plugin/paint/gallery.h"
#include "ui/settings.h"
#include "ui/styles/picture.h"

/* After so many milliseconds without a change of a part the file is read again for it. */
#define REFINE_DELAY 300

struct _AdainStyleSet
{
  GObject parent;

  GimpProcedureConfig *config;
  GimpImage           *image;
  GPtrArray           *items;
  GCancellable        *cancellable;
  char               **initial_styles;
  double              *initial_weights;
  gsize                n_initial_weights;
  int                  next_id;
  guint                refine_source;
};

enum
{
  CHANGED,
  WEIGHTS_CHANGED,
  EXCERPTS_CHANGED,
  TILES_CHANGED,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (AdainStyleSet, adain_style_set, G_TYPE_OBJECT)

/* Hears changes of the settings by others; while we write them ourselves, it is blocked. */
static void on_config_notify (GObject *config, GParamSpec *pspec, AdainStyleSet *set);

static void
item_free (gpointer data)
{
  AdainStyleItem *item = data;

  g_free (item->path);
  g_clear_object (&item->layer);
  g_clear_object (&item->region);
  g_free (item->name);
  g_free (item->problem);
  g_clear_object (&item->whole);
  g_clear_object (&item->pixbuf);
  g_free (item);
}

static AdainStyleItem *
item_at (AdainStyleSet *set, int index)
{
  return g_ptr_array_index (set->items, index);
}

static AdainStyleItem *
find_id (AdainStyleSet *set, int id)
{
  for (guint i = 0; i < set->items->len; i++)
    if (item_at (set, i)->id == id)
      return item_at (set, i);

  return NULL;
}

/* Pictures ---------------------------------------------------------------------------------- */

static void refine_later (AdainStyleSet *set);

/* Shows what is used of the picture as far as it is known. */
static void
item_take (AdainStyleSet *set, AdainStyleItem *item)
{
  g_clear_object (&item->pixbuf);
  item->refined = FALSE;
  if (item->whole)
    item->pixbuf = adain_style_picture_take (item->whole, &item->excerpt);
  refine_later (set);
}

/* A file has been read, in time or too late. */

typedef struct
{
  GWeakRef     set;
  int          id;
  AdainExcerpt excerpt;
} Loading;

static void
loading_free (Loading *loading)
{
  g_weak_ref_clear (&loading->set);
  g_free (loading);
}

/* The picture that was read, or NULL; formats that GdkPixbuf does not know are left to GIMP. */
static GdkPixbuf *
finish_loading (const Loading *loading, const AdainStyleItem *item, GAsyncResult *result, GError **error)
{
  GError    *local = NULL;
  GdkPixbuf *pixbuf = adain_style_picture_load_finish (result, &local);

  if (!pixbuf && item && !g_error_matches (local, G_IO_ERROR, G_IO_ERROR_CANCELLED)
      && !g_error_matches (local, G_IO_ERROR, G_IO_ERROR_IS_DIRECTORY)
      && !g_error_matches (local, G_IO_ERROR, G_IO_ERROR_NOT_FOUND))
    {
      g_clear_error (&local);
      pixbuf = adain_style_picture_load_by_gimp (item->path, &loading->excerpt, &local);
    }
  if (local)
    g_propagate_error (error, local);

  return pixbuf;
}

static void
on_loaded (GObject *source, GAsyncResult *result, gpointer data)
{
  Loading        *loading = data;
  AdainStyleSet  *set = g_weak_ref_get (&loading->set);
  AdainStyleItem *item = set ? find_id (set, loading->id) : NULL;
  GError         *error = NULL;
  GdkPixbuf      *pixbuf = finish_loading (loading, item, result, &error);

  if (item && !g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    {
      g_set_object (&item->whole, pixbuf);
      item_take (set, item);
      g_clear_pointer (&item->problem, g_free);

      if (pixbuf)
        {
          item->state = ADAIN_STYLE_READY;
        }
      else if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND))
        {
          item->state = ADAIN_STYLE_MISSING;
        }
      else
        {
          item->state = ADAIN_STYLE_BROKEN;
          item->problem = g_strdup (error ? error->message : NULL);
        }

      g_signal_emit (set, signals[CHANGED], 0);
    }

  g_clear_object (&pixbuf);
  g_clear_error (&error);
  g_clear_object (&set);
  loading_free (loading);
}

static void
start_loading (AdainStyleSet *set, const AdainStyleItem *item, const AdainExcerpt *excerpt,
               GAsyncReadyCallback callback)
{
  Loading *loading = g_new (Loading, 1);

  g_weak_ref_init (&loading->set, set);
  loading->id = item->id;
  loading->excerpt = *excerpt;
  adain_style_picture_load_async (item->path, excerpt, set->cancellable, callback, loading);
}

static void
item_load (AdainStyleSet *set, AdainStyleItem *item)
{
  item->state = ADAIN_STYLE_LOADING;
  start_loading (set, item, &ADAIN_EXCERPT_WHOLE, on_loaded);
}

/* The detail of a part that is still the one in use. */
static void
on_refined (GObject *source, GAsyncResult *result, gpointer data)
{
  Loading        *loading = data;
  AdainStyleSet  *set = g_weak_ref_get (&loading->set);
  AdainStyleItem *item = set ? find_id (set, loading->id) : NULL;
  GdkPixbuf      *pixbuf = finish_loading (loading, item, result, NULL);

  if (pixbuf && item && adain_excerpt_equal (&item->excerpt, &loading->excerpt))
    {
      g_set_object (&item->pixbuf, pixbuf);
      g_signal_emit (set, signals[EXCERPTS_CHANGED], 0);
    }

  g_clear_object (&pixbuf);
  g_clear_object (&set);
  loading_free (loading);
}

static void
item_refine (AdainStyleSet *set, AdainStyleItem *item)
{
  item->refined = TRUE;
  if (item->path)
    {
      start_loading (set, item, &item->excerpt, on_refined);
    }
  else
    {
      GdkPixbuf *pixbuf = adain_style_picture_from_drawable (item->layer, &item->excerpt);

      if (pixbuf)
        g_set_object (&item->pixbuf, pixbuf);
      g_clear_object (&pixbuf);
      g_signal_emit (set, signals[EXCERPTS_CHANGED], 0);
    }
}

static gboolean
on_refine (gpointer data)
{
  AdainStyleSet *set = data;

  set->refine_source = 0;
  for (guint i = 0; i < set->items->len; i++)
    {
      AdainStyleItem *item = item_at (set, i);

      if (item->whole && !item->refined && adain_style_picture_is_coarse (item->whole, &item->excerpt))
        item_refine (set, item);
    }

  return G_SOURCE_REMOVE;
}

/* Once the user has found the part. */
static void
refine_later (AdainStyleSet *set)
{
  g_clear_handle_id (&set->refine_source, g_source_remove);
  set->refine_source = g_timeout_add (REFINE_DELAY, on_refine, set);
}

/* Items ------------------------------------------------------------------------------------- */

static char *
display_name (const char *path)
{
  GFile *file = g_file_new_for_commandline_arg (path);
  char  *base = g_file_get_basename (file);
  char  *name = g_filename_display_name (base ? base : path);

  g_free (base);
  g_object_unref (file);

  return name;
}

/* A style of the gallery is what its entry says; it cannot be used with a model that the gallery was not made
 * for. */
static void
item_look_up (AdainStyleSet *set, AdainStyleItem *item)
{
  AdainParameters  parameters = { 0 };
  AdainModel      *model;
  AdainCollection *collection = NULL;
  GError          *error = NULL;
  int              entry = -1;

  adain_parameters_read (&parameters, set->config);
  model = adain_model_load (parameters.model, &error);
  if (model)
    {
      collection = adain_collection_open (model, adain_arguments_gallery ());
      entry = adain_collection_look_up (collection, item->gallery, &error);
    }

  g_clear_pointer (&item->problem, g_free);
  item->state = entry >= 0 ? ADAIN_STYLE_READY : ADAIN_STYLE_BROKEN;
  if (entry >= 0)
    {
      g_free (item->name);
      item->name = adain_gallery_label (adain_gallery_entry (collection->gallery, entry));
    }
  else
    {
      item->problem = g_strdup (error->message);
    }

  adain_collection_free (collection);
  adain_model_unref (model);
  adain_parameters_clear (&parameters);
  g_clear_error (&error);
}

static AdainStyleItem *
item_new_path (AdainStyleSet *set, const char *path)
{
  AdainStyleItem *item = g_new0 (AdainStyleItem, 1);

  item->id = set->next_id++;
  item->excerpt = ADAIN_EXCERPT_WHOLE;
  item->path = g_strdup (path);
  item->gallery = adain_gallery_name (item->path);
  if (item->gallery)
    {
      item->name = g_strdup (item->gallery);
      item_look_up (set, item);
    }
  else
    {
      item->name = display_name (path);
      item_load (set, item);
    }

  return item;
}

static AdainStyleItem *
item_new_layer (AdainStyleSet *set, GimpDrawable *layer)
{
  AdainStyleItem *item = g_new0 (AdainStyleItem, 1);
  char           *name = gimp_item_get_name (GIMP_ITEM (layer));

  item->id = set->next_id++;
  item->excerpt = ADAIN_EXCERPT_WHOLE;
  item->layer = g_object_ref (layer);
  item->name = g_strdup_printf (_ ("Layer “%s”"), name ? name : "");
  item->whole = adain_style_picture_from_drawable (layer, &item->excerpt);
  item_take (set, item);
  item->state = item->whole ? ADAIN_STYLE_READY : ADAIN_STYLE_BROKEN;
  g_free (name);

  return item;
}

/* From the settings to the items ------------------------------------------------------------ */

/* Takes the item for @path (or @layer) out of @old, so that it need not be read again. */
static AdainStyleItem *
take_item (GPtrArray *old, const char *path, GimpDrawable *layer)
{
  for (guint i = 0; i < old->len; i++)
    {
      AdainStyleItem *item = g_ptr_array_index (old, i);

      if (path ? g_strcmp0 (item->path, path) == 0 : item->layer == layer)
        return g_ptr_array_steal_index (old, i);
    }

  return NULL;
}

static void
write_weights (AdainStyleSet *set)
{
  double *weights = g_new (double, set->items->len + 1);

  for (guint i = 0; i < set->items->len; i++)
    weights[i] = item_at (set, i)->weight;

  g_signal_handlers_block_by_func (set->config, on_config_notify, set);
  adain_settings_set_weights (set->config, weights, set->items->len);
  g_signal_handlers_unblock_by_func (set->config, on_config_notify, set);

  g_free (weights);
}

/* Only the ratio of the weights matters; that of larger ones than the sliders have is kept. */
static void
read_weights (AdainStyleSet *set)
{
  gsize   n;
  double *weights = adain_settings_dup_weights (set->config, &n);
  double  largest = 1.0;

  for (gsize i = 0; i < n; i++)
    if (isfinite (weights[i]))
      largest = MAX (largest, weights[i]);

  for (guint i = 0; i < set->items->len; i++)
    {
      double weight = n == set->items->len ? weights[i] / largest : 1.0;

      item_at (set, i)->weight = weight > 0.0 ? MIN (weight, 1.0) : 0.0;
    }

  g_free (weights);

  /* So that what runs is what is shown. */
  if (n != set->items->len)
    write_weights (set);
}

/* Lists are written only where they differ: "notify" does not nest, but begins anew for a property that is set
 * meanwhile, and would go on for ever. */

/* Of styles without a region the selection stands for it, up to the last that has one; @n of them. */
static GObject **
list_regions (AdainStyleSet *set, int n)
{
  GObject  *none = G_OBJECT (gimp_image_get_selection (set->image));
  GObject **regions = g_new0 (GObject *, MAX (n, 1) + 1);

  regions[0] = none;
  for (int i = 0; i < n; i++)
    regions[i] = item_at (set, i)->region ? G_OBJECT (item_at (set, i)->region) : none;

  return regions;
}

static gboolean
same_regions (GObject **a, GObject **b)
{
  for (; *a && *a == *b; a++, b++)
    ;

  return *a == *b;
}

/* Where there was a region and is none any more, the selection is what is left: libgimp (3.0) takes an empty
 * array for an error. */
static void
write_regions (AdainStyleSet *set)
{
  GObject **old = NULL;
  int       n = set->items->len;

  g_object_get (set->config, "regions", &old, NULL);
  while (n > 0 && !item_at (set, n - 1)->region)
    n--;

  if (n > 0 || (old && old[0]))
    {
      GObject **regions = list_regions (set, n);

      if (!old || !same_regions (old, regions))
        {
          g_signal_handlers_block_by_func (set->config, on_config_notify, set);
          g_object_set (set->config, "regions", regions, NULL);
          g_signal_handlers_unblock_by_func (set->config, on_config_notify, set);
        }
      g_free (regions);
    }

  g_free (old);
}

/* Up to the last entry that is not the @usual one, which those beyond the list count as; an empty list is NULL.
 * Takes @list. */
static void
write_list (AdainStyleSet *set, const char *name, char **list, const char *usual)
{
  static char *const none[] = { NULL };
  char             **old = NULL;

  for (int n = g_strv_length (list); n > 0 && g_str_equal (list[n - 1], usual); n--)
    g_clear_pointer (&list[n - 1], g_free);

  g_object_get (set->config, name, &old, NULL);
  if (!g_strv_equal ((const char *const *) list, (const char *const *) (old ? old : none)))
    {
      g_signal_handlers_block_by_func (set->config, on_config_notify, set);
      g_object_set (set->config, name, list[0] ? list : NULL, NULL);
      g_signal_handlers_unblock_by_func (set->config, on_config_notify, set);
    }

  g_strfreev (old);
  g_strfreev (list);
}

static void
write_excerpts (AdainStyleSet *set)
{
  char **parts = g_new0 (char *, set->items->len + 1), **turns = g_new0 (char *, set->items->len + 1);
  char  *whole = adain_part_format (&ADAIN_PART_WHOLE);

  for (guint i = 0; i < set->items->len; i++)
    {
      parts[i] = adain_part_format (&item_at (set, i)->excerpt.part);
      turns[i] = g_strdup (adain_turn_name (item_at (set, i)->excerpt.turn));
    }
  write_list (set, "parts", parts, whole);
  write_list (set, "turns", turns, adain_turn_name (ADAIN_TURN_NONE));
  g_free (whole);
}

/* Whether that is a change. */
static gboolean
item_set_excerpt (AdainStyleSet *set, AdainStyleItem *item, const AdainExcerpt *excerpt)
{
  if (adain_excerpt_equal (&item->excerpt, excerpt) || item->gallery)
    return FALSE;

  item->excerpt = *excerpt;
  item_take (set, item);

  return TRUE;
}

/* The @i-th of the lists, which may be NULL or shorter; what is no part or turn counts as none. */
static AdainExcerpt
parse_excerpt (char **parts, char **turns, guint i)
{
  AdainExcerpt excerpt = ADAIN_EXCERPT_WHOLE;

  if (parts && i < g_strv_length (parts))
    adain_part_parse (parts[i], &excerpt.part, NULL);
  if (turns && i < g_strv_length (turns))
    adain_turn_parse (turns[i], &excerpt.turn, NULL);

  return excerpt;
}

static void
read_excerpts (AdainStyleSet *set)
{
  char **parts = NULL, **turns = NULL;

  g_object_get (set->config, "parts", &parts, "turns", &turns, NULL);
  for (guint i = 0; i < set->items->len; i++)
    {
      AdainExcerpt excerpt = parse_excerpt (parts, turns, i);

      item_set_excerpt (set, item_at (set, i), &excerpt);
    }

  /* So that what runs is what is shown. */
  write_excerpts (set);

  g_strfreev (turns);
  g_strfreev (parts);
}

static gboolean
is_region (GimpDrawable *drawable, GimpImage *image)
{
  return gimp_item_is_valid (GIMP_ITEM (drawable)) && adain_region_is_given (drawable)
         && gimp_item_get_image (GIMP_ITEM (drawable)) == image;
}

static void
read_regions (AdainStyleSet *set)
{
  GimpDrawable **regions = NULL;
  guint          n = 0;

  g_object_get (set->config, "regions", &regions, NULL);
  while (regions && regions[n])
    n++;
  for (guint i = 0; i < set->items->len; i++)
    {
      GimpDrawable *region = i < n && is_region (regions[i], set->image) ? regions[i] : NULL;

      g_set_object (&item_at (set, i)->region, region);
    }
  g_free (regions);

  /* So that what runs is what is shown. */
  if (n > 0)
    write_regions (set);
}

static void
read_config (AdainStyleSet *set)
{
  GPtrArray    *old = set->items;
  char        **paths = NULL;
  GimpDrawable *layer = NULL;

  set->items = g_ptr_array_new_with_free_func (item_free);
  g_object_get (set->config, "styles", &paths, "style-layer", &layer, NULL);

  for (int i = 0; paths && paths[i]; i++)
    {
      AdainStyleItem *item = take_item (old, paths[i], NULL);

      g_ptr_array_add (set->items, item ? item : item_new_path (set, paths[i]));
    }

  if (layer && gimp_item_is_valid (GIMP_ITEM (layer)))
    {
      AdainStyleItem *item = take_item (old, NULL, layer);

      g_ptr_array_add (set->items, item ? item : item_new_layer (set, layer));
    }

  g_clear_object (&layer);
  g_strfreev (paths);
  g_ptr_array_unref (old);

  read_weights (set);
  read_excerpts (set);
  read_regions (set);
}

/* "Reset to Initial Values" brings back the styles, but libgimp (3.0) takes arrays of numbers for
 * equal where they have the same length, and leaves the weights as they are. */
static void
reset_weights (AdainStyleSet *set)
{
  char **styles = NULL;

  g_object_get (set->config, "styles", &styles, NULL);

  if (styles && set->initial_styles && set->n_initial_weights > 0
      && g_strv_equal ((const char *const *) styles, (const char *const *) set->initial_styles))
    {
      g_signal_handlers_block_by_func (set->config, on_config_notify, set);
      adain_settings_set_weights (set->config, set->initial_weights, set->n_initial_weights);
      g_signal_handlers_unblock_by_func (set->config, on_config_notify, set);
    }

  g_strfreev (styles);
}

static void
on_config_notify (GObject *config, GParamSpec *pspec, AdainStyleSet *set)
{
  if (g_str_equal (pspec->name, "weights"))
    {
      read_weights (set);
      g_signal_emit (set, signals[WEIGHTS_CHANGED], 0);
    }
  else if (g_str_equal (pspec->name, "regions"))
    {
      read_regions (set);
      g_signal_emit (set, signals[CHANGED], 0);
    }
  else if (g_str_equal (pspec->name, "parts") || g_str_equal (pspec->name, "turns"))
    {
      read_excerpts (set);
      g_signal_emit (set, signals[EXCERPTS_CHANGED], 0);
    }
  else if (g_str_equal (pspec->name, "model"))
    {
      adain_style_set_look_up (set);
    }
  else if (g_str_equal (pspec->name, "styles") || g_str_equal (pspec->name, "style-layer"))
    {
      if (g_str_equal (pspec->name, "styles"))
        reset_weights (set);
      read_config (set);
      g_signal_emit (set, signals[CHANGED], 0);
      g_signal_emit (set, signals[WEIGHTS_CHANGED], 0);
    }
}

/* From the items to the settings ------------------------------------------------------------ */

static void
write_config (AdainStyleSet *set)
{
  GStrvBuilder *builder = g_strv_builder_new ();
  GimpDrawable *layer = NULL;
  char        **paths;

  for (guint i = 0; i < set->items->len; i++)
    {
      if (item_at (set, i)->path)
        g_strv_builder_add (builder, item_at (set, i)->path);
      else
        layer = item_at (set, i)->layer;
    }

  paths = g_strv_builder_end (builder);
  g_strv_builder_unref (builder);

  g_signal_handlers_block_by_func (set->config, on_config_notify, set);
  g_object_set (set->config, "styles", paths, "style-layer", layer, NULL);
  g_signal_handlers_unblock_by_func (set->config, on_config_notify, set);

  g_strfreev (paths);
  write_weights (set);
  write_excerpts (set);
  write_regions (set);

  g_signal_emit (set, signals[CHANGED], 0);
}

/* A new style weighs as much as those that are there do on average. */
static double
new_weight (AdainStyleSet *set)
{
  double sum = 0.0;

  for (guint i = 0; i < set->items->len; i++)
    sum += item_at (set, i)->weight;

  return sum > 0.0 ? sum / set->items->len : 1.0;
}

void
adain_style_set_add_path (AdainStyleSet *set, const char *path)
{
  AdainStyleItem *item = item_new_path (set, path);
  guint           end = set->items->len;

  item->weight = new_weight (set);
  if (end > 0 && item_at (set, end - 1)->layer)
    end--;

  g_ptr_array_insert (set->items, end, item);
  write_config (set);
}

void
adain_style_set_set_tile (AdainStyleSet *set, const char *gallery, GdkPixbuf *tile)
{
  for (guint i = 0; i < set->items->len; i++)
    if (item_at (set, i)->state == ADAIN_STYLE_READY && g_strcmp0 (item_at (set, i)->gallery, gallery) == 0)
      {
        g_set_object (&item_at (set, i)->pixbuf, tile);
        g_signal_emit (set, signals[TILES_CHANGED], 0);
      }
}

void
adain_style_set_set_layer (AdainStyleSet *set, GimpDrawable *layer)
{
  AdainStyleItem *item = item_new_layer (set, layer);
  guint           n = set->items->len;

  item->weight = new_weight (set);
  if (n > 0 && item_at (set, n - 1)->layer)
    {
      item->weight = item_at (set, n - 1)->weight;
      g_ptr_array_remove_index (set->items, n - 1);
    }

  g_ptr_array_add (set->items, item);
  write_config (set);
}

void
adain_style_set_remove (AdainStyleSet *set, int index)
{
  g_ptr_array_remove_index (set->items, index);
  write_config (set);
}

void
adain_style_set_move (AdainStyleSet *set, int from, int to)
{
  int n = set->items->len;

  if (n > 0 && item_at (set, n - 1)->layer)
    n--;

  if (from < 0 || from >= n || to < 0 || to >= n || from == to)
    return;

  g_ptr_array_insert (set->items, to, g_ptr_array_steal_index (set->items, from));
  write_config (set);
}

GimpImage *
adain_style_set_get_image (AdainStyleSet *set)
{
  return set->image;
}

void
adain_style_set_set_region (AdainStyleSet *set, int index, GimpDrawable *region)
{
  g_set_object (&item_at (set, index)->region, region);
  write_regions (set);
}

void
adain_style_set_set_excerpt (AdainStyleSet *set, int index, const AdainExcerpt *excerpt)
{
  if (!item_set_excerpt (set, item_at (set, index), excerpt))
    return;

  write_excerpts (set);
  g_signal_emit (set, signals[EXCERPTS_CHANGED], 0);
}

void
adain_style_set_set_weight (AdainStyleSet *set, int index, double weight)
{
  if (item_at (set, index)->weight == weight)
    return;

  item_at (set, index)->weight = CLAMP (weight, 0.0, 1.0);
  write_weights (set);
  g_signal_emit (set, signals[WEIGHTS_CHANGED], 0);
}

void
adain_style_set_set_weights (AdainStyleSet *set, const double *weights)
{
  for (guint i = 0; i < set->items->len; i++)
    item_at (set, i)->weight = CLAMP (weights[i], 0.0, 1.0);

  write_weights (set);
  g_signal_emit (set, signals[WEIGHTS_CHANGED], 0);
}

void
adain_style_set_look_up (AdainStyleSet *set)
{
  for (guint i = 0; i < set->items->len; i++)
    if (item_at (set, i)->gallery)
      {
        g_clear_object (&item_at (set, i)->pixbuf);
        item_look_up (set, item_at (set, i));
      }
  g_signal_emit (set, signals[CHANGED], 0);
}

void
adain_style_set_refresh (AdainStyleSet *set)
{
  for (guint i = 0; i < set->items->len; i++)
    {
      AdainStyleItem *item = item_at (set, i);
      gboolean        exists;

      if (!item->path || !g_path_is_absolute (item->path))
        continue;

      exists = g_file_test (item->path, G_FILE_TEST_EXISTS);
      if ((item->state == ADAIN_STYLE_READY && !exists) || (item->state == ADAIN_STYLE_MISSING && exists))
        item_load (set, item);
    }
}

void
adain_style_set_drop_unusable (AdainStyleSet *set)
{
  gboolean changed = FALSE;

  for (int i = set->items->len - 1; i >= 0; i--)
    {
      AdainStyleState state = item_at (set, i)->state;

      if (state == ADAIN_STYLE_MISSING || state == ADAIN_STYLE_BROKEN)
        {
          g_ptr_array_remove_index (set->items, i);
          changed = TRUE;
        }
    }

  if (changed)
    write_config (set);
}

int
adain_style_set_get_size (AdainStyleSet *set)
{
  return set->items->len;
}

const AdainStyleItem *
adain_style_set_get (AdainStyleSet *set, int index)
{
  return item_at (set, index);
}

int
adain_style_set_count_ready (AdainStyleSet *set)
{
  int n = 0;

  for (guint i = 0; i < set->items->len; i++)
    n += item_at (set, i)->state == ADAIN_STYLE_READY;

  return n;
}

gboolean
adain_style_set_is_loaded (AdainStyleSet *set)
{
  for (guint i = 0; i < set->items->len; i++)
    if (item_at (set, i)->state == ADAIN_STYLE_LOADING)
      return FALSE;

  return TRUE;
}

static void
adain_style_set_dispose (GObject *object)
{
  AdainStyleSet *set = ADAIN_STYLE_SET (object);

  if (set->config)
    g_signal_handlers_disconnect_by_data (set->config, set);

  if (set->cancellable)
    g_cancellable_cancel (set->cancellable);

  g_clear_handle_id (&set->refine_source, g_source_remove);
  g_clear_object (&set->config);
  g_clear_object (&set->cancellable);
  g_clear_pointer (&set->items, g_ptr_array_unref);
  g_clear_pointer (&set->initial_styles, g_strfreev);
  g_clear_pointer (&set->initial_weights, g_free);

  G_OBJECT_CLASS (adain_style_set_parent_class)->dispose (object);
}

static void
adain_style_set_class_init (AdainStyleSetClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = adain_style_set_dispose;

  signals[CHANGED] = g_signal_new ("changed", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                                   NULL, G_TYPE_NONE, 0);
  signals[WEIGHTS_CHANGED] = g_signal_new ("weights-changed", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0,
                                           NULL, NULL, NULL, G_TYPE_NONE, 0);
  signals[EXCERPTS_CHANGED] = g_signal_new ("excerpts-changed", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST,
                                            0, NULL, NULL, NULL, G_TYPE_NONE, 0);
  signals[TILES_CHANGED] = g_signal_new ("tiles-changed", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0,
                                         NULL, NULL, NULL, G_TYPE_NONE, 0);
}

static void
adain_style_set_init (AdainStyleSet *set)
{
  set->items = g_ptr_array_new_with_free_func (item_free);
  set->cancellable = g_cancellable_new ();
}

AdainStyleSet *
adain_style_set_new (GimpProcedureConfig *config, GimpImage *image)
{
  AdainStyleSet *set = g_object_new (ADAIN_TYPE_STYLE_SET, NULL);

  set->config = g_object_ref (config);
  set->image = image;
  read_config (set);
  g_object_get (config, "styles", &set->initial_styles, NULL);
  set->initial_weights = adain_settings_dup_weights (config, &set->n_initial_weights);
  g_signal_connect (config, "notify", G_CALLBACK (on_config_notify), set);

  return set;
}
