/* The convolutions by oneDNN, in float and in bfloat16.
 *
 * For processors that our own kernels do not serve as well: oneDNN knows, for instance, Intel's AMX.
 * A primitive and its reordered weights are made when a shape first occurs, and kept. Each worker is
 * one thread, so OpenMP, which runs oneDNN's loops, is told to use no others.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <string.h>

#include <dnnl.h>
#include <omp.h>

#include "aligned.h"
#include "bfloat16.h"
#include "kernels.h"

/* How inputs of one size are convolved. Read only, once it is made. */
typedef struct
{
  int              width, rows;
  dnnl_primitive_t primitive;
  dnnl_memory_t    weights;
  gsize            scratch; /* bytes */
} Shape;

typedef struct
{
  dnnl_data_type_t type;
  dnnl_engine_t    engine;
  float           *weights, *bias; /* [out][in][3][3], [out] */
  dnnl_memory_t    bias_memory;
  GMutex           lock; /* around `shapes` */
  GPtrArray       *shapes;
} Convolution;

static void
shape_free (Shape *shape)
{
  dnnl_primitive_destroy (shape->primitive);
  dnnl_memory_destroy (shape->weights);
  g_free (shape);
}

static void
unpack (AdainPacked *packed)
{
  Convolution *self = packed->weights;

  g_ptr_array_unref (self->shapes);
  dnnl_memory_destroy (self->bias_memory);
  dnnl_engine_destroy (self->engine);
  g_mutex_clear (&self->lock);
  g_free (self->weights);
  g_free (self->bias);
  g_clear_pointer (&packed->weights, g_free);
}

static dnnl_memory_desc_t
describe (int rank, const dnnl_dims_t dims, dnnl_data_type_t type, dnnl_format_tag_t tag)
{
  dnnl_memory_desc_t desc = NULL;

  return dnnl_memory_desc_create_with_tag (&desc, rank, dims, type, tag) == dnnl_success ? desc : NULL;
}

static gboolean
pack (AdainPacked *packed, const AdainConv *conv, dnnl_data_type_t type)
{
  gsize              count = (gsize) conv->out * conv->in * 9;
  Convolution       *self = g_try_new0 (Convolution, 1);
  dnnl_memory_desc_t desc;
  gboolean           ok;

  if (!self)
    return FALSE;
  packed->weights = self;
  self->type = type;
  g_mutex_init (&self->lock);
  self->shapes = g_ptr_array_new_with_free_func ((GDestroyNotify) shape_free);
  self->weights = g_try_new (float, count);
  self->bias = g_try_new (float, conv->out);
  if (!self->weights || !self->bias || dnnl_engine_create (&self->engine, dnnl_cpu, 0) != dnnl_success)
    return FALSE;
  memcpy (self->weights, conv->weight, count * sizeof (float));
  memcpy (self->bias, conv->bias, conv->out * sizeof (float));
  desc = describe (1, (dnnl_dims_t) { conv->out }, dnnl_f32, dnnl_x);
  ok = dnnl_memory_create (&self->bias_memory, desc, self->engine, self->bias) == dnnl_success;
  dnnl_memory_desc_destroy (desc);
  return ok;
}

static gboolean
pack_float (AdainPacked *packed, const AdainConv *conv)
{
  return pack (packed, conv, dnnl_f32);
}

static gboolean
pack_bfloat16 (AdainPacked *packed, const AdainConv *conv)
{
  return pack (packed, conv, dnnl_bf16);
}

/* The description of a convolution of rows + 2 by width + 2 pixels without padding. */
static dnnl_primitive_desc_t
describe_convolution (const AdainPacked *packed, int width, int rows)
{
  Convolution          *self = packed->weights;
  const dnnl_dims_t     ones = { 1, 1 }, zeros = { 0, 0 };
  dnnl_data_type_t      result = packed->float_out ? dnnl_f32 : self->type;
  dnnl_memory_desc_t    source_desc, weights_desc, bias_desc, result_desc;
  dnnl_post_ops_t       post_ops = NULL;
  dnnl_primitive_attr_t attributes = NULL;
  dnnl_primitive_desc_t desc = NULL;

  source_desc = describe (4, (dnnl_dims_t) { 1, packed->in, rows + 2, width + 2 }, self->type, dnnl_nhwc);
  weights_desc = describe (4, (dnnl_dims_t) { packed->out, packed->in, 3, 3 }, self->type,
                           dnnl_format_tag_any);
  bias_desc = describe (1, (dnnl_dims_t) { packed->out }, dnnl_f32, dnnl_x);
  result_desc = describe (4, (dnnl_dims_t) { 1, packed->out, rows, width }, result, dnnl_nhwc);
  if (dnnl_primitive_attr_create (&attributes) == dnnl_success
      && dnnl_primitive_attr_set_scratchpad_mode (attributes, dnnl_scratchpad_mode_user) == dnnl_success
      && dnnl_post_ops_create (&post_ops) == dnnl_success
      && (!packed->relu || dnnl_post_ops_append_eltwise (post_ops, dnnl_eltwise_relu, 0, 0) == dnnl_success)
      && dnnl_primitive_attr_set_post_ops (attributes, post_ops) == dnnl_success)
    dnnl_convolution_forward_primitive_desc_create (&desc, self->engine, dnnl_forward_inference,
                                                    dnnl_convolution_direct, source_desc, weights_desc,
                                                    bias_desc, result_desc, ones, zeros, zeros, zeros,
                                                    attributes);
  dnnl_post_ops_destroy (post_ops);
  dnnl_primitive_attr_destroy (attributes);
  dnnl_memory_desc_destroy (source_desc);
  dnnl_memory_desc_destroy (weights_desc);
  dnnl_memory_desc_destroy (bias_desc);
  dnnl_memory_desc_destroy (result_desc);
  return desc;
}

