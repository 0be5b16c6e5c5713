/* What the CUDA tests share.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "support.h"

#include <math.h>

const TestWidths test_thin = { 4, 7, 5, 16, 9, 8, 16, 6, 16, 6, 16, 8, 9, 16, 5, 7, 4 };
const TestWidths test_tiny = { 4, 7, 5, 16, 17, 8, 9, 6, 33, 6, 9, 8, 17, 16, 5, 7, 4 };
const TestWidths test_compact = { 16, 16, 32, 32, 64, 64, 64, 64, 256, 80, 80, 80, 80, 48, 48, 16, 16 };
const TestWidths test_wide = {
  64, 64, 128, 128, 144, 130, 128, 160, 192, 160, 128, 130, 144, 128, 128, 64, 64
};

float *
test_random (gsize n, double low, double high, guint32 seed)
{
  GRand *random = g_rand_new_with_seed (seed);
  float *values = g_new (float, n);

  for (gsize i = 0; i < n; i++)
    values[i] = (float) g_rand_double_range (random, low, high);
  g_rand_free (random);
  return values;
}

float *
test_matrix (int channels, guint32 seed)
{
  double part = 0.5 / sqrt (channels);
  float *matrix = test_random ((gsize) channels * channels, -part, part, seed);

  for (int c = 0; c < channels; c++)
    matrix[c * (channels + 1)] += 1;
  return matrix;
}

static AdainConv
random_conv (int in, int out, guint32 seed)
{
  double    range = sqrt (6.0 / (9 * in));
  AdainConv conv = { .in = in,
                     .out = out,
                     .weight = test_random ((gsize) in * out * 9, -range, range, seed),
                     .bias = test_random (out, -0.1, 0.3, seed + 1) };

  return conv;
}

AdainNetwork *
test_network_new (const int *widths, guint32 seed)
{
  AdainNetwork *network = g_new0 (AdainNetwork, 1);

  network->encoder.n = network->decoder.n = TEST_LAYERS;
  for (int i = 0; i < TEST_LAYERS; i++)
    {
      network->encoder.convs[i] = random_conv (i ? widths[i - 1] : 3, widths[i], seed + 2 * i);
      network->decoder.convs[i] = random_conv (widths[TEST_LAYERS + i - 1],
                                               i < TEST_LAYERS - 1 ? widths[TEST_LAYERS + i] : 3,
                                               seed + 100 + 2 * i);
    }
  adain_network_connect (network, (int[]) { 1, 3, 7 }, (int[]) { 0, 4, 6 });
  for (int c = 0; c < 3; c++)
    {
      network->mean[c] = 0.4f + 0.05f * c;
      network->scale[c] = 4.0f + c;
    }
  return network;
}

void
test_network_free (AdainNetwork *network)
{
  for (int i = 0; i < TEST_LAYERS; i++)
    {
      g_free ((float *) network->encoder.convs[i].weight);
      g_free ((float *) network->encoder.convs[i].bias);
      g_free ((float *) network->decoder.convs[i].weight);
      g_free ((float *) network->decoder.convs[i].bias);
    }
  g_free (network);
}

double
test_distance (const float *a, const float *b, gsize n)
{
  double difference = 0, size = 0;

  for (gsize i = 0; i < n; i++)
    {
      difference += ((double) a[i] - b[i]) * ((double) a[i] - b[i]);
      size += (double) b[i] * b[i];
    }
  return isfinite (difference) ? sqrt (difference / (size + 1e-30)) : INFINITY;
}

/* Root mean square of the difference over that of the elements. */
static double
covariance_distance (const AdainCovariance *a, const AdainCovariance *b)
{
  double difference = 0, size = 0;

  for (int i = 0; i < b->channels; i++)
    for (int j = i; j < b->channels; j++)
      {
        gsize  at = (gsize) i * b->channels + j;
        double expected = b->products[at] / b->weight, delta = a->products[at] / a->weight - expected;

        difference += delta * delta;
        size += expected * expected;
      }
  return isfinite (difference) ? sqrt (difference / (size + 1e-30)) : INFINITY;
}

double
test_statistics_distance (const AdainStatistics *a, const AdainStatistics *b, int channels)
{
  double most = fabs (a->weight - b->weight) / b->weight, overall = 0;

  for (int c = 0; c < channels; c++)
    overall += (b->mean[c] * b->mean[c] + b->m2[c] / b->weight) / channels;
  overall = sqrt (overall);
  for (int c = 0; c < channels; c++)
    {
      double deviation = sqrt (b->m2[c] / b->weight), size = hypot (deviation, b->mean[c]) + overall / 8;

      most = MAX (most, fabs (a->mean[c] - b->mean[c]) / size);
      most = MAX (most, fabs (sqrt (a->m2[c] / a->weight) - deviation) / size);
    }
  return b->covariance ? MAX (most, covariance_distance (a->covariance, b->covariance)) : most;
}
