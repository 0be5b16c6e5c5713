"""The result as an editable filter (`as-filter`), and the operation that paints it by itself.

The operation reads and writes the same floats as the procedure does, but the last step, from them to
the layer's own format, is GIMP's in one case and ours in the other, and babl takes what conversion is
fastest when a process starts. So results are held against each other with a tolerance of one step of
8 bits.

SPDX-License-Identifier: GPL-3.0-or-later
"""
import os
import subprocess

import numpy as np

from harness import (WEIGHTS, WORK, Gimp, Gio, case, cases, fill, new_image, paint, photo, pixels,
                     refuse, run, style_file, tree)

OPERATION = "adain:style-transfer"
GALLERY = "gallery:van-gogh--the-starry-night"
TOLERANCE = 1.01 / 255
EQUAL = 0.1 / 255
RGB, GRAY = Gimp.ImageBaseType.RGB, Gimp.ImageBaseType.GRAY


def same(got, wanted, tolerance=TOLERANCE):
    return got.shape == wanted.shape and np.abs(got - wanted).max() < tolerance


def visible(image):
    """The pixels of the image as it is seen."""
    return pixels(Gimp.Layer.new_from_visible(image, image, "Seen"))


def painted(image, layer, **arguments):
    """What the procedure puts into a new layer, which is gone again."""
    new, = paint(image, [layer], **arguments)
    result = pixels(new)
    image.remove_layer(new)
    return result


def keep(image, layer, **arguments):
    """The filter that the procedure puts on the layer."""
    names = tree(image.get_layers())
    returned = paint(image, [layer], as_filter=True, **arguments)
    assert [kept.get_id() for kept in returned] == [layer.get_id()]
    assert tree(image.get_layers()) == names
    kept, = layer.get_filters()
    assert kept.get_operation_name() == OPERATION and kept.get_visible()
    return kept


def change(kept, **settings):
    """Sets the filter's settings; the names have underscores for hyphens."""
    config = kept.get_config()
    for name, value in settings.items():
        config.set_property(name.replace("_", "-"), value)
    kept.update()


def show(kept, layer, shown):
    """Shows or hides a filter; this GIMP does not look at the layer anew by itself."""
    kept.set_visible(shown)
    layer.update(0, 0, layer.get_width(), layer.get_height())


def reload(image):
    """The image as it comes back from a file, with its only layer."""
    file = Gio.File.new_for_path(os.path.join(WORK, "kept.xcf"))
    assert Gimp.file_save(Gimp.RunMode.NONINTERACTIVE, image, file, None)
    image = Gimp.file_load(Gimp.RunMode.NONINTERACTIVE, file)
    return image, image.get_layers()[0]


@cases((RGB, Gimp.Precision.U8_NON_LINEAR, False), (RGB, Gimp.Precision.U16_NON_LINEAR, True),
       (RGB, Gimp.Precision.FLOAT_LINEAR, True), (GRAY, Gimp.Precision.U8_NON_LINEAR, False))
def test_merged(base, precision, alpha):
    """A filter that is merged gives what a new layer would have:"""
    image, layer = new_image(200, 120, base, precision, alpha)
    wanted = painted(image, layer, styles=[style_file()])
    keep(image, layer, styles=[style_file()])
    layer.merge_filters()
    assert not layer.get_filters() and same(pixels(layer), wanted)


@cases({"strength": 0.4}, {"texture": 0.0}, {"preserve_color": "palette"}, {"preserve_color": "lightness"},
       {"stroke_size": 2.0}, {"work_size": 100, "detail": 0.5}, {"brushwork": 1.0}, {"weights": [0.25, 4000.0]},
       {"parts": ["", "0 0 50 50"]}, {"turns": ["none", "mirror-90"], "parts": ["", "10 20 80 12.5"]})
def test_settings(settings):
    """Every setting means the same as in the procedure:"""
    image, layer = new_image(200, 120)
    arguments = {"styles": [GALLERY, style_file()], **settings}
    wanted = painted(image, layer, **arguments)
    keep(image, layer, **arguments)
    assert same(visible(image), wanted)


@case
def test_changed():
    """A filter can be changed, hidden, saved, loaded, changed again and merged."""
    image, layer = new_image(200, 120)
    original = pixels(layer)
    wanted = {strength: painted(image, layer, styles=[style_file()], strength=strength)
              for strength in (0.5, 1.0)}
    kept = keep(image, layer, styles=[style_file()])
    assert same(visible(image), wanted[1.0])
    change(kept, strength=0.5)
    assert same(visible(image), wanted[0.5])
    show(kept, layer, False)
    assert same(visible(image), original, EQUAL)
    assert np.array_equal(pixels(layer), original)

    image, layer = reload(image)
    kept, = layer.get_filters()
    assert kept.get_operation_name() == OPERATION and not kept.get_visible()
    config = kept.get_config()
    assert config.get_property("strength") == 0.5 and config.get_property("style1") == style_file()
    assert config.get_property("style2") == ""
    show(kept, layer, True)
    assert same(visible(image), wanted[0.5])
    change(kept, strength=1.0)
    assert same(visible(image), wanted[1.0])
    layer.merge_filters()
    assert same(pixels(layer), wanted[1.0])


