/* Choosing the inner loops for this processor.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "kernels.h"

const AdainKernels *const adain_kernels[] = {
#ifdef ADAIN_HAVE_AMX_BF16
  &adain_kernels_amx_bf16,
#endif
#ifdef ADAIN_HAVE_AVX512_BF16
  &adain_kernels_avx512_bf16,
#endif
#ifdef ADAIN_HAVE_AVX512_INT16
  &adain_kernels_avx512_int16,
#endif
#ifdef ADAIN_HAVE_AVX512
  &adain_kernels_avx512,
#endif
#ifdef ADAIN_HAVE_AVX_VNNI_INT16
  &adain_kernels_avx_vnni_int16,
#endif
#ifdef ADAIN_HAVE_AVX2_INT16
  &adain_kernels_avx2_int16,
#endif
#ifdef ADAIN_HAVE_AVX2
  &adain_kernels_avx2,
#endif
#ifdef ADAIN_HAVE_NEON_BF16
  &adain_kernels_neon_bf16,
#endif
#ifdef ADAIN_HAVE_NEON
  &adain_kernels_neon,
#endif
  &adain_kernels_vector,
#ifdef ADAIN_HAVE_ONEDNN
  &adain_kernels_onednn_bf16,
  &adain_kernels_onednn,
#endif
  &adain_kernels_c,
  NULL
};

const AdainKernels *
adain_kernels_find (const char *name)
{
  for (int i = 0; adain_kernels[i]; i++)
    if ((name == NULL || g_strcmp0 (name, adain_kernels[i]->name) == 0) && adain_kernels[i]->supported ())
      return adain_kernels[i];
  return NULL;
}
