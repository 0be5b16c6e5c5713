"""Styles and settings: files, layers, weights, strength, colors, sizes, devices, models.

SPDX-License-Identifier: GPL-3.0-or-later
"""
import os
import shutil

import numpy as np

from gallery import Gallery
from harness import (EXECUTION_ERROR, WEIGHTS, WORK, Gimp, Gio, case, cases, fill, new_image, paint,
                     painting, pixels, refuse, run, style_file)

FLOAT = Gimp.Precision.FLOAT_NON_LINEAR


def result_of(**arguments):
    """The painted pixels of the made photo, RGB."""
    image, layer = new_image(96, 80, precision=FLOAT)
    result, = paint(image, [layer], **arguments)
    return pixels(result)[..., :3]


def difference(a, b):
    return float(np.abs(a - b).mean())


@case
def test_styles_differ():
    """Another style gives another picture, the same style the same one."""
    a = result_of(styles=[style_file("a.png", 7)])
    same = result_of(styles=[style_file("a.png", 7)])
    assert difference(a, same) < 1e-5, np.abs(a - same).max()
    assert difference(a, result_of(styles=[style_file("b.png", 8)])) > 0.01


@case
def test_blend():
    """Weights blend styles: 1:0 is the first alone, only the ratio matters, empty means equal."""
    a, b = style_file("a.png", 7), style_file("b.png", 8)
    first = result_of(styles=[a])
    assert difference(first, result_of(styles=[a, b], weights=[1.0, 0.0])) < 1e-5
    even = result_of(styles=[a, b], weights=[1.0, 1.0])
    assert difference(even, result_of(styles=[a, b], weights=[20.0, 20.0])) < 1e-5
    assert difference(even, result_of(styles=[a, b])) < 1e-5
    assert difference(even, first) > 0.005


@case
def test_gallery():
    """Styles of the gallery differ, blend with files, and take on the photo's colors."""
    wave, scream = "gallery:hokusai--the-great-wave-off-kanagawa", "gallery:munch--the-scream"
    first = result_of(styles=[wave])
    assert difference(first, result_of(styles=[scream])) > 0.02
    mixed = result_of(styles=[style_file("a.png", 7), wave], weights=[0.0, 1.0])
    assert difference(first, mixed) < 1e-5
    image, layer = new_image(96, 80, precision=FLOAT)
    photo = pixels(layer)[..., :3].mean((0, 1))
    result, = paint(image, [layer], styles=[scream], preserve_color="palette")
    recolored = pixels(result)[..., :3]
    painted = result_of(styles=[scream]).mean((0, 1))
    assert np.abs(recolored.mean((0, 1)) - photo).sum() < 0.6 * np.abs(painted - photo).sum()


@case
def test_own_gallery():
    """Styles of the user's own gallery are found beside those that come with the plug-in."""
    shipped = Gallery.read(os.path.join(WEIGHTS, "gallery.safetensors"))
    scream = "munch--the-scream"
    own = shipped.only(scream)
    own.styles[0].update(name="mein-schrei", artist="", title="Mein Schrei")
    own.write(own.path())
    try:
        wanted = result_of(styles=["gallery:" + scream])
        assert difference(wanted, result_of(styles=["gallery:mein-schrei"])) < 1e-6
        # Of a name that both have the user's own is meant.
        own = shipped.only("hokusai--the-great-wave-off-kanagawa")
        own.styles[0]["name"] = scream
        own.write(own.path())
        assert difference(wanted, result_of(styles=["gallery:" + scream])) > 0.02
        # A damaged one keeps nobody from the others.
        with open(own.path(), "r+b") as file:
            file.truncate(1000)
        assert difference(wanted, result_of(styles=["gallery:" + scream])) < 1e-6
        image, layer = new_image(96, 80, precision=FLOAT)
        refuse(image, [layer], [os.path.basename(own.path())], status=EXECUTION_ERROR,
               styles=["gallery:mein-schrei"])
    finally:
        os.remove(own.path())


