/* Measured peaks of the current device; 0 if they cannot be measured.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#ifdef __cplusplus
extern "C"
{
#endif

double peak_flops (void);     /* half products, float sums, per second */
double peak_bandwidth (void); /* bytes read and written per second */

#ifdef __cplusplus
}
#endif
