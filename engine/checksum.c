/* Checksums that tell networks apart.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "checksum.h"

#include <string.h>

#include "model.h"

/* Floats that are added at a time. */
#define BLOCK 1024

/* Adds floats to a checksum, whatever this machine's order of bytes is. */
static void
add_floats (GChecksum *checksum, const float *values, gsize n)
{
  for (gsize i = 0; i < n; i += BLOCK)
    {
      guint32 words[BLOCK];
      gsize   count = MIN (BLOCK, n - i);

      memcpy (words, values + i, count * sizeof (guint32));
      for (gsize k = 0; k < count; k++)
        words[k] = GUINT32_TO_LE (words[k]);
      g_checksum_update (checksum, (const guchar *) words, count * sizeof (guint32));
    }
}

static void
add_number (GChecksum *checksum, int number)
{
  gint32 word = GINT32_TO_LE (number);

  g_checksum_update (checksum, (const guchar *) &word, sizeof word);
}

static void
add_weights (GChecksum *checksum, const AdainChain *chain)
{
  for (int i = 0; i < chain->n; i++)
    {
      const AdainConv *conv = &chain->convs[i];

      add_floats (checksum, conv->weight, (gsize) conv->out * conv->in * 9);
      add_floats (checksum, conv->bias, conv->out);
    }
}

char *
adain_encoder_checksum (const AdainNetwork *network)
{
  g_autoptr (GChecksum) checksum = g_checksum_new (G_CHECKSUM_SHA256);
  const AdainChain *encoder = &network->encoder;

  add_floats (checksum, network->mean, 3);
  add_floats (checksum, network->scale, 3);
  for (int i = 0; i < encoder->n; i++)
    if (encoder->convs[i].pool)
      add_number (checksum, i);
  add_weights (checksum, encoder);
  return g_strdup (g_checksum_get_string (checksum));
}

char *
adain_decoder_checksum (const AdainNetwork *network)
{
  g_autoptr (GChecksum) checksum = g_checksum_new (G_CHECKSUM_SHA256);
  const AdainChain *decoder = &network->decoder;

  for (int i = 1; i < decoder->n; i++)
    if (decoder->convs[i].upsample)
      add_number (checksum, i - 1);
  add_weights (checksum, decoder);
  return g_strdup (g_checksum_get_string (checksum));
}

char *
adain_hyper_checksum (const AdainNetwork *network)
{
  const AdainHyper *hyper = &network->hyper;
  const gsize       outputs = hyper->n_outputs, hidden = hyper->n_hidden, axes = hyper->n_axes;
  const gsize       inputs = 2 * (gsize) adain_network_channels (network);
  g_autoptr (GChecksum) checksum = NULL;

  if (outputs == 0)
    return NULL;
  checksum = g_checksum_new (G_CHECKSUM_SHA256);
  add_floats (checksum, hyper->center, inputs);
  add_floats (checksum, hyper->axes, axes * inputs);
  add_floats (checksum, hyper->weight[0], hidden * axes);
  add_floats (checksum, hyper->bias[0], hidden);
  add_floats (checksum, hyper->weight[1], outputs * hidden);
  add_floats (checksum, hyper->bias[1], outputs);
  for (int i = 0; i < network->decoder.n; i++)
    {
      const AdainConv *conv = &network->decoder.convs[i];
      const gsize      rank = hyper->rank[i];

      add_floats (checksum, hyper->left[i], conv->out * rank);
      add_floats (checksum, hyper->right[i], rank * conv->in * 9);
    }
  return g_strdup (g_checksum_get_string (checksum));
}

static gpointer
find_encoder (gpointer network)
{
  return adain_encoder_checksum (network);
}

const char *
adain_model_encoder (AdainModel *model)
{
  return g_once (adain_model_checksum (model), find_encoder, (gpointer) adain_model_network (model));
}
