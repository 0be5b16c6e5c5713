/* Writing a model to a safetensors file.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "model.h"

#include "half.h"
#include "safetensors.h"

/* 16 bits where nothing is lost. */
static SafetensorsType
smallest_type (const float *values, gsize n)
{
  for (gsize i = 0; i < n; i++)
    if (adain_half_to_float (adain_half_from_float (values[i])) != values[i])
      return SAFETENSORS_F32;
  return SAFETENSORS_F16;
}

static void
add_tensor (GArray *tensors, char *name, int rank, const gint64 *shape, const float *values)
{
  SafetensorsOutput tensor = { name, SAFETENSORS_F16, rank, .count = 1, .values = values };

  for (int i = 0; i < rank; i++)
    {
      tensor.shape[i] = shape[i];
      tensor.count *= shape[i];
    }
  g_array_append_val (tensors, tensor);
}

static void
add_half (GArray *tensors, const char *half, const AdainChain *chain)
{
  for (int i = 0; i < chain->n; i++)
    {
      const AdainConv *conv = &chain->convs[i];

      add_tensor (tensors, g_strdup_printf ("%s.%d.weight", half, i), 4,
                  (gint64[]) { conv->out, conv->in, 3, 3 }, conv->weight);
      add_tensor (tensors, g_strdup_printf ("%s.%d.bias", half, i), 1, (gint64[]) { conv->out }, conv->bias);
    }
}

static void
add_usual (GArray *tensors, const AdainNetwork *network)
{
  gint64 shape[] = { 2, adain_network_channels (network) };

  if (network->usual.deviation)
    add_tensor (tensors, g_strdup (ADAIN_USUAL_DEVIATION), 1, shape + 1, network->usual.deviation);
  if (network->usual.low)
    add_tensor (tensors, g_strdup (ADAIN_USUAL_RANGE), 2, shape, network->usual.low);
}

static void
clear_tensor (gpointer tensor)
{
  g_free ((char *) ((SafetensorsOutput *) tensor)->name);
}

/* The encoder has to stay what it is, to the last bit: galleries belong to it. */
gboolean
adain_model_write (const AdainModel *model, const char *path, GError **error)
{
  const AdainNetwork *network = adain_model_network (model);
  g_autoptr (GArray) tensors = g_array_new (FALSE, FALSE, sizeof (SafetensorsOutput));
  guint end;

  g_array_set_clear_func (tensors, clear_tensor);
  add_half (tensors, "encoder", &network->encoder);
  end = tensors->len;
  add_half (tensors, "decoder", &network->decoder);
  for (guint i = 0; i < end; i++)
    {
      SafetensorsOutput *tensor = &g_array_index (tensors, SafetensorsOutput, i);

      tensor->type = smallest_type (tensor->values, tensor->count);
    }
  end = tensors->len;
  add_usual (tensors, network);
  for (guint i = end; i < tensors->len; i++)
    g_array_index (tensors, SafetensorsOutput, i).type = SAFETENSORS_F32;
  return safetensors_write (path, adain_model_strings (model),
                            (const SafetensorsOutput *) (gpointer) tensors->data, tensors->len, error);
}
