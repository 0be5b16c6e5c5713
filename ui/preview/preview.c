/* The preview: a picture of what the filter would make, kept up to date by a worker thread.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "ui/preview/preview.h"

#include <math.h>

#include <glib/gi18n-lib.h>

#include "ui/preview/painter.h"
#include "ui/preview/split.h"
#include "ui/preview/view.h"
#include "ui/thumbnail.h"

#define MIN_WIDTH  512
#define MIN_HEIGHT 340
#define CHECK_SIZE 8

/* A notch of the wheel, or a click on a button. */
#define ZOOM_STEP 1.5

/* The mouse has to move so far, in pixels, to move the picture. */
#define DRAG_THRESHOLD 4.0

struct _AdainPreview
{
  GtkBox parent;

  GimpImage           *image;
  GimpDrawable        *drawable;
  AdainPreviewPicture *picture;
  AdainPreviewPicture *large;   /* being read */
  guint                reading; /* the source that does it */
  gboolean             refined; /* it was handed over */
  AdainPreviewWorker  *worker;
  cairo_surface_t     *before;
  cairo_surface_t     *after;        /* NULL: nothing to compare with */
  cairo_surface_t     *drawn_before; /* the area as it looks; NULL: still to be drawn */
  cairo_surface_t     *drawn_after;
  gint64               asked; /* of a picture that was not drawn yet */
  gboolean             sharp;
  gint64               expecting; /* another look, since then; 0: no */
  AdainView            view;
  gboolean             held;           /* the mouse button is down on the picture, */
  gboolean             moving;         /* and moves it, */
  double               from_x, from_y; /* from here */

  GtkWidget *overlay;
  GtkWidget *area;
  GtkWidget *split;
  GtkWidget *hint;
  GtkWidget *on_check;
  GtkWidget *split_check;
  GtkWidget *before_toggle;
  GtkWidget *zoom_out;
  GtkWidget *zoom_in;
  GtkWidget *zoom_percent;
  GtkWidget *bottom;
  GtkWidget *controls;
  GtkWidget *spinner;
  GtkWidget *device;
  GtkWidget *notice;
  GtkWidget *layers;
};

static guint wanted_signal;

G_DEFINE_FINAL_TYPE (AdainPreview, adain_preview, GTK_TYPE_BOX)

static gboolean
shows_before (AdainPreview *preview)
{
  return !preview->after || (preview->held && !preview->moving)
         || gtk_toggle_button_get_active (GTK_TOGGLE_BUTTON (preview->before_toggle));
}

/* What a screen reader says, and tests wait for. */
static void
describe (AdainPreview *preview)
{
  const char *text = shows_before (preview) ? _ ("The untouched picture")
                     : preview->sharp       ? _ ("The result, sharp")
                                            : _ ("The result, fast version");

  atk_object_set_description (gtk_widget_get_accessible (preview->area), text);
}

/* Drawing ----------------------------------------------------------------------------------- */

static void
draw_checks (cairo_t *cr, int width, int height)
{
  cairo_set_source_rgb (cr, 0.6, 0.6, 0.6);
  cairo_rectangle (cr, 0, 0, width, height);
  cairo_fill (cr);

  cairo_set_source_rgb (cr, 0.4, 0.4, 0.4);
  for (int y = 0; y < height; y += CHECK_SIZE)
    for (int x = (y / CHECK_SIZE % 2) * CHECK_SIZE; x < width; x += 2 * CHECK_SIZE)
      cairo_rectangle (cr, x, y, MIN (CHECK_SIZE, width - x), MIN (CHECK_SIZE, height - y));
  cairo_fill (cr);
}

static void
draw_picture (AdainPreview *preview, cairo_surface_t *surface, cairo_t *cr, int width, int height)
{
  AdainViewPlace place = adain_view_place (&preview->view);
  int            shown_x = lround (place.x), shown_y = lround (place.y);
  int            shown_width = MAX (1, lround (place.width)), shown_height = MAX (1, lround (place.height));

  cairo_rectangle (cr, shown_x, shown_y, shown_width, shown_height);
  cairo_clip (cr);
  draw_checks (cr, width, height);

  cairo_translate (cr, shown_x, shown_y);
  cairo_scale (cr, (double) shown_width / cairo_image_surface_get_width (surface),
               (double) shown_height / cairo_image_surface_get_height (surface));
  cairo_set_source_surface (cr, surface, 0, 0);
  cairo_pattern_set_extend (cairo_get_source (cr), CAIRO_EXTEND_PAD);
  cairo_pattern_set_filter (cairo_get_source (cr), CAIRO_FILTER_GOOD);
  cairo_paint (cr);
}