static gboolean
execute (dnnl_primitive_t primitive, dnnl_engine_t engine, int n, const dnnl_exec_arg_t *arguments)
{
  dnnl_stream_t stream;
  gboolean      ok;

  if (dnnl_stream_create (&stream, engine, dnnl_stream_default_flags) != dnnl_success)
    return FALSE;
  ok = dnnl_primitive_execute (primitive, stream, n, arguments) == dnnl_success
       && dnnl_stream_wait (stream) == dnnl_success;
  dnnl_stream_destroy (stream);
  return ok;
}

/* The weights in the layout and type that the convolution asks for. */
static dnnl_memory_t
reorder_weights (const AdainPacked *packed, const_dnnl_memory_desc_t wanted)
{
  Convolution          *self = packed->weights;
  dnnl_memory_desc_t    plain = describe (4, (dnnl_dims_t) { packed->out, packed->in, 3, 3 }, dnnl_f32,
                                          dnnl_oihw);
  dnnl_memory_t         from = NULL, to = NULL;
  dnnl_primitive_desc_t desc = NULL;
  dnnl_primitive_t      reorder = NULL;
  gboolean              ok;

  ok = dnnl_memory_create (&from, plain, self->engine, self->weights) == dnnl_success
       && dnnl_memory_create (&to, wanted, self->engine, DNNL_MEMORY_ALLOCATE) == dnnl_success
       && dnnl_reorder_primitive_desc_create (&desc, plain, self->engine, wanted, self->engine, NULL)
              == dnnl_success
       && dnnl_primitive_create (&reorder, desc) == dnnl_success
       && execute (reorder, self->engine, 2,
                   (dnnl_exec_arg_t[]) { { DNNL_ARG_FROM, from }, { DNNL_ARG_TO, to } });
  dnnl_primitive_destroy (reorder);
  dnnl_primitive_desc_destroy (desc);
  dnnl_memory_destroy (from);
  dnnl_memory_desc_destroy (plain);
  if (!ok)
    {
      dnnl_memory_destroy (to);
      return NULL;
    }
  return to;
}

static Shape *
shape_new (const AdainPacked *packed, int width, int rows)
{
  dnnl_primitive_desc_t desc = describe_convolution (packed, width, rows);
  Shape                *shape;

  if (!desc)
    return NULL;
  shape = g_new0 (Shape, 1);
  shape->width = width;
  shape->rows = rows;
  shape->scratch = dnnl_memory_desc_get_size (dnnl_primitive_desc_query_md (desc, dnnl_query_scratchpad_md,
                                                                            0));
  shape->weights = reorder_weights (packed, dnnl_primitive_desc_query_md (desc, dnnl_query_weights_md, 0));
  if (!shape->weights || dnnl_primitive_create (&shape->primitive, desc) != dnnl_success)
    g_clear_pointer (&shape, shape_free);
  dnnl_primitive_desc_destroy (desc);
  return shape;
}

static Shape *
find_shape (const AdainPacked *packed, int width, int rows)
{
  Convolution *self = packed->weights;
  Shape       *found = NULL;

  g_mutex_lock (&self->lock);
  for (guint i = 0; i < self->shapes->len && !found; i++)
    {
      Shape *shape = g_ptr_array_index (self->shapes, i);

      if (shape->width == width && shape->rows == rows)
        found = shape;
    }
  if (!found && (found = shape_new (packed, width, rows)))
    g_ptr_array_add (self->shapes, found);
  g_mutex_unlock (&self->lock);
  return found;
}

