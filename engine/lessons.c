/* What a decoder learns a style from.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "lessons.h"

#include <math.h>

#include "budget.h"
#include "cpu/apply.h"
#include "encode.h"
#include "error.h"
#include "picture.h"
#include "pool.h"
#include "texture.h"

/* The shorter sides at which pictures are seen, and the longest side that any is scaled to. */
static const int sides[] = { 320, 448, 640 };
#define LONGEST_SIDE 2048

/* Lessons, at least. */
#define LESSONS 24

#define SEED 1

/* One picture at one scale, and the lessons that are cut from it. */
typedef struct
{
  AdainEngine         *engine;
  const AdainGradient *encoder;
  AdainStyle          *style;
  double               texture;
  AdainSource          scaled;
  AdainSurvey          survey;
  GMutex               lock;
  AdainLesson         *lessons;
  AdainRect           *rects; /* of the lessons, in cells */
  AdainTape          **tapes; /* of the workers */
  AdainScratch        *scratch;
  GCancellable        *cancellable;
} View;

static void
mirror (float *rgb, int width, int height)
{
  for (int y = 0; y < height; y++)
    for (int x = 0; x < width / 2; x++)
      for (int c = 0; c < 3; c++)
        {
          float *left = rgb + ((gsize) y * width + x) * 3 + c;
          float *right = rgb + ((gsize) y * width + width - 1 - x) * 3 + c;
          float  swap = *left;

          *left = *right;
          *right = swap;
        }
}

/* The last level of the tape, as rows of cells without gaps. */
static void
copy_features (const AdainGradient *encoder, const AdainTape *tape, AdainLesson *lesson)
{
  int channels = adain_gradient_channels (encoder, ADAIN_LEVELS - 1), stride;

  for (int y = 0; y < lesson->height; y++)
    {
      const float *row = adain_tape_row (tape, ADAIN_LEVELS - 1, y, &stride);

      adain_copy_cells (row, stride, lesson->features + (gsize) y * lesson->width * channels, channels,
                        lesson->width);
    }
}

/* As a rendering does it, but for the gaps between cells. */
static gboolean
transform (const View *view, AdainLesson *lesson, const AdainTransform *map)
{
  int channels = map->channels, stride = adain_round_up (channels, view->encoder->kernels->multiple);
  g_autofree float *row = g_try_new (float, (gsize) lesson->width * stride);
  AdainApply        apply;
  gboolean ok = adain_apply_init (&apply, view->encoder->kernels, map, channels, lesson->width, 1) && row;

  for (int y = 0; ok && y < lesson->height; y++)
    {
      float *cells = lesson->features + (gsize) y * lesson->width * channels;

      adain_apply_row (&apply, cells, 0, y, lesson->width, row);
      adain_copy_cells (row, stride, cells, channels, lesson->width);
    }
  adain_apply_clear (&apply);
  return ok;
}

static gboolean
take_on_style (const View *view, AdainLesson *lesson, GError **error)
{
  const AdainUsual *usual = &view->encoder->network->usual;
  int               channels = adain_gradient_channels (view->encoder, ADAIN_LEVELS - 1);
  double            weight = 1;
  const double     *map = NULL;
  AdainBlend        blend = {
    1, (const AdainStatistics *const *) &view->style->statistics, &weight, 1, view->texture, &map
  };
  AdainTexture   *texture = NULL;
  AdainTransform *result;
  gboolean        ok = TRUE;
  g_autoptr (AdainStatistics) statistics = adain_statistics_new (channels);

  if (!statistics || (view->texture > 0 && !adain_statistics_want_covariance (statistics)))
    return adain_no_memory_for_picture (error);
  adain_statistics_add (statistics, lesson->features, NULL, lesson->width * lesson->height);
  if (view->texture > 0)
    ok = (texture = adain_texture_new (statistics, usual, error))
         && adain_texture_maps (texture, (AdainStyle *const *) &view->style, &weight, 1, 1, view->cancellable,
                                &map, error);
  if (ok)
    {
      result = adain_transform_new (statistics, usual, &blend);
      ok = (result && transform (view, lesson, result)) || adain_no_memory_for_picture (error);
      adain_transform_free (result);
    }
  adain_texture_free (texture);
  return ok;
}

static gboolean
make_lesson (int worker, int task, gpointer user_data, GError **error)
{
  View            *view = user_data;
  AdainInput       input = { &view->scaled, &view->survey, &view->lock };
  AdainLesson     *lesson = &view->lessons[task];
  const AdainRect *rect = &view->rects[task];
  AdainScratch    *scratch = &view->scratch[worker];
  int              width = rect->width * ADAIN_CELL, height = rect->height * ADAIN_CELL;
  gsize            channels = adain_gradient_channels (view->encoder, ADAIN_LEVELS - 1);

  if (!adain_input_read (&input, rect, scratch, error))
    return FALSE;
  if (task % 2 == 1)
    mirror (scratch->rgb, width, height);
  lesson->width = rect->width;
  lesson->height = rect->height;
  lesson->features = g_try_new (float, (gsize) rect->width * rect->height * channels);
  if (!lesson->features)
    return adain_no_memory_for_picture (error);
  if (!adain_tape_forward (view->tapes[worker], scratch->rgb, width, height, view->cancellable, error))
    return FALSE;
  copy_features (view->encoder, view->tapes[worker], lesson);
  return take_on_style (view, lesson, error);
}

