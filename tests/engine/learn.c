/* Learning a style: sums of products against plain ones, the gradient with respect to the decoder's weights against
 * finite differences of a plain decoder, what a style changes, whole calls, and the gallery.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <math.h>
#include <string.h>

#include <glib/gstdio.h>

#include "engine/cpu/gradient.h"
#include "engine/cpu/products.h"
#include "engine/style.h"
#include "support.h"

static float *
random_new (GRand *random, gsize n)
{
  float *values = g_new (float, n);

  test_fill_random (random, values, n, -1, 1);
  return values;
}

/* Weight [o][i][k], or the bias, in double. */
static double
product (const AdainProducts *p, const float *input, const float *gradient, int o, int i, int k)
{
  double sum = 0;

  for (int y = 0; y < p->height; y++)
    for (int x = 0; x < p->width; x++)
      {
        double in = i < 0 ? 1 : input[(y + k / 3) * p->in_pitch + (x + k % 3) * p->in_stride + i];

        sum += in * gradient[y * p->out_pitch + x * p->out_stride + o];
      }
  return sum;
}

static void
check_products (int in, int out, int width, int height, int gap)
{
  g_autoptr (GRand) random = g_rand_new_with_seed (in + out + width);
  AdainProducts p = {
    in,    out,   in + gap, out + gap, (gsize) (width + 3) * (in + gap), (gsize) (width + gap) * (out + gap),
    width, height
  };
  g_autofree float *input = random_new (random, (height + 2) * p.in_pitch);
  g_autofree float *gradient = random_new (random, height * p.out_pitch);
  g_autofree float *weights = random_new (random, (gsize) (9 * in + 1) * out);
  double            tolerance = 1e-5 * width * height;

  g_assert_true (adain_products_sum (&p, input, gradient, weights));
  for (int o = 0; o < out; o++)
    {
      for (int i = 0; i < in; i++)
        for (int k = 0; k < 9; k++)
          g_assert_cmpfloat_with_epsilon (weights[(o * in + i) * 9 + k],
                                          product (&p, input, gradient, o, i, k), tolerance);
      g_assert_cmpfloat_with_epsilon (weights[9 * in * out + o], product (&p, input, gradient, o, -1, 0),
                                      tolerance);
    }
}

static void
test_products (void)
{
  check_products (16, 2, 16, 16, 0);
  check_products (3, 5, 7, 4, 1);
  check_products (33, 3, 40, 9, 0);
  check_products (48, 16, 2, 2, 0);
  check_products (20, 7, 150, 3, 4);
}

/* What a decoder makes of features, in double. */
static double *
decode (const AdainChain *decoder, const float *features, int width, int height)
{
  double *x = g_new (double, (gsize) width * height * decoder->convs[0].in);

  for (gsize i = 0; i < (gsize) width * height * decoder->convs[0].in; i++)
    x[i] = features[i];
  for (int i = 0; i < decoder->n; i++)
    {
      const AdainConv *conv = &decoder->convs[i];
      double          *next;

      if (conv->upsample)
        {
          next = g_new (double, (gsize) 4 * width * height * conv->in);
          for (int p = 0; p < 4 * width * height; p++)
            memcpy (next + (gsize) p * conv->in,
                    x + (gsize) (p / (2 * width) / 2 * width + p % (2 * width) / 2) * conv->in,
                    conv->in * sizeof (double));
          g_free (x);
          x = next;
          width *= 2;
          height *= 2;
        }
      next = test_convolve (conv, x, width, height);
      g_free (x);
      x = next;
    }
  return x;
}

static double
loss_of (const AdainChain *decoder, const float *features, const float *weights, int width, int height)
{
  g_autofree double *rgb = decode (decoder, features, width / ADAIN_CELL, height / ADAIN_CELL);
  double             sum = 0;

  for (gsize i = 0; i < (gsize) width * height * 3; i++)
    sum += weights[i] * rgb[i];
  return sum;
}

/* Twice the difference that a step up and one down make in a weight, over the distance. The weight is a float: its
 * steps are as large as they come out. */
