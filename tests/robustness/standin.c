/* A module for GPUs that has none: it computes on the CPU, and fails where the test wants it to. It has
 * kernels called "stand-in", which the CPU does not know.
 *
 * The environment variable ADAIN_STANDIN says what fails, from which call on, and how: "encode 3 device".
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <gmodule.h>

#include "engine/backend.h"

#define N_WORDS 3

/* Where it fails ("abi", "score", "open", "tile", "features", "encode", "decode", "adapt", "nowhere"), from which
 * call on (of "features": at which call), and how ("device", "memory", "argument"). */
static char place[16], kind[16];
static int  first;
static gint calls;

static AdainBackendClass class;

static const AdainBackendClass *
cpu (void)
{
  return adain_cpu_backend ();
}

static gboolean
fails (const char *where, GError **error)
{
  int call;

  if (strcmp (place, where) != 0)
    return FALSE;
  call = g_atomic_int_add (&calls, 1) + 1;
  if (call < first || (call > first && strcmp (where, "features") == 0))
    return FALSE;
  g_set_error_literal (error, ADAIN_ERROR,
                       strcmp (kind, "memory") == 0   ? ADAIN_ERROR_MEMORY
                       : strcmp (kind, "device") == 0 ? ADAIN_ERROR_DEVICE
                                                      : ADAIN_ERROR_ARGUMENT,
                       "the stand-in was told to fail");
  return TRUE;
}

static int
score (char **reason)
{
  if (strcmp (place, "score") != 0)
    return 100;
  *reason = g_strdup ("the stand-in does not suit");
  return 0;
}

static AdainBackend *
open_backend (const AdainNetwork *network, const AdainBackendOptions *options, GError **error)
{
  AdainBackendOptions own = *options;

  if (g_strcmp0 (own.kernels, "stand-in") == 0)
    own.kernels = NULL;
  return fails ("open", error) ? NULL : cpu ()->open (network, &own, error);
}

static const char *
describe (AdainBackend *backend)
{
  return "Stand-in";
}

static gboolean
tile_size (AdainBackend *backend, int width, int height, gsize budget, int *tile_width, int *tile_height)
{
  return !fails ("tile", NULL) && cpu ()->tile_size (backend, width, height, budget, tile_width, tile_height);
}

static AdainFeatures *
features_new (AdainBackend *backend, int width, int height, GError **error)
{
  return fails ("features", error) ? NULL : cpu ()->features_new (backend, width, height, error);
}

static gboolean
encode (AdainBackend *backend, int worker, const float *rgb, int width, int height, const AdainRect *keep,
        const float *weights, AdainFeatures *features, int x, int y, AdainStatistics *statistics,
        GCancellable *cancellable, GError **error)
{
  return !fails ("encode", error)
         && cpu ()->encode (backend, worker, rgb, width, height, keep, weights, features, x, y, statistics,
                            cancellable, error);
}

static gboolean
decode (AdainBackend *backend, int worker, int decoder, const AdainFeatures *features, const AdainRect *from,
        const AdainRect *keep, const AdainTransform *transform, int x, int y, float *rgb,
        GCancellable *cancellable, GError **error)
{
  return !fails ("decode", error)
         && cpu ()->decode (backend, worker, decoder, features, from, keep, transform, x, y, rgb, cancellable,
                            error);
}

static gboolean
adapt (AdainBackend *backend, int decoder, const AdainChain *chain, GError **error)
{
  return !fails ("adapt", error) && cpu ()->adapt (backend, decoder, chain, error);
}

G_MODULE_EXPORT const AdainBackendClass *adain_backend (void);

const AdainBackendClass *
adain_backend (void)
{
  const char *told = g_getenv ("ADAIN_STANDIN");

  if (!told || sscanf (told, "%15s %d %15s", place, &first, kind) != N_WORDS)
    g_error ("ADAIN_STANDIN is not set");
  calls = 0;
  class = *cpu ();
  class.abi = strcmp (place, "abi") == 0 ? ADAIN_BACKEND_ABI + 1 : ADAIN_BACKEND_ABI;
  class.name = "stand-in";
  class.score = score;
  class.open = open_backend;
  class.describe = describe;
  class.tile_size = tile_size;
  class.features_new = features_new;
  class.encode = encode;
  class.decode = decode;
  class.adapt = adapt;
  setenv ("ADAIN_STANDIN_LOADED", "1", TRUE);
  return &class;
}
