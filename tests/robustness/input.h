/* A model file given as bytes: what the mutation test and the fuzzer try.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "engine/model.h"

/* Keeps `bytes` as a file in memory. Returns its descriptor, to be closed, and its path in @path (g_free it). */
int input_open (const guint8 *bytes, gsize length, char **path);

/* Loads `bytes` as a model; NULL if it is none. Aborts if it is not refused by name. */
AdainModel *input_load (const guint8 *bytes, gsize length);

/* Reads all of the model, and aborts if any of it is not as the loader promises. */
void input_read (AdainModel *model);

/* Loads `bytes` as a model and, if it is one, uses it. Aborts if anything but a refusal that names the
 * file, or a model that works, comes of it. TRUE if it was a model. */
gboolean input_try (const guint8 *bytes, gsize length);
