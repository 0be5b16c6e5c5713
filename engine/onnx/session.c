/* An ONNX file that has been opened by ONNX Runtime.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "engine/onnx/session.h"

#include <string.h>

#include <glib/gi18n-lib.h>

gboolean
adain_onnx_session_fail (const AdainOnnxSession *session, GError **error, const char *reason)
{
  g_set_error (error, ADAIN_ERROR, ADAIN_ERROR_MODEL, _ ("“%s” cannot be used as an ONNX model: %s"),
               session->path, reason);
  return FALSE;
}

gboolean
adain_onnx_session_check (const AdainOnnxSession *session, OrtStatus *status, GError **error)
{
  g_autofree char *reason = NULL;

  if (status == NULL)
    return TRUE;
  reason = g_utf8_make_valid (session->api->GetErrorMessage (status), -1);
  session->api->ReleaseStatus (status);
  return adain_onnx_session_fail (session, error, reason);
}

/* What its names are allocated by. */
static OrtAllocator *
get_allocator (const AdainOnnxSession *session)
{
  OrtAllocator *allocator = NULL;
  OrtStatus    *status = session->api->GetAllocatorWithDefaultOptions (&allocator);

  if (status)
    session->api->ReleaseStatus (status);
  return allocator;
}

/* A copy of a text of ONNX Runtime's, which is freed. */
static char *
take_text (const AdainOnnxSession *session, char *text)
{
  OrtAllocator *allocator = get_allocator (session);
  char         *copy = g_strdup (text);

  if (text)
    allocator->Free (allocator, text);
  return copy;
}

char *
adain_onnx_session_metadata (const AdainOnnxSession *session, const char *key)
{
  const OrtApi     *api = session->api;
  OrtModelMetadata *metadata = NULL;
  char             *text = NULL;
  OrtStatus        *status = api->SessionGetModelMetadata (session->session, &metadata);

  if (!status)
    status = api->ModelMetadataLookupCustomMetadataMap (metadata, get_allocator (session), key, &text);
  if (status)
    api->ReleaseStatus (status);
  if (metadata)
    api->ReleaseModelMetadata (metadata);
  return take_text (session, text);
}

/* Opening ----------------------------------------------------------------------------------- */

static gboolean
read_port (const AdainOnnxSession *session, OrtTypeInfo *info, AdainOnnxPort *port, GError **error)
{
  const OrtApi                    *api = session->api;
  const OrtTensorTypeAndShapeInfo *tensor = NULL;

  if (!adain_onnx_session_check (session, api->CastTypeInfoToTensorInfo (info, &tensor), error))
    return FALSE;
  port->is_tensor = tensor != NULL;
  return !tensor
         || (adain_onnx_session_check (session, api->GetTensorElementType (tensor, &port->type), error)
             && adain_onnx_session_check (session, api->GetDimensionsCount (tensor, &port->rank), error)
             && (port->rank != ADAIN_ONNX_RANK
                 || adain_onnx_session_check (session,
                                              api->GetDimensions (tensor, port->shape, ADAIN_ONNX_RANK),
                                              error)));
}

/* Functions of ONNX Runtime's: one that tells a name, and one that tells a type. */
typedef OrtStatus *(ORT_API_CALL *GetName) (const OrtSession *, size_t, OrtAllocator *, char **);
typedef OrtStatus *(ORT_API_CALL *GetTypeInfo) (const OrtSession *, size_t, OrtTypeInfo **);

/* The first of the inputs or outputs that these tell of. */
static gboolean
describe_port (AdainOnnxSession *session, GetName get_name, GetTypeInfo get_type, AdainOnnxPort *port,
               GError **error)
{
  OrtTypeInfo *info = NULL;
  char        *name = NULL;
  gboolean     ok;

  ok = adain_onnx_session_check (session, get_name (session->session, 0, get_allocator (session), &name),
                                 error)
       && adain_onnx_session_check (session, get_type (session->session, 0, &info), error)
       && read_port (session, info, port, error);
  port->name = take_text (session, name);
  if (info)
    session->api->ReleaseTypeInfo (info);
  return ok;
}

static gboolean
describe (AdainOnnxSession *session, GError **error)
{
  const OrtApi *api = session->api;

  if (!adain_onnx_session_check (session, api->SessionGetInputCount (session->session, &session->n_inputs),
                                 error)
      || !adain_onnx_session_check (session,
                                    api->SessionGetOutputCount (session->session, &session->n_outputs),
                                    error))
    return FALSE;
  return (session->n_inputs == 0
          || describe_port (session, api->SessionGetInputName, api->SessionGetInputTypeInfo, &session->input,
                            error))
         && (session->n_outputs == 0
             || describe_port (session, api->SessionGetOutputName, api->SessionGetOutputTypeInfo,
                               &session->output, error));
}

