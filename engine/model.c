/* Loading a model: from the tensors of a safetensors file to the network that back ends take.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "model.h"

#include <math.h>
#include <string.h>

#include <glib/gi18n-lib.h>

#include "hyper.h"
#include "safetensors.h"

#define FORMAT "adain-style-transfer 1"

/* The full VGG-19 has 512; anything far beyond is not a model for pictures. */
#define MAX_CHANNELS 4096

/* Where VGG-19 is scaled, which files need not say: the convolutions of the encoder that are pooled, those
 * of the decoder whose result is doubled. */
#define VGG_POOL   "1 3 7"
#define VGG_DOUBLE "0 4 6"

/* The optional tensors on the features of photographs. */
#define USUAL_DEVIATION "content.deviation"
#define USUAL_RANGE     "content.range"

struct _AdainModel
{
  gatomicrefcount refs;
  char           *foreign_path; /* NULL: it is one of ours */
  GHashTable     *metadata;
  float          *weights; /* all tensors, one after the other */
  GOnce           checksum;
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

/* How many convolutions of one half the file has, by the highest number: up to one too many. */
static int
count_layers (Safetensors *file, const char *half)
{
  int n = 0;

  for (int i = 0; i <= ADAIN_MAX_LAYERS; i++)
    if (find (file, half, i, "weight") || find (file, half, i, "bias"))
      n = i + 1;
  return n;
}

/* Checks that the convolutions of one half exist and chain from `in` to `out` channels
 * (0: any); adds up their elements. */
static gboolean
check_half (Safetensors *file, const char *half, int in, int out, AdainChain *chain, gsize *total)
{
  AdainConv *convs = chain->convs;

  chain->n = count_layers (file, half);
  if (chain->n < ADAIN_MIN_LAYERS || chain->n > ADAIN_MAX_LAYERS)
    return FALSE;
  for (int i = 0; i < chain->n; i++)
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
load_half (AdainModel *model, Safetensors *file, const char *half, AdainChain *chain, float **next)
{
  AdainConv *convs = chain->convs;

  for (int i = 0; i < chain->n; i++)
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

/* The numbers of the convolutions after which a half is scaled: ascending, and none is the last. */
static gboolean
parse_scalings (GHashTable *metadata, const char *key, const char *standard, int n, int after[ADAIN_SCALINGS])
{
  const char *text = g_hash_table_lookup (metadata, key);
  g_auto (GStrv) words = g_strsplit (text ? text : standard, " ", ADAIN_SCALINGS + 1);

  if (g_strv_length (words) != ADAIN_SCALINGS)
    return FALSE;
  for (int i = 0; i < ADAIN_SCALINGS; i++)
    {
      guint64 number;

      if (!g_ascii_string_to_unsigned (words[i], 10, 0, n - 2, &number, NULL)
          || (i > 0 && (int) number <= after[i - 1]))
        return FALSE;
      after[i] = number;
    }
  return TRUE;
}

static gboolean
connect_layers (AdainNetwork *network, GHashTable *metadata)
{
  int pools[ADAIN_SCALINGS], doublings[ADAIN_SCALINGS];

  if (!parse_scalings (metadata, "pool", VGG_POOL, network->encoder.n, pools)
      || !parse_scalings (metadata, "double", VGG_DOUBLE, network->decoder.n, doublings))
    return FALSE;
  adain_network_connect (network, pools, doublings);
  return TRUE;
}

/* What is usual of features may be missing. */
static gboolean
check_usual (Safetensors *file, int channels, gsize *total)
{
  Safetensor *deviation = g_hash_table_lookup (file->tensors, USUAL_DEVIATION);
  Safetensor *range = g_hash_table_lookup (file->tensors, USUAL_RANGE);

  if (deviation && (deviation->rank != 1 || deviation->shape[0] != channels))
    return FALSE;
  if (range && (range->rank != 2 || range->shape[0] != 2 || range->shape[1] != channels))
    return FALSE;
  *total += (deviation ? channels : 0) + (range ? 2 * channels : 0);
  return TRUE;
}

/* Takes `n` finite numbers, 0 or above, or below (`sign` 1, -1). */
static gboolean
take_usual (const float **target, int n, int sign, const float **next)
{
  *target = *next;
  *next += n;
  for (int i = 0; i < n; i++)
    if (!isfinite ((*target)[i]) || sign * (*target)[i] < 0)
      return FALSE;
  return TRUE;
}

static gboolean
load_usual (AdainNetwork *network, Safetensors *file, float **data)
{
  Safetensor  *deviation = g_hash_table_lookup (file->tensors, USUAL_DEVIATION);
  Safetensor  *range = g_hash_table_lookup (file->tensors, USUAL_RANGE);
  int          channels = adain_network_channels (network);
  const float *next = *data;

  if (deviation)
    {
      safetensor_to_floats (deviation, *data);
      *data += channels;
    }
  if (range)
    {
      safetensor_to_floats (range, *data);
      *data += 2 * channels;
    }
  return (!deviation || take_usual (&network->usual.deviation, channels, 1, &next))
         && (!range
             || (take_usual (&network->usual.low, channels, -1, &next)
                 && take_usual (&network->usual.high, channels, 1, &next)));
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
  if (!check_half (file, "encoder", 3, 0, &network->encoder, &total)
      || !check_half (file, "decoder", adain_network_channels (network), 3, &network->decoder, &total))
    return fail (error, path, _ ("a layer is missing or has the wrong shape"));
  if (!connect_layers (network, file->metadata))
    return fail (error, path, _ ("“pool” or “double” is wrong"));
  if (!check_usual (file, adain_network_channels (network), &total))
    return fail (error, path, _ ("“content.deviation” or “content.range” has the wrong shape"));
  if (!adain_hyper_check (file, network, &total))
    return fail (error, path, _ ("a tensor “hyper…” is missing or has the wrong shape"));

  model->weights = g_try_new (float, total);
  if (!model->weights)
    {
      g_set_error (error, ADAIN_ERROR, ADAIN_ERROR_MEMORY, _ ("Not enough memory for the model “%s”"), path);
      return FALSE;
    }
  next = model->weights;
  if (!load_half (model, file, "encoder", &network->encoder, &next)
      || !load_half (model, file, "decoder", &network->decoder, &next))
    return fail (error, path, _ ("a weight is not a finite number"));
  if (!load_usual (network, file, &next))
    return fail (error, path, _ ("a number in “content.deviation” or “content.range” is impossible"));
  if (!adain_hyper_load (file, network, next))
    return fail (error, path, _ ("a weight is not a finite number"));
  return TRUE;
}

gboolean
adain_model_path_is_foreign (const char *path)
{
  g_autofree char *lower = g_ascii_strdown (path, -1);

  return g_str_has_suffix (lower, ".onnx");
}

static AdainModel *
new_foreign (const char *path)
{
  AdainModel *model = g_new0 (AdainModel, 1);

  g_atomic_ref_count_init (&model->refs);
  model->metadata = g_hash_table_new (g_str_hash, g_str_equal);
  model->foreign_path = g_strdup (path);
  return model;
}

static AdainModel *
load_own (const char *path, GError **error)
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
adain_model_load (const char *path, GError **error)
{
  return adain_model_path_is_foreign (path) ? new_foreign (path) : load_own (path, error);
}

gboolean
adain_model_is_foreign (const AdainModel *model)
{
  return model->foreign_path != NULL;
}

const char *
adain_model_foreign_path (const AdainModel *model)
{
  return model->foreign_path;
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
  g_free (model->foreign_path);
  g_free (model->checksum.retval);
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
  return adain_chain_cost (&model->network.encoder) + adain_chain_cost (&model->network.decoder);
}

const AdainNetwork *
adain_model_network (const AdainModel *model)
{
  return &model->network;
}

GOnce *
adain_model_checksum (AdainModel *model)
{
  return &model->checksum;
}

int
adain_model_channels (const AdainModel *model)
{
  return model->foreign_path ? 0 : adain_network_channels (&model->network);
}
