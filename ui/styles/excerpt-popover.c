/* Choosing what of a style's picture is used: a part of it, and how it is turned.
 *
 * Here all is as it is seen, that is, of the turned picture; the settings say it of the picture as it is in its
 * file.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "ui/styles/excerpt-popover.h"

#include <glib/gi18n-lib.h>

#include "ui/styles/crop-area.h"
#include "ui/styles/picture.h"

#define AREA_WIDTH  340
#define AREA_HEIGHT 220

enum
{
  LEFT,
  TOP,
  WIDTH,
  HEIGHT,
  N_NUMBERS
};

struct _AdainExcerptPopover
{
  GtkPopover parent;

  AdainStyleSet *set;
  int            id; /* of the style; -1: of none */

  GtkWidget *title;
  GtkWidget *area;
  GtkWidget *numbers[N_NUMBERS];
  GtkWidget *whole;
};

G_DEFINE_FINAL_TYPE (AdainExcerptPopover, adain_excerpt_popover, GTK_TYPE_POPOVER)

/* Hears what the user does with a number; what we do ourselves happens while it is blocked. */
static void on_number (GtkWidget *spin, AdainExcerptPopover *popover);

/* The style --------------------------------------------------------------------------------- */

/* Its index in the set, or -1 if it is not there any more, or has no picture. */
static int
find_index (AdainExcerptPopover *popover)
{
  int index = adain_style_set_find (popover->set, popover->id);

  return index >= 0 && adain_style_set_get (popover->set, index)->whole ? index : -1;
}

static void
set_excerpt (AdainExcerptPopover *popover, const AdainExcerpt *excerpt)
{
  int index = find_index (popover);

  if (index >= 0)
    adain_style_set_set_excerpt (popover->set, index, excerpt);
}

static AdainExcerpt
get_excerpt (AdainExcerptPopover *popover)
{
  int index = find_index (popover);

  return index >= 0 ? adain_style_set_get (popover->set, index)->excerpt : ADAIN_EXCERPT_WHOLE;
}

/* Uses the part that is seen so. */
static void
set_shown_part (AdainExcerptPopover *popover, const AdainPart *shown)
{
  AdainExcerpt excerpt = get_excerpt (popover);

  excerpt.part = adain_part_turn_back (shown, excerpt.turn);
  set_excerpt (popover, &excerpt);
}

/* From the set to the widgets --------------------------------------------------------------- */

static void
show_numbers (AdainExcerptPopover *popover, const AdainPart *part)
{
  double values[] = { part->left, part->top, part->width, part->height };

  for (int i = 0; i < N_NUMBERS; i++)
    {
      g_signal_handlers_block_by_func (popover->numbers[i], on_number, popover);
      gtk_spin_button_set_value (GTK_SPIN_BUTTON (popover->numbers[i]), values[i]);
      g_signal_handlers_unblock_by_func (popover->numbers[i], on_number, popover);
    }
}

static void
show_excerpt (AdainExcerptPopover *popover)
{
  AdainExcerpt excerpt = get_excerpt (popover);
  AdainPart    part = adain_part_turn (&excerpt.part, excerpt.turn);

  adain_crop_area_set_part (ADAIN_CROP_AREA (popover->area), &part);
  show_numbers (popover, &part);
  gtk_widget_set_sensitive (popover->whole, part.width < 100 || part.height < 100);
}

static void
show_style (AdainExcerptPopover *popover)
{
  const AdainStyleItem *item = adain_style_set_get (popover->set, find_index (popover));
  AdainExcerpt          turn = { ADAIN_PART_WHOLE, item->excerpt.turn };
  GdkPixbuf            *turned = adain_style_picture_take (item->whole, &turn);

  gtk_label_set_text (GTK_LABEL (popover->title), item->name);
  adain_crop_area_set_picture (ADAIN_CROP_AREA (popover->area), turned);
  show_excerpt (popover);
  g_object_unref (turned);
}

static void
on_set_changed (AdainExcerptPopover *popover)
{
  if (!gtk_widget_get_visible (GTK_WIDGET (popover)))
    return;

  if (find_index (popover) >= 0)
    show_style (popover);
  else
    gtk_popover_popdown (GTK_POPOVER (popover));
}

/* What the user does ------------------------------------------------------------------------ */