@case
def test_many_styles():
    """Nine styles at once."""
    names = [style_file(f"{i}.png", i) for i in range(9)]
    result_of(styles=names, weights=[float(i) for i in range(9)])


@case
def test_style_layer():
    """A layer as a style does what a file with the same pixels does."""
    image, layer = new_image(96, 80, precision=FLOAT)
    other = Gimp.Image.new(160, 120, Gimp.ImageBaseType.RGB)
    style = Gimp.Layer.new(other, "Style", 160, 120, Gimp.ImageType.RGB_IMAGE, 100.0,
                           Gimp.LayerMode.NORMAL)
    other.insert_layer(style, None, 0)
    fill(style, painting(160, 120, 7))
    result, = paint(image, [layer], style_layer=style)
    assert difference(pixels(result)[..., :3], result_of(styles=[style_file("a.png", 7)])) < 1e-5

    result, = paint(image, [layer], styles=[style_file("b.png", 8)], style_layer=style,
                    weights=[0.0, 1.0])
    assert difference(pixels(result)[..., :3], result_of(styles=[style_file("a.png", 7)])) < 1e-5


@case
def test_masked_style_layer():
    """Of a style layer with a mask only what the mask shows counts."""
    def painted(hidden):
        other = Gimp.Image.new(160, 120, Gimp.ImageBaseType.RGB)
        style = Gimp.Layer.new(other, "Style", 160, 120, Gimp.ImageType.RGB_IMAGE, 100.0,
                               Gimp.LayerMode.NORMAL)
        other.insert_layer(style, None, 0)
        rgba = painting(160, 120, 7)
        rgba[:60, :, :3] = hidden
        fill(style, rgba)
        mask = style.create_mask(Gimp.AddMaskType.WHITE)
        style.add_mask(mask)
        cover = np.ones((120, 160, 1), np.float32)
        cover[:60] = 0
        fill(mask, cover, "Y float")
        return result_of(style_layer=style)

    assert difference(painted(0.0), painted(1.0)) < 1e-4


@case
def test_uri():
    """A style may be given as a URI, and its name may have spaces, quotes and foreign letters."""
    name = os.path.join(WORK, "é \"ü\" 'x' 日本 %.png")
    shutil.copy(style_file("a.png", 7), name)
    uri = Gio.File.new_for_path(name).get_uri()
    assert difference(result_of(styles=[name]), result_of(styles=[uri])) < 1e-5


@cases("jpg", "tif", "xcf", "gif", "webp", "bmp")
def test_style_format(extension):
    """A style in the format"""
    path = os.path.join(WORK, "style." + extension)
    image, _ = new_image(120, 100, seed=5)
    if extension == "gif":
        image.convert_indexed(Gimp.ConvertDitherType.NONE, Gimp.ConvertPaletteType.GENERATE, 64,
                              False, False, "")
    Gimp.file_save(Gimp.RunMode.NONINTERACTIVE, image, Gio.File.new_for_path(path), None)
    result_of(styles=[path])


@case
def test_layered_style():
    """Of a style with several layers all visible ones count, seen together."""
    image, _ = new_image(160, 120)
    for seed, visible in ((7, True), (9, False)):
        layer = Gimp.Layer.new(image, "Style", 160, 120, Gimp.ImageType.RGB_IMAGE, 100.0,
                               Gimp.LayerMode.NORMAL)
        image.insert_layer(layer, None, 0)
        fill(layer, painting(160, 120, seed))
        layer.set_visible(visible)
    path = os.path.join(WORK, "layered.xcf")
    Gimp.file_save(Gimp.RunMode.NONINTERACTIVE, image, Gio.File.new_for_path(path), None)
    assert difference(result_of(styles=[path]), result_of(styles=[style_file("a.png", 7)])) < 1e-5


