/* A half of the network in both directions, in float.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "gradient.h"

#include <string.h>

#include "../error.h"
#include "products.h"

/* One layer's activations for a picture. `input`, already doubled where that is so, has a border of one pixel,
 * reflected; `output` lies in the next layer's input, unless it is pooled or doubled on the way there or is the
 * last layer's. */
typedef struct
{
  int    width, height, in_stride, out_stride;
  float *input, *output;
  gsize  out_pitch;
} Record;

struct _AdainTape
{
  const AdainGradient *gradient;
  Record               records[ADAIN_MAX_LAYERS];
  float               *turns[2]; /* the gradients with respect to a layer's output and input, in turn */
  float               *memory;
  int                  width, height;
};

static const AdainKernels *
find_kernels (const char *name)
{
  const AdainKernels *kernels = name ? adain_kernels_find (name) : NULL;

  for (int i = 0; !kernels || kernels->measure || kernels->element != sizeof (float); i++)
    kernels = adain_kernels[i]->supported () ? adain_kernels[i] : NULL;
  return kernels;
}

/* The convolution that leads from the gradient of the output back to that of the input. */
static gboolean
pack_backward (AdainPacked *packed, const AdainKernels *kernels, const AdainConv *conv)
{
  gsize             count = (gsize) conv->in * conv->out;
  g_autofree float *weight = g_try_new (float, 9 * count), *bias = g_try_new0 (float, conv->in);
  AdainConv         turned = { conv->out, conv->in, .weight = weight, .bias = bias };

  if (!weight || !bias)
    return FALSE;
  for (int i = 0; i < conv->in; i++)
    for (int o = 0; o < conv->out; o++)
      for (int k = 0; k < 9; k++)
        weight[((gsize) i * conv->out + o) * 9 + k] = conv->weight[((gsize) o * conv->in + i) * 9 + 8 - k];
  return kernels->pack (packed, &turned);
}

/* From and to the pixels' three channels there is a way of its own. */
static void
init_layers (AdainGradient *self)
{
  const AdainKernels *kernels = self->kernels;
  const AdainChain   *chain = self->chain;

  for (int i = 0; i < chain->n; i++)
    {
      const AdainConv *conv = &chain->convs[i];
      gboolean         from_pixels = i == 0 && !self->decodes, to_pixels = i == chain->n - 1 && self->decodes;
      int in_stride = from_pixels ? kernels->input_stride : adain_round_up (conv->in, kernels->multiple);
      int out_stride = to_pixels ? kernels->input_stride : adain_round_up (conv->out, kernels->multiple);

      self->forward[i] = (AdainPacked) {
        conv->in, conv->out, in_stride,          to_pixels ? conv->out : out_stride,
        1,        1,         .relu = conv->relu, .float_out = to_pixels
      };
      self->backward[i] = (AdainPacked) {
        conv->out, conv->in, out_stride, from_pixels ? conv->in : in_stride, 1, 1, .float_out = from_pixels
      };
    }
}

static void
clear_weights (AdainGradient *self)
{
  for (int i = 0; i < ADAIN_MAX_LAYERS; i++)
    {
      if (self->forward[i].weights)
        self->kernels->unpack (&self->forward[i]);
      if (self->backward[i].weights)
        self->kernels->unpack (&self->backward[i]);
    }
}

gboolean
adain_gradient_pack (AdainGradient *self, GError **error)
{
  const AdainConv *convs = self->chain->convs;

  clear_weights (self);
  for (int i = 0; i < self->chain->n; i++)
    if (!self->kernels->pack (&self->forward[i], &convs[i])
        || !pack_backward (&self->backward[i], self->kernels, &convs[i]))
      {
        clear_weights (self);
        adain_no_memory_for_model (error);
        return FALSE;
      }
  return TRUE;
}

gboolean
adain_gradient_init (AdainGradient *self, const AdainNetwork *network, const char *name, GError **error)
{
  *self = (AdainGradient) { network, &network->encoder, find_kernels (name) };
  adain_chain_levels (&network->encoder, self->levels);
  init_layers (self);
  return adain_gradient_pack (self, error);
}

