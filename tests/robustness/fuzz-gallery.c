/* The entry for libFuzzer (see `fuzz`): bytes as a gallery for the test's model, loaded, and all of it read.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <string.h>
#include <unistd.h>

#include "input.h"

int LLVMFuzzerTestOneInput (const guint8 *bytes, gsize length);

static AdainModel *
test_model (void)
{
  static AdainModel *model;

  if (!model)
    model = adain_model_load (TEST_MODEL, NULL);
  g_assert_nonnull (model);
  return model;
}

static void
read_style (const AdainGallery *gallery, int index)
{
  const AdainGalleryEntry *entry = adain_gallery_entry (gallery, index);
  AdainPalette             palette;
  g_autoptr (GError) error = NULL;
  AdainStyle *style;

  g_assert_true (g_utf8_validate (entry->name, -1, NULL));
  g_assert_cmpint (adain_gallery_find (gallery, entry->name), ==, index);
  adain_gallery_palette (gallery, index, &palette);
  style = adain_gallery_style (gallery, index, &error);
  if (style)
    adain_style_free (style);
  else
    g_assert_nonnull (error);
}

int
LLVMFuzzerTestOneInput (const guint8 *bytes, gsize length)
{
  g_autofree char *path = NULL;
  int              file = input_open (bytes, length, &path);
  g_autoptr (GError) error = NULL;
  AdainGallery *gallery;

  gallery = adain_gallery_load (path, test_model (), &error);
  close (file);
  if (gallery)
    for (int i = 0; i < adain_gallery_size (gallery); i++)
      read_style (gallery, i);
  else
    {
      g_assert_true (error->domain == ADAIN_ERROR);
      g_assert_nonnull (strstr (error->message, path));
    }
  g_clear_pointer (&gallery, adain_gallery_free);
  return 0;
}
