/* Statistics that several contents share.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "scene.h"

/* Of the areas of one region. */
typedef struct
{
  int              region;
  AdainStatistics *statistics;
} Entry;

struct _AdainScene
{
  GArray      *entries;
  AdainPalette palette;
  double       weight; /* of the palette */
};

static void
clear_entry (gpointer entry)
{
  adain_statistics_free (((Entry *) entry)->statistics);
}

AdainScene *
adain_scene_new (void)
{
  AdainScene *scene = g_new0 (AdainScene, 1);

  scene->entries = g_array_new (FALSE, FALSE, sizeof (Entry));
  g_array_set_clear_func (scene->entries, clear_entry);
  return scene;
}

void
adain_scene_free (AdainScene *scene)
{
  if (scene == NULL)
    return;
  g_array_unref (scene->entries);
  g_free (scene);
}

static AdainStatistics *
find (const AdainScene *scene, int region)
{
  for (guint i = 0; i < scene->entries->len; i++)
    if (g_array_index (scene->entries, Entry, i).region == region)
      return g_array_index (scene->entries, Entry, i).statistics;
  return NULL;
}

/* Without any cell, for one area. */
static AdainStatistics *
new_for_one (const AdainStatistics *like)
{
  AdainStatistics alone = *like;

  alone.next = NULL;
  return adain_statistics_new_like (&alone, 0);
}

static void
merge_palette (AdainScene *scene, const AdainPalette *palette, double weight)
{
  double share = weight / (scene->weight + weight), delta[3];

  for (int a = 0; a < 3; a++)
    delta[a] = palette->mean[a] - scene->palette.mean[a];
  for (int a = 0; a < 3; a++)
    for (int b = 0; b < 3; b++)
      scene->palette.covariance[a][b] += share * (palette->covariance[a][b] - scene->palette.covariance[a][b])
                                         + share * (1 - share) * delta[a] * delta[b];
  for (int a = 0; a < 3; a++)
    scene->palette.mean[a] += share * delta[a];
  scene->weight += weight;
}

gboolean
adain_scene_merge (AdainScene *scene, const AdainRegions *regions, const AdainStatistics *statistics,
                   const AdainSurvey *survey)
{
  for (int i = 0; i < regions->n; i++, statistics = statistics->next)
    {
      Entry entry = { regions->areas[i].region, find (scene, regions->areas[i].region) };

      if (!entry.statistics)
        {
          /* Of pictures that count as a whole no range is gathered; others may follow. */
          entry.statistics = new_for_one (statistics);
          if (!entry.statistics
              || (!entry.statistics->low && !adain_statistics_want_range (entry.statistics)))
            {
              adain_statistics_free (entry.statistics);
              return FALSE;
            }
          g_array_append_val (scene->entries, entry);
        }
      adain_statistics_merge (entry.statistics, statistics);
    }
  merge_palette (scene, &survey->palette, survey->weight);
  return TRUE;
}

void
adain_scene_palette (const AdainScene *scene, AdainPalette *palette)
{
  *palette = scene->palette;
}

gboolean
adain_scene_replace (const AdainScene *scene, const AdainRegions *regions, AdainStatistics **statistics)
{
  for (int i = 0; i < regions->n; i++, statistics = &(*statistics)->next)
    {
      const AdainStatistics *shared = find (scene, regions->areas[i].region);
      AdainStatistics       *own = *statistics, *replacement;

      if (!shared)
        continue;
      replacement = new_for_one (own);
      if (!replacement)
        return FALSE;
      adain_statistics_merge (replacement, shared);
      replacement->next = g_steal_pointer (&own->next);
      replacement->pitch = own->pitch;
      adain_statistics_free (own);
      *statistics = replacement;
    }
  return TRUE;
}
