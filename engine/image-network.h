/* The one interface between the engine and a run-time of somebody else's networks: a network from picture to picture.
 *
 * A run-time module exports one function, `adain_image_network`, of the type AdainImageNetworkEntry.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "adain.h"

G_BEGIN_DECLS

#define ADAIN_IMAGE_NETWORK_ABI 1

typedef struct _AdainImageNetwork AdainImageNetwork; /* each module defines its own */

typedef struct
{
  guint abi; /* ADAIN_IMAGE_NETWORK_ABI */

  /* Reads the file and makes sure that the network takes one picture and makes one. `threads` of the CPU, at least
   * 1. Fails with ADAIN_ERROR_MODEL. */
  AdainImageNetwork *(*open) (const char *path, int threads, GError **error);
  void (*close) (AdainImageNetwork *network);

  /* What runs it, for people, such as "ONNX Runtime 1.21.0"; owned by the network. */
  const char *(*describe) (AdainImageNetwork *network);

  /* The only width and height in pixels that it takes; 0 where it takes any. */
  void (*size) (AdainImageNetwork *network, int *width, int *height);

  /* What its file says under this name, to be freed with g_free(); NULL: nothing. */
  char *(*metadata) (AdainImageNetwork *network, const char *key);

  /* Paints a picture: `rgb` has height rows of width pixels of 3 floats, in the range that the network takes. Returns
   * the same of the result (g_free), *out_height rows of *out_width pixels, in the range that it gives. One call at
   * a time. */
  float *(*run) (AdainImageNetwork *network, const float *rgb, int width, int height, int *out_width,
                 int *out_height, GCancellable *cancellable, GError **error);
} AdainImageNetworkClass;

typedef const AdainImageNetworkClass *(*AdainImageNetworkEntry) (void);

G_END_DECLS
