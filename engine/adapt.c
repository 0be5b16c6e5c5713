/* The decoders of a rendering.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "adapt.h"

#include "decoders.h"
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

/* The first of `n` of the unit's decoders, or as many as there are, that is made of the same; -1: none. */
static int
find (const AdainEngine *engine, const AdainDecoder *wanted, int n)
{
  int n_told = adain_model_network (engine->model)->hyper.n_outputs;

  for (int i = 0; i < MIN (n, (int) engine->decoders->len); i++)
    if (adain_decoder_equal (engine->decoders->pdata[i], wanted, n_told))
      return i;
  return -1;
}

/* The unit's decoder `i` becomes the model's with all of these changes. */
static gboolean
make (AdainEngine *engine, int i, const AdainDecoder *wanted, GError **error)
{
  const AdainUnit    *unit = adain_engine_unit (engine);
  const AdainNetwork *network = adain_model_network (engine->model);
  AdainChain          chain = network->decoder;
  g_autofree float   *weights = g_try_new (float, adain_chain_weights (&chain));

  if (!weights)
    return adain_no_memory_for_model (error);
  adain_chain_copy_weights (&chain, weights);
  for (guint k = 0; k < wanted->shares->len; k++)
    {
      const AdainShare *share = &g_array_index (wanted->shares, AdainShare, k);

      adain_adaptation_add (share->adaptation, &chain, share->share, weights);
    }
  if (wanted->told)
    adain_hyper_add (&network->hyper, &chain, wanted->told, weights);
  return unit->class->adapt (unit->backend, i, &chain, error);
}

/* Takes over `wanted`, in either case. */
static gboolean
use (AdainEngine *engine, int i, AdainDecoder *wanted, GError **error)
{
  GPtrArray *decoders = engine->decoders;

  if (!make (engine, i, wanted, error))
    {
      adain_decoder_free (wanted);
      return FALSE;
    }
  if (i < (int) decoders->len)
    adain_decoder_free (g_steal_pointer (&decoders->pdata[i]));
  else
    g_ptr_array_set_size (decoders, i + 1);
  decoders->pdata[i] = wanted;
  engine->adapted++;
  return TRUE;
}

gboolean
adain_engine_adapt (AdainEngine *engine, AdainStyle *const *styles, int n_styles,
                    const double *const *weights, int n_mixtures, int *decoders, int *n_decoders,
                    GError **error)
{
  const AdainHyper *hyper = &adain_model_network (engine->model)->hyper;

  *n_decoders = 0;
  for (int m = 0; m < n_mixtures; m++)
    {
      AdainDecoder *wanted = adain_decoder_new (find_shares (styles, weights[m], n_styles),
                                                tell (hyper, styles, weights[m], n_styles));

      /* One of those before, or that which the next one has been since the last rendering. */
      decoders[m] = find (engine, wanted, *n_decoders + 1);
      if (decoders[m] >= 0)
        adain_decoder_free (wanted);
      else if (!use (engine, decoders[m] = *n_decoders, wanted, error))
        return FALSE;
      *n_decoders = MAX (*n_decoders, decoders[m] + 1);
    }
  return TRUE;
}
