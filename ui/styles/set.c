/* The styles of the dialog with their weights, kept in step with the settings.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "ui/styles/set.h"

#include "plugin/filter/arguments.h"
#include "ui/settings.h"
#include "ui/styles/loader.h"
#include "ui/styles/settings.h"

struct _AdainStyleSet
{
  GObject parent;

  GimpProcedureConfig *config;
  GimpImage           *image;
  GPtrArray           *items;
  AdainStyleLoader    *loader;
  char               **initial_styles;
  double              *initial_weights;
  gsize                n_initial_weights;
  int                  next_id;
};

enum
{
  CHANGED,
  LOADED,
  WEIGHTS_CHANGED,
  EXCERPTS_CHANGED,
  TILES_CHANGED,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (AdainStyleSet, adain_style_set, G_TYPE_OBJECT)

static AdainStyleItem *
item_at (AdainStyleSet *set, int index)
{
  return g_ptr_array_index (set->items, index);
}

static AdainStyleItem *
new_path (AdainStyleSet *set, const char *path)
{
  AdainStyleItem *item = adain_style_item_new_path (set->next_id++, path);

  if (item->gallery)
    adain_style_item_look_up (item, set->config);
  else
    adain_style_loader_load (set->loader, item);

  return item;
}

static AdainStyleItem *
new_layer (AdainStyleSet *set, GimpDrawable *layer)
{
  return adain_style_item_new_layer (set->next_id++, layer);
}

/* From the settings to the items ------------------------------------------------------------ */

/* Hears changes of the settings by others. */
static void on_config_notify (GObject *config, GParamSpec *pspec, AdainStyleSet *set);

/* Between these two we change the settings ourselves. */
static void
begin_writing (AdainStyleSet *set)
{
  g_signal_handlers_block_by_func (set->config, on_config_notify, set);
}

static void
end_writing (AdainStyleSet *set)
{
  g_signal_handlers_unblock_by_func (set->config, on_config_notify, set);
}

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
read_weights (AdainStyleSet *set)
{
  begin_writing (set);
  adain_style_settings_read_weights (set->config, set->items);
  end_writing (set);
}

static void
read_excerpts (AdainStyleSet *set)
{
  begin_writing (set);
  adain_style_settings_read_excerpts (set->config, set->items);
  end_writing (set);
  adain_style_loader_refine_later (set->loader);
}

static void
read_regions (AdainStyleSet *set)
{
  begin_writing (set);
  adain_style_settings_read_regions (set->config, set->items, set->image);
  end_writing (set);
}

static void
read_config (AdainStyleSet *set)
{
  GPtrArray    *old = g_ptr_array_new_with_free_func (adain_style_item_free);
  char        **paths = NULL;
  GimpDrawable *layer = NULL;

  g_ptr_array_extend_and_steal (old, g_ptr_array_ref (set->items));
  g_object_get (set->config, "styles", &paths, "style-layer", &layer, NULL);

  for (int i = 0; paths && paths[i]; i++)
    {
      AdainStyleItem *item = take_item (old, paths[i], NULL);

      g_ptr_array_add (set->items, item ? item : new_path (set, paths[i]));
    }

  if (layer && gimp_item_is_valid (GIMP_ITEM (layer)))
    {
      AdainStyleItem *item = take_item (old, NULL, layer);

      g_ptr_array_add (set->items, item ? item : new_layer (set, layer));
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
      begin_writing (set);
      adain_settings_set_weights (set->config, set->initial_weights, set->n_initial_weights);
      end_writing (set);
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
write_weights (AdainStyleSet *set)
{
  begin_writing (set);
  adain_style_settings_write_weights (set->config, set->items);
  end_writing (set);
}

static void
write_excerpts (AdainStyleSet *set)
{
  begin_writing (set);
  adain_style_settings_write_excerpts (set->config, set->items);
  end_writing (set);
}

static void
write_regions (AdainStyleSet *set)
{
  begin_writing (set);
  adain_style_settings_write_regions (set->config, set->items, set->image);
  end_writing (set);
}

static void
write_config (AdainStyleSet *set)
{
  begin_writing (set);
  adain_style_settings_write_styles (set->config, set->items);
  end_writing (set);
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
  AdainStyleItem *item = new_path (set, path);
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
  AdainStyleItem *item = new_layer (set, layer);
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
adain_style_set_replace (AdainStyleSet *set, int index, const char *path)
{
  AdainStyleItem *old = item_at (set, index);
  AdainStyleItem *item = new_path (set, path);

  item->weight = old->weight;
  g_set_object (&item->region, old->region);
  set->items->pdata[index] = item;
  adain_style_item_free (old);
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
  if (!adain_style_item_set_excerpt (item_at (set, index), excerpt))
    return;

  adain_style_loader_refine_later (set->loader);
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
        adain_style_item_look_up (item_at (set, i), set->config);
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
        adain_style_loader_load (set->loader, item);
    }
}

gboolean
adain_style_set_is_wanted (AdainStyleSet *set)
{
  return !adain_arguments_model_is_foreign (set->config);
}

void
adain_style_set_drop_unusable (AdainStyleSet *set)
{
  gboolean wanted = adain_style_set_is_wanted (set);
  gboolean changed = FALSE;

  for (int i = set->items->len - 1; i >= 0; i--)
    {
      AdainStyleState state = item_at (set, i)->state;

      if (!wanted || state == ADAIN_STYLE_MISSING || state == ADAIN_STYLE_BROKEN)
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
adain_style_set_find (AdainStyleSet *set, int id)
{
  for (int i = 0; i < adain_style_set_get_size (set); i++)
    if (item_at (set, i)->id == id)
      return i;

  return -1;
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
on_loaded (AdainStyleItem *item, gpointer user_data)
{
  g_signal_emit (user_data, signals[LOADED], 0, item->id);
}

static void
on_refined (AdainStyleItem *item, gpointer user_data)
{
  g_signal_emit (user_data, signals[EXCERPTS_CHANGED], 0);
}

static void
adain_style_set_dispose (GObject *object)
{
  AdainStyleSet *set = ADAIN_STYLE_SET (object);

  if (set->config)
    g_signal_handlers_disconnect_by_data (set->config, set);

  g_clear_pointer (&set->loader, adain_style_loader_free);
  g_clear_object (&set->config);
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
  signals[LOADED] = g_signal_new ("loaded", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                  G_TYPE_NONE, 1, G_TYPE_INT);
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
  set->items = g_ptr_array_new_with_free_func (adain_style_item_free);
  set->loader = adain_style_loader_new (set->items, on_loaded, on_refined, set);
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
