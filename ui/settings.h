/* The procedure's settings in a group of a key file, and back.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <libgimp/gimp.h>

G_BEGIN_DECLS

/* The weights, and their number in @n. */
double *adain_settings_dup_weights (GimpProcedureConfig *config, gsize *n);
void    adain_settings_set_weights (GimpProcedureConfig *config, const double *weights, gsize n);

/* Saves all but the style layer, the regions and what is protected, which belong to one image. */
void adain_settings_save (GimpProcedureConfig *config, GKeyFile *file, const char *group);

/* Settings that the group lacks, or has a nonsense value for, stay as they are. */
void adain_settings_load (GimpProcedureConfig *config, GKeyFile *file, const char *group);

G_END_DECLS
