/* Networks that others have made, from picture to picture.
 *
 * Most of them normalize by the whole picture's statistics (instance normalization), so that it is painted as one, at
 * the working size. Its sides are padded by reflection to what the network takes: a multiple of some pixels, or
 * one size alone, into which the picture is fitted with its proportions, since strokes would become wider in
 * one direction than in the other if it were stretched.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "foreign.h"

#include <math.h>

#include <glib/gi18n-lib.h>

#include "error.h"
#include "image-network.h"
#include "module.h"
#include "picture.h"

/* Padded to this where the file does not say how often the network halves the picture, and at least this large, so
 * that there is something to reflect for a network that pads by itself. */
#define USUAL_MULTIPLE 8
#define MAX_MULTIPLE   1024
#define MIN_SIDE       64

/* The test picture that shows which range a network gives. */
#define PROBE_SIDE 256
#define CHECK      16

/* Beyond these a result cannot be meant to lie in 0 to 1. */
#define MOST_SIGNED 2
#define MOST_UNIT   -0.25f

/* What the file may say of itself: keys of its metadata. */
#define KEY_RANGE    "value_range"
#define KEY_MULTIPLE "size_multiple"

static const AdainModule module = {
  .file = "adain-onnx",
  .entry = "adain_image_network",
  .abi = ADAIN_IMAGE_NETWORK_ABI,
  .missing = N_ ("This installation has no module for ONNX models"),
  .misfit = N_ ("The module for ONNX models does not fit this version, or ONNX Runtime is not installed"),
};

/* A network's value for each of R, G and B in [0, 1]: scale * value + shift. */
typedef struct
{
  const char *name;
  float       scale[3], shift[3];
} Range;

static const Range ranges[] = {
  [ADAIN_RANGE_AUTO] = { .name = "auto" },
  [ADAIN_RANGE_UNIT] = { "unit", { 1, 1, 1 }, { 0, 0, 0 } },
  [ADAIN_RANGE_BYTE] = { "byte", { 255, 255, 255 }, { 0, 0, 0 } },
  [ADAIN_RANGE_SIGNED] = { "signed", { 2, 2, 2 }, { -1, -1, -1 } },
  /* Means and deviations of ImageNet's pictures, as networks for it are given them. */
  [ADAIN_RANGE_IMAGENET] = { "imagenet",
                             { 1 / 0.229f, 1 / 0.224f, 1 / 0.225f },
                             { -0.485f / 0.229f, -0.456f / 0.224f, -0.406f / 0.225f } },
};

struct _AdainForeign
{
  char *path;
  const AdainImageNetworkClass *class;
  AdainImageNetwork *network;
  char              *description;
  const Range       *range;
  int                width, height; /* the only ones that it takes, or 0 */
  int                multiple;
};

const char *
adain_range_name (AdainRange range)
{
  return ranges[range].name;
}

static gboolean
fail (const AdainForeign *foreign, GError **error, const char *reason)
{
  g_set_error (error, ADAIN_ERROR, ADAIN_ERROR_MODEL, _ ("“%s” cannot paint: %s"), foreign->path, reason);
  return FALSE;
}

/* Running the network ----------------------------------------------------------------------- */

/* A picture of *times as many pixels in each direction as went in, or NULL. */
static float *
run (const AdainForeign *foreign, const float *rgb, int width, int height, int *times,
     GCancellable *cancellable, GError **error)
{
  int    out_width, out_height;
  float *out = foreign->class->run (foreign->network, rgb, width, height, &out_width, &out_height,
                                    cancellable, error);

  if (!out)
    return NULL;
  *times = out_width / width;
  if (*times < 1 || out_width != *times * width || out_height != *times * height)
    {
      g_autofree char *reason =
          g_strdup_printf (_ ("of %d x %d pixels it makes %d x %d, which is not as many or a multiple"),
                           width, height, out_width, out_height);

      fail (foreign, error, reason);
      g_clear_pointer (&out, g_free);
    }
  for (gsize i = 0; out && i < (gsize) out_width * out_height * 3; i++)
    if (!isfinite (out[i]))
      {
        fail (foreign, error, _ ("its result is not a number"));
        g_clear_pointer (&out, g_free);
      }
  return out;
}

