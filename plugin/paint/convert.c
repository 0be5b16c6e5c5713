/* Pixels as the engine takes them, the same on every run.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "plugin/paint/convert.h"

#include <math.h>
#include <string.h>

/* So many pixels at a time go through a buffer on the stack. */
#define CHUNK 256

/* The models that GIMP's drawables have. Inside sRGB's space the perceptual ones (~) are those with the
 * space's own curve ('). */
typedef struct
{
  const char *name;
  int         colors;
  gboolean    alpha;
  gboolean    linear;
} Model;

static const Model models[] = {
  { "R'G'B'A", 3, TRUE, FALSE }, { "R'G'B'", 3, FALSE, FALSE }, { "R~G~B~A", 3, TRUE, FALSE },
  { "R~G~B~", 3, FALSE, FALSE }, { "RGBA", 3, TRUE, TRUE },     { "RGB", 3, FALSE, TRUE },
  { "Y'A", 1, TRUE, FALSE },     { "Y'", 1, FALSE, FALSE },     { "Y~A", 1, TRUE, FALSE },
  { "Y~", 1, FALSE, FALSE },     { "YA", 1, TRUE, TRUE },       { "Y", 1, FALSE, TRUE },
};

/* NULL where it is not one of them, or in another space. */
static const Model *
find_model (const Babl *format)
{
  const char *encoding = babl_format_get_encoding (format);
  const char *type = strrchr (encoding, ' ');

  if (type == NULL || babl_format_get_space (format) != babl_space ("sRGB"))
    return NULL;

  for (gsize i = 0; i < G_N_ELEMENTS (models); i++)
    if (strlen (models[i].name) == (gsize) (type - encoding) && g_str_has_prefix (encoding, models[i].name))
      return &models[i];
  return NULL;
}

/* The components as floats, with 1 for the largest integer. */
static void
read_components (const Babl *format, const Model *model, const guint8 *in, float *values, int n_pixels)
{
  const Babl *type = babl_format_get_type (format, 0);
  const int   n = n_pixels * babl_format_get_n_components (format);

  if (type == babl_type ("u8"))
    {
      for (int i = 0; i < n; i++)
        values[i] = in[i] / 255.0f;
    }
  else if (type == babl_type ("u16"))
    {
      const guint16 *numbers = (const guint16 *) in;

      for (int i = 0; i < n; i++)
        values[i] = numbers[i] / 65535.0f;
    }
  else
    {
      /* Half is exact in float, whoever converts it; of 32 and 64 bits there is one way in babl. */
      g_autofree char *name = g_strconcat (model->name, " float", NULL);

      babl_process (babl_fish (format, babl_format (name)), in, values, n_pixels);
    }
}

static float
srgb_curve (float light)
{
  return light > 0.0031308f ? 1.055f * powf (light, 1.0f / 2.4f) - 0.055f : 12.92f * light;
}

/* Changes `values`. */
static void
write_rgba (const Model *model, float *values, float *rgba, int n_pixels)
{
  const int components = model->colors + model->alpha;

  for (int i = 0; model->linear && i < n_pixels; i++)
    for (int c = 0; c < model->colors; c++)
      values[i * components + c] = srgb_curve (values[i * components + c]);

  for (int i = 0; i < n_pixels; i++, values += components, rgba += 4)
    {
      if (model->colors == 3)
        memcpy (rgba, values, 3 * sizeof *rgba);
      else
        rgba[0] = rgba[1] = rgba[2] = values[0];
      rgba[3] = model->alpha ? values[model->colors] : 1.0f;
    }
}

const Babl *
adain_working_format (const Babl *space)
{
  return babl_format_with_space ("R'G'B'A float", babl_space_with_trc (space, babl_trc ("sRGB")));
}

void
adain_convert (const Babl *from, const Babl *to, gconstpointer in, gpointer out, gsize n)
{
  const Model   *model = find_model (from);
  const gboolean to_rgba = to == babl_format ("R'G'B'A float");
  const gboolean to_light = to == babl_format ("Y float") && model != NULL && g_str_equal (model->name, "Y");
  const gsize    bytes = babl_format_get_bytes_per_pixel (from);
  float          values[CHUNK * 4];

  if (model == NULL || !(to_rgba || to_light))
    {
      babl_process (babl_fish (from, to), in, out, n);
      return;
    }

  for (gsize start = 0; start < n; start += CHUNK)
    {
      const int     part = (int) MIN (n - start, CHUNK);
      const guint8 *pixels = (const guint8 *) in + start * bytes;

      if (to_light)
        {
          read_components (from, model, pixels, (float *) out + start, part);
        }
      else
        {
          read_components (from, model, pixels, values, part);
          write_rgba (model, values, (float *) out + start * 4, part);
        }
    }
}