gboolean
adain_gradient_init_decoder (AdainGradient *self, const AdainNetwork *network, const char *name,
                             GError **error)
{
  *self = (AdainGradient) { network, &network->decoder, find_kernels (name), .decodes = TRUE };
  init_layers (self);
  return adain_gradient_pack (self, error);
}

void
adain_gradient_clear (AdainGradient *self)
{
  clear_weights (self);
}

int
adain_gradient_channels (const AdainGradient *self, int level)
{
  return self->forward[self->levels[level]].out;
}

int
adain_gradient_scale (const AdainGradient *self, int level)
{
  int scale = 0;

  for (int i = 0; i < self->levels[level]; i++)
    scale += self->chain->convs[i].pool;
  return scale;
}

/* Whether a layer's output is the next one's input, within its border. */
static gboolean
leads_on (const AdainChain *chain, int i)
{
  return i < chain->n - 1 && !chain->convs[i].pool && !chain->convs[i + 1].upsample;
}

/* Floats that a picture of this size takes; with a tape, points its records into memory. Gradients have a border
 * of two pixels: one because of the reflected pixel, one that the convolution looks at. */
static gsize
lay_out (const AdainGradient *gradient, int width, int height, AdainTape *tape)
{
  const AdainChain *chain = gradient->chain;
  float            *memory = tape ? tape->memory : NULL;
  gsize             total = 0, turn = 0;

  if (gradient->decodes)
    {
      width /= ADAIN_CELL;
      height /= ADAIN_CELL;
    }
  for (int i = 0; i < chain->n; i++)
    {
      const AdainPacked *conv = &gradient->forward[i], *back = &gradient->backward[i];
      int                factor = chain->convs[i].upsample ? 2 : 1;
      Record             record = { width * factor, height * factor, conv->in_stride, conv->out_stride };
      gsize              input = (gsize) (record.width + 2) * (record.height + 2) * conv->in_stride;
      gsize              output = (gsize) record.width * record.height * conv->out_stride;
      int                widest = MAX (back->in_stride, conv->in_stride);

      if (tape)
        {
          record.input = memory + total;
          record.output = memory + total + input;
          record.out_pitch = (gsize) record.width * conv->out_stride;
          if (leads_on (chain, i))
            {
              record.out_pitch = (gsize) (record.width + 2) * conv->out_stride;
              record.output += record.out_pitch + conv->out_stride;
            }
          tape->records[i] = record;
        }
      total += input + (leads_on (chain, i) ? 0 : output);
      turn = MAX (turn, (gsize) (record.width + 4) * (record.height + 4) * widest);
      width = record.width / (chain->convs[i].pool ? 2 : 1);
      height = record.height / (chain->convs[i].pool ? 2 : 1);
    }
  if (tape)
    for (int i = 0; i < 2; i++)
      tape->turns[i] = memory + total + i * turn;
  return total + 2 * turn;
}

gsize
adain_tape_bytes (const AdainGradient *gradient, int width, int height)
{
  return lay_out (gradient, width, height, NULL) * sizeof (float);
}

AdainTape *
adain_tape_new (const AdainGradient *gradient, int width, int height)
{
  AdainTape *tape = g_try_new0 (AdainTape, 1);

  if (!tape)
    return NULL;
  tape->gradient = gradient;
  tape->memory = g_try_malloc0 (adain_tape_bytes (gradient, width, height));
  if (!tape->memory)
    g_clear_pointer (&tape, adain_tape_free);
  return tape;
}

void
adain_tape_free (AdainTape *tape)
{
  if (tape == NULL)
    return;
  g_free (tape->memory);
  g_free (tape);
}

/* Where a layer's pixel (x, y) is in its input. */
static float *
input_at (const Record *record, int x, int y)
{
  return record->input + ((gsize) (y + 1) * (record->width + 2) + x + 1) * record->in_stride;
}

static void
reflect_border (Record *record)
{
  gsize pixel = record->in_stride * sizeof (float);
  int   width = record->width, height = record->height;

  for (int y = 0; y < height; y++)
    {
      memcpy (input_at (record, -1, y), input_at (record, 1, y), pixel);
      memcpy (input_at (record, width, y), input_at (record, width - 2, y), pixel);
    }
  memcpy (input_at (record, -1, -1), input_at (record, -1, 1), (width + 2) * pixel);
  memcpy (input_at (record, -1, height), input_at (record, -1, height - 2), (width + 2) * pixel);
}

