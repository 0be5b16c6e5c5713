"""Where results go: groups, several layers, masks, filters, settings of the original.

SPDX-License-Identifier: GPL-3.0-or-later
"""
import glob

import numpy as np

from harness import (Gimp, Gio, case, cases, fill, new_image, paint, photo, pixels, run, style_file,
                     tree)


def add_layer(image, name, parent=None, position=0, seed=3, size=(60, 40)):
    layer = Gimp.Layer.new(image, name, *size, Gimp.ImageType.RGB_IMAGE, 100.0,
                           Gimp.LayerMode.NORMAL)
    image.insert_layer(layer, parent, position)
    fill(layer, photo(*size, seed))
    return layer


@case
def test_name():
    """The result lies above the original, is named after it and is selected."""
    image, layer = new_image(60, 40)
    add_layer(image, "Above")
    add_layer(image, "Below", position=2)
    result, = paint(image, [layer], styles=[style_file()])
    assert [name for name, _ in tree(image.get_layers())] == [
        "Above", "Photo – AdaIN", "Photo", "Below"]
    assert [l.get_id() for l in image.get_selected_layers()] == [result.get_id()]


@case
def test_several():
    """Of several layers each gets a layer of its own."""
    image, first = new_image(60, 40)
    second = add_layer(image, "Second", position=1, seed=4, size=(50, 70))
    results = paint(image, [first, second], styles=[style_file()])
    assert [name for name, _ in tree(image.get_layers())] == [
        "Photo – AdaIN", "Photo", "Second – AdaIN", "Second"]
    assert [r.get_name() for r in results] == ["Photo – AdaIN", "Second – AdaIN"]
    assert results[1].get_height() == 70
    assert {l.get_id() for l in image.get_selected_layers()} == {r.get_id() for r in results}


@case
def test_several_palette():
    """Of several layers each keeps its own palette."""
    image, first = new_image(60, 40)
    second = add_layer(image, "Second", position=1)
    fill(second, np.full((40, 60, 4), (0.9, 0.1, 0.1, 1.0)) * photo(60, 40))
    _, red = paint(image, [first, second], styles=[style_file()], preserve_color="palette")
    mean = pixels(red)[..., :3].mean(axis=(0, 1))
    assert mean[0] > 2 * mean[1] and mean[0] > 2 * mean[2], mean


@case
def test_in_group():
    """The result of a layer in a group is put into that group."""
    image, _ = new_image(60, 40)
    group = Gimp.GroupLayer.new(image, "Group")
    image.insert_layer(group, None, 0)
    layer = add_layer(image, "Inside", group)
    paint(image, [layer], styles=[style_file()])
    assert tree(image.get_layers()) == [
        ("Group", [("Inside – AdaIN", []), ("Inside", [])]), ("Photo", [])]


@case
def test_group():
    """A group is painted as it is seen; the result is a plain layer above it."""
    image, _ = new_image(60, 40)
    group = Gimp.GroupLayer.new(image, "Group")
    image.insert_layer(group, None, 0)
    add_layer(image, "Inside", group, size=(30, 20))
    result, = paint(image, [group], styles=[style_file()])
    assert not result.is_group()
    assert (result.get_width(), result.get_height()) == (30, 20)
    assert tree(image.get_layers()) == [
        ("Group – AdaIN", []), ("Group", [("Inside", [])]), ("Photo", [])]


@case
def test_mask():
    """A layer's mask is carried over, and what it hides has no influence."""
    results = []
    for hidden in (0.1, 0.9):
        image, layer = new_image(64, 64, precision=Gimp.Precision.FLOAT_NON_LINEAR, alpha=True)
        rgba = photo(64, 64)
        rgba[:, :32, :3] = hidden
        rgba[..., 3] = 0.75
        fill(layer, rgba)
        mask = layer.create_mask(Gimp.AddMaskType.WHITE)
        layer.add_mask(mask)
        cover = np.ones((64, 64, 1), np.float32)
        cover[:, :32] = 0
        fill(mask, cover, "Y float")
        result, = paint(image, [layer], styles=[style_file()])
        assert np.array_equal(pixels(result.get_mask(), "Y float", 1), cover)
        assert (pixels(result)[..., 3] == 0.75).all()
        results.append(pixels(result)[:, 32:])
    assert np.abs(results[0] - results[1]).max() < 1e-3


@case
def test_mask_and_selection():
    """Of a mask and a selection the product counts."""
    image, layer = new_image(60, 40)
    mask = layer.create_mask(Gimp.AddMaskType.WHITE)
    layer.add_mask(mask)
    cover = np.ones((40, 60, 1), np.float32)
    cover[:20] = 0
    fill(mask, cover, "Y float")
    image.select_rectangle(Gimp.ChannelOps.REPLACE, 10, 10, 30, 20)
    result, = paint(image, [layer], styles=[style_file()])
    wanted = np.zeros((40, 60, 1), np.float32)
    wanted[20:30, 10:40] = 1
    assert np.array_equal(pixels(result.get_mask(), "Y float", 1), wanted)


@case
def test_feather():
    """A soft selection becomes a soft mask; the selection stays."""
    image, layer = new_image(60, 40)
    image.select_ellipse(Gimp.ChannelOps.REPLACE, 10, 5, 30, 25)
    Gimp.Selection.feather(image, 10)
    before = pixels(image.get_selection(), "Y float", 1)
    result, = paint(image, [layer], styles=[style_file()])
    assert np.array_equal(pixels(result.get_mask(), "Y float", 1), before)
    assert np.array_equal(pixels(image.get_selection(), "Y float", 1), before)


