/* Telling the caller how far a call is.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "adain.h"

G_BEGIN_DECLS

/* Where one part of a call reports to. The part covers the fractions from `start` to `end`. */
typedef struct
{
  AdainProgress callback;
  gpointer      data;
  double        start, end;
  GCancellable *cancellable;
} AdainReport;

/* A progress callback that never falls, also when the work begins again on another device. */
typedef struct
{
  AdainProgress callback;
  gpointer      data;
  double        reached;
} AdainSteadyProgress;

/* A report on a whole call to `steady`, which this sets up. */
AdainReport adain_report (AdainSteadyProgress *steady, AdainProgress callback, gpointer data,
                          GCancellable *cancellable);

G_END_DECLS