/* As many threads as are given and no others, which do not wait in a loop; and the same sums in every run. */
static gboolean
set_options (const AdainOnnxSession *session, OrtSessionOptions *options, int threads, GError **error)
{
  const OrtApi *api = session->api;

  return adain_onnx_session_check (session, api->SetIntraOpNumThreads (options, threads), error)
         && adain_onnx_session_check (session, api->SetInterOpNumThreads (options, 1), error)
         && adain_onnx_session_check (session, api->SetDeterministicCompute (options, TRUE), error)
         && adain_onnx_session_check (session,
                                      api->AddSessionConfigEntry (options, "session.intra_op.allow_spinning",
                                                                  "0"),
                                      error);
}

/* The file is given as a whole, so that it can name no others. */
static gboolean
create (AdainOnnxSession *session, int threads, GError **error)
{
  const OrtApi      *api = session->api;
  OrtSessionOptions *options = NULL;
  GMappedFile       *file = g_mapped_file_new (session->path, FALSE, error);
  gboolean           ok;

  if (!file)
    return FALSE;
  ok = adain_onnx_session_check (session,
                                 api->CreateEnv (ORT_LOGGING_LEVEL_FATAL, "adain", &session->environment),
                                 error)
       && adain_onnx_session_check (session,
                                    api->CreateCpuMemoryInfo (OrtArenaAllocator, OrtMemTypeDefault,
                                                              &session->memory),
                                    error)
       && adain_onnx_session_check (session, api->CreateSessionOptions (&options), error)
       && set_options (session, options, threads, error)
       && adain_onnx_session_check (session,
                                    api->CreateSessionFromArray (session->environment,
                                                                 g_mapped_file_get_contents (file),
                                                                 g_mapped_file_get_length (file), options,
                                                                 &session->session),
                                    error);
  if (options)
    api->ReleaseSessionOptions (options);
  g_mapped_file_unref (file);
  return ok;
}

AdainOnnxSession *
adain_onnx_session_new (const char *path, int threads, GError **error)
{
  AdainOnnxSession *session = g_new0 (AdainOnnxSession, 1);

  session->path = g_strdup (path);
  session->api = OrtGetApiBase ()->GetApi (ORT_API_VERSION);
  if (!session->api)
    adain_onnx_session_fail (session, error, _ ("ONNX Runtime is too old"));
  else if (create (session, threads, error) && describe (session, error))
    return session;
  adain_onnx_session_free (session);
  return NULL;
}

void
adain_onnx_session_free (AdainOnnxSession *session)
{
  const OrtApi *api = session->api;

  if (session->session)
    api->ReleaseSession (session->session);
  if (session->memory)
    api->ReleaseMemoryInfo (session->memory);
  if (session->environment)
    api->ReleaseEnv (session->environment);
  g_free (session->input.name);
  g_free (session->output.name);
  g_free (session->path);
  g_free (session);
}

/* Running ----------------------------------------------------------------------------------- */

/* One run that can be told to end. */
typedef struct
{
  const OrtApi  *api;
  OrtRunOptions *options;
} Run;

static void
on_cancelled (GCancellable *cancellable, gpointer user_data)
{
  const Run *run = user_data;
  OrtStatus *status = run->api->RunOptionsSetTerminate (run->options);

  if (status)
    run->api->ReleaseStatus (status);
}

OrtValue *
adain_onnx_session_run (const AdainOnnxSession *session, const OrtValue *input, GCancellable *cancellable,
                        GError **error)
{
  const OrtApi     *api = session->api;
  const char *const inputs[] = { session->input.name }, *const outputs[] = { session->output.name };
  Run        run = { api };
  OrtValue  *output = NULL;
  OrtStatus *status;
  gulong     handler = 0;

  if (!adain_onnx_session_check (session, api->CreateRunOptions (&run.options), error))
    return NULL;
  if (cancellable)
    handler = g_cancellable_connect (cancellable, G_CALLBACK (on_cancelled), &run, NULL);
  status = api->Run (session->session, run.options, inputs, &input, 1, outputs, 1, &output);
  g_cancellable_disconnect (cancellable, handler);
  api->ReleaseRunOptions (run.options);

  if (g_cancellable_set_error_if_cancelled (cancellable, error))
    {
      if (status)
        api->ReleaseStatus (status);
    }
  else if (adain_onnx_session_check (session, status, error))
    {
      return output;
    }
  if (output)
    api->ReleaseValue (output);
  return NULL;
}
