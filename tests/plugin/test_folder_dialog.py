"""The script that paints a folder, as a plug-in: its menu entry's dialog, and calls by its arguments' names.

    dbus-run-session -- python3 test_folder_dialog.py PLUG-IN MODEL SCRIPT LOCALE

SPDX-License-Identifier: GPL-3.0-or-later
"""
import os
import shutil
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "ui"))
from session import Session, skip_if_impossible, until  # noqa: E402

NAME = "adain-style-transfer-folder"
SCRIPT = f"""
(define image (car (gimp-image-new 32 32 RGB)))
(define layer (car (gimp-layer-new image "Photo" 32 32 RGB-IMAGE 100 LAYER-MODE-NORMAL)))
(gimp-image-insert-layer image layer -1 0)
(gimp-drawable-fill layer FILL-WHITE)
(gimp-file-save RUN-NONINTERACTIVE image "@HOME@/photos/photo.png")
(gimp-image-delete image)
(plug-in-{NAME} #:run-mode RUN-NONINTERACTIVE #:dirname "@HOME@/photos" #:string "gallery:munch--the-scream"
                #:dirname-2 "@HOME@/painted" #:option-2 1)
(plug-in-{NAME} #:run-mode RUN-INTERACTIVE #:dirname "@HOME@/photos" #:filename "@HOME@/photos/photo.png"
                #:dirname-2 "@HOME@/again")
"""


def install(session, script, locale):
    """What lies beside the filter's own folder when both are installed."""
    folder = os.path.join(session.profile, "plug-ins", NAME)
    os.makedirs(folder)
    shutil.copy(script, folder)
    os.symlink(os.path.abspath(locale), os.path.join(folder, "locale"))


def main():
    skip_if_impossible()
    plug_in, model, script, locale = sys.argv[1:]
    with Session(plug_in, model, os.getcwd(), language="de") as session:
        def wait_for(name):
            until(name, lambda: os.path.exists(os.path.join(session.home, name)), 120)

        install(session, script, locale)
        for name in ("photos", "painted", "again"):
            os.mkdir(os.path.join(session.home, name))
        session.start_gimp(SCRIPT.replace("@HOME@", session.home))
        wait_for("painted/photo.jpg")
        dialog = session.dialog("AdaIN")
        dialog.find("label", "Farben bewahren")
        dialog.find("push button", "OK").click()
        wait_for("again/photo.png")


main()