/* Repeats each pixel of a layer's output four times in the next one's input. */
static void
repeat (const Record *from, const Record *to)
{
  gsize pixel = from->out_stride * sizeof (float);

  for (int y = 0; y < to->height; y++)
    {
      const float *in = from->output + (y / 2) * from->out_pitch;

      for (int x = 0; x < to->width; x++)
        memcpy (input_at (to, x, y), in + (x / 2) * from->out_stride, pixel);
    }
}

static gboolean
run_forward (AdainTape *tape, GCancellable *cancellable, GError **error)
{
  const AdainGradient *gradient = tape->gradient;
  const AdainKernels  *kernels = gradient->kernels;
  const AdainChain    *chain = gradient->chain;

  for (int i = 0; i < chain->n; i++)
    {
      Record *record = &tape->records[i];

      if (g_cancellable_set_error_if_cancelled (cancellable, error))
        return FALSE;
      reflect_border (record);
      if (!kernels->conv (&gradient->forward[i], input_at (record, 0, 0),
                          (gsize) (record->width + 2) * record->in_stride, record->output, record->out_pitch,
                          record->width, record->height))
        return adain_no_memory_for_picture (error);
      if (chain->convs[i].pool)
        kernels->pool (record->output, record->out_pitch, input_at (record + 1, 0, 0),
                       (gsize) (record[1].width + 2) * record[1].in_stride, record[1].width, record[1].height,
                       record->out_stride);
      else if (i < chain->n - 1 && chain->convs[i + 1].upsample)
        repeat (record, record + 1);
    }
  return TRUE;
}

static void
begin (AdainTape *tape, int width, int height)
{
  lay_out (tape->gradient, width, height, tape);
  tape->width = width;
  tape->height = height;
}

gboolean
adain_tape_forward (AdainTape *tape, const float *rgb, int width, int height, GCancellable *cancellable,
                    GError **error)
{
  const AdainNetwork *network = tape->gradient->network;

  begin (tape, width, height);
  for (int y = 0; y < height; y++)
    tape->gradient->kernels->load (rgb + (gsize) y * width * 3, network->mean, network->scale,
                                   input_at (&tape->records[0], 0, y), width);
  return run_forward (tape, cancellable, error);
}

const float *
adain_tape_decode (AdainTape *tape, const float *features, int width, int height, GCancellable *cancellable,
                   GError **error)
{
  const AdainGradient *gradient = tape->gradient;
  int                  channels = gradient->forward[0].in, stride = gradient->forward[0].in_stride;

  begin (tape, width, height);
  for (int y = 0; y < height / ADAIN_CELL; y++)
    for (int x = 0; x < width / ADAIN_CELL; x++, features += channels)
      {
        float *cell = input_at (&tape->records[0], x, y);

        memcpy (cell, features, channels * sizeof (float));
        memset (cell + channels, 0, (stride - channels) * sizeof (float));
      }
  return run_forward (tape, cancellable, error) ? tape->records[gradient->chain->n - 1].output : NULL;
}

const float *
adain_tape_row (const AdainTape *tape, int level, int row, int *stride)
{
  const Record *record = &tape->records[tape->gradient->levels[level]];

  *stride = record->out_stride;
  return record->output + row * record->out_pitch;
}

/* Where pixel (x, y) is in a gradient with its border of two. */
static float *
turn_at (float *turn, int width, int stride, int x, int y)
{
  return turn + ((gsize) (y + 2) * (width + 4) + x + 2) * stride;
}

static void
add_pixels (float *restrict to, const float *restrict from, gsize n)
{
  for (gsize i = 0; i < n; i++)
    to[i] += from[i];
}

/* The inverse way of reflect_border(): what the reflected pixels get goes to those that they are copies of. */
static void
fold_border (float *turn, int width, int height, int stride)
{
  for (int y = -1; y <= height; y++)
    {
      add_pixels (turn_at (turn, width, stride, 1, y), turn_at (turn, width, stride, -1, y), stride);
      add_pixels (turn_at (turn, width, stride, width - 2, y), turn_at (turn, width, stride, width, y),
                  stride);
    }
  add_pixels (turn_at (turn, width, stride, 0, 1), turn_at (turn, width, stride, 0, -1),
              (gsize) width * stride);
  add_pixels (turn_at (turn, width, stride, 0, height - 2), turn_at (turn, width, stride, 0, height),
              (gsize) width * stride);
}

