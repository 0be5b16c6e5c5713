/* Tells the thread sanitizer of GLib's locks. GLib itself is compiled without it, and its locks are made of plain
 * atomics: without this every use of one looks like a race. To be preloaded.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <dlfcn.h>
#include <glib.h>

/* The sanitizer's, in programs that have it. */
void __tsan_acquire (void *address) __attribute__ ((weak));
void __tsan_release (void *address) __attribute__ ((weak));

static void
acquire (gpointer lock)
{
  if (__tsan_acquire)
    __tsan_acquire (lock);
}

static void
release (gpointer lock)
{
  if (__tsan_release)
    __tsan_release (lock);
}

/* What GLib's own function of this name does. */
static void
call (const char *name, gpointer lock)
{
  void (*function) (gpointer) = (void (*) (gpointer)) dlsym (RTLD_NEXT, name);

  function (lock);
}

__attribute__ ((visibility ("default"))) void
g_mutex_lock (GMutex *mutex)
{
  call ("g_mutex_lock", mutex);
  acquire (mutex);
}

__attribute__ ((visibility ("default"))) void
g_mutex_unlock (GMutex *mutex)
{
  release (mutex);
  call ("g_mutex_unlock", mutex);
}
