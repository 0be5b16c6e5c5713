/* Every kernel, run by the shim, against plain loops.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "kernels.h"
#include "engine/covariance.h"
#include "engine/half.h"
#include "api.h"
#include "standin.h"
#include "support.h"

#include <math.h>

typedef struct
{
  const AdainCudaApi *api;
  cudaStream_t        stream;
} Device;

static Device
device_open (gboolean descending)
{
  Device device = { adain_cuda_api () };

  standin_reset ();
  standin.descending = descending;
  g_assert_true (device.api->cudaStreamCreateWithFlags (&device.stream, cudaStreamNonBlocking)
                 == cudaSuccess);
  return device;
}

static void
device_close (Device *device)
{
  device->api->cudaStreamDestroy (device->stream);
  g_assert_cmpint (standin_live (), ==, 0);
}

static void *
device_new (Device *device, gsize size)
{
  void *memory;

  g_assert_true (device->api->cudaMalloc (&memory, size) == cudaSuccess);
  return memory;
}

static void *
device_put (Device *device, const void *data, gsize size)
{
  void *memory = device_new (device, size);

  device->api->cudaMemcpyAsync (memory, data, size, cudaMemcpyHostToDevice, device->stream);
  g_assert_true (device->api->cudaStreamSynchronize (device->stream) == cudaSuccess);
  return memory;
}

/* Fetches and frees. */
static void *
device_take (Device *device, void *memory, gsize size)
{
  void *data = g_malloc (size);

  device->api->cudaMemcpyAsync (data, memory, size, cudaMemcpyDeviceToHost, device->stream);
  g_assert_true (device->api->cudaStreamSynchronize (device->stream) == cudaSuccess);
  device->api->cudaFree (memory);
  return data;
}

static guint16 *
random_halves (gsize n, double low, double high, guint32 seed)
{
  float   *values = test_random (n, low, high, seed);
  guint16 *halves = g_new (guint16, n);

  for (gsize i = 0; i < n; i++)
    halves[i] = adain_half_from_float (values[i]);
  g_free (values);
  return halves;
}

static int
reflect (int i, int n)
{
  return i < 0 ? -i : i >= n ? 2 * n - 2 - i : i;
}

/* All halves there are, and the middles between them. */
static void
test_half (void)
{
  for (guint bits = 0; bits < 0x7c00; bits++)
    {
      float value = adain_half_to_float (bits), next = adain_half_to_float (bits + 1);
      float middle = isinf (next) ? 65520 : value + (next - value) / 2;

      g_assert_cmpuint (adain_half_from_float (value), ==, bits);
      g_assert_cmpuint (adain_half_from_float (-value), ==, bits | 0x8000);
      g_assert_cmpuint (adain_half_from_float (nextafterf (middle, 0)), ==, bits);
      g_assert_cmpuint (adain_half_from_float (nextafterf (middle, INFINITY)), ==, bits + 1);
      g_assert_cmpuint (adain_half_from_float (middle), ==, (bits + 1) & ~1u);
    }
  g_assert_true (isnan (adain_half_to_float (adain_half_from_float (NAN))));
  g_assert_cmpuint (adain_half_from_float (1e30f), ==, 0x7c00);
  g_assert_true (adain_half_to_float (0x3c00) == 1.0f);
}

static void
test_pack (gconstpointer descending)
{
  Device device = device_open (GPOINTER_TO_INT (descending));
  float  mean[3] = { 0.1f, 0.2f, 0.3f }, scale[3] = { 255, 2, -1e6f };

  for (int size = 2; size < 20; size += 5)
    {
      int      width = size, height = 21 - size, row = (width + 2) * ADAIN_CHANNELS;
      gsize    bytes = (gsize) row * (height + 2) * sizeof (guint16);
      float   *rgb = test_random ((gsize) width * height * 3, 0, 1, size);
      void    *from = device_put (&device, rgb, (gsize) width * height * 3 * sizeof (float));
      void    *to = device_new (&device, bytes);
      guint16 *found;

      g_assert_true (adain_launch_pack (from, mean, scale, to, width, height, device.stream) == cudaSuccess);
      found = device_take (&device, to, bytes);
      for (int y = 0; y < height + 2; y++)
        for (int x = 0; x < width + 2; x++)
          for (int c = 0; c < ADAIN_CHANNELS; c++)
            {
              const float *pixel = rgb + (reflect (y - 1, height) * width + reflect (x - 1, width)) * 3;
              float        value = c < 3 ? (pixel[c] - mean[c]) * scale[c] : 0;

              g_assert_cmpuint (found[y * row + x * ADAIN_CHANNELS + c], ==,
                                adain_half_from_float (CLAMP (value, -65504.0f, 65504.0f)));
            }
      g_free (found);
      g_free (rgb);
      device.api->cudaFree (from);
    }
  device_close (&device);
}