/* The side that the network sees of one of `side` pixels. */
static int
network_side (int side, int only, int multiple)
{
  if (only)
    return only;
  side = MAX (side, MIN_SIDE);
  return (side + multiple - 1) / multiple * multiple;
}

/* Colors that run from 0 to 1, and a checkerboard. */
static float *
new_probe (int width, int height)
{
  float *rgb = g_try_new (float, (gsize) width * height * 3);

  for (gsize i = 0; rgb && i < (gsize) width * height; i++)
    {
      int x = i % width, y = i / width;

      rgb[3 * i] = (float) x / width;
      rgb[3 * i + 1] = (float) y / height;
      rgb[3 * i + 2] = (x / CHECK + y / CHECK) % 2;
    }
  return rgb;
}

/* A network that is given 0 to 1 betrays its range by what it makes of that, since it was trained to end in the range
 * in which it begins. */
static AdainRange
range_of (const float *out, gsize n)
{
  float least = 0, most = 0;

  for (gsize i = 0; i < n; i++)
    {
      least = MIN (least, out[i]);
      most = MAX (most, out[i]);
    }
  if (most > MOST_SIGNED)
    return ADAIN_RANGE_BYTE;
  return least < MOST_UNIT ? ADAIN_RANGE_SIGNED : ADAIN_RANGE_UNIT;
}

static gboolean
probe_range (AdainForeign *foreign, GError **error)
{
  int               width = network_side (PROBE_SIDE, foreign->width, foreign->multiple);
  int               height = network_side (PROBE_SIDE, foreign->height, foreign->multiple);
  g_autofree float *rgb = new_probe (width, height);
  g_autofree float *out = NULL;
  int               times;

  if (!rgb)
    return adain_no_memory_for_model (error);
  out = run (foreign, rgb, width, height, &times, NULL, error);
  if (!out)
    return FALSE;
  foreign->range = &ranges[range_of (out, (gsize) width * times * height * times * 3)];
  return TRUE;
}

/* Opening ----------------------------------------------------------------------------------- */

/* The range that the file names, or ADAIN_RANGE_AUTO if it names none; FALSE if it is none that we know. */
static gboolean
read_range (AdainForeign *foreign, AdainRange *range, GError **error)
{
  g_autofree char *name = foreign->class->metadata (foreign->network, KEY_RANGE);

  *range = ADAIN_RANGE_AUTO;
  if (!name)
    return TRUE;
  for (gsize i = 0; i < G_N_ELEMENTS (ranges); i++)
    if (g_str_equal (name, ranges[i].name))
      {
        *range = i;
        return TRUE;
      }
  return fail (foreign, error, _ ("“value_range” in its metadata is wrong"));
}

static gboolean
read_multiple (AdainForeign *foreign, GError **error)
{
  g_autofree char *text = foreign->class->metadata (foreign->network, KEY_MULTIPLE);
  guint64          multiple = USUAL_MULTIPLE;

  if (text && !g_ascii_string_to_unsigned (text, 10, 1, MAX_MULTIPLE, &multiple, NULL))
    return fail (foreign, error, _ ("“size_multiple” in its metadata is wrong"));
  foreign->multiple = multiple;
  return TRUE;
}

static gboolean
open_network (AdainForeign *foreign, AdainRange range, const char *module_dir, int threads, GError **error)
{
  g_autofree char *reason = NULL;
  AdainRange       said;

  foreign->class = adain_module_load (&module, module_dir, &reason);
  if (!foreign->class)
    {
      g_set_error_literal (error, ADAIN_ERROR, ADAIN_ERROR_DEVICE, reason);
      return FALSE;
    }
  foreign->network = foreign->class->open (foreign->path, threads, error);
  if (!foreign->network)
    return FALSE;
  foreign->class->size (foreign->network, &foreign->width, &foreign->height);
  if (!read_multiple (foreign, error) || !read_range (foreign, &said, error))
    return FALSE;
  foreign->range = &ranges[range != ADAIN_RANGE_AUTO ? range : said];
  return foreign->range != &ranges[ADAIN_RANGE_AUTO] || probe_range (foreign, error);
}

