/* What all operations of a process share: the network, the engine and the gallery.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "plugin/paint/gallery.h"

G_BEGIN_DECLS

/**
 * AdainStudio:
 * @engine: on the processor: a graphics driver that fails would take GIMP along
 * @collection: (nullable): opened by adain_studio_look_up()
 */
typedef struct
{
  AdainModel      *model;
  AdainEngine     *engine;
  AdainCollection *collection;
} AdainStudio;

/* Where the weights and the translations lie; once, before anything else. */
void        adain_studio_set_folder (const char *folder);
const char *adain_studio_folder (void);

/* Enters the studio, in which one caller is at a time; the first one opens it. */
AdainStudio *adain_studio_enter (GError **error);
void         adain_studio_leave (void);

/* The number of a style of the collection's gallery, or -1. Inside only. */
int adain_studio_look_up (AdainStudio *studio, const char *name, GError **error);

/* Each user of the studio says so. One that ends enters it as it is, open or not, frees what it has of the
 * engine, and leaves for good; with the last one all is freed. */
void adain_studio_use (void);
void adain_studio_wait (void);
void adain_studio_unuse (void);

G_END_DECLS