static double
difference (const AdainChain *decoder, const float *features, const float *weights, int width, int height,
            float *weight)
{
  float  before = *weight, plus = before + 1e-5f, minus = before - 1e-5f;
  double sum;

  *weight = plus;
  sum = loss_of (decoder, features, weights, width, height);
  *weight = minus;
  sum -= loss_of (decoder, features, weights, width, height);
  *weight = before;
  return sum / ((double) plus - minus);
}

/* The loss is a weighted sum of all pixels. One weight of each layer and its last bias; after a step over a kink of
 * a ReLU a difference is a little off. */
static void
check_gradient (AdainModel *model, const char *kernels, int width, int height)
{
  g_autoptr (GRand) random = g_rand_new_with_seed (width + height);
  AdainNetwork       network = *adain_model_network (model);
  const AdainChain  *decoder = &network.decoder;
  gsize              n = adain_chain_weights (decoder), offset = 0;
  g_autofree float  *own = g_new (float, n);
  int                cells = width * height / ADAIN_CELL / ADAIN_CELL;
  g_autofree float  *features = random_new (random, (gsize) cells * decoder->convs[0].in);
  g_autofree float  *weights = random_new (random, (gsize) width * height * 3), *got = g_new (float, n);
  g_autofree double *wanted = decode (decoder, features, width / ADAIN_CELL, height / ADAIN_CELL);
  const float       *rgb;
  AdainGradient      gradient;
  AdainTape         *tape;

  adain_chain_copy_weights (&network.decoder, own);
  g_assert_true (adain_gradient_init_decoder (&gradient, &network, kernels, NULL));
  g_assert_cmpstr (gradient.kernels->name, ==, kernels);
  tape = adain_tape_new (&gradient, width + 16, height + 8);
  for (int again = 0; again < 2; again++)
    {
      rgb = adain_tape_decode (tape, features, width, height, NULL, NULL);
      g_assert_nonnull (rgb);
      for (int i = 0; i < width * height * 3; i++)
        g_assert_cmpfloat_with_epsilon (rgb[i], wanted[i], 1e-4);
      g_assert_true (adain_tape_weigh (tape, weights, got, NULL, NULL));
    }
  for (int i = 0; i < decoder->n; i++)
    {
      const AdainConv *conv = &decoder->convs[i];
      gsize            count = (gsize) conv->in * conv->out * 9;
      gsize            places[] = { g_rand_int_range (random, 0, count), count + conv->out - 1 };
      float           *all = own + offset, most = 0;

      for (gsize j = 0; j < count + conv->out; j++)
        most = MAX (most, fabsf (got[offset + j]));
      for (int k = 0; k < 2; k++)
        g_assert_cmpfloat_with_epsilon (difference (decoder, features, weights, width, height,
                                                    all + places[k]),
                                        got[offset + places[k]], 1e-2 * most);
      offset += count + conv->out;
    }
  g_assert_cmpuint (offset, ==, n);
  adain_tape_free (tape);
  adain_gradient_clear (&gradient);
}

static void
test_gradient (void)
{
  AdainModel *models[] = { test_model_new (), test_deep_model_new () };

  for (int m = 0; m < 2; adain_model_unref (models[m++]))
    for (int i = 0; adain_kernels[i]; i++)
      if (test_has_gradient (adain_kernels[i]))
        {
          check_gradient (models[m], adain_kernels[i]->name, 16, 16);
          check_gradient (models[m], adain_kernels[i]->name, 40, 24);
        }
}

/* What a style changes ----------------------------------------------------------------------------- */

/* The change of one weight of a convolution (`tap` < 0: of a bias), from its values written out. */
static double
change (const float *values, const AdainConv *conv, int out, int tap)
{
  int          rank = MIN (ADAIN_ADAPTATION_RANK, conv->out), inputs = 9 * conv->in;
  const float *left = values + out * rank, *right = values + conv->out * rank;
  double       sum = 0;

  if (tap < 0)
    return right[rank * inputs + out];
  for (int r = 0; r < rank; r++)
    sum += (double) left[r] * right[r * inputs + tap];
  return sum;
}

