/* A network from picture to picture in an ONNX file: its form, and pictures as tensors.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "engine/onnx/network.h"

#include <string.h>

#include <glib/gi18n-lib.h>

#include "engine/half.h"
#include "engine/onnx/session.h"

/* Where a tensor of 4 dimensions has its width, height and colors. */
typedef struct
{
  int channels, height, width;
} Layout;

static const Layout planes = { 1, 2, 3 }, pixels = { 3, 1, 2 };

struct _AdainImageNetwork
{
  AdainOnnxSession *session;
  char             *description;
  const Layout     *layout; /* of the input */
  int               width, height;
};

static gboolean
is_number (ONNXTensorElementDataType type)
{
  return type == ONNX_TENSOR_ELEMENT_DATA_TYPE_FLOAT || type == ONNX_TENSOR_ELEMENT_DATA_TYPE_FLOAT16;
}

/* Where the colors are in a shape, of which not all needs to be fixed; NULL: nowhere. */
static const Layout *
find_layout (const gint64 *shape)
{
  if (shape[planes.channels] == 3)
    return &planes;
  if (shape[pixels.channels] == 3)
    return &pixels;
  return shape[planes.channels] < 1 ? &planes : NULL;
}

/* Why it is none that makes one picture of another, or NULL. Free with g_free(). */
static char *
find_misfit (const AdainOnnxSession *session)
{
  const AdainOnnxPort *input = &session->input, *output = &session->output;

  if (session->n_inputs != 1)
    return g_strdup_printf (
        _ ("it has %d inputs; one that is given a picture alone has 1, one that is given a style's picture, too, "
           "cannot be used here"),
        (int) session->n_inputs);
  if (!input->is_tensor || !is_number (input->type))
    return g_strdup (_ ("its input is not of floating-point numbers"));
  if (input->rank != ADAIN_ONNX_RANK || input->shape[0] > 1 || !find_layout (input->shape))
    return g_strdup (_ ("its input is not one picture of three colors"));
  if (session->n_outputs < 1 || !output->is_tensor || !is_number (output->type)
      || (output->rank == ADAIN_ONNX_RANK && !find_layout (output->shape))
      || (output->rank != ADAIN_ONNX_RANK && output->rank != 0))
    return g_strdup (_ ("its output is not a picture of three colors"));
  return NULL;
}

static void
close_network (AdainImageNetwork *network)
{
  adain_onnx_session_free (network->session);
  g_free (network->description);
  g_free (network);
}

static AdainImageNetwork *
open_network (const char *path, int threads, GError **error)
{
  AdainOnnxSession  *session = adain_onnx_session_new (path, threads, error);
  g_autofree char   *misfit = session ? find_misfit (session) : NULL;
  AdainImageNetwork *network;

  if (!session)
    return NULL;
  if (misfit)
    {
      adain_onnx_session_fail (session, error, misfit);
      adain_onnx_session_free (session);
      return NULL;
    }
  network = g_new0 (AdainImageNetwork, 1);
  network->session = session;
  network->description = g_strdup_printf ("ONNX Runtime %s", OrtGetApiBase ()->GetVersionString ());
  network->layout = find_layout (session->input.shape);
  network->width = CLAMP (session->input.shape[network->layout->width], 0, ADAIN_MAX_SIDE);
  network->height = CLAMP (session->input.shape[network->layout->height], 0, ADAIN_MAX_SIDE);
  return network;
}

static const char *
describe (AdainImageNetwork *network)
{
  return network->description;
}

static void
get_size (AdainImageNetwork *network, int *width, int *height)
{
  *width = network->width;
  *height = network->height;
}

static char *
get_metadata (AdainImageNetwork *network, const char *key)
{
  return adain_onnx_session_metadata (network->session, key);
}

/* Pictures as tensors ----------------------------------------------------------------------- */

/* How far apart in a tensor of this layout neighbouring pixels, and the colors of a pixel, are. */
static void
find_strides (const Layout *layout, gsize n, gsize *pixel, gsize *color)
{
  *pixel = layout == &planes ? 1 : 3;
  *color = layout == &planes ? n : 1;
}

/* `n` pixels as numbers of a tensor; NULL if there is not enough memory. */
static gpointer
new_data (const AdainImageNetwork *network, const float *rgb, gsize n)
{
  gboolean half = network->session->input.type == ONNX_TENSOR_ELEMENT_DATA_TYPE_FLOAT16;
  gpointer data = g_try_malloc_n (n * 3, half ? sizeof (guint16) : sizeof (float));
  gsize    pixel, color;

  find_strides (network->layout, n, &pixel, &color);
  for (gsize i = 0; data && i < n; i++)
    for (int c = 0; c < 3; c++)
      if (half)
        ((guint16 *) data)[i * pixel + c * color] = adain_half_from_float (rgb[3 * i + c]);
      else
        ((float *) data)[i * pixel + c * color] = rgb[3 * i + c];
  return data;
}

