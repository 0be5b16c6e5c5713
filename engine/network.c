/* What follows from the table of convolutions.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "network.h"

#include <string.h>

void
adain_network_connect (AdainNetwork *network, const int pools[ADAIN_SCALINGS],
                       const int doublings[ADAIN_SCALINGS])
{
  AdainChain *encoder = &network->encoder, *decoder = &network->decoder;

  for (int i = 0; i < encoder->n; i++)
    encoder->convs[i].relu = TRUE;
  for (int i = 0; i < decoder->n - 1; i++)
    decoder->convs[i].relu = TRUE;
  for (int i = 0; i < ADAIN_SCALINGS; i++)
    {
      encoder->convs[pools[i]].pool = TRUE;
      decoder->convs[doublings[i] + 1].upsample = TRUE;
    }
}

void
adain_chain_levels (const AdainChain *encoder, int levels[ADAIN_LEVELS])
{
  int level = 0;

  for (int i = 0; i < encoder->n && level < ADAIN_SCALINGS; i++)
    if (i == 0 || encoder->convs[i - 1].pool)
      levels[level++] = i;
  levels[level] = encoder->n - 1;
}

gsize
adain_chain_weights (const AdainChain *chain)
{
  gsize n = 0;

  for (int i = 0; i < chain->n; i++)
    n += (9 * (gsize) chain->convs[i].in + 1) * chain->convs[i].out;
  return n;
}

void
adain_chain_copy_weights (AdainChain *chain, float *weights)
{
  for (int i = 0; i < chain->n; i++)
    {
      AdainConv *conv = &chain->convs[i];
      gsize      n = 9 * (gsize) conv->in * conv->out;

      conv->weight = memcpy (weights, conv->weight, n * sizeof (float));
      weights += n;
      conv->bias = memcpy (weights, conv->bias, conv->out * sizeof (float));
      weights += conv->out;
    }
}

/* Half of `n`, rounded down, also below 0. */
static int
halved (int n)
{
  return n >= 0 ? n / 2 : -((1 - n) / 2);
}

int
adain_chain_halo (const AdainChain *chain)
{
  int in_cell = 1, out_cell = 1; /* a cell's side in samples of the input, and of the output */
  int first = 0, last, radius;

  for (int i = 0; i < chain->n; i++)
    {
      in_cell *= chain->convs[i].pool ? 2 : 1;
      out_cell *= chain->convs[i].upsample ? 2 : 1;
    }
  /* From the samples of one cell of the output back to those of the input that they depend on. */
  last = out_cell - 1;
  for (int i = chain->n - 1; i >= 0; i--)
    {
      const AdainConv *conv = &chain->convs[i];

      first = (conv->pool ? 2 * first : first) - 1;
      last = (conv->pool ? 2 * last + 1 : last) + 1;
      if (conv->upsample)
        {
          first = halved (first);
          last = halved (last);
        }
    }
  radius = MAX (-first, last - (in_cell - 1));
  return (radius + in_cell - 1) / in_cell;
}

double
adain_chain_cost (const AdainChain *chain)
{
  double cost = 0, area = 1; /* samples of a layer for each pixel of the picture */

  for (int i = 0; i < chain->n; i++)
    if (chain->convs[i].upsample)
      area /= 4;
  for (int i = 0; i < chain->n; i++)
    {
      const AdainConv *conv = &chain->convs[i];

      if (conv->upsample)
        area *= 4;
      cost += 9.0 * conv->in * conv->out * area;
      if (conv->pool)
        area /= 4;
    }
  return cost;
}
