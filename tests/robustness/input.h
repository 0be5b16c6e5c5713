/* A model file given as bytes: what the mutation test and the fuzzer try.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "engine/adain.h"

/* Loads `bytes` as a model and, if it is one, uses it. Aborts if anything but a refusal that names the
 * file, or a model that works, comes of it. TRUE if it was a model. */
gboolean input_try (const guint8 *bytes, gsize length);
