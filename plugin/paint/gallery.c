/* Styles without a picture, called "gallery:NAME": the user's own, and those that come with the plug-in.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "plugin/paint/gallery.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>

#include "plugin/paint/convert.h"
#include "plugin/paint/titles.h"

/* Names that an error proposes. */
#define PROPOSALS 3

/* So much of an encoder's checksum is in the name of its gallery's file; in the file is all of it. */
#define CHECKSUM_DIGITS 12

G_DEFINE_AUTOPTR_CLEANUP_FUNC (AdainEngine, adain_engine_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (AdainStyle, adain_style_free)

const char *
adain_gallery_name (const char *style)
{
  return g_str_has_prefix (style, ADAIN_GALLERY_PREFIX) ? style + strlen (ADAIN_GALLERY_PREFIX) : NULL;
}

const char *
adain_gallery_title (const AdainGalleryEntry *entry)
{
  return *entry->artist ? adain_title_translate (entry->title) : entry->title;
}

char *
adain_gallery_label (const AdainGalleryEntry *entry)
{
  /* Translators: a painter and one of his paintings. */
  return *entry->artist ? g_strdup_printf (_ ("%s: %s"), entry->artist, adain_gallery_title (entry))
                        : g_strdup (*entry->title ? entry->title : entry->name);
}

/* Opening ----------------------------------------------------------------------------------- */

static char *
own_path (AdainModel *model)
{
  g_autofree char *base = g_strdup_printf ("gallery-%.*s.safetensors", CHECKSUM_DIGITS,
                                           adain_model_encoder (model));

  return g_build_filename (g_get_user_data_dir (), "adain-style-transfer", base, NULL);
}

/* The user's own, of which there may be none. */
static AdainGallery *
open_own (AdainModel *model, GError **error)
{
  g_autofree char *path = own_path (model);

  return g_file_test (path, G_FILE_TEST_EXISTS) ? adain_gallery_load (path, model, error)
                                                : adain_gallery_new (model);
}

/* Keeps the first of several problems. */
static void
add_problem (AdainCollection *collection, GError *problem)
{
  if (collection->problem == NULL)
    collection->problem = problem;
  else
    g_error_free (problem);
}

AdainCollection *
adain_collection_open (AdainModel *model, const char *shipped)
{
  AdainCollection *collection = g_new0 (AdainCollection, 1);
  g_autoptr (AdainGallery) others = NULL;
  GError *error = NULL;

  collection->gallery = open_own (model, &error);
  if (collection->gallery == NULL)
    {
      add_problem (collection, g_steal_pointer (&error));
      collection->gallery = adain_gallery_new (model);
    }
  collection->n_own = adain_gallery_size (collection->gallery);

  others = adain_gallery_load (shipped, model, &error);
  if (others == NULL || !adain_gallery_append (collection->gallery, others, &error))
    add_problem (collection, error);
  return collection;
}

void
adain_collection_free (AdainCollection *collection)
{
  if (collection == NULL)
    return;
  adain_gallery_free (collection->gallery);
  g_clear_error (&collection->problem);
  g_free (collection);
}

/* Looking up -------------------------------------------------------------------------------- */

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

/* The most similar names, by commas. */
static char *
propose (const AdainGallery *gallery, const char *name)
{
  double           best[PROPOSALS] = { 0 };
  const char      *proposals[PROPOSALS + 1] = { NULL };
  g_autofree char *low = g_ascii_strdown (name, -1);

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
  return g_strjoinv (", ", (char **) proposals);
}

int
adain_collection_look_up (const AdainCollection *collection, const char *name, GError **error)
{
  int              index = adain_gallery_find (collection->gallery, name);
  g_autofree char *list = NULL;

  if (index >= 0)
    return index;
  if (collection->problem != NULL)
    {
      g_propagate_error (error, g_error_copy (collection->problem));
      return -1;
    }
  list = propose (collection->gallery, name);
  g_set_error (error, ADAIN_ERROR, ADAIN_ERROR_ARGUMENT,
               _ ("The gallery has no style “%s”. Similar names: %s"), name, list);
  return -1;
}

/* The user's own styles --------------------------------------------------------------------- */

/* "Sunset (2)" becomes "sunset-2": letters and digits in any script, with single hyphens between; "style" if there
 * are none. */
char *
adain_gallery_make_name (const char *title)
{
  GString *slug = g_string_new (NULL);

  for (const char *c = title; *c; c = g_utf8_next_char (c))
    {
      gunichar letter = g_utf8_get_char (c);

      if (g_unichar_isalnum (letter))
        g_string_append_unichar (slug, g_unichar_tolower (letter));
      else if (slug->len > 0 && slug->str[slug->len - 1] != '-')
        g_string_append_c (slug, '-');
    }
  if (slug->len > 0 && slug->str[slug->len - 1] == '-')
    g_string_truncate (slug, slug->len - 1);
  if (slug->len == 0)
    g_string_assign (slug, "style");
  return g_string_free (slug, FALSE);
}

/* A name that no style has yet. */
static char *
make_new_name (AdainModel *model, const char *shipped, const char *title)
{
  g_autoptr (AdainCollection) all = adain_collection_open (model, shipped);
  g_autofree char *slug = adain_gallery_make_name (title);
  char            *name = g_strdup (slug);

  for (int i = 2; adain_gallery_find (all->gallery, name) >= 0; i++)
    {
      g_free (name);
      name = g_strdup_printf ("%s-%d", slug, i);
    }
  return name;
}

static void
set_unchangeable (GError **error, const char *path, const char *reason)
{
  g_set_error (error, ADAIN_ERROR, ADAIN_ERROR_ARGUMENT, _ ("Your gallery “%s” cannot be changed: %s"), path,
               reason);
}

static gboolean
write_own (const AdainGallery *gallery, AdainModel *model, GError **error)
{
  g_autofree char *path = own_path (model), *folder = g_path_get_dirname (path);
  g_autoptr (GError) reason = NULL;

  if (adain_gallery_size (gallery) == 0 && g_unlink (path) == 0)
    return TRUE;
  if (adain_gallery_size (gallery) > 0 && g_mkdir_with_parents (folder, 0700) == 0
      && adain_gallery_write (gallery, path, &reason))
    return TRUE;
  set_unchangeable (error, path, reason != NULL ? reason->message : g_strerror (errno));
  return FALSE;
}

/* A file is replaced by a new one, so that it is the folder that matters. */
gboolean
adain_collection_check (AdainModel *model, GError **error)
{
  g_autofree char *path = own_path (model), *folder = g_path_get_dirname (path);
  g_autoptr (AdainGallery) own = open_own (model, error);

  if (own == NULL)
    return FALSE;
  if (g_mkdir_with_parents (folder, 0700) == 0 && g_access (folder, W_OK) == 0)
    return TRUE;
  set_unchangeable (error, path, g_strerror (errno));
  return FALSE;
}

/* Encodes the picture as a run with everything would, its shorter side at ADAIN_STYLE_SIDE. */
static AdainStyle *
encode (AdainModel *model, const AdainSource *source, GError **error)
{
  const AdainEngineOptions options = { .texture = TRUE, .refine = TRUE };
  g_autoptr (AdainEngine) engine = adain_engine_new (model, ADAIN_DEVICE_CPU, &options, error);

  return engine != NULL ? adain_style_encode (engine, source, ADAIN_STYLE_SIDE, NULL, NULL, error) : NULL;
}

/* The style of a picture, and its palette. */
static AdainStyle *
encode_picture (AdainModel *model, AdainPixels *picture, AdainPalette *palette, GError **error)
{
  AdainSource source;

  picture->format = adain_working_format (babl_space ("sRGB"));
  source = adain_pixels_source (picture);
  return adain_source_palette (&source, palette, NULL, error) ? encode (model, &source, error) : NULL;
}

char *
adain_collection_keep (AdainModel *model, const char *shipped, AdainPixels *picture, const char *title,
                       GError **error)
{
  AdainPalette palette;
  g_autoptr (AdainStyle) style = encode_picture (model, picture, &palette, error);
  g_autoptr (AdainGallery) own = NULL;
  g_autofree char *name = NULL;

  if (style == NULL)
    return NULL;
  own = open_own (model, error);
  if (own == NULL)
    return NULL;
  name = make_new_name (model, shipped, title);
  if (!adain_gallery_add (own, &(AdainGalleryEntry) { name, "", title, "" }, style, &palette, error)
      || !write_own (own, model, error))
    return NULL;
  return g_steal_pointer (&name);
}

/* The style that was learned, as it would be encoded to be kept. */
static AdainStyle *
encode_learned (AdainModel *model, const AdainLearned *learned, AdainPalette *palette, GError **error)
{
  const AdainGallery *gallery = learned->from != NULL ? learned->from->gallery : NULL;
  AdainStyle         *style;

  if (learned->picture != NULL)
    style = encode_picture (model, learned->picture, palette, error);
  else
    style = adain_gallery_style (gallery, learned->entry, error);
  if (style == NULL)
    return NULL;
  if (learned->picture == NULL)
    adain_gallery_palette (gallery, learned->entry, palette);
  adain_style_learn_from (style, learned->style);
  return style;
}

char *
adain_collection_keep_learned (AdainModel *model, const char *shipped, const AdainLearned *learned,
                               GError **error)
{
  AdainPalette palette;
  g_autoptr (AdainStyle) style = encode_learned (model, learned, &palette, error);
  g_autoptr (AdainGallery) own = NULL;
  g_autofree char *name = NULL;
  int              index;

  if (style == NULL)
    return NULL;
  own = open_own (model, error);
  if (own == NULL)
    return NULL;
  name = learned->name != NULL ? g_strdup (learned->name) : make_new_name (model, shipped, learned->title);
  index = adain_gallery_find (own, name);
  if (index >= 0)
    adain_gallery_remove (own, index);
  if (!adain_gallery_add (own, &(AdainGalleryEntry) { name, "", learned->title, "" }, style, &palette, error)
      || !write_own (own, model, error))
    return NULL;
  return g_steal_pointer (&name);
}

gboolean
adain_collection_forget (AdainModel *model, const char *name, GError **error)
{
  g_autoptr (AdainGallery) own = open_own (model, error);
  int index;

  if (own == NULL)
    return FALSE;
  index = adain_gallery_find (own, name);
  if (index < 0)
    return TRUE;
  adain_gallery_remove (own, index);
  return write_own (own, model, error);
}