/* Always the whole area at a time: where a part of it is drawn anew, as when a tooltip has gone, a reduced
 * picture's pixels would come out rounded in another way than those around it. */
static cairo_surface_t *
draw_area (AdainPreview *preview, cairo_surface_t *surface)
{
  int              width = gtk_widget_get_allocated_width (preview->area);
  int              height = gtk_widget_get_allocated_height (preview->area);
  cairo_surface_t *drawn = gdk_window_create_similar_surface (gtk_widget_get_window (preview->area),
                                                              CAIRO_CONTENT_COLOR_ALPHA, width, height);
  cairo_t         *cr = cairo_create (drawn);

  draw_picture (preview, surface, cr, width, height);
  cairo_destroy (cr);

  return drawn;
}

static void
paint_before (AdainPreview *preview, cairo_t *cr)
{
  if (!preview->drawn_before)
    preview->drawn_before = draw_area (preview, preview->before);
  cairo_set_source_surface (cr, preview->drawn_before, 0, 0);
  cairo_paint (cr);
}

/* On the left of the line, where there is one. */
static void
paint_after (AdainPreview *preview, cairo_t *cr)
{
  if (!preview->drawn_after)
    preview->drawn_after = draw_area (preview, preview->after);
  if (gtk_widget_get_visible (preview->split))
    {
      cairo_rectangle (cr, 0, 0, adain_split_get_line (ADAIN_SPLIT (preview->split)),
                       gtk_widget_get_allocated_height (preview->area));
      cairo_clip (cr);
    }
  cairo_set_source_surface (cr, preview->drawn_after, 0, 0);
  cairo_paint (cr);
}

static gboolean
on_draw (GtkWidget *area, cairo_t *cr, AdainPreview *preview)
{
  gboolean before = shows_before (preview);

  gtk_render_background (gtk_widget_get_style_context (area), cr, 0, 0, gtk_widget_get_allocated_width (area),
                         gtk_widget_get_allocated_height (area));

  if (!preview->before)
    return FALSE;

  if (before || gtk_widget_get_visible (preview->split))
    paint_before (preview, cr);
  if (!before)
    paint_after (preview, cr);

  if (preview->asked)
    g_debug ("preview %s after %.0f ms", preview->sharp ? "sharp" : "fast",
             (g_get_monotonic_time () - preview->asked) / 1000.0);
  preview->asked = 0;

  return FALSE;
}

static void
redraw (AdainPreview *preview)
{
  describe (preview);
  g_clear_pointer (&preview->drawn_before, cairo_surface_destroy);
  g_clear_pointer (&preview->drawn_after, cairo_surface_destroy);
  gtk_widget_queue_draw (preview->area);
}

/* The split ---------------------------------------------------------------------------------- */

/* There is a line while there is something on either side of it. */
static void
show_split (AdainPreview *preview)
{
  gtk_widget_set_visible (preview->split,
                          !shows_before (preview)
                              && gtk_toggle_button_get_active (GTK_TOGGLE_BUTTON (preview->split_check)));
}

/* Once it is known which part of the area the picture covers, or where the line is. */
static void
place_split (AdainPreview *preview)
{
  AdainViewPlace place = adain_view_place (&preview->view);
  double         left = MAX (0.0, place.x);

  adain_split_set_span (ADAIN_SPLIT (preview->split), lround (left),
                        lround (MIN (preview->view.area_width, place.x + place.width) - left));
  gtk_widget_queue_resize (preview->split);
}

static void
on_split_moved (AdainPreview *preview)
{
  place_split (preview);
  gtk_widget_queue_draw (preview->area);
}

static gboolean
on_child_position (GtkOverlay *overlay, GtkWidget *child, GdkRectangle *place, AdainPreview *preview)
{
  if (child != preview->split)
    return FALSE;

  place->x = adain_split_get_line (ADAIN_SPLIT (child)) - ADAIN_SPLIT_WIDTH / 2;
  place->y = 0;
  place->width = ADAIN_SPLIT_WIDTH;
  place->height = gtk_widget_get_allocated_height (GTK_WIDGET (overlay));

  return TRUE;
}

