/* Learning one style: gradient descent on what it changes in the decoder.
 *
 * Each step decodes some lessons, encodes the results and leads the gradient of the loss back through both halves.
 * Lessons are shared among threads, and their gradients added in order, so that no result depends on how many there
 * are.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <math.h>
#include <string.h>

#include <glib/gi18n-lib.h>

#include "budget.h"
#include "error.h"
#include "hyper.h"
#include "lessons.h"
#include "loss.h"
#include "pool.h"

/* Chosen by looking, and by the losses that VGG-19 sees of photographs that were not learned from
 * (weights/README.md). */
#define RATE            2e-3 /* of a value in a step, after WARM_UP steps; falling to LAST_RATE of it in the end */
#define LAST_RATE       0.05
#define WARM_UP         10
#define LESSONS         2    /* in a step */
#define STYLE_WEIGHT    60.0 /* of each level, relative to its size; the content's, to its variance, is 1 */
#define VARIATION       10.0 /* weight of the mean square of the difference between neighbours */
#define MOMENTUM        0.9
#define SECOND_MOMENTUM 0.999

#define SIDE (ADAIN_LESSON_SIDE * ADAIN_CELL)
#define SEED 2

typedef struct
{
  AdainTape   *encoder, *decoder;
  AdainLevels *own;
  float       *gradient; /* with respect to the pixels */
  float       *scratch;  /* of the loss */
} Worker;

typedef struct
{
  AdainStyle      *style;
  AdainNetwork     network; /* the model's, whose decoder has weights of its own */
  AdainGradient    encoder, decoder;
  AdainAdaptation *adaptation;
  AdainLessons     lessons;
  Worker          *workers;
  int              n_workers;
  int          *deck, left; /* the numbers of the lessons in random order, and how many are still to come */
  int           turn[LESSONS];
  float        *start;              /* the decoder's weights, as the style finds them */
  float        *weights;            /* of the decoder */
  float        *gradients[LESSONS]; /* with respect to them */
  float        *gradient;           /* with respect to the adaptation */
  float        *m, *v;              /* running means of that and of its square (Adam) */
  GRand        *random;
  GCancellable *cancellable;
} Learning;

/* One lesson -------------------------------------------------------------------------------------- */

typedef struct
{
  const Learning    *self;
  const Worker      *worker;
  const AdainLesson *lesson;
  AdainLoss          loss;
} Seeds;

static void
seed (int level, int row, const float *activations, float *gradient, int width, int stride,
      gpointer user_data)
{
  const Seeds *seeds = user_data;
  int          across = ADAIN_CELL >> adain_gradient_scale (&seeds->self->encoder, level);
  int          channels = seeds->worker->own->channels[level];
  const float *features = level == ADAIN_LEVELS - 1 ? seeds->lesson->features + (gsize) row * width * channels
                                                    : NULL;

  adain_loss_add (&seeds->loss, level, across, NULL, features, activations, gradient, width, stride,
                  seeds->worker->scratch);
}

/* The statistics of what the encoder sees. */
static gboolean
measure (const Learning *self, Worker *worker, const AdainLesson *lesson, GError **error)
{
  AdainBands       bands = { lesson->width, lesson->height, 1, 0 };
  AdainStatistics *statistics[ADAIN_LEVELS] = { NULL };
  gboolean         ok = adain_level_statistics_new (statistics, &self->encoder)
                && adain_levels_add (statistics, worker->encoder, &self->encoder, &bands, NULL, 0);

  if (ok)
    adain_levels_from_statistics (worker->own, statistics);
  adain_level_statistics_free (statistics);
  return ok || adain_no_memory_to_learn (error);
}

static void
init_loss (const Learning *self, Seeds *seeds)
{
  const AdainLevels *wanted = self->style->levels;
  double             sizes[ADAIN_LEVELS];

  for (int i = 0; i < ADAIN_LEVELS; i++)
    sizes[i] = adain_loss_size (wanted, i);
  adain_loss_init (&seeds->loss, wanted, seeds->worker->own, STYLE_WEIGHT, sizes);
  seeds->loss.weight = (double) seeds->lesson->width * seeds->lesson->height;
}

