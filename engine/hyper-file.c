/* Reading the network that tells what a style changes in the decoder from a model's file.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "hyper.h"

#include <math.h>

/* Far more than there is any use for. */
#define MAX_AXES   1024
#define MAX_HIDDEN 4096
#define MAX_RANK   1024

/* A tensor and where its numbers go. */
typedef struct
{
  const Safetensor *tensor;
  const float     **target;
} Entry;

/* The tensor, if it has this shape (0: any up to `most`). */
static const Safetensor *
find (const Safetensors *file, const char *name, int rank, const gint64 shape[4], gint64 most)
{
  const Safetensor *tensor = g_hash_table_lookup (file->tensors, name);

  if (!tensor || tensor->rank != rank)
    return NULL;
  for (int i = 0; i < rank; i++)
    if (shape[i] > 0 ? tensor->shape[i] != shape[i] : tensor->shape[i] < 1 || tensor->shape[i] > most)
      return NULL;
  return tensor;
}

static const Safetensor *
find_side (const Safetensors *file, const char *side, int layer, int rank, const gint64 shape[4])
{
  g_autofree char *name = g_strdup_printf ("hyper.%s.%d", side, layer);

  return find (file, name, rank, shape, MAX_RANK);
}

/* Of each convolution the two matrices. */
static gboolean
find_matrices (const Safetensors *file, const AdainChain *decoder, AdainHyper *hyper, GArray *entries)
{
  for (int i = 0; i < decoder->n; i++)
    {
      const AdainConv  *conv = &decoder->convs[i];
      const Safetensor *left = find_side (file, "left", i, 2, (gint64[4]) { conv->out, 0 });
      const int         rank = left ? left->shape[1] : 0;
      const Safetensor *right = find_side (file, "right", i, 4, (gint64[4]) { rank, conv->in, 3, 3 });
      Entry             pair[] = { { left, &hyper->left[i] }, { right, &hyper->right[i] } };

      if (!left || !right)
        return FALSE;
      hyper->rank[i] = rank;
      hyper->n_outputs += rank + conv->out;
      g_array_append_vals (entries, pair, G_N_ELEMENTS (pair));
    }
  return TRUE;
}

/* The tensors in the order in which they are read. NULL if one is missing or has the wrong shape. */
static GArray *
find_all (const Safetensors *file, AdainNetwork *network, AdainHyper *hyper)
{
  const int         n = 2 * adain_network_channels (network);
  const Safetensor *axes = find (file, "hyper.axes", 2, (gint64[4]) { 0, n }, MAX_AXES);
  const int         n_axes = axes ? axes->shape[0] : 0;
  const Safetensor *first = find (file, "hyper.0.weight", 2, (gint64[4]) { 0, n_axes }, MAX_HIDDEN);
  const int         n_hidden = first ? first->shape[0] : 0;
  g_autoptr (GArray) entries = g_array_new (FALSE, FALSE, sizeof (Entry));

  *hyper = (AdainHyper) { .n_axes = n_axes, .n_hidden = n_hidden };
  if (!axes || !first || !find_matrices (file, &network->decoder, hyper, entries))
    return NULL;

  const Entry rest[] = {
    { find (file, "hyper.center", 1, (gint64[4]) { n }, 0), &hyper->center },
    { axes, &hyper->axes },
    { first, &hyper->weight[0] },
    { find (file, "hyper.0.bias", 1, (gint64[4]) { n_hidden }, 0), &hyper->bias[0] },
    { find (file, "hyper.1.weight", 2, (gint64[4]) { hyper->n_outputs, n_hidden }, 0), &hyper->weight[1] },
    { find (file, "hyper.1.bias", 1, (gint64[4]) { hyper->n_outputs }, 0), &hyper->bias[1] },
  };
  for (gsize i = 0; i < G_N_ELEMENTS (rest); i++)
    if (!rest[i].tensor)
      return NULL;
  g_array_append_vals (entries, rest, G_N_ELEMENTS (rest));
  return g_steal_pointer (&entries);
}

static gboolean
is_there (const Safetensors *file)
{
  return g_hash_table_contains (file->tensors, "hyper.center")
         || g_hash_table_contains (file->tensors, "hyper.axes");
}

gboolean
adain_hyper_check (const Safetensors *file, AdainNetwork *network, gsize *total)
{
  AdainHyper hyper;
  g_autoptr (GArray) entries = NULL;

  if (!is_there (file))
    return TRUE;
  entries = find_all (file, network, &hyper);
  if (!entries)
    return FALSE;
  for (guint i = 0; i < entries->len; i++)
    *total += g_array_index (entries, Entry, i).tensor->count;
  return TRUE;
}

gboolean
adain_hyper_load (const Safetensors *file, AdainNetwork *network, float *data)
{
  g_autoptr (GArray) entries = is_there (file) ? find_all (file, network, &network->hyper) : NULL;

  for (guint i = 0; entries && i < entries->len; i++)
    {
      const Entry *entry = &g_array_index (entries, Entry, i);
      const gsize  n = entry->tensor->count;

      safetensor_to_floats (entry->tensor, data);
      for (gsize k = 0; k < n; k++)
        if (!isfinite (data[k]))
          return FALSE;
      *entry->target = data;
      data += n;
    }
  return TRUE;
}
