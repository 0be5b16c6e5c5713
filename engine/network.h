/* The network as a table of convolutions. The model fills it in (model.c); back ends loop over it.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define ADAIN_CELL       8  /* pixels per side of one cell of the feature grid: three poolings */
#define ADAIN_SCALINGS   3  /* poolings in the encoder, doublings in the decoder */
#define ADAIN_MIN_LAYERS 4  /* convolutions in the encoder, and in the decoder, at least */
#define ADAIN_MAX_LAYERS 32 /* and at most */

/* One 3x3 convolution, reflection padding 1: weight[out][in][3][3], bias[out]. */
typedef struct
{
  int          in, out;
  gboolean     upsample; /* the input is doubled, by repetition, before it is convolved */
  gboolean     relu;
  gboolean     pool; /* a 2x2 maximum follows */
  const float *weight, *bias;
} AdainConv;

/* One half of the network. */
typedef struct
{
  int       n; /* ADAIN_MIN_LAYERS to ADAIN_MAX_LAYERS */
  AdainConv convs[ADAIN_MAX_LAYERS];
} AdainChain;

/* What the features of photographs usually are like, for each channel: by how much those of one picture
 * deviate from their mean, and between which multiples of it they lie. Any may be NULL: not known. */
typedef struct
{
  const float *deviation; /* 0 or more */
  const float *low;       /* 0 or less */
  const float *high;      /* 0 or more */
} AdainUsual;

/* What a style's features change in the decoder (hyper.h): their means and the logarithms of their deviations, less
 * `center`, along the `axes` are the input of two layers, of which the first has a ReLU. Of each convolution
 * these put out `rank` factors and `out` additions to its bias; to its weights is added
 * left[out][rank] * factors * right[rank][in][3][3]. All are NULL where a model has no such network. */
typedef struct
{
  int          n_axes, n_hidden, n_outputs;
  int          rank[ADAIN_MAX_LAYERS];
  const float *center, *axes; /* axes[n_axes][2 * channels] */
  const float *weight[2], *bias[2];
  const float *left[ADAIN_MAX_LAYERS], *right[ADAIN_MAX_LAYERS];
} AdainHyper;

/* The encoder's input is (rgb - mean) * scale. */
typedef struct
{
  AdainChain encoder, decoder;
  float      mean[3], scale[3];
  AdainUsual usual;
  AdainHyper hyper;
} AdainNetwork;

/* Says of each convolution what happens before and after it: the encoder is pooled after those of the
 * numbers `pools`, the decoder's result is doubled after `doublings`, and all but the decoder's last have a
 * ReLU. Numbers ascend, and none is a half's last. */
void adain_network_connect (AdainNetwork *network, const int pools[ADAIN_SCALINGS],
                            const int doublings[ADAIN_SCALINGS]);

/* Channels that a half puts out. */
static inline int
adain_chain_out (const AdainChain *chain)
{
  return chain->convs[chain->n - 1].out;
}

/* Channels of the features. */
static inline int
adain_network_channels (const AdainNetwork *network)
{
  return adain_chain_out (&network->encoder);
}

/* Where one looks at what a picture is like at each size: the first convolution at each size but the smallest, and
 * the encoder's last, as Gatys et al. ("Image style transfer using convolutional neural networks", CVPR 2016) and
 * AdaIN's losses do. */
#define ADAIN_LEVELS (ADAIN_SCALINGS + 1)

/* The numbers of these convolutions. */
void adain_chain_levels (const AdainChain *encoder, int levels[ADAIN_LEVELS]);

/* Weights and biases of a half: weight[out][in][3][3] and bias[out] of each convolution, one after the other. */
gsize adain_chain_weights (const AdainChain *chain);

/* Copies them to `weights`, where the half has them from now on. */
void adain_chain_copy_weights (AdainChain *chain, float *weights);

/* How many cells around a rectangle of cells a half has to see, so that the result in the rectangle is
 * that of the whole picture: the receptive radius, in whole cells. */
int adain_chain_halo (const AdainChain *chain);

/* Multiplications for one pixel of the picture, as the half is written down. */
double adain_chain_cost (const AdainChain *chain);

G_END_DECLS