@case
def test_picture_changed():
    """What changes on the layer under a filter changes all that it paints."""
    image, layer = new_image(200, 120)
    kept = keep(image, layer, styles=[style_file()], preserve_color="palette")
    visible(image)
    changed = pixels(layer).copy()
    changed[:20, :20] = photo(20, 20, 5)
    fill(layer, changed)
    seen = visible(image)
    kept.delete()
    assert same(seen, painted(image, layer, styles=[style_file()], preserve_color="palette"))


@cases(1.0, 2.0)
def test_selection(stroke):
    """Where there is a selection, only what is selected is painted; stroke size:"""
    image, layer = new_image(200, 120)
    original = pixels(layer)
    image.select_rectangle(Gimp.ChannelOps.REPLACE, 30, 20, 100, 64)
    inside = np.s_[20:84, 30:130]
    settings = {"styles": [style_file()], "work_size": 120, "stroke_size": stroke}
    wanted = painted(image, layer, **settings)
    keep(image, layer, **settings)
    Gimp.Selection.none(image)
    seen = visible(image).copy()
    # Through a mask GIMP blends in linear light, which costs one step more.
    assert same(seen[inside], wanted[inside], 2 * TOLERANCE)
    seen[inside] = original[inside]
    assert same(seen, original, EQUAL)


@case
def test_several():
    """Several layers get one filter each; a group can have one."""
    image, layer = new_image(60, 40)
    group = Gimp.GroupLayer.new(image, "Group")
    image.insert_layer(group, None, 0)
    inside = Gimp.Layer.new_from_drawable(layer, image)
    image.insert_layer(inside, group, 0)
    wanted = painted(image, layer, styles=[style_file()])
    paint(image, [group, layer], styles=[style_file()], as_filter=True)
    assert len(group.get_filters()) == len(layer.get_filters()) == 1
    assert same(visible(image), wanted)


@cases("/nowhere.png", "gallery:nobody", "folder", "text", "")
def test_bad_style(style):
    """A filter whose style cannot be read leaves the picture as it is:"""
    image, layer = new_image(60, 40)
    original = pixels(layer)
    kept = keep(image, layer, styles=[style_file()])
    if style == "folder":
        style = WORK
    elif style == "text":
        style = os.path.join(WORK, "text.png")
        with open(style, "w", encoding="utf-8") as file:
            file.write("This is no picture.")
    change(kept, style1=style)
    assert same(visible(image), original, EQUAL)
    change(kept, style1=style_file())
    assert not same(visible(image), original)


@cases("style-layer", "regions", "protect", "shared-statistics", "refine", "learn", "model", "styles")
def test_refused(argument):
    """What a filter does not have is refused:"""
    image, layer = new_image(60, 40)
    values = {"style-layer": layer, "regions": [layer], "protect": layer, "shared-statistics": True,
              "refine": 10, "learn": 1, "model": os.path.join(WEIGHTS, "gallery.safetensors")}
    arguments = {"styles": [style_file()]}
    if argument == "styles":
        refuse(image, [layer], ["5", "4"], styles=[style_file()] * 5, as_filter=True)
        return
    arguments[argument.replace("-", "_")] = values[argument]
    refuse(image, [layer], [argument, "as-filter"], as_filter=True, **arguments)
    assert not layer.get_filters()


@case
def test_unreadable():
    """A style that GIMP can open, but GEGL cannot, is refused."""
    image, layer = new_image(60, 40)
    path = os.path.join(WORK, "style.xcf")
    Gimp.file_save(Gimp.RunMode.NONINTERACTIVE, image, Gio.File.new_for_path(path), None)
    image.clean_all()
    refuse(image, [layer], ["style.xcf"], styles=[path], as_filter=True)
    refuse(image, [layer], ["nowhere.png"], styles=["/nowhere.png"], as_filter=True)
    refuse(image, [layer], ["nobody"], styles=["gallery:nobody"], as_filter=True)
    assert not layer.get_filters()
    paint(image, [layer], styles=[path])


def gegl(source, target, *settings):
    """Runs the operation on the command line."""
    result = subprocess.run(["gegl", source, "-o", target, "--", OPERATION, *settings],
                            capture_output=True, text=True, errors="replace", check=True)
    return result.stdout + result.stderr


@case
def test_command_line():
    """On GEGL's command line the operation paints as the procedure does."""
    image, layer = new_image(200, 120)
    source, target = (os.path.join(WORK, name) for name in ("content.png", "painted.png"))
    Gimp.file_save(Gimp.RunMode.NONINTERACTIVE, image, Gio.File.new_for_path(source), None)
    wanted = painted(image, layer, styles=[style_file(), GALLERY], weights=[0.5, 1.0], strength=0.75,
                     preserve_color="palette")
    gegl(source, target, f"style1={style_file()}", "weight1=0.5", f"style2={GALLERY}", "strength=0.75",
         "preserve-color=palette")
    loaded = Gimp.file_load(Gimp.RunMode.NONINTERACTIVE, Gio.File.new_for_path(target))
    assert same(pixels(loaded.get_layers()[0]), wanted)

    said = gegl(source, target, "style1=/nowhere.png")
    assert said.count("/nowhere.png") == 1, said
    loaded = Gimp.file_load(Gimp.RunMode.NONINTERACTIVE, Gio.File.new_for_path(target))
    assert same(pixels(loaded.get_layers()[0]), pixels(layer), EQUAL)


run()
