/* The machine's memory and processors, and the limits that control groups set.
 *
 * /proc/self/cgroup names the process's group in each hierarchy, one in a line: "0::/path" for version 2,
 * "5:cpu,cpuacct:/path" for version 1. A group's limits are files, and those of the groups above it hold as
 * well. Within a container the path may be one of the host's, which is not there: then the limits are those
 * of the root that the container sees. Where there is no such file, as on Windows, there are no limits.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "machine.h"

#include <math.h>
#include <string.h>

#ifdef G_OS_WIN32
#  define WIN32_LEAN_AND_MEAN
#  include <windows.h>
#else
#  include <unistd.h>
#endif

#define CGROUPS "sys/fs/cgroup"

/* Finds the limit in the files of one folder; HUGE_VAL if there is none. */
typedef double (*ReadLimit) (const char *folder);

static char *
read_file (const char *folder, const char *name)
{
  g_autofree char *path = g_build_filename (folder, name, NULL);
  char            *text = NULL;

  return g_file_get_contents (path, &text, NULL, NULL) ? text : NULL;
}

/* The next number of a text such as "max 100000"; HUGE_VAL if it is none, or not positive. */
static double
parse_limit (const char *text, char **end)
{
  double value = text ? g_ascii_strtod (text, end) : 0;

  return value > 0 ? value : HUGE_VAL;
}

static double
read_number (const char *folder, const char *name)
{
  g_autofree char *text = read_file (folder, name);

  return parse_limit (text, NULL);
}

static double
memory_limit (const char *folder)
{
  return MIN (read_number (folder, "memory.max"), read_number (folder, "memory.limit_in_bytes"));
}

/* Microseconds of a period, of all processors together: "200000 100000" are two processors. */
static double
processor_limit (const char *folder)
{
  g_autofree char *both = read_file (folder, "cpu.max");
  char            *rest = NULL;
  double           quota = parse_limit (both, &rest), period;

  if (isfinite (quota))
    period = parse_limit (rest, NULL);
  else
    {
      quota = read_number (folder, "cpu.cfs_quota_us");
      period = read_number (folder, "cpu.cfs_period_us");
    }
  return isfinite (quota) && isfinite (period) ? quota / period : HUGE_VAL;
}

/* The tightest limit from a group up to the root of its hierarchy. */
static double
tightest (const char *hierarchy, const char *group, ReadLimit read_limit)
{
  g_autofree char *path = g_strdup (group);
  double           limit = read_limit (hierarchy);

  while (strlen (path) > 1)
    {
      g_autofree char *folder = g_build_filename (hierarchy, path, NULL);
      char            *slash = strrchr (path, '/');

      limit = MIN (limit, read_limit (folder));
      if (!slash)
        break;
      *slash = '\0';
    }
  return limit;
}

/* Over all hierarchies that the process is in. */
static double
find_limit (const char *root, const char *controller, ReadLimit read_limit)
{
  g_autofree char *process = g_build_filename (root, "proc/self", NULL);
  g_autofree char *text = read_file (process, "cgroup");
  g_auto (GStrv) lines = g_strsplit (text ? text : "", "\n", -1);
  double limit = HUGE_VAL;

  for (int i = 0; lines[i]; i++)
    {
      g_auto (GStrv) fields = g_strsplit (lines[i], ":", 3);
      g_auto (GStrv) controllers = NULL;
      g_autofree char *hierarchy = NULL;

      if (g_strv_length (fields) != 3)
        continue;
      controllers = g_strsplit (fields[1], ",", -1);
      if (*fields[1] == '\0')
        hierarchy = g_build_filename (root, CGROUPS, NULL);
      else if (g_strv_contains ((const char *const *) controllers, controller))
        hierarchy = g_build_filename (root, CGROUPS, controller, NULL);
      if (hierarchy)
        limit = MIN (limit, tightest (hierarchy, fields[2], read_limit));
    }
  return limit;
}

/* Bytes; 1 if the system does not say. */
static double
built_in_memory (void)
{
#ifdef G_OS_WIN32
  MEMORYSTATUSEX status = { .dwLength = sizeof status };

  return GlobalMemoryStatusEx (&status) ? (double) status.ullTotalPhys : 1;
#else
  long pages = sysconf (_SC_PHYS_PAGES), size = sysconf (_SC_PAGESIZE);

  return pages > 0 && size > 0 ? (double) pages * size : 1;
#endif
}

gsize
adain_machine_memory_in (const char *root)
{
  return MAX (MIN (built_in_memory (), find_limit (root, "memory", memory_limit)), 1);
}

int
adain_machine_processors_in (const char *root)
{
  return MAX (MIN (g_get_num_processors (), ceil (find_limit (root, "cpu", processor_limit))), 1);
}

gsize
adain_machine_memory (void)
{
  return adain_machine_memory_in ("/");
}

int
adain_machine_processors (void)
{
  return adain_machine_processors_in ("/");
}
