/* What a plan is made of: sketch.c lists its steps, plan.c gives them memory, run.c runs them.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "cuda-private.h"

#define STEPS_MAX (3 * ADAIN_MAX_LAYERS + 2)

/* Regions of the worker's device memory. The first ones are mirrored in pinned memory. */
typedef enum
{
  REGION_CALL,
  REGION_SCALE,
  REGION_SHIFT,
  REGION_MATRIX,
  REGION_LOW,
  REGION_HIGH,
  REGION_WEIGHTS,
  REGION_RGB,
  REGION_MOMENTS,
  REGION_PRODUCTS,
  REGION_MIRRORED,
  REGION_PARTIAL = REGION_MIRRORED,
  REGION_PARTIAL_PRODUCTS,
  REGION_A, /* activations come from one of these and go to the other */
  REGION_B,
  REGION_PADDED, /* cuDNN's input */
  REGION_WORKSPACE,
  REGIONS,
} AdainPlanRegion;

typedef enum
{
  STEP_PACK,
  STEP_GATHER,
  STEP_TRANSFORM,
  STEP_DIRECT,
  STEP_CUDNN,
  STEP_UNPACK,
  STEP_KEEP,
  STEP_COVARIANCE,
} AdainStepKind;

typedef struct
{
  AdainStepKind   kind;
  int             layer;
  AdainPlanRegion input, output;
  int             width, height; /* of the output, before pooling and without a border */
  int             channels, border;
  AdainGather     gather;
  AdainConvSource source;
  AdainConvSink   sink;
  AdainCudnnConv *cudnn;
} AdainStep;

struct _AdainPlan
{
  AdainWorker            *worker; /* NULL while only sizes are wanted */
  const AdainCudaNetwork *network;
  AdainCudaMode           mode;
  AdainShape              shape;
  AdainStep               steps[STEPS_MAX];
  int                     n_steps;
  gsize                   size[REGIONS];
  guint8                 *at[REGIONS], *host_at[REGION_MIRRORED];
  AdainHost               host;
  int                     runs;
  gboolean                no_graph;
  cudaGraphExec_t         graph;
};

/* Lists the steps of a plan for this worker, or only for its sizes if that is NULL. */
AdainPlan *adain_plan_sketch (AdainWorker *worker, const AdainCudaNetwork *network, AdainCudaMode mode,
                              const AdainShape *shape, GError **error);

/* The bytes of all regions before `end`. */
gsize adain_plan_size (const AdainPlan *plan, AdainPlanRegion end);

/* Regions begin at multiples of this. */
static inline gsize
adain_region_align (gsize size)
{
  return (size + 255) / 256 * 256;
}