static void
check_gather (Device *device, AdainGather kind, int width, int height, int channels, int border)
{
  int      in_width = kind == ADAIN_POOL ? 2 * width : kind == ADAIN_UP ? width / 2 : width;
  int      in_height = kind == ADAIN_POOL ? 2 * height : kind == ADAIN_UP ? height / 2 : height;
  gsize    n = (gsize) in_width * in_height * channels;
  gsize    bytes = (gsize) (width + 2 * border) * (height + 2 * border) * channels * sizeof (guint16);
  guint16 *input = random_halves (n, -3, 3, width + height), *found;
  void    *from = device_put (device, input, n * sizeof (guint16)), *to = device_new (device, bytes);

  g_assert_true (adain_launch_gather (kind, from, to, width, height, channels, border, device->stream)
                 == cudaSuccess);
  found = device_take (device, to, bytes);
  for (int y = 0; y < height + 2 * border; y++)
    for (int x = 0; x < width + 2 * border; x++)
      for (int c = 0; c < channels; c++)
        {
          int   from_x = reflect (x - border, width), from_y = reflect (y - border, height);
          float value = -INFINITY;

          for (int i = 0; i < (kind == ADAIN_POOL ? 4 : 1); i++)
            {
              int at_x = kind == ADAIN_POOL ? 2 * from_x + i % 2 : kind == ADAIN_UP ? from_x / 2 : from_x;
              int at_y = kind == ADAIN_POOL ? 2 * from_y + i / 2 : kind == ADAIN_UP ? from_y / 2 : from_y;

              value = MAX (value, adain_half_to_float (input[(at_y * in_width + at_x) * channels + c]));
            }
          g_assert_true (adain_half_to_float (found[(y * (width + 2 * border) + x) * channels + c]) == value);
        }
  g_free (found);
  g_free (input);
  device->api->cudaFree (from);
}

static void
test_gather (gconstpointer descending)
{
  Device device = device_open (GPOINTER_TO_INT (descending));

  for (int kind = ADAIN_PLAIN; kind <= ADAIN_UP; kind++)
    for (int border = 0; border < 2; border++)
      {
        check_gather (&device, kind, 2, 2, 16, border);
        check_gather (&device, kind, 6, 14, 48, border);
        check_gather (&device, kind, 34, 2, 16, border);
        if (kind != ADAIN_UP)
          check_gather (&device, kind, 7, 5, 32, border);
      }
  device_close (&device);
}

