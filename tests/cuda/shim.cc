/* Runs grids of the shim's kernels: plain loops, or fibers where there is shared memory.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "shim.h"
#include "standin.h"

#include <cstdio>
#include <cstdlib>
#include <memory>
#include <vector>

#ifdef __SANITIZE_ADDRESS__
#  include <sanitizer/common_interface_defs.h>
#endif

#define STACK_SIZE (256 * 1024)

dim3           threadIdx, blockIdx, blockDim, gridDim;
unsigned char *shim_shared;

#ifdef __x86_64__

/* The registers that a function must preserve lie on the stack. swapcontext() would do, but makes
 * two system calls at every change. */
struct Context
{
  void *stack;
};

extern "C" void shim_switch (void **from, void *to);

__asm__ (".text\n"
         ".type shim_switch, @function\n"
         "shim_switch:\n"
         "  pushq %rbp\n"
         "  pushq %rbx\n"
         "  pushq %r12\n"
         "  pushq %r13\n"
         "  pushq %r14\n"
         "  pushq %r15\n"
         "  movq %rsp, (%rdi)\n"
         "  movq %rsi, %rsp\n"
         "  popq %r15\n"
         "  popq %r14\n"
         "  popq %r13\n"
         "  popq %r12\n"
         "  popq %rbx\n"
         "  popq %rbp\n"
         "  ret\n"
         ".size shim_switch, . - shim_switch\n");

static void
switch_context (Context *from, Context *to)
{
  shim_switch (&from->stack, to->stack);
}

static void
prepare_context (Context *context, char *stack, void (*entry) ())
{
  void **top = (void **) (((uintptr_t) stack + STACK_SIZE) & ~(uintptr_t) 15);

  *--top = nullptr; /* as if called from nowhere */
  *--top = (void *) entry;
  for (int i = 0; i < 6; i++)
    *--top = nullptr;
  context->stack = top;
}

#else

#  include <ucontext.h>

struct Context
{
  ucontext_t context;
};

static void
switch_context (Context *from, Context *to)
{
  swapcontext (&from->context, &to->context);
}

static void
prepare_context (Context *context, char *stack, void (*entry) ())
{
  getcontext (&context->context);
  context->context.uc_stack.ss_sp = stack;
  context->context.uc_stack.ss_size = STACK_SIZE;
  context->context.uc_link = nullptr;
  makecontext (&context->context, entry, 0);
}

#endif