static void
test_change (void)
{
  g_autoptr (AdainModel) model = test_model_new ();
  AdainChain decoder = adain_model_network (model)->decoder, before = decoder;
  g_autoptr (AdainAdaptation) adaptation = test_adaptation_new (&decoder, 1);
  g_autofree float *weights = g_new (float, adain_chain_weights (&decoder));
  const float      *values = adaptation->values;

  adain_chain_copy_weights (&decoder, weights);
  adain_adaptation_add (adaptation, &decoder, 0.5, weights);
  for (int i = 0; i < decoder.n; i++)
    {
      const AdainConv *old = &before.convs[i], *new = &decoder.convs[i];
      int              inputs = 9 * old->in, rank = MIN (ADAIN_ADAPTATION_RANK, old->out);

      for (int o = 0; o < old->out; o++)
        {
          for (int k = 0; k < inputs; k++)
            g_assert_cmpfloat_with_epsilon (new->weight[o * inputs + k],
                                            old->weight[o * inputs + k] + 0.5 * change (values, old, o, k),
                                            1e-6);
          g_assert_cmpfloat_with_epsilon (new->bias[o], old->bias[o] + 0.5 * change (values, old, o, -1),
                                          1e-6);
        }
      values += rank * (old->out + inputs) + old->out;
    }
  g_assert_true (values == adaptation->values + adaptation->n);
}

/* Of a weighted sum of all weights: its gradient is the weights' own, and it is linear in each value. */
static void
test_lead_back (void)
{
  g_autoptr (AdainModel) model = test_model_new ();
  const AdainChain *decoder = &adain_model_network (model)->decoder;
  g_autoptr (AdainAdaptation) adaptation = test_adaptation_new (decoder, 2);
  g_autoptr (GRand) random = g_rand_new_with_seed (3);
  gsize             n = adain_chain_weights (decoder);
  g_autofree float *weigh = random_new (random, n), *gradient = g_new (float, adaptation->n);

  adain_adaptation_lead_back (adaptation, decoder, weigh, gradient);
  for (int k = 0; k < 200; k++)
    {
      gsize  i = g_rand_int_range (random, 0, adaptation->n);
      double sums[2] = { 0 };

      for (int up = 0; up < 2; up++)
        {
          g_autofree float *weights = g_new0 (float, n);

          adaptation->values[i] += up ? 1 : 0;
          adain_adaptation_add (adaptation, decoder, 1, weights);
          for (gsize j = 0; j < n; j++)
            sums[up] += (double) weights[j] * weigh[j];
          adaptation->values[i] -= up ? 1 : 0;
        }
      g_assert_cmpfloat_with_epsilon (sums[1] - sums[0], gradient[i], 1e-3);
    }
}

/* A photo in a blend of styles. */
static AdainImage *
blend (AdainEngine *engine, AdainImage *photo, AdainStyle *const *styles, const double *weights, int n)
{
  g_autoptr (AdainContent) content = test_content_new (engine, photo, 0);
  AdainRenderOptions options = { .strength = 1, .texture = 1 };

  return test_render_styles (content, styles, weights, n, &options);
}

/* In a blend each counts as much as its style: with the same statistics and the same adaptation twice a blend is
 * that style, and with one of them alone it lies between. Kernels of all kinds take on what has been learned, and
 * forget it. */
static void
check_blend (const char *kernels)
{
  g_autoptr (AdainModel) model = test_model_new ();
  const AdainChain *decoder = &adain_model_network (model)->decoder;
  g_autoptr (AdainAdaptation) adaptation = test_adaptation_new (decoder, 4);
  g_autoptr (AdainEngine) engine = test_engine_new (model, kernels, 2, 0, 0);
  g_autoptr (AdainImage) photo = test_image_new (64, 48), painting = test_image_noisy (48, 48, 0.3, 5);
  g_autoptr (AdainStyle) bare = test_style_new (engine, painting),
                         learned = test_style_new (engine, painting);
  AdainStyle  *both[] = { bare, learned }, *twice[] = { learned, learned };
  const double all[] = { 0, 2 }, halves[] = { 1, 1 }, none[] = { 1, 0 };
  g_autoptr (AdainImage) before = blend (engine, photo, &bare, NULL, 1), after, same, half, again, alone;
  double most;

  adain_style_adapt (learned, adaptation);
  after = blend (engine, photo, &learned, NULL, 1);
  same = blend (engine, photo, twice, halves, 2);
  alone = blend (engine, photo, both, all, 2);
  half = blend (engine, photo, both, halves, 2);
  again = blend (engine, photo, both, none, 2);
  most = test_image_difference (before, after);
  g_assert_cmpfloat (most, >, 0.02);
  g_assert_cmpfloat (test_image_difference (same, after), <, 0.02 * most);
  g_assert_true (test_image_is_same (alone, after));
  g_assert_true (test_image_is_same (again, before));
  g_assert_cmpfloat (test_image_difference (half, before), <, 0.9 * most);
  g_assert_cmpfloat (test_image_difference (half, after), <, 0.9 * most);
}

