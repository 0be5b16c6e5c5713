/* The stand-in's cuDNN: descriptors, and the one convolution that is in use by plain loops.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "standin-private.h"
#include "engine/half.h"

#include <cstdint>
#include <algorithm>

struct cudnnContext
{
  cudaStream_t stream;
};

struct cudnnTensorStruct
{
  int n, c, h, w;
};

struct cudnnFilterStruct
{
  int k, c, h, w;
};

struct cudnnConvolutionStruct
{
  bool described, tensor_op;
};

struct cudnnActivationStruct
{
  cudnnActivationMode_t mode;
};

namespace
{

const cudnnConvolutionFwdAlgo_t algorithms[] = {
  CUDNN_CONVOLUTION_FWD_ALGO_WINOGRAD_NONFUSED,
  CUDNN_CONVOLUTION_FWD_ALGO_IMPLICIT_PRECOMP_GEMM,
  CUDNN_CONVOLUTION_FWD_ALGO_IMPLICIT_GEMM,
};

template <typename T>
cudnnStatus_t
create (T **object)
{
  std::lock_guard<std::recursive_mutex> hold (standin_lock);
  cudnnStatus_t                         status = standin_enter_cudnn ();

  if (status == CUDNN_STATUS_SUCCESS)
    {
      *object = new T ();
      standin_objects.insert (*object);
    }
  return status;
}

template <typename T>
cudnnStatus_t
destroy (T *object)
{
  std::lock_guard<std::recursive_mutex> hold (standin_lock);
  cudnnStatus_t                         status = standin_enter_cudnn ();

  if (standin_objects.erase (object) == 0)
    {
      fprintf (stderr, "stand-in: a descriptor is destroyed that does not exist\n");
      abort ();
    }
  delete object;
  return status;
}

cudnnStatus_t
set_stream (cudnnHandle_t handle, cudaStream_t stream)
{
  handle->stream = stream;
  return standin_enter_cudnn ();
}

cudnnStatus_t
set_tensor (cudnnTensorDescriptor_t tensor, cudnnTensorFormat_t format, cudnnDataType_t type, int n, int c,
            int h, int w)
{
  if (format != CUDNN_TENSOR_NHWC || type != CUDNN_DATA_HALF)
    return CUDNN_STATUS_BAD_PARAM;
  *tensor = { n, c, h, w };
  return standin_enter_cudnn ();
}

cudnnStatus_t
set_filter (cudnnFilterDescriptor_t filter, cudnnDataType_t type, cudnnTensorFormat_t format, int k, int c,
            int h, int w)
{
  if (format != CUDNN_TENSOR_NHWC || type != CUDNN_DATA_HALF)
    return CUDNN_STATUS_BAD_PARAM;
  *filter = { k, c, h, w };
  return standin_enter_cudnn ();
}

cudnnStatus_t
set_convolution (cudnnConvolutionDescriptor_t convolution, int pad_h, int pad_w, int stride_h, int stride_w,
                 int dilation_h, int dilation_w, cudnnConvolutionMode_t mode, cudnnDataType_t type)
{
  convolution->described = pad_h == 0 && pad_w == 0 && stride_h == 1 && stride_w == 1 && dilation_h == 1
                           && dilation_w == 1 && mode == CUDNN_CROSS_CORRELATION && type == CUDNN_DATA_FLOAT;
  return convolution->described ? standin_enter_cudnn () : CUDNN_STATUS_BAD_PARAM;
}

cudnnStatus_t
set_math (cudnnConvolutionDescriptor_t convolution, cudnnMathType_t math)
{
  convolution->tensor_op = math == CUDNN_TENSOR_OP_MATH;
  return standin_enter_cudnn ();
}

cudnnStatus_t
set_activation (cudnnActivationDescriptor_t activation, cudnnActivationMode_t mode, cudnnNanPropagation_t nan,
                double coefficient)
{
  activation->mode = mode;
  return standin_enter_cudnn ();
}

size_t
workspace (const cudnnFilterStruct *filter, cudnnConvolutionFwdAlgo_t algorithm)
{
  switch (algorithm)
    {
    case CUDNN_CONVOLUTION_FWD_ALGO_WINOGRAD_NONFUSED:
      return (size_t) filter->k * filter->c * 36 * 4;
    case CUDNN_CONVOLUTION_FWD_ALGO_IMPLICIT_PRECOMP_GEMM:
      return 4096;
    default:
      return 0;
    }
}

cudnnStatus_t
workspace_size (cudnnHandle_t handle, const cudnnTensorDescriptor_t input,
                const cudnnFilterDescriptor_t filter, const cudnnConvolutionDescriptor_t convolution,
                const cudnnTensorDescriptor_t output, cudnnConvolutionFwdAlgo_t algorithm, size_t *size)
{
  *size = workspace (filter, algorithm);
  return standin_enter_cudnn ();
}

cudnnStatus_t
get_algorithm (cudnnHandle_t handle, const cudnnTensorDescriptor_t input,
               const cudnnFilterDescriptor_t filter, const cudnnConvolutionDescriptor_t convolution,
               const cudnnTensorDescriptor_t output, const int wanted, int *n,
               cudnnConvolutionFwdAlgoPerf_t *found)
{
  cudnnStatus_t status = standin_enter_cudnn ();

  if (status != CUDNN_STATUS_SUCCESS)
    return status;
  *n = 0;
  for (cudnnConvolutionFwdAlgo_t algorithm : algorithms)
    if (*n < wanted)
      {
        memset (&found[*n], 0, sizeof found[*n]);
        found[*n].algo = algorithm;
        found[*n].memory = workspace (filter, algorithm);
        ++*n;
      }
  return CUDNN_STATUS_SUCCESS;
}

void
convolve (const uint16_t *input, const uint16_t *weight, const uint16_t *bias, uint16_t *output, int width,
          int height, int in, int out, bool relu)
{
  std::vector<float> x ((size_t) (width + 2) * (height + 2) * in), w ((size_t) 9 * in * out), sum (out);

  for (size_t i = 0; i < x.size (); i++)
    x[i] = adain_half_to_float (input[i]);
  for (int o = 0; o < out; o++) /* [out][tap][in] to [tap][in][out] */
    for (int i = 0; i < 9 * in; i++)
      w[(size_t) i * out + o] = adain_half_to_float (weight[(size_t) o * 9 * in + i]);

  for (int row = 0; row < height; row++)
    for (int column = 0; column < width; column++)
      {
        std::fill (sum.begin (), sum.end (), 0.0f);
        for (int tap = 0; tap < 9; tap++)
          for (int i = 0; i < in; i++)
            {
              float        value = x[((size_t) (row + tap / 3) * (width + 2) + column + tap % 3) * in + i];
              const float *from = &w[((size_t) tap * in + i) * out];

              for (int o = 0; o < out && value != 0; o++)
                sum[o] += value * from[o];
            }
        for (int o = 0; o < out; o++)
          {
            float value = sum[o] + adain_half_to_float (bias[o]);

            output[((size_t) row * width + column) * out + o] = adain_half_from_float (relu ? std::max (value,
                                                                                                        0.0f)
                                                                                            : value);
          }
      }
}