static void
add_variation (float *gradient, const float *rgb, int width, int height)
{
  for (int y = 0; y < height; y++)
    for (int x = 0; x < width; x++)
      for (int c = 0; c < 3; c++)
        {
          gsize i = ((gsize) y * width + x) * 3 + c;

          gradient[i] += VARIATION * adain_variation (rgb, i, x, y, width, height);
        }
}

static gboolean
do_lesson (int index, int task, gpointer user_data, GError **error)
{
  Learning    *self = user_data;
  Worker      *worker = &self->workers[index];
  AdainLesson *lesson = &self->lessons.lessons[self->turn[task]];
  int          width = lesson->width * ADAIN_CELL, height = lesson->height * ADAIN_CELL;
  Seeds        seeds = { self, worker, lesson };
  const float *rgb = adain_tape_decode (worker->decoder, lesson->features, width, height, self->cancellable,
                                        error);

  if (!rgb || !adain_tape_forward (worker->encoder, rgb, width, height, self->cancellable, error)
      || !measure (self, worker, lesson, error))
    return FALSE;
  init_loss (self, &seeds);
  if (!adain_tape_backward (worker->encoder, seed, &seeds, worker->gradient, self->cancellable, error))
    return FALSE;
  add_variation (worker->gradient, rgb, width, height);
  return adain_tape_weigh (worker->decoder, worker->gradient, self->gradients[task], self->cancellable,
                           error);
}

/* One step ---------------------------------------------------------------------------------------- */

/* The next lesson: each comes once before any comes again. */
static int
draw (Learning *self)
{
  int at, number;

  if (self->left == 0)
    self->left = self->lessons.n;
  at = g_rand_int_range (self->random, 0, self->left--);
  number = self->deck[at];
  self->deck[at] = self->deck[self->left];
  self->deck[self->left] = number;
  return number;
}

/* Adam (Kingma and Ba, ICLR 2015). */
static void
move (Learning *self, int step, double rate)
{
  float first = 1 / (1 - pow (MOMENTUM, step + 1)), second = 1 / (1 - pow (SECOND_MOMENTUM, step + 1));

  for (gsize i = 0; i < self->adaptation->n; i++)
    {
      float g = self->gradient[i];

      self->m[i] += (1 - (float) MOMENTUM) * (g - self->m[i]);
      self->v[i] += (1 - (float) SECOND_MOMENTUM) * (g * g - self->v[i]);
      self->adaptation->values[i] -= (float) rate * self->m[i] * first
                                     / (sqrtf (self->v[i] * second) + 1e-8f);
    }
}

/* Takes on what the adaptation makes of the decoder. */
static gboolean
change_decoder (Learning *self, GError **error)
{
  memcpy (self->weights, self->start, adain_chain_weights (&self->network.decoder) * sizeof (float));
  adain_adaptation_add (self->adaptation, &self->network.decoder, 1, self->weights);
  return adain_gradient_pack (&self->decoder, error);
}

/* The mean of all lessons' gradients, in the first. */
static void
add_gradients (Learning *self)
{
  gsize n = adain_chain_weights (&self->network.decoder);

  for (gsize i = 0; i < n; i++)
    {
      float sum = 0;

      for (int k = 0; k < LESSONS; k++)
        sum += self->gradients[k][i];
      self->gradients[0][i] = sum / LESSONS;
    }
}

/* `done`: the share of the learning that is done. */
static gboolean
take_step (Learning *self, int step, double done, GError **error)
{
  AdainReport silent = { .end = 1, .cancellable = self->cancellable };
  double      rate = RATE * MIN ((step + 1.0) / WARM_UP, 1) * (1 - (1 - LAST_RATE) * done);

  for (int k = 0; k < LESSONS; k++)
    self->turn[k] = draw (self);
  if (!adain_pool_run (LESSONS, self->n_workers, do_lesson, self, &silent, error))
    return FALSE;
  add_gradients (self);
  adain_adaptation_lead_back (self->adaptation, &self->network.decoder, self->gradients[0], self->gradient);
  move (self, step, rate);
  return change_decoder (self, error);
}