static void
test_affine (gconstpointer descending)
{
  enum
  {
    STRIDE = 23,
    ROWS = 11,
    CHANNELS = 48
  };
  Device   device = device_open (GPOINTER_TO_INT (descending));
  gsize    n = STRIDE * ROWS * CHANNELS;
  guint16 *features = random_halves (n, 0, 9, 1);
  void    *from = device_put (&device, features, n * sizeof (guint16));
  float   *scale = test_random (CHANNELS, -2, 2, 2), *shift = test_random (CHANNELS, -9e4, 2, 3);
  void    *scales = device_put (&device, scale, CHANNELS * sizeof (float));
  float   *low = test_random (CHANNELS, 1, 3, 4), *high = test_random (CHANNELS, 5, 8, 5);
  void    *shifts = device_put (&device, shift, CHANNELS * sizeof (float));
  void    *lows = device_put (&device, low, CHANNELS * sizeof (float));
  void    *highs = device_put (&device, high, CHANNELS * sizeof (float));

  for (int border = 0; border < 2; border++)
    for (int affine = 0; affine < 2; affine++)
      {
        int       width = 9, height = 4, row = width + 2 * border;
        AdainCall call = { .features = from, .stride = STRIDE, .x = 5, .y = 7, .affine = affine };
        void     *calls = device_put (&device, &call, sizeof call);
        gsize     bytes = (gsize) row * (height + 2 * border) * CHANNELS * sizeof (guint16);
        void     *to = device_new (&device, bytes);
        guint16  *found;

        g_assert_true (adain_launch_affine (calls, scales, shifts, lows, highs, to, width, height, CHANNELS,
                                            border, device.stream)
                       == cudaSuccess);
        found = device_take (&device, to, bytes);
        for (int y = 0; y < height + 2 * border; y++)
          for (int x = 0; x < row; x++)
            for (int c = 0; c < CHANNELS; c++)
              {
                int     cell = (7 + reflect (y - border, height)) * STRIDE + 5 + reflect (x - border, width);
                guint16 expected = features[cell * CHANNELS + c];

                if (affine)
                  expected = adain_half_from_float (
                      CLAMP (CLAMP (adain_half_to_float (expected), low[c], high[c]) * scale[c] + shift[c],
                             -ADAIN_FEATURE_MAX, ADAIN_FEATURE_MAX));
                g_assert_cmpfloat_with_epsilon (adain_half_to_float (found[(y * row + x) * CHANNELS + c]),
                                                adain_half_to_float (expected),
                                                1e-3 * fabs (adain_half_to_float (expected)) + 1e-6);
              }
        g_free (found);
        device.api->cudaFree (calls);
      }
  device.api->cudaFree (from);
  device.api->cudaFree (scales);
  device.api->cudaFree (shifts);
  device.api->cudaFree (lows);
  device.api->cudaFree (highs);
  g_free (low);
  g_free (high);
  g_free (features);
  g_free (scale);
  g_free (shift);
  device_close (&device);
}

static void
check_matrix (Device *device, int width, int height, int channels, int border)
{
  int       row = width + 2 * border, rows = height + 2 * border, stride = width + 6, x0 = 5, y0 = 2;
  gsize     n = (gsize) stride * (height + y0 + 1) * channels;
  gsize     bytes = (gsize) row * rows * channels * sizeof (guint16);
  double    part = 1 / sqrt (channels);
  guint16  *features = random_halves (n, 0, 9, width), *found;
  float    *matrix = test_random ((gsize) channels * channels, -part, part, 2);
  float    *shift = test_random (channels, -5e3, 5e3, 3); /* some beyond the limit */
  float    *low = test_random (channels, 1, 3, 4), *high = test_random (channels, 5, 8, 5);
  void     *from = device_put (device, features, n * sizeof (guint16));
  void     *by = device_put (device, matrix, (gsize) channels * channels * sizeof (float));
  void     *shifts = device_put (device, shift, channels * sizeof (float));
  void     *lows = device_put (device, low, channels * sizeof (float));
  void     *highs = device_put (device, high, channels * sizeof (float));
  AdainCall call = { .features = from, .stride = stride, .x = x0, .y = y0 };
  void     *calls = device_put (device, &call, sizeof call), *to = device_new (device, bytes);

  g_assert_true (adain_launch_matrix (calls, by, shifts, lows, highs, to, width, height, channels, border,
                                      device->stream)
                 == cudaSuccess);
  found = device_take (device, to, bytes);
  for (int y = 0; y < rows; y++)
    for (int x = 0; x < row; x++)
      for (int o = 0; o < channels; o++)
        {
          int    cell = (y0 + reflect (y - border, height)) * stride + x0 + reflect (x - border, width);
          double sum = shift[o];

          for (int i = 0; i < channels; i++)
            {
              double feature = adain_half_to_float (features[cell * channels + i]);

              sum += matrix[i * channels + o] * CLAMP (feature, low[i], high[i]);
            }
          sum = CLAMP (sum, -ADAIN_FEATURE_MAX, ADAIN_FEATURE_MAX);
          g_assert_cmpfloat_with_epsilon (adain_half_to_float (found[(y * row + x) * channels + o]), sum,
                                          6e-4 * fabs (sum) + 1e-3);
        }
  g_free (found);
  g_free (features);
  g_free (matrix);
  g_free (shift);
  g_free (low);
  g_free (high);
  device->api->cudaFree (lows);
  device->api->cudaFree (highs);
  device->api->cudaFree (from);
  device->api->cudaFree (by);
  device->api->cudaFree (shifts);
  device->api->cudaFree (calls);
}

