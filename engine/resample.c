/* Scaling of whole sources and of rectangles in memory.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "resample.h"

#include <math.h>
#include <string.h>

#include "clones.h"
#include "error.h"
#include "grid.h"
#include "picture.h"
#include "pool.h"

/* Rows that a thread reads from a source at a time, so few that they stay in its cache. */
#define ROWS 8

/* Rows of the scaled picture that a thread makes at a time. */
#define BAND 64

/* Alpha below this is taken as hidden: scaling has ripples, in which a color would mean nothing. */
#define MIN_ALPHA 1e-6f

typedef float Quad __attribute__ ((vector_size (4 * sizeof (float))));
typedef float Octet __attribute__ ((vector_size (8 * sizeof (float))));

static double
catmull_rom (double x)
{
  x = fabs (x);
  if (x < 1)
    return (1.5 * x - 2.5) * x * x + 1;
  return x < 2 ? ((-0.5 * x + 2.5) * x - 4) * x + 2 : 0;
}

gboolean
adain_scaling_init (AdainScaling *scaling, int from, int to, GError **error)
{
  double step = (double) from / to, width = MAX (step, 1), radius = 2 * width;

  scaling->taps = MIN ((int) ceil (2 * radius) + 1, from);
  scaling->first = g_try_new (int, to);
  scaling->weights = g_try_new0 (float, (gsize) to * scaling->taps);
  if (!scaling->first || !scaling->weights)
    return adain_no_memory_for_picture (error);
  for (int i = 0; i < to; i++)
    {
      double centre = (i + 0.5) * step - 0.5, sum = 0;
      int    first = CLAMP ((int) ceil (centre - radius), 0, from - scaling->taps);
      float *weights = scaling->weights + (gsize) i * scaling->taps;

      for (int k = 0; k < scaling->taps; k++)
        {
          double x = (first + k - centre) / width;

          weights[k] = catmull_rom (x);
          sum += weights[k];
        }
      for (int k = 0; k < scaling->taps; k++)
        weights[k] /= sum;
      scaling->first[i] = first;
    }
  return TRUE;
}

void
adain_scaling_clear (AdainScaling *scaling)
{
  g_clear_pointer (&scaling->first, g_free);
  g_clear_pointer (&scaling->weights, g_free);
}

static inline Quad
load_quad (const float *from)
{
  Quad quad;

  memcpy (&quad, from, sizeof quad);
  return quad;
}

static inline void
store_quad (float *to, Quad quad)
{
  memcpy (to, &quad, sizeof quad);
}

/* One row: `n` outputs from number `x` on. `in` begins at input first[x] and has `quads` quads for each pixel, a
 * constant. */
static inline __attribute__ ((always_inline)) void
scale_row (const AdainScaling *scaling, const float *in, const int quads, int x, int n, float *out)
{
  for (int i = x; i < x + n; i++)
    {
      const float *weights = scaling->weights + (gsize) i * scaling->taps;
      const float *pixel = in + (gsize) (scaling->first[i] - scaling->first[x]) * quads * 4;
      Quad         sum[2] = { 0 };

      for (int k = 0; k < scaling->taps; k++)
        for (int q = 0; q < quads; q++, pixel += 4)
          sum[q] += weights[k] * load_quad (pixel);
      for (int q = 0; q < quads; q++, out += 4)
        store_quad (out, sum[q]);
    }
}

int
adain_scaling_span (const AdainScaling *scaling, int start, int n)
{
  return scaling->first[start + n - 1] + scaling->taps - scaling->first[start];
}

void
adain_scale_horizontally (const AdainScaling *scaling, const float *in, int x, int n, float *out)
{
  scale_row (scaling, in, 2, x, n, out);
}

ADAIN_CLONES ("avx2")
void
adain_scale_vertically (const AdainScaling *scaling, const float *in, int y, gsize pitch, float *out)
{
  const float *weights = scaling->weights + (gsize) y * scaling->taps;

  for (gsize i = 0; i < pitch; i += 8)
    {
      Octet sum = { 0 }, more;

      for (int k = 0; k < scaling->taps; k++)
        {
          memcpy (&more, in + k * pitch + i, sizeof more);
          sum += weights[k] * more;
        }
      memcpy (out + i, &sum, sizeof sum);
    }
}

typedef struct
{
  AdainImage        *image;
  const AdainSource *source;
  GMutex             lock;
  AdainScaling       horizontal, vertical;
  AdainGrid          grid;  /* bands of the scaled picture */
  int                quads; /* of a pixel: R'G'B' times A, and A; and where there is a mask, the mask */
} Pass;

/* What a thread works with. */
typedef struct
{
  float *rgba, *mask; /* ROWS rows of the source */
  float *row;         /* one of them, premultiplied, */
  float *scaled;      /* and horizontally scaled */
  float *sums;        /* the band */
} Bench;

static void
clear_bench (Bench *bench)
{
  g_free (bench->rgba);
  g_free (bench->mask);
  g_free (bench->row);
  g_free (bench->scaled);
  g_free (bench->sums);
}

