/* Loading a model: from the tensors of a safetensors file to the network that back ends take.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "model.h"

#include <math.h>
#include <string.h>

#include <glib/gi18n-lib.h>

#include "safetensors.h"

#define FORMAT "adain-style-transfer 1"

/* The full VGG-19 has 512; anything far beyond is not a model for pictures. */
#define MAX_CHANNELS 4096

struct _AdainModel
{
  gatomicrefcount refs;
  GHashTable     *metadata;
  float          *weights; /* all tensors, one after the other */
  AdainNetwork    network;
};

static gboolean
fail (GError **error, const char *path, const char *reason)
{
  g_set_error (error, ADAIN_ERROR, ADAIN_ERROR_MODEL, _ ("“%s” is not a model for AdaIN style transfer: %s"),
               path, reason);
  return FALSE;
}

static gboolean
parse_triple (GHashTable *metadata, const char *key, float *out)
{
  const char *text = g_hash_table_lookup (metadata, key);
  g_auto (GStrv) words = text ? g_strsplit (text, " ", 4) : NULL;

  if (!words || g_strv_length (words) != 3)
    return FALSE;
  for (int i = 0; i < 3; i++)
    {
      char  *end;
      double value = g_ascii_strtod (words[i], &end);

      if (end == words[i] || *end || !isfinite ((float) value))
        return FALSE;
      out[i] = value;
    }
  return TRUE;
}

static Safetensor *
find (Safetensors *file, const char *half, int layer, const char *kind)
{
  g_autofree char *name = g_strdup_printf ("%s.%d.%s", half, layer, kind);

  return g_hash_table_lookup (file->tensors, name);
}

/* Checks that the convolutions of one half exist and chain from `in` to `out` channels
 * (0: any); adds up their elements. */
static gboolean
check_half (Safetensors *file, const char *half, int in, int out, AdainConv *convs, gsize *total)
{
  for (int i = 0; i < ADAIN_LAYERS; i++)
    {
      Safetensor *weight = find (file, half, i, "weight");
      Safetensor *bias = find (file, half, i, "bias");

      if (!weight || !bias || weight->rank != 4 || bias->rank != 1 || weight->shape[0] < 1
          || weight->shape[0] > MAX_CHANNELS || weight->shape[1] != in || weight->shape[2] != 3
          || weight->shape[3] != 3 || bias->shape[0] != weight->shape[0])
        return FALSE;
      convs[i].in = in;
      convs[i].out = in = weight->shape[0];
      *total += weight->count + bias->count;
    }
  return out == 0 || in == out;
}

static gboolean
load_half (AdainModel *model, Safetensors *file, const char *half, AdainConv *convs, float **next)
{
  for (int i = 0; i < ADAIN_LAYERS; i++)
    {
      const char   *kinds[] = { "weight", "bias" };
      const float **targets[] = { &convs[i].weight, &convs[i].bias };

      for (int k = 0; k < 2; k++)
        {
          Safetensor *tensor = find (file, half, i, kinds[k]);

          safetensor_to_floats (tensor, *next);
          for (gsize j = 0; j < tensor->count; j++)
            if (!isfinite ((*next)[j]))
              return FALSE;
          *targets[k] = *next;
          *next += tensor->count;
        }
    }
  return TRUE;
}

static gboolean
load (AdainModel *model, Safetensors *file, const char *path, GError **error)
{
  AdainNetwork *network = &model->network;
  const char   *format = g_hash_table_lookup (file->metadata, "format");
  gsize         total = 0;
  float        *next;

  if (g_strcmp0 (format, FORMAT) != 0)
    return fail (error, path, _ ("its metadata do not name our format"));
  if (!parse_triple (file->metadata, "mean", network->mean)
      || !parse_triple (file->metadata, "scale", network->scale))
    return fail (error, path, _ ("“mean” or “scale” is missing or wrong"));
  if (!check_half (file, "encoder", 3, 0, network->encoder, &total)
      || !check_half (file, "decoder", network->encoder[ADAIN_LAYERS - 1].out, 3, network->decoder, &total))
    return fail (error, path, _ ("a layer is missing or has the wrong shape"));

  model->weights = g_try_new (float, total);
  if (!model->weights)
    {
      g_set_error (error, ADAIN_ERROR, ADAIN_ERROR_MEMORY, _ ("Not enough memory for the model “%s”"), path);
      return FALSE;
    }
  next = model->weights;
  if (!load_half (model, file, "encoder", network->encoder, &next)
      || !load_half (model, file, "decoder", network->decoder, &next))
    return fail (error, path, _ ("a weight is not a finite number"));
  return TRUE;
}

AdainModel *
adain_model_load (const char *path, GError **error)
{
  g_autoptr (Safetensors) file = safetensors_open (path, error);
  g_autoptr (AdainModel) model = NULL;

  if (!file)
    return NULL;
  model = g_new0 (AdainModel, 1);
  g_atomic_ref_count_init (&model->refs);
  model->metadata = g_hash_table_ref (file->metadata);
  if (!load (model, file, path, error))
    return NULL;
  return g_steal_pointer (&model);
}

AdainModel *
adain_model_ref (AdainModel *model)
{
  g_atomic_ref_count_inc (&model->refs);
  return model;
}

void
adain_model_unref (AdainModel *model)
{
  if (model == NULL || !g_atomic_ref_count_dec (&model->refs))
    return;
  g_hash_table_unref (model->metadata);
  g_free (model->weights);
  g_free (model);
}

const char *
adain_model_metadata (const AdainModel *model, const char *key)
{
  return g_hash_table_lookup (model->metadata, key);
}

double
adain_model_cost (const AdainModel *model)
{
  static const int encoder_area[] = { 1, 1, 4, 4, 16, 16, 16, 16, 64 };
  static const int decoder_area[] = { 64, 16, 16, 16, 16, 4, 4, 1, 1 };
  double           cost = 0;

  for (int i = 0; i < ADAIN_LAYERS; i++)
    {
      const AdainConv *e = &model->network.encoder[i], *d = &model->network.decoder[i];

      cost += 9.0 * e->in * e->out / encoder_area[i] + 9.0 * d->in * d->out / decoder_area[i];
    }
  return cost;
}

const AdainNetwork *
adain_model_network (const AdainModel *model)
{
  return &model->network;
}

int
adain_model_channels (const AdainModel *model)
{
  return model->network.encoder[ADAIN_LAYERS - 1].out;
}
