/* Running one half of the network on a rectangle, row by row.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "stream.h"

#include <math.h>
#include <string.h>

#include "../error.h"
#include "aligned.h"

/* Rows a layer holds beside the new ones: up to three that its next output still needs, and the
 * reflected one below the last. */
#define EXTRA_ROWS 4

/* Integers leave room for activations so many times larger than those in the ranges. */
#define HEADROOM 2

/* A layer's input: image rows [top, filled) of `width` pixels with one border pixel on each side. Of the
 * picture's rows it gets those from `begin` to `end` and convolves those up to `stop`. */
typedef struct
{
  const AdainLayer *layer;
  guint8           *rows;
  int               capacity; /* rows */
  int               width, height;
  gsize             pitch; /* bytes per row */
  int               begin, end;
  int               top, filled;
  int               done, stop; /* the rows before `done` are convolved, or not wanted */
} Stage;

struct _AdainStream
{
  const AdainKernels *kernels;
  Stage               stages[ADAIN_MAX_LAYERS];
  int                 n_stages;
  guint8             *unpooled; /* a convolution's rows before pooling */
  float              *result;
  guint8             *memory;
  AdainEmit           emit;
  gpointer            user_data;
  float              *ranges; /* NULL: not measured */
};

/* Elements for an activation of 1. */
static float
element_scale (const AdainKernels *kernels, const float *ranges, int layer)
{
  float scale = ranges ? kernels->limit / (HEADROOM * ranges[layer]) : 1;

  return scale > 0 && isfinite (scale) ? scale : 1;
}

gboolean
adain_layers_pack (AdainLayers *layers, const AdainKernels *kernels, const AdainChain *chain,
                   gboolean from_pixels, const float *ranges, GError **error)
{
  layers->n = chain->n;
  for (int i = 0; i < chain->n; i++)
    {
      const AdainConv *conv = &chain->convs[i];
      AdainPacked     *packed = &layers->layer[i].conv;
      gboolean         last = i == chain->n - 1;

      packed->in = conv->in;
      packed->out = conv->out;
      packed->in_stride = i == 0 && from_pixels ? kernels->input_stride
                                                : adain_round_up (conv->in, kernels->multiple);
      packed->out_stride = last ? conv->out : adain_round_up (conv->out, kernels->multiple);
      packed->in_scale = element_scale (kernels, ranges, i);
      packed->out_scale = last ? 1 : element_scale (kernels, ranges, i + 1);
      packed->float_out = last;
      packed->relu = conv->relu;
      packed->upsample = conv->upsample;
      layers->layer[i].pool = conv->pool;
      if (!kernels->pack (packed, conv))
        return adain_no_memory_for_model (error);
    }
  return TRUE;
}

void
adain_layers_clear (AdainLayers *layers, const AdainKernels *kernels)
{
  for (int i = 0; i < layers->n; i++)
    if (layers->layer[i].conv.weights)
      kernels->unpack (&layers->layer[i].conv);
}

/* The size of what follows a layer, given the size of its input. */
static int
scaled (const AdainLayer *layer, int n)
{
  return layer->conv.upsample ? n * 2 : layer->pool ? n / 2 : n;
}

/* Lays out all buffers for inputs of width x step; with a stream, points its stages into memory. */
static gsize
lay_out (const AdainKernels *kernels, const AdainLayers *layers, int width, int step, AdainStream *stream)
{
  gsize total = 0, unpooled = 0, result = 0;

  for (int i = 0; i < layers->n; i++)
    {
      const AdainPacked *conv = &layers->layer[i].conv;
      gsize              pitch = (gsize) (width + 2) * conv->in_stride * kernels->element;
      int                capacity = step + EXTRA_ROWS;

      if (stream)
        {
          stream->stages[i].rows = stream->memory + total;
          stream->stages[i].capacity = capacity;
        }
      total += adain_aligned_size (pitch * capacity);
      if (layers->layer[i].pool)
        unpooled = MAX (unpooled, (gsize) capacity * width * conv->out_stride * kernels->element);
      width = scaled (&layers->layer[i], width);
      if (i == layers->n - 1)
        result = (gsize) scaled (&layers->layer[i], capacity) * width * conv->out_stride * sizeof (float);
      step = MAX (scaled (&layers->layer[i], step), 1);
    }
  unpooled = adain_aligned_size (unpooled);
  if (stream)
    {
      stream->unpooled = stream->memory + total;
      stream->result = (float *) (stream->memory + total + unpooled);
    }
  return total + unpooled + result;
}

