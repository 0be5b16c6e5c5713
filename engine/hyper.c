/* A decoder that knows the style.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "hyper.h"

#include <math.h>

/* The statistics along the axes are kept within so many deviations of what styles usually have. */
#define USUAL 3

/* Added to variances before the logarithm. */
#define LEAST 1e-4

/* out[i] = bias[i] + dot (weight[i], in) */
static void
apply_layer (const float *weight, const float *bias, const float *in, int n_in, float *out, int n_out)
{
  for (int i = 0; i < n_out; i++)
    {
      float sum = bias ? bias[i] : 0;

      for (int k = 0; k < n_in; k++)
        sum += weight[(gsize) i * n_in + k] * in[k];
      out[i] = sum;
    }
}

void
adain_hyper_tell (const AdainHyper *hyper, const AdainStatistics *style, float share, float *outputs)
{
  const int         n = style->channels;
  g_autofree float *seen = g_new (float, 2 * n);
  g_autofree float *along = g_new (float, hyper->n_axes);
  g_autofree float *hidden = g_new (float, hyper->n_hidden);
  g_autofree float *told = g_new (float, hyper->n_outputs);

  for (int k = 0; k < n; k++)
    {
      const double deviation = adain_statistics_deviation (style, k);

      seen[k] = style->mean[k] - hyper->center[k];
      seen[n + k] = 0.5 * log (deviation * deviation + LEAST) - hyper->center[n + k];
    }
  apply_layer (hyper->axes, NULL, seen, 2 * n, along, hyper->n_axes);
  for (int k = 0; k < hyper->n_axes; k++)
    along[k] = CLAMP (along[k], -USUAL, USUAL);
  apply_layer (hyper->weight[0], hyper->bias[0], along, hyper->n_axes, hidden, hyper->n_hidden);
  for (int k = 0; k < hyper->n_hidden; k++)
    hidden[k] = MAX (hidden[k], 0);
  apply_layer (hyper->weight[1], hyper->bias[1], hidden, hyper->n_hidden, told, hyper->n_outputs);
  for (int k = 0; k < hyper->n_outputs; k++)
    outputs[k] += share * told[k];
}

/* to += factor * from */
static void
add_multiple (float *to, const float *from, float factor, int n)
{
  for (int i = 0; i < n; i++)
    to[i] += factor * from[i];
}

void
adain_hyper_add (const AdainHyper *hyper, const AdainChain *decoder, const float *outputs, float *weights)
{
  for (int i = 0; i < decoder->n; i++)
    {
      const AdainConv *conv = &decoder->convs[i];
      const int        rank = hyper->rank[i], inputs = 9 * conv->in;
      const float     *gates = outputs, *bias = outputs + rank;

      for (int o = 0; o < conv->out; o++, weights += inputs)
        for (int r = 0; r < rank; r++)
          add_multiple (weights, hyper->right[i] + (gsize) r * inputs,
                        hyper->left[i][(gsize) o * rank + r] * gates[r], inputs);
      add_multiple (weights, bias, 1, conv->out);
      weights += conv->out;
      outputs = bias + conv->out;
    }
}