static void
draw_rects (View *view, int n, GRand *random)
{
  for (int i = 0; i < n; i++)
    {
      AdainRect *rect = &view->rects[i];

      rect->width = MIN (view->survey.width, ADAIN_LESSON_SIDE);
      rect->height = MIN (view->survey.height, ADAIN_LESSON_SIDE);
      rect->x = g_rand_int_range (random, 0, view->survey.width - rect->width + 1);
      rect->y = g_rand_int_range (random, 0, view->survey.height - rect->height + 1);
    }
}

static gboolean
make_lessons (View *view, int n, int workers, GError **error)
{
  AdainReport silent = { .end = 1, .cancellable = view->cancellable };
  int         side = ADAIN_LESSON_SIDE * ADAIN_CELL;
  gboolean    ok;

  view->scratch = adain_scratch_new (workers, (gsize) side * side, error);
  if (!view->scratch)
    return FALSE;
  ok = adain_pool_run (n, workers, make_lesson, view, &silent, error);
  adain_scratch_free (view->scratch, workers);
  return ok;
}

/* Cuts `n` lessons from a picture with a shorter side of `side` pixels. */
static gboolean
look (View *view, const AdainSource *content, int side, int n, int workers, GRand *random, gsize budget,
      GError **error)
{
  double scale = MIN ((double) side / MIN (content->width, content->height),
                      (double) LONGEST_SIDE / MAX (content->width, content->height));
  int    width = MAX (lround (content->width * scale), 1), height = MAX (lround (content->height * scale), 1);
  AdainImage image = { 0 };
  gboolean   ok;

  if (!adain_budget_take (&budget, adain_budget_scaled ((gsize) width * height)))
    return adain_no_memory_for_picture (error);
  if (!adain_image_scaled (&image, content, width, height, workers, view->cancellable, error))
    return FALSE;
  view->scaled = adain_image_source (&image);
  ok = adain_survey (&view->survey, &view->scaled, &budget, workers, view->cancellable, error);
  if (ok)
    {
      draw_rects (view, n, random);
      ok = make_lessons (view, n, workers, error);
      adain_survey_clear (&view->survey);
    }
  adain_image_clear (&image);
  return ok;
}

static gboolean
look_at_all (AdainLessons *lessons, View *view, const AdainSource *contents, int n_contents, int workers,
             gsize budget, GError **error)
{
  g_autoptr (GRand) random = g_rand_new_with_seed (SEED);
  int each = lessons->n / n_contents / (int) G_N_ELEMENTS (sides);

  view->lessons = lessons->lessons;
  for (int k = 0; k < n_contents; k++)
    for (gsize s = 0; s < G_N_ELEMENTS (sides); s++, view->lessons += each)
      if (!adain_picture_check (&contents[k], error)
          || !look (view, &contents[k], sides[s], each, workers, random, budget, error))
        return FALSE;
  return TRUE;
}

/* Bytes of a lesson's features, and of what a worker needs to make it. */
static gsize
lesson_bytes (int channels)
{
  return (gsize) ADAIN_LESSON_SIDE * ADAIN_LESSON_SIDE * channels * sizeof (float);
}

static gsize
worker_bytes (const AdainGradient *encoder, int channels)
{
  int   side = ADAIN_LESSON_SIDE * ADAIN_CELL;
  gsize map = (gsize) channels * channels * (3 * sizeof (double) + sizeof (float));

  return adain_tape_bytes (encoder, side, side) + (gsize) side * side * adain_budget_encode_pixel ()
         + adain_covariance_bytes (channels) + map;
}

gboolean
adain_lessons_init (AdainLessons *lessons, AdainEngine *engine, const AdainGradient *encoder,
                    const AdainSource *contents, int n_contents, AdainStyle *style, double texture,
                    gsize *budget, GCancellable *cancellable, GError **error)
{
  int channels = adain_gradient_channels (encoder, ADAIN_LEVELS - 1),
      views = n_contents * G_N_ELEMENTS (sides);
  int      side = ADAIN_LESSON_SIDE * ADAIN_CELL, workers = 0, most;
  View     view = { engine, encoder, style, texture, .cancellable = cancellable };
  gboolean ok;

  lessons->n = (LESSONS + views - 1) / views * views;
  lessons->lessons = g_new0 (AdainLesson, lessons->n);
  if (!adain_budget_take (budget, lessons->n * lesson_bytes (channels)))
    return adain_no_memory_to_learn (error);
  /* Half of what is left is for the picture. */
  most = MIN ((gsize) engine->threads, *budget / 2 / worker_bytes (encoder, channels));
  view.rects = g_new (AdainRect, lessons->n);
  view.tapes = g_new0 (AdainTape *, MAX (most, 1));
  while (workers < most && (view.tapes[workers] = adain_tape_new (encoder, side, side)))
    workers++;
  g_mutex_init (&view.lock);
  ok = workers > 0 ? look_at_all (lessons, &view, contents, n_contents, workers, *budget / 2, error)
                   : adain_no_memory_to_learn (error);
  g_mutex_clear (&view.lock);
  for (int i = 0; i < workers; i++)
    adain_tape_free (view.tapes[i]);
  g_free (view.tapes);
  g_free (view.rects);
  return ok;
}

void
adain_lessons_clear (AdainLessons *lessons)
{
  for (int i = 0; i < lessons->n; i++)
    g_free (lessons->lessons[i].features);
  g_free (lessons->lessons);
}
