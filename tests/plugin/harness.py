"""What the tests that run inside GIMP share: cases, calls of the procedure, pictures.

SPDX-License-Identifier: GPL-3.0-or-later
"""
import ctypes
import os
import traceback

import gi
gi.require_version("Gegl", "0.4")
gi.require_version("Gimp", "3.0")
from gi.repository import Gegl, Gimp, Gio  # noqa: E402
import numpy as np  # noqa: E402

WORK = os.environ["ADAIN_TEST_WORK"]
WEIGHTS = os.environ["ADAIN_TEST_WEIGHTS"]
SUCCESS = Gimp.PDBStatusType.SUCCESS
CALLING_ERROR = Gimp.PDBStatusType.CALLING_ERROR
EXECUTION_ERROR = Gimp.PDBStatusType.EXECUTION_ERROR
PROCEDURE = "plug-in-adain-style-transfer"

LIBGOBJECT = ctypes.CDLL("libgobject-2.0.so.0")
LIBGIMP = ctypes.CDLL("libgimpbase-3.0.so.0")
LIBGIMPCONFIG = ctypes.CDLL("libgimpconfig-3.0.so.0")

Gegl.init(None)
_cases = []


def case(function):
    """A test case; its docstring says what it shows."""
    _cases.append((function, ()))
    return function


def cases(*arguments):
    """A test case for each of these arguments, or tuples of arguments."""
    def add(function):
        _cases.extend((function, values if isinstance(values, tuple) else (values,))
                      for values in arguments)
        return function
    return add


def run():
    """Runs all cases and writes the report; to be called at the end of a test."""
    lines = [f"1..{len(_cases)}"]
    for number, (function, values) in enumerate(_cases, 1):
        name = " ".join([function.__doc__.split("\n")[0].rstrip("."), *map(str, values)])
        try:
            function(*values)
            lines.append(f"ok {number} {name}")
        except Exception:  # whatever goes wrong is this case's failure
            lines.append(f"not ok {number} {name}")
            lines += ["# " + line for line in traceback.format_exc().splitlines()]
        for image in Gimp.get_images():
            image.delete()
    with open(os.environ["ADAIN_TEST_REPORT"], "w", encoding="utf-8") as file:
        file.write("\n".join(lines) + "\n")


def set_doubles(config, name, values):
    """Sets an argument that is an array of doubles, which PyGObject cannot."""
    value = (ctypes.c_uint64 * 3)()
    kind = ctypes.c_size_t(hash(config.find_property(name).value_type))
    numbers = (ctypes.c_double * len(values))(*values)
    LIBGOBJECT.g_value_init(value, kind)
    LIBGIMP.gimp_value_set_double_array(value, numbers, ctypes.c_size_t(len(values)))
    LIBGOBJECT.g_object_set_property(ctypes.c_void_p(hash(config)), name.encode(), value)
    LIBGOBJECT.g_value_unset(value)


def reset(config):
    """What the button Reset of a dialog does."""
    LIBGIMPCONFIG.gimp_config_reset(ctypes.c_void_p(hash(config)))


def configure(config, arguments):
    """Sets arguments; the names have underscores for hyphens."""
    for name, value in arguments.items():
        name = name.replace("_", "-")
        if name == "weights":
            set_doubles(config, name, value)
        elif name == "model":
            config.set_property(name, Gio.File.new_for_path(value))
        elif name == "regions":
            config.set_core_object_array(name, value)
        else:
            config.set_property(name, value)


def call(image, drawables, **arguments):
    """(status, layers, message) of one run."""
    procedure = Gimp.get_pdb().lookup_procedure(PROCEDURE)
    config = procedure.create_config()
    config.set_property("run-mode", arguments.pop("run_mode", Gimp.RunMode.NONINTERACTIVE))
    config.set_property("image", image)
    config.set_core_object_array("drawables", drawables)
    configure(config, arguments)
    result = procedure.run(config)
    status = result.index(0)
    message = Gimp.get_pdb().get_last_error()
    return status, list(result.get_core_object_array(1)) if status == SUCCESS else [], message


def paint(image, drawables, **arguments):
    """The new layers of a run that has to succeed."""
    status, layers, message = call(image, drawables, **arguments)
    assert status == SUCCESS, f"{status}: {message}"
    assert len(layers) == len(drawables), layers
    return layers


def refuse(image, drawables, words, status=CALLING_ERROR, **arguments):
    """A run that has to fail with a message that has these words, and to change nothing."""
    before = snapshot(image)
    got, layers, message = call(image, drawables, **arguments)
    assert got == status, f"{got}: {message}"
    for word in words:
        assert word in message, f"“{word}” is not in: {message}"
    assert snapshot(image) == before, "the image was changed"


