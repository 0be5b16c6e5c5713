/* Everything that a preview depends on.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "ui/preview/look.h"

AdainLook *
adain_look_new (int n_styles)
{
  AdainLook *look = g_new0 (AdainLook, 1);

  g_atomic_ref_count_init (&look->ref_count);
  look->n_styles = n_styles;
  look->styles = g_new0 (GdkPixbuf *, n_styles + 1);
  look->gallery = g_new0 (char *, n_styles + 1);
  look->weights = g_new0 (double, n_styles + 1);

  return look;
}

AdainLook *
adain_look_ref (AdainLook *look)
{
  g_atomic_ref_count_inc (&look->ref_count);

  return look;
}

void
adain_look_unref (AdainLook *look)
{
  if (!look || !g_atomic_ref_count_dec (&look->ref_count))
    return;

  for (int i = 0; i < look->n_styles; i++)
    {
      g_clear_object (&look->styles[i]);
      g_free (look->gallery[i]);
    }

  g_free (look->styles);
  g_free (look->gallery);
  g_free (look->weights);
  adain_region_planes_unref (look->regions);
  adain_frames_unref (look->frames);
  g_clear_pointer (&look->frame_regions, g_ptr_array_unref);
  adain_parameters_clear (&look->parameters);
  g_free (look);
}
