/* What the engine's tests share.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "support.h"

#include <math.h>

#include "engine/content.h"
#include "engine/style.h"

double
test_relative_error (const float *a, const float *b, gsize n)
{
  double distance = 0, norm = 0;

  for (gsize i = 0; i < n; i++)
    {
      distance += ((double) a[i] - b[i]) * ((double) a[i] - b[i]);
      norm += (double) b[i] * b[i];
    }
  return norm > 0 ? sqrt (distance / norm) : sqrt (distance);
}

double
test_largest_difference (const float *a, const float *b, gsize n)
{
  double largest = 0;

  for (gsize i = 0; i < n; i++)
    largest = MAX (largest, fabs ((double) a[i] - b[i]));
  return largest;
}

static float *
get_rgb (const AdainImage *image)
{
  gsize  n = (gsize) image->width * image->height * 3;
  float *rgb = g_new (float, n);

  for (gsize i = 0; i < n; i++)
    rgb[i] = image->rgba[i / 3 * 4 + i % 3];
  return rgb;
}

double
test_image_error (const AdainImage *a, const AdainImage *b)
{
  g_autofree float *left = get_rgb (a), *right = get_rgb (b);

  return test_relative_error (left, right, (gsize) a->width * a->height * 3);
}

double
test_image_difference (const AdainImage *a, const AdainImage *b)
{
  g_autofree float *left = get_rgb (a), *right = get_rgb (b);

  return test_largest_difference (left, right, (gsize) a->width * a->height * 3);
}

void
test_fill_random (GRand *random, float *out, gsize n, float low, float high)
{
  for (gsize i = 0; i < n; i++)
    out[i] = g_rand_double_range (random, low, high);
}

char *
test_reference_path (const char *name)
{
  return g_build_filename (TEST_SOURCE_DIR, "reference", name, NULL);
}

char *
test_weights_path (void)
{
  return g_strdup (TEST_WEIGHTS);
}

AdainImage *
test_image_new (int width, int height)
{
  AdainImage *image = g_new0 (AdainImage, 1);

  image->width = width;
  image->height = height;
  image->rgba = g_new (float, width * (gsize) height * 4);
  for (int y = 0; y < height; y++)
    for (int x = 0; x < width; x++)
      {
        float *pixel = image->rgba + ((gsize) y * width + x) * 4;

        pixel[0] = 0.5f + 0.4f * sinf (x * 0.11f + y * 0.03f);
        pixel[1] = 0.5f + 0.4f * sinf (y * 0.07f + 1);
        pixel[2] = (x / 13 + y / 17) % 2 ? 0.8f : 0.2f;
        pixel[3] = 1;
      }
  return image;
}

AdainImage *
test_image_noisy (int width, int height, double noise, guint seed)
{
  AdainImage *image = test_image_new (width, height);
  g_autoptr (GRand) random = g_rand_new_with_seed (seed);

  for (gsize i = 0; i < (gsize) width * height * 4; i++)
    if (i % 4 != 3)
      {
        float value = image->rgba[i] + g_rand_double_range (random, -noise, noise);

        image->rgba[i] = CLAMP (value, 0, 1);
      }
  return image;
}

gboolean
test_image_is_same (const AdainImage *a, const AdainImage *b)
{
  return memcmp (a->rgba, b->rgba, (gsize) a->width * a->height * 4 * sizeof (float)) == 0;
}

void
test_image_check_range (const AdainImage *image)
{
  for (gsize i = 0; i < (gsize) image->width * image->height * 4; i++)
    g_assert_true (image->rgba[i] >= 0 && image->rgba[i] <= 1);
}

void
test_image_free (AdainImage *image)
{
  g_free (image->rgba);
  g_free (image->mask);
  g_free (image);
}

AdainImage *
test_image_from_tensor (Safetensors *file, const char *name)
{
  Safetensor       *tensor = g_hash_table_lookup (file->tensors, name);
  AdainImage       *image = g_new0 (AdainImage, 1);
  g_autofree float *rgb = NULL;

  g_assert_nonnull (tensor);
  image->height = tensor->shape[0];
  image->width = tensor->shape[1];
  rgb = g_new (float, tensor->count);
  safetensor_to_floats (tensor, rgb);
  image->rgba = g_new (float, tensor->count / 3 * 4);
  for (gsize i = 0; i < tensor->count / 3; i++)
    {
      for (int c = 0; c < 3; c++)
        image->rgba[4 * i + c] = rgb[3 * i + c];
      image->rgba[4 * i + 3] = 1;
    }
  return image;
}

static AdainModel *
load_model (const char *name)
{
  g_autofree char *path = test_reference_path (name);
  GError          *error = NULL;
  AdainModel      *model = adain_model_load (path, &error);

  g_assert_no_error (error);
  return model;
}

AdainModel *
test_model_new (void)
{
  return load_model ("model.safetensors");
}

AdainModel *
test_deep_model_new (void)
{
  return load_model ("deep.safetensors");
}

AdainModel *
test_shipped_model_new (void)
{
  g_autofree char *path = test_weights_path ();
  GError          *error = NULL;
  AdainModel      *model = adain_model_load (path, &error);

  g_assert_no_error (error);
  return model;
}

static int
mirrored (int i, int n)
{
  return i < 0 ? -i : i >= n ? 2 * n - 2 - i : i;
}

double *
test_convolve (const AdainConv *conv, const double *in, int width, int height)
{
  double *out = g_new (double, (gsize) width * height * conv->out);

  for (int y = 0; y < height; y++)
    for (int x = 0; x < width; x++)
      for (int o = 0; o < conv->out; o++)
        {
          double sum = conv->bias[o];

          for (int k = 0; k < 9; k++)
            for (int i = 0; i < conv->in; i++)
              sum += conv->weight[((gsize) o * conv->in + i) * 9 + k]
                     * in[((gsize) mirrored (y + k / 3 - 1, height) * width + mirrored (x + k % 3 - 1, width))
                              * conv->in
                          + i];
          out[((gsize) y * width + x) * conv->out + o] = conv->relu ? MAX (sum, 0) : sum;
        }
  return out;
}

gboolean
test_is_float (const char *kernels)
{
  return !g_str_has_suffix (kernels, "bf16") && !g_str_has_suffix (kernels, "int16");
}

gboolean
test_has_gradient (const AdainKernels *kernels)
{
  return kernels->supported () && test_is_float (kernels->name) && kernels->element == sizeof (float)
         && !kernels->measure;
}

double
test_tiles_tolerance (const char *kernels)
{
  if (test_is_float (kernels))
    return 1e-5;
  return (g_str_has_prefix (kernels, "onednn") ? 10.0 : 1.0) / 255;
}

const char *
test_float_kernels (void)
{
  int i = 0;

  while (!adain_kernels[i]->supported () || !test_is_float (adain_kernels[i]->name))
    i++;
  return adain_kernels[i]->name;
}

AdainEngine *
test_engine_new (AdainModel *model, const char *kernels, int threads, int tile, gsize memory)
{
  AdainEngineOptions options = { memory, threads, NULL, tile, kernels };
  GError            *error = NULL;
  AdainEngine       *engine = adain_engine_new (model, ADAIN_DEVICE_CPU, &options, &error);

  g_assert_no_error (error);
  return engine;
}

AdainEngine *
test_refining_engine_new (AdainModel *model, int threads, gsize memory)
{
  AdainEngineOptions options = { .threads = threads, .memory = memory, .refine = TRUE };
  GError            *error = NULL;
  AdainEngine       *engine = adain_engine_new (model, ADAIN_DEVICE_CPU, &options, &error);

  g_assert_no_error (error);
  return engine;
}

double
test_distance (AdainEngine *engine, AdainImage *a, AdainImage *b)
{
  g_autoptr (AdainStyle) x = test_style_new (engine, a);
  g_autoptr (AdainStyle) y = test_style_new (engine, b);
  double sum = 0;

  for (int i = 0; i < ADAIN_LEVELS; i++)
    {
      double difference = 0, size = 0;

      for (int c = 0; c < x->levels->channels[i]; c++)
        {
          difference += pow (x->levels->mean[i][c] - y->levels->mean[i][c], 2)
                        + pow (x->levels->deviation[i][c] - y->levels->deviation[i][c], 2);
          size += pow (y->levels->mean[i][c], 2) + pow (y->levels->deviation[i][c], 2);
        }
      sum += difference / size;
    }
  return sum;
}

AdainAdaptation *
test_adaptation_new (const AdainChain *decoder, int seed)
{
  g_autoptr (GRand) random = g_rand_new_with_seed (seed);
  AdainAdaptation *adaptation = adain_adaptation_new (decoder);

  test_fill_random (random, adaptation->values, adaptation->n, -0.1, 0.1);
  return adaptation;
}

AdainStyle *
test_style_new (AdainEngine *engine, AdainImage *style)
{
  AdainSource source = adain_image_source (style);
  GError     *error = NULL;
  AdainStyle *encoded = adain_style_encode (engine, &source, 0, NULL, NULL, &error);

  g_assert_no_error (error);
  return encoded;
}

AdainContent *
test_content_new (AdainEngine *engine, AdainImage *picture, int work_size)
{
  AdainSource   source = adain_image_source (picture);
  GError       *error = NULL;
  AdainContent *content = adain_content_encode (engine, &source, work_size, NULL, NULL, NULL, &error);

  g_assert_no_error (error);
  return content;
}

AdainImage *
test_render_styles (AdainContent *content, AdainStyle *const *styles, const double *weights, int n,
                    const AdainRenderOptions *options)
{
  AdainImage *result = test_image_new (content->source.width, content->source.height);
  AdainSink   sink = adain_image_sink (result);
  GError     *error = NULL;

  /* What is not written shows. */
  for (gsize i = 0; i < (gsize) result->width * result->height * 4; i++)
    result->rgba[i] = NAN;
  adain_content_render (content, styles, weights, n, options, &sink, NULL, NULL, NULL, &error);
  g_assert_no_error (error);
  return result;
}

AdainImage *
test_render (AdainContent *content, AdainStyle *style, double strength)
{
  AdainRenderOptions options = { .strength = strength, .detail = 1 };

  return test_render_styles (content, &style, NULL, 1, &options);
}
