/* An ONNX file that has been opened by ONNX Runtime.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <onnxruntime_c_api.h>

#include "engine/image-network.h"

G_BEGIN_DECLS

#define ADAIN_ONNX_RANK 4

/* An input or output as the file declares it. */
typedef struct
{
  char                     *name;
  gboolean                  is_tensor;
  ONNXTensorElementDataType type;
  gsize                     rank;
  gint64 shape[ADAIN_ONNX_RANK]; /* if that is its rank; what is not fixed is not positive */
} AdainOnnxPort;

typedef struct
{
  const OrtApi  *api;
  OrtEnv        *environment;
  OrtSession    *session;
  OrtMemoryInfo *memory;
  char          *path;
  gsize          n_inputs, n_outputs;
  AdainOnnxPort  input, output; /* the first of each */
} AdainOnnxSession;

AdainOnnxSession *adain_onnx_session_new (const char *path, int threads, GError **error);
void              adain_onnx_session_free (AdainOnnxSession *session);

/* Sets an error with the file's name, and returns FALSE. */
gboolean adain_onnx_session_fail (const AdainOnnxSession *session, GError **error, const char *reason);

/* Whether a call of the API succeeded. Takes `status`, NULL or a failure, which becomes the error. */
gboolean adain_onnx_session_check (const AdainOnnxSession *session, OrtStatus *status, GError **error);

/* What the file's metadata say under this name (g_free), or NULL. */
char *adain_onnx_session_metadata (const AdainOnnxSession *session, const char *key);

/* Runs the network on a tensor. Returns its first output, to be freed with session->api->ReleaseValue(). */
OrtValue *adain_onnx_session_run (const AdainOnnxSession *session, const OrtValue *input,
                                  GCancellable *cancellable, GError **error);

G_END_DECLS