static void
clear_border (float *turn, int width, int height, int stride)
{
  gsize row = (gsize) (width + 4) * stride * sizeof (float);

  for (int y = 0; y < height; y++)
    {
      memset (turn_at (turn, width, stride, -2, y), 0, 2 * stride * sizeof (float));
      memset (turn_at (turn, width, stride, width, y), 0, 2 * stride * sizeof (float));
    }
  memset (turn_at (turn, width, stride, -2, -2), 0, 2 * row);
  memset (turn_at (turn, width, stride, -2, height), 0, 2 * row);
}

/* The gradient of a maximum of 2x2 pixels goes to the one that was it, the first where there are several. */
static void
unpool (const Record *record, float *pooled, float *to)
{
  int width = record->width, stride = record->out_stride;

  for (int y = 0; y < record->height / 2; y++)
    for (int x = 0; x < width / 2; x++)
      {
        const float *above = record->output + 2 * y * record->out_pitch + 2 * x * stride;
        const float *below = above + record->out_pitch;
        const float *from = turn_at (pooled, width / 2, stride, x, y);
        float       *first = turn_at (to, width, stride, 2 * x, 2 * y);
        float       *third = turn_at (to, width, stride, 2 * x, 2 * y + 1);

        for (int c = 0; c < stride; c++)
          {
            float a = above[c], b = above[stride + c], d = below[c], e = below[stride + c];
            float most = MAX (MAX (a, b), MAX (d, e));
            int   is_a = a == most, is_b = !is_a & (b == most), is_d = !is_a & !is_b & (d == most);

            first[c] = is_a ? from[c] : 0;
            first[stride + c] = is_b ? from[c] : 0;
            third[c] = is_d ? from[c] : 0;
            third[stride + c] = is_a | is_b | is_d ? 0 : from[c];
          }
      }
}

/* The gradient of a pixel that was repeated is the sum of those of its copies. */
static void
gather_copies (const Record *record, float *turn, float *to)
{
  int width = record->width, stride = record->in_stride;

  for (int y = 0; y < record->height / 2; y++)
    for (int x = 0; x < width / 2; x++)
      {
        const float *above = turn_at (turn, width, stride, 2 * x, 2 * y);
        const float *below = turn_at (turn, width, stride, 2 * x, 2 * y + 1);
        float       *sum = turn_at (to, width / 2, stride, x, y);

        for (int c = 0; c < stride; c++)
          sum[c] = above[c] + above[stride + c] + below[c] + below[stride + c];
      }
}

/* What does not pass the ReLU has no influence. */
static void
mask (const Record *record, float *turn)
{
  gsize n = (gsize) record->width * record->out_stride;

  for (int y = 0; y < record->height; y++)
    {
      const float *activation = record->output + y * record->out_pitch;
      float       *gradient = turn_at (turn, record->width, record->out_stride, 0, y);

      for (gsize i = 0; i < n; i++)
        gradient[i] = activation[i] > 0 ? gradient[i] : 0;
    }
}

static void
seed_level (AdainTape *tape, int layer, float *turn, AdainSeed seed, gpointer user_data)
{
  const Record *record = &tape->records[layer];

  for (int level = 0; level < ADAIN_LEVELS; level++)
    if (tape->gradient->levels[level] == layer)
      for (int y = 0; y < record->height; y++)
        seed (level, y, record->output + y * record->out_pitch,
              turn_at (turn, record->width, record->out_stride, 0, y), record->width, record->out_stride,
              user_data);
}

/* From the gradient with respect to the output of layer `i`, in `turn`, to that with respect to what the layer
 * before put out, also in `turn`; the two change places. */
