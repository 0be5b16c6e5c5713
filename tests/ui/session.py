"""A real GIMP 3 on a display of its own, and hands to work its dialogs with.

Starts Xvfb, a window manager and GIMP with a throw-away profile; finds widgets through AT-SPI and
presses real keys and mouse buttons through xdotool. To be run inside dbus-run-session.

SPDX-License-Identifier: GPL-3.0-or-later
"""
import contextlib
import glob
import os
import shutil
import subprocess
import sys
import tempfile
import time

# How many times longer than usual to wait, for slow builds.
PATIENCE = float(os.environ.get("ADAIN_PATIENCE", "1"))
NEEDED = ["Xvfb", "openbox", "xdotool", "xclip", "import", "convert", "gimp-3.0"]
PROCEDURE = "plug-in-adain-style-transfer"
TITLE = "AdaIN Style Transfer"


def missing():
    """What this machine lacks to run the tests, or an empty list."""
    lacks = [name for name in NEEDED if not shutil.which(name)]
    try:
        import gi
        gi.require_version("Atspi", "2.0")
        from gi.repository import Atspi  # noqa: F401
    except (ImportError, ValueError) as error:
        lacks.append(str(error))
    return lacks


def has_gtk():
    import gi
    try:
        gi.require_version("Gtk", "3.0")
    except ValueError:
        return False
    return True


def until(what, condition, seconds=20.0, step=0.02):
    """Waits for `condition` to hold and returns what it gave."""
    end = time.monotonic() + seconds * PATIENCE
    while time.monotonic() < end:
        result = condition()
        if result:
            return result
        time.sleep(step)
    raise AssertionError(f"waited {seconds:g} s in vain for {what}")


DRAG_SOURCE = """
import gi, sys
gi.require_version("Gdk", "3.0")
gi.require_version("Gtk", "3.0")
from gi.repository import Gdk, GLib, Gtk
window = Gtk.Window(title="Drag source", default_width=80, default_height=60)
box = Gtk.EventBox()
box.drag_source_set(Gdk.ModifierType.BUTTON1_MASK, [], Gdk.DragAction.COPY)
box.drag_source_add_uri_targets()
box.connect("drag-data-get", lambda widget, context, data, info, time:
            data.set_uris([GLib.filename_to_uri(sys.argv[1])]))
window.add(box)
window.show_all()
window.move(0, 640)
Gtk.main()
"""


class Widget:
    """An accessible object."""

    def __init__(self, accessible):
        self.accessible = accessible

    def __eq__(self, other):
        return self.accessible == other.accessible

    @property
    def name(self):
        return self.accessible.get_name() or ""

    @property
    def description(self):
        return self.accessible.get_description() or ""

    @property
    def role(self):
        return self.accessible.get_role_name()

    def children(self):
        for i in range(self.accessible.get_child_count()):
            child = self.accessible.get_child_at_index(i)
            if child is not None:
                yield Widget(child)

    def walk(self):
        yield self
        for child in self.children():
            yield from child.walk()

    def has(self, state):
        from gi.repository import Atspi
        return self.accessible.get_state_set().contains(getattr(Atspi.StateType, state))

    def find_all(self, role=None, name=None, showing=True):
        found = []
        try:
            for widget in self.walk():
                if ((role is None or widget.role == role)
                        and (name is None or widget.name == name)
                        and (not showing or widget.has("SHOWING"))):
                    found.append(widget)
        except Exception as error:  # a widget that vanished while we looked at it
            if type(error).__name__ != "GError":
                raise
        return found

    def find(self, role=None, name=None, seconds=20.0):
        return until(f"{role} “{name}”",
                     lambda: (self.find_all(role, name) or [None])[0], seconds)

    def click(self):
        assert self.accessible.get_action_iface().do_action(0)

    @property
    def value(self):
        return self.accessible.get_value_iface().get_current_value()

    @value.setter
    def value(self, number):
        self.accessible.get_value_iface().set_current_value(number)

    @property
    def text(self):
        from gi.repository import Atspi
        return Atspi.Text.get_text(self.accessible, 0, -1)

    def extents(self):
        from gi.repository import Atspi
        rect = self.accessible.get_component_iface().get_extents(Atspi.CoordType.SCREEN)
        return rect.x, rect.y, rect.width, rect.height

    def focus(self):
        self.accessible.get_component_iface().grab_focus()


