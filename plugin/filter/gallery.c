/* The gallery that comes with the plug-in: styles without a picture, called "gallery:NAME".
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "plugin/filter/gallery.h"

#include <string.h>

#include <glib/gi18n-lib.h>

#include "plugin/filter/arguments.h"

/* Names that an error proposes. */
#define PROPOSALS 3

const char *
adain_gallery_name (const char *style)
{
  return g_str_has_prefix (style, ADAIN_GALLERY_PREFIX) ? style + strlen (ADAIN_GALLERY_PREFIX) : NULL;
}

AdainGallery *
adain_gallery_open (AdainModel *model, GError **error)
{
  g_autofree char *path = adain_arguments_gallery ();

  return adain_gallery_load (path, model, error);
}

/* Pairs of neighbouring letters of `a` that are somewhere in `b`. */
static int
count_pairs (const char *a, const char *b)
{
  int n = 0;

  for (; a[0] && a[1]; a++)
    n += g_strstr_len (b, -1, (const char[]) { a[0], a[1], 0 }) != NULL;
  return n;
}

/* 0 to 1 (Dice, "Measures of the amount of ecologic association between species", 1945). */
static double
similarity (const char *a, const char *b)
{
  return (count_pairs (a, b) + count_pairs (b, a)) / (double) (strlen (a) + strlen (b));
}

int
adain_gallery_look_up (const AdainGallery *gallery, const char *name, GError **error)
{
  int              index = adain_gallery_find (gallery, name);
  double           best[PROPOSALS] = { 0 };
  const char      *proposals[PROPOSALS + 1] = { NULL };
  g_autofree char *low = g_ascii_strdown (name, -1), *list = NULL;

  if (index >= 0)
    return index;

  for (int i = 0; i < adain_gallery_size (gallery); i++)
    {
      const char *candidate = adain_gallery_entry (gallery, i)->name;
      double      score = similarity (low, candidate);

      for (int k = 0; k < PROPOSALS; k++)
        if (score > best[k])
          {
            double      worse = best[k];
            const char *pushed = proposals[k];

            best[k] = score;
            proposals[k] = candidate;
            score = worse;
            candidate = pushed;
          }
    }
  list = g_strjoinv (", ", (char **) proposals);
  g_set_error (error, ADAIN_ERROR, ADAIN_ERROR_ARGUMENT,
               _ ("The gallery has no style “%s”. Similar names: %s"), name, list);
  return -1;
}
