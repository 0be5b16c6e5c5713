"""Regions and protection: where which style is, and where the picture stays.

SPDX-License-Identifier: GPL-3.0-or-later
"""
import os

from harness import (WORK, Gimp, Gio, case, cases, fill, new_image, np, paint, painting, pixels,
                     refuse, run)

WIDTH, HEIGHT = 192, 128


def styles():
    """Two paintings whose colors have nothing in common."""
    return [tinted("red.png", (1, 0.2, 0.1)), tinted("blue.png", (0.1, 0.3, 1))]


def tinted(name, tint):
    path = os.path.join(WORK, name)
    if not os.path.exists(path):
        image = Gimp.Image.new(160, 120, Gimp.ImageBaseType.RGB)
        layer = Gimp.Layer.new(image, "Style", 160, 120, Gimp.ImageType.RGB_IMAGE, 100.0,
                               Gimp.LayerMode.NORMAL)
        image.insert_layer(layer, None, 0)
        rgba = painting(160, 120)
        rgba[..., :3] *= tint
        fill(layer, rgba)
        Gimp.file_save(Gimp.RunMode.NONINTERACTIVE, image, Gio.File.new_for_path(path), None)
        image.delete()
    return path


def plane(value, width=WIDTH, height=HEIGHT):
    """Coverage from a function of the columns."""
    columns = np.broadcast_to(np.array([value(x) for x in range(width)], np.float32), (height, width))
    return columns[..., None]


def left(x):
    return x < WIDTH // 2


def right(x):
    return x >= WIDTH // 2


def channel(image, value, name="Region"):
    result = Gimp.Channel.new(image, name, image.get_width(), image.get_height(), 100.0,
                              Gimp.context_get_foreground())
    image.insert_channel(result, None, 0)
    fill(result, plane(value, image.get_width(), image.get_height()), "Y float")
    return result


def layer_of(image, rgba, offset=(0, 0), alpha=True):
    height, width = rgba.shape[:2]
    result = Gimp.Layer.new(image, "Shape", width, height,
                            Gimp.ImageType.RGBA_IMAGE if alpha else Gimp.ImageType.RGB_IMAGE, 100.0,
                            Gimp.LayerMode.NORMAL)
    image.insert_layer(result, None, 0)
    result.set_offsets(*offset)
    fill(result, rgba)
    return result


def mask_of(image, layer, value):
    mask = layer.create_mask(Gimp.AddMaskType.WHITE)
    layer.add_mask(mask)
    fill(mask, plane(value, layer.get_width(), layer.get_height()), "Y float")
    return mask


def setup(**options):
    image, layer = new_image(WIDTH, HEIGHT, **options)
    return image, layer


def mean(picture, columns):
    return picture[:, columns, :3].mean((0, 1))


def spread(picture, columns):
    return picture[:, columns, :3].std((0, 1))


