"""Drives the dialog in a real GIMP as a user would, and looks at what becomes of the image.

    dbus-run-session -- python3 test_dialog.py PLUG-IN MODEL SCREENSHOTS [TEST...]

SPDX-License-Identifier: GPL-3.0-or-later
"""
import os
import re
import statistics
import subprocess
import sys
import time

from session import PROCEDURE, Session, has_gtk, skip_if_impossible, until

STYLES = {"first.png": "plasma:tomato-steelblue", "second.png": "pattern:hexagons",
          "third.png": "plasma:gold-darkgreen"}


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

    def run(self, step, mode="RUN-INTERACTIVE", more=""):
        self.script += (
            f'(catch 0 ({PROCEDURE} #:run-mode {mode} #:image img #:drawables (vector lay) {more}))'
            f'(step "{step}")')

    def do(self, scheme):
        self.script += scheme

    def start(self):
        self.session.start_gimp(self.script)

    def layers(self, step, seconds=60.0):
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


class Dialog:
    """The open dialog and its parts."""

    def __init__(self, session, title="AdaIN Style Transfer"):
        self.session = session
        self.window = session.dialog(title)
        self.picture = self.window.find("image", "Preview")

    def gone(self):
        until("the dialog to close", lambda: not self.alive())

    def alive(self):
        try:
            return self.window.has("SHOWING")
        except Exception:
            return False

    def button(self, name):
        return self.window.find("button", name)

    def weights(self):
        return [round(w.value, 2) for w in self.window.find_all("slider")
                if w.name.startswith("Weight of ")]

    def weight(self, name):
        return self.window.find("slider", f"Weight of {name}")

    def names(self):
        return [w.name for w in self.window.find("list box").children() if w.name]

    def pad(self):
        return self.window.find("canvas", "Style pad")

    def wait_sharp(self, seconds=60.0):
        until("a sharp preview", lambda: self.picture.description == "The result, sharp", seconds)

    def look(self):
        """The pixels of the preview as one number, which changes when they do."""
        x, y, width, height = self.picture.extents()
        out = subprocess.run(["import", "-window", "root", "-crop", f"{width}x{height}+{x}+{y}",
                              "+repage", "-format", "%#", "info:-"],
                             check=True, capture_output=True, text=True).stdout
        return out.strip()

    def wait_change(self, before, seconds=20.0):
        return until("the preview to change",
                     lambda: (self.look() != before and self.look()) or None, seconds, 0.1)

    def add_folder(self, folder):
        """All pictures of a folder, by the file chooser."""
        session = self.session
        self.button("Add…").click()
        chooser = session.dialog("Add Styles")
        session.key("ctrl+l")
        entry = chooser.find("text", None)
        session.xdotool("type", "--delay", "5", folder + "/")
        until("the folder's name", lambda: entry.text == folder + "/")

        def listed():
            session.key("Return")
            time.sleep(0.5)
            return any(w.name in os.listdir(folder) for w in chooser.find_all("table cell"))

        until("the files", listed)
        chooser.find("table", None).focus()
        session.key("ctrl+a")
        time.sleep(0.3)
        session.key("Return")

    def choose(self, label, item):
        """An entry of the combo box that has this label."""
        combo = next(c for c in self.window.find_all("combo box")
                     if any(label == t.name for t in labels_of(c)))
        next(w for w in combo.find_all("menu item", item, showing=False)).click()


def labels_of(widget):
    from gi.repository import Atspi
    from session import Widget
    return [Widget(relation.get_target(0)) for relation in widget.accessible.get_relation_set()
            if relation.get_relation_type() == Atspi.RelationType.LABELLED_BY]


