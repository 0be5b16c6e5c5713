"""Makes README's pictures of the dialog, from photographs that may be redistributed (CC0).

    dbus-run-session -- python3 tests/ui/screenshots.py PLUG-IN MODEL [DIRECTORY]

They come from Debian's package budgie-backgrounds, which is fetched; the result goes into
DIRECTORY, or ui/screenshots.

SPDX-License-Identifier: GPL-3.0-or-later
"""
import os
import subprocess
import sys
import tempfile

from session import Session, skip_if_impossible, until
from test_dialog import Dialog, Image

PACKAGE = "budgie-backgrounds"
PHOTO = "lake-sherburne.jpg"
STYLES = ["ocean-waves.jpg", "casa-mila.jpg", "tea-gardens.jpg"]
# Tiles of the gallery, those in sight first, that are painted before its picture is taken.
TILES = 40
HERE = os.path.dirname(os.path.abspath(__file__))


def fetch(directory):
    subprocess.run(["apt-get", "download", "-q", "-o", "APT::Sandbox::User=root", PACKAGE],
                   cwd=directory, check=True, stdout=subprocess.DEVNULL)
    package, = [name for name in os.listdir(directory) if name.endswith(".deb")]
    subprocess.run(["dpkg-deb", "-x", package, "."], cwd=directory, check=True)
    return os.path.join(directory, "usr/share/backgrounds/budgie")


def shoot(place, path):
    x, y, width, height = place
    subprocess.run(["import", "-window", "root", "-crop", f"{width}x{height}+{x}+{y}", "+repage",
                    path], check=True)
    subprocess.run(["convert", path, "-strip", "+dither", "-colors", "256", "-define",
                    "png:compression-level=9", "PNG8:" + path], check=True)


def blend(session):
    """The dialog with the three styles, the first of them the strongest."""
    dialog = Dialog(session)
    dialog.expect_styles()
    plain = dialog.look()
    dialog.set_weight("casa-mila.jpg", 0.35)
    dialog.set_weight("tea-gardens.jpg", 0.2)
    dialog.wait_change(plain)
    return dialog


def main():
    skip_if_impossible()
    plugin, model = map(os.path.abspath, sys.argv[1:3])
    out = sys.argv[3] if len(sys.argv) > 3 else os.path.join(HERE, "../../ui/screenshots")
    os.makedirs(out, exist_ok=True)

    with tempfile.TemporaryDirectory() as directory:
        pictures = fetch(directory)
        styles = " ".join(f'"{os.path.join(pictures, name)}"' for name in STYLES)
        with Session(plugin, model, out) as session:
            image = Image(session, os.path.join(pictures, PHOTO))
            image.run("dialog", more=f"#:styles (list {styles})")
            # At twice its full size, which takes long enough for a picture of it.
            image.run("running", more=f"#:styles (list {styles}) #:work-size 0 #:stroke-size 0.5")
            image.start()

            dialog = blend(session)
            session.aside()
            place = dialog.window.resting_extents()
            shoot(place, os.path.join(out, "dialog.png"))
            dialog.click("Gallery…")
            window = session.dialog("Gallery")
            session.activate(window)
            until("the gallery", lambda: sum(w.description == "Your picture in this style"
                                             for w in window.walk()) > TILES, 240)
            session.aside()
            shoot(window.resting_extents(), os.path.join(out, "gallery.png"))
            session.key("Escape")
            dialog.click("Cancel")
            image.layers("dialog")

            dialog = blend(session)
            session.aside()
            place = dialog.window.resting_extents()
            dialog.click("OK")
            bar = dialog.find("progress bar", "Progress")
            until("a forecast", lambda: "left" in bar.description, 120)
            shoot(place, os.path.join(out, "running.png"))
            image.layers("running")


if __name__ == "__main__":
    main()
