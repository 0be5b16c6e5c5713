/* Applying a transform to rows of cells.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "apply.h"

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

static void
clip_row (const AdainApply *apply, const float *cells, int n)
{
  float *out = apply->clipped;

  for (int i = 0; i < n; i++, cells += apply->channels, out += apply->channels)
    for (int c = 0; c < apply->channels; c++)
      out[c] = CLAMP (cells[c], apply->low[c], apply->high[c]);
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

/* The maps of regions, mixed as each cell has it. */
static void
mix_row (const AdainApply *apply, const float *cells, int x, int y, int n)
{
  const AdainTransform *transform = apply->transform;
  int                   channels = apply->channels;

  for (int k = 0; k < transform->n; k++)
    {
      const float *shares = transform->shares + ((gsize) k * transform->height + y) * transform->width + x;

      map_row (apply, &transform->maps[k], cells, n, apply->mapped);
      for (int i = 0; i < n; i++)
        for (int c = 0; c < channels; c++)
          {
            float part = shares[i] * apply->mapped[i * channels + c];

            apply->sum[i * channels + c] = k ? apply->sum[i * channels + c] + part : part;
          }
    }
}

void
adain_apply_row (const AdainApply *apply, const float *cells, int x, int y, int n, void *out)
{
  if (apply->low)
    {
      clip_row (apply, cells, n);
      cells = apply->clipped;
    }
  if (apply->transform && apply->transform->n > 1)
    mix_row (apply, cells, x, y, n);
  else if (apply->transform)
    map_row (apply, apply->transform->maps, cells, n, apply->sum);
  apply->kernels->affine (apply->transform ? apply->sum : cells, apply->scale, apply->shift, out, n,
                          apply->channels);
}
