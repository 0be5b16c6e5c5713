/* Every set of kernels against the plain C one.
 *
 * Most inputs and weights are small multiples of a power of two, whose sums neither float nor the
 * products of bfloat16 or 16-bit integers ever round. So the results must be equal to the last bit, in
 * whatever order a set adds up; a bfloat16 or integer result is the rounded one.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <math.h>
#include <string.h>

#include "engine/cpu/kernels.h"
#include "engine/cpu/ranges.h"
#include "support.h"

#define GUARD 0xa5

/* Relative rounding error of bfloat16, and what adding floats in another order may change. */
#define BF16_EPSILON  (1.0 / 256)
#define FLOAT_EPSILON 1e-5

/* Elements for an activation of 1, where they are integers. */
#define INTEGER_SCALE 64

/* Those whose red, green and blue are 0 or 1. */
#define SATURATED_COLORS 8

typedef struct
{
  int      in, out, width, rows;
  gboolean upsample, relu, float_out;
} Shape;

/* A convolution: weights, and `rows` x `width` pixels with their border. */
typedef struct
{
  Shape     shape;
  AdainConv conv;
  float    *weight, *bias, *input;
  gsize     n_weights, n_inputs, n_outputs;
} Problem;

static gboolean
is_bf16 (const AdainKernels *kernels)
{
  return kernels->element == 2 && kernels->limit == 0;
}

static float
element_scale (const AdainKernels *kernels)
{
  return kernels->limit ? INTEGER_SCALE : 1;
}

/* Rounds to the nearest bfloat16, ties to even. */
static float
round_bf16 (float value)
{
  union
  {
    float   value;
    guint32 bits;
  } word = { value };

  word.bits = (word.bits + 0x7fff + (word.bits >> 16 & 1)) & 0xffff0000;
  return word.value;
}

static float
as_element (const AdainKernels *kernels, float value)
{
  if (kernels->limit)
    return CLAMP (rintf (value * INTEGER_SCALE), -kernels->limit, kernels->limit) / INTEGER_SCALE;
  return is_bf16 (kernels) ? round_bf16 (value) : value;
}

static float
get (const AdainKernels *kernels, const void *elements, gsize i)
{
  union
  {
    guint32 bits;
    float   value;
  } word;

  if (kernels->limit)
    return (float) ((const gint16 *) elements)[i] / INTEGER_SCALE;
  if (!is_bf16 (kernels))
    return ((const float *) elements)[i];
  word.bits = (guint32) ((const guint16 *) elements)[i] << 16;
  return word.value;
}

static void
put (const AdainKernels *kernels, void *elements, gsize i, float value)
{
  union
  {
    float   value;
    guint32 bits;
  } word = { value };

  if (kernels->limit)
    ((gint16 *) elements)[i] = value * INTEGER_SCALE;
  else if (is_bf16 (kernels))
    ((guint16 *) elements)[i] = word.bits >> 16;
  else
    ((float *) elements)[i] = value;
}

static void
fill_exact (GRand *random, float *out, gsize n, int limit, float unit)
{
  for (gsize i = 0; i < n; i++)
    out[i] = g_rand_int_range (random, -limit, limit + 1) * unit;
}

static void
problem_init (Problem *problem, const Shape *shape)
{
  gsize factor = shape->upsample ? 4 : 1;

  problem->shape = *shape;
  problem->n_weights = (gsize) shape->out * shape->in * 9;
  problem->n_inputs = (gsize) (shape->width + 2) * (shape->rows + 2) * shape->in;
  problem->n_outputs = (gsize) shape->width * shape->rows * shape->out * factor;
  problem->weight = g_new (float, problem->n_weights);
  problem->bias = g_new (float, shape->out);
  problem->input = g_new (float, problem->n_inputs);
  problem->conv = (AdainConv) {
    .in = shape->in, .out = shape->out, .weight = problem->weight, .bias = problem->bias
  };
}

static void
problem_clear (Problem *problem)
{
  g_clear_pointer (&problem->weight, g_free);
  g_clear_pointer (&problem->bias, g_free);
  g_clear_pointer (&problem->input, g_free);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Problem, problem_clear)

