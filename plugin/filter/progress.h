/* Running a job without a window: in a thread, with its progress shown by GIMP.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "plugin/filter/job.h"

G_BEGIN_DECLS

gboolean adain_progress_run (AdainJob *job, GError **error);

G_END_DECLS
