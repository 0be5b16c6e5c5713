/* What the decoders of a unit are made of.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "adaptation.h"

G_BEGIN_DECLS

/* What a decoder has beside the model's own. */
typedef struct
{
  GArray *shares; /* AdainShare (adaptation.h) */
  float  *told;   /* by the model's network for styles (hyper.h); NULL: nothing */
} AdainDecoder;

/* Takes over both. */
AdainDecoder *adain_decoder_new (GArray *shares, float *told);
void          adain_decoder_free (AdainDecoder *decoder);

/* `n_told`: how many numbers are told, where any are. */
gboolean adain_decoder_equal (const AdainDecoder *a, const AdainDecoder *b, int n_told);

/* Those of a unit that was just opened: there is one, the model's own. */
GPtrArray *adain_decoders_new (void);

G_END_DECLS