static gboolean
set_up (const Pass *pass, Bench *bench)
{
  gsize width = pass->source->width, pixel = 4 * pass->quads, scaled = pass->image->width * pixel;

  bench->rgba = g_try_new (float, width * ROWS * 4);
  bench->mask = g_try_new (float, width * ROWS);
  bench->row = g_try_new0 (float, width * pixel);
  bench->scaled = g_try_new (float, scaled);
  bench->sums = g_try_new0 (float, scaled * BAND);
  return bench->rgba && bench->mask && bench->row && bench->scaled && bench->sums;
}

/* A row of the source, premultiplied. */
static void
premultiply (const Pass *pass, const float *rgba, const float *mask, float *out)
{
  for (int i = 0; i < pass->source->width; i++, rgba += 4, out += 4 * pass->quads)
    {
      store_quad (out, load_quad (rgba) * (Quad) { rgba[3], rgba[3], rgba[3], 1 });
      if (pass->quads > 1)
        out[4] = mask[i];
    }
}

/* Adds row `y` of the source to those rows of the band that need it. */
ADAIN_CLONES ("avx2")
static void
add_row (const Pass *pass, const AdainRect *band, int y, const float *rgba, const float *mask, Bench *bench)
{
  const AdainScaling *vertical = &pass->vertical;
  gsize               n = (gsize) band->width * pass->quads * 4;

  premultiply (pass, rgba, mask, bench->row);
  if (pass->quads > 1)
    scale_row (&pass->horizontal, bench->row, 2, 0, band->width, bench->scaled);
  else
    scale_row (&pass->horizontal, bench->row, 1, 0, band->width, bench->scaled);
  for (int out = band->y; out < band->y + band->height; out++)
    if (vertical->first[out] <= y && y < vertical->first[out] + vertical->taps)
      {
        float  weight = vertical->weights[(gsize) out * vertical->taps + y - vertical->first[out]];
        float *sum = bench->sums + (out - band->y) * n;

        for (gsize i = 0; i < n; i++)
          sum[i] += weight * bench->scaled[i];
      }
}

static void
unpremultiply (const Pass *pass, const AdainRect *band, const float *in)
{
  const AdainImage *image = pass->image;
  gsize             first = (gsize) band->y * band->width, n = (gsize) band->height * band->width;

  for (gsize i = first; i < first + n; i++, in += 4 * pass->quads)
    {
      float alpha = in[3] > MIN_ALPHA ? in[3] : 0;

      for (int c = 0; c < 3; c++)
        image->rgba[4 * i + c] = alpha > 0 ? CLAMP (in[c] / alpha, 0, 1) : 0;
      image->rgba[4 * i + 3] = MIN (alpha, 1);
      if (image->mask)
        image->mask[i] = CLAMP (in[4], 0, 1);
    }
}

static gboolean
add_rows (Pass *pass, const AdainRect *band, Bench *bench, GError **error)
{
  int first = pass->vertical.first[band->y];
  int end = first + adain_scaling_span (&pass->vertical, band->y, band->height);

  for (int y = first; y < end; y += ROWS)
    {
      AdainRect rows = { 0, y, pass->source->width, MIN (ROWS, end - y) };

      if (!adain_picture_read (pass->source, &pass->lock, &rows, bench->rgba, bench->mask, error))
        return FALSE;
      for (int i = 0; i < rows.height; i++)
        add_row (pass, band, y + i, bench->rgba + (gsize) i * rows.width * 4,
                 bench->mask + (gsize) i * rows.width, bench);
    }
  return TRUE;
}

static gboolean
scale_band (int worker, int index, gpointer user_data, GError **error)
{
  Pass     *pass = user_data;
  AdainRect band = adain_grid_tile (&pass->grid, index);
  Bench     bench = { 0 };
  gboolean  ok = set_up (pass, &bench) || adain_no_memory_for_picture (error);

  ok = ok && add_rows (pass, &band, &bench, error);
  if (ok)
    unpremultiply (pass, &band, bench.sums);
  clear_bench (&bench);
  return ok;
}

gboolean
adain_image_scaled (AdainImage *image, const AdainSource *source, int width, int height, int threads,
                    GCancellable *cancellable, GError **error)
{
  AdainReport report = { .cancellable = cancellable };
  gsize       n = (gsize) width * height;
  Pass        pass = { image, source, .quads = source->has_mask ? 2 : 1 };
  gboolean    ok;

  image->width = width;
  image->height = height;
  image->rgba = g_try_new (float, n * 4);
  image->mask = source->has_mask ? g_try_new (float, n) : NULL;
  adain_grid_init (&pass.grid, width, height, width, BAND);
  g_mutex_init (&pass.lock);
  ok = (image->rgba && (image->mask || !source->has_mask)) || adain_no_memory_for_picture (error);
  ok = ok && adain_scaling_init (&pass.horizontal, source->width, width, error)
       && adain_scaling_init (&pass.vertical, source->height, height, error)
       && adain_pool_run (adain_grid_tiles (&pass.grid), threads, scale_band, &pass, &report, error);
  adain_scaling_clear (&pass.horizontal);
  adain_scaling_clear (&pass.vertical);
  g_mutex_clear (&pass.lock);
  if (!ok)
    adain_image_clear (image);
  return ok;
}
