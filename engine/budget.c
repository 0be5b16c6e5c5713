/* What of the engine's memory goes where, and how much each thing takes.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "budget.h"

#include "backend.h"
#include "machine.h"

#define DEFAULT_SHARE  4
#define FEATURES_SHARE 2
#define RESIDUAL_SHARE 8
#define ENLARGED_SHARE 2

/* Less than this is sensible nowhere but in a container. */
#define DEFAULT_LEAST ((gsize) 256 << 20)

/* Floats of a pixel. */
enum
{
  RGB = 3,
  RGBA = 4,
  MASK = 1,
  COVER = 3,     /* what of a pixel is painted, where that is not all */
  FOREIGN = 192, /* of six layers of 32 channels: what networks of Johnson's form were seen to take */
  SCRATCH = RGBA + MASK + RGB /* what is read of a tile, and what the network sees of it */
};

gsize
adain_budget_default (void)
{
  gsize memory = adain_machine_memory ();

  return MAX (memory / DEFAULT_SHARE, MIN (memory / 2, DEFAULT_LEAST));
}

gboolean
adain_budget_take (gsize *budget, gsize bytes)
{
  if (bytes >= *budget)
    return FALSE;
  *budget -= bytes;
  return TRUE;
}

gboolean
adain_budget_keeps_features (gsize budget, gsize bytes)
{
  return bytes <= budget / FEATURES_SHARE;
}

gboolean
adain_budget_keeps_residual (gsize budget, gsize bytes)
{
  return bytes <= budget / RESIDUAL_SHARE;
}

gsize
adain_budget_scaled (gsize pixels)
{
  return pixels * (RGBA + MASK + RGB) * sizeof (float);
}

gsize
adain_budget_scaled_room (gsize budget)
{
  return budget / ENLARGED_SHARE / adain_budget_scaled (1);
}

gsize
adain_budget_survey (gsize cells)
{
  /* Weights, fill, colors, and the smaller and smaller pictures of these, a third of them. */
  return cells * (MASK + RGB + RGBA + 2) * sizeof (float);
}

gsize
adain_budget_survey_kept (gsize cells)
{
  return cells * (MASK + RGB) * sizeof (float);
}

gsize
adain_budget_regions (int n_regions, gsize cells)
{
  return cells * (n_regions + 2) * 3 * sizeof (float);
}

gsize
adain_budget_refinement (gsize pixels, gsize features)
{
  return (4 * RGB * pixels + features) * sizeof (float);
}

gsize
adain_budget_foreign (gsize pixels)
{
  /* As it is read, as the network takes and gives it, and as it is written. */
  return (4 * RGB + FOREIGN) * pixels * sizeof (float);
}

gsize
adain_budget_encode_pixel (void)
{
  return SCRATCH * sizeof (float);
}

gsize
adain_budget_render_pixel (int channels, gboolean regions)
{
  gsize features = (channels + ADAIN_CELL * ADAIN_CELL - 1) / (ADAIN_CELL * ADAIN_CELL);

  /* Features of the tile, decoded with and without the styles, and what is written. */
  return (SCRATCH + features + RGB + RGB + RGBA + (regions ? COVER : 0)) * sizeof (float);
}
