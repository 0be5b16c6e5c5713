/* Refinement: the gradient against finite differences of a plain forward pass, and whole calls.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <math.h>
#include <string.h>

#include "engine/style.h"
#include "support.h"

/* The loss is a weighted sum of all activations of all levels; its weights are random. */
typedef struct
{
  float *weights[ADAIN_LEVELS]; /* [y][x][channel] */
  int    channels[ADAIN_LEVELS];
} Loss;

static double *
pool (const double *in, int width, int height, int channels)
{
  double *out = g_new (double, (gsize) width * height / 4 * channels);

  for (int y = 0; y < height / 2; y++)
    for (int x = 0; x < width / 2; x++)
      for (int c = 0; c < channels; c++)
        {
          const double *p = in + ((gsize) 2 * y * width + 2 * x) * channels + c;
          double        above = MAX (p[0], p[channels]);
          double        below = MAX (p[(gsize) width * channels], p[(gsize) (width + 1) * channels]);

          out[((gsize) y * (width / 2) + x) * channels + c] = MAX (above, below);
        }
  return out;
}

/* The loss of a picture, all in double. */
static double
loss_of (const AdainGradient *gradient, const Loss *loss, const double *rgb, int width, int height)
{
  const AdainNetwork *network = gradient->network;
  double             *x = g_new (double, (gsize) width * height * 3), sum = 0;

  for (gsize i = 0; i < (gsize) width * height * 3; i++)
    x[i] = (rgb[i] - network->mean[i % 3]) * network->scale[i % 3];
  for (int i = 0; i < network->encoder.n; i++)
    {
      const AdainConv *conv = &network->encoder.convs[i];
      double          *next = test_convolve (conv, x, width, height);

      g_free (x);
      x = next;
      for (int level = 0; level < ADAIN_LEVELS; level++)
        for (gsize j = 0; gradient->levels[level] == i && j < (gsize) width * height * conv->out; j++)
          sum += loss->weights[level][j] * x[j];
      if (conv->pool)
        {
          next = pool (x, width, height, conv->out);
          g_free (x);
          x = next;
          width /= 2;
          height /= 2;
        }
    }
  g_free (x);
  return sum;
}

static void
seed (int level, int row, const float *activations, float *gradient, int width, int stride,
      gpointer user_data)
{
  const Loss *loss = user_data;
  int         channels = loss->channels[level];

  for (int x = 0; x < width; x++)
    for (int c = 0; c < channels; c++)
      gradient[(gsize) x * stride + c] += loss->weights[level][((gsize) row * width + x) * channels + c];
}

/* Against central differences at pixels of the border, near it and inside. A step over a kink of a ReLU or of a
 * maximum would make a few differ: the step is small, since the differences are in double. */
static void
check_gradient (const AdainNetwork *network, const char *kernels, int width, int height)
{
  g_autoptr (GRand) random = g_rand_new_with_seed (width + 3 * height);
  gsize              n = (gsize) width * height * 3;
  g_autofree float  *rgb = g_new (float, n), *got = g_new (float, n);
  g_autofree double *x = g_new (double, n);
  AdainGradient      gradient;
  AdainTape         *tape;
  Loss               loss;
  double             most = 0;

  g_assert_true (adain_gradient_init (&gradient, network, kernels, NULL));
  g_assert_cmpstr (gradient.kernels->name, ==, kernels);
  /* Made larger than it is used: parts of pictures differ in size. */
  tape = adain_tape_new (&gradient, width + 8, height + 16);
  test_fill_random (random, rgb, n, 0, 1);
  for (int i = 0; i < ADAIN_LEVELS; i++)
    {
      int   scale = adain_gradient_scale (&gradient, i);
      gsize count = (gsize) (width >> scale) * (height >> scale);

      loss.channels[i] = adain_gradient_channels (&gradient, i);
      loss.weights[i] = g_new (float, count * loss.channels[i]);
      test_fill_random (random, loss.weights[i], count * loss.channels[i], -1, 1);
    }
  for (int again = 0; again < 2; again++)
    {
      g_assert_true (adain_tape_forward (tape, rgb, width, height, NULL, NULL));
      g_assert_true (adain_tape_backward (tape, seed, &loss, got, NULL, NULL));
    }
  for (gsize i = 0; i < n; i++)
    {
      x[i] = rgb[i];
      most = MAX (most, fabsf (got[i]));
    }
  for (int at = 0; at < 24; at++)
    {
      int    px = at < 8 ? at % 4 < 2 ? at % 2 : width - 1 - at % 2 : g_rand_int_range (random, 0, width);
      int    py = at < 8 ? at / 4 ? height - 1 - at % 2 : at % 2 : g_rand_int_range (random, 0, height);
      gsize  i = ((gsize) py * width + px) * 3 + at % 3;
      double step = 1e-5, plus, minus;

      x[i] = rgb[i] + step;
      plus = loss_of (&gradient, &loss, x, width, height);
      x[i] = rgb[i] - step;
      minus = loss_of (&gradient, &loss, x, width, height);
      x[i] = rgb[i];
      g_assert_cmpfloat (fabs ((plus - minus) / (2 * step) - got[i]), <=, 2e-3 * most);
    }
  for (int i = 0; i < ADAIN_LEVELS; i++)
    g_free (loss.weights[i]);
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
          check_gradient (adain_model_network (models[m]), adain_kernels[i]->name, 16, 16);
          check_gradient (adain_model_network (models[m]), adain_kernels[i]->name, 40, 24);
        }
}

