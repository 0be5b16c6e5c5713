/* What the CUDA tests share: random numbers, networks, pictures, comparing.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "backend.h"

/* Convolutions in each half: as many as VGG-19 has. */
#define TEST_LAYERS 9

/* Widths of the encoder's layers, then of the decoder's but the last. */
typedef int TestWidths[2 * TEST_LAYERS - 1];

extern const TestWidths test_thin, test_tiny, test_compact, test_wide;

/* Random weights that keep the activations' size. */
AdainNetwork *test_network_new (const int *widths, guint32 seed);
void          test_network_free (AdainNetwork *network);

float *test_random (gsize n, double low, double high, guint32 seed);

/* An AdainMap's matrix that mixes all channels, and is not symmetric. */
float *test_matrix (int channels, guint32 seed);

/* Root mean square of a - b over that of b. */
double test_distance (const float *a, const float *b, gsize n);

/* The largest distance of means and of deviations, against the channel's root mean square
 * and a little of all channels'; and test_distance() of covariances if they were gathered. */
double test_statistics_distance (const AdainStatistics *a, const AdainStatistics *b, int channels);
