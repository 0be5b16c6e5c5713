/* The engine's inside: the model, and the device it runs on.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "adaptation.h"
#include "backend.h"
#include "foreign.h"
#include "model.h"

G_BEGIN_DECLS

/* A back end that has been opened. It stays open until the engine is freed, since contents may have
 * features in it even after the engine has fallen back to another. */
typedef struct
{
  const AdainBackendClass *class;
  AdainBackend *backend;
} AdainUnit;

struct _AdainEngine
{
  AdainModel   *model;
  gsize         memory;
  int           threads, tile;
  gboolean      texture;   /* contents are encoded such that they can take one on */
  gboolean      regions;   /* the device can paint some */
  gboolean      refine;    /* styles are encoded such that they can be refined to */
  double        brushwork; /* that contents are encoded with */
  char         *kernels, *module_dir;
  AdainForeign *foreign;  /* which paints; NULL: the units do */
  AdainUnit     units[2]; /* the one in use last */
  int           n_units;
  char         *notice;
  int           channels;
  GPtrArray    *decoders; /* what those of the unit in use are made of (AdainDecoder, decoders.h) */
  guint         adapted;  /* how often they have changed */
};

const AdainUnit *adain_engine_unit (AdainEngine *engine);

/* Cells that the halves of the network have to see around a tile. */
int adain_engine_encoder_halo (const AdainEngine *engine);
int adain_engine_decoder_halo (const AdainEngine *engine);

/* After `error`, if it is the failure of a device other than the CPU: goes over to the CPU, keeps the
 * error as the notice and clears it. FALSE leaves everything as it is. */
gboolean adain_engine_fall_back (AdainEngine *engine, GError **error);

G_END_DECLS
