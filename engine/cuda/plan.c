/* Plans: one half of the network on one shape of rectangle, as a list of launches over regions of
 * the worker's memory, and as a graph from the second run on.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "cuda-private.h"

#define ALIGN      256
#define STEPS_MAX  (3 * ADAIN_LAYERS + 2)

/* Layers with at most this many pairs of channels are bound by memory rather than arithmetic. */
#define NARROW     (64 * 128)

/* Regions of the worker's device memory. The first ones are mirrored in pinned memory. */
typedef enum
{
  REGION_CALL,
  REGION_SCALE,
  REGION_SHIFT,
  REGION_WEIGHTS,
  REGION_RGB,
  REGION_MOMENTS,
  REGION_MIRRORED,
  REGION_PARTIAL = REGION_MIRRORED,
  REGION_A,            /* activations come from one of these and go to the other */
  REGION_B,
  REGION_PADDED,       /* cuDNN's input */
  REGION_WORKSPACE,
  REGIONS,
} Region;

typedef enum
{
  STEP_PACK,
  STEP_GATHER,
  STEP_AFFINE,
  STEP_DIRECT,
  STEP_CUDNN,
  STEP_UNPACK,
  STEP_KEEP,
} StepKind;

typedef struct
{
  StepKind         kind;
  int              layer;
  Region           input, output;
  int              width, height;   /* of the output, before pooling and without a border */
  int              channels, border;
  AdainGather      gather;
  AdainConvSource  source;
  AdainConvSink    sink;
  AdainCudnnConv  *cudnn;
} Step;

struct _AdainPlan
{
  AdainWorker            *worker;         /* NULL while only sizes are wanted */
  const AdainCudaNetwork *network;
  AdainCudaMode           mode;
  AdainShape              shape;
  Step                    steps[STEPS_MAX];
  int                     n_steps;
  gsize                   size[REGIONS];
  guint8                 *at[REGIONS], *host_at[REGION_MIRRORED];
  AdainHost               host;
  int                     runs;
  gboolean                no_graph;
  cudaGraphExec_t         graph;
};

/* What the layers so far have left behind. */
typedef struct
{
  Region      region;
  int         width, height;
  AdainGather pending;       /* still to be done to it */
} State;

static gsize
align (gsize size)
{
  return (size + ALIGN - 1) / ALIGN * ALIGN;
}

static Step *
add_step (AdainPlan *plan, StepKind kind, int layer, Region input, Region output,
          int width, int height, int channels, int border)
{
  Step *step = &plan->steps[plan->n_steps++];
  gsize bytes = (gsize) (width + 2 * border) * (height + 2 * border) * channels * sizeof (guint16);

  step->kind = kind;
  step->layer = layer;
  step->input = input;
  step->output = output;
  step->width = width;
  step->height = height;
  step->channels = channels;
  step->border = border;
  if (output == REGION_A || output == REGION_B || output == REGION_PADDED)
    plan->size[output] = MAX (plan->size[output], bytes);
  return step;
}

static Region
other (Region region)
{
  return region == REGION_A ? REGION_B : REGION_A;
}

static gboolean
wants_cudnn (const AdainPlan *plan, int index)
{
  const AdainCudaLayer *layer = &plan->network->layers[index];

  if (plan->mode == ADAIN_CUDA_DIRECT || (plan->worker && plan->worker->refused[index]))
    return FALSE;
  if (plan->mode == ADAIN_CUDA_CUDNN)
    return TRUE;
  return layer->in * layer->out > NARROW && index != 0 && index != ADAIN_CUDA_LAYERS - 1;
}

/* One layer by cuDNN, after the step that makes its padded input. */
static gboolean
add_cudnn_layer (AdainPlan *plan, int index, State *state, gboolean *taken, GError **error)
{
  const AdainCudaLayer *layer = &plan->network->layers[index];
  AdainCudnnConv       *cudnn = NULL;
  Step                 *step;
  int                   width = state->width, height = state->height;

  if (plan->worker)
    {
      if (!adain_cudnn_conv_new (&cudnn, plan->worker->api, plan->worker->cudnn, layer,
                                 width, height, index < ADAIN_CUDA_LAYERS - 1,
                                 plan->worker->workspace, error))
        return FALSE;
      if (!cudnn)
        {
          plan->worker->refused[index] = TRUE;
          *taken = FALSE;
          return TRUE;
        }
      plan->size[REGION_WORKSPACE] = MAX (plan->size[REGION_WORKSPACE],
                                          adain_cudnn_conv_workspace (cudnn));
    }

  if (index == 0)
    add_step (plan, STEP_PACK, index, REGION_RGB, REGION_PADDED, width, height, layer->in, 1);
  else if (index == ADAIN_LAYERS)
    add_step (plan, STEP_AFFINE, index, REGION_CALL, REGION_PADDED, width, height, layer->in, 1);
  else
    {
      step = add_step (plan, STEP_GATHER, index, state->region, REGION_PADDED,
                       width, height, layer->in, 1);
      step->gather = state->pending;
    }
  state->region = other (state->region);
  state->pending = ADAIN_PLAIN;
  step = add_step (plan, STEP_CUDNN, index, REGION_PADDED, state->region,
                   width, height, layer->out, 0);
  step->cudnn = cudnn;
  if (index == ADAIN_CUDA_LAYERS - 1)
    add_step (plan, STEP_UNPACK, index, state->region, REGION_RGB, width, height, layer->out, 0);
  *taken = TRUE;
  return TRUE;
}