AdainForeign *
adain_foreign_new (const char *path, AdainRange range, const char *module_dir, int threads, GError **error)
{
  AdainForeign *foreign = g_new0 (AdainForeign, 1);

  foreign->path = g_strdup (path);
  if (!open_network (foreign, range, module_dir, threads, error))
    {
      adain_foreign_free (foreign);
      return NULL;
    }
  foreign->description = g_strdup_printf (ngettext ("CPU, %d thread, %s", "CPU, %d threads, %s", threads),
                                          threads, foreign->class->describe (foreign->network));
  return foreign;
}

void
adain_foreign_free (AdainForeign *foreign)
{
  if (foreign == NULL)
    return;
  if (foreign->network)
    foreign->class->close (foreign->network);
  g_free (foreign->description);
  g_free (foreign->path);
  g_free (foreign);
}

const char *
adain_foreign_describe (const AdainForeign *foreign)
{
  return foreign->description;
}

double
adain_foreign_scale (const AdainForeign *foreign, int width, int height)
{
  double horizontal = (double) foreign->width / width, vertical = (double) foreign->height / height;

  if (!foreign->width || !foreign->height)
    return MAX (horizontal, vertical);
  return MIN (horizontal, vertical);
}

/* Painting ---------------------------------------------------------------------------------- */

/* Pads `rgb`, of the size of `picture`, and brings it into the network's range. NULL if there is not enough memory. */
static float *
new_input (const AdainForeign *foreign, const float *rgb, const AdainRect *picture, int width, int height)
{
  const Range *range = foreign->range;
  float       *input = g_try_new (float, (gsize) width * height * 3), *out = input;

  for (int y = 0; input && y < height; y++)
    for (int x = 0; x < width; x++, out += 3)
      {
        const float *pixel = rgb
                             + ((gsize) adain_reflect (y, picture->height) * picture->width
                                + adain_reflect (x, picture->width))
                                   * 3;

        for (int c = 0; c < 3; c++)
          out[c] = range->scale[c] * pixel[c] + range->shift[c];
      }
  return input;
}

/* The mean of `times` x `times` pixels from `out` on, whose rows have `pitch` floats, as R'G'B'. */
static void
take_pixel (const Range *range, const float *out, gsize pitch, int times, float *rgb)
{
  for (int c = 0; c < 3; c++)
    {
      float sum = 0;

      for (int v = 0; v < times; v++)
        for (int u = 0; u < times; u++)
          sum += out[v * pitch + 3 * u + c];
      rgb[c] = (sum / (times * times) - range->shift[c]) / range->scale[c];
    }
}

gsize
adain_foreign_pixels (const AdainForeign *foreign, int width, int height)
{
  return (gsize) network_side (width, foreign->width, foreign->multiple)
         * network_side (height, foreign->height, foreign->multiple);
}

gboolean
adain_foreign_paint (const AdainForeign *foreign, float *rgb, int width, int height,
                     GCancellable *cancellable, GError **error)
{
  int               seen_width = network_side (width, foreign->width, foreign->multiple);
  int               seen_height = network_side (height, foreign->height, foreign->multiple);
  AdainRect         picture = { 0, 0, width, height };
  g_autofree float *input = new_input (foreign, rgb, &picture, seen_width, seen_height), *out = NULL;
  int               times;
  gsize             pitch;

  if (!input)
    return adain_no_memory_for_picture (error);
  out = run (foreign, input, seen_width, seen_height, &times, cancellable, error);
  if (!out)
    return FALSE;
  pitch = (gsize) seen_width * times * 3;
  for (int y = 0; y < height; y++)
    for (int x = 0; x < width; x++, rgb += 3)
      take_pixel (foreign->range, out + y * times * pitch + (gsize) x * times * 3, pitch, times, rgb);
  return TRUE;
}
