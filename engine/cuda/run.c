/* Running a plan: its launches over regions of the worker's memory, and a graph of them from the second
 * run on.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "plan-private.h"

static gboolean
launch_direct (const AdainPlan *plan, const AdainStep *step, GError **error)
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

static cudaError_t
launch_transform (const AdainPlan *plan, const AdainStep *step)
{
  const AdainCall *call = (const AdainCall *) plan->at[REGION_CALL];
  const float     *shift = (const float *) plan->at[REGION_SHIFT];
  const float     *low = (const float *) plan->at[REGION_LOW], *high = (const float *) plan->at[REGION_HIGH];
  void            *output = plan->at[step->output];
  cudaStream_t     stream = plan->worker->stream;

  if (plan->shape.matrix)
    return adain_launch_matrix (call, (const float *) plan->at[REGION_MATRIX], shift, low, high, output,
                                step->width, step->height, step->channels, step->border, stream);
  return adain_launch_affine (call, (const float *) plan->at[REGION_SCALE], shift, low, high, output,
                              step->width, step->height, step->channels, step->border, stream);
}

static gboolean
launch_keep (const AdainPlan *plan, const AdainStep *step, GError **error)
{
  const AdainShape *shape = &plan->shape;
  cudaStream_t      stream = plan->worker->stream;
  double           *partial = (double *) plan->at[REGION_PARTIAL];

  return adain_cuda_check (plan->worker->api,
                           adain_launch_keep ((const AdainCall *) plan->at[REGION_CALL],
                                              plan->at[step->input], step->width,
                                              shape->weighted ? (float *) plan->at[REGION_WEIGHTS] : NULL,
                                              shape->keep_width, shape->keep_height, step->channels, partial,
                                              stream),
                           error)
         && adain_cuda_check (plan->worker->api,
                              adain_launch_moments (partial,
                                                    adain_moments_parts (shape->keep_width,
                                                                         shape->keep_height),
                                                    step->channels, (double *) plan->at[REGION_MOMENTS],
                                                    stream),
                              error);
}

/* After the moments: it needs their means. */
static gboolean
launch_covariance (const AdainPlan *plan, const AdainStep *step, GError **error)
{
  const AdainShape *shape = &plan->shape;
  float            *partial = (float *) plan->at[REGION_PARTIAL_PRODUCTS];
  cudaStream_t      stream = plan->worker->stream;

  return adain_cuda_check (plan->worker->api,
                           adain_launch_products ((const AdainCall *) plan->at[REGION_CALL],
                                                  plan->at[step->input], step->width,
                                                  shape->weighted ? (float *) plan->at[REGION_WEIGHTS] : NULL,
                                                  shape->keep_width, shape->keep_height, step->channels,
                                                  (const double *) plan->at[REGION_MOMENTS], partial, stream),
                           error)
         && adain_cuda_check (plan->worker->api,
                              adain_launch_covariance (partial,
                                                       adain_covariance_parts (shape->keep_width,
                                                                               shape->keep_height),
                                                       step->channels, plan->network->channels,
                                                       (double *) plan->at[step->output], stream),
                              error);
}

static gboolean
launch_step (const AdainPlan *plan, const AdainStep *step, gboolean *refused, GError **error)
{
  const AdainCudaNetwork *network = plan->network;
  const AdainCall        *call = (const AdainCall *) plan->at[REGION_CALL];
  cudaStream_t            stream = plan->worker->stream;
  void                   *input = plan->at[step->input], *output = plan->at[step->output];
  cudaError_t             result = cudaSuccess;

  switch (step->kind)
    {
    case STEP_PACK:
      result = adain_launch_pack (input, network->mean, network->scale, output, step->width, step->height,
                                  stream);
      break;
    case STEP_GATHER:
      result = adain_launch_gather (step->gather, input, output, step->width, step->height, step->channels,
                                    step->border, stream);
      break;
    case STEP_TRANSFORM:
      result = launch_transform (plan, step);
      break;
    case STEP_UNPACK:
      result = adain_launch_unpack (call, input, output, step->width, plan->shape.keep_width * ADAIN_CELL,
                                    plan->shape.keep_height * ADAIN_CELL, stream);
      break;
    case STEP_DIRECT:
      return launch_direct (plan, step, error);
    case STEP_KEEP:
      return launch_keep (plan, step, error);
    case STEP_COVARIANCE:
      return launch_covariance (plan, step, error);
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
      const AdainStep *step = &plan->steps[i];
      gboolean         refused = FALSE;

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
copy (AdainPlan *plan, AdainPlanRegion region, enum cudaMemcpyKind kind, GError **error)
{
  const AdainCudaApi *api = plan->worker->api;
  gboolean            up = kind == cudaMemcpyHostToDevice;

  if (plan->size[region] == 0)
    return TRUE;
  return adain_cuda_check (api,
                           api->cudaMemcpyAsync (up ? plan->at[region] : plan->host_at[region],
                                                 up ? plan->host_at[region] : plan->at[region],
                                                 plan->size[region], kind, plan->worker->stream),
                           error);
}

static gboolean
enqueue (AdainPlan *plan, gboolean *again, GError **error)
{
  gboolean decode = plan->shape.decode;

  return copy (plan, REGION_CALL, cudaMemcpyHostToDevice, error)
         && (decode ? copy (plan, REGION_SCALE, cudaMemcpyHostToDevice, error)
                          && copy (plan, REGION_SHIFT, cudaMemcpyHostToDevice, error)
                          && copy (plan, REGION_MATRIX, cudaMemcpyHostToDevice, error)
                          && copy (plan, REGION_LOW, cudaMemcpyHostToDevice, error)
                          && copy (plan, REGION_HIGH, cudaMemcpyHostToDevice, error)
                    : copy (plan, REGION_WEIGHTS, cudaMemcpyHostToDevice, error)
                          && copy (plan, REGION_RGB, cudaMemcpyHostToDevice, error))
         && adain_plan_launch (plan, again, error)
         && (*again
             || (decode ? copy (plan, REGION_RGB, cudaMemcpyDeviceToHost, error)
                        : copy (plan, REGION_MOMENTS, cudaMemcpyDeviceToHost, error)
                              && copy (plan, REGION_PRODUCTS, cudaMemcpyDeviceToHost, error)));
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
  if (!adain_cuda_check (api, api->cudaStreamBeginCapture (stream, cudaStreamCaptureModeThreadLocal), NULL))
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
