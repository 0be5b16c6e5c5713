/* A picture with a rectangle on it that can be dragged: a part of the picture.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "ui/styles/crop-area.h"

#include <math.h>

/* Pixels from an edge of the rectangle from which it can be dragged. */
#define REACH 7.0

/* The mouse has to move so far, in pixels, to draw a rectangle. */
#define DRAG_THRESHOLD 4.0

#define HANDLE 3.0

/* The edges that follow the mouse; all of them move the rectangle. */
typedef enum
{
  EDGE_NONE = 0,
  EDGE_LEFT = 1 << 0,
  EDGE_RIGHT = 1 << 1,
  EDGE_TOP = 1 << 2,
  EDGE_BOTTOM = 1 << 3,
  EDGE_ALL = EDGE_LEFT | EDGE_RIGHT | EDGE_TOP | EDGE_BOTTOM,
} Edges;

struct _AdainCropArea
{
  GtkDrawingArea parent;

  cairo_surface_t *picture; /* NULL: none */
  AdainPart        part;
  gboolean         held;           /* the mouse button is down, */
  gboolean         dragging;       /* and the mouse has moved since, */
  double           from_x, from_y; /* from here, */
  AdainPart        from;           /* where the rectangle was so, */
  Edges            edges;          /* and these of its edges follow */
};

static guint changed_signal;

G_DEFINE_FINAL_TYPE (AdainCropArea, adain_crop_area, GTK_TYPE_DRAWING_AREA)

/* Geometry ---------------------------------------------------------------------------------- */

/* Where the picture is shown. */
static void
get_field (AdainCropArea *area, double *left, double *top, double *width, double *height)
{
  int    outer_width = gtk_widget_get_allocated_width (GTK_WIDGET (area));
  int    outer_height = gtk_widget_get_allocated_height (GTK_WIDGET (area));
  double inner_width = cairo_image_surface_get_width (area->picture);
  double inner_height = cairo_image_surface_get_height (area->picture);
  double scale = MIN (outer_width / inner_width, outer_height / inner_height);

  *width = MAX (1, round (inner_width * scale));
  *height = MAX (1, round (inner_height * scale));
  *left = floor ((outer_width - *width) / 2);
  *top = floor ((outer_height - *height) / 2);
}

/* A part of the picture as a rectangle on the screen, in pixels. */
static AdainPart
to_screen (AdainCropArea *area, const AdainPart *part)
{
  double left, top, width, height;

  get_field (area, &left, &top, &width, &height);

  return (AdainPart) { left + part->left * width / 100, top + part->top * height / 100,
                       part->width * width / 100, part->height * height / 100 };
}

static gboolean
is_whole (const AdainPart *part)
{
  return part->width >= 100 && part->height >= 100;
}

static gboolean
is_near (double a, double b)
{
  return fabs (a - b) <= REACH;
}

/* What can be dragged at a point. */
static Edges
edges_at (AdainCropArea *area, double x, double y)
{
  AdainPart place = to_screen (area, &area->part);
  double    right = place.left + place.width, bottom = place.top + place.height;
  Edges     edges = EDGE_NONE;

  if (is_whole (&area->part) || x < place.left - REACH || x > right + REACH || y < place.top - REACH
      || y > bottom + REACH)
    return EDGE_NONE;

  if (is_near (x, right))
    edges |= EDGE_RIGHT;
  else if (is_near (x, place.left))
    edges |= EDGE_LEFT;
  if (is_near (y, bottom))
    edges |= EDGE_BOTTOM;
  else if (is_near (y, place.top))
    edges |= EDGE_TOP;

  return edges != EDGE_NONE ? edges : EDGE_ALL;
}

static double
to_step (double percent)
{
  return round (percent / ADAIN_CROP_STEP) / (1 / ADAIN_CROP_STEP);
}

/* Moves the ends of a length that are to follow by @delta, inside of the picture; they may change places. */
static void
drag_ends (double *start, double *length, gboolean first, gboolean second, double delta)
{
  double a = *start, b = *start + *length, least;

  if (first && second)
    delta = CLAMP (delta, -a, 100 - b);
  a = CLAMP (a + (first ? delta : 0), 0, 100);
  b = CLAMP (b + (second ? delta : 0), 0, 100);

  least = MIN (a, b);
  *length = MAX (to_step (fabs (b - a)), ADAIN_CROP_LEAST);
  *start = MIN (to_step (least), 100 - *length);
}