/* Closer and back --------------------------------------------------------------------------- */

/* After the view has changed. The percentage is of the layer's pixels. */
static void
show_view (AdainPreview *preview)
{
  double shown = preview->view.picture_width / preview->picture->full_width;
  char  *text = g_strdup_printf (_ ("%.0f%%"), 100.0 * adain_view_scale (&preview->view) * shown);

  gtk_label_set_text (GTK_LABEL (preview->zoom_percent), text);
  gtk_widget_set_sensitive (preview->zoom_in, adain_view_can_zoom_in (&preview->view));
  gtk_widget_set_sensitive (preview->zoom_out, adain_view_can_zoom_out (&preview->view));
  place_split (preview);
  redraw (preview);
  g_free (text);
}

static void
zoom_by (AdainPreview *preview, double factor, double x, double y)
{
  if (!preview->picture)
    return;

  adain_view_zoom (&preview->view, factor, x, y);
  show_view (preview);
}

static void
on_zoom_in (AdainPreview *preview)
{
  zoom_by (preview, ZOOM_STEP, preview->view.area_width / 2, preview->view.area_height / 2);
}

static void
on_zoom_out (AdainPreview *preview)
{
  zoom_by (preview, 1.0 / ZOOM_STEP, preview->view.area_width / 2, preview->view.area_height / 2);
}

static gboolean
on_scroll (GtkWidget *area, GdkEventScroll *event, AdainPreview *preview)
{
  if (event->direction != GDK_SCROLL_UP && event->direction != GDK_SCROLL_DOWN)
    return GDK_EVENT_PROPAGATE;

  zoom_by (preview, event->direction == GDK_SCROLL_UP ? ZOOM_STEP : 1.0 / ZOOM_STEP, event->x, event->y);

  return GDK_EVENT_STOP;
}

static void
on_area_size (GtkWidget *area, GtkAllocation *allocation, AdainPreview *preview)
{
  if (!preview->picture
      || (allocation->width == preview->view.area_width && allocation->height == preview->view.area_height))
    return;

  adain_view_set_area (&preview->view, allocation->width, allocation->height);
  show_view (preview);
}

/* Before and after -------------------------------------------------------------------------- */

static gboolean
on_area_button (GtkWidget *area, GdkEventButton *event, AdainPreview *preview)
{
  if (event->button != GDK_BUTTON_PRIMARY)
    return GDK_EVENT_PROPAGATE;

  preview->held = event->type != GDK_BUTTON_RELEASE;
  preview->moving = FALSE;
  preview->from_x = event->x;
  preview->from_y = event->y;
  show_split (preview);
  redraw (preview);

  return GDK_EVENT_STOP;
}

/* Where there is more than is seen, the picture follows the mouse. */
static gboolean
on_area_motion (GtkWidget *area, GdkEventMotion *event, AdainPreview *preview)
{
  double dx = event->x - preview->from_x, dy = event->y - preview->from_y;

  if (!preview->held || !preview->picture || !adain_view_can_zoom_out (&preview->view)
      || (!preview->moving && hypot (dx, dy) < DRAG_THRESHOLD))
    return GDK_EVENT_PROPAGATE;

  preview->moving = TRUE;
  preview->from_x = event->x;
  preview->from_y = event->y;
  adain_view_move (&preview->view, dx, dy);
  show_split (preview);
  redraw (preview);

  return GDK_EVENT_STOP;
}

static void
on_compare (AdainPreview *preview)
{
  show_split (preview);
  redraw (preview);
}

/* With the mouse the button acts while it is held; with the keyboard it stays until pressed again. */
static gboolean
on_before_button (GtkWidget *button, GdkEventButton *event, AdainPreview *preview)
{
  if (event->button != GDK_BUTTON_PRIMARY)
    return GDK_EVENT_PROPAGATE;

  gtk_toggle_button_set_active (GTK_TOGGLE_BUTTON (button), event->type != GDK_BUTTON_RELEASE);

  return GDK_EVENT_STOP;
}

/* Results ----------------------------------------------------------------------------------- */

static void
set_busy (AdainPreview *preview, gboolean busy)
{
  g_object_set (preview->spinner, "active", busy, NULL);
}

