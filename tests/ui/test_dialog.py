"""Drives the dialog in a real GIMP as a user would, and looks at what becomes of the image.

    dbus-run-session -- python3 test_dialog.py PLUG-IN MODEL SCREENSHOTS [TEST...]

SPDX-License-Identifier: GPL-3.0-or-later
"""
import contextlib
import os
import re
import shutil
import statistics
import subprocess
import sys
import time

from session import (PATIENCE, PROCEDURE, NotYet, Session, Widget, atspi, expect, has_gtk,
                     skip_if_impossible, until)

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "plugin"))
from gallery import Gallery  # noqa: E402

HERE = os.path.dirname(os.path.abspath(__file__))
STYLES = {"first.png": "plasma:tomato-steelblue", "second.png": "pattern:hexagons",
          "third.png": "plasma:gold-darkgreen"}

# By its name xdotool presses Alt with it, where the keyboard's newer tables have it with that, too.
F1 = "67"

CONTROLS = {"button", "toggle button", "check box", "slider", "spin button", "combo box", "text",
            "canvas", "image", "list box", "list item"}


class Image:
    """One image in GIMP and a Scheme script that works on it; each step leaves a file behind."""

    def __init__(self, session, photo):
        self.session = session
        self.steps = session.home
        self.script = (
            f'(define img (car (gimp-file-load RUN-NONINTERACTIVE "{photo}")))'
            "(define lay (vector-ref (car (gimp-image-get-layers img)) 0))"
            "(gimp-display-new img)"
            "(define (layers) (vector-length (car (gimp-image-get-layers img))))"
            "(define (step name)"
            f'  (let ((port (open-output-file (string-append "{self.steps}/" name))))'
            "    (display (list (layers)) port) (close-output-port port)))")

    def run(self, step, mode="RUN-INTERACTIVE", layers="lay", more=""):
        self.script += (
            f'(catch 0 ({PROCEDURE} #:run-mode {mode} #:image img #:drawables (vector {layers}) {more}))'
            f'(step "{step}")')

    def do(self, scheme):
        self.script += scheme

    def add_layer(self):
        self.do("(define other (car (gimp-layer-copy lay FALSE)))"
                '(gimp-item-set-name other "Other")'
                "(gimp-image-insert-layer img other 0 -1)")

    def start(self, cores=None):
        self.session.start_gimp(self.script, cores)

    def layers(self, step, seconds=120.0):
        """How many layers there were after a step, once it is over."""
        path = os.path.join(self.steps, step)

        def look():
            try:
                with open(path) as file:
                    text = file.read()
            except FileNotFoundError:
                return None
            return text if text.endswith(")") else None

        return int(until(f"the end of {step}", look, seconds).strip("()"))


def difference(a, b):
    """Between two pictures: the root of the mean square, where 1 is from black to white."""
    told = subprocess.run(["compare", "-metric", "RMSE", a, b, "null:"], capture_output=True, text=True).stderr
    return float(re.search(r"\((.*)\)", told).group(1))


class Dialog:
    """The open dialog and its parts. What looks at the dialog belongs into until() or expect(): it
    follows what was done to it, but not at once."""

    def __init__(self, session, title="AdaIN Style Transfer"):
        self.session = session
        self.window = session.dialog(title)
        self.picture = self.window.find("image", "Preview")
        self.ok = self.window.find("button", "OK")
        session.activate(self.window)

    def alive(self):
        try:
            return self.window.has("SHOWING")
        except Exception:
            return False

    def gone(self):
        until("the dialog to close", lambda: not self.alive())

    def find(self, role, name=None):
        return self.window.find(role, name)

    def click(self, name, role="button"):
        until(f"a click on {role} “{name}”", lambda: self.find(role, name).click() or True)

    def key(self, *keys):
        self.session.activate(self.window)
        self.session.key(*keys)

    def type(self, text):
        self.session.activate(self.window)
        self.session.xdotool("type", "--delay", "20", text)

    def focused(self, role, name=None):
        """Waits until such a widget has the keyboard focus, and returns it."""
        return until(f"the focus on {role} “{name}”",
                     lambda: (self.window.find_all(role, name, focused=True) or [None])[0])

    def weights(self):
        """Those of the styles that can be used, scrolled out of sight or not."""
        return [round(w.value, 2) for w in self.window.find_all("slider", showing=False)
                if w.name.startswith("Weight of ")]

    def set_weight(self, name, weight):
        def attempt():
            slider = self.window.find("slider", f"Weight of {name}", showing=False)
            slider.value = weight
            return round(slider.value, 2) == weight

        until(f"the weight of {name} to be {weight}", attempt)

    def names(self):
        return [w.name for w in self.find("list box").children() if w.name]

    def wait_pictures(self):
        """Until each style shows its picture instead of an icon, whose size AT-SPI would know."""
        def sizes(row):
            return [w.accessible.get_image_iface().get_image_size().x for w in row.find_all("icon")]

        until("the pictures of all styles", lambda: all(
            -1 in sizes(row) for row in self.find("list box").children() if row.name))

    def numbers(self):
        return [round(w.value, 2) for w in self.window.find_all("spin button")]

    def pad(self):
        return self.find("canvas", "Style pad")

    def expect_styles(self, n=3):
        """So many styles that can be used, and a preview of them that is under way."""
        expect("the number of styles", lambda: len(self.weights()), n)

    def expect_weights(self, *weights):
        expect("the weights", self.weights, list(weights))

    def expect_ok(self, sensitive):
        expect("whether OK can be pressed", lambda: self.ok.has("SENSITIVE"), sensitive)

    def sharp(self):
        return self.picture.description == "The result, sharp"

    def wait_sharp(self):
        until("a sharp preview", self.sharp, 120)

    def wait_untouched(self):
        expect("the preview", lambda: self.picture.description, "The untouched picture")

    def look(self):
        """The pixels of the preview as one number, which changes when they do."""
        def look():
            self.session.aside()
            x, y, width, height = self.picture.resting_extents()
            return subprocess.run(
                ["import", "-window", "root", "-crop", f"{width}x{height}+{x}+{y}", "+repage",
                 "-format", "%#", "info:-"], check=True, capture_output=True, text=True).stdout.strip()

        return until("the preview's pixels", look)

    def rested_look(self):
        """The same, once they stay as they are: what the preview reports is drawn a little later."""
        def look():
            before = self.look()
            time.sleep(0.5)
            return self.look() == before and before

        return until("a preview that rests", look)

    def wait_change(self, before):
        """A sharp preview that looks different, and rests."""
        def changed():
            after = self.look()
            if after == before or not self.sharp():
                raise NotYet("it has not changed" if after == before else "it is not sharp")
            return self.rested_look() == after and self.sharp() and after

        return until("the preview to change", changed, 120)

    def add_folder(self, folder):
        """All pictures of a folder, by the file chooser, which shows it already."""
        session = self.session
        self.click("Add…")
        chooser = session.dialog("Add Styles")
        files = sorted(os.listdir(folder))

        def cells():
            return [w for w in chooser.find("table").walk() if w.name in files]

        expect("the files", lambda: sorted(c.name for c in cells()), files)
        session.activate(chooser)
        chooser.find("table").focus()

        def select():
            session.key("ctrl+a")
            time.sleep(0.2)
            return all(c.has("SELECTED") for c in cells())

        until("all files selected", select)
        chooser.find("button", "Add").click()

    def combo(self, label):
        """The combo box that has this label."""
        return until(f"the combo box “{label}”",
                     lambda: next(c for c in self.window.find_all("combo box")
                                  if any(label == t.name for t in labels_of(c))))

    def choose_from(self, what, menu, items, item):
        """Opens a menu and takes an item of it. It opens only if nothing else holds the pointer."""
        asked = 0

        def attempt():
            nonlocal asked
            showing = items()
            if showing:
                return next(w for w in showing if w.name == item).click() or True
            if time.monotonic() > asked + 3:
                asked = time.monotonic()
                menu().click()
            return False

        until(f"“{item}” in {what}", attempt)

    def choose(self, label, item):
        """An entry of a combo box."""
        self.choose_from(label, lambda: self.combo(label),
                         lambda: self.combo(label).find_all("menu item"), item)

    def choose_region(self, style, item):
        """Where a style is."""
        def combo():
            return self.find("combo box", f"Region of {style}")

        self.choose_from(f"the region of {style}", combo, lambda: combo().find_all("menu item"), item)

    def choose_in_menu(self, button, item):
        """An entry of the menu that a button opens; it is a window of its own."""
        program = Widget(self.window.accessible.get_parent())
        self.choose_from(button, lambda: self.find("toggle button", button),
                         lambda: program.find_all("menu item"), item)


def labels_of(widget):
    return [Widget(relation.get_target(0)) for relation in widget.accessible.get_relation_set()
            if relation.get_relation_type() == atspi().RelationType.LABELLED_BY]


def mnemonic_of(widget):
    """The key that leads to a widget, such as "<Alt>s", or None."""
    actions = widget.accessible.get_action_iface()
    for i in range(actions.get_n_actions() if actions else 0):
        for binding in actions.get_key_binding(i).split(";"):
            if binding.startswith("<Alt>"):
                return binding
    return None


class Progress:
    """A progress bar, and what it said."""

    def __init__(self, bar):
        self.bar, self.said = bar, []

    def beyond(self, fraction):
        match = re.match(r"(\d+)%: tile (\d+) of (\d+)", self.bar.description)
        if match:
            self.said.append(tuple(map(int, match.groups())))
        return self.bar.has("SHOWING") and self.bar.value > fraction

    def check(self):
        """The share never falls; the tiles begin again with each pass."""
        percents = [percent for percent, tile, tiles in self.said]
        assert percents and percents == sorted(percents), self.said
        assert all(1 <= tile <= tiles for percent, tile, tiles in self.said), self.said