def mnemonic_of(widget):
    """The key that leads to a widget, such as "<Alt>s", or None."""
    actions = widget.accessible.get_action_iface()
    for i in range(actions.get_n_actions() if actions else 0):
        for binding in actions.get_key_binding(i).split(";"):
            if binding.startswith("<Alt>"):
                return binding
    return None


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
            subprocess.run(["convert", "-seed", str(seed), "-size", size, source, path], check=True)

    def session(self, **options):
        return Session(self.plugin, self.model, self.shots, **options)

    def shot(self, session, name, widget=None):
        session.xdotool("mousemove", 2, 2)
        time.sleep(0.6)
        session.screenshot(os.path.join(self.shots, name + ".png"), widget)

    def paths(self):
        return [os.path.join(self.styles, name) for name in STYLES]

    # The tests ---------------------------------------------------------------------------------

    def test_paint(self):
        """Three styles, pad and sliders, OK, a new layer; then the same again, remembered."""
        with self.session() as session:
            image = Image(session, self.photo)
            image.run("first")
            image.run("second")
            image.run("again", "RUN-WITH-LAST-VALS")
            image.start()

            dialog = Dialog(session)
            assert not dialog.button("OK").has("SENSITIVE")
            assert dialog.picture.description == "The untouched picture"
            self.shot(session, "empty")
            plain = dialog.look()

            dialog.add_folder(self.styles)
            until("three styles", lambda: len(dialog.weights()) == 3)
            dialog.wait_sharp()
            assert dialog.names() == list(STYLES), dialog.names()
            blended = dialog.wait_change(plain)
            self.shot(session, "three-styles")

            # The pad by mouse: to the first corner, the top of the triangle.
            pad = dialog.pad()
            session.drag(session.point(pad, 0.5, 0.6), session.point(pad, 0.5, 0.02))
            until("the first style alone", lambda: dialog.weights() == [1.0, 0.0, 0.0])
            dialog.wait_sharp()
            first = dialog.wait_change(blended)

            # By keyboard: number and arrows.
            pad.focus()
            session.key("2")
            until("the second style alone", lambda: dialog.weights() == [0.0, 1.0, 0.0])
            session.key("Left", "Left")
            until("some of the third", lambda: dialog.weights() == [0.0, 0.96, 0.04])
            dialog.wait_sharp()
            dialog.wait_change(first)

            # A slider moves the pad.
            dialog.weight("second.png").value = 0.5
            dialog.weight("first.png").value = 0.25
            dialog.weight("third.png").value = 0.25
            until("the pad to follow",
                  lambda: dialog.pad().description
                  == "first.png 25%, second.png 50%, third.png 25%")

            # Before, for as long as the button is held.
            session.xdotool("mousemove", *session.point(dialog.window.find("toggle button", "Before")),
                            "mousedown", 1)
            until("the untouched picture",
                  lambda: dialog.picture.description == "The untouched picture")
            session.xdotool("mouseup", 1)
            until("the result", lambda: dialog.picture.description.startswith("The result"))

            # Strength by its mnemonic.
            session.key("alt+g")
            session.xdotool("type", "80")
            session.key("Tab")
            dialog.wait_sharp()
            self.shot(session, "blended")

            dialog.button("OK").click()
            assert image.layers("first") == 2
            dialog.gone()

            dialog = Dialog(session)
            until("the styles", lambda: dialog.weights() == [0.25, 0.5, 0.25])
            assert dialog.names() == list(STYLES)
            assert any(w.value == 80 for w in dialog.window.find_all("spin button"))
            dialog.button("Cancel").click()
            assert image.layers("second") == 2
            assert image.layers("again") == 3

            # Another day.
            session.stop_gimp()
            image = Image(session, self.photo)
            image.run("another-day")
            image.start()
            dialog = Dialog(session)
            until("the styles", lambda: dialog.weights() == [0.25, 0.5, 0.25])
            assert dialog.names() == list(STYLES)
            assert any(w.value == 80 for w in dialog.window.find_all("spin button"))
            assert dialog.window.find("toggle button", "Recent").has("SENSITIVE")
            dialog.button("Cancel").click()
            image.layers("another-day")


    def test_stop(self):
        """Stop in the middle of a large picture: the image stays as it is, the dialog stays open."""
        large = os.path.join(self.work, "large.jpg")
        self.picture(large, "plasma:fractal", "6000x4000", 3)
        with self.session() as session:
            image = Image(session, large)
            image.run("stopped", more=self.styles_argument())
            image.run("reopened")
            image.start()

            dialog = Dialog(session)
            until("the styles", lambda: len(dialog.weights()) == 3)
            dialog.wait_sharp()
            self.shot(session, "large")
            ok = dialog.button("OK")
            bar = dialog.window.find_all("progress bar", "Progress", showing=False)[0]
            stop = dialog.window.find_all("button", "Stop", showing=False)[0]
            ok.click()
            until("tiles", lambda: bar.has("SHOWING") and bar.value > 0.02, 120)
            assert not ok.has("SENSITIVE")

            start = time.monotonic()
            stop.click()
            until("the end of the run", lambda: not bar.has("SHOWING"), 10, 0.005)
            print(f"stopped after {(time.monotonic() - start) * 1000:.0f} ms")
            assert ok.has("SENSITIVE")
            dialog.wait_sharp()

            # Escape stops, too, and does not close the dialog.
            ok.click()
            until("tiles", lambda: bar.has("SHOWING") and bar.value > 0.02, 120)
            session.screenshot(os.path.join(self.shots, "running.png"))
            session.key("Escape")
            until("the end of the run", lambda: not bar.has("SHOWING"), 10)
            assert dialog.alive()
            dialog.button("Cancel").click()
            assert image.layers("stopped") == 1

            dialog = Dialog(session)
            until("the styles of the stopped run", lambda: len(dialog.weights()) == 3)
            dialog.button("Cancel").click()
            assert image.layers("reopened") == 1

    def test_presets(self):
        """Presets are saved, chosen and deleted; Reset brings back the defaults."""
        with self.session() as session:
            image = Image(session, self.photo)
            image.run("presets", more=self.styles_argument() + " #:strength 0.5")
            image.start()

            dialog = Dialog(session)
            until("the styles", lambda: len(dialog.weights()) == 3)
            dialog.weight("first.png").value = 0.3
            dialog.button("Save preset").click()
            time.sleep(0.5)
            session.xdotool("type", "Dawn")
            self.shot(session, "preset-save")
            session.key("Return")
            preset = next(c for c in dialog.window.find_all("combo box")
                          if any(t.name == "Preset:" for t in labels_of(c)))
            until("the preset", lambda: preset.name == "Dawn")

            dialog.weight("first.png").value = 0.9
            until("no preset", lambda: preset.name != "Dawn")
            dialog.button("Reset").click()
            dialog.window.find("button", "Reset to Factory Defaults").click()
            until("the empty list", lambda: dialog.names() == [])
            assert not dialog.button("OK").has("SENSITIVE")

            dialog.choose("Preset:", "Dawn")
            until("the preset's styles", lambda: dialog.weights() == [0.3, 1.0, 1.0])
            assert any(w.value == 50 for w in dialog.window.find_all("spin button"))
            dialog.wait_sharp()

            dialog.button("Delete preset").click()
            until("no preset", lambda: preset.name == "None saved yet")
            assert dialog.weights() == [0.3, 1.0, 1.0]

            # What there was at first; and that can run.
            dialog.button("Reset").click()
            dialog.window.find("button", "Reset to Initial Values").click()
            until("the first weights", lambda: dialog.weights() == [1.0, 1.0, 1.0])
            dialog.wait_sharp()
            dialog.button("OK").click()
            assert image.layers("presets") == 2

    def test_list(self):
        """Reorder and remove by keyboard and mouse, missing and broken files, a layer, recent."""
        broken = os.path.join(self.work, "broken.png")
        with open(broken, "w") as file:
            file.write("this is no picture")
        styles = self.paths() + [os.path.join(self.work, "gone.png"), broken]
        with self.session() as session:
            image = Image(session, self.photo)
            image.do("(gimp-image-insert-layer img (car (gimp-layer-copy lay FALSE)) 0 -1)")
            image.run("list", more="#:styles (list " + " ".join(f'"{s}"' for s in styles) + ")")
            image.start()

            dialog = Dialog(session)
            until("the styles", lambda: len(dialog.weights()) == 3)
            assert dialog.window.find_all("label", "The file is missing; this style is left out")
            assert dialog.window.find_all("label", "This is not a picture; it is left out")
            dialog.wait_sharp()
            self.shot(session, "missing")

            # Keyboard: the mnemonic leads to the list.
            session.key("alt+s", "Down", "Up", "alt+Down")
            until("the second first", lambda: dialog.names()[:2] == ["second.png", "first.png"])
            session.key("alt+Up")
            until("the first first", lambda: dialog.names()[:2] == ["first.png", "second.png"])
            session.key("Down", "Down", "Down", "Delete")
            until("one gone", lambda: "gone.png" not in dialog.names())

            # Mouse: the third before the first.
            rows = list(dialog.window.find("list box").children())
            session.drag(session.point(rows[2], 0.04), session.point(rows[0], 0.04))
            until("the third first", lambda: dialog.names()[:2] == ["third.png", "first.png"])
            dialog.button("Remove third.png").click()
            until("the third gone", lambda: dialog.names()[0] == "first.png")

            # A layer of the image, and a recent style.
            dialog.window.find("toggle button", "Layer").click()
            time.sleep(0.5)
            session.key("Down", "Return")
            until("the layer", lambda: len(dialog.names()) == 4)
            assert dialog.names()[3].startswith("Layer"), dialog.names()
            until("its weight", lambda: len(dialog.weights()) == 3)
            dialog.wait_sharp()
            self.shot(session, "layer")

            # Files dropped by another program.
            if has_gtk():
                with session.drag_source(self.paths()[2]) as source:
                    session.drag(session.point(source),
                                 session.point(dialog.window.find("list box")))
                    until("the dropped file", lambda: "third.png" in dialog.names())

            dialog.button("OK").click()
            assert image.layers("list") == 3

    def test_error(self):
        """What goes wrong is shown in the dialog, which stays open; the settings are kept."""
        with self.session() as session:
            image = Image(session, self.photo)
            image.run("error", more=self.styles_argument() + f' #:strength 0.25 #:model "{self.photo}"')
            image.run("reopened", more="#:strength 1.0")
            image.start()

            dialog = Dialog(session)
            until("the styles", lambda: len(dialog.weights()) == 3)
            until("the error in the preview",
                  lambda: [w for w in dialog.window.find_all("label") if "photo.png" in w.name])
            dialog.button("OK").click()
            bar = dialog.window.find("info bar")
            assert any("photo.png" in w.name for w in bar.find_all("label"))
            self.shot(session, "error")
            dialog.button("Cancel").click()
            assert image.layers("error") == 1

            dialog = Dialog(session)
            until("the styles", lambda: len(dialog.weights()) == 3)
            assert any(w.value == 25 for w in dialog.window.find_all("spin button"))
            dialog.button("Cancel").click()
            image.layers("reopened")

    def test_access(self):
        """Names and roles for screen readers, mnemonics, and a way to everything by Tab."""
        with self.session() as session:
            image = Image(session, self.photo)
            image.run("access", more=self.styles_argument())
            image.start()
            dialog = Dialog(session)
            until("the styles", lambda: len(dialog.weights()) == 3)
            dialog.wait_sharp()
            dialog.window.find("toggle button", "Advanced").click()
            time.sleep(0.5)

            nameless = [w for w in dialog.window.find_all() if w.role in CONTROLS
                        and not w.name and not any(label.name for label in labels_of(w))]
            assert not nameless, [(w.role, w.description, w.extents()) for w in nameless]

            keys = {}
            for widget in dialog.window.find_all():
                key = mnemonic_of(widget)
                if key:
                    keys.setdefault(key, set()).add(widget.name or widget.role)
            doubled = {key: names for key, names in keys.items() if len(names) > 1}
            assert not doubled, doubled
            assert {key[-1] for key in keys} >= set("acdefgiklprtvw"), keys

            # Widgets of our own do not tell their mnemonics to AT-SPI.
            session.key("alt+b")
            until("the pad", lambda: dialog.pad().has("FOCUSED"))
            session.key("alt+s")
            until("the list", lambda: dialog.window.find("list item", "first.png").has("FOCUSED"))
            session.key("alt+m")
            until("the model", lambda: dialog.button("(None)").has("FOCUSED"))

            # A choice by keyboard alone.
            session.key("alt+p", "Down")
            until("a choice", lambda: dialog.window.find_all("combo box", "Recolor the styles"))
            dialog.wait_sharp()

            # The preview off and on.
            session.key("alt+i")
            until("no preview", lambda: dialog.picture.description == "The untouched picture")
            session.key("alt+i")
            dialog.wait_sharp()

            reached = set()
            for _ in range(45):
                session.key("Tab")
                time.sleep(0.03)
                reached |= {w.name for w in dialog.window.find_all() if w.has("FOCUSED")}
            expected = {"Style pad", "Live preview", "Before", "Save preset", "first.png", "Add…",
                        "Weight of third.png", "Remove third.png", "Paste", "Strength (%)",
                        "Stroke size", "Advanced", "(None)", "Reset", "Cancel", "OK"}
            assert reached >= expected, expected - reached
            session.key("Escape")
            image.layers("access")

    def test_latency(self):
        """How soon the preview follows, and the dialog opens on 24 megapixels.

        The figures are for two processor cores with nothing else to do; here they may be three
        times as long before the test fails."""
        def times(session, what):
            return [int(t) for t in re.findall(f"{what} after (\\d+) ms", session.log_text())]

        def check(what, values, target):
            value = statistics.median(values)
            print(f"{what}: {value:.0f} ms (target {target}), from {len(values)} values")
            assert value < 3 * target, what

        large = os.path.join(self.work, "large.jpg")
        self.picture(large, "plasma:fractal", "6000x4000", 3)
        with self.session() as session:
            image = Image(session, self.photo)
            image.run("latency", more=self.styles_argument())
            image.start()
            dialog = Dialog(session)
            until("the styles", lambda: len(dialog.weights()) == 3)
            dialog.wait_sharp()

            fast = len(times(session, "fast"))
            strength = next(w for w in dialog.window.find_all("spin button") if w.value == 100)
            for value in range(95, 45, -5):
                strength.value = value
                time.sleep(0.7)
            check("strength", times(session, "fast")[fast:], 100)

            fast = len(times(session, "fast"))
            for value in range(9, 0, -1):
                dialog.weight("second.png").value = value / 10
                time.sleep(0.7)
            check("weights", times(session, "fast")[fast:], 100)

            added = []
            for i in range(5):
                path = os.path.join(self.work, f"added-{i}.png")
                self.picture(path, "plasma:blue-orange", "1024x768", 20 + i)
                fast = len(times(session, "fast"))
                session.copy(path)
                start = time.monotonic()
                dialog.button("Paste").click()
                until("the new style", lambda: len(times(session, "fast")) > fast, step=0.005)
                added.append((time.monotonic() - start) * 1000)
                time.sleep(1)
            check("new style", added, 400)
            session.key("Escape")
            image.layers("latency")

        with self.session() as session:
            image = Image(session, large)
            for step in ["opened", "again", "once-more"]:
                image.run(step, more=self.styles_argument())
            image.start()
            for step in ["opened", "again", "once-more"]:
                dialog = Dialog(session)
                dialog.wait_sharp()
                session.key("Escape")
                image.layers(step)
            check("dialog on 24 megapixels", times(session, "dialog"), 1000)

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
                until("the styles", lambda: len(dialog.weights()) == 3)
                dialog.wait_sharp()
                dialog.window.find("toggle button", "Advanced").click()
                self.shot(session, name)
                x, y, width, height = dialog.window.extents()
                assert x >= 0 and y >= 0 and x + width <= 1366 and y + height <= 768, \
                    (name, x, y, width, height)
                session.key("Escape")
                image.layers(name)

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
