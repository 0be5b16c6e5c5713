/* paint MODULES MODEL.onnx WIDTH HEIGHT: paints a picture of floats R'G'B' from standard input to standard output.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <stdio.h>
#include <stdlib.h>

#include "engine/adain.h"

static void
fail (const char *what)
{
  fprintf (stderr, "%s\n", what);
  exit (1);
}

/* Has `move` read or write the colors of all pixels. */
static void
move_colors (AdainImage *image, size_t (*move) (float *rgb, FILE *file), FILE *file)
{
  for (int i = 0; i < image->width * image->height; i++)
    if (move (image->rgba + 4 * i, file) != 3)
      fail ("too few numbers");
}

static size_t
read_color (float *rgb, FILE *file)
{
  rgb[3] = 1;
  return fread (rgb, sizeof (float), 3, file);
}

static size_t
write_color (float *rgb, FILE *file)
{
  return fwrite (rgb, sizeof (float), 3, file);
}

int
main (int argc, char **argv)
{
  AdainEngineOptions options = { .module_dir = argc == 5 ? argv[1] : NULL };
  AdainRenderOptions how = { .strength = 1 };
  AdainImage         image = { 0 };
  AdainSource        source;
  AdainSink          sink;
  AdainModel        *model;
  AdainEngine       *engine;
  AdainContent      *content;
  GError            *error = NULL;

  if (argc != 5)
    fail ("usage: paint MODULES MODEL.onnx WIDTH HEIGHT < FLOATS > FLOATS");
  image.width = atoi (argv[3]);
  image.height = atoi (argv[4]);
  image.rgba = g_new (float, 4 * image.width * image.height);
  move_colors (&image, read_color, stdin);
  source = adain_image_source (&image);
  sink = adain_image_sink (&image);

  model = adain_model_load (argv[2], &error);
  engine = model ? adain_engine_new (model, ADAIN_DEVICE_CPU, &options, &error) : NULL;
  content = engine ? adain_content_encode (engine, &source, 0, NULL, NULL, NULL, &error) : NULL;
  if (!content || !adain_content_render (content, NULL, NULL, 0, &how, &sink, NULL, NULL, NULL, &error))
    fail (error->message);
  move_colors (&image, write_color, stdout);

  adain_content_free (content);
  adain_engine_free (engine);
  adain_model_unref (model);
  g_free (image.rgba);
  return 0;
}