static void
test_matrices (gconstpointer descending)
{
  Device device = device_open (GPOINTER_TO_INT (descending));

  for (int border = 0; border < 2; border++)
    {
      check_matrix (&device, 2, 2, 16, border);
      check_matrix (&device, 9, 4, 48, border);
      check_matrix (&device, 4, 4, 80, border);
      check_matrix (&device, 3, 7, 272, border);
    }
  check_matrix (&device, 3, 2, ADAIN_MATRIX_CHANNELS, 1);
  device_close (&device);
}

static void
test_unpack (gconstpointer descending)
{
  Device    device = device_open (GPOINTER_TO_INT (descending));
  int       width = 40, height = 32, keep_width = 24, keep_height = 16;
  gsize     n = (gsize) width * height * ADAIN_CHANNELS;
  guint16  *input = random_halves (n, -1, 2, 5);
  AdainCall call = { .keep_x = 1, .keep_y = 2 };
  void     *calls = device_put (&device, &call, sizeof call);
  void     *from = device_put (&device, input, n * sizeof (guint16));
  gsize     bytes = (gsize) keep_width * keep_height * 3 * sizeof (float);
  void     *to = device_new (&device, bytes);
  float    *found;

  g_assert_true (adain_launch_unpack (calls, from, to, width, keep_width, keep_height, device.stream)
                 == cudaSuccess);
  found = device_take (&device, to, bytes);
  for (int i = 0; i < keep_width * keep_height * 3; i++)
    {
      int x = i / 3 % keep_width + 8, y = i / 3 / keep_width + 16;

      g_assert_true (found[i] == adain_half_to_float (input[(y * width + x) * ADAIN_CHANNELS + i % 3]));
    }
  g_free (found);
  g_free (input);
  device.api->cudaFree (from);
  device.api->cudaFree (calls);
  device_close (&device);
}

static void
check_moments (Device *device, int keep_width, int keep_height, int channels, gboolean weighted,
               gboolean store)
{
  int       width = keep_width + 3, height = keep_height + 2, stride = keep_width + 5;
  gsize     n = (gsize) width * height * channels, kept = (gsize) keep_width * keep_height;
  guint16  *input = random_halves (n, 99, 101, keep_width);
  float    *weights = test_random (kept, -0.3, 1, 7);
  gsize     stored = (gsize) stride * (keep_height + 1) * channels;
  guint16  *empty = g_new0 (guint16, stored);
  void     *features = device_put (device, empty, stored * sizeof (guint16));
  AdainCall call = {
    .features = store ? features : NULL, .stride = stride, .x = 4, .y = 1, .keep_x = 2, .keep_y = 1
  };
  int      parts = adain_moments_parts (keep_width, keep_height);
  void    *calls = device_put (device, &call, sizeof call), *from, *by, *partial, *moments;
  double  *found;
  guint16 *cells;

  for (gsize i = 0; i < kept; i++)
    weights[i] = MAX (weights[i], 0);
  from = device_put (device, input, n * sizeof (guint16));
  by = device_put (device, weights, kept * sizeof (float));
  partial = device_new (device, (gsize) parts * ADAIN_MOMENTS * channels * sizeof (double));
  moments = device_new (device, ADAIN_MOMENTS * channels * sizeof (double));
  g_assert_true (adain_launch_keep (calls, from, width, weighted ? by : NULL, keep_width, keep_height,
                                    channels, partial, device->stream)
                 == cudaSuccess);
  g_assert_true (adain_launch_moments (partial, parts, channels, moments, device->stream) == cudaSuccess);
  found = device_take (device, moments, ADAIN_MOMENTS * channels * sizeof (double));
  cells = device_take (device, features, stored * sizeof (guint16));

  for (int c = 0; c < channels; c++)
    {
      double sum = 0, mean = 0, m2 = 0, low = INFINITY, high = -INFINITY;

      for (int pass = 0; pass < 2; pass++)
        for (gsize i = 0; i < kept; i++)
          {
            int     x = (int) (i % keep_width), y = (int) (i / keep_width);
            guint16 bits = input[((y + 1) * width + x + 2) * channels + c];
            double  value = adain_half_to_float (bits), weight = weighted ? weights[i] : 1;

            if (pass == 0)
              {
                sum += weight;
                mean += weight * value;
                low = weight > 0 ? MIN (low, value) : low;
                high = weight > 0 ? MAX (high, value) : high;
              }
            else
              m2 += weight * (value - mean / sum) * (value - mean / sum);
            if (store)
              g_assert_cmpuint (cells[((y + 1) * stride + x + 4) * channels + c], ==, bits);
          }
      g_assert_cmpfloat_with_epsilon (found[c], sum, 1e-9 * sum);
      g_assert_cmpfloat_with_epsilon (found[channels + c], mean / sum, 1e-9 * mean / sum);
      g_assert_cmpfloat_with_epsilon (found[2 * channels + c], m2, 1e-6 * m2 + 1e-6);
      g_assert_true (found[3 * channels + c] == low);
      g_assert_true (found[4 * channels + c] == high);
    }
  g_free (found);
  g_free (cells);
  g_free (empty);
  g_free (input);
  g_free (weights);
  device->api->cudaFree (from);
  device->api->cudaFree (by);
  device->api->cudaFree (partial);
  device->api->cudaFree (calls);
}

