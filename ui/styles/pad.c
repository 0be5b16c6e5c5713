/* The style pad: a line, triangle or square with the styles at its corners and a handle to drag.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "ui/styles/pad.h"

#include <math.h>

#include <glib/gi18n-lib.h>

#include "ui/styles/blend.h"
#include "ui/styles/picture.h"

#define SIZE      168
#define THUMBNAIL 32
#define INSET     (THUMBNAIL / 2 + 4)
#define HANDLE    7.0
#define KEY_STEP  0.02
#define KEY_LEAP  0.1

struct _AdainStylePad
{
  GtkDrawingArea parent;

  AdainStyleSet   *set;
  int              n;                        /* of the usable styles; 0 where they do not fit */
  int              indices[ADAIN_BLEND_MAX]; /* theirs in the set */
  cairo_surface_t *thumbnails[ADAIN_BLEND_MAX];
  AdainPoint       point; /* where the handle is */
  gboolean         dragging;
};

G_DEFINE_FINAL_TYPE (AdainStylePad, adain_style_pad, GTK_TYPE_DRAWING_AREA)

/* Geometry ---------------------------------------------------------------------------------- */

static double
flip (AdainStylePad *pad, double x)
{
  return gtk_widget_get_direction (GTK_WIDGET (pad)) == GTK_TEXT_DIR_RTL ? 1.0 - x : x;
}

/* The square that the pad's coordinates span, in pixels. */
static void
get_field (AdainStylePad *pad, double *left, double *top, double *side)
{
  int width = gtk_widget_get_allocated_width (GTK_WIDGET (pad));
  int height = gtk_widget_get_allocated_height (GTK_WIDGET (pad));

  *side = MAX (1, MIN (width, height) - 2 * INSET);
  *left = (width - *side) / 2;
  *top = (height - *side) / 2;
}

static AdainPoint
to_screen (AdainStylePad *pad, AdainPoint point)
{
  double left, top, side;

  get_field (pad, &left, &top, &side);

  return (AdainPoint) { left + flip (pad, point.x) * side, top + point.y * side };
}

static AdainPoint
from_screen (AdainStylePad *pad, double x, double y)
{
  double left, top, side;

  get_field (pad, &left, &top, &side);

  return (AdainPoint) { flip (pad, (x - left) / side), (y - top) / side };
}

/* Weights ----------------------------------------------------------------------------------- */

static void
describe (AdainStylePad *pad)
{
  GString *text = g_string_new (NULL);

  for (int i = 0; i < pad->n; i++)
    {
      const AdainStyleItem *item = adain_style_set_get (pad->set, pad->indices[i]);

      /* Translators: a style's name and its share in the blend, such as "wave.jpg 40%". */
      g_string_append_printf (text, _ ("%s %.0f%%"), item->name, item->weight * 100.0);
      if (i + 1 < pad->n)
        g_string_append (text, ", ");
    }

  atk_object_set_description (gtk_widget_get_accessible (GTK_WIDGET (pad)), text->str);
  g_string_free (text, TRUE);
}

static void
on_weights_changed (AdainStylePad *pad)
{
  double weights[ADAIN_BLEND_MAX];

  if (pad->n == 0)
    return;

  for (int i = 0; i < pad->n; i++)
    weights[i] = adain_style_set_get (pad->set, pad->indices[i])->weight;

  pad->point = adain_blend_position (pad->n, weights);
  describe (pad);
  gtk_widget_queue_draw (GTK_WIDGET (pad));
}

static void
move_to (AdainStylePad *pad, AdainPoint point)
{
  double  blend[ADAIN_BLEND_MAX];
  double *weights;

  if (pad->n == 0)
    return;

  pad->point = adain_blend_weights (pad->n, point, blend);

  weights = g_new0 (double, adain_style_set_get_size (pad->set));
  for (int i = 0; i < pad->n; i++)
    weights[pad->indices[i]] = blend[i];

  g_signal_handlers_block_by_func (pad->set, on_weights_changed, pad);
  adain_style_set_set_weights (pad->set, weights);
  g_signal_handlers_unblock_by_func (pad->set, on_weights_changed, pad);

  g_free (weights);
  describe (pad);
  gtk_widget_queue_draw (GTK_WIDGET (pad));
}