/* How the back end sets a convolution up (adain_layers_pack). */
static AdainPacked
packed_for (const AdainKernels *kernels, const Shape *shape)
{
  return (AdainPacked) {
    .in = shape->in,
    .out = shape->out,
    .in_stride = shape->in == 3 ? kernels->input_stride : adain_round_up (shape->in, kernels->multiple),
    .out_stride = shape->float_out ? shape->out : adain_round_up (shape->out, kernels->multiple),
    .in_scale = element_scale (kernels),
    .out_scale = shape->float_out ? 1 : element_scale (kernels),
    .upsample = shape->upsample,
    .relu = shape->relu,
    .float_out = shape->float_out,
  };
}

/* Runs `problem`, and checks what lies around and between the results. Returns pixels without gaps. */
static float *
run_conv (const AdainKernels *kernels, const Problem *problem)
{
  const Shape       *shape = &problem->shape;
  AdainPacked        packed = packed_for (kernels, shape);
  int                width = shape->upsample ? 2 * shape->width : shape->width;
  int                rows = shape->upsample ? 2 * shape->rows : shape->rows;
  gsize              in_pitch = (gsize) (shape->width + 2) * packed.in_stride;
  gsize              out_pitch = (gsize) (width + shape->rows % 3) * packed.out_stride;
  gsize              out_element = shape->float_out ? sizeof (float) : kernels->element;
  gsize              bytes = out_pitch * (rows + 1) * out_element;
  g_autofree guint8 *in = g_malloc0 (in_pitch * (shape->rows + 2) * kernels->element);
  g_autofree guint8 *out = g_malloc (bytes);
  float             *result = g_new (float, problem->n_outputs);

  for (gsize pixel = 0; pixel < (gsize) (shape->width + 2) * (shape->rows + 2); pixel++)
    for (int c = 0; c < shape->in; c++)
      put (kernels, in, pixel * packed.in_stride + c, problem->input[pixel * shape->in + c]);
  memset (out, GUARD, bytes);
  g_assert_true (kernels->pack (&packed, &problem->conv));
  g_assert_true (kernels->conv (&packed, in + (in_pitch + packed.in_stride) * kernels->element, in_pitch, out,
                                out_pitch, shape->width, shape->rows));
  kernels->unpack (&packed);

  for (int y = 0; y < rows; y++)
    for (int x = 0; x < width; x++)
      for (int c = 0; c < packed.out_stride; c++)
        {
          gsize from = y * out_pitch + (gsize) x * packed.out_stride + c;
          float value = shape->float_out ? ((float *) out)[from] : get (kernels, out, from);

          if (c < shape->out)
            result[((gsize) y * width + x) * shape->out + c] = value;
          else
            g_assert_cmpfloat (value, ==, 0);
        }
  for (gsize i = 0; i < bytes; i++)
    if (i >= rows * out_pitch * out_element
        || i % (out_pitch * out_element) >= (gsize) width * packed.out_stride * out_element)
      g_assert_cmphex (out[i], ==, GUARD);
  return result;
}

static void
describe (const AdainKernels *kernels, const Shape *shape)
{
  g_test_message ("%s: %d -> %d channels, %d x %d%s%s%s", kernels->name, shape->in, shape->out, shape->width,
                  shape->rows, shape->upsample ? ", upsample" : "", shape->relu ? ", relu" : "",
                  shape->float_out ? ", float" : "");
}

/* All sets must agree to the last bit. */
static void
check_exact (GRand *random, const Shape *shape)
{
  g_auto (Problem) problem;
  g_autofree float *expected = NULL;

  problem_init (&problem, shape);
  fill_exact (random, problem.weight, problem.n_weights, 16, 1.0f / 16);
  fill_exact (random, problem.bias, shape->out, 64, 1.0f / 16);
  fill_exact (random, problem.input, problem.n_inputs, 127, 1.0f / 64);
  expected = run_conv (&adain_kernels_c, &problem);
  for (int k = 0; adain_kernels[k] != &adain_kernels_c; k++)
    {
      const AdainKernels *kernels = adain_kernels[k];
      g_autofree float   *result = NULL;

      if (!kernels->supported ())
        continue;
      result = run_conv (kernels, &problem);
      for (gsize i = 0; i < problem.n_outputs; i++)
        {
          float value = shape->float_out ? expected[i] : as_element (kernels, expected[i]);

          if (result[i] != value)
            describe (kernels, shape);
          g_assert_cmpfloat (result[i], ==, value);
        }
    }
}

static void
skip_without_sets (void)
{
  for (int k = 0; adain_kernels[k] != &adain_kernels_c; k++)
    if (adain_kernels[k]->supported ())
      return;
  g_test_skip ("this processor has no kernels but the plain ones");
}

