/* The weights on the device, in half precision, laid out for cuDNN and for our own kernels.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "cuda-private.h"
#include "../half.h"

#include <glib/gi18n-lib.h>

#define ALIGN 256

typedef struct
{
  gsize direct, cudnn, bias, bias_half, end;
} Offsets;

static int
pad_channels (int channels)
{
  return (channels + ADAIN_CHANNELS - 1) / ADAIN_CHANNELS * ADAIN_CHANNELS;
}

static gsize
align (gsize size)
{
  return (size + ALIGN - 1) / ALIGN * ALIGN;
}

static Offsets
layer_offsets (gsize start, int in, int out)
{
  Offsets at;
  gsize   weights = align ((gsize) in * out * 9 * sizeof (guint16));

  at.direct = start;
  at.cudnn = at.direct + weights;
  at.bias = at.cudnn + weights;
  at.bias_half = at.bias + align (out * sizeof (float));
  at.end = at.bias_half + align (out * sizeof (guint16));
  return at;
}

/* cuDNN: [out][3][3][in]. Ours: [block of outputs][step of 16 inputs][tap][output][input]. */
static void
convert_layer (const AdainConv *conv, int in, int out, const Offsets *at, guint8 *memory)
{
  guint16 *direct = (guint16 *) (memory + at->direct), *cudnn = (guint16 *) (memory + at->cudnn);
  guint16 *bias_half = (guint16 *) (memory + at->bias_half);
  float   *bias = (float *) (memory + at->bias);
  gsize    block = adain_conv_block (out);

  for (gsize o = 0; o < (gsize) conv->out; o++)
    {
      bias[o] = conv->bias[o];
      bias_half[o] = adain_half_from_float (conv->bias[o]);
      for (gsize i = 0; i < (gsize) conv->in; i++)
        for (gsize tap = 0; tap < 9; tap++)
          {
            guint16 value = adain_half_from_float (conv->weight[(o * conv->in + i) * 9 + tap]);
            gsize   step = o / block * (in / ADAIN_CHANNELS) + i / ADAIN_CHANNELS;

            cudnn[(o * 9 + tap) * in + i] = value;
            direct[((step * 9 + tap) * block + o % block) * ADAIN_CHANNELS + i % ADAIN_CHANNELS] = value;
          }
    }
}

static const AdainConv *
layer_conv (const AdainNetwork *network, int index)
{
  const AdainChain *encoder = &network->encoder, *decoder = &network->decoder;

  return index < encoder->n ? &encoder->convs[index] : &decoder->convs[index - encoder->n];
}

/* Sets all but the addresses. Returns the bytes of all weights, which lie `at` these offsets. */
static gsize
describe (AdainCudaNetwork *network, const AdainNetwork *from, Offsets at[ADAIN_CUDA_LAYERS])
{
  gsize size = 0;

  network->n_encoder = from->encoder.n;
  network->n_layers = from->encoder.n + from->decoder.n;
  network->encoder_halo = adain_chain_halo (&from->encoder);
  network->decoder_halo = adain_chain_halo (&from->decoder);
  for (int i = 0; i < network->n_layers; i++)
    {
      const AdainConv *conv = layer_conv (from, i);
      AdainCudaLayer  *layer = &network->layers[i];

      layer->in = pad_channels (conv->in);
      layer->out = pad_channels (conv->out);
      layer->upsample = conv->upsample;
      layer->relu = conv->relu;
      layer->pool = conv->pool;
      at[i] = layer_offsets (size, layer->in, layer->out);
      size = at[i].end;
    }
  for (int c = 0; c < 3; c++)
    {
      network->mean[c] = from->mean[c];
      network->scale[c] = from->scale[c];
    }
  network->channels = adain_network_channels (from);
  network->padded = pad_channels (network->channels);
  return size;
}

/* Converts all weights to `host`, and sets where they will be on the device. */
static void
convert (AdainCudaNetwork *network, const AdainNetwork *from, const Offsets *at, guint8 *host)
{
  const guint8 *memory = network->memory;

  for (int i = 0; i < network->n_layers; i++)
    {
      AdainCudaLayer *layer = &network->layers[i];

      convert_layer (layer_conv (from, i), layer->in, layer->out, &at[i], host);
      layer->direct = memory + at[i].direct;
      layer->cudnn = memory + at[i].cudnn;
      layer->bias = (const float *) (memory + at[i].bias);
      layer->bias_half = memory + at[i].bias_half;
    }
}

/* Copies to the device, and waits. */
static gboolean
upload (const AdainCudaApi *api, void *to, const void *from, gsize size, cudaStream_t stream, GError **error)
{
  gboolean done = adain_cuda_check (api,
                                    api->cudaMemcpyAsync (to, from, size, cudaMemcpyHostToDevice, stream),
                                    error);

  if (!adain_cuda_check (api, api->cudaStreamSynchronize (stream), done ? error : NULL))
    {
      done = FALSE;
      api->cudaStreamSynchronize (stream); /* the copy may still be reading */
    }
  return done;
}

gboolean
adain_cuda_network_init (AdainCudaNetwork *network, const AdainCudaApi *api, const AdainNetwork *from,
                         cudaStream_t stream, GError **error)
{
  Offsets  at[ADAIN_CUDA_LAYERS];
  gsize    size = describe (network, from, at);
  guint8  *host = g_try_malloc0 (size);
  gboolean done;

  if (!host)
    {
      g_set_error_literal (error, ADAIN_ERROR, ADAIN_ERROR_MEMORY, _ ("Not enough memory for the model"));
      return FALSE;
    }
  done = adain_cuda_check (api, api->cudaMalloc (&network->memory, size), error);
  if (done)
    {
      convert (network, from, at, host);
      done = upload (api, network->memory, host, size, stream, error);
    }
  g_free (host);
  return done;
}

gboolean
adain_cuda_network_adapt (AdainCudaNetwork *network, const AdainCudaApi *api, const AdainChain *decoder,
                          cudaStream_t stream, GError **error)
{
  const AdainCudaLayer *first = &network->layers[network->n_encoder];
  Offsets               at[ADAIN_MAX_LAYERS];
  gsize                 size = 0;
  guint8               *host;
  gboolean              done;

  for (int i = 0; i < decoder->n; i++, size = at[i - 1].end)
    at[i] = layer_offsets (size, first[i].in, first[i].out);
  host = g_try_malloc0 (size);
  if (!host)
    {
      g_set_error_literal (error, ADAIN_ERROR, ADAIN_ERROR_MEMORY, _ ("Not enough memory for the model"));
      return FALSE;
    }
  for (int i = 0; i < decoder->n; i++)
    convert_layer (&decoder->convs[i], first[i].in, first[i].out, &at[i], host);
  done = upload (api, (void *) first->direct, host, size, stream, error);
  g_free (host);
  return done;
}

void
adain_cuda_network_clear (AdainCudaNetwork *network, const AdainCudaApi *api)
{
  if (network->memory)
    api->cudaFree (network->memory);
  network->memory = NULL;
}