static void
drop_thumbnails (AdainStylePad *pad)
{
  for (int i = 0; i < ADAIN_BLEND_MAX; i++)
    g_clear_pointer (&pad->thumbnails[i], cairo_surface_destroy);
}

static void
make_thumbnail (AdainStylePad *pad, int i, GdkPixbuf *picture)
{
  int        scale = gtk_widget_get_scale_factor (GTK_WIDGET (pad));
  GdkPixbuf *small = adain_style_picture_thumbnail (picture, THUMBNAIL * scale);

  pad->thumbnails[i] = gdk_cairo_surface_create_from_pixbuf (small, scale, NULL);
  g_object_unref (small);
}

static void
on_changed (AdainStylePad *pad)
{
  int total = 0;

  drop_thumbnails (pad);

  for (int i = 0; i < adain_style_set_get_size (pad->set); i++)
    {
      const AdainStyleItem *item = adain_style_set_get (pad->set, i);

      if (item->state == ADAIN_STYLE_MISSING || item->state == ADAIN_STYLE_BROKEN)
        continue;

      if (total < ADAIN_BLEND_MAX)
        {
          pad->indices[total] = i;
          if (item->pixbuf)
            make_thumbnail (pad, total, item->pixbuf);
        }
      total++;
    }

  pad->n = total >= ADAIN_BLEND_MIN && total <= ADAIN_BLEND_MAX ? total : 0;
  gtk_widget_set_sensitive (GTK_WIDGET (pad), pad->n > 0 && adain_style_set_is_wanted (pad->set));
  on_weights_changed (pad);
  gtk_widget_queue_draw (GTK_WIDGET (pad));
}

/* Drawing ----------------------------------------------------------------------------------- */

static void
draw_shape (AdainStylePad *pad, cairo_t *cr, const GdkRGBA *color)
{
  for (int i = 0; i < pad->n; i++)
    {
      AdainPoint corner = to_screen (pad, adain_blend_corner (pad->n, i));

      cairo_line_to (cr, corner.x, corner.y);
    }
  cairo_close_path (cr);

  cairo_set_source_rgba (cr, color->red, color->green, color->blue, 0.08);
  cairo_fill_preserve (cr);
  cairo_set_source_rgba (cr, color->red, color->green, color->blue, 0.4);
  cairo_set_line_width (cr, 1.0);
  cairo_stroke (cr);
}

static void
draw_rays (AdainStylePad *pad, cairo_t *cr, const GdkRGBA *color)
{
  AdainPoint handle = to_screen (pad, pad->point);

  for (int i = 0; i < pad->n; i++)
    {
      AdainPoint corner = to_screen (pad, adain_blend_corner (pad->n, i));
      double     weight = adain_style_set_get (pad->set, pad->indices[i])->weight;

      cairo_move_to (cr, handle.x, handle.y);
      cairo_line_to (cr, corner.x, corner.y);
      cairo_set_source_rgba (cr, color->red, color->green, color->blue, 0.1 + 0.6 * weight);
      cairo_set_line_width (cr, 1.0 + 2.0 * weight);
      cairo_stroke (cr);
    }
}

static void
draw_corners (AdainStylePad *pad, cairo_t *cr, const GdkRGBA *color)
{
  for (int i = 0; i < pad->n; i++)
    {
      AdainPoint corner = to_screen (pad, adain_blend_corner (pad->n, i));
      double     x = round (corner.x - THUMBNAIL / 2.0), y = round (corner.y - THUMBNAIL / 2.0);

      if (pad->thumbnails[i])
        {
          cairo_set_source_surface (cr, pad->thumbnails[i], x, y);
          cairo_paint (cr);
        }
      cairo_rectangle (cr, x - 0.5, y - 0.5, THUMBNAIL + 1, THUMBNAIL + 1);
      cairo_set_source_rgba (cr, color->red, color->green, color->blue, 0.6);
      cairo_set_line_width (cr, 1.0);
      cairo_stroke (cr);
    }
}