static gboolean
step_back (AdainTape *tape, int i, float **turn, float **other, GError **error)
{
  const AdainGradient *gradient = tape->gradient;
  const AdainChain    *chain = gradient->chain;
  const AdainPacked   *packed = &gradient->backward[i];
  const Record        *record = &tape->records[i];
  int                  width = record->width, height = record->height;
  float               *swap = *turn;

  clear_border (*turn, width, height, packed->in_stride);
  if (!gradient->kernels->conv (packed, turn_at (*turn, width, packed->in_stride, -1, -1),
                                (gsize) (width + 4) * packed->in_stride,
                                turn_at (*other, width, packed->out_stride, -1, -1),
                                (gsize) (width + 4) * packed->out_stride, width + 2, height + 2))
    return adain_no_memory_for_picture (error);
  fold_border (*other, width, height, packed->out_stride);
  if (i > 0 && chain->convs[i - 1].pool)
    {
      unpool (record - 1, *other, *turn);
      return TRUE;
    }
  if (chain->convs[i].upsample)
    {
      gather_copies (record, *other, *turn);
      return TRUE;
    }
  *turn = *other;
  *other = swap;
  return TRUE;
}

gboolean
adain_tape_backward (AdainTape *tape, AdainSeed seed, gpointer user_data, float *rgb,
                     GCancellable *cancellable, GError **error)
{
  const AdainGradient *gradient = tape->gradient;
  const AdainChain    *encoder = gradient->chain;
  float               *turn = tape->turns[0], *other = tape->turns[1];
  const Record        *last = &tape->records[encoder->n - 1];

  memset (turn, 0, (gsize) (last->width + 4) * (last->height + 4) * last->out_stride * sizeof (float));
  for (int i = encoder->n - 1; i >= 0; i--)
    {
      if (g_cancellable_set_error_if_cancelled (cancellable, error))
        return FALSE;
      seed_level (tape, i, turn, seed, user_data);
      if (encoder->convs[i].relu)
        mask (&tape->records[i], turn);
      if (!step_back (tape, i, &turn, &other, error))
        return FALSE;
    }
  for (int y = 0; y < tape->height; y++)
    for (int x = 0; x < tape->width; x++)
      for (int c = 0; c < 3; c++)
        rgb[((gsize) y * tape->width + x) * 3 + c] = gradient->network->scale[c]
                                                     * turn_at (turn, tape->width, 3, x, y)[c];
  return TRUE;
}

/* The gradient with respect to one layer's weights and biases, from that with respect to its output. */
static gboolean
weigh (const AdainTape *tape, int i, float *turn, float *weights, GError **error)
{
  const Record      *record = &tape->records[i];
  const AdainPacked *back = &tape->gradient->backward[i];
  AdainProducts      products = { .in = back->out,
                                  .out = back->in,
                                  .in_stride = record->in_stride,
                                  .out_stride = back->in_stride,
                                  .in_pitch = (gsize) (record->width + 2) * record->in_stride,
                                  .out_pitch = (gsize) (record->width + 4) * back->in_stride,
                                  .width = record->width,
                                  .height = record->height };

  return adain_products_sum (&products, record->input, turn_at (turn, record->width, back->in_stride, 0, 0),
                             weights)
         || adain_no_memory_for_picture (error);
}

gboolean
adain_tape_weigh (AdainTape *tape, const float *rgb, float *weights, GCancellable *cancellable,
                  GError **error)
{
  const AdainGradient *gradient = tape->gradient;
  const AdainChain    *decoder = gradient->chain;
  float               *turn = tape->turns[0], *other = tape->turns[1];
  int                  stride = gradient->backward[decoder->n - 1].in_stride;

  for (int y = 0; y < tape->height; y++)
    for (int x = 0; x < tape->width; x++)
      for (int c = 0; c < stride; c++)
        turn_at (turn, tape->width, stride, x, y)[c] = c < 3 ? rgb[((gsize) y * tape->width + x) * 3 + c] : 0;
  weights += adain_chain_weights (decoder);
  for (int i = decoder->n - 1; i >= 0; i--)
    {
      weights -= (9 * (gsize) decoder->convs[i].in + 1) * decoder->convs[i].out;
      if (g_cancellable_set_error_if_cancelled (cancellable, error))
        return FALSE;
      if (decoder->convs[i].relu)
        mask (&tape->records[i], turn);
      if (!weigh (tape, i, turn, weights, error) || (i > 0 && !step_back (tape, i, &turn, &other, error)))
        return FALSE;
    }
  return TRUE;
}
