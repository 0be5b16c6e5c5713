/* Defaults that respect a container's limits: a root of files made up, as control groups have them.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "engine/machine.h"

#include <gio/gio.h>
#include <glib/gstdio.h>

#define MIB ((gsize) 1 << 20)

typedef struct
{
  const char *name, *text;
} File;

typedef struct
{
  const char *name;
  File        files[6];
  gsize       memory;     /* MiB; 0: what is built in */
  int         processors; /* 0: all */
} Case;

/* Limits so tight that any machine has more. */
static const Case cases[] = {
  { "none", { { NULL } }, 0, 0 },
  { "v2/unlimited",
    { { "proc/self/cgroup", "0::/\n" },
      { "sys/fs/cgroup/memory.max", "max\n" },
      { "sys/fs/cgroup/cpu.max", "max 100000\n" } },
    0,
    0 },
  { "v2/container",
    { { "proc/self/cgroup", "0::/\n" },
      { "sys/fs/cgroup/memory.max", "67108864\n" },
      { "sys/fs/cgroup/cpu.max", "100000 100000\n" } },
    64,
    1 },
  { "v2/fraction",
    { { "proc/self/cgroup", "0::/\n" }, { "sys/fs/cgroup/cpu.max", "20000 100000\n" } },
    0,
    1 },
  { "v2/above",
    { { "proc/self/cgroup", "0::/user/app\n" },
      { "sys/fs/cgroup/user/memory.max", "33554432\n" },
      { "sys/fs/cgroup/user/app/memory.max", "67108864\n" },
      { "sys/fs/cgroup/user/app/cpu.max", "50000 100000\n" } },
    32,
    1 },
  { "v2/path-of-host",
    { { "proc/self/cgroup", "0::/docker/0123\n" }, { "sys/fs/cgroup/memory.max", "67108864\n" } },
    64,
    0 },
  { "v1",
    { { "proc/self/cgroup", "5:cpu,cpuacct:/job\n4:memory:/job\n1:name=systemd:/x\n" },
      { "sys/fs/cgroup/memory/memory.limit_in_bytes", "9223372036854771712\n" },
      { "sys/fs/cgroup/memory/job/memory.limit_in_bytes", "67108864\n" },
      { "sys/fs/cgroup/cpu/job/cpu.cfs_quota_us", "100000\n" },
      { "sys/fs/cgroup/cpu/job/cpu.cfs_period_us", "100000\n" } },
    64,
    1 },
  { "v1/unlimited",
    { { "proc/self/cgroup", "5:cpu,cpuacct:/\n4:memory:/\n" },
      { "sys/fs/cgroup/memory/memory.limit_in_bytes", "9223372036854771712\n" },
      { "sys/fs/cgroup/cpu/cpu.cfs_quota_us", "-1\n" },
      { "sys/fs/cgroup/cpu/cpu.cfs_period_us", "100000\n" } },
    0,
    0 },
  { "nonsense",
    { { "proc/self/cgroup", "\n0:\n::\n0::nowhere\n" }, { "sys/fs/cgroup/cpu.max", "100000" } },
    0,
    0 },
};

/* Removes a folder with all in it. */
static void
remove_tree (const char *path)
{
  g_autoptr (GDir) folder = g_dir_open (path, 0, NULL);
  const char *name;

  while (folder && (name = g_dir_read_name (folder)))
    {
      g_autofree char *child = g_build_filename (path, name, NULL);

      remove_tree (child);
    }
  g_clear_pointer (&folder, g_dir_close);
  g_assert_cmpint (g_remove (path), ==, 0);
}

static void
test_limits (gconstpointer data)
{
  const Case      *test = data;
  g_autofree char *root = g_dir_make_tmp ("adain-machine-XXXXXX", NULL);
  gsize            memory = adain_machine_memory_in (root); /* nothing is there yet */
  int              processors = g_get_num_processors ();

  for (const File *file = test->files; file->name; file++)
    {
      g_autofree char *path = g_build_filename (root, file->name, NULL);
      g_autofree char *folder = g_path_get_dirname (path);

      g_assert_cmpint (g_mkdir_with_parents (folder, 0700), ==, 0);
      g_assert_true (g_file_set_contents (path, file->text, -1, NULL));
    }
  g_assert_cmpuint (adain_machine_memory_in (root), ==, test->memory ? test->memory * MIB : memory);
  g_assert_cmpint (adain_machine_processors_in (root), ==, test->processors ? test->processors : processors);
  remove_tree (root);
}

/* Whatever this machine has. */
static void
test_here (void)
{
  g_assert_cmpuint (adain_machine_memory (), >, 64 * MIB);
  g_assert_cmpint (adain_machine_processors (), >=, 1);
  g_assert_cmpint (adain_machine_processors (), <=, g_get_num_processors ());
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *path = g_strdup_printf ("/machine/%s", cases[i].name);

      g_test_add_data_func (path, &cases[i], test_limits);
    }
  g_test_add_func ("/machine/here", test_here);
  return g_test_run ();
}