/* A call with refinement. */
static AdainImage *
refine (AdainEngine *engine, AdainImage *photo, AdainImage *painting, int work_size,
        const AdainRenderOptions *options)
{
  g_autoptr (AdainStyle) style = test_style_new (engine, painting);
  g_autoptr (AdainContent) content = test_content_new (engine, photo, work_size);

  return test_render_styles (content, &style, NULL, 1, options);
}

/* It comes nearer to the style, the more so the more steps there are; with less strength, not as near. */
static void
test_nearer (void)
{
  g_autoptr (AdainModel) model = test_shipped_model_new ();
  g_autoptr (AdainEngine) engine = test_refining_engine_new (model, 2, 0);
  g_autoptr (AdainImage) photo = test_image_new (93, 70), painting = test_image_noisy (80, 96, 0.4, 1);
  double before = 0;

  for (int i = 0; i < 3; i++)
    {
      AdainRenderOptions options = { .strength = 1, .refine = (int[]) { 0, 8, 24 }[i] };
      g_autoptr (AdainImage) result = refine (engine, photo, painting, 0, &options);
      double now = test_distance (engine, result, painting);

      test_image_check_range (result);
      if (i > 0)
        g_assert_cmpfloat (now, <, 0.8 * before);
      before = now;
    }
  {
    AdainRenderOptions options = { .strength = 0.4, .refine = 24 };
    g_autoptr (AdainImage) half = refine (engine, photo, painting, 0, &options);

    g_assert_cmpfloat (test_distance (engine, half, painting), >, 1.5 * before);
    options.strength = 0;
    g_autoptr (AdainImage) none = refine (engine, photo, painting, 0, &options);
    g_assert_true (test_image_is_same (none, photo));
  }
}

/* A picture of several bands, of which some pixels are hidden: the same to the last bit with any number of threads,
 * and whether activations are kept or computed again. */
static void
test_threads (void)
{
  g_autoptr (AdainModel) model = test_shipped_model_new ();
  g_autoptr (AdainImage) photo = test_image_new (45, 410), painting = test_image_noisy (64, 64, 0.4, 2);
  g_autoptr (AdainImage) wanted = NULL;
  AdainRenderOptions options = { .strength = 1, .refine = 3 };

  for (int i = 0; i < 90; i++)
    photo->rgba[(gsize) i * 45 * 4 + 3] = 0;
  for (int i = 0; i < 4; i++)
    {
      int threads[] = { 1, 2, 3, 2 };
      g_autoptr (AdainEngine)
          engine = test_refining_engine_new (model, threads[i], i == 3 ? (gsize) 8 << 20 : 0);
      g_autoptr (AdainImage) result = refine (engine, photo, painting, 0, &options);

      if (wanted)
        g_assert_true (test_image_is_same (result, wanted));
      else
        wanted = g_steal_pointer (&result);
    }
}

typedef struct
{
  GCancellable *cancellable;
  int           after, steps;
} Stop;

static void
count (double fraction, AdainProgressUnit unit, int done, int all, gpointer user_data)
{
  Stop *stop = user_data;

  if (unit != ADAIN_PROGRESS_STEPS)
    return;
  g_assert_cmpint (all, ==, 30);
  g_assert_true (done == 0 ? stop->steps == 0 : done == stop->steps + 1);
  stop->steps = done;
  if (done > 0 && done == stop->after)
    g_cancellable_cancel (stop->cancellable);
}