/* One layer by our own kernel, which doubles its input and pools its output by itself. */
static void
add_direct_layer (AdainPlan *plan, int index, State *state, gboolean pool)
{
  const AdainCudaLayer *layer = &plan->network->layers[index];
  Step                 *step;
  Region                output;
  int                   shrink = pool ? 2 : 1;

  if (index == ADAIN_LAYERS)
    {
      state->region = other (state->region);
      add_step (plan, STEP_AFFINE, index, REGION_CALL, state->region,
                state->width, state->height, layer->in, 0);
    }
  if (state->pending == ADAIN_POOL)
    {
      step = add_step (plan, STEP_GATHER, index, state->region, other (state->region),
                       state->width, state->height, layer->in, 0);
      step->gather = ADAIN_POOL;
      state->region = step->output;
    }
  output = index == ADAIN_CUDA_LAYERS - 1 ? REGION_RGB : other (state->region);
  step = add_step (plan, STEP_DIRECT, index, index == 0 ? REGION_RGB : state->region, output,
                   state->width / shrink, state->height / shrink, layer->out, 0);
  step->width = state->width;
  step->height = state->height;
  step->source = index == 0 ? ADAIN_FROM_RGB
               : state->pending == ADAIN_UP ? ADAIN_FROM_UP : ADAIN_FROM_PLAIN;
  step->sink = index == ADAIN_CUDA_LAYERS - 1 ? ADAIN_TO_RGB : pool ? ADAIN_TO_POOL : ADAIN_TO_RELU;
  state->region = output;
  state->pending = ADAIN_PLAIN;
}

static gboolean
add_layers (AdainPlan *plan, GError **error)
{
  const AdainShape *shape = &plan->shape;
  State             state = { REGION_A, shape->width, shape->height, ADAIN_PLAIN };

  if (!shape->decode)
    {
      state.width *= ADAIN_CELL;
      state.height *= ADAIN_CELL;
    }
  for (int i = 0; i < ADAIN_LAYERS; i++)
    {
      int      index = shape->decode ? ADAIN_LAYERS + i : i;
      gboolean pool = !shape->decode && (i == 1 || i == 3 || i == 7), taken = FALSE;

      if (shape->decode && (i == 1 || i == 5 || i == 7))
        {
          state.width *= 2;
          state.height *= 2;
          state.pending = ADAIN_UP;
        }
      if (wants_cudnn (plan, index) && !add_cudnn_layer (plan, index, &state, &taken, error))
        return FALSE;
      if (!taken)
        add_direct_layer (plan, index, &state, pool);
      if (pool)
        {
          state.width /= 2;
          state.height /= 2;
          state.pending = taken ? ADAIN_POOL : ADAIN_PLAIN;
        }
    }
  if (!shape->decode)
    add_step (plan, STEP_KEEP, ADAIN_LAYERS - 1, state.region, REGION_PARTIAL,
              state.width, state.height, plan->network->padded, 0);
  return TRUE;
}

static void
add_sizes (AdainPlan *plan)
{
  const AdainShape *shape = &plan->shape;
  gsize             cells = (gsize) shape->width * shape->height;
  gsize             kept = (gsize) shape->keep_width * shape->keep_height;
  gsize             padded = plan->network->padded;

  plan->size[REGION_CALL] = sizeof (AdainCall);
  plan->size[REGION_RGB] = (shape->decode ? kept : cells) * ADAIN_CELL * ADAIN_CELL * 3 * sizeof (float);
  if (shape->decode)
    {
      plan->size[REGION_SCALE] = padded * sizeof (float);
      plan->size[REGION_SHIFT] = padded * sizeof (float);
    }
  else
    {
      plan->size[REGION_WEIGHTS] = shape->weighted ? kept * sizeof (float) : 0;
      plan->size[REGION_MOMENTS] = 3 * padded * sizeof (double);
      plan->size[REGION_PARTIAL] = adain_moments_parts (shape->keep_width, shape->keep_height)
                                   * 3 * padded * sizeof (double);
    }
}