/* Black in white, to be seen on every picture. */
static void
draw_handle (AdainStylePad *pad, cairo_t *cr)
{
  AdainPoint handle = to_screen (pad, pad->point);

  cairo_arc (cr, handle.x, handle.y, HANDLE, 0, 2 * G_PI);
  cairo_set_source_rgb (cr, 1, 1, 1);
  cairo_fill_preserve (cr);
  cairo_set_source_rgb (cr, 0, 0, 0);
  cairo_set_line_width (cr, 2.0);
  cairo_stroke (cr);
}

static void
draw_note (AdainStylePad *pad, cairo_t *cr, int width)
{
  GtkStyleContext *context = gtk_widget_get_style_context (GTK_WIDGET (pad));
  PangoLayout *layout = gtk_widget_create_pango_layout (GTK_WIDGET (pad), _ ("Blends two to four styles"));
  int          text_height;

  pango_layout_set_width (layout, (width - 2 * INSET) * PANGO_SCALE);
  pango_layout_set_alignment (layout, PANGO_ALIGN_CENTER);
  pango_layout_set_wrap (layout, PANGO_WRAP_WORD_CHAR);
  pango_layout_get_pixel_size (layout, NULL, &text_height);
  gtk_render_layout (context, cr, INSET,
                     (gtk_widget_get_allocated_height (GTK_WIDGET (pad)) - text_height) / 2, layout);
  g_object_unref (layout);
}

static gboolean
adain_style_pad_draw (GtkWidget *widget, cairo_t *cr)
{
  AdainStylePad   *pad = ADAIN_STYLE_PAD (widget);
  GtkStyleContext *context = gtk_widget_get_style_context (widget);
  int              width = gtk_widget_get_allocated_width (widget);
  int              height = gtk_widget_get_allocated_height (widget);
  GdkRGBA          color;

  gtk_style_context_get_color (context, gtk_style_context_get_state (context), &color);

  if (pad->n == 0)
    {
      draw_note (pad, cr, width);
      return FALSE;
    }

  draw_shape (pad, cr, &color);
  draw_rays (pad, cr, &color);
  draw_corners (pad, cr, &color);
  draw_handle (pad, cr);

  if (gtk_widget_has_visible_focus (widget))
    gtk_render_focus (context, cr, 0, 0, width, height);

  return FALSE;
}

/* Mouse and keys ---------------------------------------------------------------------------- */

static gboolean
adain_style_pad_button_press (GtkWidget *widget, GdkEventButton *event)
{
  AdainStylePad *pad = ADAIN_STYLE_PAD (widget);

  if (event->button != GDK_BUTTON_PRIMARY || event->type != GDK_BUTTON_PRESS)
    return GDK_EVENT_PROPAGATE;

  gtk_widget_grab_focus (widget);
  pad->dragging = TRUE;
  move_to (pad, from_screen (pad, event->x, event->y));

  return GDK_EVENT_STOP;
}

static gboolean
adain_style_pad_motion (GtkWidget *widget, GdkEventMotion *event)
{
  AdainStylePad *pad = ADAIN_STYLE_PAD (widget);

  if (!pad->dragging)
    return GDK_EVENT_PROPAGATE;

  move_to (pad, from_screen (pad, event->x, event->y));

  return GDK_EVENT_STOP;
}

static gboolean
adain_style_pad_button_release (GtkWidget *widget, GdkEventButton *event)
{
  ADAIN_STYLE_PAD (widget)->dragging = FALSE;

  return GDK_EVENT_STOP;
}