class Tests:
    def __init__(self, plugin, model, shots):
        self.plugin, self.model, self.shots = plugin, model, shots
        self.work = os.path.join(shots, "pictures")
        self.styles = os.path.join(self.work, "styles")
        os.makedirs(self.styles, exist_ok=True)
        for i, (name, source) in enumerate(STYLES.items()):
            self.picture(os.path.join(self.styles, name), source, "600x600", i)
        self.photo = os.path.join(self.work, "photo.png")
        self.picture(self.photo, "plasma:fractal", "1024x768", 7)

    @staticmethod
    def picture(path, source, size, seed):
        if not os.path.exists(path):
            unfinished = os.path.join(os.path.dirname(path), "unfinished-" + os.path.basename(path))
            subprocess.run(["convert", "-seed", str(seed), "-size", size, source, unfinished],
                           check=True)
            os.replace(unfinished, path)

    @staticmethod
    def pipes(*paths):
        """Files that take as long to be read as the test likes."""
        for path in paths:
            with contextlib.suppress(FileNotFoundError):
                os.remove(path)
            os.mkfifo(path)

    def session(self, **options):
        return Session(self.plugin, self.model, self.shots, **options)

    def shot(self, session, name, widget=None):
        """For people to look at; no test depends on it."""
        session.aside()
        time.sleep(0.6)
        session.screenshot(os.path.join(self.shots, name + ".png"), widget)

    def paths(self):
        return [os.path.join(self.styles, name) for name in STYLES]

    def shot_preview(self, dialog, name):
        path = os.path.join(self.shots, name + ".png")
        dialog.rested_look()
        dialog.session.screenshot(path, dialog.picture)
        return path

    def from_result(self, session, image, *previews):
        """How far they are from the result, which is the layer of the step "result", seen untouched."""
        dialog = Dialog(session)
        dialog.click("Live preview", "check box")
        dialog.wait_untouched()
        result = self.shot_preview(dialog, "result")
        told = [difference(preview, result) for preview in previews]
        print("from the result:", told)
        dialog.key("Escape")
        image.layers("result")
        return told

    # The tests ---------------------------------------------------------------------------------

    def test_paint(self):
        """Three styles, pad and sliders, OK, a new layer; then the same again, remembered."""
        with self.session() as session:
            session.remember_folder(self.styles)
            image = Image(session, self.photo)
            image.run("first")
            image.run("second")
            image.run("again", "RUN-WITH-LAST-VALS")
            image.start()

            dialog = Dialog(session)
            dialog.expect_ok(False)
            dialog.wait_untouched()
            self.shot(session, "empty")
            plain = dialog.look()

            dialog.add_folder(self.styles)
            dialog.expect_styles()
            expect("the styles' names", dialog.names, list(STYLES))
            blended = dialog.wait_change(plain)
            self.shot(session, "three-styles")

            # The pad by mouse: to the first corner, the top of the triangle.
            pad = dialog.pad()
            session.activate(dialog.window)
            session.drag(session.point(pad, 0.5, 0.6), session.point(pad, 0.5, 0.02))
            dialog.expect_weights(1.0, 0.0, 0.0)
            first = dialog.wait_change(blended)

            # By keyboard: number and arrows.
            pad.focus()
            dialog.key("2")
            dialog.expect_weights(0.0, 1.0, 0.0)
            dialog.key("Left", "Left")
            dialog.expect_weights(0.0, 0.96, 0.04)
            dialog.wait_change(first)

            # A slider moves the pad.
            dialog.set_weight("second.png", 0.5)
            dialog.set_weight("first.png", 0.25)
            dialog.set_weight("third.png", 0.25)
            expect("the pad to follow", lambda: dialog.pad().description,
                   "first.png 25%, second.png 50%, third.png 25%")
            dialog.wait_sharp()

            # Before, for as long as the button is held.
            session.xdotool("mousemove", *session.point(dialog.find("toggle button", "Before")),
                            "mousedown", 1)
            dialog.wait_untouched()
            session.xdotool("mouseup", 1)
            until("the result", lambda: dialog.picture.description.startswith("The result"))

            # Strength by its mnemonic.
            dialog.key("alt+g")
            strength = dialog.focused("spin button")
            dialog.type("80")
            expect("what was typed", lambda: strength.text, "80")
            dialog.key("Tab")
            expect("the strength", lambda: strength.value, 80.0)
            dialog.wait_sharp()
            self.shot(session, "blended")

            dialog.click("OK")
            assert image.layers("first") == 2
            dialog.gone()

            dialog = Dialog(session)
            dialog.expect_weights(0.25, 0.5, 0.25)
            expect("the styles' names", dialog.names, list(STYLES))
            until("the strength", lambda: 80.0 in dialog.numbers())
            dialog.click("Cancel")
            assert image.layers("second") == 2
            assert image.layers("again") == 3

            # Another day.
            session.stop_gimp()
            image = Image(session, self.photo)
            image.run("another-day")
            image.start()
            dialog = Dialog(session)
            dialog.expect_weights(0.25, 0.5, 0.25)
            expect("the styles' names", dialog.names, list(STYLES))
            until("the strength", lambda: 80.0 in dialog.numbers())
            until("recent styles", lambda: dialog.find("toggle button", "Recent").has("SENSITIVE"))
            dialog.click("Cancel")
            image.layers("another-day")

    def test_zoom(self):
        """A closer look at the preview: by button and wheel, moved by the mouse, and back."""
        with self.session() as session:
            image = Image(session, self.photo)
            image.run("zoom", more=self.styles_argument())
            image.start()
            dialog = Dialog(session)
            dialog.expect_styles()
            dialog.wait_sharp()

            def percent():
                return next(int(w.name[:-1]) for w in dialog.window.find_all("label")
                            if re.fullmatch(r"\d+%", w.name)
                            and w.extents()[0] < dialog.picture.extents()[0]
                            + dialog.picture.extents()[2])

            def can(button):
                return dialog.find("button", button).has("SENSITIVE")

            whole, fitting = dialog.look(), until("the scale", percent)
            assert 30 < fitting < 100, fitting
            expect("whether one can zoom out", lambda: can("Zoom out"), False)

            dialog.click("Zoom in")
            closer = dialog.wait_change(whole)
            expect("the scale", percent, round(1.5 * fitting))
            session.drag(session.point(dialog.picture), session.point(dialog.picture, 0.4, 0.4))
            moved = dialog.wait_change(closer)
            self.shot(session, "zoomed")

            # The wheel, as close as it goes, keeps what is under the pointer.
            session.xdotool("mousemove", *session.point(dialog.picture, 0.3, 0.6),
                            "click", "--repeat", 6, "--delay", 50, 4)
            expect("whether one can zoom in", lambda: can("Zoom in"), False)
            expect("the scale", percent, 200)
            closest = dialog.wait_change(moved)
            self.shot(session, "closest")

            # Held, the untouched picture; let go, the result.
            session.xdotool("mousemove", *session.point(dialog.picture), "mousedown", 1)
            dialog.wait_untouched()
            session.xdotool("mouseup", 1)
            expect("the result once more", dialog.look, closest)

            session.xdotool("mousemove", *session.point(dialog.picture),
                            "click", "--repeat", 8, "--delay", 50, 5)
            expect("whether one can zoom out", lambda: can("Zoom out"), False)
            expect("the whole picture", dialog.look, whole)
            dialog.click("Cancel")
            image.layers("zoom")

    def test_split(self):
        """The line between result and photo: by mouse and keys, and as a slider; the preview grows."""
        with self.session() as session:
            image = Image(session, self.photo)
            image.run("split", more=self.styles_argument())
            image.start()
            dialog = Dialog(session)
            dialog.expect_styles()
            dialog.wait_sharp()
            whole = dialog.look()
            dialog.click("Split view", "check box")
            line = dialog.find("slider", "Split")
            expect("where the line is", lambda: round(line.value), 50)
            half = dialog.wait_change(whole)
            self.shot(session, "split")

            def middle():
                x, _, width, _ = line.extents()
                return x + width // 2

            # By mouse, a quarter of the picture to the right.
            _, y = session.point(line)
            width = dialog.picture.resting_extents()[2]
            session.drag((middle(), y), (middle() + width // 8, y))
            until("the line to follow", lambda: 55 < line.value < 75)
            value = line.value
            dialog.wait_change(half)

            # By keys, once it has the focus; and by a screen reader.
            dialog.focused("slider", "Split")
            dialog.key("Left")
            expect("where the line is", lambda: round(line.value - value, 1), -1.0)
            dialog.key("shift+Right")
            expect("where the line is", lambda: round(line.value - value, 1), 9.0)
            dialog.key("End")
            expect("where the line is", lambda: line.value, 100.0)
            dialog.key("Home")
            expect("where the line is", lambda: line.value, 0.0)
            line.value = 50
            dialog.find("check box", "Split view").focus()
            expect("the same as before", dialog.look, half)

            # Before is all of the picture; without the line all is the result.
            dialog.click("Before", "toggle button")
            dialog.wait_untouched()
            expect("the line", lambda: line.has("SHOWING"), False)
            dialog.click("Before", "toggle button")
            expect("the line", lambda: line.has("SHOWING"), True)
            dialog.click("Split view", "check box")
            expect("the whole result", dialog.look, whole)
            dialog.key("Escape")
            image.layers("split")

        # The preview takes the room that the window has, on a large screen of small pixels.
        with self.session(scale=2, size="3840x2160") as session:
            image = Image(session, self.photo)
            image.run("grown", more=self.styles_argument())
            image.start()
            dialog = Dialog(session)
            dialog.expect_styles()
            dialog.wait_sharp()
            dialog.click("Split view", "check box")
            grown = dialog.picture.resting_extents()
            session.xdotool("search", "--name", dialog.window.name, "windowsize", 1960, 1400)
            until("a smaller preview", lambda: dialog.picture.extents()[2] < grown[2])
            before = dialog.picture.resting_extents()
            self.shot(session, "split-small")
            session.xdotool("search", "--name", dialog.window.name, "windowsize", 3400, 2000)
            until("a larger preview", lambda: dialog.picture.extents()[2] > 2 * before[2]
                  and dialog.picture.extents()[3] > 1.2 * before[3])
            dialog.wait_sharp()
            self.shot(session, "split-large")
            dialog.key("Escape")
            image.layers("grown")

    def test_regions(self):
        """A region for a style and one that is protected; the preview and the result have them."""
        with self.session() as session:
            image = Image(session, self.photo)
            image.do("(define half (car (gimp-channel-new img \"Half\" (car (gimp-image-get-width img))"
                     " (car (gimp-image-get-height img)) 100 '(0 0 0))))"
                     "(gimp-image-insert-channel img half -1 0)"
                     "(gimp-image-select-rectangle img CHANNEL-OP-REPLACE 0 0"
                     " (/ (car (gimp-image-get-width img)) 2) (car (gimp-image-get-height img)))"
                     "(gimp-drawable-edit-fill half FILL-WHITE)"
                     "(gimp-selection-none img)")
            image.run("regions", more=self.styles_argument())
            # Where the picture is protected it stays, and beyond it does not.
            image.do("(define new (vector-ref (car (gimp-image-get-layers img)) 0))"
                     "(define (same x) (equal? (car (gimp-drawable-get-pixel lay x 30))"
                     "                         (car (gimp-drawable-get-pixel new x 30))))"
                     "(define right (- (car (gimp-image-get-width img)) 40))"
                     "(if (and (same 10) (same 40) (not (and (same right) (same (+ right 9)))))"
                     "    (gimp-image-insert-layer img (car (gimp-layer-copy lay FALSE)) -1 0))"
                     '(step "checked")')
            image.start()

            dialog = Dialog(session)
            dialog.expect_styles()
            dialog.wait_sharp()
            before = dialog.look()
            dialog.choose_region("first.png", "Channel “Half”")
            confined = dialog.wait_change(before)
            self.shot(session, "regions")
            dialog.key("ctrl+z")
            expect("the preview as it was", dialog.look, before)
            dialog.key("ctrl+y")
            expect("the preview with the region", dialog.look, confined)
            dialog.choose_region("first.png", "No region")
            whole = dialog.wait_change(confined)
            dialog.choose_region("first.png", "Channel “Half”")
            confined = dialog.wait_change(whole)
            dialog.click("Advanced", "toggle button")
            dialog.choose("Protect", "Channel “Half”")
            dialog.wait_change(confined)
            self.shot(session, "protect")
            dialog.click("OK")
            assert image.layers("regions") == 2
            assert image.layers("checked") == 3

    def test_frames(self):
        """Of several layers the preview shows the first as the run paints it, alike or by itself."""
        with self.session() as session:
            image = Image(session, self.photo)
            # GIMP 3.2.6 lets the preview see no more.
            image.do("(gimp-image-convert-precision img PRECISION-U8-NON-LINEAR)")
            # Another frame, much darker.
            image.add_layer()
            image.do("(gimp-drawable-levels other HISTOGRAM-VALUE 0.0 1.0 TRUE 1.0 0.0 0.2 TRUE)")
            image.run("alike", layers="lay other", more=self.styles_argument())
            # The result, which lies above its layer, seen untouched.
            image.do("(define painted (vector-ref (car (gimp-image-get-layers img)) 2))")
            image.run("again", layers="lay other")
            image.run("result", layers="painted")
            image.start()

            dialog = Dialog(session)
            dialog.expect_styles()
            dialog.wait_sharp()
            before = dialog.look()
            alone = self.shot_preview(dialog, "frames-alone")
            dialog.click("Paint all layers alike, as frames", "check box")
            shared = dialog.wait_change(before)
            alike = self.shot_preview(dialog, "frames-alike")
            dialog.click("Paint all layers alike, as frames", "check box")
            expect("the preview as it was", dialog.look, before, 60)
            dialog.click("Paint all layers alike, as frames", "check box")
            expect("the preview as it was", dialog.look, shared, 60)
            dialog.expect_ok(True)
            dialog.click("OK")
            assert image.layers("alike") == 4

            # Remembered, and so from the beginning.
            dialog = Dialog(session)
            expect("the preview as it was", dialog.look, shared, 60)
            dialog.key("Escape")
            image.layers("again")

            apart, off = self.from_result(session, image, alone, alike)
            assert off < 0.01 and apart > 5 * off, (apart, off)

    def test_stop(self):
        """Stop in the middle of a large picture: the image stays as it is, the dialog stays open."""
        large = os.path.join(self.work, "large.jpg")
        self.picture(large, "plasma:fractal", "6000x4000", 3)
        with self.session() as session:
            image = Image(session, large)
            image.run("stopped", more=self.styles_argument() + " #:work-size 0")
            image.run("reopened")
            # Full size and one core, so that there is time to stop it wherever this runs.
            image.start(cores=1)

            dialog = Dialog(session)
            dialog.expect_styles()
            dialog.wait_sharp()
            self.shot(session, "large")
            bar = dialog.window.find("progress bar", "Progress", showing=False)
            stop = dialog.window.find("button", "Stop", showing=False)
            dialog.expect_ok(True)
            dialog.click("OK")
            progress = Progress(bar)
            until("some progress", lambda: progress.beyond(0.02), 120)
            dialog.expect_ok(False)
            start = time.monotonic()
            stop.click()
            until("the end of the run", lambda: not bar.has("SHOWING"), step=0.005)
            print(f"stopped after {(time.monotonic() - start) * 1000:.0f} ms")
            dialog.expect_ok(True)
            dialog.wait_sharp()

            # Escape stops, too, and does not close the dialog.
            dialog.click("OK")
            progress = Progress(bar)
            until("some progress", lambda: progress.beyond(0.1), 120)
            session.screenshot(os.path.join(self.shots, "running.png"))
            until("the second pass", lambda: progress.beyond(0.42), 300)
            dialog.key("Escape")
            until("the end of the run", lambda: not bar.has("SHOWING"))
            progress.check()
            dialog.expect_ok(True)
            dialog.click("Cancel")
            assert image.layers("stopped") == 1

            dialog = Dialog(session)
            dialog.expect_styles()
            dialog.click("Cancel")
            assert image.layers("reopened") == 1

    def test_refine(self):
        """Stop ends the refinement and keeps what it has made; Escape and Cancel give it up."""
        with self.session() as session:
            image = Image(session, self.photo)
            more = self.styles_argument() + " #:work-size 256 #:refine 1000"
            image.run("kept", more=more)
            image.run("given-up", more=more)
            image.start()

            def refining():
                match = re.match(r"Refining, step (\d+) of 1000", bar.description)
                return match and int(match[1]) > 2

            dialog = Dialog(session)
            dialog.expect_styles()
            bar = dialog.window.find("progress bar", "Progress", showing=False)
            stop = dialog.window.find("button", "Stop", showing=False)
            dialog.expect_ok(True)
            dialog.click("OK")
            until("steps of the refinement", refining, 120)
            session.screenshot(os.path.join(self.shots, "refining.png"))
            stop.click()
            assert image.layers("kept", 60) == 2
            dialog.gone()

            dialog = Dialog(session)
            dialog.expect_styles()
            bar = dialog.window.find("progress bar", "Progress", showing=False)
            for give_up in (lambda: dialog.key("Escape"), lambda: dialog.click("Cancel")):
                dialog.expect_ok(True)
                dialog.click("OK")
                until("steps of the refinement", refining, 120)
                give_up()
                until("the end of the run", lambda: not bar.has("SHOWING"))
            dialog.expect_ok(True)
            dialog.click("Cancel")
            assert image.layers("given-up") == 2

    def test_watched(self):
        """A refinement is seen as it comes along; the sharp preview is its result."""
        with self.session() as session:
            image = Image(session, self.photo)
            more = self.styles_argument() + " #:work-size 256 #:refine "
            image.run("plain", more=more + "0")
            image.run("refined", more=more + "24")
            image.do("(define painted (vector-ref (car (gimp-image-get-layers img)) 0))")
            image.run("result", layers="painted")
            image.start()

            dialog = Dialog(session)
            dialog.expect_styles()
            dialog.wait_sharp()
            plain = self.shot_preview(dialog, "watched-plain")
            dialog.key("Escape")
            image.layers("plain")

            shown = len(re.findall("preview fast after", session.log_text()))
            dialog = Dialog(session)
            dialog.expect_styles()
            dialog.wait_sharp()
            refined = self.shot_preview(dialog, "watched-refined")
            # Whatever sizes come before: after every fifth step.
            assert len(re.findall("preview fast after", session.log_text())) - shown >= 4
            dialog.expect_ok(True)
            dialog.click("OK")
            image.layers("refined", 60)

            apart, off = self.from_result(session, image, plain, refined)
            # The preview begins with a picture that was reduced already, and each step adds to that.
            assert off < 0.015 and apart > 2.5 * off, (apart, off)

    def test_presets(self):
        """Presets are saved, chosen and deleted; Reset brings back the defaults."""
        with self.session() as session:
            image = Image(session, self.photo)
            image.run("presets", more=self.styles_argument() + " #:strength 0.5 #:work-size 300 #:refine 2"
                      " #:shared-statistics TRUE")
            image.start()

            dialog = Dialog(session)
            dialog.expect_styles()
            dialog.set_weight("first.png", 0.3)
            dialog.click("Save preset")
            entry = dialog.focused("text")
            dialog.type("Dawn")
            expect("the preset's name", lambda: entry.text, "Dawn")
            self.shot(session, "preset-save")
            dialog.key("Return")
            preset = dialog.combo("Preset:")
            expect("the preset", lambda: preset.name, "Dawn")

            with open(os.path.join(session.settings, "presets", "Dawn.ini"), encoding="utf-8") as file:
                kept = file.read().splitlines()
            assert "refine=2" in kept and "work-size=300" in kept, kept
            assert "shared-statistics=true" in kept, kept

            dialog.set_weight("first.png", 0.9)
            expect("no preset", lambda: preset.name, "None")
            dialog.click("Reset")
            dialog.click("Reset to Factory Defaults")
            expect("the empty list", dialog.names, [])
            dialog.expect_ok(False)

            dialog.choose("Preset:", "Dawn")
            dialog.expect_weights(0.3, 1.0, 1.0)
            until("the strength", lambda: 50.0 in dialog.numbers())
            dialog.wait_sharp()

            # A file that somebody has passed on may be called as one likes.
            presets = os.path.join(session.settings, "presets")
            os.rename(os.path.join(presets, "Dawn.ini"), os.path.join(presets, "From a friend.ini"))
            dialog.click("Save preset")
            entry = dialog.focused("text")
            dialog.type("Dusk")
            expect("the preset's name", lambda: entry.text, "Dusk")
            dialog.key("Return")
            expect("the preset", lambda: preset.name, "Dusk")
            with open(os.path.join(presets, "Dusk.ini"), encoding="utf-8") as file:
                assert "shared-statistics=true" in file.read().splitlines()
            dialog.set_weight("first.png", 0.7)
            expect("no preset", lambda: preset.name, "None")
            dialog.choose("Preset:", "Dawn")
            dialog.expect_weights(0.3, 1.0, 1.0)

            # One of an earlier version; what that did not know stays as it is.
            with open(os.path.join(HERE, "preset-0.1.0.ini"), encoding="utf-8") as file:
                old = file.read()
            for mark, path in (("@FIRST@", self.paths()[0]), ("@SECOND@", self.paths()[1])):
                old = old.replace(mark, path)
            with open(os.path.join(presets, "Old.ini"), "w", encoding="utf-8") as file:
                file.write(old)
            dialog.click("Save preset")
            entry = dialog.focused("text")
            dialog.type("Noon")
            expect("the preset's name", lambda: entry.text, "Noon")
            dialog.key("Return")
            expect("the preset", lambda: preset.name, "Noon")
            dialog.click("Delete preset")
            expect("no preset", lambda: preset.name, "None")
            dialog.choose("Preset:", "Version 0.1.0")
            dialog.expect_weights(1.0, 0.25)
            expect("its styles", dialog.names, ["first.png", "second.png"])
            until("its strength", lambda: 40.0 in dialog.numbers())
            dialog.click("Delete preset")
            dialog.choose("Preset:", "Dawn")
            dialog.expect_weights(0.3, 1.0, 1.0)

            dialog.click("Delete preset")
            expect("no preset", lambda: preset.name, "None")
            expect("the files", lambda: os.listdir(presets), ["Dusk.ini"])
            dialog.choose("Preset:", "Dusk")
            dialog.click("Delete preset")
            expect("no preset", lambda: preset.name, "None saved yet")
            dialog.expect_weights(0.3, 1.0, 1.0)

            # What there was at first; and that can run.
            dialog.click("Reset")
            dialog.click("Reset to Initial Values")
            dialog.expect_weights(1.0, 1.0, 1.0)
            dialog.expect_ok(True)
            dialog.wait_sharp()
            dialog.click("OK")
            assert image.layers("presets") == 2

    def test_undo(self):
        """Changes of settings and styles are undone and redone, by keys and buttons; a drag is one."""
        with self.session() as session:
            image = Image(session, self.photo)
            image.add_layer()
            image.run("undo", more=self.styles_argument() + " #:weights (vector 1 0.5 0.25)")
            image.start()
            dialog = Dialog(session)
            dialog.expect_weights(1.0, 0.5, 0.25)
            names = list(STYLES)

            def can(name):
                return dialog.find("button", name).has("SENSITIVE")

            expect("whether one can undo", lambda: can("Undo"), False)
            before = dialog.weights()
            pad = dialog.pad()
            session.drag(session.point(pad, 0.5, 0.6), session.point(pad, 0.5, 0.02), steps=30)
            dialog.expect_weights(1.0, 0.0, 0.0)
            expect("whether one can undo", lambda: can("Undo"), True)
            dialog.key("ctrl+z")
            dialog.expect_weights(*before)
            expect("whether one can undo", lambda: can("Undo"), False)
            dialog.key("ctrl+shift+z")
            dialog.expect_weights(1.0, 0.0, 0.0)
            expect("whether one can redo", lambda: can("Redo"), False)

            # A style away, another one's weight, a choice, a layer as a style.
            dialog.click("Remove second.png")
            expect("the styles", dialog.names, ["first.png", "third.png"])
            dialog.set_weight("third.png", 0.6)
            dialog.choose("Preserve color", "Recolor the styles")
            dialog.choose_in_menu("Layer", "Other")
            expect("the styles", dialog.names, ["first.png", "third.png", "Layer “Other”"])
            self.shot(session, "undo")
            dialog.click("Undo")
            expect("the styles", dialog.names, ["first.png", "third.png"])
            dialog.expect_weights(1.0, 0.6)
            dialog.click("Undo")
            dialog.find("combo box", "No")
            dialog.click("Undo")
            dialog.expect_weights(1.0, 0.0)
            dialog.click("Undo")
            expect("the styles", dialog.names, names)
            dialog.expect_weights(1.0, 0.0, 0.0)
            dialog.click("Undo")
            dialog.expect_weights(*before)
            for _ in range(5):
                dialog.key("ctrl+y")
            expect("the styles", dialog.names, ["first.png", "third.png", "Layer “Other”"])
            expect("the weights", lambda: dialog.weights()[:2], [1.0, 0.6])
            dialog.find("combo box", "Recolor the styles")
            expect("whether one can redo", lambda: can("Redo"), False)

            # Whatever was undone goes with the next change.
            dialog.click("Undo")
            expect("whether one can redo", lambda: can("Redo"), True)
            dialog.set_weight("third.png", 0.1)
            expect("whether one can redo", lambda: can("Redo"), False)
            dialog.key("Escape")
            image.layers("undo")

    def test_list(self):
        """Reorder and remove by keyboard and mouse, missing and broken files, a layer, recent."""
        broken = os.path.join(self.work, "broken.png")
        with open(broken, "w") as file:
            file.write("this is no picture")
        styles = self.paths() + [os.path.join(self.work, "gone.png"), broken]
        with self.session() as session:
            image = Image(session, self.photo)
            image.add_layer()
            image.run("list", more="#:styles (list " + " ".join(f'"{s}"' for s in styles) + ")"
                      " #:weights (vector 4 2 1 1 1)")
            image.start()

            # Of weights that are larger than the sliders have the ratio is kept.
            dialog = Dialog(session)
            dialog.expect_weights(1.0, 0.5, 0.25)
            dialog.window.find("label", "The file is missing; this style is left out", showing=False)
            dialog.window.find("label", "This is not a picture; it is left out", showing=False)
            dialog.wait_sharp()
            self.shot(session, "missing")

            def order(what, *names):
                expect(what, lambda: dialog.names()[:len(names)], list(names))

            # Keyboard: the mnemonic leads to the list.
            dialog.key("alt+s", "Down", "Up", "alt+Down")
            order("the second first", "second.png", "first.png", "third.png", "gone.png")
            dialog.key("alt+Up")
            order("the first first", "first.png", "second.png", "third.png", "gone.png")
            dialog.key("Down", "Down", "Down", "Delete")
            order("one gone", "first.png", "second.png", "third.png", "broken.png")

            # Mouse: the third before the first.
            def handle(name):
                return lambda: session.point(dialog.find("list item", name), 0.04)

            session.drop("the third before the first",
                         lambda: dialog.names()[:2] == ["third.png", "first.png"],
                         handle("third.png"), handle("first.png"))
            dialog.click("Remove third.png")
            order("the third gone", "first.png", "second.png", "broken.png")

            # A layer of the image.
            dialog.choose_in_menu("Layer", "Other")
            expect("the layer", lambda: dialog.names()[3:], ["Layer “Other”"])
            expect("its weight", lambda: len(dialog.weights()), 3)
            dialog.wait_sharp()
            self.shot(session, "layer")

            # Files dropped by another program, which are recent then.
            if has_gtk():
                with session.drag_source(self.paths()[2]) as source:
                    session.drop("the dropped file", lambda: "third.png" in dialog.names(),
                                 lambda: session.point(source),
                                 lambda: session.point(dialog.find("list box")))
                dialog.click("Remove third.png")
                until("the third gone", lambda: "third.png" not in dialog.names())
                dialog.choose_in_menu("Recent", "third.png")
                order("the third again", "first.png", "second.png", "broken.png", "third.png")
                expect("the weights", lambda: len(dialog.weights()), 4)
                dialog.wait_sharp()

            dialog.click("OK")
            assert image.layers("list") == 3

    def test_loading(self):
        """A file that is still being read: its row alone changes when it is there, or turns out not to be."""
        slow, broken = os.path.join(self.work, "slow.png"), os.path.join(self.work, "broken.png")
        self.pipes(slow, broken)
        with self.session() as session:
            image = Image(session, self.photo)
            image.run("loading", more=f'#:styles (list "{self.paths()[0]}" "{slow}" "{broken}")')
            image.start()
            dialog = Dialog(session)
            expect("the weights", dialog.weights, [1])
            expect("the files that are read", lambda: len(dialog.window.find_all("label", "Loading…")), 2)
            slider = dialog.find("slider", "Weight of first.png")
            # Held without being moved it would go on in small steps.
            session.xdotool("mousemove", *session.point(slider, 0.2), "mousedown", 1,
                            "mousemove", *session.point(slider, 0.3))
            expect("the focus on the slider", lambda: slider.has("FOCUSED"), True)

            # While the slider is dragged. GIMP, too, tries what GdkPixbuf cannot read.
            for path, source in [(slow, self.paths()[1]), (broken, __file__)]:
                with contextlib.suppress(BrokenPipeError), open(path, "wb") as pipe, open(source, "rb") as file:
                    shutil.copy(source, path + ".whole")
                    os.replace(path + ".whole", path)
                    pipe.write(file.read())
            expect("the number of styles", lambda: len(dialog.weights()), 2)
            until("what became of the other file", lambda: dialog.find(
                "label", "This is not a picture; it is left out"))
            assert slider.has("FOCUSED")
            session.xdotool("mousemove", *session.point(slider, 0.5))
            expect("the weight that is dragged", lambda: round(slider.value, 1), 0.6)
            session.xdotool("mouseup", 1)
            expect("the names", dialog.names, ["first.png", "slow.png", "broken.png"])
            self.shot(session, "loading")
            dialog.wait_sharp()
            dialog.key("Escape")
            image.layers("loading")

    def test_sharp(self):
        """The preview is called sharp only when nothing better will follow."""
        small, halves, slow, added = [os.path.join(self.work, name + ".png")
                                      for name in ["small", "halves", "slow", "added"]]
        self.picture(small, "plasma:fractal", "400x300", 7)
        self.picture(halves, "plasma:tomato-steelblue", "1800x1200", 5)
        self.pipes(slow, added)

        def feed(path):
            """Waits until somebody reads the file."""
            with open(path, "wb") as pipe, open(halves, "rb") as file:
                pipe.write(file.read())

        with self.session() as session:
            def shown():
                return len(re.findall("preview (fast|sharp) after", session.log_text()))

            image = Image(session, small)
            image.run("sharp", more=f'#:styles (list "{slow}")')
            image.start()
            dialog = Dialog(session)
            feed(slow)
            dialog.wait_sharp()

            # Of a small part there is more in the file, which takes its time to be read again.
            before = shown()
            dialog.click("Part and turn of slow.png")
            dialog.focused("spin button")
            session.key("ctrl+a")
            session.xdotool("type", "--delay", "20", "50")
            session.key("Tab")
            until("the part as it is known", lambda: shown() > before)
            assert not dialog.sharp()
            feed(slow)
            dialog.wait_sharp()
            session.key("Escape")

            # Of a style that was added nothing is to be seen yet.
            session.copy(added)
            dialog.click("Paste")
            dialog.find("label", "Loading…")
            assert not dialog.sharp()
            feed(added)
            dialog.expect_styles(2)
            dialog.wait_sharp()
            dialog.key("Escape")
            image.layers("sharp")

    def test_error(self):
        """What goes wrong is shown in the dialog, which stays open; the settings are kept."""
        with self.session() as session:
            image = Image(session, self.photo)
            image.run("error", more=self.styles_argument() + f' #:strength 0.25 #:model "{self.photo}"')
            image.add_layer()
            image.run("reopened", layers="lay other", more="#:strength 1.0")
            image.do("(gimp-layer-set-offsets other 5000 0)"
                     "(gimp-image-select-rectangle img CHANNEL-OP-REPLACE 0 0 10 10)")
            image.run("outside", layers="other", more=self.styles_argument())
            image.start()

            dialog = Dialog(session)
            dialog.expect_styles()

            def tells(widget):
                return [w for w in widget.find_all("label") if "photo.png" in w.name]

            until("the error in the preview", lambda: tells(dialog.window))
            expect("a word about layers", lambda: [w.name for w in dialog.window.find_all("label")
                                                   if w.name.endswith("layers")], [])
            dialog.click("OK")
            until("the error in the bar", lambda: tells(dialog.find("info bar")))
            self.shot(session, "error")
            dialog.click("Cancel")
            assert image.layers("error") == 1

            dialog = Dialog(session)
            dialog.expect_styles()
            until("the strength", lambda: 25.0 in dialog.numbers())
            dialog.find("label", "Preview of the first of 2 layers")
            dialog.click("Cancel")
            image.layers("reopened")

            # Nothing that the user does in the dialog changes this.
            dialog = Dialog(session)
            dialog.expect_styles()
            dialog.find("label", "The selection does not meet the layer.")
            dialog.set_weight("first.png", 0.5)
            dialog.find("label", "The selection does not meet the layer.")
            dialog.click("Cancel")
            assert image.layers("outside") == 2

    def test_onnx(self):
        """An ONNX model paints without the styles, which are there again with another model."""
        models = os.environ["ADAIN_TEST_ONNX_MODELS"]
        says = "An ONNX model paints without styles."
        with self.session() as session:
            session.install_module(os.environ["ADAIN_TEST_ONNX_MODULE"])
            image = Image(session, self.photo)
            image.run("broken", more=f'#:model "{models}/bad-text.onnx"')
            image.run("onnx", more=self.styles_argument() + " #:refine 2 #:shared-statistics TRUE"
                      f' #:model "{models}/network.onnx"')
            image.run("again", "RUN-WITH-LAST-VALS")
            image.run("empty")
            image.start()

            def can(role, name):
                return dialog.find(role, name).has("SENSITIVE")

            # Both may be scrolled out of sight.
            def has_range():
                return next(combo for combo in dialog.window.find_all("combo box", showing=False) if any(
                    label.name == "ONNX range" for label in labels_of(combo))).has("SENSITIVE")

            def built_in():
                until("the built-in model", lambda: dialog.window.find_all(
                    "button", "Built-in model", showing=False)[0].click() or True)

            dialog = Dialog(session)
            until("the error in the preview", lambda: [w for w in dialog.window.find_all("label")
                                                       if "bad-text.onnx" in w.name])
            dialog.click("Cancel")
            assert image.layers("broken") == 1
            dialog.gone()

            dialog = Dialog(session)
            dialog.find("label", says)
            foreign = dialog.rested_look()
            dialog.expect_ok(True)
            expect("whether styles can be added", lambda: can("button", "Add…"), False)
            dialog.click("Advanced", "toggle button")
            expect("the range", has_range, True)
            self.shot(session, "onnx")

            built_in()
            own = dialog.wait_change(foreign)
            dialog.expect_styles()
            expect("whether styles can be added", lambda: can("button", "Add…"), True)
            expect("the range", has_range, False)
            expect("a word about styles", lambda: dialog.window.find_all("label", says), [])
            dialog.key("ctrl+z")
            dialog.find("label", says)
            dialog.wait_change(own)
            dialog.click("OK")
            assert image.layers("onnx") == 2
            dialog.gone()
            assert image.layers("again") == 3

            dialog = Dialog(session)
            dialog.find("label", says)
            built_in()
            dialog.expect_ok(False)
            dialog.click("Cancel")
            assert image.layers("empty") == 3

    def test_access(self):
        """Names and roles for screen readers, mnemonics, and a way to everything by Tab."""
        with self.session() as session:
            image = Image(session, self.photo)
            image.run("access", more=self.styles_argument())
            image.start()
            dialog = Dialog(session)
            dialog.expect_styles()
            dialog.wait_sharp()
            dialog.click("Advanced", "toggle button")
            dialog.find("button", "(None)")

            expect("controls without a name", lambda: [
                (w.role, w.description, w.extents()) for w in dialog.window.find_all()
                if w.role in CONTROLS and not w.name
                and not any(label.name for label in labels_of(w))], [])

            def mnemonics():
                keys = {}
                for widget in dialog.window.find_all():
                    key = mnemonic_of(widget)
                    if key:
                        keys.setdefault(key, set()).add(widget.name or widget.role)
                return keys

            expect("mnemonics for two things at once", lambda: {
                key: names for key, names in mnemonics().items() if len(names) > 1}, {})
            expect("missing mnemonics", lambda: set("acdefgiklnprtvw")
                   - {key[-1] for key in mnemonics()}, set())

            # Widgets of our own do not tell their mnemonics to AT-SPI.
            dialog.key("alt+b")
            dialog.focused("canvas", "Style pad")
            dialog.key("alt+s")
            dialog.focused("list item", "first.png")
            dialog.key("alt+m")
            dialog.focused("button", "(None)")

            # A choice by keyboard alone.
            dialog.key("alt+p", "Down")
            dialog.find("combo box", "Recolor the styles")
            dialog.wait_sharp()

            # The preview off and on.
            dialog.key("alt+i")
            dialog.wait_untouched()
            dialog.key("alt+i")
            dialog.wait_sharp()

            # Tab goes round and round. Between two widgets none has the focus for a moment; and
            # combo boxes do not tell that they have it.
            missing = {"Style pad", "Live preview", "Split view", "Before", "Undo", "Zoom in", "Save preset", "first.png", "Add…",
                       "Weight of third.png", "Remove third.png", "Paste", "Strength (%)",
                       "Brushwork (%)", "Stroke size", "Fine detail (%)", "Advanced", "(None)", "Reset", "Cancel", "OK"}

            def focused():
                return until("the focus", lambda: [dialog.window.find_all(focused=True)])[0]

            def tab():
                before = focused()
                dialog.key("Tab")
                end = time.monotonic() + PATIENCE
                while time.monotonic() < end:
                    now = focused()
                    if now and now != before:
                        return now
                    time.sleep(0.02)
                return []

            for _ in range(150):
                missing -= {w.name for w in tab()}
                if not missing:
                    break
            assert not missing, missing
            dialog.key("Escape")
            image.layers("access")

    def test_latency(self):
        """Every change is followed by a new preview; how soon, and how soon the dialog opens.

        The figures are told, not judged: they are for two processor cores with nothing else to do,
        and a machine that runs tests may have much else to do."""
        def times(session, what):
            return [int(t) for t in re.findall(f"{what} after (\\d+) ms", session.log_text())]

        def tell(what, values, target):
            print(f"{what}: {statistics.median(values):.0f} ms (target {target}), "
                  f"from {len(values)} values: {values}")

        def follow(session, change):
            """Makes a change and returns after how many milliseconds the preview shows it."""
            before = len(times(session, "preview fast")), len(times(session, "preview sharp"))
            start = time.monotonic()
            change()
            shown = until("the fast preview", lambda: times(session, "preview fast")[before[0]:],
                          step=0.005)
            passed = (time.monotonic() - start) * 1000
            until("the sharp preview", lambda: times(session, "preview sharp")[before[1]:])
            return shown[0], passed

        large = os.path.join(self.work, "large.jpg")
        self.picture(large, "plasma:fractal", "6000x4000", 3)
        with self.session() as session:
            image = Image(session, self.photo)
            image.run("latency", more=self.styles_argument())
            image.start(2)
            dialog = Dialog(session)
            dialog.expect_styles()
            dialog.wait_sharp()

            dialog.key("alt+g")
            strength = dialog.focused("spin button")
            tell("strength", [follow(session, lambda: setattr(strength, "value", value))[0]
                              for value in range(95, 45, -5)], 100)
            tell("weights", [follow(session, lambda: dialog.set_weight("second.png", value / 10))[0]
                             for value in range(9, 0, -1)], 100)

            added = []
            for i in range(5):
                path = os.path.join(self.work, f"added-{i}.png")
                self.picture(path, "plasma:blue-orange", "1024x768", 20 + i)
                session.copy(path)
                added.append(round(follow(session, lambda: dialog.click("Paste"))[1]))
                dialog.expect_styles(4 + i)
            tell("new style", added, 400)

            def find_in_gallery(words):
                dialog.click("Gallery…")
                window = session.dialog("Gallery")
                session.activate(window)
                until("all tiles", lambda: times(session, "gallery"))
                session.key("ctrl+a")
                session.xdotool("type", "--delay", "20", words)
                expect("how many are found", lambda: sum(
                    w.description == "Your picture in this style" and w.has("SHOWING")
                    for w in window.walk()), 1)

            chosen = []
            for words in ["great wave", "scream", "starry", "milkmaid", "senecio"]:
                find_in_gallery(words)
                chosen.append(follow(session, lambda: session.key("Return"))[0])
            tell("style of the gallery", chosen, 150)
            tell("all tiles of the gallery", times(session, "gallery"), 2000)
            dialog.key("Escape")
            image.layers("latency")

        with self.session() as session:
            image = Image(session, large)
            for step in ["opened", "again", "once-more"]:
                image.run(step, more=self.styles_argument())
            image.start(2)
            for step in ["opened", "again", "once-more"]:
                dialog = Dialog(session)
                dialog.wait_sharp()
                dialog.key("Escape")
                image.layers(step)
            tell("dialog on 24 megapixels", times(session, "dialog"), 1000)

    def test_gallery(self):
        """Tiles of the gallery show the picture; searching, Enter and clicks; a run; the same again."""
        wave, scream = "Hokusai: The Great Wave off Kanagawa", "Munch: The Scream"
        painted = "Your picture in this style"
        with self.session() as session:
            image = Image(session, self.photo)
            image.run("painted")
            image.run("again")
            image.start()
            dialog = Dialog(session)
            dialog.click("Gallery…")
            window = session.dialog("Gallery")

            def tiles(showing=True):
                return [w for w in window.walk() if w.description == painted
                        and (not showing or w.has("SHOWING"))]

            until("all tiles", lambda: len(tiles(False)) == 85, 240)
            session.activate(window)
            self.shot(session, "gallery")
            session.xdotool("type", "--delay", "20", "great wave")
            expect("what is found", lambda: [w.name for w in tiles()], [wave])
            self.shot(session, "gallery-search")
            session.key("Return")
            expect("the styles", dialog.names, [wave])
            dialog.wait_sharp()
            before = dialog.look()

            # A click beside the first adds a second one.
            dialog.click("Gallery…")
            window = session.dialog("Gallery")
            session.activate(window)
            session.key("ctrl+a")
            session.xdotool("type", "--delay", "20", "munch scream")
            expect("what is found", lambda: [w.name for w in tiles()], [scream])
            session.press(tiles()[0])
            expect("the styles", dialog.names, [wave, scream])

            # Its picture comes later; meanwhile the rows stay, with what is being done to them.
            slider = dialog.find("slider", f"Weight of {wave}")
            slider.focus()
            dialog.wait_pictures()
            assert slider.has("FOCUSED")
            dialog.wait_change(before)
            self.shot(session, "gallery-chosen")
            dialog.expect_ok(True)
            dialog.click("OK")
            assert image.layers("painted") == 2

            # They are kept for the next time.
            dialog = Dialog(session)
            expect("the styles", dialog.names, [wave, scream])
            dialog.wait_sharp()
            dialog.key("Escape")
            image.layers("again")

    def test_titles(self):
        """Paintings are called as in the user's language, and found by that and by their English titles."""
        night = "Van Gogh: Sternennacht"
        with self.session(language="de") as session:
            session.install_catalogue({"The Starry Night": "Sternennacht"})
            image = Image(session, self.photo)
            image.run("titles", more='#:styles (list "gallery:van-gogh--the-starry-night")')
            image.start()
            dialog = session.dialog()
            expect("the style's row", lambda: [w.name for w in dialog.find("list box").children() if w.name],
                   [night])
            dialog.find("button", "Gallery…").click()
            window = session.dialog("Gallery")
            session.activate(window)
            for words in ["van sternen", "starry"]:
                session.key("ctrl+a")
                session.xdotool("type", "--delay", "20", words)
                expect(f"what “{words}” finds", lambda: [
                    w.name for w in window.walk() if w.name.startswith("Van Gogh:") and w.has("SHOWING")], [night])
            self.shot(session, "titles")
            session.key("Escape", "Escape")
            until("the gallery to close", lambda: not window.has("SHOWING"))
            session.activate(dialog)
            session.key("Escape")
            image.layers("titles")

    def test_filter(self):
        """The result as an editable filter; where GIMP lacks the operation there is no such choice."""
        label = "Keep as an editable filter"
        with self.session(operation=os.environ["ADAIN_TEST_OPERATION"]) as session:
            image = Image(session, self.photo)
            image.run("kept", more=self.styles_argument())
            image.do("(if (= 1 (vector-length (car (gimp-drawable-get-filters lay))))"
                     '    (step "filtered"))')
            image.start()
            dialog = Dialog(session)
            dialog.expect_styles()
            dialog.click(label, "check box")
            self.shot(session, "filter")
            dialog.expect_ok(True)
            dialog.click("OK")
            assert image.layers("kept") == 1
            assert image.layers("filtered") == 1

        with self.session() as session:
            image = Image(session, self.photo)
            image.run("painted", more=self.styles_argument() + " #:as-filter TRUE")
            # A preset from a GIMP that has it.
            presets = os.path.join(session.settings, "presets")
            os.makedirs(presets)
            with open(os.path.join(presets, "Kept.ini"), "w", encoding="utf-8") as file:
                file.write(f"[Preset]\nname=Kept\nstyles={self.paths()[0]};\nas-filter=true\n")
            image.start()
            dialog = Dialog(session)
            dialog.expect_styles()
            expect("a choice that there is not",
                   lambda: [w.name for w in dialog.window.find_all() if w.name == label], [])
            dialog.choose("Preset:", "Kept")
            dialog.expect_styles(1)
            dialog.expect_ok(True)
            dialog.click("OK")
            assert image.layers("painted") == 2

    def test_operation(self):
        """GIMP's own dialog for the operation: in the menu, on the canvas, split, kept as a filter."""
        with self.session(operation=os.environ["ADAIN_TEST_OPERATION"]) as session:
            image = Image(session, self.photo)
            image.do('(step "open")')
            image.start()
            image.layers("open")
            window = session.dialog("GIMP")
            session.activate(window)

            def menu_item(words):
                return next(w for w in window.find_all("menu item", showing=False) if words in w.name)

            def canvas():
                """The pixels of a corner of the picture as it is seen, left of the dialog."""
                return subprocess.run(
                    ["import", "-window", "root", "-crop", "100x100+240+130", "-depth", "8", "rgb:-"],
                    check=True, capture_output=True).stdout

            def same(a, b):
                """GIMP scales what it shows in pieces, now these, now others, and rounds accordingly."""
                return all(abs(x - y) <= 1 for x, y in zip(a, b, strict=True))

            def wait_rest():
                def rested():
                    before = canvas()
                    time.sleep(0.5)
                    return canvas() == before and before

                return until("a canvas that rests", rested, 120)

            def wait_canvas(before):
                """Until it looks different, and rests."""
                until("the canvas to change", lambda: not same(canvas(), before), 120)
                return wait_rest()

            def expect_canvas(wanted):
                until("the canvas as it was", lambda: same(canvas(), wanted), 120)

            until("the operation in the menu", lambda: menu_item("Editable Filter").has("SENSITIVE"))
            plain = wait_rest()
            menu_item("Editable Filter").click()
            dialog = session.dialog("adain:style-transfer")
            session.activate(dialog)
            painted = wait_canvas(plain)
            self.shot(session, "operation")

            # What is changed most is in sight, under its name, in steps that can be seen.
            def settings():
                return [w for w in dialog.find_all("spin button") if w.description]

            expect("the first settings", lambda: [w.description.split(":")[0].split(",")[0] for w in settings()][:5],
                   ["From 0", "How much of the style's strokes and patterns is taken", "How much the strokes in even areas",
                    "How wide strokes and patterns become", "How much of the picture's own fine detail is laid over "
                    "broad strokes."])
            settings()[0].value = 0.5
            wait_canvas(painted)

            # The left half stays painted, the right one is not.
            dialog.find("check box", "Split view").click()
            self.shot(session, "operation-split")
            settings()[0].value = 0.0
            expect_canvas(plain)
            settings()[0].value = 1.0
            expect_canvas(painted)

            # It is kept as a filter, in one step.
            assert not dialog.find("check box", "Merge filter").has("CHECKED")
            dialog.find("button", "OK").click()
            session.activate(window)
            expect_canvas(painted)
            session.key("ctrl+z")
            expect_canvas(plain)

    def test_part(self):
        """A part of a style, by mouse and numbers; turned; undone; in a preset; the run has it."""
        halves = os.path.join(self.work, "halves.png")
        self.picture(halves, "plasma:tomato-steelblue", "1800x1200", 5)
        with self.session(operation=os.environ["ADAIN_TEST_OPERATION"]) as session:
            image = Image(session, self.photo)
            image.run("part", more=f'#:styles (list "{halves}" "gallery:munch--the-scream")'
                      " #:weights (vector 1 0)")
            # The run's result is what the script makes with the same part.
            image.do("(define new (vector-ref (car (gimp-image-get-layers img)) 0))"
                     f"({PROCEDURE} #:run-mode RUN-NONINTERACTIVE #:image img #:drawables (vector lay)"
                     f' #:styles (list "{halves}") #:parts (list "50 10 25 40") #:turns (list "90"))'
                     "(define made (vector-ref (car (gimp-image-get-layers img)) 1))"
                     "(define (same x y) (equal? (car (gimp-drawable-get-pixel new x y))"
                     "                           (car (gimp-drawable-get-pixel made x y))))"
                     "(if (and (same 10 10) (same 500 300) (same 900 700)) (step \"same\"))")
            image.run("again")
            image.start()

            dialog = Dialog(session)
            dialog.expect_styles(2)
            dialog.wait_sharp()
            whole = dialog.look()
            expect("a button for the gallery's style", lambda: dialog.find(
                "button", "Part and turn of Munch: The Scream").has("SENSITIVE"), False)

            def number(label):
                return next(s for s in dialog.window.find_all("spin button")
                            if any(label == w.name for w in labels_of(s)))

            def part():
                return [round(number(label).value, 1) for label in ("Left (%)", "Top (%)", "Width (%)",
                                                                    "Height (%)")]

            def set_number(label, text):
                number(label).focus()
                session.key("ctrl+a")
                session.xdotool("type", "--delay", "20", text)
                session.key("Tab")

            def near(what, wanted):
                until(what, lambda: all(abs(a - b) < 1 for a, b in zip(part(), wanted)))

            def drag(x0, y0, x1, y1):
                """From one place of the picture, in percent, to another. A tooltip would take the mouse."""
                session.aside()
                left, top, width, height = dialog.find("canvas", "Picture of the style").resting_extents()
                shown = min(width, height * 1.5)

                def at(x, y):
                    return (round(left + (width - shown) / 2 + shown * x / 100),
                            round(top + (height - shown / 1.5) / 2 + shown / 1.5 * y / 100))

                session.drag(at(x0, y0), at(x1, y1))

            def close():
                session.key("Escape")
                until("no popover", lambda: len(dialog.numbers()) == 5)

            # By mouse: a rectangle, one of its edges, a corner, all of it.
            dialog.click("Part and turn of halves.png")
            expect("all of it", part, [0, 0, 100, 100])
            self.shot(session, "part-whole")
            drag(20, 30, 60, 70)
            near("the rectangle", [20, 30, 40, 40])
            drawn = dialog.wait_change(whole)
            self.shot(session, "part-drawn")
            # All of the drag is one step.
            session.key("ctrl+z")
            expect("all of it", part, [0, 0, 100, 100])
            session.key("ctrl+y")
            near("the rectangle", [20, 30, 40, 40])
            drag(60, 50, 40, 50)
            near("its right edge", [20, 30, 20, 40])
            drag(20, 70, 10, 90)
            near("its corner", [10, 30, 30, 60])
            drag(25, 60, 65, 95)
            near("its place", [50, 40, 30, 60])
            dragged = dialog.wait_change(drawn)

            # By keyboard.
            set_number("Left (%)", "50")
            set_number("Top (%)", "10")
            set_number("Width (%)", "25")
            set_number("Height (%)", "40")
            expect("the numbers", part, [50, 10, 25, 40])
            number("Width (%)").focus()
            session.key("Up")
            expect("the numbers", part, [50, 10, 26, 40])
            session.key("Down")
            upright = dialog.wait_change(dragged)
            dialog.click("Turn to the right")
            expect("the part where it is seen", part, [50, 50, 40, 25])
            turned = dialog.wait_change(upright)
            self.shot(session, "part-turned")
            dialog.click("Exchange left and right")
            expect("the part where it is seen", part, [10, 50, 40, 25])
            session.key("ctrl+z")
            expect("the part where it was", part, [50, 50, 40, 25])
            expect("the preview as it was", dialog.look, turned)

            # Whole, and back by a preset, which has the filter, too.
            close()
            dialog.click("Keep as an editable filter", "check box")
            dialog.click("Save preset")
            entry = dialog.focused("text")
            dialog.type("Sky")
            expect("the preset's name", lambda: entry.text, "Sky")
            dialog.key("Return")
            preset = dialog.combo("Preset:")
            expect("the preset", lambda: preset.name, "Sky")
            with open(os.path.join(session.settings, "presets", "Sky.ini"), encoding="utf-8") as file:
                kept = file.read().splitlines()
            assert "parts=50 10 25 40;" in kept and "turns=90;" in kept and "as-filter=true" in kept, kept
            dialog.click("Keep as an editable filter", "check box")
            dialog.click("Part and turn of halves.png")
            dialog.click("Whole Picture")
            expect("all of it", part, [0, 0, 100, 100])
            dialog.click("Turn to the left")
            expect("the preview as it was", dialog.look, whole, 120)
            close()
            dialog.choose("Preset:", "Sky")
            expect("the filter", lambda: dialog.find("check box", "Keep as an editable filter").has("CHECKED"), True)
            expect("the preview as it was", dialog.look, turned, 120)
            dialog.click("Keep as an editable filter", "check box")
            dialog.expect_ok(True)
            dialog.click("OK")
            assert image.layers("part") == 2
            assert image.layers("same") == 3

            # Remembered; and a style keeps its part when it is moved.
            dialog = Dialog(session)
            dialog.expect_styles(2)
            dialog.key("alt+s", "alt+Down")
            expect("the order", dialog.names, ["Munch: The Scream", "halves.png"])
            dialog.click("Part and turn of halves.png")
            expect("the part", part, [50, 50, 40, 25])
            self.shot(session, "part-remembered")
            close()
            dialog.key("Escape")
            image.layers("again")

    def test_own_gallery(self):
        """A style is added to the user's gallery, and used when its picture has gone; deleted; errors."""
        fleeting = os.path.join(self.work, "Sea & sky (1).png")
        self.picture(fleeting, "plasma:navy-white", "600x400", 11)
        painted = "Your picture in this style"
        with self.session() as session:
            image = Image(session, self.photo)
            image.run("own", more=f'#:styles (list "{fleeting}" "{self.paths()[0]}")')
            image.run("gone", more='#:styles (list "gallery:sea-sky-1")')
            image.start()
            dialog = Dialog(session)
            dialog.expect_styles(2)
            dialog.wait_sharp()

            def tells(*words):
                return until(f"a message with {words}", lambda: [
                    w for w in dialog.find("info bar").find_all("label") if all(x in w.name for x in words)])

            # Nothing can be written; then it can.
            os.makedirs(session.own_gallery)
            os.chmod(session.own_gallery, 0o500)
            if not os.access(session.own_gallery, os.W_OK):
                dialog.choose_in_menu("Keep or learn Sea & sky (1).png", "Add to My Gallery")
                tells("cannot be changed", "ermission")
            os.rmdir(session.own_gallery)
            with open(session.own_gallery, "w", encoding="utf-8"):
                pass
            dialog.choose_in_menu("Keep or learn Sea & sky (1).png", "Add to My Gallery")
            tells("cannot be changed")
            self.shot(session, "own-gallery-error")
            os.remove(session.own_gallery)
            dialog.choose_in_menu("Keep or learn Sea & sky (1).png", "Add to My Gallery")
            tells("gallery:sea-sky-1")
            dialog.choose_in_menu("Keep or learn Sea & sky (1).png", "Add to My Gallery")
            tells("gallery:sea-sky-1-2")
            dialog.choose_in_menu("Keep or learn first.png", "Add to My Gallery")
            tells("gallery:first")
            self.shot(session, "own-gallery-added")
            file, = os.listdir(session.own_gallery)
            os.remove(fleeting)

            # A damaged file is not replaced.
            path = os.path.join(session.own_gallery, file)
            with open(path, "rb") as whole:
                kept = whole.read()
            with open(path, "wb") as damaged:
                damaged.write(kept[:2000])
            dialog.choose_in_menu("Keep or learn first.png", "Add to My Gallery")
            tells(file, "not a")
            assert os.path.getsize(path) == 2000
            with open(path, "wb") as whole:
                whole.write(kept)

            # In the gallery they come first.
            dialog.click("Gallery…")
            window = session.dialog("Gallery")
            session.activate(window)

            def tiles():
                return [w for w in window.walk() if w.description == painted and w.has("SHOWING")]

            names = ["Sea & sky (1)", "Sea & sky (1)", "first"]
            expect("the user's own", lambda: [w.name for w in tiles()][:3], names, 120)
            self.shot(session, "own-gallery")

            # Deleting, by button and by key; there is a question.
            window.find("button", "Delete first").click()
            question = session.dialog("Delete Style")
            self.shot(session, "own-gallery-delete")
            question.find("button", "Cancel").click()
            until("no question", lambda: window.has("ACTIVE"))
            expect("the user's own", lambda: [w.name for w in tiles()][:3], names)
            window.find("button", "Delete first").click()
            session.dialog("Delete Style").find("button", "Delete").click()
            expect("the user's own", lambda: [w.name for w in tiles()][2] == "first", False)
            session.activate(window)
            tiles()[1].focus()
            session.key("Delete")
            session.activate(session.dialog("Delete Style"))
            session.key("Return")
            expect("the user's own", lambda: [w.name for w in tiles()][:2].count("Sea & sky (1)"), 1)

            session.activate(window)
            session.press(tiles()[0])
            expect("the styles", lambda: dialog.names()[2:], ["Sea & sky (1)"])
            dialog.set_weight("first.png", 0.0)
            dialog.wait_sharp()
            dialog.expect_ok(True)
            dialog.click("OK")
            assert image.layers("own") == 2

            # Without its picture; and it can be deleted while it is in use.
            dialog = Dialog(session)
            expect("the styles", dialog.names, ["first.png", "Sea & sky (1)"])
            dialog.expect_weights(0.0, 1.0)
            dialog.wait_sharp()
            dialog.click("Gallery…")
            window = session.dialog("Gallery")
            window.find("button", "Delete Sea & sky (1)").click()
            session.dialog("Delete Style").find("button", "Delete").click()
            dialog.window.find("label", "The gallery has no such style for this model", showing=False)
            dialog.expect_ok(False)
            assert os.listdir(session.own_gallery) == []
            session.activate(window)
            session.key("Escape")
            dialog.key("Escape")
            image.layers("gone")

    @staticmethod
    def learning(bar, step):
        """Whether a style is being learned, and more than so many steps of it are done."""
        match = re.match(r"Learning, step (\d+) of 100", bar.description)
        return bar.has("SHOWING") and match and int(match[1]) > step

    @staticmethod
    def own_styles(session):
        """What each of the user's own styles has learned, by their names."""
        files = os.listdir(session.own_gallery) if os.path.isdir(session.own_gallery) else []
        if not files:
            return {}
        gallery = Gallery.read(os.path.join(session.own_gallery, *files))
        return {style["name"]: gallery.tensors["adaptation"][i] for i, style in enumerate(gallery.styles)}

    def test_learn(self):
        """A style is learned beside the live preview and becomes one of the user's gallery, in its place: as far as
        it has come at Stop, and further."""
        with self.session() as session:
            image = Image(session, self.photo)
            image.add_layer()
            first, second = self.paths()[:2]
            image.run("learn", more=f'#:styles (list "{first}" "{second}" "gallery:munch--the-scream")'
                                    " #:weights (vector 0.8 0.2 0.1)")
            image.start()
            dialog = Dialog(session)
            dialog.expect_styles(3)
            dialog.choose_region("second.png", "Layer “Other”")
            dialog.choose_region("first.png", "Layer “Other”")
            dialog.wait_sharp()
            bar = dialog.window.find("progress bar", "Progress", showing=False)
            stop = dialog.window.find("button", "Stop", showing=False)

            def tells(*words):
                return until(f"a message with {words}", lambda: [
                    w for w in dialog.find("info bar").find_all("label") if all(x in w.name for x in words)])

            # Told at once: it could not be kept.
            with open(session.own_gallery, "w", encoding="utf-8"):
                pass
            dialog.choose_in_menu("Keep or learn first.png", "Learn This Style")
            tells("cannot be changed")
            expect("the end of it", lambda: bar.has("SHOWING"), False)
            os.remove(session.own_gallery)
            assert not dialog.find("toggle button", "Keep or learn Munch: The Scream").has("SENSITIVE")

            # Meanwhile the preview goes on, and nothing else is learned or painted.
            before = dialog.rested_look()
            dialog.choose_in_menu("Keep or learn first.png", "Learn This Style")
            until("the first steps", lambda: self.learning(bar, 2), 240)
            dialog.expect_ok(False)
            dialog.find("toggle button", "Keep or learn second.png").click()
            program = Widget(dialog.window.accessible.get_parent())
            other = program.find("menu item", "Learn This Style")
            assert not other.has("SENSITIVE")
            self.shot(session, "learning-menu")
            session.key("Escape")
            expect("the menu", lambda: program.find_all("menu item", "Learn This Style"), [])
            self.shot(session, "learning")
            dialog.set_weight("second.png", 0.3)
            until("the preview to change", lambda: dialog.look() != before, 120)
            assert bar.has("SHOWING"), "it was learned too quickly"
            stop.click()
            tells("has been learned", "gallery:first")
            expect("the styles", dialog.names, ["first", "second.png", "Munch: The Scream"])
            dialog.expect_weights(0.8, 0.3, 0.1)
            region = dialog.find("combo box", "Region of first").accessible.get_selection_iface()
            expect("its region", lambda: region.get_selected_child(0).get_name(), "Layer “Other”")
            dialog.expect_ok(True)
            dialog.key("ctrl+z")
            expect("the styles", dialog.names, ["first.png", "second.png", "Munch: The Scream"])
            dialog.key("ctrl+y")
            expect("the styles", dialog.names, ["first", "second.png", "Munch: The Scream"])
            dialog.expect_weights(0.8, 0.3, 0.1)
            dialog.wait_sharp()
            self.shot(session, "learned")
            started = self.own_styles(session)["first"]
            assert started.any()

            # Then on from there, to the end; it keeps its name, and the preview shows what it has become.
            before = dialog.rested_look()
            dialog.choose_in_menu("Keep or learn first", "Learn This Style")
            until("the end of it", lambda: not bar.has("SHOWING"), 600)
            tells("has been learned", "gallery:first")
            learned = self.own_styles(session)
            assert list(learned) == ["first"] and (learned["first"] != started).any()
            dialog.wait_change(before)
            self.shot(session, "learned-on")
            dialog.click("OK")
            assert image.layers("learn") == 3

    def test_learn_given_up(self):
        """Escape gives up what is being learned, Cancel closes the dialog, too; nothing is kept."""
        with self.session() as session:
            image = Image(session, self.photo)
            image.add_layer()
            image.run("given-up", more=f'#:styles (list "{self.paths()[0]}") #:style-layer other')
            image.start()
            dialog = Dialog(session)
            dialog.expect_styles(2)
            dialog.wait_sharp()
            bar = dialog.window.find("progress bar", "Progress", showing=False)
            dialog.choose_in_menu("Keep or learn Layer “Other”", "Learn This Style")
            until("the first steps", lambda: self.learning(bar, 2), 240)
            dialog.key("Escape")
            until("the end of it", lambda: not bar.has("SHOWING"))
            expect("the styles", dialog.names, ["first.png", "Layer “Other”"])
            dialog.expect_ok(True)
            dialog.choose_in_menu("Keep or learn first.png", "Learn This Style")
            until("the first steps", lambda: self.learning(bar, 2), 240)
            dialog.click("Cancel")
            dialog.gone()
            assert image.layers("given-up", 30) == 2
            assert self.own_styles(session) == {}

    def test_looks(self):
        """Screenshots: dark, right to left, twice the pixels; everything fits the screen."""
        variants = {"dark": dict(dark=True), "rtl": dict(language="he_IL"),
                    "hidpi": dict(scale=2, size="2732x1536")}
        for name, options in variants.items():
            with self.session(**options) as session:
                image = Image(session, self.photo)
                image.run(name, more=self.styles_argument())
                image.start()
                dialog = Dialog(session)
                dialog.expect_styles()
                dialog.wait_sharp()
                dialog.click("Advanced", "toggle button")
                dialog.find("label", "Device")
                self.shot(session, name)

                def outside():
                    x, y, width, height = dialog.window.extents()
                    return [(x, y, width, height)] if (x < 0 or y < 0 or x + width > 1366
                                                       or y + height > 768) else []

                expect("what is outside of the screen", outside, [])
                dialog.key("Escape")
                image.layers(name)

    def test_help(self):
        """The button Help, and F1, open the manual in the browser, in GIMP's language."""
        manual = os.path.join(os.path.dirname(self.plugin), "..", "ui", "help")
        for language, folder, button in ((None, "en", "Help"), ("de", "de", "Hilfe")):
            with self.session(language=language) as session:
                session.install_manual(manual)
                seen = session.install_browser()
                image = Image(session, self.photo)
                image.run("help")
                image.start()
                dialog = session.dialog("AdaIN")

                def opened():
                    with open(seen) as file:
                        return [os.path.relpath(path, session.profile) for path in file.read().split()]

                page = f"plug-ins/adain-style-transfer/help/{folder}/index.html"
                dialog.find("button", button).click()
                expect("the page of the button", opened, [page])
                session.activate(dialog)
                session.key(F1)
                expect("the page of F1", opened, [page, page])
                session.key("Escape")
                image.layers("help")

    def styles_argument(self):
        return "#:styles (list " + " ".join(f'"{path}"' for path in self.paths()) + ")"


def main():
    skip_if_impossible()
    tests = Tests(*map(os.path.abspath, sys.argv[1:4]))
    names = sys.argv[4:] or [n for n in dir(Tests) if n.startswith("test_")]
    for name in names:
        start = time.monotonic()
        getattr(tests, name)()
        print(f"{name}: passed in {time.monotonic() - start:.1f} s", flush=True)


if __name__ == "__main__":
    main()