static void
drag_to (AdainCropArea *area, double x, double y)
{
  double left, top, width, height;

  get_field (area, &left, &top, &width, &height);
  area->part = area->from;
  drag_ends (&area->part.left, &area->part.width, area->edges & EDGE_LEFT, area->edges & EDGE_RIGHT,
             (x - area->from_x) * 100 / width);
  drag_ends (&area->part.top, &area->part.height, area->edges & EDGE_TOP, area->edges & EDGE_BOTTOM,
             (y - area->from_y) * 100 / height);
  gtk_widget_queue_draw (GTK_WIDGET (area));
  g_signal_emit (area, changed_signal, 0);
}

/* Drawing ----------------------------------------------------------------------------------- */

static void
draw_picture (AdainCropArea *area, cairo_t *cr)
{
  AdainPart place = to_screen (area, &ADAIN_PART_WHOLE);

  cairo_save (cr);
  cairo_translate (cr, place.left, place.top);
  cairo_scale (cr, place.width / cairo_image_surface_get_width (area->picture),
               place.height / cairo_image_surface_get_height (area->picture));
  cairo_set_source_surface (cr, area->picture, 0, 0);
  cairo_pattern_set_extend (cairo_get_source (cr), CAIRO_EXTEND_PAD);
  cairo_pattern_set_filter (cairo_get_source (cr), CAIRO_FILTER_GOOD);
  cairo_rectangle (cr, 0, 0, cairo_image_surface_get_width (area->picture),
                   cairo_image_surface_get_height (area->picture));
  cairo_fill (cr);
  cairo_restore (cr);
}

/* What is not used is dark. */
static void
draw_outside (AdainCropArea *area, cairo_t *cr, const AdainPart *part)
{
  AdainPart place = to_screen (area, &ADAIN_PART_WHOLE);

  cairo_save (cr);
  cairo_set_fill_rule (cr, CAIRO_FILL_RULE_EVEN_ODD);
  cairo_rectangle (cr, place.left, place.top, place.width, place.height);
  cairo_rectangle (cr, part->left, part->top, part->width, part->height);
  cairo_set_source_rgba (cr, 0, 0, 0, 0.65);
  cairo_fill (cr);
  cairo_restore (cr);
}

/* White in black, to be seen on every picture. */
static void
draw_frame (cairo_t *cr, const AdainPart *part)
{
  cairo_rectangle (cr, round (part->left) + 0.5, round (part->top) + 0.5, round (part->width) - 1,
                   round (part->height) - 1);
  cairo_set_source_rgb (cr, 0, 0, 0);
  cairo_set_line_width (cr, 3);
  cairo_stroke_preserve (cr);
  cairo_set_source_rgb (cr, 1, 1, 1);
  cairo_set_line_width (cr, 1);
  cairo_stroke (cr);
}

static void
draw_handle (cairo_t *cr, double x, double y)
{
  cairo_rectangle (cr, round (x) - HANDLE, round (y) - HANDLE, 2 * HANDLE, 2 * HANDLE);
  cairo_set_source_rgb (cr, 1, 1, 1);
  cairo_fill_preserve (cr);
  cairo_set_source_rgb (cr, 0, 0, 0);
  cairo_set_line_width (cr, 1);
  cairo_stroke (cr);
}

/* At the corners and in the middle of the sides. */
static void
draw_handles (cairo_t *cr, const AdainPart *part)
{
  for (int i = 0; i < 3; i++)
    for (int j = 0; j < 3; j++)
      if (i != 1 || j != 1)
        draw_handle (cr, part->left + part->width * i / 2, part->top + part->height * j / 2);
}

static gboolean
adain_crop_area_draw (GtkWidget *widget, cairo_t *cr)
{
  AdainCropArea *area = ADAIN_CROP_AREA (widget);
  AdainPart      part;

  if (!area->picture)
    return FALSE;

  part = to_screen (area, &area->part);
  draw_picture (area, cr);
  draw_outside (area, cr, &part);
  draw_frame (cr, &part);
  if (!is_whole (&area->part))
    draw_handles (cr, &part);

  return FALSE;
}

/* The mouse --------------------------------------------------------------------------------- */

static const char *
cursor_name (Edges edges)
{
  static const char *const names[] = {
    [EDGE_NONE] = "crosshair",
    [EDGE_LEFT] = "w-resize",
    [EDGE_RIGHT] = "e-resize",
    [EDGE_TOP] = "n-resize",
    [EDGE_BOTTOM] = "s-resize",
    [EDGE_LEFT | EDGE_TOP] = "nw-resize",
    [EDGE_LEFT | EDGE_BOTTOM] = "sw-resize",
    [EDGE_RIGHT | EDGE_TOP] = "ne-resize",
    [EDGE_RIGHT | EDGE_BOTTOM] = "se-resize",
    [EDGE_ALL] = "move",
  };

  return names[edges];
}