static void
on_area_changed (AdainExcerptPopover *popover)
{
  set_shown_part (popover, adain_crop_area_get_part (ADAIN_CROP_AREA (popover->area)));
}

/* What was changed stays, and the other one of its direction gives way. */
static void
fit (double *start, double *length, gboolean start_changed)
{
  if (*start + *length <= 100)
    return;

  if (start_changed)
    *length = 100 - *start;
  else
    *start = 100 - *length;
}

static void
on_number (GtkWidget *spin, AdainExcerptPopover *popover)
{
  double    values[N_NUMBERS];
  AdainPart part;

  for (int i = 0; i < N_NUMBERS; i++)
    values[i] = gtk_spin_button_get_value (GTK_SPIN_BUTTON (popover->numbers[i]));
  part = (AdainPart) { values[LEFT], values[TOP], values[WIDTH], values[HEIGHT] };
  fit (&part.left, &part.width, spin == popover->numbers[LEFT]);
  fit (&part.top, &part.height, spin == popover->numbers[TOP]);
  set_shown_part (popover, &part);
}

static void
on_whole (AdainExcerptPopover *popover)
{
  set_shown_part (popover, &ADAIN_PART_WHOLE);
}

static void
turn_further (AdainExcerptPopover *popover, AdainTurn further)
{
  AdainExcerpt excerpt = get_excerpt (popover);

  excerpt.turn = adain_turn_further (excerpt.turn, further);
  set_excerpt (popover, &excerpt);
}

static void
on_turn_left (AdainExcerptPopover *popover)
{
  turn_further (popover, ADAIN_TURN_270);
}

static void
on_turn_right (AdainExcerptPopover *popover)
{
  turn_further (popover, ADAIN_TURN_90);
}

static void
on_mirror (AdainExcerptPopover *popover)
{
  turn_further (popover, ADAIN_TURN_MIRROR);
}

static void
on_upside_down (AdainExcerptPopover *popover)
{
  turn_further (popover, ADAIN_TURN_MIRROR_180);
}

void
adain_excerpt_popover_open (AdainExcerptPopover *popover, int id)
{
  popover->id = id;
  show_style (popover);
  gtk_popover_popup (GTK_POPOVER (popover));
  gtk_widget_grab_focus (popover->numbers[LEFT]);
}

int
adain_excerpt_popover_get_id (AdainExcerptPopover *popover)
{
  return popover->id;
}

/* Construction ------------------------------------------------------------------------------ */

static GtkWidget *
create_area (AdainExcerptPopover *popover)
{
  popover->area = adain_crop_area_new ();
  gtk_widget_set_size_request (popover->area, AREA_WIDTH, AREA_HEIGHT);
  gtk_widget_set_tooltip_text (popover->area,
                               _ ("Drag a rectangle over what is to be used; drag its edges, or "
                                  "move it"));
  atk_object_set_name (gtk_widget_get_accessible (popover->area), _ ("Picture of the style"));
  g_signal_connect_swapped (popover->area, "changed", G_CALLBACK (on_area_changed), popover);

  return popover->area;
}

static void
attach_number (AdainExcerptPopover *popover, GtkWidget *grid, int number, const char *text, double least,
               double most)
{
  GtkWidget *label = gtk_label_new (text);
  GtkWidget *spin = gtk_spin_button_new_with_range (least, most, 1);
  int        column = number % 2 * 2, row = number / 2;

  gtk_spin_button_set_digits (GTK_SPIN_BUTTON (spin), 1);
  gtk_label_set_xalign (GTK_LABEL (label), 0.0);
  gtk_label_set_mnemonic_widget (GTK_LABEL (label), spin);
  gtk_widget_set_hexpand (spin, TRUE);
  g_signal_connect (spin, "value-changed", G_CALLBACK (on_number), popover);
  gtk_grid_attach (GTK_GRID (grid), label, column, row, 1, 1);
  gtk_grid_attach (GTK_GRID (grid), spin, column + 1, row, 1, 1);
  popover->numbers[number] = spin;
}