static gsize
sum_sizes (const AdainPlan *plan, Region end)
{
  gsize sum = 0;

  for (Region region = 0; region < end; region++)
    sum += align (plan->size[region]);
  return sum;
}

static void
place (guint8 *memory, const AdainPlan *plan, guint8 **at, Region end)
{
  for (Region region = 0; region < end; region++)
    {
      at[region] = memory;
      memory += align (plan->size[region]);
    }
}

static AdainPlan *
plan_sketch (AdainWorker *worker, const AdainCudaNetwork *network, AdainCudaMode mode,
             const AdainShape *shape, GError **error)
{
  AdainPlan *plan = g_new0 (AdainPlan, 1);

  plan->worker = worker;
  plan->network = network;
  plan->mode = mode;
  plan->shape = *shape;
  add_sizes (plan);
  if (!add_layers (plan, error))
    g_clear_pointer (&plan, adain_plan_free);
  return plan;
}

/* Grows a block of the worker's memory. All plans that point into it must be gone. */
static gboolean
reserve (AdainWorker *worker, AdainMemory *memory, gboolean device, gsize size, GError **error)
{
  const AdainCudaApi *api = worker->api;

  if (memory->size >= size)
    return TRUE;
  if (memory->data && device)
    api->cudaFree (memory->data);
  else if (memory->data)
    api->cudaFreeHost (memory->data);
  memory->data = NULL;
  memory->size = 0;
  if (!adain_cuda_check (api, device ? api->cudaMalloc (&memory->data, size)
                                     : api->cudaHostAlloc (&memory->data, size, cudaHostAllocDefault),
                         error))
    {
      memory->data = NULL;
      return FALSE;
    }
  memory->size = size;
  return TRUE;
}

static gboolean
plan_settle (AdainPlan *plan, GError **error)
{
  AdainWorker *worker = plan->worker;
  gsize        device = sum_sizes (plan, REGIONS), host = sum_sizes (plan, REGION_MIRRORED);

  if (worker->too_much && device >= worker->too_much)
    return adain_cuda_check (worker->api, cudaErrorMemoryAllocation, error);
  if (device > worker->device.size || host > worker->host.size)
    for (int i = 0; i < ADAIN_CUDA_PLANS; i++)
      g_clear_pointer (&worker->plans[i], adain_plan_free);
  if (!reserve (worker, &worker->device, TRUE, device, error))
    {
      worker->too_much = device;
      return FALSE;
    }
  if (!reserve (worker, &worker->host, FALSE, host, error))
    return FALSE;

  place (worker->device.data, plan, plan->at, REGIONS);
  place (worker->host.data, plan, plan->host_at, REGION_MIRRORED);
  plan->host.call = (AdainCall *) plan->host_at[REGION_CALL];
  plan->host.scale = (float *) plan->host_at[REGION_SCALE];
  plan->host.shift = (float *) plan->host_at[REGION_SHIFT];
  plan->host.weights = (float *) plan->host_at[REGION_WEIGHTS];
  plan->host.rgb = (float *) plan->host_at[REGION_RGB];
  plan->host.moments = (double *) plan->host_at[REGION_MOMENTS];
  return TRUE;
}

AdainPlan *
adain_plan_get (AdainWorker *worker, const AdainShape *shape, GError **error)
{
  AdainPlan *plan = NULL;
  int        i;

  for (i = 0; i < ADAIN_CUDA_PLANS && !plan; i++)
    if (worker->plans[i] && memcmp (&worker->plans[i]->shape, shape, sizeof *shape) == 0)
      {
        plan = worker->plans[i];
        worker->plans[i] = NULL;
      }

  while (!plan)
    {
      GError *trouble = NULL;

      plan = plan_sketch (worker, worker->network, worker->mode, shape, error);
      if (!plan)
        return NULL;
      if (plan_settle (plan, &trouble))
        break;
      if (plan->size[REGION_WORKSPACE] == 0
          || !g_error_matches (trouble, ADAIN_ERROR, ADAIN_ERROR_MEMORY))
        {
          g_propagate_error (error, trouble);
          adain_plan_free (plan);
          return NULL;
        }
      /* Less memory for cuDNN, before smaller tiles. */
      worker->workspace = plan->size[REGION_WORKSPACE] / 2;
      g_clear_error (&trouble);
      g_clear_pointer (&plan, adain_plan_free);
    }

  /* To the front; the last one goes if there is no gap. */
  for (i = 0; i < ADAIN_CUDA_PLANS - 1 && worker->plans[i]; i++)
    ;
  if (worker->plans[i])
    adain_plan_free (worker->plans[i]);
  for (; i > 0; i--)
    worker->plans[i] = worker->plans[i - 1];
  worker->plans[0] = plan;
  return plan;
}

