/* Plans get memory, and are kept for the next tile of their shape.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "plan-private.h"

static void
place (guint8 *memory, const AdainPlan *plan, guint8 **at, AdainPlanRegion end)
{
  for (AdainPlanRegion region = 0; region < end; region++)
    {
      at[region] = memory;
      memory += adain_region_align (plan->size[region]);
    }
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
  if (!adain_cuda_check (api,
                         device ? api->cudaMalloc (&memory->data, size)
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
  gsize        device = adain_plan_size (plan, REGIONS), host = adain_plan_size (plan, REGION_MIRRORED);

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
  plan->host.matrix = (float *) plan->host_at[REGION_MATRIX];
  plan->host.shift = (float *) plan->host_at[REGION_SHIFT];
  plan->host.low = (float *) plan->host_at[REGION_LOW];
  plan->host.high = (float *) plan->host_at[REGION_HIGH];
  plan->host.weights = (float *) plan->host_at[REGION_WEIGHTS];
  plan->host.rgb = (float *) plan->host_at[REGION_RGB];
  plan->host.moments = (double *) plan->host_at[REGION_MOMENTS];
  plan->host.products = (double *) plan->host_at[REGION_PRODUCTS];
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

      plan = adain_plan_sketch (worker, worker->network, worker->mode, shape, error);
      if (!plan)
        return NULL;
      if (plan_settle (plan, &trouble))
        break;
      if (plan->size[REGION_WORKSPACE] == 0 || !g_error_matches (trouble, ADAIN_ERROR, ADAIN_ERROR_MEMORY))
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
