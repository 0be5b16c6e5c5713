/* The line that splits the preview.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "ui/preview/split.h"

#include <math.h>

#include <glib/gi18n-lib.h>
#include <gtk/gtk-a11y.h>

#define KEY_STEP 0.01
#define KEY_LEAP 0.1
#define HANDLE   9.0
#define ARROW    4.0

struct _AdainSplit
{
  GtkDrawingArea parent;

  int      left, width; /* of the picture that is seen */
  double   share;       /* of it that lies before the line */
  gboolean dragging;
  double   from_x, from_line; /* where, on the screen and of the picture, that began */
};

static guint moved_signal;

G_DEFINE_FINAL_TYPE (AdainSplit, adain_split, GTK_TYPE_DRAWING_AREA)

static void
move_to (AdainSplit *split, double share)
{
  AtkObject *accessible = gtk_widget_get_accessible (GTK_WIDGET (split));

  share = CLAMP (share, 0.0, 1.0);
  if (share == split->share)
    return;

  split->share = share;
  g_object_notify (G_OBJECT (accessible), "accessible-value");
  g_signal_emit (split, moved_signal, 0);
}

void
adain_split_set_span (AdainSplit *split, int left, int width)
{
  split->left = left;
  split->width = width;
}

int
adain_split_get_line (AdainSplit *split)
{
  return split->left + lround (split->share * split->width);
}

/* What a screen reader works with: a slider of percents ------------------------------------- */

typedef struct
{
  GtkWidgetAccessible parent;
} AdainSplitAccessible;

typedef struct
{
  GtkWidgetAccessibleClass parent_class;
} AdainSplitAccessibleClass;

static GType adain_split_accessible_get_type (void);

static AdainSplit *
split_of (AtkValue *value)
{
  return ADAIN_SPLIT (gtk_accessible_get_widget (GTK_ACCESSIBLE (value)));
}

static void
get_value_and_text (AtkValue *value, double *number, char **text)
{
  *number = split_of (value)->share * 100.0;
  if (text)
    *text = g_strdup_printf (_ ("%.0f%%"), *number);
}

static AtkRange *
get_range (AtkValue *value)
{
  return atk_range_new (0.0, 100.0, NULL);
}

static double
get_increment (AtkValue *value)
{
  return KEY_STEP * 100.0;
}

static void
set_value (AtkValue *value, double number)
{
  move_to (split_of (value), number / 100.0);
}

static void
value_init (AtkValueIface *iface)
{
  iface->get_value_and_text = get_value_and_text;
  iface->get_range = get_range;
  iface->get_increment = get_increment;
  iface->set_value = set_value;
}

G_DEFINE_TYPE_WITH_CODE (AdainSplitAccessible, adain_split_accessible, GTK_TYPE_WIDGET_ACCESSIBLE,
                         G_IMPLEMENT_INTERFACE (ATK_TYPE_VALUE, value_init))

static void
adain_split_accessible_class_init (AdainSplitAccessibleClass *klass)
{
}

static void
adain_split_accessible_init (AdainSplitAccessible *accessible)
{
}

/* Drawing ----------------------------------------------------------------------------------- */

/* A disk with an arrow to either side. */
static void
draw_handle (cairo_t *cr, double x, double y)
{
  cairo_arc (cr, x, y, HANDLE, 0.0, 2.0 * G_PI);
  cairo_set_source_rgb (cr, 1.0, 1.0, 1.0);
  cairo_fill_preserve (cr);
  cairo_set_source_rgb (cr, 0.0, 0.0, 0.0);
  cairo_stroke (cr);

  for (int side = -1; side <= 1; side += 2)
    {
      cairo_move_to (cr, x + side * (ARROW + 2.0), y);
      cairo_line_to (cr, x + side * 2.0, y - ARROW);
      cairo_line_to (cr, x + side * 2.0, y + ARROW);
      cairo_close_path (cr);
      cairo_fill (cr);
    }
}

static gboolean
adain_split_draw (GtkWidget *widget, cairo_t *cr)
{
  int    width = gtk_widget_get_allocated_width (widget), height = gtk_widget_get_allocated_height (widget);
  double middle = width / 2;

  /* White and black are seen on every picture. */
  cairo_set_source_rgb (cr, 0.0, 0.0, 0.0);
  cairo_rectangle (cr, middle - 1.0, 0.0, 2.0, height);
  cairo_fill (cr);
  cairo_set_source_rgb (cr, 1.0, 1.0, 1.0);
  cairo_rectangle (cr, middle, 0.0, 1.0, height);
  cairo_fill (cr);
  cairo_set_line_width (cr, 1.0);
  draw_handle (cr, middle, height / 2);

  if (gtk_widget_has_visible_focus (widget))
    gtk_render_focus (gtk_widget_get_style_context (widget), cr, 0, height / 2 - width / 2, width, width);

  return GDK_EVENT_PROPAGATE;
}