static GtkWidget *
create_numbers (AdainExcerptPopover *popover)
{
  GtkWidget *grid = gtk_grid_new ();

  gtk_grid_set_column_spacing (GTK_GRID (grid), 6);
  gtk_grid_set_row_spacing (GTK_GRID (grid), 6);
  /* Translators: where the part of a picture begins, in percent of the picture's width. */
  attach_number (popover, grid, LEFT, _ ("Left (%)"), 0, 100 - ADAIN_CROP_LEAST);
  /* Translators: where the part of a picture begins, in percent of the picture's height. */
  attach_number (popover, grid, TOP, _ ("Top (%)"), 0, 100 - ADAIN_CROP_LEAST);
  attach_number (popover, grid, WIDTH, _ ("Width (%)"), ADAIN_CROP_LEAST, 100);
  attach_number (popover, grid, HEIGHT, _ ("Height (%)"), ADAIN_CROP_LEAST, 100);

  return grid;
}

static void
add_turn (AdainExcerptPopover *popover, GtkWidget *box, const char *icon, const char *name,
          GCallback callback)
{
  GtkWidget *button = gtk_button_new_from_icon_name (icon, GTK_ICON_SIZE_BUTTON);

  gtk_widget_set_tooltip_text (button, name);
  atk_object_set_name (gtk_widget_get_accessible (button), name);
  g_signal_connect_swapped (button, "clicked", callback, popover);
  gtk_box_pack_start (GTK_BOX (box), button, FALSE, FALSE, 0);
}

static GtkWidget *
create_buttons (AdainExcerptPopover *popover)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 6);

  add_turn (popover, box, "object-rotate-left-symbolic", _ ("Turn to the left"), G_CALLBACK (on_turn_left));
  add_turn (popover, box, "object-rotate-right-symbolic", _ ("Turn to the right"),
            G_CALLBACK (on_turn_right));
  add_turn (popover, box, "object-flip-horizontal-symbolic", _ ("Exchange left and right"),
            G_CALLBACK (on_mirror));
  add_turn (popover, box, "object-flip-vertical-symbolic", _ ("Exchange top and bottom"),
            G_CALLBACK (on_upside_down));

  popover->whole = gtk_button_new_with_label (_ ("Whole Picture"));
  gtk_widget_set_tooltip_text (popover->whole, _ ("Use all of the picture again"));
  g_signal_connect_swapped (popover->whole, "clicked", G_CALLBACK (on_whole), popover);
  gtk_box_pack_end (GTK_BOX (box), popover->whole, FALSE, FALSE, 0);

  return box;
}

static void
adain_excerpt_popover_class_init (AdainExcerptPopoverClass *klass)
{
}

static void
adain_excerpt_popover_init (AdainExcerptPopover *popover)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 9);

  popover->id = -1;
  popover->title = gtk_label_new (NULL);
  gtk_label_set_ellipsize (GTK_LABEL (popover->title), PANGO_ELLIPSIZE_MIDDLE);
  gtk_label_set_xalign (GTK_LABEL (popover->title), 0.0);
  gtk_style_context_add_class (gtk_widget_get_style_context (popover->title), "dim-label");

  gtk_container_set_border_width (GTK_CONTAINER (box), 9);
  gtk_box_pack_start (GTK_BOX (box), popover->title, FALSE, FALSE, 0);
  gtk_box_pack_start (GTK_BOX (box), create_area (popover), FALSE, FALSE, 0);
  gtk_box_pack_start (GTK_BOX (box), create_numbers (popover), FALSE, FALSE, 0);
  gtk_box_pack_start (GTK_BOX (box), create_buttons (popover), FALSE, FALSE, 0);
  gtk_widget_show_all (box);
  gtk_container_add (GTK_CONTAINER (popover), box);
  gtk_popover_set_position (GTK_POPOVER (popover), GTK_POS_BOTTOM);
  atk_object_set_name (gtk_widget_get_accessible (GTK_WIDGET (popover)), _ ("Part and Turn"));
}

GtkWidget *
adain_excerpt_popover_new (AdainStyleSet *set, GtkWidget *relative_to)
{
  AdainExcerptPopover *popover = g_object_new (ADAIN_TYPE_EXCERPT_POPOVER, "relative-to", relative_to, NULL);

  popover->set = set;
  g_signal_connect_object (set, "changed", G_CALLBACK (on_set_changed), popover, G_CONNECT_SWAPPED);
  g_signal_connect_object (set, "loaded", G_CALLBACK (on_set_changed), popover, G_CONNECT_SWAPPED);
  g_signal_connect_object (set, "excerpts-changed", G_CALLBACK (on_set_changed), popover, G_CONNECT_SWAPPED);

  return GTK_WIDGET (popover);
}
