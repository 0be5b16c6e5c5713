/* A picture painted by a back end as the engine does it: in tiles, with two styles, with texture.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "backend.h"

typedef struct
{
  const char *name;
  int         width, height; /* of picture and styles, in cells */
  int         tile;          /* the most on a side, in cells */
  gboolean    weighted;      /* some of the picture is not, or not quite, selected */
  double      texture;
  double      share; /* of the first of two styles */
} TestPainting;

extern const TestPainting test_paintings[];
extern const int          test_n_paintings;

/* The pixels, times what is selected of them: height * 8 rows of width * 8 times 3 floats, to be freed; NULL on
 * failure. */
float *test_paint (const AdainBackendClass *class, AdainBackend *backend, const AdainNetwork *network,
                   const TestPainting *painting, GError **error);
