/* Learning a style: sums of products against plain ones, the gradient with respect to the decoder's weights against
 * finite differences of a plain decoder, whole calls, and the file.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <math.h>
#include <string.h>

#include <glib/gstdio.h>

#include "engine/cpu/gradient.h"
#include "engine/cpu/products.h"
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
  const AdainNetwork *network = adain_model_network (model);
  const AdainChain   *decoder = &network->decoder;
  gsize               n = adain_chain_weights (decoder), offset = 0;
  int                 cells = width * height / ADAIN_CELL / ADAIN_CELL;
  g_autofree float   *features = random_new (random, (gsize) cells * decoder->convs[0].in);
  g_autofree float   *weights = random_new (random, (gsize) width * height * 3), *got = g_new (float, n);
  g_autofree double  *wanted = decode (decoder, features, width / ADAIN_CELL, height / ADAIN_CELL);
  const float        *rgb;
  AdainGradient       gradient;
  AdainTape          *tape;

  g_assert_true (adain_gradient_init_decoder (&gradient, network, kernels, NULL));
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
      float           *all = adain_model_decoder (model) + offset, most = 0;

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
          g_autoptr (AdainModel) copy = adain_model_copy (models[m]);

          check_gradient (copy, adain_kernels[i]->name, 16, 16);
          check_gradient (copy, adain_kernels[i]->name, 40, 24);
        }
}

/* Whole calls --------------------------------------------------------------------------------------- */

static AdainModel *
learn (AdainEngine *engine, AdainImage *photo, AdainImage *painting, const AdainLearnOptions *options,
       AdainProgress progress, gpointer data, GCancellable *cancellable, GError **error)
{
  g_autoptr (AdainStyle) style = test_style_new (engine, painting);
  AdainSource source = adain_image_source (photo);

  return adain_engine_learn (engine, &source, 1, style, options, progress, data, cancellable, error);
}

/* A photo in a painting's style. */
static AdainImage *
paint (AdainModel *model, AdainImage *photo, AdainImage *painting)
{
  g_autoptr (AdainEngine) engine = test_engine_new (model, test_float_kernels (), 2, 0, 0);
  g_autoptr (AdainStyle) style = test_style_new (engine, painting);
  g_autoptr (AdainContent) content = test_content_new (engine, photo, 0);
  AdainRenderOptions options = { .strength = 1, .texture = 1 };

  return test_render_styles (content, &style, NULL, 1, &options);
}

/* A photo that it did not learn from comes nearer to the style; the model that it began with stays. */
static void
test_nearer (void)
{
  g_autoptr (AdainModel) model = test_shipped_model_new ();
  g_autoptr (AdainEngine) engine = test_refining_engine_new (model, 2, 0);
  g_autoptr (AdainImage) photo = test_image_noisy (400, 330, 0.1, 1),
                         other = test_image_noisy (300, 330, 0.1, 6);
  g_autoptr (AdainImage) painting = test_image_noisy (128, 128, 0.4, 2),
                         before = paint (model, other, painting);
  AdainLearnOptions options = { .steps = 16, .texture = 1 };
  g_autoptr (AdainModel) learned = learn (engine, photo, painting, &options, NULL, NULL, NULL, NULL);
  g_autoptr (AdainImage) after = paint (learned, other, painting), again = paint (model, other, painting);
  g_autoptr (AdainEngine) pupil = test_engine_new (learned, test_float_kernels (), 2, 0, 0);
  g_autoptr (AdainStyle) style = test_style_new (engine, painting);
  g_autoptr (AdainContent) content = test_content_new (pupil, other, 0);
  g_autoptr (AdainImage) same = test_render (content, style, 1);

  g_assert_cmpfloat (test_distance (engine, after, painting), <,
                     0.65 * test_distance (engine, before, painting));
  g_assert_true (test_image_is_same (before, again));
  test_image_check_range (same);
}

static gboolean
is_same_decoder (AdainModel *a, AdainModel *b)
{
  gsize n = adain_chain_weights (&adain_model_network (a)->decoder);

  return memcmp (adain_model_decoder (a), adain_model_decoder (b), n * sizeof (float)) == 0;
}