/* All pairs of channels, with and without everything else, at some size. */
static void
test_channels (void)
{
  static const int channels[] = { 3, 16, 24, 32, 48, 64, 80, 96, 128 };
  g_autoptr (GRand) random = g_rand_new_with_seed (1);

  for (gsize i = 0; i < G_N_ELEMENTS (channels); i++)
    for (gsize o = 0; o < G_N_ELEMENTS (channels); o++)
      for (int flags = 0; flags < 8; flags++)
        {
          Shape shape = { channels[i],      channels[o],     g_rand_int_range (random, 1, 41), 1, flags & 1,
                          (flags & 2) != 0, (flags & 4) != 0 };

          if (shape.in * shape.out * shape.width < 40000)
            shape.rows = g_rand_int_range (random, 1, 4);
          check_exact (random, &shape);
        }
  skip_without_sets ();
}

/* All widths and heights, at some channels. */
static void
test_sizes (void)
{
  static const int pairs[][2] = { { 3, 16 }, { 16, 16 }, { 32, 48 }, { 16, 3 } };
  g_autoptr (GRand) random = g_rand_new_with_seed (2);

  for (gsize i = 0; i < G_N_ELEMENTS (pairs); i++)
    for (int width = 1; width <= 40; width++)
      for (int rows = 1; rows <= 9; rows += 2)
        for (int upsample = 0; upsample < 2; upsample++)
          {
            Shape shape = { pairs[i][0], pairs[i][1], width, rows, upsample, TRUE, pairs[i][1] == 3 };

            check_exact (random, &shape);
          }
  skip_without_sets ();
}

/* Values that do round: of any size, all of one sign, cancelling each other, mostly zero. */
typedef enum
{
  UNIFORM,
  POSITIVE,
  CANCELLING,
  SPARSE,
  WIDE_RANGE,
  KINDS
} Kind;

static void
fill_kind (GRand *random, Kind kind, float *out, gsize n, float size)
{
  test_fill_random (random, out, n, -size, size);
  for (gsize i = 0; i < n; i++)
    if (kind == POSITIVE)
      out[i] = size * 0.99609375f;
    else if (kind == CANCELLING)
      out[i] = i % 2 ? size : -size * 0.999f;
    else if (kind == SPARSE && g_rand_int_range (random, 0, 20))
      out[i] = 0;
    else if (kind == WIDE_RANGE)
      out[i] *= exp2 (g_rand_int_range (random, -30, 10));
}

static float *
magnitudes (const Problem *problem)
{
  g_auto (Problem) absolute;

  problem_init (&absolute, &problem->shape);
  absolute.shape.relu = FALSE;
  for (gsize i = 0; i < problem->n_weights; i++)
    absolute.weight[i] = fabsf (problem->weight[i]);
  for (int i = 0; i < problem->shape.out; i++)
    absolute.bias[i] = fabsf (problem->bias[i]);
  for (gsize i = 0; i < problem->n_inputs; i++)
    absolute.input[i] = fabsf (problem->input[i]);
  return run_conv (&adain_kernels_c, &absolute);
}

/* By how much rounded weights may change the sums of one output channel. */
static double
weight_rounding (const AdainKernels *kernels, const Problem *problem, int channel)
{
  int    count = problem->shape.in * 9;
  double largest = 0, total = fabs (problem->bias[channel]) * INTEGER_SCALE / kernels->limit, input = 0;

  for (int i = channel * count; i < (channel + 1) * count; i++)
    {
      /* Upsampling adds up to four of them. */
      largest = MAX (largest, fabs (problem->weight[i]) * (problem->shape.upsample ? 4 : 1));
      total += fabs (problem->weight[i]);
    }
  for (gsize i = 0; i < problem->n_inputs; i++)
    input = MAX (input, fabs (problem->input[i]));
  /* The scale of the weights is rounded down to a power of two. */
  return count * input
         * MAX (total * kernels->limit / (G_MAXINT32 - (count + 2.0) * kernels->limit),
                largest / kernels->limit);
}

