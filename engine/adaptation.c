/* What a style changes in the decoder.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "adaptation.h"

#include <math.h>
#include <string.h>

#include "half.h"

/* The values of one convolution. */
typedef struct
{
  int   rank, out, inputs; /* weights of each output */
  gsize left, right, bias, end;
} Part;

static Part
part_at (const AdainConv *conv, gsize start)
{
  Part part = { MIN (ADAIN_ADAPTATION_RANK, conv->out), conv->out, 9 * conv->in, start };

  part.right = part.left + (gsize) part.out * part.rank;
  part.bias = part.right + (gsize) part.rank * part.inputs;
  part.end = part.bias + part.out;
  return part;
}

gsize
adain_adaptation_size (const AdainChain *decoder)
{
  gsize n = 0;

  for (int i = 0; i < decoder->n; i++)
    n = part_at (&decoder->convs[i], n).end;
  return n;
}

AdainAdaptation *
adain_adaptation_new (const AdainChain *decoder)
{
  gsize            n = adain_adaptation_size (decoder);
  AdainAdaptation *adaptation = g_try_malloc0 (sizeof *adaptation + n * sizeof (float));

  if (adaptation)
    {
      g_atomic_ref_count_init (&adaptation->references);
      adaptation->n = n;
    }
  return adaptation;
}

AdainAdaptation *
adain_adaptation_ref (AdainAdaptation *adaptation)
{
  g_atomic_ref_count_inc (&adaptation->references);
  return adaptation;
}

void
adain_adaptation_unref (AdainAdaptation *adaptation)
{
  if (adaptation != NULL && g_atomic_ref_count_dec (&adaptation->references))
    g_free (adaptation);
}

void
adain_adaptation_begin (AdainAdaptation *adaptation, const AdainChain *decoder, GRand *random)
{
  Part part = { 0 };

  memset (adaptation->values, 0, adaptation->n * sizeof (float));
  for (int i = 0; i < decoder->n; i++)
    {
      double most;

      part = part_at (&decoder->convs[i], part.end);
      most = sqrt (3.0 / part.inputs);
      for (gsize k = part.right; k < part.bias; k++)
        adaptation->values[k] = g_rand_double_range (random, -most, most);
    }
}

void
adain_adaptation_round (AdainAdaptation *adaptation)
{
  for (gsize i = 0; i < adaptation->n; i++)
    adaptation->values[i] = adain_half_to_float (adain_half_from_float (adaptation->values[i]));
}

/* to += factor * from */
static void
add_multiple (float *to, const float *from, float factor, int n)
{
  for (int i = 0; i < n; i++)
    to[i] += factor * from[i];
}

static float
dot (const float *a, const float *b, int n)
{
  float sum = 0;

  for (int i = 0; i < n; i++)
    sum += a[i] * b[i];
  return sum;
}

void
adain_adaptation_add (const AdainAdaptation *adaptation, const AdainChain *decoder, float share,
                      float *weights)
{
  const float *values = adaptation->values;
  Part         part = { 0 };

  for (int i = 0; i < decoder->n; i++)
    {
      part = part_at (&decoder->convs[i], part.end);
      for (int o = 0; o < part.out; o++, weights += part.inputs)
        for (int r = 0; r < part.rank; r++)
          add_multiple (weights, values + part.right + (gsize) r * part.inputs,
                        share * values[part.left + (gsize) o * part.rank + r], part.inputs);
      add_multiple (weights, values + part.bias, share, part.out);
      weights += part.out;
    }
}

void
adain_adaptation_lead_back (const AdainAdaptation *adaptation, const AdainChain *decoder,
                            const float *weights, float *gradient)
{
  const float *values = adaptation->values;
  Part         part = { 0 };

  memset (gradient, 0, adaptation->n * sizeof (float));
  for (int i = 0; i < decoder->n; i++)
    {
      part = part_at (&decoder->convs[i], part.end);
      for (int o = 0; o < part.out; o++, weights += part.inputs)
        for (int r = 0; r < part.rank; r++)
          {
            gsize left = part.left + (gsize) o * part.rank + r, right = part.right + (gsize) r * part.inputs;

            gradient[left] = dot (weights, values + right, part.inputs);
            add_multiple (gradient + right, weights, values[left], part.inputs);
          }
      memcpy (gradient + part.bias, weights, part.out * sizeof (float));
      weights += part.out;
    }
}

static void
clear_share (gpointer data)
{
  adain_adaptation_unref (((AdainShare *) data)->adaptation);
}

GArray *
adain_shares_new (void)
{
  GArray *shares = g_array_new (FALSE, FALSE, sizeof (AdainShare));

  g_array_set_clear_func (shares, clear_share);
  return shares;
}