/* The same to the last bit with any number of threads, and with little memory. */
static void
test_threads (void)
{
  g_autoptr (AdainModel) model = test_model_new (), wanted = NULL;
  g_autoptr (AdainImage) photo = test_image_new (200, 140), painting = test_image_noisy (64, 64, 0.4, 3);
  AdainLearnOptions options = { .steps = 2, .texture = 0.5 };

  for (int i = 0; i < 3; i++)
    {
      g_autoptr (AdainEngine) engine = test_refining_engine_new (model, i + 1, 0);
      g_autoptr (AdainModel) learned = learn (engine, photo, painting, &options, NULL, NULL, NULL, NULL);

      if (wanted)
        g_assert_true (is_same_decoder (learned, wanted));
      else
        wanted = g_steal_pointer (&learned);
    }
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

/* Ending it keeps what has been learned, at any step; cancelling is an error; and it ends with the time. */
static void
test_stop (void)
{
  g_autoptr (AdainModel) model = test_model_new ();
  g_autoptr (AdainEngine) engine = test_refining_engine_new (model, 2, 0);
  g_autoptr (AdainImage) photo = test_image_new (64, 50), painting = test_image_noisy (64, 64, 0.4, 3);
  g_autoptr (GCancellable) enough = g_cancellable_new (), cancellable = g_cancellable_new ();
  AdainLearnOptions options = { .steps = 30, .enough = enough };
  Stop              stop = { enough, 2 }, cancel = { cancellable, 1 };
  g_autoptr (AdainModel) stopped = learn (engine, photo, painting, &options, count, &stop, NULL, NULL);
  g_autoptr (AdainModel) untouched = learn (engine, photo, painting, &options, NULL, NULL, NULL, NULL);
  g_autoptr (GError) error = NULL;

  g_assert_nonnull (stopped);
  g_assert_cmpint (stop.steps, ==, 2);
  g_assert_true (is_same_decoder (untouched, model));
  g_assert_false (is_same_decoder (stopped, model));

  options.enough = NULL;
  g_assert_null (learn (engine, photo, painting, &options, count, &cancel, cancellable, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_assert_cmpint (cancel.steps, ==, 1);
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
  g_assert_null (adain_engine_learn (engine, &source, 1, foreign, &options, NULL, NULL, NULL, &error));
  g_assert_error (error, ADAIN_ERROR, ADAIN_ERROR_ARGUMENT);
  g_clear_error (&error);
  g_assert_null (adain_engine_learn (engine, &source, 0, foreign, &options, NULL, NULL, NULL, &error));
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
  AdainLearnOptions options = { .steps = 12 };
  g_autoptr (AdainModel)
      learned = adain_engine_learn (engine, sources, 2, style, &options, NULL, NULL, NULL, NULL);

  g_assert_nonnull (learned);
  for (gsize i = 0; i < adain_chain_weights (&adain_model_network (learned)->decoder); i++)
    g_assert_true (isfinite (adain_model_decoder (learned)[i]));
}

/* What is written is a model of the same encoder, that paints as the one that was learned. */
static void
check_file (AdainModel *model, const char *path)
{
  g_autoptr (AdainEngine) engine = test_refining_engine_new (model, 2, 0);
  g_autoptr (AdainImage) photo = test_image_new (64, 48), painting = test_image_noisy (48, 48, 0.3, 5);
  AdainLearnOptions options = { .steps = 1, .texture = 1, .name = "of clay" };
  g_autoptr (AdainModel) learned = learn (engine, photo, painting, &options, NULL, NULL, NULL, NULL);
  g_autoptr (AdainModel) loaded = NULL;
  g_autoptr (AdainImage) wanted = paint (learned, photo, painting), got = NULL;
  g_autofree char *encoder = adain_model_encoder (model), *kept = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_true (adain_model_write (learned, path, NULL));
  loaded = adain_model_load (path, &error);
  g_assert_no_error (error);
  kept = adain_model_encoder (loaded);
  g_assert_cmpstr (kept, ==, encoder);
  g_assert_cmpstr (adain_model_metadata (loaded, "name"), ==, "of clay");
  g_assert_cmpstr (adain_model_metadata (loaded, "license"), ==, adain_model_metadata (model, "license"));
  g_assert_null (adain_model_metadata (loaded, "scores"));
  g_assert_true ((adain_model_network (loaded)->usual.low != NULL)
                 == (adain_model_network (model)->usual.low != NULL));
  got = paint (loaded, photo, painting);
  g_assert_cmpfloat (test_image_difference (got, wanted), <, 0.02);
  g_assert_false (adain_model_write (learned, "/nowhere/at/all", &error));
  g_assert_nonnull (error);
}

static void
test_file (void)
{
  g_autofree char *folder = g_dir_make_tmp ("adain-learn-XXXXXX", NULL);
  g_autofree char *path = g_build_filename (folder, "learned.safetensors", NULL);
  AdainModel      *models[] = { test_shipped_model_new (), test_model_new () };

  for (int i = 0; i < 2; adain_model_unref (models[i++]))
    check_file (models[i], path);
  g_remove (path);
  g_rmdir (folder);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/learn/products", test_products);
  g_test_add_func ("/learn/gradient", test_gradient);
  g_test_add_func ("/learn/nearer", test_nearer);
  g_test_add_func ("/learn/threads", test_threads);
  g_test_add_func ("/learn/stop", test_stop);
  g_test_add_func ("/learn/refused", test_refused);
  g_test_add_func ("/learn/pictures", test_pictures);
  g_test_add_func ("/learn/file", test_file);
  return g_test_run ();
}