static void
test_blend (void)
{
  for (int i = 0; adain_kernels[i]; i++)
    if (adain_kernels[i]->supported ())
      check_blend (adain_kernels[i]->name);
}

/* What is left of the photo at a strength below 1 is what this decoder makes of it. */
static void
test_strength (void)
{
  g_autoptr (AdainModel) model = test_model_new ();
  const AdainChain *decoder = &adain_model_network (model)->decoder;
  g_autoptr (AdainAdaptation) adaptation = test_adaptation_new (decoder, 4);
  g_autoptr (AdainEngine) engine = test_engine_new (model, NULL, 2, 0, 0);
  g_autoptr (AdainImage) photo = test_image_new (64, 48), painting = test_image_noisy (48, 48, 0.3, 5);
  g_autoptr (AdainStyle) bare = test_style_new (engine, painting),
                         learned = test_style_new (engine, painting);
  g_autoptr (AdainContent) content = test_content_new (engine, photo, 0),
                           fresh = test_content_new (engine, photo, 0);
  g_autoptr (AdainImage) first = NULL, wanted = NULL, got = NULL;

  adain_style_adapt (learned, adaptation);
  first = test_render (content, bare, 0.5);
  got = test_render (content, learned, 0.5);
  wanted = test_render (fresh, learned, 0.5);
  g_assert_true (test_image_is_same (got, wanted));
}

/* Whole calls --------------------------------------------------------------------------------------- */

/* The painting as a style that has been learned; NULL if that fails. */
static AdainStyle *
learn (AdainEngine *engine, AdainImage *photo, AdainImage *painting, const AdainLearnOptions *options,
       AdainProgress progress, gpointer data, GCancellable *cancellable, GError **error)
{
  g_autoptr (AdainStyle) style = test_style_new (engine, painting);
  AdainSource source = adain_image_source (photo);

  return adain_engine_learn (engine, &source, 1, style, options, progress, data, cancellable, error)
             ? g_steal_pointer (&style)
             : NULL;
}

/* A photo that it did not learn from comes nearer to the style. */
static void
test_nearer (void)
{
  g_autoptr (AdainModel) model = test_shipped_model_new ();
  g_autoptr (AdainEngine) engine = test_refining_engine_new (model, 2, 0);
  g_autoptr (AdainImage) photo = test_image_noisy (400, 330, 0.1, 1),
                         other = test_image_noisy (300, 330, 0.1, 6);
  g_autoptr (AdainImage) painting = test_image_noisy (128, 128, 0.4, 2);
  AdainLearnOptions options = { .steps = 16, .texture = 1 };
  g_autoptr (AdainStyle) bare = test_style_new (engine, painting),
                         learned = learn (engine, photo, painting, &options, NULL, NULL, NULL, NULL);
  g_autoptr (AdainImage) before = blend (engine, other, &bare, NULL, 1),
                         after = blend (engine, other, &learned, NULL, 1);

  g_assert_cmpfloat (test_distance (engine, after, painting), <,
                     0.75 * test_distance (engine, before, painting));
}

static gboolean
has_learned_same (const AdainStyle *a, const AdainStyle *b)
{
  return memcmp (a->adaptation->values, b->adaptation->values, a->adaptation->n * sizeof (float)) == 0;
}