class Session:
    """Xvfb, openbox and one GIMP at a time; `with Session(...) as session:`."""

    def __init__(self, plugin, model, shots, size="1366x768", dark=False, scale=1, language=None):
        self.plugin, self.model, self.shots = plugin, model, shots
        self.size, self.dark, self.scale, self.language = size, dark, scale, language
        self.processes = []
        self.gimp = self.clipboard = None
        self.home = tempfile.mkdtemp(prefix="adain-ui-")
        self.profile = os.path.join(self.home, "profile")
        self.log_path = os.path.join(self.home, "gimp.log")

    def __enter__(self):
        try:
            self.start_display()
            self.make_profile()
        except BaseException:
            self.__exit__(None, None, None)
            raise
        return self

    def __exit__(self, kind, *_):
        if kind and self.gimp:
            self.screenshot(os.path.join(self.shots, "failure.png"))
            print(self.log_text()[-4000:])
        self.stop_gimp()
        if self.clipboard:
            self.clipboard.terminate()
            self.clipboard.wait()
        for process in reversed(self.processes):
            process.terminate()
            process.wait()
        shutil.rmtree(self.home, ignore_errors=True)

    def start_display(self):
        read, write = os.pipe()
        self.processes.append(subprocess.Popen(
            ["Xvfb", "-displayfd", str(write), "-screen", "0", self.size + "x24", "-nolisten", "tcp"],
            pass_fds=[write], stderr=subprocess.DEVNULL))
        os.close(write)
        with os.fdopen(read) as pipe:
            os.environ["DISPLAY"] = ":" + pipe.readline().strip()
        self.processes.append(subprocess.Popen(["openbox"], stderr=subprocess.DEVNULL))

    def make_profile(self):
        version = subprocess.run(["gimp-3.0", "--version"], capture_output=True, text=True).stdout
        # Of GIMP's own plug-ins those that are needed here; to ask all takes a while.
        plugin_dir = os.path.join(self.profile, "plug-ins", "adain-style-transfer")
        os.makedirs(os.path.join(plugin_dir, "weights"))
        shutil.copy(self.plugin, plugin_dir)
        shutil.copy(self.model, os.path.join(plugin_dir, "weights", "compact.safetensors"))
        for name in ["script-fu", "file-jpeg", "file-png", "file-tiff"]:
            for path in glob.glob(f"/usr/lib/*/gimp/3.0/plug-ins/{name}"):
                os.symlink(path, os.path.join(self.profile, "plug-ins", name))
        with open(os.path.join(self.profile, "gimprc"), "w") as gimprc:
            gimprc.write(f'(config-version "{version.split()[-1]}")\n'
                         "(show-welcome-dialog no)\n(check-updates no)\n(num-processors 2)\n"
                         '(plug-in-path "${gimp_dir}/plug-ins")\n'
                         f"(theme-color-scheme {'dark' if self.dark else 'light'})\n")

    def locale(self):
        """A locale for the language, without having one installed: the C locale by another name."""
        locales = os.path.join(self.home, "locale")
        if not os.path.exists(locales):
            shutil.copytree("/usr/lib/locale/C.utf8", os.path.join(locales, self.language + ".utf8"))
        return {"LOCPATH": locales, "LANG": self.language + ".UTF-8"}

    def start_gimp(self, script):
        """Starts GIMP with its window, and `script` (Scheme) in it."""
        environment = dict(os.environ, GIMP3_DIRECTORY=self.profile, HOME=self.home,
                           XDG_CONFIG_HOME=os.path.join(self.home, "config"),
                           XDG_CACHE_HOME=os.path.join(self.home, "cache"),
                           GTK_USE_PORTAL="0", GDK_SCALE=str(self.scale), G_MESSAGES_DEBUG="adain-ui",
                           LANG="C.UTF-8", LANGUAGE="")
        if self.language:
            environment.update(self.locale())
        environment.pop("NO_AT_BRIDGE", None)
        self.log = open(self.log_path, "ab")
        self.gimp = subprocess.Popen(
            ["gimp-3.0", "--no-splash", "--no-fonts", "--no-data", "--new-instance",
             "--batch-interpreter", "plug-in-script-fu-eval", "--batch", script],
            env=environment, stdout=self.log, stderr=subprocess.STDOUT, start_new_session=True)

    def stop_gimp(self):
        if self.gimp and self.gimp.poll() is None:
            self.gimp.terminate()
            try:
                self.gimp.wait(10)
            except subprocess.TimeoutExpired:
                self.gimp.kill()
                self.gimp.wait()
        self.gimp = None

    def log_text(self):
        with open(self.log_path, errors="replace") as log:
            return log.read()

    def dialog(self, title=TITLE, seconds=60.0):
        """The window of that title, of whichever program."""
        from gi.repository import Atspi
        Atspi.init()
        Atspi.set_timeout(round(20000 * PATIENCE), round(20000 * PATIENCE))

        def look():
            desktop = Atspi.get_desktop(0)
            for i in range(desktop.get_child_count()):
                application = desktop.get_child_at_index(i)
                try:
                    for j in range(application.get_child_count() if application else 0):
                        window = application.get_child_at_index(j)
                        if window and title in (window.get_name() or ""):
                            return Widget(window)
                except Exception as error:
                    if type(error).__name__ != "GError":
                        raise
            return None

        return until(f"the window “{title}”", look, seconds)

    def xdotool(self, *arguments):
        subprocess.run(["xdotool", *map(str, arguments)], check=True, stdout=subprocess.DEVNULL)

    def key(self, *keys):
        self.xdotool("key", "--clearmodifiers", *keys)

    def point(self, widget, x=0.5, y=0.5):
        left, top, width, height = widget.extents()
        return round(left + x * width), round(top + y * height)

    def press(self, widget, x=0.5, y=0.5):
        self.xdotool("mousemove", *self.point(widget, x, y), "click", 1)

    def drag(self, start, end, steps=10):
        (x0, y0), (x1, y1) = start, end
        self.xdotool("mousemove", x0, y0, "mousedown", 1)
        for i in range(1, steps + 1):
            self.xdotool("mousemove", round(x0 + (x1 - x0) * i / steps),
                         round(y0 + (y1 - y0) * i / steps))
            time.sleep(0.02)
        self.xdotool("mouseup", 1)

    def copy(self, text):
        """Puts `text` into the clipboard."""
        if self.clipboard:
            self.clipboard.terminate()
        self.clipboard = subprocess.Popen(["xclip", "-quiet", "-selection", "clipboard"],
                                          stdin=subprocess.PIPE, stderr=subprocess.DEVNULL)
        self.clipboard.stdin.write(text.encode())
        self.clipboard.stdin.close()
        time.sleep(0.1)

    @contextlib.contextmanager
    def drag_source(self, path):
        """Another program's window, from which the file can be dragged."""
        program = subprocess.Popen([sys.executable, "-c", DRAG_SOURCE, path])
        try:
            yield self.dialog("Drag source")
        finally:
            program.terminate()
            program.wait()

    def screenshot(self, path, widget=None):
        command = ["import", "-window", "root"]
        if widget is not None:
            x, y, width, height = widget.extents()
            command += ["-crop", f"{width}x{height}+{x}+{y}", "+repage"]
        subprocess.run(command + [path], check=True)


def skip_if_impossible():
    lacks = missing()
    if lacks:
        print("skipped; missing:", ", ".join(lacks))
        sys.exit(77)