static gboolean
adain_style_pad_key_press (GtkWidget *widget, GdkEventKey *event)
{
  AdainStylePad *pad = ADAIN_STYLE_PAD (widget);
  double         step = event->state & (GDK_CONTROL_MASK | GDK_SHIFT_MASK) ? KEY_LEAP : KEY_STEP;
  double         right = flip (pad, 0.0) > 0.5 ? -step : step;
  AdainPoint     point = pad->point;

  switch (event->keyval)
    {
    case GDK_KEY_Left:
    case GDK_KEY_KP_Left:
      point.x -= right;
      break;

    case GDK_KEY_Right:
    case GDK_KEY_KP_Right:
      point.x += right;
      break;

    case GDK_KEY_Up:
    case GDK_KEY_KP_Up:
      point.y -= step;
      break;

    case GDK_KEY_Down:
    case GDK_KEY_KP_Down:
      point.y += step;
      break;

    case GDK_KEY_Home:
    case GDK_KEY_0:
      point = adain_blend_position (pad->n, (const double[]) { 1, 1, 1, 1 });
      break;

    case GDK_KEY_1:
    case GDK_KEY_2:
    case GDK_KEY_3:
    case GDK_KEY_4:
      if ((int) (event->keyval - GDK_KEY_1) >= pad->n)
        return GDK_EVENT_STOP;
      point = adain_blend_corner (pad->n, event->keyval - GDK_KEY_1);
      break;

    default:
      return GTK_WIDGET_CLASS (adain_style_pad_parent_class)->key_press_event (widget, event);
    }

  move_to (pad, point);

  return GDK_EVENT_STOP;
}

static gboolean
adain_style_pad_focus_change (GtkWidget *widget, GdkEventFocus *event)
{
  gtk_widget_queue_draw (widget);

  return GDK_EVENT_PROPAGATE;
}

/* Construction ------------------------------------------------------------------------------ */

static void
adain_style_pad_destroy (GtkWidget *widget)
{
  AdainStylePad *pad = ADAIN_STYLE_PAD (widget);

  if (pad->set)
    g_signal_handlers_disconnect_by_data (pad->set, pad);
  g_clear_object (&pad->set);
  drop_thumbnails (pad);

  GTK_WIDGET_CLASS (adain_style_pad_parent_class)->destroy (widget);
}

static void
adain_style_pad_class_init (AdainStylePadClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  widget_class->destroy = adain_style_pad_destroy;
  widget_class->draw = adain_style_pad_draw;
  widget_class->button_press_event = adain_style_pad_button_press;
  widget_class->button_release_event = adain_style_pad_button_release;
  widget_class->motion_notify_event = adain_style_pad_motion;
  widget_class->key_press_event = adain_style_pad_key_press;
  widget_class->focus_in_event = adain_style_pad_focus_change;
  widget_class->focus_out_event = adain_style_pad_focus_change;
}

static void
adain_style_pad_init (AdainStylePad *pad)
{
  GtkWidget *widget = GTK_WIDGET (pad);
  AtkObject *accessible = gtk_widget_get_accessible (widget);

  gtk_widget_set_can_focus (widget, TRUE);
  gtk_widget_set_size_request (widget, SIZE, SIZE);
  gtk_widget_add_events (widget, GDK_BUTTON_PRESS_MASK | GDK_BUTTON_RELEASE_MASK | GDK_BUTTON1_MOTION_MASK
                                     | GDK_KEY_PRESS_MASK | GDK_FOCUS_CHANGE_MASK);
  gtk_widget_set_tooltip_text (widget, _ ("Drag the handle towards a style to see more of it in the picture. "
                                          "With the keyboard: arrow keys, a number for that style alone, "
                                          "Home for the middle."));

  atk_object_set_name (accessible, _ ("Style pad"));
  atk_object_set_role (accessible, ATK_ROLE_CANVAS);
}

GtkWidget *
adain_style_pad_new (AdainStyleSet *set)
{
  AdainStylePad *pad = g_object_new (ADAIN_TYPE_STYLE_PAD, NULL);

  pad->set = g_object_ref (set);
  g_signal_connect_swapped (set, "changed", G_CALLBACK (on_changed), pad);
  g_signal_connect_swapped (set, "loaded", G_CALLBACK (on_changed), pad);
  g_signal_connect_swapped (set, "tiles-changed", G_CALLBACK (on_changed), pad);
  g_signal_connect_swapped (set, "excerpts-changed", G_CALLBACK (on_changed), pad);
  g_signal_connect_swapped (set, "weights-changed", G_CALLBACK (on_weights_changed), pad);
  on_changed (pad);

  return GTK_WIDGET (pad);
}