bool
aligned (const void *at)
{
  return (uintptr_t) at % 16 == 0;
}

cudnnStatus_t
convolution_forward (cudnnHandle_t handle, const void *one, const cudnnTensorDescriptor_t x_desc,
                     const void *x, const cudnnFilterDescriptor_t w_desc, const void *w,
                     const cudnnConvolutionDescriptor_t convolution, cudnnConvolutionFwdAlgo_t algorithm,
                     void *work, size_t work_size, const void *zero, const cudnnTensorDescriptor_t z_desc,
                     const void *z, const cudnnTensorDescriptor_t bias_desc, const void *bias,
                     const cudnnActivationDescriptor_t activation, const cudnnTensorDescriptor_t y_desc,
                     void *y)
{
  cudnnTensorStruct input = *x_desc, output = *y_desc;
  bool              relu = activation->mode == CUDNN_ACTIVATION_RELU;
  cudnnStatus_t     status = standin_enter_cudnn ();

  if (status != CUDNN_STATUS_SUCCESS)
    return status;
  if (*(const float *) one != 1 || *(const float *) zero != 0 || !convolution->described
      || !convolution->tensor_op || input.n != 1 || output.n != 1 || input.h != output.h + 2
      || input.w != output.w + 2 || w_desc->k != output.c || w_desc->c != input.c || w_desc->h != 3
      || w_desc->w != 3 || input.c % 8 || output.c % 8 || bias_desc->c != output.c || bias_desc->h != 1
      || bias_desc->w != 1 || !aligned (x) || !aligned (w) || !aligned (y)
      || work_size < workspace (w_desc, algorithm)
      || (!relu && activation->mode != CUDNN_ACTIVATION_IDENTITY))
    return CUDNN_STATUS_BAD_PARAM;
  if ((standin.refused >> algorithm & 1)
      || (!relu && algorithm != CUDNN_CONVOLUTION_FWD_ALGO_IMPLICIT_PRECOMP_GEMM))
    return CUDNN_STATUS_NOT_SUPPORTED;

  standin_count_convolution ();
  return standin_enqueue (handle->stream,
                          [=] {
                            memset (work, 0x7f, work_size);
                            convolve ((const uint16_t *) x, (const uint16_t *) w, (const uint16_t *) bias,
                                      (uint16_t *) y, output.w, output.h, input.c, output.c, relu);
                          })
                 == cudaSuccess
             ? CUDNN_STATUS_SUCCESS
             : CUDNN_STATUS_EXECUTION_FAILED_CUDART;
}

size_t
version ()
{
  return 91900;
}

const char *
error_string (cudnnStatus_t status)
{
  return "an error of the stand-in";
}

}

void
standin_bind_cudnn (AdainCudaApi *api)
{
  api->has_cudnn = !standin.no_cudnn;
  api->cudnnGetVersion = version;
  api->cudnnGetErrorString = error_string;
  api->cudnnCreate = create<cudnnContext>;
  api->cudnnDestroy = destroy<cudnnContext>;
  api->cudnnSetStream = set_stream;
  api->cudnnCreateTensorDescriptor = create<cudnnTensorStruct>;
  api->cudnnSetTensor4dDescriptor = set_tensor;
  api->cudnnDestroyTensorDescriptor = destroy<cudnnTensorStruct>;
  api->cudnnCreateFilterDescriptor = create<cudnnFilterStruct>;
  api->cudnnSetFilter4dDescriptor = set_filter;
  api->cudnnDestroyFilterDescriptor = destroy<cudnnFilterStruct>;
  api->cudnnCreateConvolutionDescriptor = create<cudnnConvolutionStruct>;
  api->cudnnSetConvolution2dDescriptor = set_convolution;
  api->cudnnSetConvolutionMathType = set_math;
  api->cudnnDestroyConvolutionDescriptor = destroy<cudnnConvolutionStruct>;
  api->cudnnCreateActivationDescriptor = create<cudnnActivationStruct>;
  api->cudnnSetActivationDescriptor = set_activation;
  api->cudnnDestroyActivationDescriptor = destroy<cudnnActivationStruct>;
  api->cudnnGetConvolutionForwardAlgorithm_v7 = get_algorithm;
  api->cudnnGetConvolutionForwardWorkspaceSize = workspace_size;
  api->cudnnConvolutionBiasActivationForward = convolution_forward;
}