/* Moving ------------------------------------------------------------------------------------ */

static gboolean
adain_split_button_press (GtkWidget *widget, GdkEventButton *event)
{
  AdainSplit *split = ADAIN_SPLIT (widget);

  if (event->button != GDK_BUTTON_PRIMARY)
    return GDK_EVENT_PROPAGATE;

  gtk_widget_grab_focus (widget);
  split->dragging = TRUE;
  split->from_x = event->x_root;
  split->from_line = split->share * split->width;

  return GDK_EVENT_STOP;
}

static gboolean
adain_split_button_release (GtkWidget *widget, GdkEventButton *event)
{
  ADAIN_SPLIT (widget)->dragging = FALSE;

  return GDK_EVENT_STOP;
}

static gboolean
adain_split_motion (GtkWidget *widget, GdkEventMotion *event)
{
  AdainSplit *split = ADAIN_SPLIT (widget);

  if (split->dragging && split->width > 0)
    move_to (split, (split->from_line + event->x_root - split->from_x) / split->width);

  return GDK_EVENT_STOP;
}

static gboolean
adain_split_key_press (GtkWidget *widget, GdkEventKey *event)
{
  AdainSplit *split = ADAIN_SPLIT (widget);
  double      step = event->state & (GDK_CONTROL_MASK | GDK_SHIFT_MASK) ? KEY_LEAP : KEY_STEP;

  switch (event->keyval)
    {
    case GDK_KEY_Left:
    case GDK_KEY_KP_Left:
      move_to (split, split->share - step);
      break;

    case GDK_KEY_Right:
    case GDK_KEY_KP_Right:
      move_to (split, split->share + step);
      break;

    case GDK_KEY_Home:
    case GDK_KEY_KP_Home:
      move_to (split, 0.0);
      break;

    case GDK_KEY_End:
    case GDK_KEY_KP_End:
      move_to (split, 1.0);
      break;

    default:
      return GTK_WIDGET_CLASS (adain_split_parent_class)->key_press_event (widget, event);
    }

  return GDK_EVENT_STOP;
}

static gboolean
adain_split_focus_change (GtkWidget *widget, GdkEventFocus *event)
{
  gtk_widget_queue_draw (widget);

  return GDK_EVENT_PROPAGATE;
}

static void
adain_split_realize (GtkWidget *widget)
{
  GdkCursor *cursor = gdk_cursor_new_from_name (gtk_widget_get_display (widget), "col-resize");

  GTK_WIDGET_CLASS (adain_split_parent_class)->realize (widget);
  gdk_window_set_cursor (gtk_widget_get_window (widget), cursor);
  g_clear_object (&cursor);
}

/* Construction ------------------------------------------------------------------------------ */

static void
adain_split_class_init (AdainSplitClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  widget_class->realize = adain_split_realize;
  widget_class->draw = adain_split_draw;
  widget_class->button_press_event = adain_split_button_press;
  widget_class->button_release_event = adain_split_button_release;
  widget_class->motion_notify_event = adain_split_motion;
  widget_class->key_press_event = adain_split_key_press;
  widget_class->focus_in_event = adain_split_focus_change;
  widget_class->focus_out_event = adain_split_focus_change;
  gtk_widget_class_set_accessible_type (widget_class, adain_split_accessible_get_type ());

  moved_signal = g_signal_new ("moved", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                               G_TYPE_NONE, 0);
}

static void
adain_split_init (AdainSplit *split)
{
  GtkWidget *widget = GTK_WIDGET (split);
  AtkObject *accessible = gtk_widget_get_accessible (widget);

  split->share = 0.5;
  gtk_widget_set_can_focus (widget, TRUE);
  gtk_widget_add_events (widget, GDK_BUTTON_PRESS_MASK | GDK_BUTTON_RELEASE_MASK | GDK_BUTTON1_MOTION_MASK
                                     | GDK_KEY_PRESS_MASK | GDK_FOCUS_CHANGE_MASK);
  gtk_widget_set_tooltip_text (widget,
                               _ ("On the left the result, on the right the picture as it was. Drag the "
                                  "line, or move it with the arrow keys."));
  atk_object_set_name (accessible, _ ("Split"));
  atk_object_set_role (accessible, ATK_ROLE_SLIDER);
}

GtkWidget *
adain_split_new (void)
{
  return g_object_new (ADAIN_TYPE_SPLIT, NULL);
}