/* Ending it keeps what there is, at any step; cancelling is an error. */
static void
test_stop (void)
{
  g_autoptr (AdainModel) model = test_shipped_model_new ();
  g_autoptr (AdainEngine) engine = test_refining_engine_new (model, 2, 0);
  g_autoptr (AdainImage) photo = test_image_new (64, 50), painting = test_image_noisy (64, 64, 0.4, 3);
  g_autoptr (AdainStyle) style = test_style_new (engine, painting);
  g_autoptr (AdainContent) content = test_content_new (engine, photo, 0);
  g_autoptr (AdainImage) plain = test_render (content, style, 1), result = test_image_new (64, 50);
  AdainSink sink = adain_image_sink (result);
  g_autoptr (GError) error = NULL;

  for (int after = 0; after < 3; after++)
    {
      g_autoptr (GCancellable) enough = g_cancellable_new ();
      AdainRenderOptions options = { .strength = 1, .refine = 30, .enough = enough };
      Stop               stop = { enough, after };

      if (after == 0)
        g_cancellable_cancel (enough);
      g_assert_true (adain_content_render (content, &style, NULL, 1, &options, &sink, count, &stop, NULL,
                                           NULL));
      g_assert_cmpint (stop.steps, ==, after);
      g_assert_true (test_image_is_same (result, plain) == (after == 0));
    }
  {
    g_autoptr (GCancellable) cancellable = g_cancellable_new ();
    AdainRenderOptions options = { .strength = 1, .refine = 30 };
    Stop               stop = { cancellable, 2 };

    g_assert_false (adain_content_render (content, &style, NULL, 1, &options, &sink, count, &stop,
                                          cancellable, &error));
    g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
    g_assert_cmpint (stop.steps, ==, 2);
  }
}

#define STEPS   8
#define INTERIM 3

/* Pictures that a sink gets. */
typedef struct
{
  const AdainImage *image;
  float            *seen[STEPS + 1]; /* after so many steps, or NULL */
} Glance;

static void
glance (double fraction, AdainProgressUnit unit, int done, int all, gpointer user_data)
{
  Glance *self = user_data;
  gsize   bytes = (gsize) self->image->width * self->image->height * 4 * sizeof (float);

  if (unit == ADAIN_PROGRESS_STEPS)
    self->seen[done] = g_memdup2 (self->image->rgba, bytes);
}

/* The sink gets the picture after every so many steps, and a result that does not depend on that. */
static void
test_interim (void)
{
  g_autoptr (AdainModel) model = test_shipped_model_new ();
  g_autoptr (AdainEngine) engine = test_refining_engine_new (model, 2, 0);
  g_autoptr (AdainImage) photo = test_image_new (90, 70), painting = test_image_noisy (64, 64, 0.4, 3);
  g_autoptr (AdainStyle) style = test_style_new (engine, painting);

  for (int work_size = 0; work_size <= 50; work_size += 50)
    {
      g_autoptr (AdainContent) content = test_content_new (engine, photo, work_size);
      AdainRenderOptions options = { .strength = 1, .refine = STEPS };
      g_autoptr (AdainImage) expected = test_render_styles (content, &style, NULL, 1, &options);
      g_autoptr (AdainImage) result = test_image_new (90, 70);
      AdainSink   sink = adain_image_sink (result);
      Glance      self = { result };
      const gsize bytes = (gsize) 90 * 70 * 4 * sizeof (float);

      options.interim = INTERIM;
      g_assert_true (adain_content_render (content, &style, NULL, 1, &options, &sink, glance, &self, NULL,
                                           NULL));
      g_assert_true (test_image_is_same (result, expected));
      for (int i = 1; i <= STEPS; i++)
        {
          g_assert_nonnull (self.seen[i]);
          g_assert_true ((memcmp (self.seen[i], self.seen[i - 1], bytes) != 0) == (i % INTERIM == 0));
        }
      g_assert_true (memcmp (self.seen[STEPS], result->rgba, bytes) != 0);
      for (int i = 0; i <= STEPS; i++)
        g_free (self.seen[i]);
    }
}

/* Several styles, a selection, a smaller working size, tiny pictures. */
static void
test_pictures (void)
{
  g_autoptr (AdainModel) model = test_model_new ();
  g_autoptr (AdainEngine) engine = test_refining_engine_new (model, 2, 0);
  g_autoptr (AdainImage) painting = test_image_noisy (40, 33, 0.4, 4), other = test_image_new (20, 20);
  AdainStyle        *styles[] = { test_style_new (engine, painting), test_style_new (engine, other) };
  const double       weights[] = { 3, 1 };
  AdainRenderOptions options = { .strength = 1, .refine = 2 };

  for (int i = 0; i < 3; i++)
    {
      g_autoptr (AdainImage) photo = test_image_new ((int[]) { 1, 9, 90 }[i], (int[]) { 1, 200, 61 }[i]);
      g_autoptr (AdainContent) content = test_content_new (engine, photo, i == 2 ? 50 : 0);
      g_autoptr (AdainImage) result = test_render_styles (content, styles, weights, 2, &options);

      g_assert_cmpint (result->width, ==, photo->width);
      test_image_check_range (result);
    }
  adain_style_free (styles[0]);
  adain_style_free (styles[1]);
}

