/* One convolution by cuDNN: half precision, NHWC, tensor cores, fused bias and ReLU.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "cuda-private.h"

#define ALGORITHMS 8

struct _AdainCudnnConv
{
  const AdainCudaApi          *api;
  cudnnHandle_t                handle;
  cudnnTensorDescriptor_t      input, output, bias;
  cudnnFilterDescriptor_t      filter;
  cudnnConvolutionDescriptor_t convolution;
  cudnnActivationDescriptor_t  activation;
  cudnnConvolutionFwdAlgo_t    algorithms[ALGORITHMS]; /* the best first */
  gsize                        workspaces[ALGORITHMS];
  int                          n, next;
};

/* Whatever cuDNN complains of, another algorithm or our own kernel may do it; if it is the device that
 * fails, they will tell. Only memory is worth another attempt at the same. */
static gboolean
refuses (const AdainCudaApi *api, cudnnStatus_t status)
{
  if (status == CUDNN_STATUS_SUCCESS || adain_cudnn_is_memory (status))
    return FALSE;
  api->cudaGetLastError ();
  return TRUE;
}

/* cuDNN's wish list, less what does not fit. The fused call without ReLU has one algorithm only. */
static cudnnStatus_t
list_algorithms (AdainCudnnConv *conv, gboolean relu, gsize limit)
{
  const AdainCudaApi           *api = conv->api;
  cudnnConvolutionFwdAlgoPerf_t found[ALGORITHMS];
  int                           n = 0;
  cudnnStatus_t                 status;

  status = api->cudnnGetConvolutionForwardAlgorithm_v7 (conv->handle, conv->input, conv->filter,
                                                        conv->convolution, conv->output, ALGORITHMS, &n,
                                                        found);
  if (status != CUDNN_STATUS_SUCCESS)
    return status;

  for (int i = 0; i < n; i++)
    {
      gsize size = 0;

      if (found[i].status != CUDNN_STATUS_SUCCESS
          || (!relu && found[i].algo != CUDNN_CONVOLUTION_FWD_ALGO_IMPLICIT_PRECOMP_GEMM))
        continue;
      if (api->cudnnGetConvolutionForwardWorkspaceSize (conv->handle, conv->input, conv->filter,
                                                        conv->convolution, conv->output, found[i].algo, &size)
              != CUDNN_STATUS_SUCCESS
          || size > limit)
        continue;
      conv->algorithms[conv->n] = found[i].algo;
      conv->workspaces[conv->n++] = size;
    }
  return CUDNN_STATUS_SUCCESS;
}

static cudnnStatus_t
describe (AdainCudnnConv *conv, const AdainCudaLayer *layer, int width, int height, gboolean relu)
{
  const AdainCudaApi *api = conv->api;
  cudnnStatus_t       status;

#define TRY(call)                     \
  status = api->call;                 \
  if (status != CUDNN_STATUS_SUCCESS) \
  return status

  TRY (cudnnCreateTensorDescriptor (&conv->input));
  TRY (cudnnSetTensor4dDescriptor (conv->input, CUDNN_TENSOR_NHWC, CUDNN_DATA_HALF, 1, layer->in, height + 2,
                                   width + 2));
  TRY (cudnnCreateTensorDescriptor (&conv->output));
  TRY (cudnnSetTensor4dDescriptor (conv->output, CUDNN_TENSOR_NHWC, CUDNN_DATA_HALF, 1, layer->out, height,
                                   width));
  TRY (cudnnCreateTensorDescriptor (&conv->bias));
  TRY (cudnnSetTensor4dDescriptor (conv->bias, CUDNN_TENSOR_NHWC, CUDNN_DATA_HALF, 1, layer->out, 1, 1));
  TRY (cudnnCreateFilterDescriptor (&conv->filter));
  TRY (cudnnSetFilter4dDescriptor (conv->filter, CUDNN_DATA_HALF, CUDNN_TENSOR_NHWC, layer->out, layer->in, 3,
                                   3));
  TRY (cudnnCreateConvolutionDescriptor (&conv->convolution));
  TRY (cudnnSetConvolution2dDescriptor (conv->convolution, 0, 0, 1, 1, 1, 1, CUDNN_CROSS_CORRELATION,
                                        CUDNN_DATA_FLOAT));
  TRY (cudnnSetConvolutionMathType (conv->convolution, CUDNN_TENSOR_OP_MATH));
  TRY (cudnnCreateActivationDescriptor (&conv->activation));
  TRY (cudnnSetActivationDescriptor (conv->activation,
                                     relu ? CUDNN_ACTIVATION_RELU : CUDNN_ACTIVATION_IDENTITY,
                                     CUDNN_NOT_PROPAGATE_NAN, 0));
#undef TRY
  return CUDNN_STATUS_SUCCESS;
}

gboolean
adain_cudnn_conv_new (AdainCudnnConv **result, const AdainCudaApi *api, cudnnHandle_t handle,
                      const AdainCudaLayer *layer, int width, int height, gboolean relu, gsize limit,
                      GError **error)
{
  AdainCudnnConv *conv = g_new0 (AdainCudnnConv, 1);
  cudnnStatus_t   status;
  gboolean        done;

  conv->api = api;
  conv->handle = handle;
  status = describe (conv, layer, width, height, relu);
  if (status == CUDNN_STATUS_SUCCESS)
    status = list_algorithms (conv, relu, limit);
  done = refuses (api, status) || adain_cudnn_check (api, status, error);
  if (!done || conv->n == 0)
    g_clear_pointer (&conv, adain_cudnn_conv_free);
  *result = conv;
  return done;
}

void
adain_cudnn_conv_free (AdainCudnnConv *conv)
{
  const AdainCudaApi *api = conv->api;

  if (conv->input)
    api->cudnnDestroyTensorDescriptor (conv->input);
  if (conv->output)
    api->cudnnDestroyTensorDescriptor (conv->output);
  if (conv->bias)
    api->cudnnDestroyTensorDescriptor (conv->bias);
  if (conv->filter)
    api->cudnnDestroyFilterDescriptor (conv->filter);
  if (conv->convolution)
    api->cudnnDestroyConvolutionDescriptor (conv->convolution);
  if (conv->activation)
    api->cudnnDestroyActivationDescriptor (conv->activation);
  g_free (conv);
}

gsize
adain_cudnn_conv_workspace (const AdainCudnnConv *conv)
{
  gsize most = 0;

  for (int i = 0; i < conv->n; i++)
    most = MAX (most, conv->workspaces[i]);
  return most;
}

gboolean
adain_cudnn_conv_run (AdainCudnnConv *conv, const AdainCudaLayer *layer, const void *input, void *output,
                      void *workspace, gboolean *refused, GError **error)
{
  const AdainCudaApi *api = conv->api;
  const float         one = 1, zero = 0;

  for (; conv->next < conv->n; conv->next++)
    {
      cudnnStatus_t status = api->cudnnConvolutionBiasActivationForward (conv->handle, &one, conv->input,
                                                                         input, conv->filter, layer->cudnn,
                                                                         conv->convolution,
                                                                         conv->algorithms[conv->next],
                                                                         workspace,
                                                                         conv->workspaces[conv->next], &zero,
                                                                         conv->output, output, conv->bias,
                                                                         layer->bias_half, conv->activation,
                                                                         conv->output, output);

      if (!refuses (api, status))
        return adain_cudnn_check (api, status, error);
    }
  *refused = TRUE;
  return TRUE;
}
