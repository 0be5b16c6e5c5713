/* The settings of styles, and the styles.
 *
 * Lists are written only where they differ: "notify" does not nest, but begins anew for a property that is set
 * meanwhile, and would go on for ever.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "ui/styles/settings.h"

#include <math.h>

#include "plugin/filter/regions.h"
#include "ui/settings.h"

static AdainStyleItem *
item_at (GPtrArray *items, int index)
{
  return g_ptr_array_index (items, index);
}

void
adain_style_settings_write_styles (GimpProcedureConfig *config, GPtrArray *items)
{
  GStrvBuilder *builder = g_strv_builder_new ();
  GimpDrawable *layer = NULL;
  char        **paths;

  for (guint i = 0; i < items->len; i++)
    {
      if (item_at (items, i)->path)
        g_strv_builder_add (builder, item_at (items, i)->path);
      else
        layer = item_at (items, i)->layer;
    }

  paths = g_strv_builder_end (builder);
  g_strv_builder_unref (builder);
  g_object_set (config, "styles", paths, "style-layer", layer, NULL);
  g_strfreev (paths);
}

/* Weights ----------------------------------------------------------------------------------- */

void
adain_style_settings_write_weights (GimpProcedureConfig *config, GPtrArray *items)
{
  double *weights = g_new (double, items->len + 1);

  for (guint i = 0; i < items->len; i++)
    weights[i] = item_at (items, i)->weight;
  adain_settings_set_weights (config, weights, items->len);

  g_free (weights);
}

void
adain_style_settings_read_weights (GimpProcedureConfig *config, GPtrArray *items)
{
  gsize   n;
  double *weights = adain_settings_dup_weights (config, &n);
  double  largest = 1.0;

  for (gsize i = 0; i < n; i++)
    if (isfinite (weights[i]))
      largest = MAX (largest, weights[i]);

  for (guint i = 0; i < items->len; i++)
    {
      double weight = n == items->len ? weights[i] / largest : 1.0;

      item_at (items, i)->weight = weight > 0.0 ? MIN (weight, 1.0) : 0.0;
    }

  g_free (weights);

  if (n != items->len)
    adain_style_settings_write_weights (config, items);
}

/* Parts and turns --------------------------------------------------------------------------- */

/* Up to the last entry that is not the @usual one, which those beyond the list count as; an empty list is NULL.
 * Takes @list. */
static void
write_list (GimpProcedureConfig *config, const char *name, char **list, const char *usual)
{
  static char *const none[] = { NULL };
  char             **old = NULL;

  for (int n = g_strv_length (list); n > 0 && g_str_equal (list[n - 1], usual); n--)
    g_clear_pointer (&list[n - 1], g_free);

  g_object_get (config, name, &old, NULL);
  if (!g_strv_equal ((const char *const *) list, (const char *const *) (old ? old : none)))
    g_object_set (config, name, list[0] ? list : NULL, NULL);

  g_strfreev (old);
  g_strfreev (list);
}

void
adain_style_settings_write_excerpts (GimpProcedureConfig *config, GPtrArray *items)
{
  char **parts = g_new0 (char *, items->len + 1), **turns = g_new0 (char *, items->len + 1);
  char  *whole = adain_part_format (&ADAIN_PART_WHOLE);

  for (guint i = 0; i < items->len; i++)
    {
      parts[i] = adain_part_format (&item_at (items, i)->excerpt.part);
      turns[i] = g_strdup (adain_turn_name (item_at (items, i)->excerpt.turn));
    }
  write_list (config, "parts", parts, whole);
  write_list (config, "turns", turns, adain_turn_name (ADAIN_TURN_NONE));
  g_free (whole);
}

/* The @i-th of the lists, which may be NULL or shorter. */
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

void
adain_style_settings_read_excerpts (GimpProcedureConfig *config, GPtrArray *items)
{
  char **parts = NULL, **turns = NULL;

  g_object_get (config, "parts", &parts, "turns", &turns, NULL);
  for (guint i = 0; i < items->len; i++)
    {
      AdainExcerpt excerpt = parse_excerpt (parts, turns, i);

      adain_style_item_set_excerpt (item_at (items, i), &excerpt);
    }
  adain_style_settings_write_excerpts (config, items);

  g_strfreev (turns);
  g_strfreev (parts);
}

/* Regions ----------------------------------------------------------------------------------- */

/* Of styles without a region the selection stands for it, up to the last that has one; @n of them. */
static GObject **
list_regions (GPtrArray *items, int n, GimpImage *image)
{
  GObject  *none = G_OBJECT (gimp_image_get_selection (image));
  GObject **regions = g_new0 (GObject *, MAX (n, 1) + 1);

  regions[0] = none;
  for (int i = 0; i < n; i++)
    regions[i] = item_at (items, i)->region ? G_OBJECT (item_at (items, i)->region) : none;

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
void
adain_style_settings_write_regions (GimpProcedureConfig *config, GPtrArray *items, GimpImage *image)
{
  GObject **old = NULL;
  int       n = items->len;

  g_object_get (config, "regions", &old, NULL);
  while (n > 0 && !item_at (items, n - 1)->region)
    n--;

  if (n > 0 || (old && old[0]))
    {
      GObject **regions = list_regions (items, n, image);

      if (!old || !same_regions (old, regions))
        g_object_set (config, "regions", regions, NULL);
      g_free (regions);
    }

  g_free (old);
}

static gboolean
is_region (GimpDrawable *drawable, GimpImage *image)
{
  return gimp_item_is_valid (GIMP_ITEM (drawable)) && adain_region_is_given (drawable)
         && gimp_item_get_image (GIMP_ITEM (drawable)) == image;
}

void
adain_style_settings_read_regions (GimpProcedureConfig *config, GPtrArray *items, GimpImage *image)
{
  GimpDrawable **regions = NULL;
  guint          n = 0;

  g_object_get (config, "regions", &regions, NULL);
  while (regions && regions[n])
    n++;
  for (guint i = 0; i < items->len; i++)
    {
      GimpDrawable *region = i < n && is_region (regions[i], image) ? regions[i] : NULL;

      g_set_object (&item_at (items, i)->region, region);
    }
  g_free (regions);

  if (n > 0)
    adain_style_settings_write_regions (config, items, image);
}