@case
def test_filters():
    """A layer with a non-destructive filter is painted as it is seen, and keeps its filter."""
    def painted(destructive):
        image, layer = new_image(60, 40, precision=Gimp.Precision.FLOAT_NON_LINEAR)
        invert = Gimp.DrawableFilter.new(layer, "gegl:invert-gamma", "")
        layer.append_filter(invert)
        if destructive:
            layer.merge_filters()
        count = len(layer.get_filters())
        result, = paint(image, [layer], styles=[style_file()], strength=0.5)
        assert len(layer.get_filters()) == count
        assert len(result.get_filters()) == 0
        return pixels(result)

    assert np.abs(painted(False) - painted(True)).max() < 1e-4


@case
def test_filters_partly():
    """The same for a selected part of it."""
    image, layer = new_image(60, 40)
    layer.append_filter(Gimp.DrawableFilter.new(layer, "gegl:invert-gamma", ""))
    image.select_rectangle(Gimp.ChannelOps.REPLACE, 10, 10, 30, 20)
    result, = paint(image, [layer], styles=[style_file()])
    assert (result.get_width(), result.get_height()) == (60, 40)


@cases("plain", "masked", "hidden and faint")
def test_filters_of_group(kind):
    """A group with a non-destructive filter is painted as it is seen, and keeps its filter:"""
    image, _ = new_image(60, 40)
    group = Gimp.GroupLayer.new(image, "Group")
    image.insert_layer(group, None, 0)
    inside = add_layer(image, "Inside", group)
    group.append_filter(Gimp.DrawableFilter.new(group, "gegl:invert-gamma", ""))
    if kind == "masked":
        group.add_mask(group.create_mask(Gimp.AddMaskType.BLACK))
        fill(group.get_mask(), np.full((40, 60, 1), 0.5), "Y float")
    elif kind != "plain":
        group.set_visible(False)
        group.set_opacity(30.0)
        group.set_offsets(7, 5)
    result, = paint(image, [group], styles=[style_file()], strength=0.0)
    assert np.abs(pixels(result)[..., :3] - (1 - pixels(inside)[..., :3])).max() < 1.01 / 255
    assert len(group.get_filters()) == 1
    assert list(result.get_offsets()) == list(group.get_offsets())


@case
def test_soft_proof():
    """A CMYK profile for soft proofing stays, and does not matter."""
    found = glob.glob("/usr/share/color/icc/ghostscript/default_cmyk.icc")
    if not found:
        return
    image, layer = new_image(60, 40)
    plain, = paint(image, [layer], styles=[style_file()])
    profile = Gimp.ColorProfile.new_from_file(Gio.File.new_for_path(found[0]))
    assert profile.is_cmyk() and image.set_simulation_profile(profile)
    proofed, = paint(image, [layer], styles=[style_file()])
    assert image.get_simulation_profile().is_equal(profile)
    assert np.array_equal(pixels(proofed), pixels(plain))


@cases((-500, 900), (-30, 0))
def test_beside_canvas(x, y):
    """A layer that lies beside the canvas, or half so, at"""
    image, layer = new_image(60, 40, offset=(x, y))
    result, = paint(image, [layer], styles=[style_file()])
    assert result.get_mask() is None and list(result.get_offsets())[-2:] == [x, y]
    if y == 0:
        Gimp.Selection.all(image)
        result, = paint(image, [layer], styles=[style_file()])
        mask = pixels(result.get_mask(), "Y float", 1)[20, :, 0]
        assert (mask[:30] == 0).all() and (mask[30:] == 1).all()


@case
def test_group_and_child():
    """A group and a layer in it, and the same layer twice, each give a layer of their own."""
    image, _ = new_image(60, 40)
    group = Gimp.GroupLayer.new(image, "Group")
    image.insert_layer(group, None, 0)
    layer = add_layer(image, "Inside", group)
    paint(image, [group, layer, layer], styles=[style_file()])
    assert tree(image.get_layers()) == [
        ("Group – AdaIN", []),
        ("Group", [("Inside – AdaIN", []), ("Inside – AdaIN #1", []), ("Inside", [])]),
        ("Photo", [])]


@case
def test_locked_group():
    """A layer in a group whose pixels are locked: the new one changes nobody's pixels."""
    image, _ = new_image(60, 40)
    group = Gimp.GroupLayer.new(image, "Group")
    image.insert_layer(group, None, 0)
    layer = add_layer(image, "Inside", group)
    group.set_lock_content(True)
    paint(image, [layer], styles=[style_file()])
    assert group.get_lock_content()


@cases("channel", "mask", "selection")
def test_style_drawable(kind):
    """What is not a layer can be a style all the same:"""
    image, layer = new_image(60, 40)
    style = image.get_selection()
    image.select_ellipse(Gimp.ChannelOps.REPLACE, 10, 5, 30, 25)
    if kind == "channel":
        style = Gimp.Selection.save(image)
    elif kind == "mask":
        style = layer.create_mask(Gimp.AddMaskType.SELECTION)
        layer.add_mask(style)
    paint(image, [layer], style_layer=style)


@cases("opacity", "visible", "lock")
def test_settings(what):
    """A layer that is half opaque, hidden or locked can be painted:"""
    image, layer = new_image(60, 40)
    layer.set_opacity(50.0 if what == "opacity" else 100.0)
    layer.set_visible(what != "visible")
    layer.set_lock_content(what == "lock")
    result, = paint(image, [layer], styles=[style_file()])
    assert result.get_opacity() == 100.0 and result.get_visible()


@case
def test_same_layer():
    """A layer may be its own style."""
    image, layer = new_image(60, 40)
    paint(image, [layer], style_layer=layer)


@case
def test_repeated():
    """A result can be painted again."""
    image, layer = new_image(60, 40)
    for _ in range(3):
        layer, = paint(image, [layer], styles=[style_file()])
    assert layer.get_name() == "Photo – AdaIN – AdaIN – AdaIN"


run()
