/* Functions that are compiled for several instruction sets, among which the loader chooses.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

/* Before a function: compile it for these as well. Sanitizers have to be set up before the loader could ask; clang
 * gives the choice another name than the function. */
#if defined __x86_64__ && defined __linux__ && !defined __clang__ && !defined __SANITIZE_ADDRESS__ \
    && !defined __SANITIZE_THREAD__
#  define ADAIN_CLONES(...) __attribute__ ((target_clones (__VA_ARGS__, "default")))
#else
#  define ADAIN_CLONES(...)
#endif