/* Where there is nothing to be seen, that is always the hint. */
static void
set_hint (AdainPreview *preview, const char *text)
{
  if (!preview->picture)
    text = _ ("The selection does not meet the layer.");

  gtk_label_set_text (GTK_LABEL (preview->hint), text ? text : "");
  gtk_widget_set_visible (preview->hint, text != NULL);
}

/* Tells which device computes, and why not another. */
static void
set_device (AdainPreview *preview, const char *device, const char *notice)
{
  gtk_label_set_text (GTK_LABEL (preview->device), device ? device : "");
  gtk_label_set_text (GTK_LABEL (preview->notice), notice ? notice : "");
  gtk_widget_set_tooltip_text (preview->notice, notice);
  gtk_widget_set_visible (preview->notice, notice != NULL);
}

/* A piece at a time, between what the user does. */
static gboolean
read_large (gpointer data)
{
  AdainPreview *preview = data;

  if (preview->large && adain_preview_picture_read (preview->large))
    return G_SOURCE_CONTINUE;

  preview->reading = 0;
  if (preview->large)
    {
      g_clear_pointer (&preview->before, cairo_surface_destroy);
      preview->before = adain_preview_picture_surface (preview->large, NULL);
      redraw (preview);
      adain_preview_worker_refine (preview->worker, g_steal_pointer (&preview->large));
    }
  else
    {
      set_busy (preview, FALSE);
    }

  return G_SOURCE_REMOVE;
}

static void
begin_large (AdainPreview *preview)
{
  if (preview->refined)
    return;

  preview->refined = TRUE;
  preview->large = adain_preview_picture_new (preview->image, preview->drawable, ADAIN_PREVIEW_LARGE);
  preview->reading = g_idle_add_full (G_PRIORITY_LOW, read_large, preview, NULL);
}

/* @surface (nullable) is what there is to compare with. */
static void
set_after (AdainPreview *preview, cairo_surface_t *surface)
{
  g_clear_pointer (&preview->after, cairo_surface_destroy);
  preview->after = surface ? cairo_surface_reference (surface) : NULL;

  /* A button that is held would not hear that it is let go. */
  if (!surface)
    gtk_toggle_button_set_active (GTK_TOGGLE_BUTTON (preview->before_toggle), FALSE);
  gtk_widget_set_sensitive (preview->before_toggle, surface != NULL);
  gtk_widget_set_sensitive (preview->split_check, surface != NULL);
  show_split (preview);
}

static void
on_ready (const AdainPreviewResult *result, gpointer user_data)
{
  AdainPreview *preview = user_data;

  set_device (preview, result->device, result->notice);
  set_after (preview, result->surface);
  set_hint (preview, result->surface ? NULL : result->error->message);

  if (result->surface)
    {
      preview->asked = result->asked;
      preview->sharp = result->sharp && !preview->expecting;
    }

  set_busy (preview, !result->sharp || preview->expecting);
  if (result->wants_large)
    begin_large (preview);
  redraw (preview);
}

const char *
adain_preview_get_notice (AdainPreview *preview)
{
  return gtk_label_get_text (GTK_LABEL (preview->notice));
}

void
adain_preview_expect_look (AdainPreview *preview)
{
  if (!preview->worker)
    return;

  if (!preview->expecting)
    preview->expecting = g_get_monotonic_time ();
  preview->sharp = FALSE;
  describe (preview);
  set_busy (preview, TRUE);
}

void
adain_preview_show_look (AdainPreview *preview, AdainLook *look)
{
  if (!preview->worker)
    return;

  adain_preview_expect_look (preview);
  look->asked = preview->expecting;
  preview->expecting = 0;
  adain_preview_worker_request (preview->worker, look);
}

void
adain_preview_pause (AdainPreview *preview)
{
  if (preview->worker)
    adain_preview_worker_request (preview->worker, NULL);
  set_busy (preview, FALSE);
}

void
adain_preview_set_tiles (AdainPreview *preview, GPtrArray *tiles, AdainTileReady ready, gpointer user_data)
{
  if (preview->worker)
    adain_preview_worker_set_tiles (preview->worker, tiles, ready, user_data);
}

void
adain_preview_show_hint (AdainPreview *preview, const char *hint)
{
  adain_preview_pause (preview);
  preview->expecting = 0;
  set_after (preview, NULL);
  set_hint (preview, hint);
  redraw (preview);
}

