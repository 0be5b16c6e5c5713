/* One of the dialog's styles.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <gdk-pixbuf/gdk-pixbuf.h>
#include <libgimp/gimp.h>

#include "plugin/paint/excerpt.h"

G_BEGIN_DECLS

typedef enum
{
  ADAIN_STYLE_LOADING,
  ADAIN_STYLE_READY,
  ADAIN_STYLE_MISSING, /* there is no such file */
  ADAIN_STYLE_BROKEN,  /* there is one, but it is not a picture */
} AdainStyleState;

typedef struct
{
  int             id;      /* stays the same while the style is moved about */
  char           *path;    /* a path or URI, or "gallery:NAME"; NULL for a layer */
  const char     *gallery; /* the NAME, in path; NULL for all others */
  GimpDrawable   *layer;   /* NULL for a file */
  GimpDrawable   *region;  /* where it is; NULL: where no region is */
  char           *name;    /* what to call it on screen */
  double          weight;  /* 0 to 1 */
  AdainExcerpt    excerpt; /* what of its picture is used; of the gallery's all */
  gboolean        own;     /* one of the gallery that is the user's own */
  AdainStyleState state;
  char           *problem; /* why it is broken */
  GdkPixbuf      *whole;   /* where READY: the picture, reduced; of the gallery's NULL, */
  GdkPixbuf      *pixbuf;  /* and what is used of it; of the gallery's, once it is known, a tile */
  gboolean        coarse;  /* more detail of that is still to be read, */
  gboolean        refined; /* and is being read, or was */
} AdainStyleItem;

/* A file, which is LOADING, or a style of the gallery, which is still to be looked up. */
AdainStyleItem *adain_style_item_new_path (int id, const char *path);
AdainStyleItem *adain_style_item_new_layer (int id, GimpDrawable *layer);
void            adain_style_item_free (gpointer item);

/* What the gallery says of @item, a style of it; one that was not made for the model of the settings cannot be
 * used. */
void adain_style_item_look_up (AdainStyleItem *item, GimpProcedureConfig *config);

/* The picture that was read; NULL: there is none. */
void adain_style_item_set_picture (AdainStyleItem *item, GdkPixbuf *picture);

/* Whether that is a change. */
gboolean adain_style_item_set_excerpt (AdainStyleItem *item, const AdainExcerpt *excerpt);

G_END_DECLS
