/* The stand-in's CUDA run-time: memory, streams, graphs, faults.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "standin-private.h"
#include "shim.h"

#include <map>
#include <set>

#ifdef __SANITIZE_ADDRESS__
#  include <sanitizer/asan_interface.h>
#else
#  define ASAN_POISON_MEMORY_REGION(at, size)   ((void) (at), (void) (size))
#  define ASAN_UNPOISON_MEMORY_REGION(at, size) ((void) (at), (void) (size))
#endif

using Work = std::function<void ()>;

struct CUgraph_st
{
  std::vector<Work> nodes;
};

struct CUgraphExec_st
{
  std::vector<Work> nodes;
};

struct CUstream_st
{
  std::vector<Work> queue;
  CUgraph_st       *capture = nullptr; /* being recorded */
  std::thread::id   capturer;
  bool              spoilt = false; /* the recording */
};

Standin              standin;
std::recursive_mutex standin_lock;
std::set<void *>     standin_objects;

namespace
{

std::map<void *, size_t>   device_memory;
std::set<void *>           host_memory;
std::set<CUstream_st *>    streams;
std::set<CUgraphExec_st *> executables;
cudaError_t                last_error, sticky;
long                       calls, graph_launches, kernels, convolutions;
size_t                     used, peak;

[[noreturn]] void
fail (const char *message)
{
  fprintf (stderr, "stand-in: %s\n", message);
  abort ();
}

cudaError_t
note (cudaError_t result)
{
  if (result != cudaSuccess)
    last_error = result;
  return result;
}

/* Whether the fault strikes now. */
bool
strikes ()
{
  return ++calls == standin.fail_at;
}

cudaError_t
fault_error (cudaError_t natural)
{
  switch (standin.fault)
    {
    case STANDIN_FAULT_MEMORY:
      return cudaErrorMemoryAllocation;
    case STANDIN_FAULT_UNSUPPORTED:
      return cudaErrorNotSupported;
    case STANDIN_FAULT_STICKY:
      return sticky = cudaErrorIllegalAddress;
    default:
      return natural;
    }
}

/* The result of a call that does nothing but fail or go on. */
cudaError_t
enter (cudaError_t natural)
{
  bool struck = strikes ();

  if (sticky != cudaSuccess)
    return note (sticky);
  return note (struck ? fault_error (natural) : cudaSuccess);
}

void
run_queue (CUstream_st *stream)
{
  std::vector<Work> queue;

  queue.swap (stream->queue);
  for (auto &memory : device_memory)
    ASAN_UNPOISON_MEMORY_REGION (memory.first, memory.second);
  for (auto &work : queue)
    if (sticky == cudaSuccess)
      work ();
  for (auto &memory : device_memory)
    ASAN_POISON_MEMORY_REGION (memory.first, memory.second);
}

/* Calls that a recording thread must not make spoil the recording. */
bool
spoils_capture ()
{
  bool spoils = false;

  for (CUstream_st *stream : streams)
    if (stream->capture && stream->capturer == std::this_thread::get_id ())
      spoils = stream->spoilt = true;
  return spoils;
}

/* The same where no context is needed that could be lost. */
cudaError_t
enter_query (void)
{
  return note (strikes () ? cudaErrorUnknown : sticky);
}

cudaError_t
driver_version (int *version)
{
  *version = standin.driver;
  return cudaSuccess;
}

cudaError_t
device_count (int *count)
{
  cudaError_t result = enter_query ();

  if (result == cudaSuccess)
    result = note ((cudaError_t) standin.count_error);
  if (result == cudaSuccess)
    *count = standin.devices;
  return result;
}

cudaError_t
device_properties (struct cudaDeviceProp *properties, int device)
{
  cudaError_t result = enter_query ();

  if (result != cudaSuccess)
    return result;
  memset (properties, 0, sizeof *properties);
  snprintf (properties->name, sizeof properties->name, "stand-in %d", device);
  properties->major = standin.major;
  properties->minor = standin.minor;
  properties->multiProcessorCount = 1 + device;
  properties->totalGlobalMem = standin.memory;
  return cudaSuccess;
}

cudaError_t
set_device (int device)
{
  cudaError_t result = enter (cudaErrorUnknown);

  if (result == cudaSuccess && (standin.taken >> device & 1))
    return note (cudaErrorDevicesUnavailable);
  return result != cudaSuccess
             ? result
             : note (device >= 0 && device < standin.devices ? cudaSuccess : cudaErrorInvalidDevice);
}

cudaError_t
memory_info (size_t *available, size_t *total)
{
  cudaError_t result = enter (cudaErrorUnknown);

  if (result == cudaSuccess)
    {
      *available = standin.memory > used ? standin.memory - used : 0;
      *total = standin.memory;
    }
  return result;
}

cudaError_t
device_malloc (void **at, size_t size)
{
  std::lock_guard<std::recursive_mutex> hold (standin_lock);
  cudaError_t                           result = enter (cudaErrorMemoryAllocation);

  if (result != cudaSuccess)
    return result;
  if (spoils_capture ())
    return note (cudaErrorStreamCaptureUnsupported);
  if (size > standin.memory - std::min (used, standin.memory)
      || posix_memalign (at, 512, size ? size : 1) != 0)
    return note (cudaErrorMemoryAllocation);
  memset (*at, 0xff, size);
  device_memory[*at] = size;
  ASAN_POISON_MEMORY_REGION (*at, size);
  used += size;
  peak = std::max (peak, used);
  return cudaSuccess;
}

void
drop_device_memory (std::map<void *, size_t>::iterator memory)
{
  ASAN_UNPOISON_MEMORY_REGION (memory->first, memory->second);
  used -= memory->second;
  free (memory->first);
  device_memory.erase (memory);
}

cudaError_t
device_free (void *at)
{
  std::lock_guard<std::recursive_mutex> hold (standin_lock);
  cudaError_t                           result = enter (cudaErrorUnknown);
  auto                                  memory = device_memory.find (at);

  if (sticky != cudaSuccess)
    return result;
  if (memory == device_memory.end ())
    fail ("cudaFree of what is not device memory");
  if (spoils_capture ())
    return note (cudaErrorStreamCaptureUnsupported);
  for (CUstream_st *stream : streams) /* cudaFree waits for the device */
    run_queue (stream);
  drop_device_memory (memory);
  return result;
}

cudaError_t
host_alloc (void **at, size_t size, unsigned flags)
{
  std::lock_guard<std::recursive_mutex> hold (standin_lock);
  cudaError_t                           result = enter (cudaErrorMemoryAllocation);

  if (result != cudaSuccess)
    return result;
  if (spoils_capture ())
    return note (cudaErrorStreamCaptureUnsupported);
  if (standin.no_host_memory || posix_memalign (at, 512, size ? size : 1) != 0)
    return note (cudaErrorMemoryAllocation);
  memset (*at, 0xff, size);
  host_memory.insert (*at);
  return cudaSuccess;
}

cudaError_t
host_pointer (void **device, void *host, unsigned flags)
{
  cudaError_t result = enter (cudaErrorUnknown);

  if (result == cudaSuccess)
    *device = host;
  return result;
}

cudaError_t
host_free (void *at)
{
  std::lock_guard<std::recursive_mutex> hold (standin_lock);
  cudaError_t                           result = enter (cudaErrorUnknown);

  if (sticky != cudaSuccess)
    return result;
  for (CUstream_st *stream : streams)
    run_queue (stream);
  if (host_memory.erase (at) == 0)
    fail ("cudaFreeHost of what is not pinned memory");
  free (at);
  return result;
}

cudaError_t
copy_async (void *to, const void *from, size_t size, enum cudaMemcpyKind kind, cudaStream_t stream)
{
  return standin_enqueue (stream, [=] { memcpy (to, from, size); });
}

cudaError_t
stream_create (cudaStream_t *stream, unsigned flags)
{
  std::lock_guard<std::recursive_mutex> hold (standin_lock);
  cudaError_t                           result = enter (cudaErrorUnknown);

  if (result != cudaSuccess)
    return result;
  if (flags != cudaStreamNonBlocking)
    fail ("a stream that waits for the default stream");
  *stream = new CUstream_st;
  streams.insert (*stream);
  return cudaSuccess;
}

cudaError_t
stream_destroy (cudaStream_t stream)
{
  std::lock_guard<std::recursive_mutex> hold (standin_lock);
  cudaError_t                           result = enter (cudaErrorUnknown);

  if (sticky != cudaSuccess)
    return result;
  if (streams.erase (stream) == 0)
    fail ("cudaStreamDestroy of what is not a stream");
  run_queue (stream);
  delete stream->capture;
  delete stream;
  return result;
}

cudaError_t
stream_synchronize (cudaStream_t stream)
{
  std::lock_guard<std::recursive_mutex> hold (standin_lock);
  cudaError_t                           result = enter (cudaErrorUnknown);

  if (result != cudaSuccess)
    return result;
  if (stream->capture)
    {
      stream->spoilt = true;
      return note (cudaErrorStreamCaptureUnsupported);
    }
  run_queue (stream);
  return note (sticky);
}

cudaError_t
begin_capture (cudaStream_t stream, enum cudaStreamCaptureMode mode)
{
  std::lock_guard<std::recursive_mutex> hold (standin_lock);
  cudaError_t                           result = enter (cudaErrorUnknown);

  if (result != cudaSuccess)
    return result;
  if (standin.no_capture || stream->capture)
    return note (cudaErrorStreamCaptureUnsupported);
  if (mode != cudaStreamCaptureModeThreadLocal)
    fail ("a recording that other threads can spoil");
  stream->capture = new CUgraph_st;
  stream->capturer = std::this_thread::get_id ();
  stream->spoilt = false;
  return cudaSuccess;
}

cudaError_t
end_capture (cudaStream_t stream, cudaGraph_t *graph)
{
  std::lock_guard<std::recursive_mutex> hold (standin_lock);
  cudaError_t                           result = enter (cudaErrorUnknown);
  CUgraph_st                           *found = stream->capture;

  *graph = nullptr;
  stream->capture = nullptr;
  if (result == cudaSuccess && !found)
    result = note (cudaErrorIllegalState);
  if (result == cudaSuccess && stream->spoilt)
    result = note (cudaErrorStreamCaptureInvalidated);
  if (result != cudaSuccess)
    {
      delete found;
      return result;
    }
  standin_objects.insert (found);
  *graph = found;
  return cudaSuccess;
}

cudaError_t
graph_instantiate (cudaGraphExec_t *exec, cudaGraph_t graph, unsigned long long flags)
{
  std::lock_guard<std::recursive_mutex> hold (standin_lock);
  cudaError_t                           result = enter (cudaErrorMemoryAllocation);

  if (result != cudaSuccess)
    return result;
  *exec = new CUgraphExec_st{ graph->nodes };
  executables.insert (*exec);
  return cudaSuccess;
}

cudaError_t
graph_destroy (cudaGraph_t graph)
{
  std::lock_guard<std::recursive_mutex> hold (standin_lock);
  cudaError_t                           result = enter (cudaErrorUnknown);

  if (standin_objects.erase (graph) == 0)
    fail ("cudaGraphDestroy of what is not a graph");
  delete graph;
  return result;
}

cudaError_t
graph_launch (cudaGraphExec_t exec, cudaStream_t stream)
{
  std::vector<Work> nodes = exec->nodes;

  graph_launches++;
  return standin_enqueue (stream, [nodes] {
    for (auto &node : nodes)
      if (sticky == cudaSuccess)
        node ();
  });
}

cudaError_t
exec_destroy (cudaGraphExec_t exec)
{
  std::lock_guard<std::recursive_mutex> hold (standin_lock);
  cudaError_t                           result = enter (cudaErrorUnknown);

  if (sticky != cudaSuccess)
    return result;
  if (executables.erase (exec) == 0)
    fail ("cudaGraphExecDestroy of what is not a graph");
  delete exec;
  return result;
}

/* Everything that lives in the context goes with the process. */
void
end_process ()
{
  std::lock_guard<std::recursive_mutex> hold (standin_lock);

  while (!device_memory.empty ())
    drop_device_memory (device_memory.begin ());
  for (void *memory : host_memory)
    free (memory);
  host_memory.clear ();
  for (CUgraphExec_st *exec : executables)
    delete exec;
  executables.clear ();
  for (CUstream_st *stream : streams)
    {
      delete stream->capture;
      delete stream;
    }
  streams.clear ();
  sticky = last_error = cudaSuccess;
}

const char *
error_string (cudaError_t error)
{
  return error == cudaErrorMemoryAllocation ? "out of memory" : "an error of the stand-in";
}

cudaError_t
get_last_error ()
{
  cudaError_t result = last_error;

  last_error = sticky;
  return result;
}

}

