"""ONNX models: networks from picture to picture, which paint without styles.

SPDX-License-Identifier: GPL-3.0-or-later
"""
import os
import sys

import numpy as np

sys.path.append(os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "onnx"))

from harness import (EXECUTION_ERROR, WORK, Gimp, case, cases, new_image, paint, pixels, refuse, run,
                     style_file)  # noqa: E402
import models  # noqa: E402

FOLDER = os.path.join(WORK, "models")
models.write(FOLDER)


def model(name):
    return os.path.join(FOLDER, name + ".onnx")


def negative(rgba):
    """What the networks of this name make."""
    return np.concatenate([1 - rgba[..., :3], rgba[..., 3:]], 2)


@cases("U8_NON_LINEAR", "U16_NON_LINEAR", "HALF_NON_LINEAR", "FLOAT_NON_LINEAR", "U8_LINEAR",
       "FLOAT_LINEAR")
def test_precision(name):
    """The negative of a picture of precision"""
    image, layer = new_image(90, 70, precision=getattr(Gimp.Precision, name))
    painted = pixels(paint(image, [layer], model=model("negative-byte"))[0])
    error = np.abs(painted - negative(pixels(layer))).max()
    # Eight bits of linear light are few where it is dark.
    assert error < (0.05 if name == "U8_LINEAR" else 0.005 if name == "U8_NON_LINEAR" else 0.002), error


@case
def test_alpha():
    """Transparency stays as it is."""
    image, layer = new_image(90, 70, alpha=True)
    painted = pixels(paint(image, [layer], model=model("negative-byte"))[0])
    assert np.array_equal(painted[..., 3], pixels(layer)[..., 3])


@case
def test_gray():
    """A gray picture stays gray."""
    image, layer = new_image(90, 70, base=Gimp.ImageBaseType.GRAY)
    painted = pixels(paint(image, [layer], model=model("negative-unit"))[0])
    assert np.abs(painted - negative(pixels(layer))).max() < 0.01


@case
def test_selection():
    """What is selected is painted, and the selection becomes the layer's mask."""
    image, layer = new_image(90, 70)
    image.select_rectangle(Gimp.ChannelOps.REPLACE, 20, 10, 40, 30)
    painted = paint(image, [layer], model=model("negative-unit"))[0]
    wanted, got = negative(pixels(layer)), pixels(painted)
    assert np.abs(got - wanted)[10:40, 20:60].max() < 0.005
    outside = np.ones((70, 90), bool)
    outside[10:40, 20:60] = False
    assert np.array_equal(got[outside], pixels(layer)[outside])
    mask = pixels(painted.get_mask(), "Y float", 1)[..., 0]
    assert np.array_equal(mask == 1, ~outside)


@case
def test_layers():
    """Several layers, each by itself; the same in every run."""
    image, first = new_image(90, 70)
    second = first.copy()
    image.insert_layer(second, None, 0)
    runs = [[pixels(layer) for layer in paint(image, [first, second], model=model("network"))]
            for _ in range(2)]
    for results in zip(*runs):
        assert np.array_equal(*results)
    assert np.array_equal(*runs[0])


@case
def test_strength():
    """Half of the strength is half of the opacity."""
    image, layer = new_image(90, 70, precision=Gimp.Precision.FLOAT_NON_LINEAR)
    whole, half = (pixels(paint(image, [layer], model=model("network"), strength=strength)[0])
                   for strength in (1.0, 0.5))
    assert np.abs(half - (whole + pixels(layer)) / 2).max() < 1e-5


@case
def test_colors():
    """The picture's own colors are kept, in two ways."""
    image, layer = new_image(90, 70, precision=Gimp.Precision.FLOAT_NON_LINEAR)
    luma = np.array([0.2126, 0.7152, 0.0722])
    results = {mode: pixels(paint(image, [layer], model=model("network"), preserve_color=mode)[0])[..., :3]
               for mode in ("none", "lightness", "palette")}
    assert np.abs((results["lightness"] - results["none"]) @ luma).max() < 1e-3
    own = pixels(layer)[..., :3].mean((0, 1))
    assert np.abs(results["palette"].mean((0, 1)) - own).max() < 0.02
    assert np.abs(results["none"].mean((0, 1)) - own).max() > 0.05


@case
def test_work_size():
    """A smaller working size, with and without the picture's own detail."""
    image, layer = new_image(400, 300)
    errors = [np.abs(pixels(paint(image, [layer], model=model("identity"), work_size=100,
                                  detail=detail)[0]) - pixels(layer)).mean() for detail in (1.0, 0.0)]
    assert errors[0] < errors[1], errors
    wide = pixels(paint(image, [layer], model=model("network"), stroke_size=4.0)[0])
    assert not np.array_equal(wide, pixels(paint(image, [layer], model=model("network"))[0]))


@case
def test_fixed():
    """A network that takes one size alone."""
    image, layer = new_image(400, 300)
    painted = pixels(paint(image, [layer], model=model("negative-fixed"))[0])
    assert np.abs(painted - negative(pixels(layer))).mean() < 0.05


@case
def test_range():
    """A range that is given, which for this network is the wrong one."""
    image, layer = new_image(90, 70)
    painted = pixels(paint(image, [layer], model=model("negative-signed"), onnx_range="unit")[0])
    assert painted[..., :3].max() == 0


@case
def test_device():
    """A graphics card that is asked for."""
    image, layer = new_image(90, 70)
    paint(image, [layer], model=model("negative-unit"), device="cuda")


@cases(("styles", {"styles": ["STYLE"]}), ("styles", {"styles": ["gallery:munch--the-scream"]}),
       ("weights", {"weights": [1.0]}), ("parts", {"parts": ["0 0 50 50"]}), ("turns", {"turns": ["90"]}),
       ("refine", {"refine": 1}), ("learn", {"learn": 1}), ("shared-statistics", {"shared_statistics": True}),
       ("as-filter", {"as_filter": True}))
def test_refused(word, arguments):
    """What does not go with an ONNX model:"""
    if arguments.get("styles") == ["STYLE"]:
        arguments = {"styles": [style_file()]}
    image, layer = new_image(90, 70)
    refuse(image, [layer], [word], model=model("negative-unit"), **arguments)


@case
def test_style_layer():
    """A style layer."""
    image, layer = new_image(90, 70)
    refuse(image, [layer], ["style-layer"], model=model("negative-unit"), style_layer=layer)


@case
def test_no_styles():
    """Any other model wants a style."""
    image, layer = new_image(90, 70)
    refuse(image, [layer], ["No style"])


@cases(*sorted(name for name in models.MODELS if name.startswith("bad-")))
def test_bad(name):
    """A file that cannot be used:"""
    image, layer = new_image(90, 70)
    refuse(image, [layer], [name], status=EXECUTION_ERROR, model=model(name))


run()
