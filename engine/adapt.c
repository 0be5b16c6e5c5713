/* The decoder of a rendering's styles.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "adapt.h"

#include <string.h>

#include "error.h"
#include "hyper.h"

/* Of those styles that have learned something and take part. */
static GArray *
find_shares (AdainStyle *const *styles, const double *weights, int n)
{
  GArray *shares = adain_shares_new ();

  for (int k = 0; k < n; k++)
    if (styles[k]->adaptation && weights[k] > 0)
      {
        AdainShare share = { adain_adaptation_ref (styles[k]->adaptation), weights[k] };

        g_array_append_val (shares, share);
      }
  return shares;
}

/* What the model tells of the styles, but for those that have learned without, each with its weight, or NULL. */
static float *
tell (const AdainHyper *hyper, AdainStyle *const *styles, const double *weights, int n)
{
  float *told = NULL;

  for (int k = 0; k < n && hyper->n_outputs > 0; k++)
    if (weights[k] > 0 && (!styles[k]->adaptation || styles[k]->adaptation->told))
      {
        if (!told)
          told = g_new0 (float, hyper->n_outputs);
        adain_hyper_tell (hyper, styles[k]->statistics, weights[k], told);
      }
  return told;
}

static gboolean
is_same_told (const float *a, const float *b, int n)
{
  return a && b ? memcmp (a, b, n * sizeof (float)) == 0 : a == b;
}

static gboolean
is_same (const GArray *a, const GArray *b)
{
  gboolean same = a->len == b->len;

  for (guint i = 0; same && i < a->len; i++)
    {
      const AdainShare *one = &g_array_index (a, AdainShare, i), *other = &g_array_index (b, AdainShare, i);

      same = one->adaptation == other->adaptation && one->share == other->share;
    }
  return same;
}

/* The model's decoder with all of these changes. */
static gboolean
use_changes (AdainEngine *engine, const GArray *shares, const float *told, GError **error)
{
  const AdainUnit    *unit = adain_engine_unit (engine);
  const AdainNetwork *network = adain_model_network (engine->model);
  AdainChain          decoder = network->decoder;
  g_autofree float   *weights = g_try_new (float, adain_chain_weights (&decoder));

  if (!weights)
    return adain_no_memory_for_model (error);
  adain_chain_copy_weights (&decoder, weights);
  for (guint i = 0; i < shares->len; i++)
    {
      const AdainShare *share = &g_array_index (shares, AdainShare, i);

      adain_adaptation_add (share->adaptation, &decoder, share->share, weights);
    }
  if (told)
    adain_hyper_add (&network->hyper, &decoder, told, weights);
  return unit->class->adapt (unit->backend, &decoder, error);
}

gboolean
adain_engine_adapt (AdainEngine *engine, AdainStyle *const *styles, const double *weights, int n,
                    GError **error)
{
  const AdainHyper *hyper = &adain_model_network (engine->model)->hyper;
  g_autoptr (GArray) shares = find_shares (styles, weights, n);
  g_autofree float *told = tell (hyper, styles, weights, n);

  if (is_same (shares, engine->shares) && is_same_told (told, engine->told, hyper->n_outputs))
    return TRUE;
  if (!use_changes (engine, shares, told, error))
    return FALSE;
  g_array_unref (engine->shares);
  engine->shares = g_steal_pointer (&shares);
  g_free (engine->told);
  engine->told = g_steal_pointer (&told);
  engine->decoder++;
  return TRUE;
}
