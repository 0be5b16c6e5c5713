/* Painting with a model file given as bytes.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "input.h"

#include <math.h>

#define SIDE 17

/* Paints a small picture, whatever the weights do to it. */
static void
use (AdainModel *model)
{
  AdainEngineOptions options = { .threads = 1, .memory = 64 << 20 };
  AdainEngine       *engine = adain_engine_new (model, ADAIN_DEVICE_CPU, &options, NULL);
  float              rgba[SIDE * SIDE * 4], painted[SIDE * SIDE * 4];
  AdainImage         image = { SIDE, SIDE, rgba }, result = { SIDE, SIDE, painted };
  AdainSource        source = adain_image_source (&image);
  AdainSink          sink = adain_image_sink (&result);
  AdainRenderOptions render = { .strength = 0.5 };
  AdainStyle        *style;
  AdainContent      *content;

  g_assert_nonnull (engine);
  for (int i = 0; i < SIDE * SIDE * 4; i++)
    {
      rgba[i] = i % 4 == 3 ? 1 : i % 50 / 50.0f;
      painted[i] = NAN;
    }
  style = adain_style_encode (engine, &source, 0, NULL, NULL, NULL);
  content = adain_content_encode (engine, &source, 0, NULL, NULL, NULL, NULL);
  g_assert_true (style && content);
  g_assert_true (adain_content_render (content, &style, NULL, 1, &render, &sink, NULL, NULL, NULL, NULL));
  for (int i = 0; i < SIDE * SIDE * 4; i++)
    g_assert_true (painted[i] >= 0 && painted[i] <= 1);
  adain_content_free (content);
  adain_style_free (style);
  adain_engine_free (engine);
}

gboolean
input_try (const guint8 *bytes, gsize length)
{
  g_autoptr (AdainModel) model = input_load (bytes, length);

  if (!model)
    return FALSE;
  input_read (model);
  use (model);
  return TRUE;
}
