"""Bad input: a message that names what is wrong, a failing status, an unchanged image.

SPDX-License-Identifier: GPL-3.0-or-later
"""
import math
import os
import struct

from harness import (CALLING_ERROR, EXECUTION_ERROR, WEIGHTS, WORK, Gegl, Gimp, Gio, call, case,
                     cases, new_image, refuse, run, snapshot, style_file)


def bad(words, status=CALLING_ERROR, prepare=None, **arguments):
    image, layer = new_image(60, 40)
    if prepare is not None:
        prepare(image, layer)
        image.clean_all()
    arguments.setdefault("styles", [style_file()])
    refuse(image, [layer], words, status, **arguments)


def file_of(name, content):
    path = os.path.join(WORK, name)
    with open(path, "wb") as file:
        file.write(content)
    return path


@case
def test_missing():
    """A style that does not exist."""
    bad(["/nowhere/monet.jpg", "does not exist"], styles=["/nowhere/monet.jpg"])


@case
def test_gallery():
    """A name that the gallery lacks; the message has similar ones."""
    bad(["hokusai--the-great-wave", "hokusai--the-great-wave-off-kanagawa"],
        styles=["gallery:hokusai--the-great-wave"])


@case
def test_no_display():
    """An interactive run where no dialog can be shown."""
    bad(["display"], run_mode=Gimp.RunMode.INTERACTIVE)


@case
def test_second_missing():
    """The second of two styles does not exist."""
    bad(["/nowhere/monet.jpg"], styles=[style_file(), "/nowhere/monet.jpg"])


@case
def test_directory():
    """A directory as a style."""
    bad([WORK, "folder"], styles=[WORK])


@case
def test_empty_file():
    """An empty file as a style."""
    path = file_of("empty.png", b"")
    bad([path, "empty"], styles=[path])


