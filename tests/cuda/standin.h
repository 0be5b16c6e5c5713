/* A stand-in for the CUDA run-time and cuDNN on the processor, behind the same table, with faults.
 *
 * Streams, captured graphs and memory behave as the documentation says: work that is queued runs
 * only when somebody waits for it (or at once, see `eager`); device memory cannot be touched by the
 * host (under AddressSanitizer); convolutions are plain loops that round to half once.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#ifdef __cplusplus
extern "C"
{
#endif

/* Reachable from outside of the module made of it. */
#define STANDIN_EXPORT __attribute__ ((visibility ("default")))

typedef enum
{
  STANDIN_FAULT_NATURAL,     /* what the call is most likely to fail with, once */
  STANDIN_FAULT_MEMORY,      /* out of memory, once */
  STANDIN_FAULT_UNSUPPORTED, /* not supported, once */
  /* an illegal address: everything fails for the rest of the process; queued work reports it only when it runs */
  STANDIN_FAULT_STICKY,
} StandinFault;

typedef struct
{
  int          driver;      /* as cudaDriverGetVersion tells; 0: no driver */
  int          count_error; /* cudaGetDeviceCount's result */
  int          devices;
  int          major, minor; /* compute capability */
  bool         no_cudnn;
  unsigned     taken;          /* mask of devices that somebody else uses alone */
  size_t       memory;         /* of the device */
  bool         no_host_memory; /* cudaHostAlloc fails */
  bool         no_capture;     /* cudaStreamBeginCapture fails */
  bool         eager;          /* run queued work at once */
  bool         descending;     /* the order in which a block's threads run between barriers */
  unsigned     refused;        /* mask of convolution algorithms that turn out not to be supported */
  long         fail_at;        /* which call fails, counted from 1; 0: none */
  StandinFault fault;
} Standin;

/* To be set before the calls that it is meant for. */
STANDIN_EXPORT extern Standin standin;

/* A healthy machine, and the calls counted from 0; a new process, if the device was lost. Aborts if anything
 * is alive. */
STANDIN_EXPORT void standin_reset (void);

/* Calls since the reset, and what has been made but not freed. What lies in a lost context cannot be freed
 * and does not count. */
STANDIN_EXPORT long standin_calls (void);
STANDIN_EXPORT int  standin_live (void);
bool                standin_lost (void);

/* Launched by graphs, and directly. */
long standin_graph_launches (void);
long standin_kernels (void);
long standin_convolutions (void);

/* The most device memory that was ever in use. */
size_t standin_peak (void);

#ifdef __cplusplus
}
#endif
