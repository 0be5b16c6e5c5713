/* Noise that is added to what the network sees, so that it finds something to paint where a picture is even.
 *
 * A network that paints the same wherever it sees the same covers a clear sky with one pattern, again and again;
 * that it must be given noise to vary is as old as networks that paint (Ulyanov et al., "Texture networks:
 * feed-forward synthesis of textures and stylized images", ICML 2016).
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "adain.h"

G_BEGIN_DECLS

/* Adds it to `rgb`, rect->width * rect->height pixels of 3 floats in [0, 1], all three by the same, and clips them.
 * `deviation` is that of the noise. It depends on the place alone, `rect` being in pixels of the picture that the
 * network sees, and is as wide as strokes are. */
void adain_noise_add (double deviation, const AdainRect *rect, float *rgb);

G_END_DECLS
