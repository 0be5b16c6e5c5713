"""The script that paints a folder, as scripts call it where there is no display.

SPDX-License-Identifier: GPL-3.0-or-later
"""
import glob
import os
import shutil

from harness import SUCCESS, WORK, Gimp, Gio, case, new_image, run, style_file

SCRIPT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "plugin",
                      "adain-style-transfer-folder.scm")
FROM = os.path.join(WORK, "Früh & „spät“")
TO = os.path.join(WORK, "painted")
SAID = os.path.join(WORK, "said")
PNG, JPEG, TIFF, WEBP = range(4)
NAME = 'ein "Bild" mit Ä'


def save(image, path):
    Gimp.file_save(Gimp.RunMode.NONINTERACTIVE, image, Gio.File.new_for_path(path), None)
    image.delete()


def load(path):
    return Gimp.file_load(Gimp.RunMode.NONINTERACTIVE, Gio.File.new_for_path(path))


def write(path, text):
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)


def read(path):
    with open(path, "rb") as file:
        return file.read()


def make_folders(pictures=True):
    """A folder with three pictures, and with what is none; no folder for the results."""
    shutil.rmtree(FROM, ignore_errors=True)
    shutil.rmtree(TO, ignore_errors=True)
    os.makedirs(os.path.join(FROM, "inner.png"))
    if pictures:
        save(new_image(40, 30)[0], os.path.join(FROM, "a.jpg"))
        save(new_image(30, 40, precision=Gimp.Precision.U16_NON_LINEAR, alpha=True)[0],
             os.path.join(FROM, NAME + ".v2.png"))
        image, _ = new_image(32, 32)
        image.convert_indexed(Gimp.ConvertDitherType.NONE, Gimp.ConvertPaletteType.GENERATE, 8,
                              False, True, "")
        save(image, os.path.join(FROM, "c.gif"))
        write(os.path.join(FROM, "broken.png"), "\x89PNG\r\n\x1a\nnothing")
        write(os.path.join(FROM, "notes.txt"), "Nothing to see.\n")
        write(os.path.join(FROM, ".hidden.png"), "nothing")


def quote(text):
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def paint_folder(source=FROM, style="", more="", target=TO, form=PNG, overwrite=False):
    """Calls the script. (status, what it said or why it failed)."""
    call = " ".join(["plug-in-adain-style-transfer-folder", quote(source), quote(style), quote(more),
                     "1 0.5 1 0", quote(target), str(form), "TRUE" if overwrite else "FALSE"])
    procedure = Gimp.get_pdb().lookup_procedure("plug-in-script-fu-eval")
    config = procedure.create_config()
    config.set_property("run-mode", Gimp.RunMode.NONINTERACTIVE)
    config.set_property("script", f"""
        (define said (open-output-file {quote(SAID)}))
        (define (gimp-message text)
          (display text said)
          (newline said))
        (load {quote(SCRIPT)})
        ({call})
        (close-output-port said)""")
    status = procedure.run(config).index(0)
    text = read(SAID).decode() if status == SUCCESS else Gimp.get_pdb().get_last_error()
    assert not Gimp.get_images(), "an image was left open"
    return status, text


def paint(painted, skipped, **arguments):
    """The lines that the script says of a run with that many pictures painted and files skipped."""
    status, text = paint_folder(**arguments)
    assert status == SUCCESS, text
    lines = text.splitlines()
    assert lines[-2:] == [f"Pictures painted: {painted}", f"Files skipped: {skipped}"], text
    return lines[:-2]


def refuse(words, **arguments):
    """A run that has to fail and to leave no results."""
    status, message = paint_folder(**arguments)
    assert status != SUCCESS
    assert words in message, message
    assert not os.path.isdir(TO) or not os.listdir(TO), os.listdir(TO)


def results():
    return sorted(os.listdir(TO))


@case
def test_folder():
    """Every picture is painted at its size and precision; what is none is skipped, with the reason."""
    make_folders()
    before = {path: read(path) for path in glob.glob(FROM + "/*.*") if os.path.isfile(path)}
    said = paint(3, 2, style=style_file())
    assert [line.split(":")[0] for line in said if ": " in line] == ["broken.png", "notes.txt"], said
    assert results() == sorted(["a.png", "c.png", NAME + ".v2.png"]), results()
    for name, size, precision, alpha in (
            ("a.png", (40, 30), Gimp.Precision.U8_NON_LINEAR, False),
            ("c.png", (32, 32), Gimp.Precision.U8_NON_LINEAR, False),
            (NAME + ".v2.png", (30, 40), Gimp.Precision.U16_NON_LINEAR, True)):
        image = load(os.path.join(TO, name))
        [layer] = image.get_layers()
        assert (image.get_width(), image.get_height()) == size, name
        assert (image.get_precision(), layer.has_alpha()) == (precision, alpha), name
        assert image.get_base_type() == Gimp.ImageBaseType.RGB, name
        image.delete()
    assert {path: read(path) for path in before} == before, "a picture was changed"