cudaError_t
standin_enqueue (cudaStream_t stream, Work work)
{
  std::lock_guard<std::recursive_mutex> hold (standin_lock);
  bool                                  struck = strikes ();

  if (sticky != cudaSuccess)
    return note (sticky);
  if (struck && standin.fault == STANDIN_FAULT_STICKY)
    work = [] { note (sticky = cudaErrorIllegalAddress); };
  else if (struck)
    return note (fault_error (cudaErrorLaunchFailure));

  if (stream->capture)
    stream->capture->nodes.push_back (work);
  else
    {
      stream->queue.push_back (work);
      if (standin.eager)
        run_queue (stream);
    }
  return cudaSuccess;
}

cudnnStatus_t
standin_enter_cudnn (void)
{
  if (!strikes ())
    return CUDNN_STATUS_SUCCESS;
  switch (standin.fault)
    {
    case STANDIN_FAULT_MEMORY:
      return CUDNN_STATUS_INTERNAL_ERROR_DEVICE_ALLOCATION_FAILED;
    case STANDIN_FAULT_UNSUPPORTED:
      return CUDNN_STATUS_NOT_SUPPORTED_SHAPE;
    case STANDIN_FAULT_STICKY:
      sticky = cudaErrorIllegalAddress;
      return CUDNN_STATUS_EXECUTION_FAILED_CUDART;
    default:
      return CUDNN_STATUS_EXECUTION_FAILED;
    }
}