gboolean
adain_preview_is_on (AdainPreview *preview)
{
  return gtk_toggle_button_get_active (GTK_TOGGLE_BUTTON (preview->on_check));
}

void
adain_preview_set_on (AdainPreview *preview, gboolean on)
{
  gtk_toggle_button_set_active (GTK_TOGGLE_BUTTON (preview->on_check), on);
}

static void
on_toggled (AdainPreview *preview)
{
  g_signal_emit (preview, wanted_signal, 0);
}

/* Construction ------------------------------------------------------------------------------ */

static GtkWidget *
create_picture (AdainPreview *preview)
{
  GtkWidget *frame = gtk_frame_new (NULL);
  AtkObject *accessible;

  preview->overlay = gtk_overlay_new ();
  g_signal_connect (preview->overlay, "get-child-position", G_CALLBACK (on_child_position), preview);
  preview->split = adain_split_new ();
  gtk_widget_set_no_show_all (preview->split, TRUE);
  g_signal_connect_swapped (preview->split, "moved", G_CALLBACK (on_split_moved), preview);

  preview->area = gtk_drawing_area_new ();
  gtk_widget_set_size_request (preview->area, MIN_WIDTH, MIN_HEIGHT);
  gtk_widget_set_tooltip_text (preview->area, _ ("Hold the mouse button down to see the picture as it was. "
                                                 "Turn the wheel to look closer, then drag the picture."));
  gtk_widget_add_events (preview->area, GDK_BUTTON_PRESS_MASK | GDK_BUTTON_RELEASE_MASK
                                            | GDK_BUTTON1_MOTION_MASK | GDK_SCROLL_MASK);
  g_signal_connect (preview->area, "draw", G_CALLBACK (on_draw), preview);
  g_signal_connect (preview->area, "button-press-event", G_CALLBACK (on_area_button), preview);
  g_signal_connect (preview->area, "button-release-event", G_CALLBACK (on_area_button), preview);
  g_signal_connect (preview->area, "motion-notify-event", G_CALLBACK (on_area_motion), preview);
  g_signal_connect (preview->area, "scroll-event", G_CALLBACK (on_scroll), preview);
  g_signal_connect (preview->area, "size-allocate", G_CALLBACK (on_area_size), preview);
  g_signal_connect_swapped (preview->area, "notify::scale-factor", G_CALLBACK (redraw), preview);

  accessible = gtk_widget_get_accessible (preview->area);
  atk_object_set_name (accessible, _ ("Preview"));
  atk_object_set_role (accessible, ATK_ROLE_IMAGE);

  preview->hint = gtk_label_new (NULL);
  gtk_label_set_line_wrap (GTK_LABEL (preview->hint), TRUE);
  gtk_label_set_max_width_chars (GTK_LABEL (preview->hint), 40);
  gtk_label_set_justify (GTK_LABEL (preview->hint), GTK_JUSTIFY_CENTER);
  gtk_style_context_add_class (gtk_widget_get_style_context (preview->hint), "adain-hint");
  gtk_widget_set_halign (preview->hint, GTK_ALIGN_CENTER);
  gtk_widget_set_valign (preview->hint, GTK_ALIGN_CENTER);
  gtk_widget_set_margin_start (preview->hint, 12);
  gtk_widget_set_margin_end (preview->hint, 12);
  gtk_widget_set_no_show_all (preview->hint, TRUE);

  gtk_container_add (GTK_CONTAINER (preview->overlay), preview->area);
  gtk_overlay_add_overlay (GTK_OVERLAY (preview->overlay), preview->split);
  gtk_overlay_add_overlay (GTK_OVERLAY (preview->overlay), preview->hint);
  gtk_overlay_set_overlay_pass_through (GTK_OVERLAY (preview->overlay), preview->hint, TRUE);
  gtk_container_add (GTK_CONTAINER (frame), preview->overlay);

  return frame;
}

