/* Refining a result by gradient descent on its pixels.
 *
 * Each step goes twice over the picture, band by band: forward, for the statistics of all of it, and back from
 * these. The activations in between are kept if they fit, and else computed again; the result is the same.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "refine.h"

#include <math.h>
#include <string.h>

#include "budget.h"
#include "error.h"
#include "loss.h"
#include "picture.h"
#include "pool.h"
#include "style.h"
#include "transform.h"

/* Chosen by looking, and by the losses that VGG-19 sees: larger steps and more of the style roughen even areas. */
#define STEP            0.005 /* at first, of the range of a color; falling to LAST_STEP of it in a straight line */
#define LAST_STEP       0.05
#define STYLE_WEIGHT    60.0 /* of each level, relative to its size; the content's, to its variance, is 1 */
#define VARIATION       10.0 /* weight of the mean square of the difference between neighbours */
#define MOMENTUM        0.9
#define SECOND_MOMENTUM 0.999

typedef struct
{
  AdainContent *content;
  AdainGradient gradient;
  AdainBands    bands;
  AdainLevels  *wanted, *own;
  float        *features; /* that the content is to have */
  AdainLoss     loss;
  float        *x, *g;     /* the padded picture, and the gradient there */
  float        *m, *v;     /* running means of the gradient and of its square (Adam) */
  AdainTape   **tapes;     /* one for each band if `keep`, else for each worker */
  float       **gradients; /* of a band, for each worker */
  gboolean      keep;
  int           workers, n_tapes;
  AdainStatistics *(*parts)[ADAIN_LEVELS];
  GMutex        lock; /* around g */
  GCancellable *cancellable;
  int           step, steps, interim;
} Refinement;

/* What is wanted -------------------------------------------------------------------------------- */

/* The weighted styles, as far as the strength goes from the content's own. */
static void
mix_levels (Refinement *self, const AdainLevels *content, AdainStyle *const *styles, const double *weights,
            int n_styles, double strength)
{
  double sizes[ADAIN_LEVELS] = { 0 };

  for (int i = 0; i < ADAIN_LEVELS; i++)
    {
      for (int c = 0; c < content->channels[i]; c++)
        {
          double mean = 0, deviation = 0;

          for (int k = 0; k < n_styles; k++)
            {
              mean += weights[k] * styles[k]->levels->mean[i][c];
              deviation += weights[k] * styles[k]->levels->deviation[i][c];
            }
          self->wanted->mean[i][c] = content->mean[i][c] + strength * (mean - content->mean[i][c]);
          self->wanted->deviation[i][c] = content->deviation[i][c]
                                          + strength * (deviation - content->deviation[i][c]);
          sizes[i] += mean * mean + deviation * deviation;
        }
    }
  adain_loss_init (&self->loss, self->wanted, self->own, STYLE_WEIGHT, sizes);
}

/* Adaptive instance normalization: the content's features with the wanted statistics. */
static void
set_features (Refinement *self, const AdainLevels *content)
{
  const AdainUsual *usual = &self->gradient.network->usual;
  int               last = ADAIN_LEVELS - 1, channels = content->channels[last];
  gsize             cells = (gsize) self->bands.width * self->bands.height;

  for (int c = 0; c < channels; c++)
    {
      double own = adain_usual_floor (usual, c, content->deviation[last][c]);
      double wanted = self->wanted->deviation[last][c];
      float  factor, shift;

      factor = wanted / own;
      shift = self->wanted->mean[last][c] - factor * content->mean[last][c];
      for (gsize i = 0; i < cells; i++)
        self->features[i * channels + c] = factor * self->features[i * channels + c] + shift;
    }
}

/* One step ---------------------------------------------------------------------------------------- */

static AdainTape *
tape_of (Refinement *self, int worker, int band)
{
  return self->tapes[self->keep ? band : worker];
}

static gboolean
forward (Refinement *self, AdainTape *tape, int band, GError **error)
{
  int width = self->bands.width * ADAIN_CELL, first, end, seen_first, seen_end;

  adain_bands_get (&self->bands, band, &first, &end, &seen_first, &seen_end);
  return adain_tape_forward (tape, self->x + (gsize) seen_first * ADAIN_CELL * width * 3, width,
                             (seen_end - seen_first) * ADAIN_CELL, self->cancellable, error);
}

