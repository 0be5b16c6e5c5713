/* The GEGL operation adain:style-transfer, which GIMP can keep on a layer as a filter that stays editable.
 *
 * GEGL's header includes this file several times, for the properties and for what is made of them.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <glib/gi18n-lib.h>

/* clang-format off */
#ifdef GEGL_PROPERTIES

/* In the order of AdainPreserve. */
enum_start (adain_operation_preserve)
  enum_value (ADAIN_OPERATION_PRESERVE_NONE, "none", N_ ("No"))
  enum_value (ADAIN_OPERATION_PRESERVE_PALETTE, "palette", N_ ("Recolor the styles"))
  enum_value (ADAIN_OPERATION_PRESERVE_LIGHTNESS, "lightness", N_ ("Paint only the lightness"))
enum_end (AdainOperationPreserve)

/* In the order of AdainTurn. */
enum_start (adain_operation_turn)
  enum_value (ADAIN_OPERATION_TURN_NONE, "none", N_ ("Not turned"))
  enum_value (ADAIN_OPERATION_TURN_90, "90", N_ ("90° clockwise"))
  enum_value (ADAIN_OPERATION_TURN_180, "180", N_ ("180°"))
  enum_value (ADAIN_OPERATION_TURN_270, "270", N_ ("90° counterclockwise"))
  enum_value (ADAIN_OPERATION_TURN_MIRROR, "mirror", N_ ("Mirrored"))
  enum_value (ADAIN_OPERATION_TURN_MIRROR_90, "mirror-90", N_ ("Mirrored, then 90° clockwise"))
  enum_value (ADAIN_OPERATION_TURN_MIRROR_180, "mirror-180", N_ ("Mirrored, then 180°"))
  enum_value (ADAIN_OPERATION_TURN_MIRROR_270, "mirror-270", N_ ("Mirrored, then 90° counterclockwise"))
enum_end (AdainOperationTurn)

/* GIMP shows them in this order: what is changed most can be seen without scrolling. */
property_string (style1, _ ("Style 1"), "gallery:van-gogh--the-starry-night")
  description (_ ("The path of a picture whose style is taken, or gallery:NAME. Empty: none."))

property_double (strength, _ ("Strength"), 1.0)
  description (_ ("From 0, the untouched picture, to 1, the full style."))
  value_range (0.0, 1.0)
  ui_steps (0.01, 0.1)
  ui_digits (2)

property_double (texture, _ ("Texture"), ADAIN_TEXTURE)
  description (_ ("How much of the style's strokes and patterns is taken, from 0, its colors and contrasts, to 1."))
  value_range (0.0, 1.0)
  ui_steps (0.01, 0.1)
  ui_digits (2)

property_double (brushwork, _ ("Brushwork"), ADAIN_BRUSHWORK)
  description (_ ("How much the strokes in even areas, such as skies, vary, from 0, where one small pattern covers "
                  "them, to 1."))
  value_range (0.0, 1.0)
  ui_steps (0.01, 0.1)
  ui_digits (2)

property_double (stroke_size, _ ("Stroke size"), 1.0)
  description (_ ("How wide strokes and patterns become: twice as wide at 2, half as wide at 0.5."))
  value_range (ADAIN_STROKE_MIN, ADAIN_STROKE_MAX)
  ui_gamma (2.0)
  ui_steps (0.01, 0.1)
  ui_digits (2)

property_double (detail, _ ("Fine detail"), ADAIN_DETAIL)
  description (_ ("How much of the picture's own fine detail is laid over broad strokes."))
  value_range (0.0, 1.0)
  ui_steps (0.01, 0.1)
  ui_digits (2)

property_enum (preserve_color, _ ("Preserve color"), AdainOperationPreserve, adain_operation_preserve,
               ADAIN_OPERATION_PRESERVE_NONE)
  description (_ ("Whether and how the picture keeps its own colors."))

property_int (work_size, _ ("Working size"), ADAIN_WORK_SIZE)
  description (_ ("Longest side, in pixels, at which the picture is painted at a stroke size of 1; 0 means its "
                  "full size."))
  value_range (0, ADAIN_MAX_SIDE)
  ui_range (0, 4096)

property_double (weight1, _ ("Weight 1"), 1.0)
  description (_ ("How much this style counts; only the ratio of the weights matters."))
  value_range (0.0, 1000.0)
  ui_range (0.0, 1.0)
  ui_steps (0.01, 0.1)
  ui_digits (2)
property_string (part1, _ ("Part 1"), "0 0 100 100")
  description (_ ("The part of this picture whose style is taken: left, top, width and height in percent."))