static void
show_cursor (AdainCropArea *area, double x, double y)
{
  GdkWindow *window = gtk_widget_get_window (GTK_WIDGET (area));
  GdkCursor *cursor = gdk_cursor_new_from_name (gdk_window_get_display (window),
                                                cursor_name (edges_at (area, x, y)));

  gdk_window_set_cursor (window, cursor);
  g_clear_object (&cursor);
}

/* Where nothing can be dragged a new rectangle begins, in the picture. */
static void
begin_new (AdainCropArea *area, double x, double y)
{
  double left, top, width, height;

  get_field (area, &left, &top, &width, &height);
  area->from = (AdainPart) { CLAMP ((x - left) * 100 / width, 0, 100),
                             CLAMP ((y - top) * 100 / height, 0, 100), 0, 0 };
  area->edges = EDGE_RIGHT | EDGE_BOTTOM;
}

static gboolean
adain_crop_area_button_press (GtkWidget *widget, GdkEventButton *event)
{
  AdainCropArea *area = ADAIN_CROP_AREA (widget);

  if (event->button != GDK_BUTTON_PRIMARY || event->type != GDK_BUTTON_PRESS || !area->picture)
    return GDK_EVENT_PROPAGATE;

  area->held = TRUE;
  area->dragging = FALSE;
  area->from_x = event->x;
  area->from_y = event->y;
  area->from = area->part;
  area->edges = edges_at (area, event->x, event->y);
  if (area->edges == EDGE_NONE)
    begin_new (area, event->x, event->y);

  return GDK_EVENT_STOP;
}

static gboolean
adain_crop_area_motion (GtkWidget *widget, GdkEventMotion *event)
{
  AdainCropArea *area = ADAIN_CROP_AREA (widget);

  if (!area->picture)
    return GDK_EVENT_PROPAGATE;

  if (!area->held)
    show_cursor (area, event->x, event->y);
  else if (area->dragging || hypot (event->x - area->from_x, event->y - area->from_y) >= DRAG_THRESHOLD)
    {
      area->dragging = TRUE;
      drag_to (area, event->x, event->y);
    }

  return GDK_EVENT_STOP;
}

static gboolean
adain_crop_area_button_release (GtkWidget *widget, GdkEventButton *event)
{
  AdainCropArea *area = ADAIN_CROP_AREA (widget);

  if (event->button != GDK_BUTTON_PRIMARY)
    return GDK_EVENT_PROPAGATE;

  area->held = FALSE;

  return GDK_EVENT_STOP;
}

/* Construction ------------------------------------------------------------------------------ */

static void
adain_crop_area_destroy (GtkWidget *widget)
{
  g_clear_pointer (&ADAIN_CROP_AREA (widget)->picture, cairo_surface_destroy);

  GTK_WIDGET_CLASS (adain_crop_area_parent_class)->destroy (widget);
}

static void
adain_crop_area_class_init (AdainCropAreaClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  widget_class->draw = adain_crop_area_draw;
  widget_class->button_press_event = adain_crop_area_button_press;
  widget_class->motion_notify_event = adain_crop_area_motion;
  widget_class->button_release_event = adain_crop_area_button_release;
  widget_class->destroy = adain_crop_area_destroy;
  gtk_widget_class_set_accessible_role (widget_class, ATK_ROLE_CANVAS);

  changed_signal = g_signal_new ("changed", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                 G_TYPE_NONE, 0);
}

static void
adain_crop_area_init (AdainCropArea *area)
{
  area->part = ADAIN_PART_WHOLE;
  gtk_widget_add_events (GTK_WIDGET (area),
                         GDK_BUTTON_PRESS_MASK | GDK_BUTTON_RELEASE_MASK | GDK_POINTER_MOTION_MASK);
}

GtkWidget *
adain_crop_area_new (void)
{
  return g_object_new (ADAIN_TYPE_CROP_AREA, NULL);
}

void
adain_crop_area_set_picture (AdainCropArea *area, GdkPixbuf *picture)
{
  g_clear_pointer (&area->picture, cairo_surface_destroy);
  area->picture = gdk_cairo_surface_create_from_pixbuf (picture, 1, NULL);
  gtk_widget_queue_draw (GTK_WIDGET (area));
}

void
adain_crop_area_set_part (AdainCropArea *area, const AdainPart *part)
{
  area->part = *part;
  gtk_widget_queue_draw (GTK_WIDGET (area));
}

const AdainPart *
adain_crop_area_get_part (AdainCropArea *area)
{
  return &area->part;
}