static gboolean
measure_band (int worker, int band, gpointer user_data, GError **error)
{
  Refinement *self = user_data;
  AdainTape  *tape = tape_of (self, worker, band);

  if (!forward (self, tape, band, error))
    return FALSE;
  if (!adain_level_statistics_new (self->parts[band], &self->gradient)
      || !adain_levels_add (self->parts[band], tape, &self->gradient, &self->bands,
                            self->content->survey.weights, band))
    return adain_no_memory_to_refine (error);
  return TRUE;
}

typedef struct
{
  const Refinement *self;
  int               first, end, seen_first; /* rows of cells */
  float            *spread;                 /* a row of weights */
  float            *scratch;                /* of the loss */
} Seeds;

/* Only the band's own rows count: others are those of other bands. */
static void
seed (int level, int row, const float *activations, float *gradient, int width, int stride,
      gpointer user_data)
{
  Seeds            *seeds = user_data;
  const Refinement *self = seeds->self;
  int               scale = adain_gradient_scale (&self->gradient, level), across = ADAIN_CELL >> scale;
  int               channels = self->own->channels[level], at = row + seeds->seen_first * across;
  const float      *weights;
  const float *features = level == ADAIN_LEVELS - 1 ? self->features + (gsize) at * width * channels : NULL;

  if (at < seeds->first * across || at >= seeds->end * across)
    return;
  weights = adain_bands_weights (&self->bands, self->content->survey.weights, scale, at, seeds->spread);
  adain_loss_add (&self->loss, level, across, weights, features, activations, gradient, width, stride,
                  seeds->scratch);
}

static gboolean
backward_band (int worker, int band, gpointer user_data, GError **error)
{
  Refinement       *self = user_data;
  AdainTape        *tape = tape_of (self, worker, band);
  Seeds             seeds = { self };
  int               most = 0, seen_end;
  gsize             row = (gsize) self->bands.width * ADAIN_CELL * 3 * ADAIN_CELL;
  float            *to = self->gradients[worker];
  g_autofree float *buffer = NULL;

  for (int i = 0; i < ADAIN_LEVELS; i++)
    most = MAX (most, self->own->channels[i]);
  buffer = g_try_new (float, (gsize) self->bands.width * ADAIN_CELL + 2 * most);
  if (!buffer)
    return adain_no_memory_to_refine (error);
  seeds.spread = buffer;
  seeds.scratch = buffer + (gsize) self->bands.width * ADAIN_CELL;
  adain_bands_get (&self->bands, band, &seeds.first, &seeds.end, &seeds.seen_first, &seen_end);
  if ((!self->keep && !forward (self, tape, band, error))
      || !adain_tape_backward (tape, seed, &seeds, to, self->cancellable, error))
    return FALSE;
  g_mutex_lock (&self->lock);
  for (gsize i = 0, start = seeds.seen_first * row; i < (seen_end - seeds.seen_first) * row; i++)
    self->g[start + i] += to[i];
  g_mutex_unlock (&self->lock);
  return TRUE;
}

/* Adam (Kingma and Ba, ICLR 2015). The variation's gradient is taken of all pixels before any moves. */
static void
move (Refinement *self)
{
  int   width = self->bands.width * ADAIN_CELL, height = self->bands.height * ADAIN_CELL;
  float rate = STEP * (1 - (1 - LAST_STEP) * self->step / self->steps);
  float first = 1 / (1 - pow (MOMENTUM, self->step + 1)),
        second = 1 / (1 - pow (SECOND_MOMENTUM, self->step + 1));
  gsize n = (gsize) width * height * 3;

  for (int y = 0; y < height; y++)
    for (int x = 0; x < width; x++)
      for (int c = 0; c < 3; c++)
        {
          gsize i = ((gsize) y * width + x) * 3 + c;

          self->g[i] += VARIATION * adain_variation (self->x, i, x, y, width, height);
        }
  for (gsize i = 0; i < n; i++)
    {
      float g = self->g[i];

      self->m[i] += (1 - (float) MOMENTUM) * (g - self->m[i]);
      self->v[i] += (1 - (float) SECOND_MOMENTUM) * (g * g - self->v[i]);
      self->x[i] -= rate * self->m[i] * first / (sqrtf (self->v[i] * second) + 1e-12f);
      self->x[i] = CLAMP (self->x[i], 0, 1);
      self->g[i] = 0;
    }
}

