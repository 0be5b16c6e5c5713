/* Applying a transform to rows of cells.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "apply.h"

#include <string.h>

gboolean
adain_apply_init (AdainApply *apply, const AdainKernels *kernels, const AdainTransform *transform,
                  int channels, int width, float unit)
{
  gboolean        diagonal = !transform || adain_transform_is_diagonal (transform);
  const AdainMap *map = transform && diagonal ? transform->maps : NULL;

  *apply = (AdainApply) { kernels, diagonal ? NULL : transform, channels };
  apply->scale = g_try_new (float, channels);
  apply->shift = g_try_new (float, channels);
  if (!diagonal)
    {
      apply->sum = g_try_new (float, (gsize) width * channels);
      apply->mapped = g_try_new (float, (gsize) width * channels);
    }
  if (transform && adain_transform_is_bounded (transform))
    {
      apply->low = transform->low;
      apply->high = transform->high;
      apply->clipped = g_try_new (float, (gsize) width * channels);
    }
  if (!apply->scale || !apply->shift || (!diagonal && (!apply->sum || !apply->mapped))
      || (apply->low && !apply->clipped))
    return FALSE;
  for (int c = 0; c < channels; c++)
    {
      apply->scale[c] = (map ? map->scale[c] : 1) * unit;
      apply->shift[c] = (map ? map->shift[c] : 0) * unit;
    }
  return TRUE;
}

void
adain_apply_clear (AdainApply *apply)
{
  g_free (apply->scale);
  g_free (apply->shift);
  g_free (apply->sum);
  g_free (apply->mapped);
  g_free (apply->clipped);
}

/* `n` cells within the bounds of map `k`, if there are any. */
static const float *
clip_row (const AdainApply *apply, int k, const float *cells, int n)
{
  int          channels = apply->channels;
  const float *low, *high;
  float       *out = apply->clipped;

  if (!apply->low)
    return cells;
  low = apply->low + (gsize) k * channels;
  high = apply->high + (gsize) k * channels;
  for (int i = 0; i < n; i++, cells += channels, out += channels)
    for (int c = 0; c < channels; c++)
      out[c] = CLAMP (cells[c], low[c], high[c]);
  return apply->clipped;
}

static void
map_row (const AdainApply *apply, const AdainMap *map, const float *cells, int n, float *out)
{
  int channels = apply->channels;

  if (map->matrix)
    apply->kernels->matrix (cells, map->matrix, map->shift, out, n, channels);
  else
    for (int i = 0; i < n; i++)
      for (int c = 0; c < channels; c++)
        out[i * channels + c] = cells[i * channels + c] * map->scale[c] + map->shift[c];
}

/* The maps of regions, mixed as each cell has it. Each is computed where it has a share only. */
static void
mix_row (const AdainApply *apply, const float *cells, int x, int y, int n)
{
  const AdainTransform *transform = apply->transform;
  int                   channels = apply->channels;

  memset (apply->sum, 0, (gsize) n * channels * sizeof (float));
  for (int k = 0; k < transform->n; k++)
    {
      const float *shares = transform->shares + ((gsize) k * transform->height + y) * transform->width + x;
      int          first = 0, end = n;

      while (first < end && shares[first] == 0)
        first++;
      while (first < end && shares[end - 1] == 0)
        end--;
      if (first == end)
        continue;
      map_row (apply, &transform->maps[k], clip_row (apply, k, cells + (gsize) first * channels, end - first),
               end - first, apply->mapped);
      for (int i = first; i < end; i++)
        for (int c = 0; c < channels; c++)
          apply->sum[i * channels + c] += shares[i] * apply->mapped[(i - first) * channels + c];
    }
}

void
adain_apply_row (const AdainApply *apply, const float *cells, int x, int y, int n, void *out)
{
  if (apply->transform && apply->transform->n > 1)
    {
      mix_row (apply, cells, x, y, n);
      cells = apply->sum;
    }
  else
    {
      cells = clip_row (apply, 0, cells, n);
      if (apply->transform)
        {
          map_row (apply, apply->transform->maps, cells, n, apply->sum);
          cells = apply->sum;
        }
    }
  apply->kernels->affine (cells, apply->scale, apply->shift, out, n, apply->channels);
}
