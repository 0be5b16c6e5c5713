/* What the engine is given: exactly n / 255 and n / 65535, and the same bytes from every process. babl times
 * its conversions anew in each, so that only fresh ones tell.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <math.h>

#include <glib/gstdio.h>

#include "plugin/paint/convert.h"

#define PROCESSES 40
#define N         65536

static const char *const formats[] = { "R'G'B' u8",    "R'G'B'A u8", "R'G'B' u16", "R'G'B'A u16",
                                       "Y' u8",        "Y'A u8",     "Y' u16",     "Y'A u16",
                                       "RGB u8",       "RGBA u8",    "RGB u16",    "RGBA u16",
                                       "Y u8",         "YA u8",      "Y u16",      "R~G~B~A u8",
                                       "R'G'B'A half", "RGBA half",  "RGBA float", "R'G'B' float" };

/* Every value of the type in every component, as bytes; of floats those from 0 to 1. */
static gpointer
make_pixels (const Babl *format)
{
  const int components = babl_format_get_n_components (format);
  const int bytes = babl_format_get_bytes_per_pixel (format) / components;
  guint8   *pixels = g_malloc_n (N, bytes * components);

  for (int i = 0; i < N; i++)
    for (int c = 0; c < components; c++)
      {
        const int value = (i + c * 77) % N;
        guint8   *at = pixels + ((gsize) i * components + c) * bytes;

        if (bytes == 1)
          *at = value;
        else if (babl_format_get_type (format, 0) == babl_type ("u16"))
          *(guint16 *) at = value;
        else if (bytes == 2)
          *(guint16 *) at = value % 0x3c00; /* halves below 1 */
        else
          *(float *) at = value / 65535.0f;
      }
  return pixels;
}

static float *
convert (const char *name, const char *to)
{
  const Babl        *format = babl_format (name);
  float             *out = g_new (float, N * 4);
  g_autofree guint8 *pixels = make_pixels (format);

  adain_convert (format, babl_format (to), pixels, out, N);
  return out;
}

static char *
digest (void)
{
  g_autoptr (GChecksum) sum = g_checksum_new (G_CHECKSUM_SHA256);

  for (gsize i = 0; i < G_N_ELEMENTS (formats); i++)
    {
      g_autofree float *rgba = convert (formats[i], "R'G'B'A float");

      g_checksum_update (sum, (const guchar *) rgba, N * 4 * sizeof *rgba);
    }
  return g_strdup (g_checksum_get_string (sum));
}

static void
test_exact (void)
{
  g_autofree float *small = convert ("R'G'B'A u8", "R'G'B'A float");
  g_autofree float *large = convert ("R'G'B'A u16", "R'G'B'A float");
  g_autofree float *gray = convert ("Y'A u16", "R'G'B'A float");
  g_autofree float *cover = convert ("Y u8", "Y float");

  for (int i = 0; i < N; i++)
    {
      for (int c = 0; c < 4; c++)
        {
          g_assert_true (small[4 * i + c] == ((i + c * 77) % N & 255) / 255.0f);
          g_assert_true (large[4 * i + c] == ((i + c * 77) % N) / 65535.0f);
          g_assert_true (gray[4 * i + c] == (c < 3 ? i : (i + 77) % N) / 65535.0f);
        }
      g_assert_true (cover[i] == (i & 255) / 255.0f);
    }
}

/* No other picture than babl's: half a step of 16 bits. */
static void
test_as_babl (void)
{
  for (gsize f = 0; f < G_N_ELEMENTS (formats); f++)
    {
      const Babl         *format = babl_format (formats[f]);
      g_autofree float   *ours = convert (formats[f], "R'G'B'A float");
      g_autofree float   *theirs = g_new (float, N * 4);
      g_autofree gpointer pixels = make_pixels (format);

      babl_process (babl_fish (format, babl_format ("R'G'B'A float")), pixels, theirs, N);
      for (int i = 0; i < N * 4; i++)
        if (fabsf (ours[i] - theirs[i]) > 0.5f / 65535)
          g_error ("%s: %g instead of %g", formats[f], ours[i], theirs[i]);
    }
}

static void
remove_folder (const char *path)
{
  g_autoptr (GDir) folder = g_dir_open (path, 0, NULL);
  const char *name;

  while (folder != NULL && (name = g_dir_read_name (folder)) != NULL)
    {
      g_autofree char *within = g_build_filename (path, name, NULL);

      if (g_file_test (within, G_FILE_TEST_IS_DIR))
        remove_folder (within);
      else
        g_assert_cmpint (g_remove (within), ==, 0);
    }
  g_assert_cmpint (g_rmdir (path), ==, 0);
}

static void
test_processes (gconstpointer program)
{
  g_autofree char *first = NULL;

  for (int i = 0; i < PROCESSES; i++)
    {
      /* Where babl finds no timings of another process. */
      g_autofree char *home = g_dir_make_tmp ("adain-babl-XXXXXX", NULL);
      const char      *arguments[] = { program, "--digest", NULL };
      g_auto (GStrv) environment = g_get_environ ();
      g_autofree char *output = NULL;
      int              status;

      environment = g_environ_setenv (environment, "HOME", home, TRUE);
      environment = g_environ_setenv (environment, "XDG_CACHE_HOME", home, TRUE);
      environment = g_environ_setenv (environment, "LOCALAPPDATA", home, TRUE);
      g_assert_true (g_spawn_sync (NULL, (char **) arguments, environment, G_SPAWN_DEFAULT, NULL, NULL,
                                   &output, NULL, &status, NULL));
      g_assert_true (g_spawn_check_wait_status (status, NULL));
      remove_folder (home);

      if (first == NULL)
        first = g_steal_pointer (&output);
      else
        g_assert_cmpstr (output, ==, first);
    }
}

int
main (int argc, char **argv)
{
  babl_init ();
  if (argc > 1 && g_str_equal (argv[1], "--digest"))
    {
      g_autofree char *text = digest ();

      g_print ("%s\n", text);
      return 0;
    }

  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/convert/exact", test_exact);
  g_test_add_func ("/convert/as-babl", test_as_babl);
  g_test_add_data_func ("/convert/processes", argv[0], test_processes);
  return g_test_run ();
}