void
standin_count_convolution (void)
{
  convolutions++;
}

cudaError_t
shim_launch (cudaStream_t stream, dim3 grid, dim3 block, size_t shared, std::function<void ()> body)
{
  kernels++;
  return standin_enqueue (stream, [=] { shim_run (grid, block, shared, body); });
}

void
standin_reset (void)
{
  if (standin_lost ())
    end_process ();
  if (standin_live () != 0)
    fail ("something is alive");
  standin = Standin ();
  standin.driver = 13000;
  standin.devices = 1;
  standin.major = 9;
  standin.memory = (size_t) 1 << 30;
  calls = graph_launches = kernels = convolutions = 0;
  peak = 0;
  sticky = last_error = cudaSuccess;
}

long
standin_calls (void)
{
  return calls;
}

int
standin_live (void)
{
  size_t context = device_memory.size () + host_memory.size () + streams.size () + executables.size ();

  return (int) ((standin_lost () ? 0 : context) + standin_objects.size ());
}

bool
standin_lost (void)
{
  return sticky != cudaSuccess;
}

long
standin_graph_launches (void)
{
  return graph_launches;
}

long
standin_kernels (void)
{
  return kernels;
}

long
standin_convolutions (void)
{
  return convolutions;
}

size_t
standin_peak (void)
{
  return peak;
}

