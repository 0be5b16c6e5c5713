"""A real GIMP 3 on a display of its own, and hands to work its dialogs with.

Starts Xvfb, a window manager and GIMP with a throw-away profile; finds widgets through AT-SPI and
presses real keys and mouse buttons through xdotool. To be run inside dbus-run-session.

SPDX-License-Identifier: GPL-3.0-or-later
"""
import atexit
import contextlib
import functools
import glob
import os
import pathlib
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time

# How many times longer than usual to wait, for slow builds and busy machines. Nothing waits longer
# than it has to; this is only the time after which a test gives up.
PATIENCE = float(os.environ.get("ADAIN_PATIENCE", "1"))
NEEDED = ["Xvfb", "openbox", "xdotool", "xclip", "import", "convert", "gimp-3", "taskset",
          "dbus-update-activation-environment"]
PROCEDURE = "plug-in-adain-style-transfer"
TITLE = "AdaIN Style Transfer"


def atspi():
    import gi
    gi.require_version("Atspi", "2.0")
    from gi.repository import Atspi
    return Atspi


def missing():
    """What this machine lacks to run the tests, or an empty list."""
    lacks = [name for name in NEEDED if not shutil.which(name)]
    try:
        atspi()
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


class NotYet(Exception):
    """A condition does not hold, as the reason why."""


class Waiting:
    inside = False


def until(what, condition, seconds=30.0, step=0.05):
    """Waits for `condition` to hold and returns what it gave.

    Whatever is raised meanwhile means "not yet": parts of the dialog come and go while one looks at
    them, and AT-SPI has many ways to say so. The last of it is told when the time is over. Only what
    shows that the test itself is wrong is raised at once. Inside of another condition there is no
    waiting, as that one waits already."""
    def attempt():
        result = condition()
        if not result:
            raise NotYet(f"{what}: {result!r}")
        return result

    if Waiting.inside:
        return attempt()

    seconds *= PATIENCE
    end = time.monotonic() + seconds
    Waiting.inside = True
    try:
        while True:
            try:
                return attempt()
            except (NameError, ImportError):
                raise
            except Exception as error:
                if time.monotonic() >= end:
                    raise AssertionError(f"waited {seconds:g} s in vain for {what}; at last "
                                         f"{type(error).__name__}: {error}") from error
            time.sleep(step)
    finally:
        Waiting.inside = False


def expect(what, look, wanted, seconds=30.0):
    """Waits until `look()` gives what is wanted; says what it gave instead."""
    def compare():
        seen = look()
        if seen != wanted:
            raise NotYet(f"{seen!r} instead of {wanted!r}")
        return True

    until(what, compare, seconds)


@functools.cache
def private_runtime():
    """A runtime directory of our own. The accessibility bus has its socket there, under a fixed name:
    the user's own desktop, or another test at the same time, would lose its bus to ours, or we ours."""
    directory = tempfile.mkdtemp(prefix="adain-run-")
    atexit.register(shutil.rmtree, directory, ignore_errors=True)
    os.environ["XDG_RUNTIME_DIR"] = directory
    subprocess.run(["dbus-update-activation-environment", "XDG_RUNTIME_DIR=" + directory], check=True)


def stop(process):
    """Ends a program that we started; GIMP, which may hang when it is told to, too."""
    process.terminate()
    try:
        process.wait(10)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


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


@functools.cache
def roles_called(name):
    Atspi = atspi()
    return [role for role in map(Atspi.Role, range(Atspi.Role.LAST_DEFINED))
            if Atspi.role_get_name(role) == name]