static void
check_refused (AdainEngine *engine, AdainStyle *style, AdainImage *photo, int steps, int code)
{
  g_autoptr (AdainContent) content = test_content_new (engine, photo, 0);
  AdainRenderOptions options = { .strength = 1, .refine = steps };
  AdainSink          sink = adain_image_sink (photo);
  g_autoptr (GError) error = NULL;

  g_assert_false (adain_content_render (content, &style, NULL, 1, &options, &sink, NULL, NULL, NULL, &error));
  g_assert_error (error, ADAIN_ERROR, code);
}

static void
test_refused (void)
{
  g_autoptr (AdainModel) model = test_shipped_model_new ();
  g_autoptr (AdainEngine) engine = test_refining_engine_new (model, 1, 0),
                          without = test_engine_new (model, NULL, 1, 0, 0);
  g_autoptr (AdainEngine) poor = test_refining_engine_new (model, 1, (gsize) 4 << 20);
  g_autoptr (AdainImage) photo = test_image_new (300, 300), painting = test_image_new (32, 32);
  g_autoptr (AdainStyle) style = test_style_new (engine, painting), bare = test_style_new (without, painting);

  check_refused (engine, style, photo, -1, ADAIN_ERROR_ARGUMENT);
  check_refused (engine, style, photo, ADAIN_REFINE_MAX + 1, ADAIN_ERROR_ARGUMENT);
  check_refused (engine, bare, photo, 1, ADAIN_ERROR_ARGUMENT);
  check_refused (poor, style, photo, 1, ADAIN_ERROR_MEMORY);
}

#define HALF 40

static gboolean
read_half (gpointer user_data, const AdainRect *rect, float *coverage, GError **error)
{
  for (int y = 0; y < rect->height; y++)
    for (int x = 0; x < rect->width; x++)
      *coverage++ = rect->x + x < HALF;
  return TRUE;
}

/* What is protected stays as it is when the rest is refined; regions of styles are refused. */
static void
test_areas (void)
{
  g_autoptr (AdainModel) model = test_shipped_model_new ();
  g_autoptr (AdainEngine) engine = test_refining_engine_new (model, 1, 0);
  g_autoptr (AdainImage) photo = test_image_new (2 * HALF, 64), painting = test_image_new (32, 32);
  g_autoptr (AdainImage) result = test_image_new (2 * HALF, 64);
  g_autoptr (AdainStyle) style = test_style_new (engine, painting);
  const AdainRegion  half = { .read = read_half };
  AdainSource        source = adain_image_source (photo);
  AdainSink          sink = adain_image_sink (result);
  AdainRenderOptions options = { .strength = 1, .refine = 2 };
  AdainContent      *content;
  GError            *error = NULL;
  gboolean           changed = FALSE;

  source.protection = &half;
  content = adain_content_encode (engine, &source, 0, NULL, NULL, NULL, &error);
  g_assert_no_error (error);
  adain_content_render (content, &style, NULL, 1, &options, &sink, NULL, NULL, NULL, &error);
  g_assert_no_error (error);
  for (int i = 0; i < 2 * HALF * 64; i++)
    for (int c = 0; c < 3; c++)
      {
        if (i % (2 * HALF) < HALF)
          g_assert_cmpfloat (result->rgba[4 * i + c], ==, photo->rgba[4 * i + c]);
        else
          changed |= result->rgba[4 * i + c] != photo->rgba[4 * i + c];
      }
  g_assert_true (changed);
  adain_content_free (content);

  source.regions = &half;
  source.n_regions = 1;
  content = adain_content_encode (engine, &source, 0, NULL, NULL, NULL, &error);
  g_assert_no_error (error);
  g_assert_false (adain_content_render (content, &style, NULL, 1, &options, &sink, NULL, NULL, NULL, &error));
  g_assert_error (error, ADAIN_ERROR, ADAIN_ERROR_ARGUMENT);
  g_error_free (error);
  adain_content_free (content);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/refine/gradient", test_gradient);
  g_test_add_func ("/refine/nearer", test_nearer);
  g_test_add_func ("/refine/threads", test_threads);
  g_test_add_func ("/refine/interim", test_interim);
  g_test_add_func ("/refine/stop", test_stop);
  g_test_add_func ("/refine/pictures", test_pictures);
  g_test_add_func ("/refine/refused", test_refused);
  g_test_add_func ("/refine/areas", test_areas);
  return g_test_run ();
}