@case
def test_again():
    """Results that are there stay, unless they are to be overwritten."""
    make_folders()
    os.mkdir(TO)
    write(os.path.join(TO, "a.png"), "mine")
    paint(2, 3, style=style_file())
    assert read(os.path.join(TO, "a.png")) == b"mine"
    said = paint(0, 5, style=style_file())
    assert "a.jpg: the result is there already" in said, said
    paint(3, 2, style=style_file(), overwrite=True)
    assert read(os.path.join(TO, "a.png")) != b"mine"


@case
def test_same_folder():
    """Into the folder of the pictures: no picture is overwritten unasked, none by another's result."""
    make_folders(pictures=False)
    save(new_image(20, 20)[0], os.path.join(FROM, "a.jpg"))
    save(new_image(24, 24)[0], os.path.join(FROM, "a.png"))
    before = read(os.path.join(FROM, "a.png"))
    assert len(paint(0, 2, style=style_file(), target=FROM)) == 2
    assert read(os.path.join(FROM, "a.png")) == before
    said = paint(1, 1, style=style_file(), target=FROM, overwrite=True)
    assert said == ["a.jpg: another picture has the same name"], said
    assert read(os.path.join(FROM, "a.png")) != before


@case
def test_same_name():
    """Of two pictures with the same name the first is painted."""
    make_folders(pictures=False)
    save(new_image(20, 20)[0], os.path.join(FROM, "a.jpg"))
    save(new_image(24, 24)[0], os.path.join(FROM, "a.tif"))
    said = paint(1, 1, style=style_file(), overwrite=True)
    assert said == ["a.tif: another picture has the same name"], said
    image = load(os.path.join(TO, "a.png"))
    assert image.get_width() == 20
    image.delete()


@case
def test_styles():
    """Styles of the gallery and further files; each gives another result."""
    found = set()
    for arguments in ({"style": style_file()},
                      {"more": "gallery:munch--the-scream"},
                      {"style": style_file(), "more": "gallery:munch--the-scream ; " + style_file()}):
        make_folders(pictures=False)
        save(new_image(40, 30)[0], os.path.join(FROM, "a.png"))
        paint(1, 0, **arguments)
        found.add(read(os.path.join(TO, "a.png")))
    assert len(found) == 3


@case
def test_formats():
    """All formats, of a TIFF with a thumbnail as its second page."""
    make_folders(pictures=False)
    save(new_image(40, 30, alpha=True)[0], os.path.join(FROM, "page.tif"))
    for form, name, alpha in ((PNG, "page.png", True), (JPEG, "page.jpg", False),
                              (TIFF, "page.tif", True), (WEBP, "page.webp", True)):
        paint(1, 0, style=style_file(), form=form)
        image = load(os.path.join(TO, name))
        layer = image.get_layers()[-1]
        assert (layer.get_width(), layer.get_height(), layer.has_alpha()) == (40, 30, alpha), name
        image.delete()


@case
def test_layers():
    """Of a picture with layers the visible ones are painted."""
    make_folders(pictures=False)
    image, layer = new_image(40, 30, alpha=True)
    image.insert_layer(layer.copy(), None, 0)
    save(image, os.path.join(FROM, "layers.xcf"))
    paint(1, 0, style=style_file())
    image = load(os.path.join(TO, "layers.png"))
    assert (image.get_width(), image.get_height()) == (40, 30)
    image.delete()


@case
def test_errors():
    """What is wrong with the settings is said once, before anything is painted."""
    make_folders()
    refuse("Choose the folder of the pictures", source="", style=style_file())
    refuse("Choose the folder of the pictures", target="", style=style_file())
    refuse("The folder cannot be read: " + WORK + "/none", source=WORK + "/none", style=style_file())
    refuse("No style is given")
    refuse("nobody--nothing", more="gallery:nobody--nothing")
    refuse("none.jpg", style=WORK + "/none.jpg")
    refuse("The folder cannot be made", target=WORK + "/none/inner", style=style_file())


run()
