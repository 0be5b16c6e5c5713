/* Running the pieces of a picture on threads, and telling how far they are.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "adain.h"

G_BEGIN_DECLS

/* Where a run of tiles reports to. The run covers the fractions from `start` to `end`. */
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

/* Does one tile; called on one thread for each worker. */
typedef gboolean (*AdainPoolFunc) (int worker, int index, gpointer user_data, GError **error);

/* Calls `func` for each of `tiles` tiles on up to `workers` threads, this one included. The first
 * that is FALSE stops all, and then so is the call, with an error in any case. Where a thread cannot be
 * started the others do its share. */
gboolean adain_pool_run (int tiles, int workers, AdainPoolFunc func, gpointer user_data,
                         const AdainReport *report, GError **error);

G_END_DECLS