const AdainCudaApi *
adain_cuda_api (void)
{
  static AdainCudaApi api;

  api.cudaDriverGetVersion = driver_version;
  api.cudaGetDeviceCount = device_count;
  api.cudaGetDeviceProperties = device_properties;
  api.cudaSetDevice = set_device;
  api.cudaGetErrorString = error_string;
  api.cudaGetLastError = get_last_error;
  api.cudaMemGetInfo = memory_info;
  api.cudaMalloc = device_malloc;
  api.cudaFree = device_free;
  api.cudaHostAlloc = host_alloc;
  api.cudaHostGetDevicePointer = host_pointer;
  api.cudaFreeHost = host_free;
  api.cudaMemcpyAsync = copy_async;
  api.cudaStreamCreateWithFlags = stream_create;
  api.cudaStreamDestroy = stream_destroy;
  api.cudaStreamSynchronize = stream_synchronize;
  api.cudaStreamBeginCapture = begin_capture;
  api.cudaStreamEndCapture = end_capture;
  api.cudaGraphInstantiate = graph_instantiate;
  api.cudaGraphDestroy = graph_destroy;
  api.cudaGraphLaunch = graph_launch;
  api.cudaGraphExecDestroy = exec_destroy;
  standin_bind_cudnn (&api);
  return &api;
}