/* The same to the last bit with any number of threads. */
static void
test_threads (void)
{
  g_autoptr (AdainModel) model = test_model_new ();
  g_autoptr (AdainStyle) wanted = NULL;
  g_autoptr (AdainImage) photo = test_image_new (200, 140), painting = test_image_noisy (64, 64, 0.4, 3);
  AdainLearnOptions options = { .steps = 2, .texture = 0.5 };

  for (int i = 0; i < 3; i++)
    {
      g_autoptr (AdainEngine) engine = test_refining_engine_new (model, i + 1, 0);
      g_autoptr (AdainStyle) learned = learn (engine, photo, painting, &options, NULL, NULL, NULL, NULL);

      if (wanted)
        g_assert_true (has_learned_same (learned, wanted));
      else
        wanted = g_steal_pointer (&learned);
    }
}

/* One who has learned goes on from there. */
static void
test_going_on (void)
{
  g_autoptr (AdainModel) model = test_shipped_model_new ();
  g_autoptr (AdainEngine) engine = test_refining_engine_new (model, 2, 0);
  g_autoptr (AdainImage) photo = test_image_noisy (330, 330, 0.1, 1);
  g_autoptr (AdainImage) painting = test_image_noisy (128, 128, 0.4, 2);
  AdainSource       source = adain_image_source (photo);
  AdainLearnOptions options = { .steps = 3, .texture = 1 };
  g_autoptr (AdainStyle) once = learn (engine, photo, painting, &options, NULL, NULL, NULL, NULL),
                         twice = test_style_new (engine, painting), bare = test_style_new (engine, painting);
  g_autoptr (AdainImage) before = blend (engine, photo, &bare, NULL, 1),
                         first = blend (engine, photo, &once, NULL, 1), second = NULL;

  adain_style_learn_from (twice, once);
  g_assert_true (has_learned_same (once, twice));
  g_assert_true (adain_engine_learn (engine, &source, 1, twice, &options, NULL, NULL, NULL, NULL));
  g_assert_false (has_learned_same (once, twice));
  second = blend (engine, photo, &twice, NULL, 1);
  g_assert_cmpfloat (test_distance (engine, first, painting), <, test_distance (engine, before, painting));
  g_assert_cmpfloat (test_distance (engine, second, painting), <, test_distance (engine, first, painting));
}

typedef struct
{
  GCancellable *cancellable;
  int           after, steps;
  double        fraction;
} Stop;

static void
count (double fraction, AdainProgressUnit unit, int done, int all, gpointer user_data)
{
  Stop *stop = user_data;

  g_assert_cmpint (unit, ==, ADAIN_PROGRESS_LESSONS);
  g_assert_true (done == 0 ? stop->steps == 0 : done == stop->steps + 1);
  g_assert_cmpint (all, >=, done);
  g_assert_cmpfloat (fraction, >=, stop->fraction);
  stop->steps = done;
  stop->fraction = fraction;
  if (done == stop->after)
    g_cancellable_cancel (stop->cancellable);
}