static void
check_rounding (GRand *random, const AdainKernels *kernels, const Shape *shape, Kind kind)
{
  g_auto (Problem) problem;
  g_autofree float *expected = NULL, *magnitude = NULL, *result = NULL;
  double            inexact = is_bf16 (kernels) && shape->upsample ? BF16_EPSILON : FLOAT_EPSILON;
  double            rounding = is_bf16 (kernels) && !shape->float_out ? BF16_EPSILON : 0;

  problem_init (&problem, shape);
  fill_kind (random, kind, problem.weight, problem.n_weights, 0.3);
  fill_kind (random, kind, problem.bias, shape->out, 2);
  fill_kind (random, kind, problem.input, problem.n_inputs, 100);
  for (gsize i = 0; i < problem.n_weights && !kernels->limit; i++)
    problem.weight[i] = as_element (kernels, problem.weight[i]);
  for (gsize i = 0; i < problem.n_inputs; i++)
    problem.input[i] = as_element (kernels, problem.input[i]);
  expected = run_conv (&adain_kernels_c, &problem);
  magnitude = magnitudes (&problem);
  result = run_conv (kernels, &problem);
  for (gsize i = 0; i < problem.n_outputs; i++)
    {
      double limit = rounding * fabs (expected[i]) + inexact * magnitude[i];

      if (kernels->limit)
        {
          limit += weight_rounding (kernels, &problem, i % shape->out);
          if (!shape->float_out)
            {
              expected[i] = as_element (kernels, expected[i]);
              limit += 1.0 / INTEGER_SCALE;
            }
        }

      if (!(fabs (result[i] - expected[i]) <= limit))
        describe (kernels, shape);
      g_assert_cmpfloat (fabs (result[i] - expected[i]), <=, limit);
    }
}

static void
test_rounding (gconstpointer data)
{
  const AdainKernels *kernels = data;
  static const Shape  shapes[] = {
    { 3, 16, 13, 3, FALSE, TRUE, FALSE }, { 64, 64, 25, 2, FALSE, TRUE, FALSE },
    { 64, 128, 9, 1, FALSE, TRUE, TRUE }, { 128, 64, 11, 2, FALSE, TRUE, FALSE },
    { 64, 32, 12, 2, TRUE, TRUE, FALSE }, { 16, 3, 37, 3, FALSE, FALSE, TRUE },
    { 24, 40, 5, 3, TRUE, FALSE, TRUE },
  };
  g_autoptr (GRand) random = g_rand_new_with_seed (3);

  if (!kernels->supported ())
    {
      g_test_skip ("this processor lacks the instructions");
      return;
    }
  for (gsize i = 0; i < G_N_ELEMENTS (shapes); i++)
    for (Kind kind = 0; kind < KINDS; kind++)
      check_rounding (random, kernels, &shapes[i], kind);
}

/* Allocates `n` elements and a guard behind them. */
static void *
guarded_new (const AdainKernels *kernels, gsize n)
{
  guint8 *out = g_malloc ((n + 64) * kernels->element);

  memset (out, GUARD, (n + 64) * kernels->element);
  return out;
}

static void
check_guard (const AdainKernels *kernels, const void *elements, gsize first, gsize end)
{
  const guint8 *bytes = elements;

  for (gsize i = first * kernels->element; i < end * kernels->element; i++)
    g_assert_cmphex (bytes[i], ==, GUARD);
}

static void
check_pool (GRand *random, const AdainKernels *kernels, int channels, int width, int rows, int gap)
{
  gsize             in_pitch = (gsize) (2 * width + gap) * channels;
  gsize             out_pitch = (gsize) (width + gap) * channels, n_in = in_pitch * rows * 2;
  g_autofree float *values = g_new (float, n_in);
  g_autofree void  *in = g_malloc (n_in * kernels->element);
  g_autofree void  *out = guarded_new (kernels, out_pitch * rows);

  test_fill_random (random, values, n_in, 0, 10);
  for (gsize i = 0; i < n_in; i++)
    {
      values[i] = g_rand_boolean (random) ? as_element (kernels, values[i]) : 0;
      put (kernels, in, i, values[i]);
    }
  kernels->pool (in, in_pitch, out, out_pitch, width, rows, channels);
  for (int y = 0; y < rows; y++)
    {
      for (int i = 0; i < width * channels; i++)
        {
          const float *p = values + 2 * y * in_pitch + i / channels * 2 * channels + i % channels;

          g_assert_cmpfloat (get (kernels, out, y * out_pitch + i), ==,
                             MAX (MAX (p[0], p[channels]), MAX (p[in_pitch], p[in_pitch + channels])));
        }
      check_guard (kernels, out, y * out_pitch + (gsize) width * channels, (y + 1) * out_pitch);
    }
  check_guard (kernels, out, rows * out_pitch, rows * out_pitch + 64);
}