/* All of it --------------------------------------------------------------------------------------- */

static gsize
worker_bytes (const Learning *self)
{
  return adain_tape_bytes (&self->encoder, SIDE, SIDE) + adain_tape_bytes (&self->decoder, SIDE, SIDE)
         + (gsize) SIDE * SIDE * 3 * sizeof (float);
}

static gboolean
make_worker (const Learning *self, Worker *worker)
{
  int most = 0;

  for (int i = 0; i < ADAIN_LEVELS; i++)
    most = MAX (most, adain_gradient_channels (&self->encoder, i));
  worker->encoder = adain_tape_new (&self->encoder, SIDE, SIDE);
  worker->decoder = adain_tape_new (&self->decoder, SIDE, SIDE);
  worker->own = adain_levels_new (self->encoder.network);
  worker->gradient = g_try_new (float, (gsize) SIDE * SIDE * 3);
  worker->scratch = g_try_new (float, 2 * most);
  return worker->encoder && worker->decoder && worker->own && worker->gradient && worker->scratch;
}

static gboolean
set_up (Learning *self, int threads, gsize *budget, GError **error)
{
  gsize bytes = adain_chain_weights (&self->network.decoder) * sizeof (float), n = self->adaptation->n;

  if (!adain_budget_take (budget, LESSONS * bytes + 3 * n * sizeof (float)))
    return adain_no_memory_to_learn (error);
  self->gradient = g_try_new (float, n);
  self->m = g_try_new0 (float, n);
  self->v = g_try_new0 (float, n);
  for (int k = 0; k < LESSONS; k++)
    if (!(self->gradients[k] = g_try_malloc (bytes)))
      return adain_no_memory_to_learn (error);
  self->n_workers = MIN ((gsize) MIN (threads, LESSONS), *budget / worker_bytes (self));
  if (!self->gradient || !self->m || !self->v || self->n_workers == 0)
    return adain_no_memory_to_learn (error);
  self->workers = g_new0 (Worker, self->n_workers);
  for (int i = 0; i < self->n_workers; i++)
    if (!make_worker (self, &self->workers[i]))
      return adain_no_memory_to_learn (error);
  return TRUE;
}

static void
tear_down (Learning *self)
{
  for (int i = 0; self->workers && i < self->n_workers; i++)
    {
      adain_tape_free (self->workers[i].encoder);
      adain_tape_free (self->workers[i].decoder);
      g_free (self->workers[i].own);
      g_free (self->workers[i].gradient);
      g_free (self->workers[i].scratch);
    }
  for (int k = 0; k < LESSONS; k++)
    g_free (self->gradients[k]);
  g_free (self->workers);
  g_free (self->deck);
  g_free (self->start);
  g_free (self->weights);
  g_free (self->gradient);
  g_free (self->m);
  g_free (self->v);
  g_rand_free (self->random);
  adain_lessons_clear (&self->lessons);
  adain_gradient_clear (&self->encoder);
  adain_gradient_clear (&self->decoder);
  adain_adaptation_unref (self->adaptation);
}

static void
report_step (const AdainReport *report, int step, int steps)
{
  if (report->callback)
    report->callback ((double) step / steps, ADAIN_PROGRESS_LESSONS, step, steps, report->data);
}

static gboolean
take_steps (Learning *self, const AdainLearnOptions *options, const AdainReport *report, GError **error)
{
  report_step (report, 0, options->steps);
  for (int step = 0; step < options->steps && !g_cancellable_is_cancelled (options->enough); step++)
    {
      if (!take_step (self, step, (double) step / options->steps, error))
        return FALSE;
      report_step (report, step + 1, options->steps);
    }
  return TRUE;
}

