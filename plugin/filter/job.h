/* One run of the filter: drawables and settings in, new layers out, or filters that stay editable.
 *
 * A job has three steps. Only the middle one is slow, and it never calls libgimp, so that it can
 * run in a worker thread while the dialog stays alive; the image is touched by the last one alone.
 *
 *     job = adain_job_new (config, image, drawables, pause, data, &error);          main thread
 *     adain_job_run (job, progress, data, enough, cancellable, &error);             any thread
 *     layers = adain_job_commit (job, &error);                                      main thread
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <libgimp/gimp.h>

#include "engine/adain.h"

G_BEGIN_DECLS

typedef struct _AdainJob AdainJob;

/* Reading holds up the main thread; between two pictures this lets whoever waits do something else. */
typedef void (*AdainJobPause) (gpointer user_data);

/* Checks the arguments, copies the pixels inside the selection's bounds and loads the styles. @pause may be
 * NULL. */
AdainJob *adain_job_new (GimpProcedureConfig *config, GimpImage *image, GimpDrawable **drawables,
                         AdainJobPause pause, gpointer pause_data, GError **error);
/* @enough (nullable): cancelling it ends learning and refinement; the pictures are then painted with what has been
 * learned, and finished as they are. */
gboolean adain_job_run (AdainJob *job, AdainProgress progress, gpointer progress_data, GCancellable *enough,
                        GCancellable *cancellable, GError **error);
/* Adds the result as new layers, or as filters to the layers, in one undo step. Returns the layers,
 * NULL-terminated (g_free the array). */
GimpLayer **adain_job_commit (AdainJob *job, GError **error);
void        adain_job_free (AdainJob *job);

/* What adain_engine_notice() says after a run, or NULL. */
const char *adain_job_notice (AdainJob *job);

G_END_DECLS