class Widget:
    """An accessible object. Everything here looks once and raises what AT-SPI raises when the object
    is gone, so it belongs into the condition of until(); find() and click() wait by themselves."""

    def __init__(self, accessible):
        if accessible is None:
            raise NotYet("it is gone")
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
        return [Widget(self.accessible.get_child_at_index(i))
                for i in range(self.accessible.get_child_count())]

    def walk(self):
        yield self
        for child in self.children():
            yield from child.walk()

    def has(self, state):
        return self.accessible.get_state_set().contains(getattr(atspi().StateType, state))

    def find_all(self, role=None, name=None, showing=True, focused=False):
        """The widgets in this one. The program looks for them itself, all at one time, so that they
        are never half of a list that is just being made anew."""
        Atspi = atspi()
        roles = roles_called(role) if role else []
        states = ([Atspi.StateType.SHOWING] if showing else []) + \
                 ([Atspi.StateType.FOCUSED] if focused else [])
        match = Atspi.CollectionMatchType
        rule = Atspi.MatchRule.new(Atspi.StateSet.new(states), match.ALL, {}, match.ALL,
                                   roles, match.ANY if role else match.ALL, [], match.ALL, False)
        found = self.accessible.get_collection_iface().get_matches(
            rule, Atspi.CollectionSortOrder.CANONICAL, 0, True)
        return [w for w in map(Widget, found) if name is None or w.name == name]

    def find(self, role=None, name=None, showing=True):
        return until(f"{role} “{name}”",
                     lambda: (self.find_all(role, name, showing) or [None])[0])

    def click(self):
        """What a click does, once the widget lets it happen."""
        until("a click", lambda: self.accessible.get_action_iface().do_action(0))

    @property
    def value(self):
        """Of a widget that has gone it would be 0."""
        number = self.accessible.get_value_iface().get_current_value()
        if self.has("DEFUNCT"):
            raise NotYet("it has gone")
        return number

    @value.setter
    def value(self, number):
        self.accessible.get_value_iface().set_current_value(number)

    @property
    def text(self):
        return atspi().Text.get_text(self.accessible, 0, -1)

    def extents(self):
        rect = self.accessible.get_component_iface().get_extents(atspi().CoordType.SCREEN)
        return rect.x, rect.y, rect.width, rect.height

    def resting_extents(self):
        """Where it is, once it does not move or grow any more."""
        def look():
            before = self.extents()
            time.sleep(0.1)
            return before == self.extents() and before[2] > 0 and before[3] > 0 and before

        return until("a widget that stays where it is", look)

    def focus(self):
        """Gives it the keyboard focus."""
        until("the focus", lambda: self.has("FOCUSED")
              or (self.accessible.get_component_iface().grab_focus() and None))