static gboolean
check (const AdainEngine *engine, int n_contents, const AdainStyle *style, const AdainLearnOptions *options,
       GError **error)
{
  const char *wrong = NULL;

  if (n_contents < 1 || n_contents > ADAIN_LEARN_CONTENTS)
    wrong = _ ("A style is learned from 1 to 16 pictures");
  else if (style->model != engine->model)
    wrong = _ ("The style was encoded with another model");
  else if (!style->levels)
    wrong = _ ("The style has nothing to learn from; give its picture");
  else if (options->steps < 1 || options->steps > ADAIN_LEARN_MAX)
    wrong = _ ("There are too few or too many steps to learn");
  else if (!(options->texture >= 0 && options->texture <= 1))
    wrong = _ ("The texture must lie between 0 and 1");
  if (wrong)
    g_set_error_literal (error, ADAIN_ERROR, ADAIN_ERROR_ARGUMENT, wrong);
  return wrong == NULL;
}

/* Where the style has learned nothing: over what the model tells of it, of which nothing is changed yet. */
static void
begin_anew (Learning *self)
{
  adain_adaptation_begin (self->adaptation, &self->network.decoder, self->random);
  self->adaptation->told = self->network.hyper.n_outputs > 0;
}

static void
go_on (Learning *self)
{
  const AdainAdaptation *before = self->style->adaptation;

  memcpy (self->adaptation->values, before->values, before->n * sizeof (float));
  self->adaptation->told = before->told;
}

static gboolean
begin (Learning *self, GError **error)
{
  const AdainHyper *hyper = &self->network.hyper;
  AdainChain       *decoder = &self->network.decoder;
  const gsize       n = adain_chain_weights (decoder);
  g_autofree float *told = g_new0 (float, hyper->n_outputs);

  self->adaptation = adain_adaptation_new (decoder);
  self->start = g_try_new (float, n);
  self->weights = g_try_new (float, n);
  if (!self->adaptation || !self->start || !self->weights)
    return adain_no_memory_to_learn (error);
  if (self->style->adaptation)
    go_on (self);
  else
    begin_anew (self);
  adain_chain_copy_weights (decoder, self->weights);
  memcpy (self->start, self->weights, n * sizeof (float));
  if (self->adaptation->told)
    {
      adain_hyper_tell (hyper, self->style->statistics, 1, told);
      adain_hyper_add (hyper, decoder, told, self->start);
    }
  return TRUE;
}

static gboolean
learn (Learning *self, AdainEngine *engine, const AdainSource *contents, int n_contents,
       const AdainLearnOptions *options, const AdainReport *report, GError **error)
{
  gsize budget = engine->memory;

  if (!begin (self, error) || !adain_gradient_init (&self->encoder, &self->network, engine->kernels, error)
      || !adain_gradient_init_decoder (&self->decoder, &self->network, engine->kernels, error)
      || !change_decoder (self, error)
      || !adain_lessons_init (&self->lessons, engine, &self->encoder, contents, n_contents, self->style,
                              options->texture, &budget, self->cancellable, error))
    return FALSE;
  self->deck = g_new (int, self->lessons.n);
  for (int i = 0; i < self->lessons.n; i++)
    self->deck[i] = i;
  return set_up (self, engine->threads, &budget, error) && take_steps (self, options, report, error);
}

gboolean
adain_engine_learn (AdainEngine *engine, const AdainSource *contents, int n_contents, AdainStyle *style,
                    const AdainLearnOptions *options, AdainProgress progress, gpointer progress_data,
                    GCancellable *cancellable, GError **error)
{
  AdainSteadyProgress steady;
  AdainReport         report = adain_report (&steady, progress, progress_data, cancellable);
  Learning            self = { .style = style, .cancellable = cancellable };
  gboolean            ok;

  if (!check (engine, n_contents, style, options, error))
    return FALSE;
  self.network = *adain_model_network (engine->model);
  self.random = g_rand_new_with_seed (SEED);
  ok = learn (&self, engine, contents, n_contents, options, &report, error);
  if (ok)
    {
      /* As a gallery keeps it: what is painted at once is what will be painted then. */
      adain_adaptation_round (self.adaptation);
      adain_style_adapt (style, self.adaptation);
    }
  tear_down (&self);
  return ok;
}
