/* What the decoders of a unit are made of.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "decoders.h"

#include <string.h>

AdainDecoder *
adain_decoder_new (GArray *shares, float *told)
{
  AdainDecoder *decoder = g_new (AdainDecoder, 1);

  *decoder = (AdainDecoder) { shares, told };
  return decoder;
}

void
adain_decoder_free (AdainDecoder *decoder)
{
  g_array_unref (decoder->shares);
  g_free (decoder->told);
  g_free (decoder);
}

static gboolean
has_same_shares (const GArray *a, const GArray *b)
{
  gboolean same = a->len == b->len;

  for (guint i = 0; same && i < a->len; i++)
    {
      const AdainShare *one = &g_array_index (a, AdainShare, i), *other = &g_array_index (b, AdainShare, i);

      same = one->adaptation == other->adaptation && one->share == other->share;
    }
  return same;
}

gboolean
adain_decoder_equal (const AdainDecoder *a, const AdainDecoder *b, int n_told)
{
  return has_same_shares (a->shares, b->shares)
         && (a->told && b->told ? memcmp (a->told, b->told, n_told * sizeof (float)) == 0
                                : a->told == b->told);
}

GPtrArray *
adain_decoders_new (void)
{
  GPtrArray *decoders = g_ptr_array_new_with_free_func ((GDestroyNotify) adain_decoder_free);

  g_ptr_array_add (decoders, adain_decoder_new (adain_shares_new (), NULL));
  return decoders;
}