void
adain_plan_free (AdainPlan *plan)
{
  for (int i = 0; i < plan->n_steps; i++)
    if (plan->steps[i].cudnn)
      adain_cudnn_conv_free (plan->steps[i].cudnn);
  if (plan->graph)
    plan->worker->api->cudaGraphExecDestroy (plan->graph);
  g_free (plan);
}

void
adain_plan_drop (AdainWorker *worker, AdainPlan *plan)
{
  for (int i = 0; i < ADAIN_CUDA_PLANS; i++)
    if (worker->plans[i] == plan)
      worker->plans[i] = NULL;
  adain_plan_free (plan);
}

const AdainHost *
adain_plan_host (const AdainPlan *plan)
{
  return &plan->host;
}

gsize
adain_plan_device_bytes (const AdainCudaNetwork *network, AdainCudaMode mode,
                         const AdainShape *shape)
{
  AdainPlan *plan = plan_sketch (NULL, network, mode, shape, NULL);
  gsize      bytes = sum_sizes (plan, REGIONS);

  adain_plan_free (plan);
  return bytes;
}

gsize
adain_plan_host_bytes (const AdainCudaNetwork *network, const AdainShape *shape)
{
  AdainPlan *plan = plan_sketch (NULL, network, ADAIN_CUDA_DIRECT, shape, NULL);
  gsize      bytes = sum_sizes (plan, REGION_MIRRORED);

  adain_plan_free (plan);
  return bytes;
}

/* Running ----------------------------------------------------------------------------------- */

static gboolean
launch_direct (const AdainPlan *plan, const Step *step, GError **error)
{
  const AdainCudaLayer *layer = &plan->network->layers[step->layer];
  AdainConvCall         conv = {
    .source = step->source,
    .sink = step->sink,
    .input = plan->at[step->input],
    .weight = layer->direct,
    .bias = layer->bias,
    .output = plan->at[step->output],
    .width = step->width,
    .height = step->height,
    .in = layer->in,
    .out = layer->out,
    .call = (const AdainCall *) plan->at[REGION_CALL],
    .keep_width = plan->shape.keep_width * ADAIN_CELL,
    .keep_height = plan->shape.keep_height * ADAIN_CELL,
  };

  memcpy (conv.mean, plan->network->mean, sizeof conv.mean);
  memcpy (conv.scale, plan->network->scale, sizeof conv.scale);
  return adain_cuda_check (plan->worker->api, adain_launch_conv (&conv, plan->worker->stream), error);
}

static gboolean
launch_keep (const AdainPlan *plan, const Step *step, GError **error)
{
  const AdainShape *shape = &plan->shape;
  cudaStream_t      stream = plan->worker->stream;
  double           *partial = (double *) plan->at[REGION_PARTIAL];

  return adain_cuda_check (plan->worker->api,
                           adain_launch_keep ((const AdainCall *) plan->at[REGION_CALL],
                                              plan->at[step->input], step->width,
                                              shape->weighted ? (float *) plan->at[REGION_WEIGHTS] : NULL,
                                              shape->keep_width, shape->keep_height, step->channels,
                                              partial, stream), error)
         && adain_cuda_check (plan->worker->api,
                              adain_launch_moments (partial, adain_moments_parts (shape->keep_width,
                                                                                  shape->keep_height),
                                                    step->channels,
                                                    (double *) plan->at[REGION_MOMENTS], stream), error);
}

