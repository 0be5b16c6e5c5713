/* What of a style's picture is used: a part of it, turned or mirrored.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "plugin/paint/pixels.h"

G_BEGIN_DECLS

/**
 * AdainTurn: the values of "turns"
 *
 * How a picture is turned, clockwise and in degrees; those with MIRROR exchange left and right before that.
 */
typedef enum
{
  ADAIN_TURN_NONE,
  ADAIN_TURN_90,
  ADAIN_TURN_180,
  ADAIN_TURN_270,
  ADAIN_TURN_MIRROR,
  ADAIN_TURN_MIRROR_90,
  ADAIN_TURN_MIRROR_180,
  ADAIN_TURN_MIRROR_270,
} AdainTurn;

/* A part of a picture, in percent of its width and height. */
typedef struct
{
  double left, top, width, height;
} AdainPart;

#define ADAIN_PART_WHOLE ((AdainPart) { 0, 0, 100, 100 })

/* What is used of a picture: @part of it, which then is turned. */
typedef struct
{
  AdainPart part;
  AdainTurn turn;
} AdainExcerpt;

#define ADAIN_EXCERPT_WHOLE ((AdainExcerpt) { ADAIN_PART_WHOLE, ADAIN_TURN_NONE })

gboolean adain_excerpt_equal (const AdainExcerpt *a, const AdainExcerpt *b);

/* Whether it is the picture as it is. */
gboolean adain_excerpt_is_whole (const AdainExcerpt *excerpt);

/* @turn, and then @further. */
AdainTurn adain_turn_further (AdainTurn turn, AdainTurn further);

/* Where a part of a picture is after the picture was turned, and where it was before. */
AdainPart adain_part_turn (const AdainPart *part, AdainTurn turn);
AdainPart adain_part_turn_back (const AdainPart *part, AdainTurn turn);

/* The pixels of a part in a picture of this size; at least one. */
AdainRect adain_part_pixels (const AdainPart *part, int width, int height);

/* As text "LEFT TOP WIDTH HEIGHT"; an empty one is the whole picture. Free with g_free(). */
gboolean adain_part_parse (const char *text, AdainPart *part, GError **error);
char    *adain_part_format (const AdainPart *part);

/* "none", "90" to "mirror-270"; an empty text is "none". */
gboolean    adain_turn_parse (const char *text, AdainTurn *turn, GError **error);
const char *adain_turn_name (AdainTurn turn);

/* Whether a style, by its name, can be taken in part or turned: those of the gallery have no picture. */
gboolean adain_excerpt_check (const AdainExcerpt *excerpt, const char *style, GError **error);

/* Leaves of @pixels, which have no selection, what is used. If it fails, they are as they were. */
gboolean adain_excerpt_apply (const AdainExcerpt *excerpt, AdainPixels *pixels, GError **error);

G_END_DECLS
