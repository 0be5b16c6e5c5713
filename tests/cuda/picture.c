/* Whole pictures through the engine with the back end on the stand-in, as the module that the engine
 * loads: like on the CPU, and finished whatever fails.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "tests/engine/support.h"

#include <gmodule.h>

#include "standin.h"

/* Runs with a failing call, for each kind of failure: every call would take minutes. */
#define FAILURES 8

/* Half precision, and the clipping of bright and dark pixels, in a styled picture. */
#define NEAR 1e-2

typedef struct
{
  Standin *standin;
  void (*reset) (void);
  long (*calls) (void);
  int (*live) (void);
  AdainModel *model;
  AdainImage *photo, *painting;
  AdainImage *expected[2]; /* without texture, and with it */
} Fixture;

static const char *module_dir;

static AdainImage *
render (Fixture *fixture, AdainDevice device, int texture, const char *expect_device, char **notice)
{
  AdainEngineOptions options = {
    .threads = 2, .tile = 32, .kernels = "c", .module_dir = module_dir, .texture = texture
  };
  AdainRenderOptions look = { .strength = 0.7, .detail = 1, .texture = texture };
  GError            *error = NULL;
  g_autoptr (AdainEngine) engine = adain_engine_new (fixture->model, device, &options, &error);
  g_autoptr (AdainStyle) style = NULL;
  g_autoptr (AdainContent) content = NULL;
  AdainImage *result;

  g_assert_no_error (error);
  if (expect_device && !strstr (adain_engine_describe (engine), expect_device))
    g_error ("\"%s\" is not %s", adain_engine_describe (engine), expect_device);
  style = test_style_new (engine, fixture->painting);
  content = test_content_new (engine, fixture->photo, 0);
  result = test_render_styles (content, &style, NULL, 1, &look);
  if (notice)
    *notice = g_strdup (adain_engine_notice (engine));
  return result;
}

static void
set_up (Fixture *fixture)
{
  char    *path = g_build_filename (module_dir, "adain-cuda." G_MODULE_SUFFIX, NULL);
  GModule *module = g_module_open (path, G_MODULE_BIND_LOCAL);

  if (!module)
    g_error ("%s", g_module_error ());
  g_assert_true (g_module_symbol (module, "standin", (gpointer *) &fixture->standin));
  g_assert_true (g_module_symbol (module, "standin_reset", (gpointer *) &fixture->reset));
  g_assert_true (g_module_symbol (module, "standin_calls", (gpointer *) &fixture->calls));
  g_assert_true (g_module_symbol (module, "standin_live", (gpointer *) &fixture->live));
  g_free (path);

  fixture->model = test_model_new ();
  fixture->photo = test_image_new (75, 53);
  fixture->painting = test_image_new (40, 40);
  for (int texture = 0; texture < 2; texture++)
    fixture->expected[texture] = render (fixture, ADAIN_DEVICE_CPU, texture, "CPU", NULL);
  fixture->reset ();
}

static void
check (Fixture *fixture, int texture, AdainImage *found)
{
  g_assert_cmpfloat (test_image_error (found, fixture->expected[texture]), <, NEAR);
  g_assert_cmpint (fixture->live (), ==, 0);
  test_image_free (found);
}

static void
test_like_the_cpu (gconstpointer data)
{
  Fixture *fixture = (Fixture *) data;
  char    *notice;

  for (int eager = 0; eager < 2; eager++)
    for (int texture = 0; texture < 2; texture++)
      {
        fixture->reset ();
        fixture->standin->eager = eager;
        check (fixture, texture, render (fixture, ADAIN_DEVICE_AUTO, texture, "stand-in", &notice));
        g_assert_null (notice);
      }
}

/* Without a driver, and so on, the CPU does it and the notice says why. */
static void
test_no_driver (gconstpointer data)
{
  Fixture *fixture = (Fixture *) data;
  char    *notice;

  fixture->reset ();
  fixture->standin->driver = 0;
  check (fixture, 1, render (fixture, ADAIN_DEVICE_CUDA, 1, "CPU", &notice));
  g_assert_nonnull (strstr (notice, "No NVIDIA driver"));
  g_free (notice);
  check (fixture, 1, render (fixture, ADAIN_DEVICE_AUTO, 1, "CPU", NULL));
}

/* The device is asked for nothing at all. */
static void
test_cpu_leaves_it_alone (gconstpointer data)
{
  Fixture *fixture = (Fixture *) data;

  fixture->reset ();
  check (fixture, 1, render (fixture, ADAIN_DEVICE_CPU, 1, "CPU", NULL));
  g_assert_cmpint (fixture->calls (), ==, 0);
}

static void
test_little_memory (gconstpointer data)
{
  Fixture *fixture = (Fixture *) data;

  for (int megabytes = 4; megabytes > 0; megabytes--)
    {
      fixture->reset ();
      fixture->standin->memory = (size_t) megabytes << 20;
      check (fixture, 1, render (fixture, ADAIN_DEVICE_CUDA, 1, NULL, NULL));
    }
}

static void
test_faults (gconstpointer data)
{
  Fixture *fixture = (Fixture *) data;
  long     calls;
  int      gave_up = 0;

  fixture->reset ();
  check (fixture, 1, render (fixture, ADAIN_DEVICE_CUDA, 1, "stand-in", NULL));
  calls = fixture->calls ();
  for (StandinFault fault = STANDIN_FAULT_NATURAL; fault <= STANDIN_FAULT_STICKY; fault++)
    for (int i = 0; i < FAILURES; i++)
      {
        char *notice;

        fixture->reset ();
        fixture->standin->fault = fault;
        fixture->standin->fail_at = 1
                                    + calls * (i * (STANDIN_FAULT_STICKY + 1) + fault)
                                          / (FAILURES * (STANDIN_FAULT_STICKY + 1));
        check (fixture, 1, render (fixture, ADAIN_DEVICE_CUDA, 1, NULL, &notice));
        gave_up += notice != NULL;
        g_free (notice);
      }
  g_test_message ("%ld calls; the CPU finished %d pictures", calls, gave_up);
  g_assert_cmpint (gave_up, >, 0);
}

int
main (int argc, char **argv)
{
  Fixture fixture;
  int     result;

  g_test_init (&argc, &argv, NULL);
  if (argc != 2)
    g_error ("usage: test-cuda-picture MODULE-DIRECTORY");
  module_dir = argv[1];
  set_up (&fixture);
  g_test_add_data_func ("/cuda/picture/like-the-cpu", &fixture, test_like_the_cpu);
  g_test_add_data_func ("/cuda/picture/no-driver", &fixture, test_no_driver);
  g_test_add_data_func ("/cuda/picture/cpu-leaves-it-alone", &fixture, test_cpu_leaves_it_alone);
  g_test_add_data_func ("/cuda/picture/little-memory", &fixture, test_little_memory);
  g_test_add_data_func ("/cuda/picture/faults", &fixture, test_faults);
  result = g_test_run ();
  /* What a lost device keeps until the process ends. */
  fixture.reset ();
  test_image_free (fixture.photo);
  test_image_free (fixture.painting);
  for (int texture = 0; texture < 2; texture++)
    test_image_free (fixture.expected[texture]);
  adain_model_unref (fixture.model);
  return result;
}
