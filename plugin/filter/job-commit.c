/* The end of a job: new layers, or filters that stay editable, in one undo step.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <glib/gi18n-lib.h>

#include "plugin/filter/editable.h"
#include "plugin/filter/errors.h"
#include "plugin/filter/job-private.h"
#include "plugin/filter/layers.h"

/* Whether the layers are still in the image, which can be edited while its pictures are painted. */
static gboolean
check_pieces (AdainJob *job, GError **error)
{
  for (guint i = 0; i < job->pieces->len; i++)
    {
      GimpItem *item = GIMP_ITEM (((AdainPiece *) job->pieces->pdata[i])->drawable);

      if (!gimp_item_is_valid (item) || gimp_image_get_item_position (job->image, item) < 0)
        {
          g_set_error (error, ADAIN_ERROR, ADAIN_ERROR_ARGUMENT,
                       _ ("The layer was deleted while its picture was painted."));
          return FALSE;
        }
    }
  return TRUE;
}

static gboolean
make_layers (AdainJob *job, GimpLayer **layers, GError **error)
{
  for (guint i = 0; i < job->pieces->len; i++)
    {
      AdainPiece *piece = job->pieces->pdata[i];

      layers[i] = adain_layer_new (piece->drawable, &piece->place, &piece->bounds, &piece->result, error);
      if (layers[i] == NULL)
        return FALSE;
    }
  return TRUE;
}

static gboolean
insert_layers (AdainJob *job, GimpLayer **layers, GError **error)
{
  for (guint i = 0; i < job->pieces->len; i++)
    {
      AdainPiece *piece = job->pieces->pdata[i];

      if (!adain_layer_insert (layers[i], piece->drawable, &piece->bounds, &piece->result, error))
        return FALSE;
    }
  gimp_image_set_selected_layers (job->image, (const GimpLayer **) layers);
  return TRUE;
}

/* As many as there are, whether in the image or not. */
static void
delete_layers (AdainJob *job, GimpLayer **layers)
{
  for (int i = 0; layers[i] != NULL; i++)
    if (gimp_image_get_item_position (job->image, GIMP_ITEM (layers[i])) >= 0)
      gimp_image_remove_layer (job->image, layers[i]);
    else
      gimp_item_delete (GIMP_ITEM (layers[i]));
}

/* In one undo step. */
static gboolean
commit_layers (AdainJob *job, GimpLayer **layers, GError **error)
{
  gboolean done = make_layers (job, layers, error);

  if (done)
    {
      gimp_image_undo_group_start (job->image);
      done = insert_layers (job, layers, error);
      if (!done)
        delete_layers (job, layers);
      gimp_image_undo_group_end (job->image);
    }
  else
    {
      delete_layers (job, layers);
    }
  return done;
}

static gboolean
make_filters (AdainJob *job, GimpDrawableFilter **filters, GError **error)
{
  for (guint i = 0; i < job->pieces->len; i++)
    {
      AdainPiece *piece = job->pieces->pdata[i];

      filters[i] = adain_editable_new (job->arguments, piece->drawable, &piece->bounds, error);
      if (filters[i] == NULL)
        return FALSE;
    }
  return TRUE;
}

/* In one undo step. */
static gboolean
append_filters (AdainJob *job, GimpDrawableFilter **filters, GError **error)
{
  gboolean done = TRUE;

  gimp_image_undo_group_start (job->image);
  for (guint i = 0; done && i < job->pieces->len; i++)
    done = adain_editable_append (filters[i], ((AdainPiece *) job->pieces->pdata[i])->drawable, error);
  for (guint i = 0; !done && i < job->pieces->len; i++)
    gimp_drawable_filter_delete (filters[i]);
  gimp_image_undo_group_end (job->image);
  return done;
}

/* All filters are made before the first one is put on its layer. */
static gboolean
commit_filters (AdainJob *job, GimpLayer **layers, GError **error)
{
  g_autofree GimpDrawableFilter **filters = g_new0 (GimpDrawableFilter *, job->pieces->len);

  for (guint i = 0; i < job->pieces->len; i++)
    layers[i] = GIMP_LAYER (((AdainPiece *) job->pieces->pdata[i])->drawable);
  if (make_filters (job, filters, error))
    return append_filters (job, filters, error);

  for (guint i = 0; i < job->pieces->len && filters[i] != NULL; i++)
    gimp_drawable_filter_delete (filters[i]);
  return FALSE;
}

GimpLayer **
adain_job_commit (AdainJob *job, GError **error)
{
  g_autofree GimpLayer **layers = g_new0 (GimpLayer *, job->pieces->len + 1);
  GimpPDBErrorHandler    handler = adain_errors_swap_handler (GIMP_PDB_ERROR_HANDLER_PLUGIN);
  gboolean               done = check_pieces (job, error)
                  && (job->arguments->as_filter ? commit_filters (job, layers, error)
                                                : commit_layers (job, layers, error));

  gimp_displays_flush ();
  adain_errors_swap_handler (handler);

  return done ? g_steal_pointer (&layers) : NULL;
}
