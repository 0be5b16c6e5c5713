/* The engine's error domain.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "adain.h"

G_DEFINE_QUARK (adain - error - quark, adain_error)
