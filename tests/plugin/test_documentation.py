"""What the Procedure Browser shows: everything is explained.

SPDX-License-Identifier: GPL-3.0-or-later
"""
import os
import re
import xml.etree.ElementTree as ElementTree

from harness import PROCEDURE, Gimp, case, run

SOURCE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..")
MANUAL = os.path.join(SOURCE, "ui", "help", "manual.xhtml")

ARGUMENTS = ["run-mode", "image", "drawables", "styles", "weights", "parts", "turns", "style-layer", "regions",
             "protect", "shared-statistics", "as-filter", "strength", "texture", "brushwork", "preserve-color", "stroke-size",
             "detail", "work-size", "refine", "learn", "learned", "device", "model",
             "onnx-range"]


def procedure():
    return Gimp.get_pdb().lookup_procedure(PROCEDURE)


@case
def test_texts():
    """Blurb, help, authors, copyright, date and menu entry."""
    proc = procedure()
    for text in (proc.get_blurb(), proc.get_help(), proc.get_authors(), proc.get_copyright(),
                 proc.get_date(), proc.get_help_id(), proc.get_menu_label()):
        assert text, text
    assert len(proc.get_help()) > 200
    assert proc.get_menu_paths() == ["<Image>/Filters/Artistic"]
    assert proc.get_image_types() == "RGB*, GRAY*"


@case
def test_arguments():
    """The arguments are these, each with a name and a description."""
    arguments = procedure().get_arguments()
    assert [a.name for a in arguments] == ARGUMENTS, [a.name for a in arguments]
    for argument in arguments:
        assert argument.get_nick() and argument.get_nick() != argument.name, argument.name
        assert argument.get_blurb() and argument.get_blurb() != argument.get_nick(), argument.name


@case
def test_manual():
    """The manual has a section for each argument that the dialog shows, and GIMP knows where it is."""
    sections = {element.get("id") for element in ElementTree.parse(MANUAL).iter()}
    shown = set(ARGUMENTS) - {"run-mode", "image", "drawables"}
    assert shown <= sections, shown - sections
    with open(os.path.join(Gimp.directory(), "pluginrc"), encoding="utf-8",
              errors="replace") as file:
        assert '(help-def "adain-style-transfer"' in file.read()


@case
def test_ranges():
    """Ranges and defaults of the numbers."""
    found = {a.name: a for a in procedure().get_arguments()}
    for name, least, most, default in (("strength", 0, 1, 1), ("texture", 0, 1, 0.5),
                                       ("brushwork", 0, 1, 0.5), ("stroke-size", 0.25, 4, 1),
                                       ("detail", 0, 1, 1), ("work-size", 0, 524288, 1024),
                                       ("refine", 0, 1000, 0), ("learn", 0, 1000, 0)):
        pspec = found[name]
        assert (pspec.minimum, pspec.maximum, pspec.default_value) == (least, most, default), name


@case
def test_try():
    """./try --help tells the defaults of the numbers as they are."""
    with open(os.path.join(SOURCE, "try"), encoding="utf-8") as file:
        usage = file.read()
    found = {a.name: a for a in procedure().get_arguments()}
    for name in ("strength", "texture", "brushwork", "stroke-size", "detail", "work-size", "refine", "learn"):
        told = re.search(rf"^  --{name} .*?\(default: ([0-9.]+)", usage, re.DOTALL | re.MULTILINE)
        assert float(told[1]) == found[name].default_value, name


@case
def test_return():
    """The return value."""
    values = procedure().get_return_values()
    assert [v.name for v in values] == ["layers"]
    assert all(v.get_blurb() for v in values)


run()