static float *
take_data (gconstpointer data, ONNXTensorElementDataType type, const Layout *layout, gsize n)
{
  float *rgb = g_try_new (float, n * 3);
  gsize  pixel, color;

  find_strides (layout, n, &pixel, &color);
  for (gsize i = 0; rgb && i < n; i++)
    for (int c = 0; c < 3; c++)
      rgb[3 * i + c] = type == ONNX_TENSOR_ELEMENT_DATA_TYPE_FLOAT16
                           ? adain_half_to_float (((const guint16 *) data)[i * pixel + c * color])
                           : ((const float *) data)[i * pixel + c * color];
  return rgb;
}

static gboolean
no_memory (GError **error)
{
  g_set_error_literal (error, ADAIN_ERROR, ADAIN_ERROR_MEMORY, _ ("Not enough memory for the picture"));
  return FALSE;
}

/* The shape of the tensor that the network made; FALSE with an error if it is no picture. */
static gboolean
read_shape (const AdainImageNetwork *network, const OrtValue *value, gint64 *shape,
            ONNXTensorElementDataType *type, GError **error)
{
  const AdainOnnxSession    *session = network->session;
  const OrtApi              *api = session->api;
  OrtTensorTypeAndShapeInfo *info = NULL;
  gsize                      rank = 0;
  gboolean                   ok;

  ok = adain_onnx_session_check (session, api->GetTensorTypeAndShape (value, &info), error)
       && adain_onnx_session_check (session, api->GetTensorElementType (info, type), error)
       && adain_onnx_session_check (session, api->GetDimensionsCount (info, &rank), error)
       && (rank == ADAIN_ONNX_RANK
           || adain_onnx_session_fail (session, error, _ ("its output is not a picture of three colors")))
       && adain_onnx_session_check (session, api->GetDimensions (info, shape, ADAIN_ONNX_RANK), error);
  if (info)
    api->ReleaseTensorTypeAndShapeInfo (info);
  return ok;
}

/* The picture in a tensor, or NULL. */
static float *
read_output (const AdainImageNetwork *network, OrtValue *value, int *width, int *height, GError **error)
{
  const AdainOnnxSession   *session = network->session;
  ONNXTensorElementDataType type;
  const Layout             *layout;
  gint64                    shape[ADAIN_ONNX_RANK];
  gpointer                  data;
  float                    *rgb;

  if (!read_shape (network, value, shape, &type, error)
      || !adain_onnx_session_check (session, session->api->GetTensorMutableData (value, &data), error))
    return NULL;
  layout = shape[network->layout->channels] == 3 ? network->layout : find_layout (shape);
  if (!layout || shape[0] != 1 || shape[layout->width] < 1 || shape[layout->height] < 1
      || shape[layout->width] > ADAIN_MAX_SIDE || shape[layout->height] > ADAIN_MAX_SIDE || !is_number (type))
    {
      adain_onnx_session_fail (session, error, _ ("its output is not a picture of three colors"));
      return NULL;
    }
  *width = shape[layout->width];
  *height = shape[layout->height];
  rgb = take_data (data, type, layout, (gsize) *width * *height);
  if (!rgb)
    no_memory (error);
  return rgb;
}

static float *
run (AdainImageNetwork *network, const float *rgb, int width, int height, int *out_width, int *out_height,
     GCancellable *cancellable, GError **error)
{
  const AdainOnnxSession *session = network->session;
  const Layout           *layout = network->layout;
  gsize                   n = (gsize) width * height;
  g_autofree gpointer     data = new_data (network, rgb, n);
  gboolean                half = session->input.type == ONNX_TENSOR_ELEMENT_DATA_TYPE_FLOAT16;
  gint64                  shape[ADAIN_ONNX_RANK] = { 1 };
  OrtValue               *input = NULL, *output;
  float                  *out;

  shape[layout->channels] = 3;
  shape[layout->width] = width;
  shape[layout->height] = height;
  if (!data)
    {
      no_memory (error);
      return NULL;
    }
  if (!adain_onnx_session_check (session,
                                 session->api->CreateTensorWithDataAsOrtValue (session->memory, data,
                                                                               n * 3 * (half ? 2 : 4), shape,
                                                                               ADAIN_ONNX_RANK,
                                                                               session->input.type, &input),
                                 error))
    return NULL;
  output = adain_onnx_session_run (session, input, cancellable, error);
  session->api->ReleaseValue (input);
  if (!output)
    return NULL;
  out = read_output (network, output, out_width, out_height, error);
  session->api->ReleaseValue (output);
  return out;
}

const AdainImageNetworkClass *
adain_onnx_network (void)
{
  static const AdainImageNetworkClass class = {
    .abi = ADAIN_IMAGE_NETWORK_ABI,
    .open = open_network,
    .close = close_network,
    .describe = describe,
    .size = get_size,
    .metadata = get_metadata,
    .run = run,
  };

  return &class;
}