static gboolean
take_step (Refinement *self, GError **error)
{
  AdainReport      silent = { .end = 1, .cancellable = self->cancellable };
  AdainStatistics *sums[ADAIN_LEVELS] = { NULL };
  gboolean         ok = adain_pool_run (self->bands.n, self->workers, measure_band, self, &silent, error);

  if (ok && !adain_level_statistics_new (sums, &self->gradient))
    ok = adain_no_memory_to_refine (error);
  for (int band = 0; band < self->bands.n; band++)
    {
      for (int i = 0; ok && i < ADAIN_LEVELS; i++)
        adain_statistics_merge (sums[i], self->parts[band][i]);
      adain_level_statistics_free (self->parts[band]);
    }
  if (ok)
    {
      adain_levels_from_statistics (self->own, sums);
      self->loss.weight = sums[ADAIN_LEVELS - 1]->weight;
    }
  adain_level_statistics_free (sums);
  if (!ok || !adain_pool_run (self->bands.n, self->workers, backward_band, self, &silent, error))
    return FALSE;
  move (self);
  return TRUE;
}

/* All of it -------------------------------------------------------------------------------------- */

/* The network's result, padded like the picture was. */
static void
load_picture (Refinement *self, const float *picture)
{
  const AdainSource *work = &self->content->work;
  int                width = self->bands.width * ADAIN_CELL, height = self->bands.height * ADAIN_CELL;

  for (int y = 0; y < height; y++)
    for (int x = 0; x < width; x++)
      for (int c = 0; c < 3; c++)
        {
          gsize from = (gsize) adain_reflect (y, work->height) * work->width + adain_reflect (x, work->width);

          self->x[((gsize) y * width + x) * 3 + c] = CLAMP (picture[from * 3 + c], 0, 1);
        }
}

static void
store_picture (const Refinement *self, float *picture)
{
  const AdainSource *work = &self->content->work;
  gsize              width = (gsize) self->bands.width * ADAIN_CELL;

  for (int y = 0; y < work->height; y++)
    memcpy (picture + (gsize) y * work->width * 3, self->x + y * width * 3, work->width * 3 * sizeof (float));
}

/* Takes from the memory that the content may use: what is as large as the picture, then a tape for each band, or
 * as many as there is room for. */
static gboolean
set_up (Refinement *self, gsize *budget, GError **error)
{
  gsize pixels = (gsize) self->bands.width * self->bands.height * ADAIN_CELL * ADAIN_CELL;
  gsize features = pixels / ADAIN_CELL / ADAIN_CELL
                   * adain_gradient_channels (&self->gradient, ADAIN_LEVELS - 1);

  if (!adain_budget_take (budget, adain_budget_refinement (pixels, features)))
    return adain_no_memory_to_refine (error);
  self->x = g_try_new (float, 3 * pixels);
  self->g = g_try_new0 (float, 3 * pixels);
  self->m = g_try_new0 (float, 3 * pixels);
  self->v = g_try_new0 (float, 3 * pixels);
  self->features = g_try_new (float, features);
  self->own = adain_levels_new (self->gradient.network);
  self->wanted = adain_levels_new (self->gradient.network);
  return self->x && self->g && self->m && self->v && self->features && self->own && self->wanted
             ? TRUE
             : adain_no_memory_to_refine (error);
}

