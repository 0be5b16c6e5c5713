/* The steps of a plan: which kernels, from where to where, for the layers of one half of the network.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "plan-private.h"

/* Layers with at most this many pairs of channels are bound by memory rather than arithmetic. */
#define NARROW (64 * 128)

/* What the layers so far have left behind. */
typedef struct
{
  AdainPlanRegion region;
  int             width, height;
  AdainGather     pending; /* still to be done to it */
} State;

static AdainStep *
add_step (AdainPlan *plan, AdainStepKind kind, int layer, AdainPlanRegion input, AdainPlanRegion output,
          int width, int height, int channels, int border)
{
  AdainStep *step = &plan->steps[plan->n_steps++];
  gsize      bytes = (gsize) (width + 2 * border) * (height + 2 * border) * channels * sizeof (guint16);

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

static AdainPlanRegion
other (AdainPlanRegion region)
{
  return region == REGION_A ? REGION_B : REGION_A;
}

/* Whether the layer puts out pixels. */
static gboolean
is_last (const AdainPlan *plan, int index)
{
  return index == plan->network->n_layers - 1;
}

static gboolean
wants_cudnn (const AdainPlan *plan, int index)
{
  const AdainCudaLayer *layer = &plan->network->layers[index];

  if (plan->mode == ADAIN_CUDA_DIRECT || (plan->worker && plan->worker->refused[index]))
    return FALSE;
  if (plan->mode == ADAIN_CUDA_CUDNN)
    return TRUE;
  return layer->in * layer->out > NARROW && index != 0 && !is_last (plan, index);
}

/* One layer by cuDNN, after the step that makes its padded input. */
static gboolean
add_cudnn_layer (AdainPlan *plan, int index, State *state, gboolean *taken, GError **error)
{
  const AdainCudaLayer *layer = &plan->network->layers[index];
  AdainCudnnConv       *cudnn = NULL;
  AdainStep            *step;
  int                   width = state->width, height = state->height;

  if (plan->worker)
    {
      if (!adain_cudnn_conv_new (&cudnn, plan->worker->api, plan->worker->cudnn, layer, width, height,
                                 layer->relu, plan->worker->workspace, error))
        return FALSE;
      if (!cudnn)
        {
          plan->worker->refused[index] = TRUE;
          *taken = FALSE;
          return TRUE;
        }
      plan->size[REGION_WORKSPACE] = MAX (plan->size[REGION_WORKSPACE], adain_cudnn_conv_workspace (cudnn));
    }

  if (index == 0)
    add_step (plan, STEP_PACK, index, REGION_RGB, REGION_PADDED, width, height, layer->in, 1);
  else if (index == plan->network->n_encoder)
    add_step (plan, STEP_TRANSFORM, index, REGION_CALL, REGION_PADDED, width, height, layer->in, 1);
  else
    {
      step = add_step (plan, STEP_GATHER, index, state->region, REGION_PADDED, width, height, layer->in, 1);
      step->gather = state->pending;
    }
  state->region = other (state->region);
  state->pending = ADAIN_PLAIN;
  step = add_step (plan, STEP_CUDNN, index, REGION_PADDED, state->region, width, height, layer->out, 0);
  step->cudnn = cudnn;
  if (is_last (plan, index))
    add_step (plan, STEP_UNPACK, index, state->region, REGION_RGB, width, height, layer->out, 0);
  *taken = TRUE;
  return TRUE;
}

/* One layer by our own kernel, which doubles its input and pools its output by itself. */
static void
add_direct_layer (AdainPlan *plan, int index, State *state)
{
  const AdainCudaLayer *layer = &plan->network->layers[index];
  AdainStep            *step;
  AdainPlanRegion       output;
  int                   shrink = layer->pool ? 2 : 1;

  if (index == plan->network->n_encoder)
    {
      state->region = other (state->region);
      add_step (plan, STEP_TRANSFORM, index, REGION_CALL, state->region, state->width, state->height,
                layer->in, 0);
    }
  if (state->pending == ADAIN_POOL)
    {
      step = add_step (plan, STEP_GATHER, index, state->region, other (state->region), state->width,
                       state->height, layer->in, 0);
      step->gather = ADAIN_POOL;
      state->region = step->output;
    }
  output = is_last (plan, index) ? REGION_RGB : other (state->region);
  step = add_step (plan, STEP_DIRECT, index, index == 0 ? REGION_RGB : state->region, output,
                   state->width / shrink, state->height / shrink, layer->out, 0);
  step->width = state->width;
  step->height = state->height;
  step->source = index == 0 ? ADAIN_FROM_RGB : state->pending == ADAIN_UP ? ADAIN_FROM_UP : ADAIN_FROM_PLAIN;
  step->sink = is_last (plan, index) ? ADAIN_TO_RGB : layer->pool ? ADAIN_TO_POOL : ADAIN_TO_RELU;
  state->region = output;
  state->pending = ADAIN_PLAIN;
}

static gboolean
add_layers (AdainPlan *plan, GError **error)
{
  const AdainShape       *shape = &plan->shape;
  const AdainCudaNetwork *network = plan->network;
  int                     first = shape->decode ? network->n_encoder : 0;
  int                     end = shape->decode ? network->n_layers : network->n_encoder;
  State                   state = { REGION_A, shape->width, shape->height, ADAIN_PLAIN };

  if (!shape->decode)
    {
      state.width *= ADAIN_CELL;
      state.height *= ADAIN_CELL;
    }
  for (int index = first; index < end; index++)
    {
      const AdainCudaLayer *layer = &network->layers[index];
      gboolean              taken = FALSE;

      if (layer->upsample)
        {
          state.width *= 2;
          state.height *= 2;
          state.pending = ADAIN_UP;
        }
      if (wants_cudnn (plan, index) && !add_cudnn_layer (plan, index, &state, &taken, error))
        return FALSE;
      if (!taken)
        add_direct_layer (plan, index, &state);
      if (layer->pool)
        {
          state.width /= 2;
          state.height /= 2;
          state.pending = taken ? ADAIN_POOL : ADAIN_PLAIN;
        }
    }
  if (!shape->decode)
    add_step (plan, STEP_KEEP, end - 1, state.region, REGION_PARTIAL, state.width, state.height,
              network->padded, 0);
  if (shape->covariance)
    add_step (plan, STEP_COVARIANCE, end - 1, state.region, REGION_PRODUCTS, state.width, state.height,
              network->padded, 0);
  return TRUE;
}

static void
add_sizes (AdainPlan *plan)
{
  const AdainShape *shape = &plan->shape;
  gsize             cells = (gsize) shape->width * shape->height;
  gsize             kept = (gsize) shape->keep_width * shape->keep_height;
  gsize             padded = plan->network->padded, channels = plan->network->channels;

  plan->size[REGION_CALL] = sizeof (AdainCall);
  plan->size[REGION_RGB] = (shape->decode ? kept : cells) * ADAIN_CELL * ADAIN_CELL * 3 * sizeof (float);
  if (shape->decode)
    {
      if (shape->matrix)
        plan->size[REGION_MATRIX] = padded * padded * sizeof (float);
      else
        plan->size[REGION_SCALE] = padded * sizeof (float);
      plan->size[REGION_SHIFT] = padded * sizeof (float);
      plan->size[REGION_LOW] = padded * sizeof (float);
      plan->size[REGION_HIGH] = padded * sizeof (float);
    }
  else
    {
      plan->size[REGION_WEIGHTS] = shape->weighted ? kept * sizeof (float) : 0;
      plan->size[REGION_MOMENTS] = ADAIN_MOMENTS * padded * sizeof (double);
      plan->size[REGION_PARTIAL] = adain_moments_parts (shape->keep_width, shape->keep_height) * ADAIN_MOMENTS
                                   * padded * sizeof (double);
      if (shape->covariance)
        {
          plan->size[REGION_PRODUCTS] = channels * channels * sizeof (double);
          plan->size[REGION_PARTIAL_PRODUCTS] = (gsize) adain_covariance_parts (shape->keep_width,
                                                                                shape->keep_height)
                                                * ADAIN_COVARIANCE_SQUARES ((int) padded)
                                                * ADAIN_COVARIANCE_SQUARE * ADAIN_COVARIANCE_SQUARE
                                                * sizeof (float);
        }
    }
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

gsize
adain_plan_size (const AdainPlan *plan, AdainPlanRegion end)
{
  gsize sum = 0;

  for (AdainPlanRegion region = 0; region < end; region++)
    sum += adain_region_align (plan->size[region]);
  return sum;
}

AdainPlan *
adain_plan_sketch (AdainWorker *worker, const AdainCudaNetwork *network, AdainCudaMode mode,
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

gsize
adain_plan_device_bytes (const AdainCudaNetwork *network, AdainCudaMode mode, const AdainShape *shape)
{
  AdainPlan *plan = adain_plan_sketch (NULL, network, mode, shape, NULL);
  gsize      bytes = adain_plan_size (plan, REGIONS);

  adain_plan_free (plan);
  return bytes;
}

gsize
adain_plan_host_bytes (const AdainCudaNetwork *network, const AdainShape *shape)
{
  AdainPlan *plan = adain_plan_sketch (NULL, network, ADAIN_CUDA_DIRECT, shape, NULL);
  gsize      bytes = adain_plan_size (plan, REGION_MIRRORED);

  adain_plan_free (plan);
  return bytes;
}
