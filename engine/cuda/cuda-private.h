/* The CUDA back end's own objects.
 *
 * A backend has one network (weights on the device) and two workers; a worker has a stream, a block
 * of device memory and one of pinned host memory, and plans: the network's launches for one shape
 * of rectangle, captured as a graph.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "../backend.h"
#include "api.h"
#include "kernels.h"

#define ADAIN_CUDA_WORKERS 2
#define ADAIN_CUDA_PLANS   24 /* kept by each worker: both halves on nine shapes, and some */
#define ADAIN_CUDA_LAYERS  (2 * ADAIN_MAX_LAYERS)

typedef enum
{
  ADAIN_CUDA_AUTO,   /* own kernels for narrow layers, cuDNN for wide ones */
  ADAIN_CUDA_CUDNN,  /* cuDNN for all */
  ADAIN_CUDA_DIRECT, /* own kernels for all */
} AdainCudaMode;

/* device.c ---------------------------------------------------------------------------------- */

/* The usable device of this rank, the best being 0; or -1, and a translated reason if there is not even one. */
int adain_cuda_device (const AdainCudaApi *api, int rank, struct cudaDeviceProp *properties, char **reason);

/* Whether the call succeeded; if not, an error of ours, and the run-time's own note of it is cleared. */
gboolean adain_cuda_check (const AdainCudaApi *api, cudaError_t result, GError **error);
gboolean adain_cudnn_is_memory (cudnnStatus_t result);
gboolean adain_cudnn_check (const AdainCudaApi *api, cudnnStatus_t result, GError **error);

/* Whether the device still answers: after some errors every call fails. */
gboolean adain_cuda_alive (const AdainCudaApi *api);

/* network.c --------------------------------------------------------------------------------- */

typedef struct
{
  int          in, out; /* padded */
  gboolean     upsample, relu, pool;
  const void  *direct, *cudnn; /* the weights for either kind of kernel */
  const float *bias;
  const void  *bias_half;
} AdainCudaLayer;

typedef struct
{
  AdainCudaLayer layers[ADAIN_CUDA_LAYERS]; /* the encoder's, then the decoder's */
  int            n_encoder, n_layers;
  int            encoder_halo, decoder_halo; /* cells */
  float          mean[3], scale[3];
  int            channels; /* of the features, and padded */
  int            padded;
  void          *memory;
} AdainCudaNetwork;

gboolean adain_cuda_network_init (AdainCudaNetwork *network, const AdainCudaApi *api,
                                  const AdainNetwork *from, cudaStream_t stream, GError **error);

/* Gives it another decoder of the same shapes, while nothing runs. After a failure it has parts of both. */
gboolean adain_cuda_network_adapt (AdainCudaNetwork *network, const AdainCudaApi *api,
                                   const AdainChain *decoder, cudaStream_t stream, GError **error);
void     adain_cuda_network_clear (AdainCudaNetwork *network, const AdainCudaApi *api);

/* cudnn.c ----------------------------------------------------------------------------------- */

typedef struct _AdainCudnnConv AdainCudnnConv;

/* A convolution of (width + 2) x (height + 2) to width x height. Sets *conv to NULL, without an
 * error, if cuDNN has no algorithm for it that needs at most `limit` bytes of workspace. */
gboolean adain_cudnn_conv_new (AdainCudnnConv **conv, const AdainCudaApi *api, cudnnHandle_t handle,
                               const AdainCudaLayer *layer, int width, int height, gboolean relu, gsize limit,
                               GError **error);
void     adain_cudnn_conv_free (AdainCudnnConv *conv);

/* The largest workspace that any of its algorithms needs. */
gsize adain_cudnn_conv_workspace (const AdainCudnnConv *conv);

/* Sets *refused, without an error, if none of the algorithms takes the call. */
gboolean adain_cudnn_conv_run (AdainCudnnConv *conv, const AdainCudaLayer *layer, const void *input,
                               void *output, void *workspace, gboolean *refused, GError **error);

/* worker.c ---------------------------------------------------------------------------------- */

typedef struct _AdainPlan AdainPlan;

typedef struct
{
  void *data;
  gsize size;
} AdainMemory;

typedef struct
{
  const AdainCudaApi     *api;
  const AdainCudaNetwork *network;
  AdainCudaMode           mode;
  cudaStream_t            stream;
  cudnnHandle_t           cudnn;
  AdainMemory             device, host;
  AdainPlan              *plans[ADAIN_CUDA_PLANS];    /* the latest used first */
  gboolean                refused[ADAIN_CUDA_LAYERS]; /* by cuDNN */
  gsize                   workspace;                  /* the most that cuDNN may have */
  gsize                   too_much;                   /* device memory that could not be had, or 0 */
} AdainWorker;