gsize
adain_stream_bytes (const AdainKernels *kernels, const AdainLayers *layers, int width, int step)
{
  return lay_out (kernels, layers, width, step, NULL);
}

AdainStream *
adain_stream_new (const AdainKernels *kernels, const AdainLayers *layers, int width, int step)
{
  AdainStream *stream = g_try_new0 (AdainStream, 1);
  gsize        bytes = adain_stream_bytes (kernels, layers, width, step);

  if (!stream)
    return NULL;
  stream->memory = adain_aligned_try_new (bytes);
  if (!stream->memory)
    {
      g_free (stream);
      return NULL;
    }
  memset (stream->memory, 0, bytes);
  stream->kernels = kernels;
  stream->n_stages = layers->n;
  lay_out (kernels, layers, width, step, stream);
  return stream;
}

void
adain_stream_free (AdainStream *stream)
{
  if (stream == NULL)
    return;
  adain_aligned_free (stream->memory);
  g_free (stream);
}

/* Goes back from the wanted rows of the result, [first, end), to the rows that each layer must convolve, and
 * on again to the rows that each then gets. */
static void
plan_rows (AdainStream *stream, int first, int end)
{
  for (int i = stream->n_stages - 1; i >= 0; i--)
    {
      Stage            *stage = &stream->stages[i];
      const AdainLayer *layer = stage->layer;

      stage->done = layer->pool ? first * 2 : layer->conv.upsample ? first / 2 : first;
      stage->stop = layer->pool ? end * 2 : layer->conv.upsample ? (end + 1) / 2 : end;
      first = MAX (stage->done - 1, 0);
      end = MIN (stage->stop + 1, stage->height);
    }
  for (int i = 0; i < stream->n_stages; i++)
    {
      Stage *stage = &stream->stages[i];

      stage->begin = i == 0 ? first : scaled (stage[-1].layer, stage[-1].done);
      stage->end = i == 0 ? end : scaled (stage[-1].layer, stage[-1].stop);
      stage->filled = stage->begin;
      stage->top = stage->begin > 0 ? stage->begin : -1;
    }
}

void
adain_stream_begin (AdainStream *stream, const AdainLayers *layers, int width, int height, int first,
                    int rows, AdainEmit emit, gpointer user_data)
{
  for (int i = 0; i < stream->n_stages; i++)
    {
      Stage *stage = &stream->stages[i];

      stage->layer = &layers->layer[i];
      stage->width = width;
      stage->height = height;
      stage->pitch = (gsize) (width + 2) * stage->layer->conv.in_stride * stream->kernels->element;
      width = scaled (stage->layer, width);
      height = scaled (stage->layer, height);
    }
  plan_rows (stream, first, first + rows);
  stream->emit = emit;
  stream->user_data = user_data;
}

void
adain_stream_input (const AdainStream *stream, int *first, int *rows)
{
  *first = stream->stages[0].begin;
  *rows = stream->stages[0].end - stream->stages[0].begin;
}

static guint8 *
stage_row (const Stage *stage, int y)
{
  return stage->rows + (y - stage->top) * stage->pitch;
}

/* Fills the border pixels of the rows from `y` on and, where they are the picture's first or last,
 * the border rows: by reflection, or by repetition before an upsampling layer, which amounts to
 * reflection after it. */
static void
fill_border (AdainStream *stream, Stage *stage, int y)
{
  gsize pixel = stage->layer->conv.in_stride * stream->kernels->element;
  int   offset = stage->layer->conv.upsample ? 0 : 1;

  for (int row = y; row < stage->filled; row++)
    {
      guint8 *left = stage_row (stage, row), *right = left + (stage->width + 1) * pixel;

      memcpy (left, left + (1 + offset) * pixel, pixel);
      memcpy (right, right - (1 + offset) * pixel, pixel);
    }
  if (stage->begin == 0 && y <= offset && stage->filled > offset)
    memcpy (stage_row (stage, -1), stage_row (stage, offset), stage->pitch);
  if (stage->filled == stage->height)
    memcpy (stage_row (stage, stage->height), stage_row (stage, stage->height - 1 - offset), stage->pitch);
}

/* Forgets the rows above those that the next output needs. */
static void
drop (Stage *stage)
{
  int top = stage->done - 1;

  if (top > stage->top)
    {
      memmove (stage->rows, stage_row (stage, top), (stage->filled - top) * stage->pitch);
      stage->top = top;
    }
}