namespace
{

enum State
{
  READY,
  AT_WARP,
  AT_BLOCK,
  DONE
};

/* Fibers live as long as the program: having finished a thread they wait for the next block's. */
struct Fiber
{
  Context                 context;
  std::unique_ptr<char[]> stack{ new char[STACK_SIZE] };
  State                   state = READY;
  void                   *fake_stack = nullptr;
};

std::vector<std::unique_ptr<Fiber>> fibers;
const std::function<void ()>       *current_body;
Context                             scheduler;
Fiber                              *current;
const void                         *scheduler_stack;
size_t                              scheduler_stack_size;

[[noreturn]] void
fail (const char *message)
{
  fprintf (stderr, "shim: %s\n", message);
  abort ();
}

void
entered_fiber ()
{
#ifdef __SANITIZE_ADDRESS__
  __sanitizer_finish_switch_fiber (current->fake_stack, &scheduler_stack, &scheduler_stack_size);
#endif
}

void
leave_fiber (State state)
{
  Fiber *fiber = current;

  fiber->state = state;
#ifdef __SANITIZE_ADDRESS__
  __sanitizer_start_switch_fiber (&fiber->fake_stack, scheduler_stack, scheduler_stack_size);
#endif
  switch_context (&fiber->context, &scheduler);
  entered_fiber ();
}

void
fiber_main ()
{
  entered_fiber ();
  for (;;)
    {
      (*current_body) ();
      leave_fiber (DONE);
    }
}

void
resume (Fiber *fiber)
{
  current = fiber;
#ifdef __SANITIZE_ADDRESS__
  void *fake_stack = nullptr;

  __sanitizer_start_switch_fiber (&fake_stack, fiber->stack.get (), STACK_SIZE);
#endif
  switch_context (&scheduler, &fiber->context);
#ifdef __SANITIZE_ADDRESS__
  __sanitizer_finish_switch_fiber (fake_stack, nullptr, nullptr);
#endif
  current = nullptr;
}

/* Runs a warp until all its lanes are done or at the block's barrier. */
void
run_warp (unsigned first, unsigned end)
{
  bool again;

  do
    {
      unsigned waiting = 0, elsewhere = 0;

      for (unsigned i = first; i < end; i++)
        {
          unsigned lane = standin.descending ? end - 1 - (i - first) : i;
          Fiber   *fiber = fibers[lane].get ();

          if (fiber->state == READY)
            {
              threadIdx = dim3 (lane, 0, 0);
              resume (fiber);
            }
          waiting += fiber->state == AT_WARP;
          elsewhere += fiber->state != AT_WARP;
        }
      if (waiting && elsewhere)
        fail ("lanes of one warp wait at different barriers");
      again = waiting;
      for (unsigned i = first; again && i < end; i++)
        fibers[i]->state = READY;
    }
  while (again);
}

void
run_block_of_fibers (unsigned threads)
{
  unsigned warps = (threads + 31) / 32, finished;

  for (unsigned i = 0; i < threads; i++)
    fibers[i]->state = READY;
  do
    {
      finished = 0;
      for (unsigned i = 0; i < warps; i++)
        {
          unsigned warp = standin.descending ? warps - 1 - i : i;

          run_warp (warp * 32, std::min (warp * 32 + 32, threads));
        }
      for (unsigned i = 0; i < threads; i++)
        {
          finished += fibers[i]->state == DONE;
          if (fibers[i]->state == AT_BLOCK)
            fibers[i]->state = READY;
        }
      if (finished && finished < threads)
        fail ("a thread ended while others wait at a barrier");
    }
  while (!finished);
}

}

void
__syncthreads ()
{
  if (!current)
    fail ("__syncthreads in a kernel without shared memory");
  leave_fiber (AT_BLOCK);
}

void
__syncwarp ()
{
  if (!current)
    fail ("__syncwarp in a kernel without shared memory");
  leave_fiber (AT_WARP);
}

void
nvcuda::wmma::shim_check_access (const void *at, size_t stride)
{
  if ((uintptr_t) at % 32 || stride % 16)
    fail ("a fragment's address or stride is not aligned");
}

void
shim_run (dim3 grid, dim3 block, size_t shared, const std::function<void ()> &body)
{
  unsigned threads = block.x;

  if (block.y != 1 || block.z != 1 || threads == 0 || threads > 1024 || shared > 48 * 1024 || grid.x == 0
      || grid.y == 0 || grid.z == 0 || grid.y > 65535 || grid.z > 65535)
    fail ("a launch beyond the limits");
  while (shared && fibers.size () < threads)
    {
      fibers.push_back (std::make_unique<Fiber> ());
      prepare_context (&fibers.back ()->context, fibers.back ()->stack.get (), fiber_main);
    }
  gridDim = grid;
  blockDim = block;
  current_body = &body;
  for (blockIdx.z = 0; blockIdx.z < grid.z; blockIdx.z++)
    for (blockIdx.y = 0; blockIdx.y < grid.y; blockIdx.y++)
      for (blockIdx.x = 0; blockIdx.x < grid.x; blockIdx.x++)
        if (shared)
          {
            if (posix_memalign ((void **) &shim_shared, 128, shared) != 0)
              fail ("no memory");
            memset (shim_shared, 0xff, shared);
            run_block_of_fibers (threads);
            free (shim_shared);
          }
        else
          for (unsigned i = 0; i < threads; i++)
            {
              threadIdx = dim3 (standin.descending ? threads - 1 - i : i, 0, 0);
              body ();
            }
}