def tree(layers):
    """The layers' names, groups with their children."""
    return [(layer.get_name(), tree(layer.get_children()) if layer.is_group() else [])
            for layer in layers]


def snapshot(image):
    """Whatever of an image a run must not change."""
    return tree(image.get_layers()), image.is_dirty()


def pixels(drawable, form="R'G'B'A float", width=4, bounds=None):
    """A drawable's pixels: height x width x channels."""
    x, y, w, h = bounds or (0, 0, drawable.get_width(), drawable.get_height())
    data = drawable.get_buffer().get(Gegl.Rectangle.new(x, y, w, h), 1.0, form,
                                     Gegl.AbyssPolicy.NONE)
    return np.frombuffer(data, np.float32).reshape(h, w, width)


def fill(drawable, values, form="R'G'B'A float"):
    """Writes pixels, laid out as pixels() gives them."""
    buffer = drawable.get_buffer()
    buffer.set(Gegl.Rectangle.new(0, 0, drawable.get_width(), drawable.get_height()), form,
               np.ascontiguousarray(values, np.float32).tobytes())
    buffer.flush()
    drawable.update(0, 0, drawable.get_width(), drawable.get_height())


def photo(width, height, seed=1):
    """A made picture: soft shapes, edges and a little noise; RGBA, opaque."""
    random = np.random.default_rng(seed)
    y, x = np.mgrid[0:height, 0:width] / max(width, height)
    rgba = np.ones((height, width, 4), np.float32)
    for channel in range(3):
        a, b, c, d = random.uniform(2, 9, 4)
        rgba[..., channel] = 0.5 + 0.3 * np.sin(a * x + b * y + channel) * np.cos(c * x - d * y)
    inside = (x - 0.4) ** 2 + (y - 0.3) ** 2 < 0.04
    rgba[inside, :3] = random.uniform(0, 1, 3)
    rgba[..., :3] += random.normal(0, 0.01, (height, width, 3))
    return rgba.clip(0, 1)


def painting(width, height, seed=7):
    """A made picture with strong colors and short strokes; RGBA, opaque."""
    random = np.random.default_rng(seed)
    rgba = np.ones((height, width, 4), np.float32)
    rgba[..., :3] = random.uniform(0, 1, 3)
    for _ in range(width * height // 40):
        x, y = random.integers(0, width), random.integers(0, height)
        w, h = random.integers(2, 12), random.integers(1, 4)
        rgba[y:y + h, x:x + w, :3] = random.uniform(0, 1, 3)
    return rgba


def new_image(width, height, base=Gimp.ImageBaseType.RGB, precision=Gimp.Precision.U8_NON_LINEAR,
              alpha=False, offset=(0, 0), size=None, seed=1):
    """(image, layer) with the made photo; the layer may be smaller than the image."""
    image = Gimp.Image.new_with_precision(width, height, base, precision)
    gray = base == Gimp.ImageBaseType.GRAY
    kind = {(False, False): Gimp.ImageType.RGB_IMAGE, (False, True): Gimp.ImageType.RGBA_IMAGE,
            (True, False): Gimp.ImageType.GRAY_IMAGE, (True, True): Gimp.ImageType.GRAYA_IMAGE}
    width, height = size or (width, height)
    layer = Gimp.Layer.new(image, "Photo", width, height, kind[gray, alpha], 100.0,
                           Gimp.LayerMode.NORMAL)
    image.insert_layer(layer, None, 0)
    layer.set_offsets(*offset)
    rgba = photo(width, height, seed)
    if alpha:
        rgba[..., 3] = np.linspace(0, 1, width)[None, :]
    fill(layer, rgba)
    image.clean_all()
    return image, layer


def style_file(name="style.png", seed=7, width=160, height=120):
    """Path of a made painting, written once."""
    path = os.path.join(WORK, name)
    if not os.path.exists(path):
        image = Gimp.Image.new(width, height, Gimp.ImageBaseType.RGB)
        layer = Gimp.Layer.new(image, "Style", width, height, Gimp.ImageType.RGB_IMAGE, 100.0,
                               Gimp.LayerMode.NORMAL)
        image.insert_layer(layer, None, 0)
        fill(layer, painting(width, height, seed))
        Gimp.file_save(Gimp.RunMode.NONINTERACTIVE, image, Gio.File.new_for_path(path), None)
        image.delete()
    return path
