/* Reading and writing safetensors files: 8-byte length, JSON header, raw tensors.
 *
 * The format is described at https://github.com/huggingface/safetensors.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define SAFETENSORS_MAX_RANK 8

typedef enum
{
  SAFETENSORS_F16,
  SAFETENSORS_F32,
} SafetensorsType;

typedef struct
{
  SafetensorsType type;
  int             rank;
  gint64          shape[SAFETENSORS_MAX_RANK];
  gsize           count; /* of elements */
  const guint8   *data;  /* little-endian, not necessarily aligned */
} Safetensor;

typedef struct
{
  GMappedFile *file;
  GHashTable  *tensors;  /* name -> Safetensor */
  GHashTable  *metadata; /* string -> string */
} Safetensors;

/* Maps and validates a file. Everything in it is checked: the header's length and syntax, types,
 * shapes, and that the tensors' bytes cover the data exactly once. Errors are ADAIN_ERROR_MODEL and
 * name the file. */
Safetensors *safetensors_open (const char *path, GError **error);
void         safetensors_close (Safetensors *self);

/* What a tensor of two dimensions or more has at one index of the first, which is not kept. */
Safetensor safetensor_row (const Safetensor *tensor, gint64 index);

/* Writes the elements of `tensor` to `out` as floats. */
void safetensor_to_floats (const Safetensor *tensor, float *out);

/* A tensor to be written. */
typedef struct
{
  const char     *name;
  SafetensorsType type;
  int             rank;
  gint64          shape[SAFETENSORS_MAX_RANK];
  gsize           count; /* of elements */
  const float    *values;
} SafetensorsOutput;

/* Writes a file, or replaces it in one step. `metadata` are strings. */
gboolean safetensors_write (const char *path, GHashTable *metadata, const SafetensorsOutput *tensors, int n,
                            GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Safetensors, safetensors_close)

G_END_DECLS
