/* The encoder in both directions, in float.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "gradient.h"

#include <string.h>

#include "../error.h"

/* One layer's activations for a picture. `input` has a border of one pixel, reflected; `output` lies in the next
 * layer's input, or in `unpooled`, or is the last layer's. */
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

gboolean
adain_gradient_init (AdainGradient *self, const AdainNetwork *network, const char *name, GError **error)
{
  const AdainKernels *kernels = find_kernels (name);
  const AdainChain   *encoder = &network->encoder;

  *self = (AdainGradient) { network, kernels };
  adain_chain_levels (encoder, self->levels);
  for (int i = 0; i < encoder->n; i++)
    {
      const AdainConv *conv = &encoder->convs[i];
      int in_stride = i == 0 ? kernels->input_stride : adain_round_up (conv->in, kernels->multiple);
      int out_stride = adain_round_up (conv->out, kernels->multiple);

      self->forward[i] = (AdainPacked) {
        conv->in, conv->out, in_stride, out_stride, 1, 1, .relu = conv->relu
      };
      /* To the pixels' three channels there is a way of its own. */
      self->backward[i] = (AdainPacked) {
        conv->out, conv->in, out_stride, i == 0 ? conv->in : in_stride, 1, 1, .float_out = i == 0
      };
      if (!kernels->pack (&self->forward[i], conv) || !pack_backward (&self->backward[i], kernels, conv))
        {
          adain_gradient_clear (self);
          adain_no_memory_to_refine (error);
          return FALSE;
        }
    }
  return TRUE;
}

void
adain_gradient_clear (AdainGradient *self)
{
  for (int i = 0; i < ADAIN_MAX_LAYERS; i++)
    {
      if (self->forward[i].weights)
        self->kernels->unpack (&self->forward[i]);
      if (self->backward[i].weights)
        self->kernels->unpack (&self->backward[i]);
    }
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
    scale += self->network->encoder.convs[i].pool;
  return scale;
}

/* Floats that a picture of this size takes; with a tape, points its records into memory. Gradients have a border
 * of two pixels: one because of the reflected pixel, one that the convolution looks at. */
static gsize
lay_out (const AdainGradient *gradient, int width, int height, AdainTape *tape)
{
  const AdainChain *encoder = &gradient->network->encoder;
  float            *memory = tape ? tape->memory : NULL;
  gsize             total = 0, turn = 0;

  for (int i = 0; i < encoder->n; i++)
    {
      const AdainPacked *conv = &gradient->forward[i];
      Record             record = { width, height, conv->in_stride, conv->out_stride };
      gsize              input = (gsize) (width + 2) * (height + 2) * conv->in_stride;
      gsize              output = (gsize) width * height * conv->out_stride;
      int                widest = MAX (conv->in_stride, conv->out_stride);

      if (tape)
        {
          record.input = memory + total;
          record.output = memory + total + input;
          record.out_pitch = (gsize) width * conv->out_stride;
          /* Not pooled, it is the next one's input, within its border. */
          if (i < encoder->n - 1 && !encoder->convs[i].pool)
            {
              record.out_pitch = (gsize) (width + 2) * conv->out_stride;
              record.output += record.out_pitch + conv->out_stride;
            }
          tape->records[i] = record;
        }
      total += input + (i == encoder->n - 1 || encoder->convs[i].pool ? output : 0);
      turn = MAX (turn, (gsize) (width + 4) * (height + 4) * widest);
      if (encoder->convs[i].pool)
        {
          width /= 2;
          height /= 2;
        }
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

gboolean
adain_tape_forward (AdainTape *tape, const float *rgb, int width, int height, GCancellable *cancellable,
                    GError **error)
{
  const AdainGradient *gradient = tape->gradient;
  const AdainKernels  *kernels = gradient->kernels;
  const AdainNetwork  *network = gradient->network;

  lay_out (gradient, width, height, tape);
  tape->width = width;
  tape->height = height;
  for (int y = 0; y < height; y++)
    kernels->load (rgb + (gsize) y * width * 3, network->mean, network->scale,
                   input_at (&tape->records[0], 0, y), width);
  for (int i = 0; i < network->encoder.n; i++)
    {
      Record *record = &tape->records[i];

      if (g_cancellable_set_error_if_cancelled (cancellable, error))
        return FALSE;
      reflect_border (record);
      if (!kernels->conv (&gradient->forward[i], input_at (record, 0, 0),
                          (gsize) (record->width + 2) * record->in_stride, record->output, record->out_pitch,
                          record->width, record->height))
        {
          adain_no_memory_to_refine (error);
          return FALSE;
        }
      if (network->encoder.convs[i].pool)
        kernels->pool (record->output, record->out_pitch, input_at (record + 1, 0, 0),
                       (gsize) (record[1].width + 2) * record[1].in_stride, record[1].width, record[1].height,
                       record->out_stride);
    }
  return TRUE;
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

gboolean
adain_tape_backward (AdainTape *tape, AdainSeed seed, gpointer user_data, float *rgb,
                     GCancellable *cancellable, GError **error)
{
  const AdainGradient *gradient = tape->gradient;
  const AdainChain    *encoder = &gradient->network->encoder;
  float               *turn = tape->turns[0], *other = tape->turns[1];
  const Record        *last = &tape->records[encoder->n - 1];

  memset (turn, 0, (gsize) (last->width + 4) * (last->height + 4) * last->out_stride * sizeof (float));
  for (int i = encoder->n - 1; i >= 0; i--)
    {
      const Record *record = &tape->records[i];
      int           width = record->width, height = record->height;
      int           stride = gradient->backward[i].out_stride;

      if (g_cancellable_set_error_if_cancelled (cancellable, error))
        return FALSE;
      seed_level (tape, i, turn, seed, user_data);
      if (encoder->convs[i].relu)
        mask (record, turn);
      clear_border (turn, width, height, record->out_stride);
      if (!gradient->kernels->conv (&gradient->backward[i], turn_at (turn, width, record->out_stride, -1, -1),
                                    (gsize) (width + 4) * record->out_stride,
                                    turn_at (other, width, stride, -1, -1), (gsize) (width + 4) * stride,
                                    width + 2, height + 2))
        {
          adain_no_memory_to_refine (error);
          return FALSE;
        }
      fold_border (other, width, height, stride);
      if (i > 0 && encoder->convs[i - 1].pool)
        unpool (record - 1, other, turn);
      else
        {
          float *swap = turn;

          turn = other;
          other = swap;
        }
    }
  for (int y = 0; y < tape->height; y++)
    for (int x = 0; x < tape->width; x++)
      for (int c = 0; c < 3; c++)
        rgb[((gsize) y * tape->width + x) * 3 + c] = gradient->network->scale[c]
                                                     * turn_at (turn, tape->width, 3, x, y)[c];
  return TRUE;
}