static void
test_moments (gconstpointer descending)
{
  Device device = device_open (GPOINTER_TO_INT (descending));

  check_moments (&device, 1, 1, 16, FALSE, TRUE);
  check_moments (&device, 7, 5, 48, TRUE, TRUE);
  check_moments (&device, 33, 9, 16, TRUE, FALSE);
  check_moments (&device, 32, 2, 512, FALSE, TRUE);
  device_close (&device);
}

/* The products of kept cells, some of weight 0, whose means are far from 0. */
static void
check_covariance (Device *device, int keep_width, int keep_height, int channels, int padded,
                  gboolean weighted)
{
  int              width = keep_width + 3, height = keep_height + 2, parts;
  gsize            n = (gsize) width * height * padded, kept = (gsize) keep_width * keep_height;
  gsize            elements = (gsize) channels * channels, squares = ADAIN_COVARIANCE_SQUARES (padded);
  gsize            square = ADAIN_COVARIANCE_SQUARE * ADAIN_COVARIANCE_SQUARE * sizeof (float);
  guint16         *input = random_halves (n, 9, 11, keep_width);
  float           *weights = test_random (kept, -0.3, 1, 7), *cells = g_new (float, kept * channels);
  double          *means = g_new0 (double, 2 * padded), *matrix = g_new (double, elements), *found;
  AdainCovariance *covariance = adain_covariance_new (channels);
  AdainCall        call = { .keep_x = 2, .keep_y = 1 };
  void            *calls = device_put (device, &call, sizeof call), *from, *by, *moments, *partial, *products;

  for (gsize i = 0; i < kept; i++)
    {
      gsize cell = (i / keep_width + 1) * width + i % keep_width + 2;

      weights[i] = MAX (weights[i], 0);
      for (int c = 0; c < channels; c++)
        cells[i * channels + c] = adain_half_to_float (input[cell * padded + c]);
    }
  adain_covariance_add (covariance, cells, weighted ? weights : NULL, kept);
  memcpy (means + padded, covariance->mean, channels * sizeof (double));
  parts = adain_covariance_parts (keep_width, keep_height);
  from = device_put (device, input, n * sizeof (guint16));
  by = device_put (device, weights, kept * sizeof (float));
  moments = device_put (device, means, 2 * padded * sizeof (double));
  partial = device_new (device, parts * squares * square);
  products = device_new (device, elements * sizeof (double));
  g_assert_true (adain_launch_products (calls, from, width, weighted ? by : NULL, keep_width, keep_height,
                                        padded, moments, partial, device->stream)
                 == cudaSuccess);
  g_assert_true (adain_launch_covariance (partial, parts, padded, channels, products, device->stream)
                 == cudaSuccess);
  found = device_take (device, products, elements * sizeof (double));
  adain_covariance_get (covariance, matrix);
  for (int i = 0; i < channels; i++)
    for (int j = 0; j < channels; j++)
      {
        double expected = j < i ? 0 : matrix[(gsize) i * channels + j] * covariance->weight;
        double size = sqrt (matrix[(gsize) i * (channels + 1)] * matrix[(gsize) j * (channels + 1)])
                      * covariance->weight;

        g_assert_cmpfloat_with_epsilon (found[(gsize) i * channels + j], expected, 2e-5 * size);
      }
  adain_covariance_free (covariance);
  g_free (found);
  g_free (matrix);
  g_free (means);
  g_free (cells);
  g_free (input);
  g_free (weights);
  device->api->cudaFree (from);
  device->api->cudaFree (by);
  device->api->cudaFree (moments);
  device->api->cudaFree (partial);
  device->api->cudaFree (calls);
}