static void
test_pool (gconstpointer data)
{
  const AdainKernels *kernels = data;
  g_autoptr (GRand) random = g_rand_new_with_seed (4);

  if (!kernels->supported ())
    {
      g_test_skip ("this processor lacks the instructions");
      return;
    }
  for (int channels = 16; channels <= 128; channels += 16)
    for (int width = 1; width < 20; width += 3)
      check_pool (random, kernels, channels, width, 1 + width % 5, width % 3);
}

static void
check_close (const AdainKernels *kernels, float value, double expected, double magnitude)
{
  double rounding = is_bf16 (kernels) ? BF16_EPSILON * fabs (expected)
                    : kernels->limit  ? 0.5001 / INTEGER_SCALE
                                      : 0;

  if (kernels->limit)
    expected = CLAMP (expected, -(double) kernels->limit / INTEGER_SCALE,
                      (double) kernels->limit / INTEGER_SCALE);
  g_assert_cmpfloat (fabs (value - expected), <=, rounding + 3e-7 * magnitude);
}

static void
test_load (gconstpointer data)
{
  const AdainKernels *kernels = data;
  const float         mean[3] = { 0.408f, 0.458f, 0.485f }, scale[3] = { 255, -2, 0.01f };
  const float         unit = element_scale (kernels);
  g_autoptr (GRand) random = g_rand_new_with_seed (5);

  if (!kernels->supported ())
    {
      g_test_skip ("this processor lacks the instructions");
      return;
    }
  for (int n = 1; n < 50; n++)
    {
      gsize             stride = kernels->input_stride;
      g_autofree float *rgb = g_new (float, n * 3);
      g_autofree void  *out = guarded_new (kernels, n * stride);

      test_fill_random (random, rgb, n * 3, 0, 1);
      kernels->load (rgb, mean, (float[]) { scale[0] * unit, scale[1] * unit, scale[2] * unit }, out, n);
      for (int i = 0; i < n; i++)
        for (gsize c = 0; c < stride; c++)
          if (c < 3)
            check_close (kernels, get (kernels, out, i * stride + c),
                         ((double) rgb[3 * i + c] - mean[c]) * scale[c], fabs (scale[c]));
          else
            g_assert_cmpfloat (get (kernels, out, i * stride + c), ==, 0);
      check_guard (kernels, out, n * stride, n * stride + 64);
    }
}

static void
test_affine (gconstpointer data)
{
  const AdainKernels *kernels = data;
  const float         unit = element_scale (kernels);
  g_autoptr (GRand) random = g_rand_new_with_seed (6);

  if (!kernels->supported ())
    {
      g_test_skip ("this processor lacks the instructions");
      return;
    }
  for (int channels = 1; channels < 150; channels += 7)
    {
      int               n = 1 + channels % 9, stride = adain_round_up (channels, kernels->multiple);
      g_autofree float *features = g_new (float, n * channels);
      g_autofree float *scale = g_new (float, channels), *shift = g_new (float, channels);
      g_autofree void  *out = guarded_new (kernels, n * stride);

      test_fill_random (random, features, n * channels, 0, 50);
      test_fill_random (random, scale, channels, 0, 4 * unit);
      test_fill_random (random, shift, channels, -100 * unit, 100 * unit);
      kernels->affine (features, scale, shift, out, n, channels);
      for (int i = 0; i < n; i++)
        for (int c = 0; c < stride; c++)
          if (c < channels)
            check_close (kernels, get (kernels, out, i * stride + c),
                         ((double) features[i * channels + c] * scale[c] + shift[c]) / unit, 300);
          else
            g_assert_cmpfloat (get (kernels, out, i * stride + c), ==, 0);
      check_guard (kernels, out, n * stride, n * stride + 64);
    }
}

