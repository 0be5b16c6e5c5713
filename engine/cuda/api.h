/* The functions of the CUDA run-time and of cuDNN that are in use, as one table, so that cuDNN can
 * be bound at run time and the tests can put a stand-in behind it. Members are called like the
 * functions: api->cudaMalloc (...).
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <cuda_runtime_api.h>
#include <cudnn.h>

#ifdef __cplusplus
extern "C"
{
#endif

#define ADAIN_CUDA_FUNCTIONS(X) \
  X (cudaDriverGetVersion)      \
  X (cudaGetDeviceCount)        \
  X (cudaGetDeviceProperties)   \
  X (cudaSetDevice)             \
  X (cudaGetErrorString)        \
  X (cudaGetLastError)          \
  X (cudaMemGetInfo)            \
  X (cudaMalloc)                \
  X (cudaFree)                  \
  X (cudaHostAlloc)             \
  X (cudaHostGetDevicePointer)  \
  X (cudaFreeHost)              \
  X (cudaMemcpyAsync)           \
  X (cudaStreamCreateWithFlags) \
  X (cudaStreamDestroy)         \
  X (cudaStreamSynchronize)     \
  X (cudaStreamBeginCapture)    \
  X (cudaStreamEndCapture)      \
  X (cudaGraphInstantiate)      \
  X (cudaGraphDestroy)          \
  X (cudaGraphLaunch)           \
  X (cudaGraphExecDestroy)

#define ADAIN_CUDNN_FUNCTIONS(X)              \
  X (cudnnGetVersion)                         \
  X (cudnnGetErrorString)                     \
  X (cudnnCreate)                             \
  X (cudnnDestroy)                            \
  X (cudnnSetStream)                          \
  X (cudnnCreateTensorDescriptor)             \
  X (cudnnSetTensor4dDescriptor)              \
  X (cudnnDestroyTensorDescriptor)            \
  X (cudnnCreateFilterDescriptor)             \
  X (cudnnSetFilter4dDescriptor)              \
  X (cudnnDestroyFilterDescriptor)            \
  X (cudnnCreateConvolutionDescriptor)        \
  X (cudnnSetConvolution2dDescriptor)         \
  X (cudnnSetConvolutionMathType)             \
  X (cudnnDestroyConvolutionDescriptor)       \
  X (cudnnCreateActivationDescriptor)         \
  X (cudnnSetActivationDescriptor)            \
  X (cudnnDestroyActivationDescriptor)        \
  X (cudnnGetConvolutionForwardAlgorithm_v7)  \
  X (cudnnGetConvolutionForwardWorkspaceSize) \
  X (cudnnConvolutionBiasActivationForward)

typedef struct
{
#define ADAIN_MEMBER(name) __typeof__ (name) *name;
  ADAIN_CUDA_FUNCTIONS (ADAIN_MEMBER)
  ADAIN_CUDNN_FUNCTIONS (ADAIN_MEMBER)
#undef ADAIN_MEMBER
  int         has_cudnn; /* all of cuDNN's members are there; otherwise none may be called */
  const char *missing;   /* the library that was not where the loader looks, or NULL */
} AdainCudaApi;

/* The table; bound at the first call. */
const AdainCudaApi *adain_cuda_api (void);

#ifdef __cplusplus
}
#endif