property_enum (turn1, _ ("Turn 1"), AdainOperationTurn, adain_operation_turn, ADAIN_OPERATION_TURN_NONE)
  description (_ ("How this picture is turned, and the direction of its strokes with it."))

property_string (style2, _ ("Style 2"), "")
  description (_ ("The path of a picture whose style is taken, or gallery:NAME. Empty: none."))
property_double (weight2, _ ("Weight 2"), 1.0)
  description (_ ("How much this style counts; only the ratio of the weights matters."))
  value_range (0.0, 1000.0)
  ui_range (0.0, 1.0)
  ui_steps (0.01, 0.1)
  ui_digits (2)
property_string (part2, _ ("Part 2"), "0 0 100 100")
  description (_ ("The part of this picture whose style is taken: left, top, width and height in percent."))
property_enum (turn2, _ ("Turn 2"), AdainOperationTurn, adain_operation_turn, ADAIN_OPERATION_TURN_NONE)
  description (_ ("How this picture is turned, and the direction of its strokes with it."))

property_string (style3, _ ("Style 3"), "")
  description (_ ("The path of a picture whose style is taken, or gallery:NAME. Empty: none."))
property_double (weight3, _ ("Weight 3"), 1.0)
  description (_ ("How much this style counts; only the ratio of the weights matters."))
  value_range (0.0, 1000.0)
  ui_range (0.0, 1.0)
  ui_steps (0.01, 0.1)
  ui_digits (2)
property_string (part3, _ ("Part 3"), "0 0 100 100")
  description (_ ("The part of this picture whose style is taken: left, top, width and height in percent."))
property_enum (turn3, _ ("Turn 3"), AdainOperationTurn, adain_operation_turn, ADAIN_OPERATION_TURN_NONE)
  description (_ ("How this picture is turned, and the direction of its strokes with it."))

property_string (style4, _ ("Style 4"), "")
  description (_ ("The path of a picture whose style is taken, or gallery:NAME. Empty: none."))
property_double (weight4, _ ("Weight 4"), 1.0)
  description (_ ("How much this style counts; only the ratio of the weights matters."))
  value_range (0.0, 1000.0)
  ui_range (0.0, 1.0)
  ui_steps (0.01, 0.1)
  ui_digits (2)
property_string (part4, _ ("Part 4"), "0 0 100 100")
  description (_ ("The part of this picture whose style is taken: left, top, width and height in percent."))
property_enum (turn4, _ ("Turn 4"), AdainOperationTurn, adain_operation_turn, ADAIN_OPERATION_TURN_NONE)
  description (_ ("How this picture is turned, and the direction of its strokes with it."))

#else
/* clang-format on */

#  define GEGL_OP_FILTER
#  define GEGL_OP_BUNDLE
#  define GEGL_OP_NAME     adain_style_transfer
#  define GEGL_OP_C_SOURCE operation.c

#  include "plugin/operation/painter.h"

#  include <gegl-op.h>

#  include "plugin/paint/convert.h"

G_STATIC_ASSERT ((int) ADAIN_OPERATION_PRESERVE_NONE == ADAIN_PRESERVE_NONE);
G_STATIC_ASSERT ((int) ADAIN_OPERATION_PRESERVE_PALETTE == ADAIN_PRESERVE_PALETTE);
G_STATIC_ASSERT ((int) ADAIN_OPERATION_PRESERVE_LIGHTNESS == ADAIN_PRESERVE_LIGHTNESS);
G_STATIC_ASSERT ((int) ADAIN_OPERATION_TURN_NONE == ADAIN_TURN_NONE);
G_STATIC_ASSERT ((int) ADAIN_OPERATION_TURN_MIRROR == ADAIN_TURN_MIRROR);
G_STATIC_ASSERT ((int) ADAIN_OPERATION_TURN_MIRROR_270 == ADAIN_TURN_MIRROR_270);

/* What an operation keeps between two paintings. */
typedef struct
{
  AdainPainter *painter;
  gboolean      complained; /* since it could paint last */
} Memory;

static void
prepare (GeglOperation *operation)
{
  const Babl *space = gegl_operation_get_source_space (operation, "input");
  const Babl *format = adain_working_format (space != NULL ? space : babl_space ("sRGB"));

  gegl_operation_set_format (operation, "input", format);
  gegl_operation_set_format (operation, "output", format);
}

