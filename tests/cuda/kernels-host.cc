/* The kernels, compiled for the processor.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "kernels.cu"