class Session:
    """Xvfb, openbox and one GIMP at a time; `with Session(...) as session:`."""

    def __init__(self, plugin, model, shots, size="1366x768", dark=False, scale=1, language=None,
                 operation=None):
        self.plugin, self.model, self.shots, self.operation = plugin, model, shots, operation
        self.size, self.dark, self.scale, self.language = size, dark, scale, language
        self.processes = []
        self.gimp = self.clipboard = None
        self.home = tempfile.mkdtemp(prefix="adain-ui-")
        self.profile = os.path.join(self.home, "profile")
        self.settings = os.path.join(self.profile, "plug-in-settings", "adain-style-transfer")
        self.own_gallery = os.path.join(self.home, "data", "adain-style-transfer")
        self.log_path = os.path.join(self.home, "gimp.log")

    def __enter__(self):
        try:
            private_runtime()
            self.start_display()
            self.make_profile()
            self.install_operation()
        except BaseException:
            self.__exit__(None, None, None)
            raise
        return self

    def __exit__(self, kind, *_):
        if kind and self.gimp:
            with contextlib.suppress(Exception):
                self.screenshot(os.path.join(self.shots, "failure.png"))
            print(self.log_text()[-4000:])
        self.stop_gimp()
        for process in [self.clipboard, *reversed(self.processes)]:
            if process:
                stop(process)
        complaints = self.complaints()
        shutil.rmtree(self.home, ignore_errors=True)
        if not kind:
            assert not complaints, complaints

    def start_display(self):
        until("a display with a window manager", self.try_display, 120)

    def try_display(self):
        read, write = os.pipe()
        # Without -noreset it would begin again when its first client leaves, and throw others out.
        self.processes.append(subprocess.Popen(
            ["Xvfb", "-displayfd", str(write), "-screen", "0", self.size + "x24", "-nolisten", "tcp",
             "-noreset"], pass_fds=[write], stderr=subprocess.DEVNULL))
        os.close(write)
        with os.fdopen(read) as pipe:
            os.environ["DISPLAY"] = ":" + pipe.readline().strip()
        self.processes.append(subprocess.Popen(["openbox"], stderr=subprocess.DEVNULL))

        end = time.monotonic() + 15 * PATIENCE
        while time.monotonic() < end and all(p.poll() is None for p in self.processes):
            if subprocess.run(["xdotool", "get_num_desktops"], capture_output=True).returncode == 0:
                return True
            time.sleep(0.05)

        while self.processes:
            stop(self.processes.pop())
        return False

    def make_profile(self):
        version = subprocess.run(["gimp-3", "--version"], capture_output=True, text=True).stdout
        # Of GIMP's own plug-ins those that are needed here; to ask all takes a while.
        plugin_dir = os.path.join(self.profile, "plug-ins", "adain-style-transfer")
        os.makedirs(os.path.join(plugin_dir, "weights"))
        shutil.copy(self.plugin, plugin_dir)
        shutil.copy(self.model, os.path.join(plugin_dir, "weights", "compact.safetensors"))
        shutil.copy(os.path.join(os.path.dirname(self.model), "gallery.safetensors"),
                    os.path.join(plugin_dir, "weights"))
        for name in ["script-fu", "file-jpeg", "file-png", "file-tiff"]:
            for path in glob.glob(f"/usr/lib/*/gimp/3.0/plug-ins/{name}"):
                os.symlink(path, os.path.join(self.profile, "plug-ins", name))
        with open(os.path.join(self.profile, "gimprc"), "w") as gimprc:
            gimprc.write(f'(config-version "{version.split()[-1]}")\n'
                         "(show-welcome-dialog no)\n(check-updates no)\n(num-processors 2)\n"
                         '(plug-in-path "${gimp_dir}/plug-ins")\n'
                         f"(theme-color-scheme {'dark' if self.dark else 'light'})\n")

    def install_operation(self):
        """Where this GIMP's GEGL finds it, if the session is to have it."""
        if self.operation:
            folder = os.path.join(self.home, "data", "gegl-0.4", "plug-ins", "adain-style-transfer")
            os.makedirs(folder)
            os.symlink(self.operation, os.path.join(folder, os.path.basename(self.operation)))
            os.symlink(os.path.dirname(self.model), os.path.join(folder, "weights"))

    def install_module(self, module):
        """A run-time module of the build, where the plug-in finds it."""
        folder = os.path.join(self.profile, "plug-ins", "adain-style-transfer", "modules")
        os.makedirs(folder)
        os.symlink(module, os.path.join(folder, os.path.basename(module)))

    def install_manual(self, directory):
        """The manual of the build, and those plug-ins of GIMP's that show it."""
        shutil.copytree(directory, os.path.join(self.profile, "plug-ins", "adain-style-transfer", "help"))
        for name in ["help", "web-browser"]:
            for path in glob.glob(f"/usr/lib/*/gimp/3.0/plug-ins/{name}"):
                os.symlink(path, os.path.join(self.profile, "plug-ins", name))

    def install_catalogue(self, texts):
        """A translation of the plug-in's into the session's language, of these texts alone."""
        directory = os.path.join(self.profile, "plug-ins", "adain-style-transfer", "locale", self.language,
                                 "LC_MESSAGES")
        header = '"Content-Type: text/plain; charset=UTF-8\\n"'
        entries = [f'msgid "{text}"\nmsgstr "{translation}"' for text, translation in texts.items()]
        os.makedirs(directory)
        subprocess.run(["msgfmt", "-o", os.path.join(directory, "adain-style-transfer.mo"), "-"], check=True,
                       input="\n\n".join([f'msgid ""\nmsgstr {header}'] + entries), text=True)

    def install_browser(self):
        """A web browser that only writes down which pages it is to show; returns where."""
        seen = os.path.join(self.home, "browser.log")
        program = os.path.join(self.home, "browser")
        with open(program, "w") as file:
            file.write(f'#!/bin/sh\necho "$1" >> "{seen}"\n')
        os.chmod(program, 0o755)
        applications = os.path.join(self.home, "data", "applications")
        os.makedirs(applications)
        with open(os.path.join(applications, "browser.desktop"), "w") as file:
            file.write(f"[Desktop Entry]\nType=Application\nName=Browser\nExec={program} %u\n"
                       "MimeType=text/html;\n")
        config = os.path.join(self.home, "config")
        os.makedirs(config)
        with open(os.path.join(config, "mimeapps.list"), "w") as file:
            file.write("[Default Applications]\ntext/html=browser.desktop\n")
        return seen

    def remember_folder(self, folder):
        """As if the file chooser had been in that folder last time."""
        os.makedirs(self.settings)
        with open(os.path.join(self.settings, "dialog.ini"), "w") as state:
            state.write(f"[Dialog]\nFolder={pathlib.Path(folder).as_uri()}\n")

    def locale(self):
        """A locale for the language, without having one installed: the C locale by another name."""
        locales = os.path.join(self.home, "locale")
        if not os.path.exists(locales):
            shutil.copytree("/usr/lib/locale/C.utf8", os.path.join(locales, self.language + ".utf8"))
        return {"LOCPATH": locales, "LANG": self.language + ".UTF-8"}

    def start_gimp(self, script, cores=None):
        """Starts GIMP with its window, and `script` (Scheme) in it; on that many cores, or all."""
        environment = dict(os.environ, GIMP3_DIRECTORY=self.profile, HOME=self.home,
                           XDG_CONFIG_HOME=os.path.join(self.home, "config"),
                           XDG_CACHE_HOME=os.path.join(self.home, "cache"),
                           XDG_DATA_HOME=os.path.join(self.home, "data"),
                           GTK_USE_PORTAL="0", GDK_SCALE=str(self.scale), G_MESSAGES_DEBUG="adain-ui",
                           LANG="C.UTF-8", LANGUAGE="")
        if self.language:
            environment.update(self.locale())
        environment.pop("NO_AT_BRIDGE", None)
        command = ["gimp-3", "--no-splash", "--no-fonts", "--no-data", "--new-instance",
                   "--batch-interpreter", "plug-in-script-fu-eval", "--batch", script]
        if cores:
            some = sorted(os.sched_getaffinity(0))[:cores]
            command = ["taskset", "-c", ",".join(map(str, some))] + command
        with open(self.log_path, "ab") as log:
            self.gimp = subprocess.Popen(command, env=environment, stdout=log,
                                         stderr=subprocess.STDOUT, start_new_session=True)

    def stop_gimp(self):
        if self.gimp:
            stop(self.gimp)
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self.gimp.pid, signal.SIGKILL)      # plug-ins that are left over
        self.gimp = None

    def log_text(self):
        try:
            with open(self.log_path, errors="replace") as log:
                return log.read()
        except FileNotFoundError:
            return ""

    def complaints(self):
        """What GLib, GIMP and the sanitizers have found wrong with the plug-in. What GTK says is left
        out, as AT-SPI is the cause of most of it: it looks at widgets that have gone, and presses
        buttons without a mouse."""
        return [line for line in self.log_text().splitlines()
                if re.search(r"\badain-style-transfer:\d+\): ((GLib|LibGimp)\S*-CRITICAL|adain\S*-(CRITICAL|WARNING))",
                             line)
                or "ERROR: AddressSanitizer" in line or ": runtime error: " in line]

    def dialog(self, title=TITLE, seconds=120.0):
        """The window of that title, of whichever program, once it is shown."""
        Atspi = atspi()
        Atspi.init()
        # An answer may be late on a busy machine; to ask twice would be to click twice.
        Atspi.set_timeout(round(60000 * PATIENCE), round(60000 * PATIENCE))

        def windows():
            desktop = Atspi.get_desktop(0)
            for i in range(desktop.get_child_count()):
                # Other programs come and go, too.
                with contextlib.suppress(Exception):
                    application = desktop.get_child_at_index(i)
                    for j in range(application.get_child_count()):
                        with contextlib.suppress(Exception):
                            yield Widget(application.get_child_at_index(j))

        def look():
            for window in windows():
                with contextlib.suppress(Exception):
                    if title in window.name and window.has("SHOWING"):
                        return window
            return None

        return until(f"the window “{title}”", look, seconds)

    def activate(self, window):
        """Gives a window the keyboard, should the window manager not have done that."""
        last = time.monotonic()

        def active():
            nonlocal last
            if window.has("ACTIVE"):
                return True
            if time.monotonic() > last + 3:
                last = time.monotonic()
                self.xdotool("search", "--name", window.name, "windowactivate")
            return False

        until("the window to get the keyboard", active)

    def xdotool(self, *arguments):
        subprocess.run(["xdotool", *map(str, arguments)], check=True, stdout=subprocess.DEVNULL)

    def key(self, *keys):
        self.xdotool("key", "--clearmodifiers", *keys)

    def point(self, widget, x=0.5, y=0.5):
        left, top, width, height = widget.resting_extents()
        return round(left + x * width), round(top + y * height)

    def press(self, widget, x=0.5, y=0.5):
        self.xdotool("mousemove", *self.point(widget, x, y), "click", 1)

    def aside(self):
        """The pointer to where it is in nobody's way."""
        self.xdotool("mousemove", 2, 2)

    def drag(self, start, end, steps=10):
        (x0, y0), (x1, y1) = start, end
        self.xdotool("mousemove", x0, y0, "mousedown", 1)
        for i in range(1, steps + 1):
            self.xdotool("mousemove", round(x0 + (x1 - x0) * i / steps),
                         round(y0 + (y1 - y0) * i / steps))
            time.sleep(0.02)
        self.xdotool("mouseup", 1)

    def drop(self, what, done, start, end):
        """Drags something somewhere (both functions give a point) until it has arrived.

        A drop counts only once its target has said, by way of the X server, that it wants it. On a
        busy machine that may take longer than the button is held; then nothing happens, and one
        tries again, holding it longer."""
        hold = 0.1

        def attempt():
            nonlocal hold
            if done():
                return True
            x0, y0 = start()
            x1, y1 = end()
            self.xdotool("mousemove", x0, y0, "mousedown", 1)
            try:
                for i in range(1, 11):
                    self.xdotool("mousemove", round(x0 + (x1 - x0) * i / 10),
                                 round(y0 + (y1 - y0) * i / 10))
                    time.sleep(0.02)
                time.sleep(hold)
                self.xdotool("mousemove", x1 + 1, y1)
                time.sleep(hold)
            finally:
                self.xdotool("mouseup", 1)
            end_of_attempt = time.monotonic() + 1 + 5 * hold
            hold *= 2
            while time.monotonic() < end_of_attempt:
                with contextlib.suppress(Exception):
                    if done():
                        return True
                time.sleep(0.05)
            return False

        until(what, attempt, 60)

    def copy(self, text):
        """Puts `text` into the clipboard."""
        if self.clipboard:
            stop(self.clipboard)
        self.clipboard = subprocess.Popen(["xclip", "-quiet", "-selection", "clipboard"],
                                          stdin=subprocess.PIPE, stderr=subprocess.DEVNULL)
        self.clipboard.stdin.write(text.encode())
        self.clipboard.stdin.close()
        expect("the clipboard", lambda: subprocess.run(
            ["xclip", "-out", "-selection", "clipboard"], capture_output=True, text=True,
            timeout=5 * PATIENCE).stdout, text)

    @contextlib.contextmanager
    def drag_source(self, path):
        """Another program's window, from which the file can be dragged."""
        program = subprocess.Popen([sys.executable, "-c", DRAG_SOURCE, path])
        try:
            yield self.dialog("Drag source")
        finally:
            stop(program)

    def screenshot(self, path, widget=None):
        command = ["import", "-window", "root"]
        if widget is not None:
            x, y, width, height = widget.resting_extents()
            command += ["-crop", f"{width}x{height}+{x}+{y}", "+repage"]
        subprocess.run(command + [path], check=True)


def skip_if_impossible():
    lacks = missing()
    if lacks:
        print("skipped; missing:", ", ".join(lacks))
        sys.exit(77)