@cases(Gimp.Precision.U8_NON_LINEAR, Gimp.Precision.U16_NON_LINEAR, FLOAT)
def test_strength_zero(precision):
    """Strength 0 gives back the picture exactly, in"""
    image, layer = new_image(61, 47, precision=precision, alpha=True)
    result, = paint(image, [layer], styles=[style_file()], strength=0.0)
    assert np.array_equal(pixels(result), pixels(layer))


@case
def test_strength():
    """More strength takes the picture farther away from the original, without jumps."""
    image, layer = new_image(96, 80, precision=FLOAT)
    original, steps = pixels(layer), [0.0, 0.001, 0.25, 0.5, 0.75, 1.0]
    away = [difference(pixels(paint(image, [layer], styles=[style_file()], strength=s)[0]),
                       original) for s in steps]
    assert away == sorted(away), away
    assert away[1] < 0.002 and away[2] < away[-1] / 2, away


@case
def test_texture():
    """More texture takes the picture farther away from what none of it gives, without jumps."""
    image, layer = new_image(96, 80, precision=FLOAT)
    pictures = [pixels(paint(image, [layer], styles=[style_file()], texture=t)[0])
                for t in (0.0, 0.001, 0.5, 1.0)]
    away = [difference(picture, pictures[0]) for picture in pictures]
    assert away == sorted(away) and away[1] < 0.005 and away[3] > 0.01, away


@case
def test_refine():
    """Refinement changes the picture, more so in more steps, and not at all at strength 0; to styles of the gallery,
    too."""
    image, layer = new_image(96, 80, precision=FLOAT)
    plain, few, many = (pixels(paint(image, [layer], styles=[style_file()], refine=n)[0]) for n in (0, 3, 12))
    assert 0.0005 < difference(few, plain) < difference(many, plain), difference(few, plain)
    untouched = pixels(paint(image, [layer], styles=[style_file()], refine=3, strength=0.0)[0])
    assert np.array_equal(untouched, pixels(layer))
    mixed = ["gallery:munch--the-scream", style_file()]
    plain, some = (pixels(paint(image, [layer], styles=mixed, refine=n)[0]) for n in (0, 3))
    assert 0.0005 < difference(some, plain), difference(some, plain)


@case
def test_learn():
    """The network learns a style, also of the gallery, before it paints; kept in the gallery under a name, the style
    is painted so again, and one that is kept under the same name replaces it."""
    image, layer = new_image(96, 80, precision=FLOAT)
    for style in style_file(), "gallery:munch--the-scream":
        plain = pixels(paint(image, [layer], styles=[style])[0])
        learned = pixels(paint(image, [layer], styles=[style], learn=8, learned="Of Clay (2)")[0])
        again = pixels(paint(image, [layer], styles=["gallery:of-clay-2"])[0])
        assert difference(learned, plain) > 0.001, difference(learned, plain)
        assert difference(learned, again) < 0.5 * difference(learned, plain), difference(learned, again)


@case
def test_learned_nowhere():
    """Where the gallery cannot be written, the run fails and says so, before it looks at the style."""
    image, layer = new_image(96, 80)
    folder = os.path.join(os.environ["XDG_DATA_HOME"], "adain-style-transfer")
    aside = folder + "-aside"
    if os.path.exists(folder):
        os.rename(folder, aside)
    open(folder, "w").close()
    refuse(image, [layer], ["adain-style-transfer"], styles=["/none.png"], learn=1, learned="nowhere")
    os.remove(folder)
    if os.path.exists(aside):
        os.rename(aside, folder)


@case
def test_lightness():
    """Keeping the colors by lightness: the hue stays, only the lightness is painted."""
    image, layer = new_image(96, 80, precision=FLOAT)
    fill(layer, np.full((80, 96, 4), (0.5, 0.5, 0.5, 1.0)))
    gray = pixels(paint(image, [layer], styles=[style_file()], preserve_color="lightness")[0])
    assert np.abs(gray[..., 0] - gray[..., 1]).max() < 0.02
    assert np.abs(gray[..., 1] - gray[..., 2]).max() < 0.02