static gboolean
make_tapes (Refinement *self, gsize budget, GError **error)
{
  int   width = self->bands.width * ADAIN_CELL, height = adain_bands_tallest (&self->bands) * ADAIN_CELL;
  gsize tape = adain_tape_bytes (&self->gradient, width, height);
  gsize gradient = (gsize) width * height * 3 * sizeof (float);

  self->workers = MIN (self->content->engine->threads, self->bands.n);
  self->keep = self->bands.n * tape + self->workers * gradient <= budget;
  if (!self->keep)
    self->workers = MIN ((gsize) self->workers, budget / (tape + gradient));
  if (self->workers == 0)
    return adain_no_memory_to_refine (error);
  self->n_tapes = self->keep ? self->bands.n : self->workers;
  self->tapes = g_new0 (AdainTape *, self->n_tapes);
  self->gradients = g_new0 (float *, self->workers);
  for (int i = 0; i < self->n_tapes; i++)
    if (!(self->tapes[i] = adain_tape_new (&self->gradient, width, height)))
      return adain_no_memory_to_refine (error);
  for (int i = 0; i < self->workers; i++)
    if (!(self->gradients[i] = g_try_malloc (gradient)))
      return adain_no_memory_to_refine (error);
  return TRUE;
}

static void
tear_down (Refinement *self)
{
  for (int i = 0; i < self->n_tapes; i++)
    adain_tape_free (self->tapes[i]);
  for (int i = 0; self->gradients && i < self->workers; i++)
    g_free (self->gradients[i]);
  g_free (self->tapes);
  g_free (self->gradients);
  g_free (self->parts);
  g_free (self->x);
  g_free (self->g);
  g_free (self->m);
  g_free (self->v);
  g_free (self->features);
  g_free (self->own);
  g_free (self->wanted);
  g_mutex_clear (&self->lock);
  adain_gradient_clear (&self->gradient);
}

static void
report_steps (const Refinement *self, int done, const AdainReport *report)
{
  if (report->callback)
    report->callback (report->start + (report->end - report->start) * done / self->steps,
                      ADAIN_PROGRESS_STEPS, done, self->steps, report->data);
}

/* Hands the picture over if it is time to. The last one is the caller's anyway. */
static gboolean
hand_over (const Refinement *self, int done, float *picture, AdainInterim interim, gpointer interim_data,
           GError **error)
{
  if (self->interim == 0 || done % self->interim != 0 || done == self->steps)
    return TRUE;
  store_picture (self, picture);
  return interim (picture, interim_data, error);
}

static gboolean
take_steps (Refinement *self, float *picture, AdainInterim interim, gpointer interim_data,
            const AdainReport *report, GCancellable *enough, GError **error)
{
  report_steps (self, 0, report);
  for (self->step = 0; self->step < self->steps; self->step++)
    {
      if (g_cancellable_is_cancelled (enough))
        break;
      if (!take_step (self, error)
          || !hand_over (self, self->step + 1, picture, interim, interim_data, error))
        return FALSE;
      report_steps (self, self->step + 1, report);
    }
  return TRUE;
}

gboolean
adain_refine (AdainContent *content, AdainStyle *const *styles, const double *weights, int n_styles,
              const AdainRenderOptions *options, float *picture, AdainInterim interim, gpointer interim_data,
              const AdainReport *report, GError **error)
{
  AdainEngine            *engine = content->engine;
  AdainInput              input = { &content->work, &content->survey, &content->lock };
  AdainReport             silent = { .end = 1, .cancellable = report->cancellable };
  Refinement              self = { content, .cancellable = report->cancellable, .steps = options->refine,
                                   .interim = options->interim };
  gsize                   budget = content->memory;
  g_autofree AdainLevels *before = NULL;
  gboolean                ok = FALSE;

  if (!adain_gradient_init (&self.gradient, adain_model_network (engine->model), engine->kernels, error))
    return FALSE;
  g_mutex_init (&self.lock);
  self.bands = adain_bands (self.gradient.network, content->survey.width, content->survey.height);
  self.parts = g_malloc0_n (self.bands.n, sizeof *self.parts);
  if (set_up (&self, &budget, error)
      && (before = adain_levels_gather (&self.gradient, &input, engine->threads, budget, self.features,
                                        &silent, error))
      && make_tapes (&self, budget, error))
    {
      mix_levels (&self, before, styles, weights, n_styles, options->strength);
      set_features (&self, before);
      load_picture (&self, picture);
      ok = take_steps (&self, picture, interim, interim_data, report, options->enough, error);
      if (ok)
        store_picture (&self, picture);
    }
  tear_down (&self);
  return ok;
}