/* Ending it keeps what has been learned, at any step; cancelling is an error and leaves the style as it was. */
static void
test_stop (void)
{
  g_autoptr (AdainModel) model = test_model_new ();
  g_autoptr (AdainEngine) engine = test_refining_engine_new (model, 2, 0);
  g_autoptr (AdainImage) photo = test_image_new (64, 50), painting = test_image_noisy (64, 64, 0.4, 3);
  g_autoptr (GCancellable) enough = g_cancellable_new (), cancellable = g_cancellable_new ();
  AdainLearnOptions options = { .steps = 30, .enough = enough };
  Stop              stop = { enough, 2 }, cancel = { cancellable, 1 };
  g_autoptr (AdainStyle) stopped = learn (engine, photo, painting, &options, count, &stop, NULL, NULL),
                         untouched = learn (engine, photo, painting, &options, NULL, NULL, NULL, NULL),
                         bare = test_style_new (engine, painting);
  g_autoptr (AdainImage) before = blend (engine, photo, &bare, NULL, 1),
                         same = blend (engine, photo, &untouched, NULL, 1),
                         other = blend (engine, photo, &stopped, NULL, 1);
  AdainSource source = adain_image_source (photo);
  g_autoptr (GError) error = NULL;

  g_assert_cmpint (stop.steps, ==, 2);
  g_assert_true (test_image_is_same (same, before));
  g_assert_false (test_image_is_same (other, before));

  options.enough = NULL;
  g_assert_false (adain_engine_learn (engine, &source, 1, bare, &options, count, &cancel, cancellable,
                                      &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_assert_cmpint (cancel.steps, ==, 1);
  g_assert_null (bare->adaptation);
}

static void
check_refused (AdainEngine *engine, AdainImage *photo, AdainImage *painting, AdainLearnOptions options,
               int code)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (learn (engine, photo, painting, &options, NULL, NULL, NULL, &error));
  g_assert_error (error, ADAIN_ERROR, code);
}

static void
test_refused (void)
{
  g_autoptr (AdainModel) model = test_model_new (), shipped = test_shipped_model_new ();
  g_autoptr (AdainEngine) engine = test_refining_engine_new (model, 1, 0);
  g_autoptr (AdainEngine) poor = test_refining_engine_new (shipped, 1, (gsize) 30 << 20);
  g_autoptr (AdainEngine) without = test_engine_new (model, NULL, 1, 0, 0);
  g_autoptr (AdainImage) photo = test_image_new (40, 40), hidden = test_image_new (20, 20);
  g_autoptr (AdainStyle) foreign = test_style_new (poor, photo);
  g_autoptr (GError) error = NULL;
  AdainSource       source = adain_image_source (photo);
  AdainLearnOptions options = { .steps = 1 };

  check_refused (engine, photo, photo, (AdainLearnOptions) { .steps = 0 }, ADAIN_ERROR_ARGUMENT);
  check_refused (engine, photo, photo, (AdainLearnOptions) { .steps = ADAIN_LEARN_MAX + 1 },
                 ADAIN_ERROR_ARGUMENT);
  check_refused (engine, photo, photo, (AdainLearnOptions) { .steps = 1, .texture = 2 },
                 ADAIN_ERROR_ARGUMENT);
  check_refused (without, photo, photo, options, ADAIN_ERROR_ARGUMENT);
  check_refused (poor, photo, photo, options, ADAIN_ERROR_MEMORY);
  for (int i = 0; i < 20 * 20; i++)
    hidden->rgba[4 * i + 3] = 0;
  check_refused (engine, hidden, photo, options, ADAIN_ERROR_PICTURE);
  g_assert_false (adain_engine_learn (engine, &source, 1, foreign, &options, NULL, NULL, NULL, &error));
  g_assert_error (error, ADAIN_ERROR, ADAIN_ERROR_ARGUMENT);
  g_clear_error (&error);
  g_assert_false (adain_engine_learn (engine, &source, 0, foreign, &options, NULL, NULL, NULL, &error));
  g_assert_error (error, ADAIN_ERROR, ADAIN_ERROR_ARGUMENT);
}

/* Tiny and long pictures, several of them. */
static void
test_pictures (void)
{
  g_autoptr (AdainModel) model = test_model_new ();
  g_autoptr (AdainEngine) engine = test_refining_engine_new (model, 2, 0);
  g_autoptr (AdainImage) one = test_image_new (1, 1), wide = test_image_new (900, 9);
  g_autoptr (AdainImage) painting = test_image_noisy (40, 33, 0.4, 4);
  g_autoptr (AdainStyle) style = test_style_new (engine, painting);
  AdainSource       sources[] = { adain_image_source (one), adain_image_source (wide) };
  AdainLearnOptions options = { .steps = 4 };

  g_assert_true (adain_engine_learn (engine, sources, 2, style, &options, NULL, NULL, NULL, NULL));
  for (gsize i = 0; i < style->adaptation->n; i++)
    g_assert_true (isfinite (style->adaptation->values[i]));
}

/* A gallery keeps what was learned in `model`, to the last bit, but not for `other`. */
static void
check_gallery (AdainModel *model, AdainModel *other)
{
  g_autoptr (AdainEngine) engine = test_refining_engine_new (model, 2, 0);
  g_autoptr (AdainImage) photo = test_image_new (64, 48), painting = test_image_noisy (48, 48, 0.3, 5);
  AdainLearnOptions options = { .steps = 2, .texture = 1 };
  g_autoptr (AdainStyle) learned = learn (engine, photo, painting, &options, NULL, NULL, NULL, NULL),
                         bare = test_style_new (engine, painting), kept = NULL, plain = NULL, foreign = NULL;
  g_autoptr (AdainGallery) gallery = adain_gallery_new (model), loaded = NULL, elsewhere = NULL;
  AdainPalette     palette = { { 0 } };
  g_autofree char *folder = g_dir_make_tmp ("adain-learn-XXXXXX", NULL);
  g_autofree char *path = g_build_filename (folder, "gallery.safetensors", NULL);
  g_autoptr (GError) error = NULL;

  g_assert_true (adain_gallery_add (gallery, &(AdainGalleryEntry) { "bare", "", "", "" }, bare, &palette,
                                    NULL));
  g_assert_true (adain_gallery_add (gallery, &(AdainGalleryEntry) { "learned", "", "", "" }, learned,
                                    &palette, NULL));
  g_assert_true (adain_gallery_write (gallery, path, NULL));
  loaded = adain_gallery_load (path, model, &error);
  g_assert_no_error (error);
  plain = adain_gallery_style (loaded, 0, NULL);
  kept = adain_gallery_style (loaded, 1, NULL);
  g_assert_null (plain->adaptation);
  g_assert_true (has_learned_same (kept, learned));
  g_assert_cmpint (kept->adaptation->told, ==, learned->adaptation->told);
  g_assert_cmpint (kept->adaptation->told, ==, adain_model_network (model)->hyper.n_outputs > 0);

  elsewhere = adain_gallery_load (path, other, &error);
  g_assert_no_error (error);
  foreign = adain_gallery_style (elsewhere, 1, NULL);
  g_assert_null (foreign->adaptation);
  g_remove (path);
  g_rmdir (folder);
}

/* It counts for the decoder that learned it only. */
static void
test_gallery (void)
{
  g_autoptr (AdainModel) model = test_model_new (), other = test_model_new ();

  *(float *) adain_model_network (other)->decoder.convs[0].weight += 1;
  check_gallery (model, other);
}

static AdainModel *
telling_model_new (void)
{
  g_autofree char *path = test_reference_path ("hyper.safetensors");

  return adain_model_load (path, NULL);
}

/* And for what the model told of the style then. */
static void
test_gallery_told (void)
{
  g_autoptr (AdainModel) model = telling_model_new (), other = telling_model_new ();

  *(float *) adain_model_network (other)->hyper.right[8] += 1;
  check_gallery (model, other);
}

/* What was learned is painted over what the model tells of the style, if it was learned over that. */
static void
test_told (void)
{
  g_autoptr (AdainModel) model = telling_model_new ();
  g_autoptr (AdainEngine) engine = test_refining_engine_new (model, 2, 0);
  g_autoptr (AdainImage) photo = test_image_new (64, 48), painting = test_image_noisy (48, 48, 0.3, 5);
  g_autoptr (AdainStyle) style = test_style_new (engine, painting);
  g_autoptr (AdainImage) expected = blend (engine, photo, &style, NULL, 1), over = NULL, alone = NULL;
  g_autoptr (AdainAdaptation) nothing = adain_adaptation_new (&adain_model_network (model)->decoder);

  adain_style_adapt (style, nothing);
  nothing->told = TRUE;
  over = blend (engine, photo, &style, NULL, 1);
  g_assert_cmpfloat (test_image_error (over, expected), ==, 0);
  nothing->told = FALSE;
  alone = blend (engine, photo, &style, NULL, 1);
  g_assert_cmpfloat (test_image_error (alone, expected), >, 0.01);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/learn/products", test_products);
  g_test_add_func ("/learn/gradient", test_gradient);
  g_test_add_func ("/learn/change", test_change);
  g_test_add_func ("/learn/lead-back", test_lead_back);
  g_test_add_func ("/learn/blend", test_blend);
  g_test_add_func ("/learn/strength", test_strength);
  g_test_add_func ("/learn/nearer", test_nearer);
  g_test_add_func ("/learn/threads", test_threads);
  g_test_add_func ("/learn/going-on", test_going_on);
  g_test_add_func ("/learn/stop", test_stop);
  g_test_add_func ("/learn/refused", test_refused);
  g_test_add_func ("/learn/pictures", test_pictures);
  g_test_add_func ("/learn/gallery", test_gallery);
  g_test_add_func ("/learn/gallery-told", test_gallery_told);
  g_test_add_func ("/learn/told", test_told);
  return g_test_run ();
}