/* Small multiples of a power of two: no set may round. */
static void
test_matrix (gconstpointer data)
{
  const AdainKernels *kernels = data;
  g_autoptr (GRand) random = g_rand_new_with_seed (7);

  if (!kernels->supported ())
    {
      g_test_skip ("this processor lacks the instructions");
      return;
    }
  for (int channels = 1; channels < 150; channels += 7)
    {
      int               n = 1 + channels % 9;
      gsize             size = (gsize) n * channels;
      g_autofree float *features = g_new (float, size), *shift = g_new (float, channels);
      g_autofree float *matrix = g_new (float, channels * channels);
      g_autofree float *out = g_new (float, size + 1), *expected = g_new (float, size);

      fill_exact (random, features, size, 100, 1.0f / 16);
      fill_exact (random, matrix, (gsize) channels * channels, 16, 1.0f / 16);
      fill_exact (random, shift, channels, 64, 1.0f / 16);
      for (gsize i = 0; i < size; i++)
        {
          expected[i] = shift[i % channels];
          for (int in = 0; in < channels; in++)
            expected[i] += features[i / channels * channels + in] * matrix[in * channels + i % channels];
        }
      out[size] = 7;
      kernels->matrix (features, matrix, shift, out, n, channels);
      g_assert_cmpmem (out, size * sizeof (float), expected, size * sizeof (float));
      g_assert_cmpfloat (out[size], ==, 7);
    }
}

/* A convolution that looks at the pixel in the middle only: of the matrix [out][in] that `weight` then points to. */
static AdainConv
point_conv (int in, int out, const float *matrix, const float *bias, float *weight)
{
  for (int i = 0; i < in * out; i++)
    weight[i * 9 + 4] = matrix[i];
  return (AdainConv) { in, out, .weight = weight, .bias = bias };
}

/* A network that marks each saturated color by a channel of its own: with 1 where it occurs, 0 elsewhere. No mosaic's
 * features exceed 1, but in each other's style they do, and integers have to have room for that. */
static void
test_ranges (void)
{
  enum
  {
    N = SATURATED_COLORS
  };
  float        is_color[N][3], same[N][N] = { 0 }, dark[3][N] = { 0 }, bias[N], none[N] = { 0 };
  float        first[N * 3 * 9] = { 0 }, middle[N * N * 9] = { 0 }, last[3 * N * 9] = { 0 };
  float        encoder[ADAIN_MAX_LAYERS] = { 0 }, decoder[ADAIN_MAX_LAYERS] = { 0 };
  AdainNetwork network = { .encoder.n = ADAIN_MIN_LAYERS,
                           .decoder.n = ADAIN_MIN_LAYERS,
                           .scale = { 1, 1, 1 } };

  for (int color = 0; color < N; color++)
    {
      same[color][color] = bias[color] = 1;
      for (int c = 0; c < 3; c++)
        {
          is_color[color][c] = color >> c & 1 ? 1 : -1;
          bias[color] -= color >> c & 1;
        }
    }
  for (int i = 0; i < ADAIN_MIN_LAYERS; i++)
    network.encoder.convs[i] = network.decoder.convs[i] = point_conv (N, N, same[0], none, middle);
  network.encoder.convs[0] = point_conv (3, N, is_color[0], bias, first);
  network.decoder.convs[ADAIN_MIN_LAYERS - 1] = point_conv (N, 3, dark[0], none, last);
  adain_network_connect (&network, (const int[]) { 0, 1, 2 }, (const int[]) { 0, 1, 2 });

  g_assert_true (adain_ranges_find (&network, &adain_kernels_c, encoder, decoder, NULL));
  for (int i = 0; i < ADAIN_MIN_LAYERS; i++)
    g_assert_cmpfloat (encoder[i], ==, 1);
  g_assert_cmpfloat (decoder[0], >, 1.5);
}

static void
test_find (void)
{
  g_assert_true (adain_kernels_find ("c") == &adain_kernels_c);
  g_assert_null (adain_kernels_find ("none"));
  g_assert_true (adain_kernels_find (NULL)->supported ());
}

int
main (int argc, char **argv)
{
  static const struct
  {
    const char *name;
    void (*test) (gconstpointer);
  } each[] = { { "rounding", test_rounding },
               { "pool", test_pool },
               { "load", test_load },
               { "affine", test_affine },
               { "matrix", test_matrix } };

  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/kernels/find", test_find);
  g_test_add_func ("/kernels/channels", test_channels);
  g_test_add_func ("/kernels/sizes", test_sizes);
  g_test_add_func ("/kernels/ranges", test_ranges);
  for (int k = 0; adain_kernels[k]; k++)
    for (gsize i = 0; i < G_N_ELEMENTS (each); i++)
      {
        g_autofree char *path = g_strdup_printf ("/kernels/%s/%s", adain_kernels[k]->name, each[i].name);

        g_test_add_data_func (path, adain_kernels[k], each[i].test);
      }
  return g_test_run ();
}