gboolean adain_worker_init (AdainWorker *worker, const AdainCudaApi *api, const AdainCudaNetwork *network,
                            AdainCudaMode mode, GError **error);
void     adain_worker_clear (AdainWorker *worker);

/* After a failure: waits for what is queued. FALSE if the device is lost. */
gboolean adain_worker_recover (AdainWorker *worker);

/* sketch.c, plan.c, run.c -------------------------------------------------------------------- */

/* What one plan does, sizes in cells. Everything else may change from run to run. */
typedef struct
{
  gboolean decode;
  gboolean weighted, covariance; /* encoding with weights; gathering the covariance */
  gboolean matrix;               /* decoding with one */
  int      width, height;        /* the rectangle */
  int      keep_width, keep_height;
} AdainShape;

/* The plan's places in pinned memory, to be filled before a run and read after it. */
typedef struct
{
  AdainCall *call;
  float     *scale, *shift; /* decoding; padded channels; without a matrix, scale */
  float     *matrix;        /* decoding with one; padded times padded channels, as in AdainMap */
  float     *low, *high;    /* decoding; padded channels */
  float     *weights;       /* encoding */
  float     *rgb;           /* in for encoding, out for decoding */
  /* encoding; sums of weights, means, M2, least and greatest values, padded channels of each */
  double *moments;
  double *products; /* encoding with a covariance; channels times channels, as in AdainCovariance */
} AdainHost;

/* Finds or makes the worker's plan for a shape. It is the worker's, and valid until the next call. */
AdainPlan *adain_plan_get (AdainWorker *worker, const AdainShape *shape, GError **error);
void       adain_plan_free (AdainPlan *plan);

/* Frees a plan that the worker still has. */
void adain_plan_drop (AdainWorker *worker, AdainPlan *plan);

const AdainHost *adain_plan_host (const AdainPlan *plan);

/* Queues the copies to the device, the launches, the copies back; and waits. The second run makes
 * a graph of it. *again is set, without an error, if cuDNN refused a layer: then drop the
 * plan and get a new one. */
gboolean adain_plan_run (AdainPlan *plan, gboolean *again, GError **error);

/* Queues only the launches, for measuring. */
gboolean adain_plan_launch (AdainPlan *plan, gboolean *again, GError **error);

/* Bytes of device and of pinned memory for such a plan, without cuDNN's workspace. */
gsize adain_plan_device_bytes (const AdainCudaNetwork *network, AdainCudaMode mode, const AdainShape *shape);
gsize adain_plan_host_bytes (const AdainCudaNetwork *network, const AdainShape *shape);

/* features.c -------------------------------------------------------------------------------- */

struct _AdainFeatures
{
  int   width, height;
  void *data; /* as the device sees it */
  void *host; /* pinned memory, NULL if the features lie on the device */
};

AdainFeatures *adain_cuda_features_new (const AdainCudaApi *api, const AdainCudaNetwork *network, int width,
                                        int height, gsize reserve, GError **error);
void           adain_cuda_features_free (AdainFeatures *features, const AdainCudaApi *api);

/* Host memory that adain_cuda_features_new() will take. */
gsize adain_cuda_features_host (const AdainCudaApi *api, const AdainCudaNetwork *network, int width,
                                int height, gsize reserve);

/* backend.c --------------------------------------------------------------------------------- */

struct _AdainBackend
{
  const AdainCudaApi *api;
  int                 device;
  char               *description;
  AdainCudaNetwork    network;
  AdainWorker         workers[ADAIN_CUDA_WORKERS];
  AdainCudaMode       mode;
  int                 tile; /* cells, 0: own choice */
  int                 lost; /* atomic: the device answers nothing any more */
};

const AdainBackendClass *adain_cuda_backend (void);

/* job.c -------------------------------------------------------------------------------------- */

/* One call of encode() or decode(): the whole rectangle, of which pieces may be done one by one. */
typedef struct
{
  AdainBackend        *backend;
  AdainWorker         *worker;
  GCancellable        *cancellable;
  gboolean             decode;
  int                  width, height; /* the rectangle, in cells */
  AdainRect            keep;
  const AdainFeatures *features;
  int                  x, y; /* encode: the kept cells' place; decode: the rectangle's */

  const float     *rgb_in, *weights;
  AdainStatistics *statistics;

  const AdainTransform *transform; /* decode: of one map, or NULL */
  float                *rgb_out;
} AdainJob;

gboolean adain_cuda_job_run (const AdainJob *job, GError **error);