static GtkWidget *
create_switch (AdainPreview *preview)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 12);

  preview->on_check = gtk_check_button_new_with_mnemonic (_ ("L_ive preview"));
  gtk_toggle_button_set_active (GTK_TOGGLE_BUTTON (preview->on_check), TRUE);
  gtk_widget_set_tooltip_text (preview->on_check,
                               _ ("Show at once how the picture would look. Switch it off on a slow "
                                  "computer; the picture itself is not changed before you press OK."));
  g_signal_connect_swapped (preview->on_check, "toggled", G_CALLBACK (on_toggled), preview);
  gtk_box_pack_start (GTK_BOX (box), preview->on_check, FALSE, FALSE, 0);

  preview->split_check = gtk_check_button_new_with_mnemonic (_ ("Split vie_w"));
  gtk_widget_set_sensitive (preview->split_check, FALSE);
  gtk_widget_set_tooltip_text (preview->split_check,
                               _ ("Show the result and the picture as it was side by side, "
                                  "with a line between that can be dragged"));
  g_signal_connect_swapped (preview->split_check, "toggled", G_CALLBACK (on_compare), preview);
  gtk_box_pack_start (GTK_BOX (box), preview->split_check, FALSE, FALSE, 0);

  preview->spinner = gtk_spinner_new ();
  atk_object_set_name (gtk_widget_get_accessible (preview->spinner), _ ("Preview in progress"));
  gtk_box_pack_start (GTK_BOX (box), preview->spinner, FALSE, FALSE, 0);

  return box;
}

static GtkWidget *
create_before (AdainPreview *preview)
{
  preview->before_toggle = gtk_toggle_button_new_with_mnemonic (_ ("Be_fore"));
  gtk_widget_set_halign (preview->before_toggle, GTK_ALIGN_START);
  gtk_widget_set_sensitive (preview->before_toggle, FALSE);
  gtk_widget_set_tooltip_text (preview->before_toggle,
                               _ ("Shows the picture as it was while the button is held down"));
  g_signal_connect (preview->before_toggle, "button-press-event", G_CALLBACK (on_before_button), preview);
  g_signal_connect (preview->before_toggle, "button-release-event", G_CALLBACK (on_before_button), preview);
  g_signal_connect_swapped (preview->before_toggle, "toggled", G_CALLBACK (on_compare), preview);

  return preview->before_toggle;
}

static GtkWidget *
create_zoom_button (AdainPreview *preview, const char *icon, const char *name, GCallback on_clicked)
{
  GtkWidget *button = gtk_button_new_from_icon_name (icon, GTK_ICON_SIZE_BUTTON);

  atk_object_set_name (gtk_widget_get_accessible (button), name);
  gtk_widget_set_tooltip_text (button, name);
  gtk_widget_set_sensitive (button, FALSE);
  g_signal_connect_swapped (button, "clicked", on_clicked, preview);

  return button;
}

/* Buttons for those who have no wheel. */
static GtkWidget *
create_zoom (AdainPreview *preview)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 6);

  preview->zoom_out = create_zoom_button (preview, "zoom-out-symbolic", _ ("Zoom out"),
                                          G_CALLBACK (on_zoom_out));
  preview->zoom_in = create_zoom_button (preview, "zoom-in-symbolic", _ ("Zoom in"), G_CALLBACK (on_zoom_in));
  preview->zoom_percent = gtk_label_new (NULL);
  gtk_label_set_width_chars (GTK_LABEL (preview->zoom_percent), 5);

  gtk_box_pack_start (GTK_BOX (box), preview->zoom_out, FALSE, FALSE, 0);
  gtk_box_pack_start (GTK_BOX (box), preview->zoom_percent, FALSE, FALSE, 0);
  gtk_box_pack_start (GTK_BOX (box), preview->zoom_in, FALSE, FALSE, 0);

  return box;
}

static GtkWidget *
create_status_label (void)
{
  GtkWidget *label = gtk_label_new (NULL);

  gtk_label_set_xalign (GTK_LABEL (label), 0.0);
  gtk_label_set_ellipsize (GTK_LABEL (label), PANGO_ELLIPSIZE_END);

  return label;
}

static GtkWidget *
create_controls (AdainPreview *preview)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 6);
  GtkWidget *row = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 12);

  preview->controls = box;
  gtk_box_pack_start (GTK_BOX (row), create_before (preview), FALSE, FALSE, 0);
  gtk_box_pack_start (GTK_BOX (row), create_zoom (preview), FALSE, FALSE, 0);
  gtk_box_pack_start (GTK_BOX (box), create_switch (preview), FALSE, FALSE, 0);
  gtk_box_pack_start (GTK_BOX (box), row, FALSE, FALSE, 0);

  preview->device = create_status_label ();
  gtk_style_context_add_class (gtk_widget_get_style_context (preview->device), "dim-label");
  gtk_box_pack_end (GTK_BOX (box), preview->device, FALSE, FALSE, 0);

  preview->notice = create_status_label ();
  gtk_widget_set_no_show_all (preview->notice, TRUE);
  gtk_box_pack_end (GTK_BOX (box), preview->notice, FALSE, FALSE, 0);

  preview->layers = create_status_label ();
  gtk_widget_set_no_show_all (preview->layers, TRUE);
  gtk_box_pack_end (GTK_BOX (box), preview->layers, FALSE, FALSE, 0);

  return box;
}

