/* The decoder that a rendering's styles have learned.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "adapt.h"

#include "error.h"

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
use_shares (AdainEngine *engine, const GArray *shares, GError **error)
{
  const AdainUnit  *unit = adain_engine_unit (engine);
  AdainChain        decoder = adain_model_network (engine->model)->decoder;
  g_autofree float *weights = g_try_new (float, adain_chain_weights (&decoder));

  if (!weights)
    return adain_no_memory_for_model (error);
  adain_chain_copy_weights (&decoder, weights);
  for (guint i = 0; i < shares->len; i++)
    {
      const AdainShare *share = &g_array_index (shares, AdainShare, i);

      adain_adaptation_add (share->adaptation, &decoder, share->share, weights);
    }
  return unit->class->adapt (unit->backend, &decoder, error);
}

gboolean
adain_engine_adapt (AdainEngine *engine, AdainStyle *const *styles, const double *weights, int n,
                    GError **error)
{
  g_autoptr (GArray) shares = find_shares (styles, weights, n);

  if (is_same (shares, engine->shares))
    return TRUE;
  if (!use_shares (engine, shares, error))
    return FALSE;
  g_array_unref (engine->shares);
  engine->shares = g_steal_pointer (&shares);
  engine->decoder++;
  return TRUE;
}
