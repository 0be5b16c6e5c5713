/* A model file given as bytes.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#define _GNU_SOURCE
#include "input.h"

#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "engine/model.h"

#define SIDE 17

/* Paints a small picture, whatever the weights do to it. */
static void
use (AdainModel *model)
{
  AdainEngineOptions options = { .threads = 1, .memory = 64 << 20 };
  AdainEngine       *engine = adain_engine_new (model, ADAIN_DEVICE_CPU, &options, NULL);
  float              rgba[SIDE * SIDE * 4];
  AdainImage         image = { SIDE, SIDE, rgba };
  AdainSource        source = adain_image_source (&image);
  AdainSink          sink = adain_image_sink (&image);
  AdainRenderOptions render = { .strength = 0.5 };
  AdainStyle        *style;
  AdainContent      *content;

  g_assert_nonnull (engine);
  for (int i = 0; i < SIDE * SIDE * 4; i++)
    rgba[i] = i % 4 == 3 ? 1 : i % 50 / 50.0f;
  style = adain_style_encode (engine, &source, 0, NULL, NULL, NULL);
  content = adain_content_encode (engine, &source, 0, NULL, NULL, NULL, NULL);
  g_assert_true (style && content);
  g_assert_true (adain_content_render (content, &style, NULL, 1, &render, &sink, NULL, NULL, NULL, NULL));
  for (int i = 0; i < SIDE * SIDE * 4; i++)
    g_assert_true (rgba[i] >= 0 && rgba[i] <= 1);
  adain_content_free (content);
  adain_style_free (style);
  adain_engine_free (engine);
}

gboolean
input_try (const guint8 *bytes, gsize length)
{
  int              file = memfd_create ("model", 0);
  g_autofree char *path = g_strdup_printf ("/proc/self/fd/%d", file);
  g_autoptr (GError) error = NULL;
  g_autoptr (AdainModel) model = NULL;

  g_assert_cmpint (file, >=, 0);
  for (gsize done = 0; done < length;)
    {
      gssize n = write (file, bytes + done, length - done);

      g_assert_cmpint (n, >, 0);
      done += n;
    }
  model = adain_model_load (path, &error);
  close (file);
  if (model)
    {
      use (model);
      return TRUE;
    }
  g_assert_error (error, ADAIN_ERROR, ADAIN_ERROR_MODEL);
  g_assert_nonnull (strstr (error->message, path));
  return FALSE;
}