static void
test_covariance (gconstpointer descending)
{
  Device device = device_open (GPOINTER_TO_INT (descending));

  check_covariance (&device, 2, 1, 16, 16, FALSE);
  check_covariance (&device, 7, 5, 33, 48, TRUE);
  check_covariance (&device, 33, 9, 70, 80, TRUE);
  check_covariance (&device, 32, 16, 192, 192, FALSE);
  device_close (&device);
}

/* The convolution's weights in its own layout. */
static guint16 *
direct_weights (const guint16 *weight, int in, int out)
{
  int      block = adain_conv_block (out), i = 0;
  guint16 *direct = g_new (guint16, (gsize) in * out * 9);

  for (int o0 = 0; o0 < out; o0 += block)
    for (int i0 = 0; i0 < in; i0 += 16)
      for (int tap = 0; tap < 9; tap++)
        for (int o = o0; o < o0 + block; o++)
          for (int k = i0; k < i0 + 16; k++)
            direct[i++] = weight[(o * in + k) * 9 + tap];
  return direct;
}

static void
check_conv (Device *device, AdainConvSource source, AdainConvSink sink, int width, int height, int in,
            int out)
{
  int           shift = source == ADAIN_FROM_UP, shrink = sink == ADAIN_TO_POOL ? 2 : 1;
  int           in_width = width >> shift, in_height = height >> shift;
  int           keep_width = sink == ADAIN_TO_RGB ? width - 8 : 0;
  int           keep_height = sink == ADAIN_TO_RGB ? height - 16 : 0;
  gsize         in_pixels = (gsize) in_width * in_height;
  gsize         in_bytes = source == ADAIN_FROM_RGB ? in_pixels * 3 * sizeof (float)
                                                    : in_pixels * in * sizeof (guint16);
  int           out_width = width / shrink, out_height = height / shrink;
  gsize         out_bytes = sink == ADAIN_TO_RGB ? (gsize) keep_width * keep_height * 3 * sizeof (float)
                                                 : (gsize) out_width * out_height * out * sizeof (guint16);
  double        range = 1.7 / sqrt (9.0 * in);
  float        *rgb = test_random (in_pixels * 3, 0, 1, 11);
  guint16      *input = random_halves (in_pixels * in, -1, 2, 12);
  guint16      *weight = random_halves ((gsize) in * out * 9, -range, range, 13);
  guint16      *direct = direct_weights (weight, in, out);
  float        *bias = test_random (out, -0.5, 0.5, 14), *sums;
  AdainCall     call = { .keep_x = 1, .keep_y = 1 };
  AdainConvCall conv = {
    .source = source,
    .sink = sink,
    .width = width,
    .height = height,
    .in = in,
    .out = out,
    .mean = { 0.1f, 0.2f, 0.3f },
    .scale = { 3, 2, 1 },
    .keep_width = keep_width,
    .keep_height = keep_height,
  };
  void *from = device_put (device, source == ADAIN_FROM_RGB ? (void *) rgb : input, in_bytes);
  void *weights = device_put (device, direct, (gsize) in * out * 9 * sizeof (guint16));
  void *biases = device_put (device, bias, out * sizeof (float));
  void *calls = device_put (device, &call, sizeof call), *to = device_new (device, out_bytes);
  void *found;

  conv.input = from;
  conv.weight = weights;
  conv.bias = biases;
  conv.call = calls;
  conv.output = to;
  g_assert_true (adain_launch_conv (&conv, device->stream) == cudaSuccess);
  found = device_take (device, to, out_bytes);

  sums = g_new (float, width * (gsize) height * out);
  for (int y = 0; y < height; y++)
    for (int x = 0; x < width; x++)
      for (int o = 0; o < out; o++)
        {
          double sum = bias[o];

          for (int tap = 0; tap < 9; tap++)
            {
              int   at_x = reflect (x + tap % 3 - 1, width) >> shift;
              int   at_y = reflect (y + tap / 3 - 1, height) >> shift;
              gsize pixel = (gsize) at_y * in_width + at_x;

              for (int i = 0; i < (source == ADAIN_FROM_RGB ? 3 : in); i++)
                {
                  guint16 value = source == ADAIN_FROM_RGB
                                      ? adain_half_from_float ((rgb[pixel * 3 + i] - conv.mean[i])
                                                               * conv.scale[i])
                                      : input[pixel * in + i];

                  sum += adain_half_to_float (value) * adain_half_to_float (weight[(o * in + i) * 9 + tap]);
                }
            }
          sums[(y * width + x) * out + o] = (float) sum;
        }

  if (sink == ADAIN_TO_RGB)
    for (int i = 0; i < keep_width * keep_height * 3; i++)
      {
        int at = ((i / 3 / keep_width + 8) * width + i / 3 % keep_width + 8) * out + i % 3;

        g_assert_cmpfloat_with_epsilon (((float *) found)[i], sums[at], 1e-4);
      }
  else
    for (int i = 0; i < out_width * out_height * out; i++)
      {
        int   x = i / out % out_width * shrink, y = i / out / out_width * shrink;
        float expected = 0;

        for (int k = 0; k < shrink * shrink; k++)
          expected = MAX (expected, sums[((y + k / 2) * width + x + k % 2) * out + i % out]);
        g_assert_cmpfloat_with_epsilon (adain_half_to_float (((guint16 *) found)[i]), expected,
                                        6e-4 * expected + 1e-4);
      }

  g_free (found);
  g_free (sums);
  g_free (rgb);
  g_free (input);
  g_free (weight);
  g_free (direct);
  g_free (bias);
  device->api->cudaFree (from);
  device->api->cudaFree (weights);
  device->api->cudaFree (biases);
  device->api->cudaFree (calls);
}