void
adain_preview_add_beside (AdainPreview *preview, GtkWidget *widget)
{
  gtk_box_pack_start (GTK_BOX (preview->bottom), widget, FALSE, FALSE, 0);
  gtk_box_reorder_child (GTK_BOX (preview->bottom), widget, 0);
}

void
adain_preview_add_below (AdainPreview *preview, GtkWidget *widget)
{
  gtk_box_pack_start (GTK_BOX (preview->controls), widget, TRUE, TRUE, 0);
}

static void
adain_preview_destroy (GtkWidget *widget)
{
  AdainPreview *preview = ADAIN_PREVIEW (widget);

  g_clear_handle_id (&preview->reading, g_source_remove);
  g_clear_pointer (&preview->worker, adain_preview_worker_free);
  g_clear_pointer (&preview->large, adain_preview_picture_free);
  g_clear_pointer (&preview->picture, adain_preview_picture_free);
  g_clear_pointer (&preview->before, cairo_surface_destroy);
  g_clear_pointer (&preview->after, cairo_surface_destroy);
  g_clear_pointer (&preview->drawn_before, cairo_surface_destroy);
  g_clear_pointer (&preview->drawn_after, cairo_surface_destroy);

  GTK_WIDGET_CLASS (adain_preview_parent_class)->destroy (widget);
}

static void
adain_preview_class_init (AdainPreviewClass *klass)
{
  GTK_WIDGET_CLASS (klass)->destroy = adain_preview_destroy;

  wanted_signal = g_signal_new ("wanted", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                G_TYPE_NONE, 0);
}

static void
adain_preview_init (AdainPreview *preview)
{
  gtk_orientable_set_orientation (GTK_ORIENTABLE (preview), GTK_ORIENTATION_VERTICAL);
  gtk_box_set_spacing (GTK_BOX (preview), 12);
  gtk_box_pack_start (GTK_BOX (preview), create_picture (preview), TRUE, TRUE, 0);

  preview->bottom = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 12);
  gtk_box_pack_start (GTK_BOX (preview->bottom), create_controls (preview), TRUE, TRUE, 0);
  gtk_box_pack_start (GTK_BOX (preview), preview->bottom, FALSE, FALSE, 0);
}

/* All layers will be painted, but one is seen. */
static void
tell_layers (AdainPreview *preview, GimpDrawable **drawables)
{
  int   n = 0;
  char *text;

  while (drawables[n])
    n++;

  text = g_strdup_printf (ngettext ("Preview of the first of %d layer", "Preview of the first of %d layers",
                                    n),
                          n);
  gtk_label_set_text (GTK_LABEL (preview->layers), text);
  gtk_widget_set_tooltip_text (preview->layers, text);
  gtk_widget_set_visible (preview->layers, n > 1);
  g_free (text);
}

GtkWidget *
adain_preview_new (GimpImage *image, GimpDrawable **drawables)
{
  AdainPreview *preview = g_object_new (ADAIN_TYPE_PREVIEW, NULL);

  tell_layers (preview, drawables);
  preview->picture = adain_preview_picture_new (image, drawables[0], ADAIN_THUMBNAIL_MAX);
  preview->image = image;
  preview->drawable = drawables[0];
  if (preview->picture)
    {
      int    longest = MAX (preview->picture->full_width, preview->picture->full_height);
      double scale = MIN (1.0, (double) ADAIN_PREVIEW_LARGE / longest);

      adain_view_init (&preview->view, preview->picture->full_width * scale,
                       preview->picture->full_height * scale);
      show_view (preview);
      adain_preview_picture_read (preview->picture);
      preview->before = adain_preview_picture_surface (preview->picture, NULL);
      preview->worker = adain_preview_worker_new (preview->picture, on_ready, preview);
    }
  else
    {
      set_hint (preview, NULL);
    }

  return GTK_WIDGET (preview);
}
