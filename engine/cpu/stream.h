/* Running one half of the network on a rectangle, row by row.
 *
 * Each layer keeps only the rows that the next convolution needs. A rectangle streams through all
 * layers at once, so that activations stay in the cache whatever its height, and nothing is computed
 * twice (layer fusion; Alwani et al., "Fused-layer CNN accelerators", MICRO 2016).
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "kernels.h"

G_BEGIN_DECLS

typedef struct
{
  AdainPacked conv;
  gboolean    pool; /* a 2x2 maximum follows the convolution */
} AdainLayer;

/* One half of the network, packed. */
typedef struct
{
  int        n;
  AdainLayer layer[ADAIN_MAX_LAYERS];
} AdainLayers;

/* Packs one half of a network for `kernels`, whose input is pixels or features; `ranges` are those of the layers' inputs if elements are
 * integers, else NULL. FALSE, with ADAIN_ERROR_MEMORY, if it does not fit. */
gboolean adain_layers_pack (AdainLayers *layers, const AdainKernels *kernels, const AdainChain *chain,
                            gboolean from_pixels, const float *ranges, GError **error);
void     adain_layers_clear (AdainLayers *layers, const AdainKernels *kernels);

/* Receives `rows` rows of the result, rows of floats without gaps, starting with row `y`. */
typedef void (*AdainEmit) (const float *result, int y, int rows, gpointer user_data);

typedef struct _AdainStream AdainStream;

/* A stream for inputs of at most `width` pixels (or cells) that takes up to `step` rows at a time. */
AdainStream *adain_stream_new (const AdainKernels *kernels, const AdainLayers *layers, int width, int step);
void         adain_stream_free (AdainStream *stream);

/* Bytes that such a stream takes. */
gsize adain_stream_bytes (const AdainKernels *kernels, const AdainLayers *layers, int width, int step);

/* Starts a rectangle of width x height (input) pixels through `layers`, of the same shapes as those that the
 * stream was made for. Of its result only the rows `first` to `first + rows` - 1 are wanted; no layer computes
 * what they do not need. */
void adain_stream_begin (AdainStream *stream, const AdainLayers *layers, int width, int height, int first,
                         int rows, AdainEmit emit, gpointer user_data);

/* The rows of the input that are needed for that: all of them, in order, must be pushed. */
void adain_stream_input (const AdainStream *stream, int *first, int *rows);

/* Where the next row of the input goes: `width` pixels of in_stride elements. Write it, then call
 * adain_stream_push(); at most `step` rows may be written before each push. A push is FALSE if there is
 * not enough memory. */
void    *adain_stream_row (AdainStream *stream, int row);
gboolean adain_stream_push (AdainStream *stream, int rows);

/* From now on raises ranges[i] to the largest magnitude in the input of layer i. Only with kernels of
 * floats. */
void adain_stream_measure (AdainStream *stream, float ranges[ADAIN_MAX_LAYERS]);

G_END_DECLS
