/* What the preview is to show, as settings and styles have it.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "ui/looks.h"

#include "plugin/filter/arguments.h"

struct _AdainLooks
{
  GimpProcedureConfig *config;
  AdainStyleSet       *styles;
  GimpImage           *image;
  GimpDrawable       **drawables;
  void (*changed) (gpointer user_data);
  gpointer user_data;

  AdainRegionPlanes *regions; /* of the last look, */
  GPtrArray         *frame_regions;
  AdainFrames       *frames;  /* NULL: were not needed yet */
  guint              reading; /* the source that does it */
};

AdainLooks *
adain_looks_new (GimpProcedureConfig *config, AdainStyleSet *styles, GimpImage *image,
                 GimpDrawable **drawables, void (*changed) (gpointer user_data), gpointer user_data)
{
  AdainLooks *looks = g_new0 (AdainLooks, 1);

  looks->config = config;
  looks->styles = styles;
  looks->image = image;
  looks->drawables = drawables;
  looks->changed = changed;
  looks->user_data = user_data;

  return looks;
}

void
adain_looks_free (AdainLooks *looks)
{
  if (!looks)
    return;

  g_clear_handle_id (&looks->reading, g_source_remove);
  adain_region_planes_unref (looks->regions);
  g_clear_pointer (&looks->frame_regions, g_ptr_array_unref);
  adain_frames_unref (looks->frames);
  g_free (looks);
}

/* Layers that are painted alike ------------------------------------------------------------- */

/* One at a time, between what the user does. */
static gboolean
read_frames (gpointer data)
{
  AdainLooks *looks = data;

  if (adain_frames_read (looks->frames))
    return G_SOURCE_CONTINUE;

  looks->reading = 0;
  looks->changed (looks->user_data);

  return G_SOURCE_REMOVE;
}

/* Those with which the first layer shares its statistics, once they have been read. */
static void
add_frames (AdainLooks *looks, AdainLook *look)
{
  gboolean shared;

  g_object_get (looks->config, "shared-statistics", &shared, NULL);
  if (!shared || !looks->drawables[1])
    return;

  if (!looks->frames)
    {
      looks->frames = adain_frames_new (looks->image, looks->drawables);
      looks->reading = g_idle_add_full (G_PRIORITY_LOW, read_frames, looks, NULL);
    }
  if (looks->reading)
    look->preliminary = TRUE;
  else
    look->frames = adain_frames_ref (looks->frames);
}

/* Where the styles that can be used are, and what is protected ------------------------------- */

static GPtrArray *
read_frame_regions (AdainLooks *looks, GimpDrawable **regions, int n, GimpDrawable *protect)
{
  GPtrArray *planes = g_ptr_array_new_with_free_func ((GDestroyNotify) adain_region_planes_unref);

  for (int i = 0; i < looks->frames->n; i++)
    g_ptr_array_add (planes, adain_region_planes_read (NULL, looks->frames->pictures[i]->drawable, regions, n,
                                                       protect));

  return planes;
}

static void
add_regions (AdainLooks *looks, AdainLook *look, GimpDrawable **regions)
{
  GimpDrawable      *protect = NULL;
  AdainRegionPlanes *planes;

  g_object_get (looks->config, "protect", &protect, NULL);
  planes = adain_region_planes_read (looks->regions, looks->drawables[0], regions, look->n_styles, protect);
  if (planes != looks->regions)
    g_clear_pointer (&looks->frame_regions, g_ptr_array_unref);
  g_clear_pointer (&looks->regions, adain_region_planes_unref);
  looks->regions = planes;
  look->regions = planes ? adain_region_planes_ref (planes) : NULL;

  if (planes && look->frames)
    {
      if (!looks->frame_regions)
        looks->frame_regions = read_frame_regions (looks, regions, look->n_styles, protect);
      look->frame_regions = g_ptr_array_ref (looks->frame_regions);
    }
  g_clear_object (&protect);
}

/* Looks ------------------------------------------------------------------------------------- */

AdainLook *
adain_looks_create (AdainLooks *looks)
{
  gboolean       wanted = adain_style_set_is_wanted (looks->styles);
  AdainLook     *look = adain_look_new (wanted ? adain_style_set_count_ready (looks->styles) : 0);
  GimpDrawable **regions = g_new0 (GimpDrawable *, look->n_styles + 1);
  int            n = 0;

  for (int i = 0; wanted && i < adain_style_set_get_size (looks->styles); i++)
    {
      const AdainStyleItem *item = adain_style_set_get (looks->styles, i);

      if (item->state != ADAIN_STYLE_READY)
        continue;

      regions[n] = item->region;
      look->preliminary |= item->coarse;
      if (item->gallery)
        look->gallery[n] = g_strdup (item->gallery);
      else
        look->styles[n] = g_object_ref (item->pixbuf);
      look->weights[n++] = item->weight;
    }

  adain_parameters_read (&look->parameters, looks->config);
  add_frames (looks, look);
  add_regions (looks, look, regions);
  g_free (regions);

  return look;
}

AdainLook *
adain_looks_create_tile (AdainLooks *looks, const char *name)
{
  AdainLook *look = adain_look_new (1);

  look->gallery[0] = g_strdup (name);
  look->weights[0] = 1.0;
  adain_parameters_read (&look->parameters, looks->config);

  return look;
}
