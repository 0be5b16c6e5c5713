/* Has the network learn a style, which is then one of the user's gallery.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "ui/styles/learn.h"

#include "plugin/filter/arguments.h"
#include "plugin/filter/learning.h"
#include "ui/shelf.h"
#include "ui/styles/keep.h"

/* Far enough; more changes little. */
#define STEPS 100

typedef struct
{
  AdainStyleLearnOptions options;
  AdainShelf            *shelf;
  AdainStyleInput       *input;
  char                  *name; /* NULL: it is to have a new one */
  char                  *title;
} Study;

static void
study_free (gpointer data)
{
  Study *study = data;

  g_clear_pointer (&study->input, adain_style_input_free);
  g_clear_pointer (&study->options.content, adain_preview_picture_free);
  adain_parameters_clear (&study->options.parameters);
  g_clear_object (&study->options.enough);
  adain_shelf_unref (study->shelf);
  g_free (study->title);
  g_free (study->name);
  g_free (study);
}

static gboolean
read_gallery_style (Study *study, const AdainStyleItem *item, GError **error)
{
  const AdainCollection *collection = adain_shelf_collection (study->shelf);
  int                    entry = adain_collection_look_up (collection, item->gallery, error);

  if (entry < 0)
    return FALSE;

  study->input = adain_style_input_new (NULL, entry);
  study->name = g_strdup (item->gallery);
  study->title = g_strdup (adain_gallery_entry (collection->gallery, entry)->title);

  return TRUE;
}

static gboolean
read_style (Study *study, const AdainStyleItem *item, GError **error)
{
  AdainPixels *picture;

  if (item->gallery)
    return read_gallery_style (study, item, error);

  picture = adain_style_keep_picture (item, error);
  if (!picture)
    return FALSE;

  study->input = adain_style_input_new (picture, -1);
  study->title = adain_style_keep_title (item);

  return TRUE;
}

static gboolean
prepare (Study *study, const AdainStyleItem *item, GError **error)
{
  study->shelf = adain_shelf_open (study->options.parameters.model, error);

  return study->shelf && adain_collection_check (adain_shelf_model (study->shelf), error)
         && read_style (study, item, error);
}

static AdainStyle *
learn (Study *study, GCancellable *cancellable, GError **error)
{
  AdainSource   content = adain_image_source (&study->options.content->image);
  AdainLearning learning = { .model = adain_shelf_model (study->shelf),
                             .parameters = &study->options.parameters,
                             .contents = &content,
                             .n_contents = 1,
                             .format = study->options.content->format,
                             .style = study->input,
                             .collection = adain_shelf_collection (study->shelf),
                             .enough = study->options.enough };

  return adain_learning_run (&learning, study->options.progress, study->options.progress_data, cancellable,
                             error);
}

static void
learn_in_thread (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  Study       *study = data;
  GError      *error = NULL;
  AdainStyle  *style = learn (study, cancellable, &error);
  AdainLearned learned = { style,
                           study->name,
                           study->title,
                           study->input->pixels,
                           adain_shelf_collection (study->shelf),
                           study->input->entry };
  char        *name = NULL;

  if (style && !g_cancellable_set_error_if_cancelled (cancellable, &error))
    name = adain_collection_keep_learned (adain_shelf_model (study->shelf), adain_arguments_gallery (),
                                          &learned, &error);
  adain_style_free (style);

  if (name)
    g_task_return_pointer (task, name, g_free);
  else
    g_task_return_error (task, error);
}

void
adain_style_learn_async (const AdainStyleItem *item, const AdainStyleLearnOptions *options,
                         GCancellable *cancellable, GAsyncReadyCallback callback, gpointer user_data)
{
  GTask  *task = g_task_new (NULL, cancellable, callback, user_data);
  Study  *study = g_new0 (Study, 1);
  GError *error = NULL;

  study->options = *options;
  study->options.parameters.learn = STEPS;
  g_object_ref (study->options.enough);
  g_task_set_task_data (task, study, study_free);
  /* What has been kept is told of, even if it is given up at the very end. */
  g_task_set_check_cancellable (task, FALSE);

  if (prepare (study, item, &error))
    g_task_run_in_thread (task, learn_in_thread);
  else
    g_task_return_error (task, error);
  g_object_unref (task);
}

char *
adain_style_learn_finish (GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}
