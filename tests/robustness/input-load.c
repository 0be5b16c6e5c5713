/* Loading a model file given as bytes.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#define _GNU_SOURCE
#include "input.h"

#include <math.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

void
input_read (AdainModel *model)
{
  const AdainNetwork *network = adain_model_network (model);

  g_assert_true (isfinite (adain_model_cost (model)) && adain_model_cost (model) > 0);
  g_assert_cmpstr (adain_model_metadata (model, "format"), !=, NULL);
  for (int half = 0; half < 2; half++)
    {
      const AdainChain *chain = half ? &network->decoder : &network->encoder;

      for (int i = 0; i < chain->n; i++)
        {
          const AdainConv *conv = &chain->convs[i];
          gsize            n = (gsize) conv->in * conv->out * 9;

          for (gsize j = 0; j < n; j++)
            g_assert_true (isfinite (conv->weight[j]));
          for (int j = 0; j < conv->out; j++)
            g_assert_true (isfinite (conv->bias[j]));
        }
    }
}

int
input_open (const guint8 *bytes, gsize length, char **path)
{
  int file = memfd_create ("input", 0);

  g_assert_cmpint (file, >=, 0);
  for (gsize done = 0; done < length;)
    {
      gssize n = write (file, bytes + done, length - done);

      g_assert_cmpint (n, >, 0);
      done += n;
    }
  *path = g_strdup_printf ("/proc/self/fd/%d", file);
  return file;
}

AdainModel *
input_load (const guint8 *bytes, gsize length)
{
  g_autofree char *path = NULL;
  int              file = input_open (bytes, length, &path);
  g_autoptr (GError) error = NULL;
  AdainModel *model;

  model = adain_model_load (path, &error);
  close (file);
  if (!model)
    {
      g_assert_error (error, ADAIN_ERROR, ADAIN_ERROR_MODEL);
      g_assert_nonnull (strstr (error->message, path));
    }
  return model;
}
