/* What the stand-in's two halves share.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <functional>
#include <mutex>
#include <set>
#include <thread>
#include <vector>

#include "api.h"
#include "standin.h"

extern std::recursive_mutex standin_lock;

/* Graphs and descriptors: they live on the host and survive a lost device. */
extern std::set<void *> standin_objects;

/* Queues work, or records it, or fails. */
cudaError_t standin_enqueue (cudaStream_t stream, std::function<void ()> work);

/* Counts a call into cuDNN, which may be the one that fails. */
cudnnStatus_t standin_enter_cudnn (void);

void standin_count_convolution (void);
void standin_bind_cudnn (AdainCudaApi *api);
