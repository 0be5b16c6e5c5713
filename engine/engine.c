/* Choosing a device, and leaving it for the CPU when it fails.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "engine.h"

#include <glib/gi18n-lib.h>

#include "budget.h"
#include "decoders.h"
#include "devices.h"
#include "machine.h"

const AdainUnit *
adain_engine_unit (AdainEngine *engine)
{
  return &engine->units[engine->n_units - 1];
}

int
adain_engine_encoder_halo (const AdainEngine *engine)
{
  return adain_chain_halo (&adain_model_network (engine->model)->encoder);
}

int
adain_engine_decoder_halo (const AdainEngine *engine)
{
  return adain_chain_halo (&adain_model_network (engine->model)->decoder);
}

static gboolean
open_unit (AdainEngine *engine, const AdainBackendClass *class, const char *kernels, GError **error)
{
  AdainBackendOptions options = { engine->threads, engine->tile, kernels };
  AdainBackend       *backend;

  backend = class->open (adain_model_network (engine->model), &options, error);
  if (!backend)
    return FALSE;
  engine->units[engine->n_units++] = (AdainUnit) { class, backend };
  g_clear_pointer (&engine->decoders, g_ptr_array_unref);
  engine->decoders = adain_decoders_new ();
  engine->adapted++;
  return TRUE;
}

/* The CPU in place of another device, whose kernels it may not know. */
static gboolean
open_cpu_instead (AdainEngine *engine, GError **error)
{
  return open_unit (engine, adain_cpu_backend (), engine->kernels, NULL)
         || open_unit (engine, adain_cpu_backend (), NULL, error);
}

/* Opens the best device that can be opened. That the one asked for is another becomes the notice. */
static gboolean
open_best (AdainEngine *engine, AdainDevice device, GError **error)
{
  const AdainBackendClass *ranked[ADAIN_DEVICES_MAX];
  int n = adain_devices_rank (device, engine->texture, engine->regions, engine->module_dir, ranked,
                              &engine->notice);

  if (device == ADAIN_DEVICE_CPU)
    return open_unit (engine, adain_cpu_backend (), engine->kernels, error);
  for (int i = 0; i < n && ranked[i] != adain_cpu_backend (); i++)
    {
      g_autoptr (GError) failure = NULL;

      if (open_unit (engine, ranked[i], engine->kernels, &failure))
        return TRUE;
      if (device != ADAIN_DEVICE_AUTO && !engine->notice)
        engine->notice = g_strdup (failure->message);
    }
  return open_cpu_instead (engine, error);
}

/* Opens the network of a model that is not ours. */
static gboolean
open_foreign (AdainEngine *engine, AdainDevice device, AdainRange range, GError **error)
{
  engine->foreign = adain_foreign_new (adain_model_foreign_path (engine->model), range, engine->module_dir,
                                       engine->threads, error);
  if (engine->foreign && device == ADAIN_DEVICE_CUDA)
    engine->notice = g_strdup (_ ("The processor paints with ONNX models, the GPU cannot"));
  return engine->foreign != NULL;
}

AdainEngine *
adain_engine_new (AdainModel *model, AdainDevice device, const AdainEngineOptions *options, GError **error)
{
  AdainEngineOptions none = { 0 };
  AdainEngine       *engine = g_new0 (AdainEngine, 1);

  if (!options)
    options = &none;
  engine->model = adain_model_ref (model);
  engine->channels = adain_model_channels (model);
  engine->memory = options->memory ? options->memory : adain_budget_default ();
  engine->threads = options->threads > 0 ? options->threads : adain_machine_processors ();
  engine->tile = options->tile;
  engine->texture = options->texture;
  engine->regions = options->regions;
  engine->refine = options->refine;
  engine->kernels = g_strdup (options->kernels);
  engine->module_dir = g_strdup (options->module_dir);

  if (adain_model_is_foreign (model) ? open_foreign (engine, device, options->range, error)
                                     : open_best (engine, device, error))
    return engine;
  adain_engine_free (engine);
  return NULL;
}

void
adain_engine_free (AdainEngine *engine)
{
  if (engine == NULL)
    return;
  for (int i = 0; i < engine->n_units; i++)
    engine->units[i].class->close (engine->units[i].backend);
  adain_foreign_free (engine->foreign);
  adain_model_unref (engine->model);
  g_free (engine->kernels);
  g_free (engine->module_dir);
  g_free (engine->notice);
  g_clear_pointer (&engine->decoders, g_ptr_array_unref);
  g_free (engine);
}

gboolean
adain_engine_set_brushwork (AdainEngine *engine, double brushwork, GError **error)
{
  if (!(brushwork >= 0 && brushwork <= 1))
    {
      g_set_error (error, ADAIN_ERROR, ADAIN_ERROR_ARGUMENT,
                   _ ("The brushwork is %g, but must lie between 0 and 1"), brushwork);
      return FALSE;
    }
  engine->brushwork = brushwork;
  return TRUE;
}

const char *
adain_engine_describe (AdainEngine *engine)
{
  const AdainUnit *unit;

  if (engine->foreign)
    return adain_foreign_describe (engine->foreign);
  unit = adain_engine_unit (engine);
  return unit->class->describe (unit->backend);
}

const char *
adain_engine_notice (AdainEngine *engine)
{
  return engine->notice;
}

gboolean
adain_engine_fall_back (AdainEngine *engine, GError **error)
{
  if (engine->n_units == G_N_ELEMENTS (engine->units)
      || adain_engine_unit (engine)->class == adain_cpu_backend ()
      || !(g_error_matches (*error, ADAIN_ERROR, ADAIN_ERROR_DEVICE)
           || g_error_matches (*error, ADAIN_ERROR, ADAIN_ERROR_MEMORY))
      || !open_cpu_instead (engine, NULL))
    return FALSE;
  g_free (engine->notice);
  engine->notice = g_strdup_printf (_ ("The GPU gave up, the CPU went on: %s"), (*error)->message);
  g_clear_error (error);
  return TRUE;
}
