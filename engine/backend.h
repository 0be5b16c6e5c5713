/* The one interface between the engine and a device: what a back end has to do.
 *
 * A back end runs the two halves of the network on rectangles, and stores the features of whole
 * pictures wherever suits it. The engine (encode.c) cuts pictures into tiles with a halo, so that a
 * back end only ever sees small independent rectangles and always reflects at their edges.
 *
 * A run-time module exports one function, `adain_backend`, of the type AdainBackendEntry.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "adain.h"
#include "network.h"
#include "statistics.h"
#include "transform.h"

G_BEGIN_DECLS

#define ADAIN_BACKEND_ABI 5

typedef struct
{
  int         threads; /* CPU threads, at least 1 */
  int         tile;    /* side of the tiles in pixels, 0: the back end's choice */
  const char *kernels; /* NULL: the fastest */
} AdainBackendOptions;

typedef struct _AdainBackend  AdainBackend; /* each module defines its own */
typedef struct _AdainFeatures AdainFeatures;

typedef struct
{
  guint       abi;  /* ADAIN_BACKEND_ABI */
  const char *name; /* "cpu", "cuda" */

  /* Whether encode() gathers covariances where statistics ask for them, and decode() takes matrices. */
  gboolean texture;

  /* Whether encode() gathers statistics of several areas, and decode() takes several maps and decoders. */
  gboolean regions;

  /* How well it suits this machine: 0 cannot run, with *reason set to a translated line for
   * people (g_free); the CPU is 10, a usable GPU 100. */
  int (*score) (char **reason);

  AdainBackend *(*open) (const AdainNetwork *network, const AdainBackendOptions *options, GError **error);
  void (*close) (AdainBackend *backend);

  /* One line for people, owned by the back end. */
  const char *(*describe) (AdainBackend *backend);

  /* How many threads may be in encode() or decode() at once; each passes its own `worker`,
   * 0 to workers - 1, and never two the same at a time. A GPU back end with two workers, each with
   * its stream and pinned buffers, overlaps copies with computing. */
  int (*workers) (AdainBackend *backend);

  /* The tiles a picture of width x height cells is best cut into: *tile_width, *tile_height in
   * cells, without halo, such that all workers together need at most `budget` bytes of host memory.
   * FALSE if even the smallest tile does not fit. */
  gboolean (*tile_size) (AdainBackend *backend, int width, int height, gsize budget, int *tile_width,
                         int *tile_height);

  /* Storage for the features of a picture of width x height cells; `feature_bytes` tells its cost
   * in host memory (0 if it lies on the device). Fails with ADAIN_ERROR_MEMORY. */
  gsize (*feature_bytes) (AdainBackend *backend, int width, int height);
  AdainFeatures *(*features_new) (AdainBackend *backend, int width, int height, GError **error);
  void (*features_free) (AdainBackend *backend, AdainFeatures *features);

  /* Encodes `rgb` (height rows of width pixels of 3 floats in [0, 1]; both multiples of 8, at least
   * 16), reflecting at its edges at every layer. Of the resulting width/8 x height/8 cells those in
   * `keep` are stored at cell (x, y) of `features` (NULL: not stored), and added, weighted by `weights`
   * (keep->width * keep->height floats, and as many for each further area that `statistics` have; NULL:
   * all 1), to `statistics` (NULL: not wanted), which mean nothing after a failure. */
  gboolean (*encode) (AdainBackend *backend, int worker, const float *rgb, int width, int height,
                      const AdainRect *keep, const float *weights, AdainFeatures *features, int x, int y,
                      AdainStatistics *statistics, GCancellable *cancellable, GError **error);

  /* Decodes with decoder number `decoder`, 0 being the network's unless adapt() has changed it, the cells
   * `from` of `features`, at least 2 x 2, transformed by `transform` (NULL: as they are), reflecting at the
   * edges of `from` at every layer. In the picture that the transform is for,
   * `from` begins at cell (x, y). Writes the pixels of the cells `keep` (relative to `from`) to `rgb`:
   * keep->height * 8 rows of keep->width * 8 pixels of 3 floats, not clipped. */
  gboolean (*decode) (AdainBackend *backend, int worker, int decoder, const AdainFeatures *features,
                      const AdainRect *from, const AdainRect *keep, const AdainTransform *transform, int x,
                      int y, float *rgb, GCancellable *cancellable, GError **error);

  /* Replaces decoder number `decoder`, or adds it where there are as many, by one of the same shapes as the
   * network's, whose weights are not used after the call. No decode() may be under way. After a failure it is
   * the one it was, or nothing can be decoded any more. */
  gboolean (*adapt) (AdainBackend *backend, int decoder, const AdainChain *chain, GError **error);
} AdainBackendClass;

typedef const AdainBackendClass *(*AdainBackendEntry) (void);

/* The CPU back end is built in. */
const AdainBackendClass *adain_cpu_backend (void);

G_END_DECLS