/* Rows of this stage's input that can be convolved now. */
static int
ready (const Stage *stage)
{
  int below = stage->filled == stage->height ? stage->height : stage->filled - 1;
  int rows = MAX (MIN (below, stage->stop) - stage->done, 0);

  return stage->layer->pool ? rows & ~1 : rows;
}

/* Looks at the rows from `y` on. */
static void
measure (AdainStream *stream, const Stage *stage, int y)
{
  float *range = &stream->ranges[stage - stream->stages];
  int    n = stage->width * stage->layer->conv.in_stride;

  for (; y < stage->filled; y++)
    {
      const float *row = (const float *) stage_row (stage, y) + stage->layer->conv.in_stride;

      for (int i = 0; i < n; i++)
        *range = MAX (*range, fabsf (row[i]));
    }
}

/* Makes use of the rows from `y` on, which have just been filled. */
static void
filled_from (AdainStream *stream, Stage *stage, int y)
{
  fill_border (stream, stage, y);
  if (stream->ranges)
    measure (stream, stage, y);
}

/* Convolves `rows` rows into the next stage. */
static gboolean
convolve (AdainStream *stream, Stage *stage, int rows)
{
  const AdainKernels *kernels = stream->kernels;
  const AdainPacked  *conv = &stage->layer->conv;
  Stage              *next = stage + 1;
  gsize               pixel = conv->out_stride * kernels->element;
  const guint8       *in = stage_row (stage, stage->done) + conv->in_stride * kernels->element;
  guint8             *out = stage_row (next, next->filled) + pixel;
  int                 filled = next->filled;

  if (stage->layer->pool)
    {
      gsize unpooled = (gsize) stage->width * conv->out_stride;

      if (!kernels->conv (conv, in, stage->pitch / kernels->element, stream->unpooled, unpooled, stage->width,
                          rows))
        return FALSE;
      kernels->pool (stream->unpooled, unpooled, out, next->pitch / kernels->element, next->width, rows / 2,
                     conv->out_stride);
    }
  else if (!kernels->conv (conv, in, stage->pitch / kernels->element, out, next->pitch / kernels->element,
                           stage->width, rows))
    return FALSE;
  next->filled += scaled (stage->layer, rows);
  filled_from (stream, next, filled);
  return TRUE;
}

/* Convolves all that is there for the last layer. */
static gboolean
finish (AdainStream *stream, Stage *stage)
{
  const AdainLayer  *layer = stage->layer;
  const AdainPacked *conv = &layer->conv;
  gsize              element = stream->kernels->element;
  int                rows = ready (stage);

  if (rows > 0)
    {
      if (!stream->kernels->conv (conv, stage_row (stage, stage->done) + conv->in_stride * element,
                                  stage->pitch / element, stream->result,
                                  (gsize) scaled (layer, stage->width) * conv->out_stride, stage->width,
                                  rows))
        return FALSE;
      stream->emit (stream->result, scaled (layer, stage->done), scaled (layer, rows), stream->user_data);
      stage->done += rows;
    }
  drop (stage);
  return TRUE;
}

/* Runs a layer, and all after it, as far as its input goes. */
static gboolean
advance (AdainStream *stream, int index)
{
  Stage *stage = &stream->stages[index], *next = stage + 1;
  int    rows;

  if (index == stream->n_stages - 1)
    return finish (stream, stage);
  while ((rows = ready (stage)) > 0)
    {
      int room = next->capacity - 1 - (next->filled - next->top);

      room = stage->layer->conv.upsample ? room / 2 : stage->layer->pool ? room * 2 : room;
      rows = MIN (rows, room);
      if (!convolve (stream, stage, rows))
        return FALSE;
      stage->done += rows;
      if (!advance (stream, index + 1))
        return FALSE;
    }
  drop (stage);
  return TRUE;
}

void *
adain_stream_row (AdainStream *stream, int row)
{
  Stage *stage = &stream->stages[0];

  return stage_row (stage, stage->filled + row) + stage->layer->conv.in_stride * stream->kernels->element;
}

gboolean
adain_stream_push (AdainStream *stream, int rows)
{
  Stage *stage = &stream->stages[0];
  int    filled = stage->filled;

  stage->filled += rows;
  filled_from (stream, stage, filled);
  return advance (stream, 0);
}

void
adain_stream_measure (AdainStream *stream, float ranges[ADAIN_MAX_LAYERS])
{
  stream->ranges = ranges;
}