static gboolean
launch_step (const AdainPlan *plan, const Step *step, gboolean *refused, GError **error)
{
  const AdainCudaNetwork *network = plan->network;
  const AdainCall        *call = (const AdainCall *) plan->at[REGION_CALL];
  cudaStream_t            stream = plan->worker->stream;
  void                   *input = plan->at[step->input], *output = plan->at[step->output];
  cudaError_t             result = cudaSuccess;

  switch (step->kind)
    {
    case STEP_PACK:
      result = adain_launch_pack (input, network->mean, network->scale, output,
                                  step->width, step->height, stream);
      break;
    case STEP_GATHER:
      result = adain_launch_gather (step->gather, input, output, step->width, step->height,
                                    step->channels, step->border, stream);
      break;
    case STEP_AFFINE:
      result = adain_launch_affine (call, (const float *) plan->at[REGION_SCALE],
                                    (const float *) plan->at[REGION_SHIFT], output,
                                    step->width, step->height, step->channels, step->border, stream);
      break;
    case STEP_UNPACK:
      result = adain_launch_unpack (call, input, output, step->width,
                                    plan->shape.keep_width * ADAIN_CELL,
                                    plan->shape.keep_height * ADAIN_CELL, stream);
      break;
    case STEP_DIRECT:
      return launch_direct (plan, step, error);
    case STEP_KEEP:
      return launch_keep (plan, step, error);
    case STEP_CUDNN:
      return adain_cudnn_conv_run (step->cudnn, &network->layers[step->layer], input, output,
                                   plan->at[REGION_WORKSPACE], refused, error);
    }
  return adain_cuda_check (plan->worker->api, result, error);
}

gboolean
adain_plan_launch (AdainPlan *plan, gboolean *again, GError **error)
{
  for (int i = 0; i < plan->n_steps; i++)
    {
      const Step *step = &plan->steps[i];
      gboolean    refused = FALSE;

      if (!launch_step (plan, step, &refused, error))
        return FALSE;
      if (refused)
        {
          plan->worker->refused[step->layer] = TRUE;
          *again = TRUE;
          return TRUE;
        }
    }
  return TRUE;
}

static gboolean
copy (AdainPlan *plan, Region region, enum cudaMemcpyKind kind, GError **error)
{
  const AdainCudaApi *api = plan->worker->api;
  gboolean            up = kind == cudaMemcpyHostToDevice;

  if (plan->size[region] == 0)
    return TRUE;
  return adain_cuda_check (api, api->cudaMemcpyAsync (up ? plan->at[region] : plan->host_at[region],
                                                      up ? plan->host_at[region] : plan->at[region],
                                                      plan->size[region], kind,
                                                      plan->worker->stream), error);
}

static gboolean
enqueue (AdainPlan *plan, gboolean *again, GError **error)
{
  gboolean decode = plan->shape.decode;

  return copy (plan, REGION_CALL, cudaMemcpyHostToDevice, error)
         && (decode ? copy (plan, REGION_SCALE, cudaMemcpyHostToDevice, error)
                      && copy (plan, REGION_SHIFT, cudaMemcpyHostToDevice, error)
                    : copy (plan, REGION_WEIGHTS, cudaMemcpyHostToDevice, error)
                      && copy (plan, REGION_RGB, cudaMemcpyHostToDevice, error))
         && adain_plan_launch (plan, again, error)
         && (*again || copy (plan, decode ? REGION_RGB : REGION_MOMENTS, cudaMemcpyDeviceToHost, error));
}

/* Records the graph. Whatever fails here only means that there is none. */
static void
record (AdainPlan *plan)
{
  const AdainCudaApi *api = plan->worker->api;
  cudaStream_t        stream = plan->worker->stream;
  cudaGraph_t         graph = NULL;
  gboolean            again = FALSE, good;

  plan->no_graph = TRUE;
  if (!adain_cuda_check (api, api->cudaStreamBeginCapture (stream, cudaStreamCaptureModeThreadLocal),
                         NULL))
    return;
  good = enqueue (plan, &again, NULL) && !again;
  good &= adain_cuda_check (api, api->cudaStreamEndCapture (stream, &graph), NULL);
  if (good && adain_cuda_check (api, api->cudaGraphInstantiate (&plan->graph, graph, 0), NULL))
    plan->no_graph = FALSE;
  else
    plan->graph = NULL;
  if (graph)
    api->cudaGraphDestroy (graph);
}

gboolean
adain_plan_run (AdainPlan *plan, gboolean *again, GError **error)
{
  const AdainCudaApi *api = plan->worker->api;
  cudaStream_t        stream = plan->worker->stream;

  if (++plan->runs == 2 && !plan->no_graph)
    record (plan);
  if (plan->graph && !adain_cuda_check (api, api->cudaGraphLaunch (plan->graph, stream), NULL))
    {
      api->cudaGraphExecDestroy (plan->graph);
      plan->graph = NULL;
    }
  if (!plan->graph && !enqueue (plan, again, error))
    return FALSE;
  return adain_cuda_check (api, api->cudaStreamSynchronize (stream), error);
}