@case
def test_palette():
    """Keeping the colors by palette: the mean color comes nearer to the original's."""
    image, layer = new_image(96, 80, precision=FLOAT)
    original = pixels(layer)[..., :3].mean(axis=(0, 1))
    away = [np.abs(result_of(styles=[style_file("a.png", 7)], preserve_color=mode).mean(axis=(0, 1))
                   - original).sum() for mode in ("palette", "none")]
    assert away[0] < away[1], away


@cases(("stroke_size", 0.25), ("stroke_size", 4.0), ("detail", 0.0), ("work_size", 32),
       ("work_size", 4000))
def test_size(name, value):
    """The setting is taken and the result has the full size:"""
    assert result_of(styles=[style_file()], **{name: value}).shape == (80, 96, 3)


@case
def test_work_size():
    """A smaller working size gives another picture, one above the picture's size the same."""
    full = result_of(styles=[style_file("a.png", 7)])
    assert difference(full, result_of(styles=[style_file("a.png", 7)], work_size=40)) > 0.001
    assert difference(full, result_of(styles=[style_file("a.png", 7)], work_size=500)) < 1e-5


@case
def test_stroke_size():
    """At stroke size 2 the layer is seen at half its size, and larger than it is at 0.5."""
    half = result_of(styles=[style_file("a.png", 7)], stroke_size=2.0)
    assert difference(half, result_of(styles=[style_file("a.png", 7)], work_size=48)) < 1e-5
    full = result_of(styles=[style_file("a.png", 7)])
    double = result_of(styles=[style_file("a.png", 7)], stroke_size=0.5)
    assert difference(full, double) > 0.001
    assert difference(double, result_of(styles=[style_file("a.png", 7)], stroke_size=0.25)) > 0.001


@case
def test_brushwork():
    """There is some if nobody says otherwise; none of it paints something else."""
    usual = result_of(styles=[style_file("a.png", 7)])
    assert difference(usual, result_of(styles=[style_file("a.png", 7)], brushwork=0.5)) < 1e-6
    for other in (0.0, 1.0):
        assert difference(usual, result_of(styles=[style_file("a.png", 7)], brushwork=other)) > 0.001


@case
def test_detail():
    """Fine detail is laid over what was painted smaller, or not."""
    without = result_of(styles=[style_file("a.png", 7)], stroke_size=4.0, detail=0.0)
    assert difference(without, result_of(styles=[style_file("a.png", 7)], stroke_size=4.0)) > 0.001


@case
def test_work_size_of_selection():
    """What is selected is painted as much smaller as the whole layer would be."""
    image, layer = new_image(96, 80, precision=FLOAT)
    image.select_rectangle(Gimp.ChannelOps.REPLACE, 16, 24, 48, 40)
    result, = paint(image, [layer], styles=[style_file()], work_size=48)
    selected = pixels(result, bounds=(16, 24, 48, 40))
    image.crop(48, 40, 16, 24)
    alone, = paint(image, [layer], styles=[style_file()], work_size=24)
    assert difference(selected, pixels(alone)) < 1e-5
    unreduced, = paint(image, [layer], styles=[style_file()], work_size=48)
    assert difference(selected, pixels(unreduced)) > 0.001


@cases("auto", "cpu", "cuda")
def test_device(device):
    """The device finishes, on the processor if need be:"""
    result_of(styles=[style_file()], device=device)


@case
def test_model():
    """A model given as a file."""
    model = os.path.join(WORK, "my model.safetensors")
    shutil.copy(os.path.join(WEIGHTS, "compact.safetensors"), model)
    assert difference(result_of(styles=[style_file("a.png", 7)], model=model),
                      result_of(styles=[style_file("a.png", 7)])) < 1e-5


run()