static void
test_conv (gconstpointer descending)
{
  Device device = device_open (GPOINTER_TO_INT (descending));

  check_conv (&device, ADAIN_FROM_PLAIN, ADAIN_TO_RELU, 2, 2, 16, 16);
  check_conv (&device, ADAIN_FROM_PLAIN, ADAIN_TO_RELU, 17, 19, 48, 32);
  check_conv (&device, ADAIN_FROM_PLAIN, ADAIN_TO_RELU, 5, 33, 16, 128);
  check_conv (&device, ADAIN_FROM_PLAIN, ADAIN_TO_RELU, 10, 7, 16, 80);
  check_conv (&device, ADAIN_FROM_UP, ADAIN_TO_RELU, 4, 4, 32, 16);
  check_conv (&device, ADAIN_FROM_UP, ADAIN_TO_RELU, 22, 18, 16, 96);
  check_conv (&device, ADAIN_FROM_RGB, ADAIN_TO_RELU, 16, 24, 16, 64);
  check_conv (&device, ADAIN_FROM_RGB, ADAIN_TO_RELU, 13, 3, 16, 16);
  check_conv (&device, ADAIN_FROM_PLAIN, ADAIN_TO_POOL, 4, 2, 16, 16);
  check_conv (&device, ADAIN_FROM_PLAIN, ADAIN_TO_POOL, 20, 34, 32, 64);
  check_conv (&device, ADAIN_FROM_PLAIN, ADAIN_TO_RGB, 32, 40, 32, 16);
  device_close (&device);
}

static void
add (const char *name, GTestDataFunc function)
{
  for (int descending = 0; descending < 2; descending++)
    {
      char *path = g_strdup_printf ("/cuda/kernels/%s/%s", name, descending ? "descending" : "ascending");

      g_test_add_data_func (path, GINT_TO_POINTER (descending), function);
      g_free (path);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/cuda/half", test_half);
  add ("pack", test_pack);
  add ("gather", test_gather);
  add ("affine", test_affine);
  add ("matrix", test_matrices);
  add ("unpack", test_unpack);
  add ("moments", test_moments);
  add ("covariance", test_covariance);
  add ("conv", test_conv);
  return g_test_run ();
}
