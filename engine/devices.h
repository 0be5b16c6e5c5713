/* The devices that there may be, and the best of them for this machine.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "backend.h"

G_BEGIN_DECLS

#define ADAIN_DEVICES_MAX 8

/**
 * adain_devices_rank:
 * @device: what was asked for
 * @texture: whether only devices that can paint texture will do
 * @regions: and only those that can paint regions
 * @module_dir: (nullable): where run-time modules lie
 * @ranked: room for ADAIN_DEVICES_MAX classes, which live as long as the process
 * @notice: (out): why the device that was asked for by name cannot be used (g_free), or NULL
 *
 * Looks which devices can be used here: the one asked for first, then the others from the best score
 * downwards. Where the CPU is asked for nothing else is even looked at; it is always the last resort.
 *
 * Returns: how many there are, at least 1
 */
int adain_devices_rank (AdainDevice device, gboolean texture, gboolean regions, const char *module_dir,
                        const AdainBackendClass *ranked[ADAIN_DEVICES_MAX], char **notice);

G_END_DECLS