@cases(("text.txt", b"This is not a picture.\n"), ("text.png", b"This is not a picture.\n"),
       ("cut.png", b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR"), ("zero.jpg", bytes(1000)))
def test_not_a_picture(name, content):
    """A style that is not a picture:"""
    path = file_of(name, content)
    bad([path], styles=[path])


@case
def test_unreadable():
    """A style that may not be read."""
    path = file_of("secret.png", b"x")
    os.chmod(path, 0)
    bad([path], styles=[path])


@case
def test_device_file():
    """A style that is neither a file nor a directory."""
    path = os.path.join(WORK, "pipe.png")
    os.mkfifo(path)
    bad([path], styles=[path])


@cases("", "http://", "file://", "~")
def test_odd_name(name):
    """A style with the odd name"""
    bad(["style"], styles=[name])


@case
def test_no_style():
    """No style at all."""
    bad(["style"], styles=[])


@cases(([1.0], "1"), ([1.0, 1.0, 1.0], "3"))
def test_count(weights, count):
    """A wrong number of weights:"""
    bad(["weights", count, "2"], styles=[style_file(), style_file()], weights=weights)


@cases([-1.0, 1.0], [0.0, 0.0], [math.nan, 1.0], [math.inf, 1.0], [1.0, -math.inf])
def test_weights(weights):
    """Weights that cannot be used:"""
    bad(["weights"], styles=[style_file(), style_file()], weights=weights)


@case
def test_no_drawable():
    """No drawable."""
    image, _ = new_image(60, 40)
    refuse(image, [], ["ayer"], styles=[style_file()])


@case
def test_indexed():
    """An indexed image."""
    def prepare(image, layer):
        image.convert_indexed(Gimp.ConvertDitherType.NONE, Gimp.ConvertPaletteType.GENERATE, 16,
                              False, False, "")
    bad(["RGB"], prepare=prepare)


@case
def test_selection_elsewhere():
    """A selection that does not touch the layer."""
    image, layer = new_image(60, 40, size=(20, 20))
    image.select_rectangle(Gimp.ChannelOps.REPLACE, 40, 0, 10, 10)
    image.clean_all()
    refuse(image, [layer], ["selection", "Photo"], styles=[style_file()])


@case
def test_channel():
    """A channel as the drawable."""
    image, _ = new_image(60, 40)
    channel = Gimp.Channel.new(image, "My channel", 60, 40, 50.0, Gegl.Color.new("red"))
    image.insert_channel(channel, None, 0)
    image.clean_all()
    refuse(image, [channel], ["My channel"], styles=[style_file()])


@case
def test_layer_mask():
    """A layer's mask as the drawable."""
    image, layer = new_image(60, 40)
    mask = layer.create_mask(Gimp.AddMaskType.WHITE)
    layer.add_mask(mask)
    image.clean_all()
    refuse(image, [mask], ["mask"], styles=[style_file()])


@case
def test_floating_selection():
    """A floating selection."""
    image, layer = new_image(60, 40)
    image.select_rectangle(Gimp.ChannelOps.REPLACE, 10, 10, 20, 20)
    Gimp.Selection.float(image, [layer], 3, 3)
    image.clean_all()
    refuse(image, [layer], ["floating"], styles=[style_file()])


@case
def test_other_image():
    """A layer of another image."""
    image, _ = new_image(60, 40)
    other, layer = new_image(60, 40)
    before = snapshot(other)
    refuse(image, [layer], ["Photo", "another image"], styles=[style_file()])
    assert snapshot(other) == before


@case
def test_filter():
    """Reading a filtered layer leaves no trace when another one is refused."""
    image, layer = new_image(60, 40)
    layer.append_filter(Gimp.DrawableFilter.new(layer, "gegl:invert-gamma", ""))
    channel = Gimp.Channel.new(image, "My channel", 60, 40, 50.0, Gegl.Color.new("red"))
    image.insert_channel(channel, None, 0)
    image.clean_all()
    refuse(image, [layer, channel], ["My channel"], styles=[style_file()])


@case
def test_transparent_style():
    """A style that is transparent all over is named, be it a file, a layer, or hidden in its file."""
    other, layer = new_image(60, 40, alpha=True)
    layer.fill(Gimp.FillType.TRANSPARENT)
    layer.set_name("Nothing")
    bad(["Nothing", "visible"], EXECUTION_ERROR, styles=[], style_layer=layer)
    path = os.path.join(WORK, "nothing.png")
    Gimp.file_save(Gimp.RunMode.NONINTERACTIVE, other, Gio.File.new_for_path(path), None)
    bad([path, "visible"], EXECUTION_ERROR, styles=[style_file(), path])
    layer.set_visible(False)
    path = os.path.join(WORK, "hidden.xcf")
    Gimp.file_save(Gimp.RunMode.NONINTERACTIVE, other, Gio.File.new_for_path(path), None)
    bad([path, "visible"], styles=[path])


@case
def test_empty_group():
    """A group with nothing in it."""
    image, _ = new_image(60, 40)
    image.insert_layer(Gimp.GroupLayer.new(image, "Empty"), None, 0)
    image.clean_all()
    refuse(image, [image.get_layers()[0]], ["Empty", "visible"], EXECUTION_ERROR,
           styles=[style_file()])


@case
def test_missing_model():
    """A model file that does not exist is refused by GIMP itself."""
    image, layer = new_image(60, 40)
    status, layers, _ = call(image, [layer], styles=[style_file()], model="/nowhere/m.safetensors")
    assert status == CALLING_ERROR and not layers and len(image.get_layers()) == 1


def compact():
    with open(os.path.join(WEIGHTS, "compact.safetensors"), "rb") as file:
        return file.read()


@cases("empty", "text", "cut", "long", "foreign", "broken")
def test_model(kind):
    """A model file that is"""
    whole = compact()
    header = b'{"x":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}'
    content = {"empty": b"", "text": b"hello", "cut": whole[:len(whole) // 2],
               "long": whole + bytes(100),
               "foreign": struct.pack("<Q", len(header)) + header + bytes(4),
               "broken": struct.pack("<Q", 2 ** 62) + whole[8:]}
    path = file_of(kind + ".safetensors", content[kind])
    bad([path], EXECUTION_ERROR, model=path)


run()
