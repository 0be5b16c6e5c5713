/* How large windows are at first.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "ui/window.h"

/* A window grows to so much of the screen, but not to more than so many times its size. */
#define SHARE  0.8
#define GROWTH 1.5

void
adain_window_set_size (GtkWindow *window, int width, int height)
{
  GdkDisplay  *display = gtk_widget_get_display (GTK_WIDGET (window));
  GdkMonitor  *monitor = gdk_display_get_primary_monitor (display);
  GdkRectangle area;
  double       growth;

  gdk_monitor_get_workarea (monitor ? monitor : gdk_display_get_monitor (display, 0), &area);
  growth = SHARE * MIN ((double) area.width / width, (double) area.height / height);
  growth = CLAMP (growth, 1.0, GROWTH);
  gtk_window_set_default_size (window, growth * width, growth * height);
}