/* The convolution proper, of rows without gaps. */
static gboolean
convolve (const AdainPacked *packed, void *source, void *result, void *scratch, const Shape *shape)
{
  Convolution                *self = packed->weights;
  const_dnnl_memory_desc_t    source_desc, result_desc, scratch_desc;
  const_dnnl_primitive_desc_t desc;
  dnnl_memory_t               from = NULL, to = NULL, pad = NULL;
  gboolean                    ok;

  if (dnnl_primitive_get_primitive_desc (shape->primitive, &desc) != dnnl_success)
    return FALSE;
  source_desc = dnnl_primitive_desc_query_md (desc, dnnl_query_src_md, 0);
  result_desc = dnnl_primitive_desc_query_md (desc, dnnl_query_dst_md, 0);
  scratch_desc = dnnl_primitive_desc_query_md (desc, dnnl_query_scratchpad_md, 0);
  ok = dnnl_memory_create (&from, source_desc, self->engine, source) == dnnl_success
       && dnnl_memory_create (&to, result_desc, self->engine, result) == dnnl_success
       && dnnl_memory_create (&pad, scratch_desc, self->engine, scratch) == dnnl_success
       && execute (shape->primitive, self->engine, 5,
                   (dnnl_exec_arg_t[]) { { DNNL_ARG_SRC, from },
                                         { DNNL_ARG_WEIGHTS, shape->weights },
                                         { DNNL_ARG_BIAS, self->bias_memory },
                                         { DNNL_ARG_DST, to },
                                         { DNNL_ARG_SCRATCHPAD, pad } });
  dnnl_memory_destroy (from);
  dnnl_memory_destroy (to);
  dnnl_memory_destroy (pad);
  return ok;
}

/* Copies the rows with their border, doubled for an upsampling layer, to rows without gaps. */
static void
gather (const AdainPacked *packed, const guint8 *in, gsize pitch, gsize pixel, int width, int rows,
        guint8 *out)
{
  int factor = packed->upsample ? 2 : 1;

  for (int y = -1; y <= rows * factor; y++)
    {
      const guint8 *row = in + ((y + factor) / factor - 1) * (gssize) pitch;

      if (factor == 1)
        {
          memcpy (out, row - pixel, (width + 2) * pixel);
          out += (width + 2) * pixel;
        }
      else
        for (int x = -1; x <= width * factor; x++, out += pixel)
          memcpy (out, row + ((x + factor) / factor - 1) * (gssize) pixel, pixel);
    }
}

static gboolean
conv (const AdainPacked *packed, const void *in, gsize in_pitch, void *out, gsize out_pitch, int width,
      int rows)
{
  Convolution *self = packed->weights;
  int          factor = packed->upsample ? 2 : 1, out_width = width * factor, out_rows = rows * factor;
  gsize        element = self->type == dnnl_bf16 ? sizeof (guint16) : sizeof (float);
  gsize        out_element = packed->float_out ? sizeof (float) : element;
  gsize        in_row = (gsize) (out_width + 2) * packed->in * element;
  gsize        out_row = (gsize) out_width * packed->out * out_element;
  gsize        in_bytes = adain_aligned_size (in_row * (out_rows + 2));
  gsize        out_bytes = adain_aligned_size (out_row * out_rows);
  Shape       *shape;
  guint8      *memory;
  gboolean     ok;

  omp_set_num_threads (1);
  shape = find_shape (packed, out_width, out_rows);
  if (!shape)
    return FALSE;
  memory = adain_aligned_try_new (in_bytes + out_bytes + shape->scratch + ADAIN_ALIGNMENT);
  if (!memory)
    return FALSE;
  gather (packed, in, in_pitch * element, packed->in * element, width, rows, memory);
  ok = convolve (packed, memory, memory + in_bytes, memory + in_bytes + out_bytes, shape);
  for (int y = 0; y < out_rows && ok; y++)
    memcpy ((guint8 *) out + y * out_pitch * out_element, memory + in_bytes + y * out_row, out_row);
  adain_aligned_free (memory);
  return ok;
}

static gboolean
supported_float (void)
{
  return TRUE;
}

/* oneDNN emulates bfloat16 on older processors, slowly. */
static gboolean
supported_bfloat16 (void)
{
  dnnl_cpu_isa_t isa = dnnl_get_effective_cpu_isa ();

  return (isa & dnnl_cpu_isa_avx512_core_bf16) == dnnl_cpu_isa_avx512_core_bf16;
}

#define LANES        1
#define INPUT_STRIDE 3

#define Element                   float
#define element_from_float(value) (value)
#define pool                      pool_float
#define load                      load_float
#define affine                    affine_float
#include "kernels_elements.h"
#undef Element
#undef element_from_float
#undef pool
#undef load
#undef affine

#define Element                   guint16
#define element_from_float(value) adain_bfloat16 (value)
#define pool                      pool_bfloat16
#define load                      load_bfloat16
#define affine                    affine_bfloat16
#include "kernels_elements.h"
#undef pool
#undef load
#undef affine

#include "kernels_matrix.h"

const AdainKernels adain_kernels_onednn = {
  .name = "onednn",
  .element = sizeof (float),
  .multiple = LANES,
  .input_stride = INPUT_STRIDE,
  .supported = supported_float,
  .pack = pack_float,
  .unpack = unpack,
  .conv = conv,
  .pool = pool_float,
  .load = load_float,
  .affine = affine_float,
  .matrix = matrix,
};

const AdainKernels adain_kernels_onednn_bf16 = {
  .name = "onednn-bf16",
  .element = sizeof (guint16),
  .multiple = LANES,
  .input_stride = INPUT_STRIDE,
  .supported = supported_bfloat16,
  .pack = pack_bfloat16,
  .unpack = unpack,
  .conv = conv,
  .pool = pool_bfloat16,
  .load = load_bfloat16,
  .affine = affine_bfloat16,
  .matrix = matrix,
};
