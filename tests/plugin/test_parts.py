"""Parts of styles, and styles that are turned or mirrored.

SPDX-License-Identifier: GPL-3.0-or-later
"""
import os

import numpy as np

from harness import (PROCEDURE, SUCCESS, WORK, Gimp, Gio, call, case, cases, fill, new_image, paint,
                     painting, pixels, refuse, run, style_file)

FLOAT = Gimp.Precision.FLOAT_NON_LINEAR
GALLERY = "gallery:munch--the-scream"
TURNS = {"none": lambda p: p, "90": lambda p: np.rot90(p, -1), "180": lambda p: np.rot90(p, 2),
         "270": np.rot90, "mirror": np.fliplr, "mirror-90": lambda p: np.rot90(np.fliplr(p), -1),
         "mirror-180": np.flipud, "mirror-270": lambda p: np.rot90(np.fliplr(p))}


def painted(**arguments):
    """The painted pixels of the made photo, RGB."""
    image, layer = new_image(96, 80, precision=FLOAT)
    result, = paint(image, [layer], **arguments)
    return pixels(result)[..., :3]


def difference(a, b):
    return float(np.abs(a - b).mean())


def make_layer(rgba, precision=Gimp.Precision.U8_NON_LINEAR):
    """A layer with these pixels, in an image of its own."""
    height, width = rgba.shape[:2]
    image = Gimp.Image.new_with_precision(width, height, Gimp.ImageBaseType.RGB, precision)
    layer = Gimp.Layer.new(image, "Style", width, height, Gimp.ImageType.RGB_IMAGE, 100.0, Gimp.LayerMode.NORMAL)
    image.insert_layer(layer, None, 0)
    fill(layer, rgba)
    return image, layer


def save(rgba, name="part.png"):
    """Path of a picture with these pixels."""
    path = os.path.join(WORK, name)
    image, _ = make_layer(rgba)
    assert Gimp.file_save(Gimp.RunMode.NONINTERACTIVE, image, Gio.File.new_for_path(path), None)
    return path


@cases(*TURNS)
def test_file(turn):
    """A part of a style, turned, does what a file with the same pixels does:"""
    whole = painting(160, 120, 7)
    wanted = painted(styles=[save(TURNS[turn](whole[30:90, 40:80]))])
    got = painted(styles=[style_file()], parts=["25 25 25 50"], turns=[turn])
    assert np.array_equal(got, wanted), np.abs(got - wanted).max()
    assert difference(got, painted(styles=[style_file()])) > 0.005


@cases("90", "mirror")
def test_turned(turn):
    """The whole style, turned, does what a turned file does, which is another thing:"""
    wanted = painted(styles=[save(TURNS[turn](painting(160, 120, 7)))])
    got = painted(styles=[style_file()], turns=[turn])
    assert np.array_equal(got, wanted), np.abs(got - wanted).max()
    assert difference(got, painted(styles=[style_file()])) > 0.0005


@case
def test_whole():
    """No part, an empty one, all of it, and no turn are the same."""
    wanted = painted(styles=[style_file()])
    for arguments in ({"parts": []}, {"parts": [""]}, {"parts": ["0 0 100 100"]}, {"turns": []},
                      {"turns": [""]}, {"turns": ["none"], "parts": ["0.0 0 100 1e2"]}):
        assert np.array_equal(painted(styles=[style_file()], **arguments), wanted), arguments


@case
def test_order():
    """Parts belong to styles by their order, the style layer's last; styles beyond them are whole."""
    _, layer = make_layer(painting(160, 120, 8))
    _, half = make_layer(painting(160, 120, 8)[:60])
    wanted = painted(styles=[style_file()], style_layer=half)
    got = painted(styles=[style_file()], style_layer=layer, parts=["", "0 0 100 50"])
    assert np.array_equal(got, wanted)
    cut = save(painting(160, 120, 7)[:, :80])
    wanted = painted(styles=[cut, GALLERY], style_layer=layer)
    got = painted(styles=[style_file(), GALLERY], style_layer=layer, parts=["0 0 50 100"], turns=["none", "none"])
    assert np.array_equal(got, wanted)


@case
def test_palette():
    """A part is recolored by its own palette."""
    cut = save(painting(160, 120, 7)[:, :80])
    wanted = painted(styles=[cut], preserve_color="palette")
    got = painted(styles=[style_file()], parts=["0 0 50 100"], preserve_color="palette")
    assert np.array_equal(got, wanted)


@case
def test_deep():
    """Of a style with 16 bits none is lost."""
    deep = Gimp.Precision.U16_NON_LINEAR
    whole = painting(64, 48, 7) * 0.9 + 0.0123
    _, layer = make_layer(whole, deep)
    _, part = make_layer(np.rot90(whole[:24]), deep)
    assert np.array_equal(painted(style_layer=layer, parts=["0 0 100 50"], turns=["270"]),
                          painted(style_layer=part))


@case
def test_one_pixel():
    """A part that is smaller than a pixel is one."""
    wanted = painted(styles=[save(painting(160, 120, 7)[60:61, 80:81])])
    assert np.array_equal(painted(styles=[style_file()], parts=["50 50 0.01 0.01"]), wanted)


@cases((["1 2 3"], "1 2 3"), (["0 0 100 101"], "0 0 100 101"), (["-1 0 10 10"], "-1"), (["0 0 0 10"], "0 0 0 10"),
       (["60 0 50 10"], "60"), (["left half"], "left half"), (["nan 0 1 1"], "nan"), ([""] * 2, "2"))
def test_bad_part(parts, word):
    """Parts that are refused:"""
    image, layer = new_image(60, 40)
    refuse(image, [layer], ["parts", word], styles=[style_file()], parts=parts)


@cases((["45"], "45"), (["left"], "left"), ([""] * 2, "2"))
def test_bad_turn(turns, word):
    """Turns that are refused:"""
    image, layer = new_image(60, 40)
    refuse(image, [layer], ["turns", word], styles=[style_file()], turns=turns)


@cases({"parts": ["0 0 50 50"]}, {"turns": ["90"]})
def test_gallery(arguments):
    """A style of the gallery has no picture:"""
    image, layer = new_image(60, 40)
    refuse(image, [layer], [GALLERY], styles=[GALLERY], **arguments)


@case
def test_last():
    """The last values have parts and turns, too."""
    settings = os.path.join(Gimp.directory(), "plug-in-settings")
    last = os.path.join(settings, f"GimpProcedureConfigRun-{PROCEDURE}.last")
    os.makedirs(settings, exist_ok=True)
    with open(last, "w", encoding="utf-8") as file:
        file.write(f'(styles 2 "{style_file()}" "{style_file("b.png", 8)}")\n'
                   '(parts 2 "" "0 0 50 50")\n(turns 2 "90" "none")\n')
    image, layer = new_image(96, 80, precision=FLOAT)
    status, layers, message = call(image, [layer], run_mode=Gimp.RunMode.WITH_LAST_VALS)
    os.remove(last)
    assert status == SUCCESS, message
    assert np.array_equal(pixels(layers[0])[..., :3],
                          painted(styles=[style_file(), style_file("b.png", 8)], parts=["", "0 0 50 50"],
                                  turns=["90"]))


run()
