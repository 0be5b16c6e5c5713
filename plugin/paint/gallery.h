/* Styles without a picture, called "gallery:NAME": the user's own, and those that come with the plug-in.
 *
 * The user's own lie in the user's data folder, in a file for each encoder, as their statistics fit no other.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "plugin/paint/pixels.h"

G_BEGIN_DECLS

#define ADAIN_GALLERY_PREFIX "gallery:"

/* The NAME in "gallery:NAME", or NULL: that is a file's path or URI. */
const char *adain_gallery_name (const char *style);

/* The title of an entry on screen: that of a painting which comes with the plug-in is in the user's language. */
const char *adain_gallery_title (const AdainGalleryEntry *entry);

/* What an entry is called on screen. Free with g_free(). */
char *adain_gallery_label (const AdainGalleryEntry *entry);

/**
 * AdainCollection:
 * @gallery: all styles that can be had for a model
 * @n_own: how many of them, at its beginning, are the user's own
 * @problem: (nullable): why others are missing
 */
typedef struct
{
  AdainGallery *gallery;
  int           n_own;
  GError       *problem;
} AdainCollection;

/* What there is for @model; files that cannot be read are a problem of the collection's. */
AdainCollection *adain_collection_open (AdainModel *model, const char *shipped);
void             adain_collection_free (AdainCollection *collection);

/* The index of the style that is called @name, or -1 with an error that says which ones have a similar
 * name, or why it may be missing. */
int adain_collection_look_up (const AdainCollection *collection, const char *name, GError **error);

/* Adds a picture to the user's own styles, under a name that is made from @title. Returns the name; free with
 * g_free(). What was kept before stays as it is if this fails. Any thread. */
char *adain_collection_keep (AdainModel *model, const char *shipped, AdainPixels *picture, const char *title,
                             GError **error);

/* Whether the user's own styles can be read, and others added. */
gboolean adain_collection_check (AdainModel *model, GError **error);

/* The name that an argument's "gallery:NAME" has for a style that is called @title on screen: small letters and digits
 * in any script, with single hyphens between. Free with g_free(). */
char *adain_gallery_make_name (const char *title);

/**
 * AdainLearned: a style that has been learned
 * @style: the style
 * @name: (nullable): its name; one of the user's own that is called so is replaced. NULL: one that no style has yet is
 *   made from @title
 * @title: what it is to be called on screen
 * @picture: (nullable): its picture
 * @from, @entry: where there is none, the collection that it is from, and which one it is there
 */
typedef struct
{
  const AdainStyle      *style;
  const char            *name;
  const char            *title;
  AdainPixels           *picture;
  const AdainCollection *from;
  int                    entry;
} AdainLearned;

/* Adds it to the user's own styles. Returns its name; free with g_free(). What was kept before stays as it is if this
 * fails. Any thread. */
char *adain_collection_keep_learned (AdainModel *model, const char *shipped, const AdainLearned *learned,
                                     GError **error);

/* Takes one of the user's own styles out. */
gboolean adain_collection_forget (AdainModel *model, const char *name, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (AdainCollection, adain_collection_free)

G_END_DECLS