@case
def test_halves():
    """Two styles in two halves, each with that half's statistics"""
    image, layer = setup()
    regions = [channel(image, left), channel(image, right)]
    result, = paint(image, [layer], styles=styles(), regions=regions)
    both = pixels(result)
    for k, inside in enumerate((slice(0, 80), slice(112, WIDTH))):
        # The same half alone: a picture that is nothing else has no other statistics.
        alone, part = new_image(WIDTH // 2, HEIGHT)
        fill(part, pixels(layer)[:, :WIDTH // 2] if k == 0 else pixels(layer)[:, WIDTH // 2:])
        expected, = paint(alone, [part], styles=[styles()[k]])
        inner = slice(0, 80) if k == 0 else slice(16, WIDTH // 2)
        assert np.abs(mean(both, inside) - mean(pixels(expected), inner)).max() < 0.03
        assert np.abs(spread(both, inside) - spread(pixels(expected), inner)).max() < 0.03
    assert mean(both, slice(0, 80))[0] > mean(both, slice(0, 80))[2] + 0.1
    assert mean(both, slice(112, WIDTH))[2] > mean(both, slice(112, WIDTH))[0] + 0.1


@cases("channel", "opaque layer", "layer", "mask", "selection")
def test_whole(kind):
    """A region that is all of the picture changes not a byte"""
    image, layer = setup()
    expected, = paint(image, [layer], styles=styles()[:1])
    whole = np.ones((HEIGHT, WIDTH, 4), np.float32)
    if kind == "channel":
        region = channel(image, lambda x: 1)
    elif kind == "opaque layer":
        region = layer_of(image, whole, alpha=False)
    elif kind == "layer":
        region = layer_of(image, whole)
    elif kind == "mask":
        region = mask_of(image, layer_of(image, whole), lambda x: 1)
    else:
        region = image.get_selection()
    result, = paint(image, [layer], styles=styles()[:1], regions=[region])
    assert np.array_equal(pixels(result), pixels(expected))


@cases("channel", "layer", "opaque layer", "mask")
def test_kinds(kind):
    """All kinds of drawables say the same, at any offset"""
    image, layer = setup(offset=(-20, 7), size=(150, 100))
    expected = pixels(paint(image, [layer], styles=styles(),
                            regions=[channel(image, lambda x: 40 <= x < 90)])[0])
    if kind == "channel":
        other, = paint(image, [layer], styles=styles()[::-1], weights=[1, 1],
                       regions=[image.get_selection(), channel(image, lambda x: 40 <= x < 90)])
        assert np.abs(pixels(other) - expected).max() < 3 / 255
        return
    rgba = np.ones((HEIGHT, 50, 4), np.float32)
    if kind == "layer":
        rgba = np.zeros((HEIGHT, 60, 4), np.float32)
        rgba[:, 5:55, 3] = 1
        region = layer_of(image, rgba, (35, 0))
    elif kind == "opaque layer":
        region = layer_of(image, rgba, (40, 0), alpha=False)
    else:
        region = mask_of(image, layer_of(image, np.ones((HEIGHT, 60, 4), np.float32), (35, 0)),
                         lambda x: 5 <= x < 55)
    result, = paint(image, [layer], styles=styles(), regions=[region])
    assert np.array_equal(pixels(result), expected)


@cases(Gimp.Precision.U8_NON_LINEAR, Gimp.Precision.U16_NON_LINEAR, Gimp.Precision.FLOAT_NON_LINEAR)
def test_protect(precision):
    """What is protected stays exactly as it is"""
    image, layer = setup(precision=precision, alpha=True)
    protect = channel(image, lambda x: 50 <= x < 110)
    for work_size in (0, 96):
        result, = paint(image, [layer], styles=styles(), protect=protect, work_size=work_size)
        before, after = pixels(layer), pixels(result)
        assert np.array_equal(after[:, 50:110], before[:, 50:110])
        assert (after[:, :50, :3] != before[:, :50, :3]).any((0, 2))[10:].all()
        assert (after[:, 110:, :3] != before[:, 110:, :3]).any((0, 2)).all()


@case
def test_uncovered():
    """The picture stays where there is no style, also beside a selection"""
    image, layer = setup()
    image.select_rectangle(Gimp.ChannelOps.REPLACE, 30, 20, 120, 80)
    region = channel(image, lambda x: x < 100)
    result, = paint(image, [layer], styles=styles()[:1], regions=[region])
    before, after = pixels(layer), pixels(result)
    assert np.array_equal(after[:, 100:], before[:, 100:])
    assert not np.array_equal(after[20:100, 30:100], before[20:100, 30:100])


@case
def test_other_image():
    """A drawable of another image"""
    image, layer = setup()
    other, foreign = new_image(50, 50)
    foreign.set_name("Foreign")
    refuse(image, [layer], ["Foreign", "another image"], styles=styles(), regions=[foreign])
    refuse(image, [layer], ["Foreign", "another image"], styles=styles(), protect=foreign)


@case
def test_too_many():
    """More regions than styles"""
    image, layer = setup()
    refuse(image, [layer], ["regions", "3", "2"], styles=styles(),
           regions=[channel(image, left)] * 3)


run()
