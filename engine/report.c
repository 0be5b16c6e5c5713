/* Telling the caller how far a call is.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "report.h"

static void
report_steadily (double fraction, AdainProgressUnit unit, int done, int all, gpointer user_data)
{
  AdainSteadyProgress *steady = user_data;

  steady->reached = MAX (steady->reached, fraction);
  steady->callback (steady->reached, unit, done, all, steady->data);
}

AdainReport
adain_report (AdainSteadyProgress *steady, AdainProgress callback, gpointer data, GCancellable *cancellable)
{
  *steady = (AdainSteadyProgress) { callback, data, 0 };
  return (AdainReport) { callback ? report_steadily : NULL, steady, 0, 1, cancellable };
}