/* All of the picture, where it has an end: every pixel depends on all others. */
static GeglRectangle
whole_picture (GeglOperation *operation, const GeglRectangle *otherwise)
{
  const GeglRectangle *bounds = gegl_operation_source_get_bounding_box (operation, "input");

  return bounds != NULL && !gegl_rectangle_is_infinite_plane (bounds) ? *bounds : *otherwise;
}

static GeglRectangle
get_required_for_output (GeglOperation *operation, const char *pad, const GeglRectangle *area)
{
  return whole_picture (operation, area);
}

static GeglRectangle
get_cached_region (GeglOperation *operation, const GeglRectangle *area)
{
  return whole_picture (operation, area);
}

static GeglRectangle
get_invalidated_by_change (GeglOperation *operation, const char *pad, const GeglRectangle *area)
{
  return whole_picture (operation, area);
}

static AdainOrder
read_order (const GeglProperties *properties)
{
  return (AdainOrder) {
    .styles = { properties->style1, properties->style2, properties->style3, properties->style4 },
    .weights = { properties->weight1, properties->weight2, properties->weight3, properties->weight4 },
    .parts = { properties->part1, properties->part2, properties->part3, properties->part4 },
    .turns = { (AdainTurn) properties->turn1, (AdainTurn) properties->turn2, (AdainTurn) properties->turn3,
               (AdainTurn) properties->turn4 },
    .parameters = {
      .strength = properties->strength,
      .texture = properties->texture,
      .brushwork = properties->brushwork,
      .preserve = (AdainPreserve) properties->preserve_color,
      .stroke_size = properties->stroke_size,
      .detail = properties->detail,
      .work_size = properties->work_size,
    },
  };
}

/* Once, until it can paint again: GIMP asks often, as with each letter of a name that is typed. And GIMP would
 * take a warning for a bug of its own. */
static void
complain (Memory *memory, const GError *error)
{
  if (!memory->complained)
    g_message (ADAIN_OPERATION ": %s", error->message);
  memory->complained = TRUE;
}

static gboolean
paint (GeglOperation *operation, GeglBuffer *input, GeglBuffer *output)
{
  const GeglRectangle nowhere = { 0, 0, 0, 0 };
  const GeglRectangle whole = whole_picture (operation, &nowhere);
  GeglProperties     *properties = GEGL_PROPERTIES (operation);
  const AdainOrder    order = read_order (properties);
  Memory             *memory = properties->user_data;
  g_autoptr (GError) error = NULL;

  if (gegl_rectangle_is_empty (&whole) || adain_order_is_empty (&order))
    return FALSE;

  if (memory == NULL)
    {
      memory = properties->user_data = g_new0 (Memory, 1);
      memory->painter = adain_painter_new ();
    }
  if (!adain_painter_paint (memory->painter, &order, input, &whole,
                            gegl_operation_get_format (operation, "output"), output, &error))
    {
      complain (memory, error);
      return FALSE;
    }
  memory->complained = FALSE;
  return TRUE;
}

/* What cannot be painted stays as it is. */
static gboolean
process (GeglOperation *operation, GeglBuffer *input, GeglBuffer *output, const GeglRectangle *area,
         int level)
{
  if (!paint (operation, input, output))
    gegl_buffer_copy (input, area, GEGL_ABYSS_NONE, output, area);
  return TRUE;
}

static void
finalize (GObject *object)
{
  Memory *memory = GEGL_PROPERTIES (object)->user_data;

  if (memory != NULL)
    {
      adain_painter_free (memory->painter);
      g_free (memory);
    }
  G_OBJECT_CLASS (gegl_op_parent_class)->finalize (object);
}

static void
gegl_op_class_init (GeglOpClass *klass)
{
  GeglOperationClass *operation_class = GEGL_OPERATION_CLASS (klass);

  G_OBJECT_CLASS (klass)->finalize = finalize;
  operation_class->prepare = prepare;
  operation_class->get_required_for_output = get_required_for_output;
  operation_class->get_cached_region = get_cached_region;
  operation_class->get_invalidated_by_change = get_invalidated_by_change;
  /* The engine has threads of its own. */
  operation_class->threaded = FALSE;
  GEGL_OPERATION_FILTER_CLASS (klass)->process = process;

  gegl_operation_class_set_keys (
      operation_class, "name", ADAIN_OPERATION, "title", _ ("AdaIN Style Transfer"), "categories", "artistic",
      "description", _ ("Paints the picture in the style of other pictures, with a neural network"),
      "gimp:menu-path", "<Image>/Filters/Artistic", "gimp:menu-label",
      _ ("AdaIN Style Transfer (_Editable Filter)..."), NULL);
}
#endif
