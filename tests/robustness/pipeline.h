/* One small picture from the model file to the sink, with every call checked: what the tests of failing
 * parts run again and again.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "engine/adain.h"

typedef struct
{
  AdainDevice        device;
  AdainEngineOptions options;
  int                work_size;
  gboolean           regions; /* the left of the picture has a style of its own */

  /* Called before each read and write; FALSE, with an error, makes it fail. */
  gboolean (*access) (gpointer user_data, GError **error);
  gpointer user_data;
} Pipeline;

/* What came of it; pipeline_clear() it. */
typedef struct
{
  float *rgba;
  char  *notice, *description;
} PipelineResult;

/* FALSE, with an error, if a call failed. Aborts if one fails without an error or with one but
 * successfully, or if progress falls. */
gboolean pipeline_run (const Pipeline *pipeline, PipelineResult *result, GError **error);
void     pipeline_clear (PipelineResult *result);

/* Bytes of `rgba`. */
#define PIPELINE_WIDTH  75
#define PIPELINE_HEIGHT 66
#define PIPELINE_BYTES  (PIPELINE_WIDTH * PIPELINE_HEIGHT * 4 * sizeof (float))

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (PipelineResult, pipeline_clear)
