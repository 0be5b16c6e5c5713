/* The devices that there may be, and the best of them for this machine.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "devices.h"

#include <glib/gi18n-lib.h>

#include "module.h"

/* One device. A new one is a row here, a value of AdainDevice and a module of its own. */
typedef struct
{
  AdainDevice device;
  AdainModule module; /* unless the back end is built in */
  const AdainBackendClass *(*built_in) (void);
} Device;

static const Device devices[] = {
  {
      .device = ADAIN_DEVICE_CUDA,
      .module = { .file = "adain-cuda",
                  .entry = "adain_backend",
                  .abi = ADAIN_BACKEND_ABI,
                  .missing = N_ ("This installation has no module for NVIDIA GPUs"),
                  .misfit = N_ ("The module for NVIDIA GPUs does not fit this version") },
  },
  {
      .device = ADAIN_DEVICE_CPU,
      .built_in = adain_cpu_backend,
  },
};

G_STATIC_ASSERT (G_N_ELEMENTS (devices) <= ADAIN_DEVICES_MAX);

/* How well a device suits this machine: 0, with a reason, if it cannot be used. */
static int
look_at (const Device *device, gboolean texture, gboolean regions, const char *module_dir,
         const AdainBackendClass **class, char **reason)
{
  *class = device->built_in ? device->built_in () : adain_module_load (&device->module, module_dir, reason);
  if (*class == NULL)
    return 0;
  if (texture && !(*class)->texture)
    {
      *reason = g_strdup (_ ("The processor paints the texture, the GPU cannot yet"));
      return 0;
    }
  if (regions && !(*class)->regions)
    {
      *reason = g_strdup (_ ("The processor paints regions, the GPU cannot yet"));
      return 0;
    }
  return (*class)->score (reason);
}

int
adain_devices_rank (AdainDevice device, gboolean texture, gboolean regions, const char *module_dir,
                    const AdainBackendClass *ranked[ADAIN_DEVICES_MAX], char **notice)
{
  int scores[ADAIN_DEVICES_MAX], n = 0;

  *notice = NULL;
  for (gsize i = 0; i < G_N_ELEMENTS (devices); i++)
    {
      const AdainBackendClass *class;
      g_autofree char *reason = NULL;
      gboolean         asked_for = devices[i].device == device;
      int              score, at = n;

      if (device == ADAIN_DEVICE_CPU && !asked_for)
        continue;
      score = look_at (&devices[i], texture, regions, module_dir, &class, &reason);
      if (score <= 0 && asked_for)
        *notice = g_steal_pointer (&reason);
      if (score <= 0)
        continue;
      if (asked_for)
        score = G_MAXINT;
      for (; at > 0 && scores[at - 1] < score; at--)
        {
          scores[at] = scores[at - 1];
          ranked[at] = ranked[at - 1];
        }
      scores[at] = score;
      ranked[at] = class;
      n++;
    }
  return n;
}
