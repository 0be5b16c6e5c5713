"""One undo takes a whole run back, one redo brings it again: a real GIMP window and real keys.

    dbus-run-session -- python3 test_undo.py PLUG-IN MODEL

SPDX-License-Identifier: GPL-3.0-or-later
"""
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "ui"))
from session import PROCEDURE, Session, skip_if_impossible, until  # noqa: E402

SCRIPT = """
(define img (car (gimp-image-new 64 48 RGB)))
(define (add name)
  (let ((layer (car (gimp-layer-new img name 64 48 RGBA-IMAGE 100 LAYER-MODE-NORMAL))))
    (gimp-image-insert-layer img layer -1 0)
    (gimp-drawable-fill layer FILL-WHITE)
    layer))
(define one (add "One"))
(define two (add "Two"))
(gimp-image-select-ellipse img CHANNEL-OP-REPLACE 10 10 30 30)
(gimp-image-clean-all img)
(define (say name text)
  (let ((port (open-output-file (string-append "@HOME@/" name))))
    (display text port)
    (close-output-port port)))
(define (layers) (vector-length (car (gimp-image-get-layers img))))
(define (wait count name)
  (if (= (layers) count) (say name "yes") (wait count name)))
(gimp-display-new img)
(@PROCEDURE@ #:run-mode RUN-NONINTERACTIVE #:image img #:drawables (vector one two)
             #:style-layer two)
(say "painted" (layers))
(wait 2 "undone")
(say "dirty" (car (gimp-image-is-dirty img)))
(wait 4 "redone")
(gimp-image-get-selection img)
(say "end" "yes")
"""


def main():
    skip_if_impossible()
    with Session(sys.argv[1], sys.argv[2], os.getcwd()) as session:
        def read(name):
            path = os.path.join(session.home, name)

            def look():
                if not os.path.exists(path):
                    return None
                with open(path, encoding="utf-8") as file:
                    return file.read()
            return until(name, look, 60)

        session.start_gimp(SCRIPT.replace("@HOME@", session.home)
                           .replace("@PROCEDURE@", PROCEDURE))
        assert read("painted") == "4"
        session.activate(session.dialog("[Untitled]"))
        session.xdotool("mousemove", 683, 400, "click", 2)
        session.key("ctrl+z")
        read("undone")
        assert read("dirty") == "0", "one undo did not take everything back"
        session.key("ctrl+y")
        read("redone")
        read("end")
        assert "inconsistent" not in session.log_text()


main()
