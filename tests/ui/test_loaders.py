"""The dialog's preview, a run and a filter see the same of a style's file. The plug-in is loaders.c.

SPDX-License-Identifier: GPL-3.0-or-later
"""
import os
import struct
import sys
import zlib

import gi
gi.require_version("GdkPixbuf", "2.0")
from gi.repository import GdkPixbuf  # noqa: E402
import numpy as np  # noqa: E402
from PIL import Image  # noqa: E402

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "plugin"))
from harness import WORK, Gimp, Gio, case, cases, fill, new_image, photo, run  # noqa: E402

WIDTH, HEIGHT = 160, 120
# In 255ths: what rounding to 8 bits makes; the transform of JPEG, on which GIMP and GdkPixbuf do not agree to the
# last bit, which near the edge of another color space is more. The loaders of newer GdkPixbufs round otherwise.
NEWER = (GdkPixbuf.PIXBUF_MAJOR, GdkPixbuf.PIXBUF_MINOR) >= (2, 44)
ROUNDING, JPEG, MEAN = (2, 16, 1.5) if NEWER else (1, 16, 0.3)
RGB, GRAY = Gimp.ImageBaseType.RGB, Gimp.ImageBaseType.GRAY
U16, LINEAR = Gimp.Precision.U16_NON_LINEAR, Gimp.Precision.FLOAT_LINEAR


def read(path):
    """What preview, run and filter see: height x width x RGBA, or None."""
    image = Gimp.Image.new(8, 8, RGB)
    procedure = Gimp.get_pdb().lookup_procedure("adain-test-loaders")
    config = procedure.create_config()
    config.set_property("run-mode", Gimp.RunMode.NONINTERACTIVE)
    config.set_property("image", image)
    config.set_property("styles", [path])
    result = procedure.run(config)
    assert result.index(0) == Gimp.PDBStatusType.SUCCESS, Gimp.get_pdb().get_last_error()
    pictures = []
    for first in range(result.length() - 9, result.length(), 3):
        width, height, data = (result.index(first + i) for i in range(3))
        rgba = np.frombuffer(data.get_data() if width else b"", np.uint8)
        pictures.append(rgba.reshape(height, width, 4).astype(int) if width else None)
    return pictures


def check_same(a, b, jpeg=False):
    """That two pictures are the same to the eye; what is transparent has no color."""
    assert a.shape == b.shape, (a.shape, b.shape)
    difference = np.abs(a - b)
    color = difference[(a[..., 3] > 0) & (b[..., 3] > 0), :3]
    assert difference[..., 3].max() <= ROUNDING, difference[..., 3].max()
    assert color.max() <= (JPEG if jpeg else ROUNDING) and color.mean() < MEAN, (color.max(), color.mean())


def by_gimp(name, base=RGB, precision=Gimp.Precision.U8_NON_LINEAR, alpha=False, profile=None):
    """A picture that GIMP wrote."""
    path = os.path.join(WORK, name)
    image, _ = new_image(WIDTH, HEIGHT, base, precision, alpha)
    if profile:
        image.set_color_profile(profile)
    assert Gimp.file_save(Gimp.RunMode.NONINTERACTIVE, image, Gio.File.new_for_path(path), None)
    return path


def shot(mode="RGB", seed=1):
    rgba = (photo(WIDTH, HEIGHT, seed) * 255).round().astype(np.uint8)
    return Image.fromarray(rgba, "RGBA").convert(mode)


def by_others(name, mode="RGB", **options):
    """A picture as other programs write it."""
    path = os.path.join(WORK, name)
    if options.pop("twice", False):
        options.update(save_all=True, append_images=[shot(mode, 2)])
    shot(mode).save(path, **options)
    return path


def exif(orientation):
    return b"Exif\0\0MM\0*" + struct.pack(">IHHHIHHI", 8, 1, 0x112, 3, 1, orientation, 0, 0)


def with_chunks(path, **chunks):
    """A PNG file with more chunks behind its header."""
    with open(path, "rb") as file:
        content = file.read()
    more = b"".join(struct.pack(">I", len(data)) + kind.encode() + data
                    + struct.pack(">I", zlib.crc32(kind.encode() + data)) for kind, data in chunks.items())
    with open(path, "wb") as file:
        file.write(content[:33] + more + content[33:])
    return path


def with_exif(path, data):
    """A WebP file with other bytes in its EXIF chunk, which is the last."""
    with open(path, "rb") as file:
        content = file.read()
    chunks = content[8:content.index(b"EXIF")] + b"EXIF" + struct.pack("<I", len(data)) + data
    with open(path, "wb") as file:
        file.write(b"RIFF" + struct.pack("<I", len(chunks)) + chunks)
    return path


def layered(name):
    path = os.path.join(WORK, name)
    image, _ = new_image(WIDTH, HEIGHT, alpha=True)
    layer = Gimp.Layer.new(image, "Above", 80, 60, Gimp.ImageType.RGBA_IMAGE, 60.0, Gimp.LayerMode.MULTIPLY)
    image.insert_layer(layer, None, 0)
    layer.set_offsets(30, 20)
    fill(layer, photo(80, 60, 5))
    assert Gimp.file_save(Gimp.RunMode.NONINTERACTIVE, image, Gio.File.new_for_path(path), None)
    return path


ADOBE = Gimp.ColorProfile.new_rgb_adobe()
GRAY_PROFILE = Gimp.ColorProfile.new_d65_gray_linear()
SRGB = struct.pack(">8I", 31270, 32900, 64000, 33000, 30000, 60000, 15000, 6000)
WIDE = struct.pack(">8I", 31270, 32900, 64000, 33000, 21000, 71000, 15000, 6000)
ORIENTATIONS = 2, 3, 4, 5, 6, 7, 8
PICTURES = {
    "PNG": lambda: by_gimp("a.png"),
    "PNG with alpha": lambda: by_gimp("b.png", alpha=True),
    "PNG, 16 bit": lambda: by_gimp("c.png", precision=U16),
    "PNG, 16 bit with alpha": lambda: by_gimp("d.png", precision=U16, alpha=True),
    "PNG, gray with alpha": lambda: by_gimp("e.png", GRAY, alpha=True),
    "PNG, gray, 16 bit": lambda: by_gimp("f.png", GRAY, precision=U16),
    "PNG, indexed": lambda: by_others("g.png", "P"),
    "PNG with a profile": lambda: by_gimp("h.png", profile=ADOBE),
    "PNG, gray with a profile": lambda: by_others("i.png", "L", icc_profile=bytes(GRAY_PROFILE.get_icc_profile())),
    "PNG with a gamma": lambda: with_chunks(by_others("j.png"), gAMA=struct.pack(">I", 100000)),
    "PNG with primaries": lambda: with_chunks(by_others("k.png"), cHRM=WIDE, gAMA=struct.pack(">I", 45455)),
    "PNG with sRGB's primaries": lambda: with_chunks(by_others("m.png"), cHRM=SRGB),
    "PNG that lies": lambda: with_chunks(by_others("l.png"), eXIf=exif(6)[6:]),
    "JPEG": lambda: by_gimp("a.jpg"),
    "JPEG, gray": lambda: by_gimp("b.jpg", GRAY),
    "JPEG, progressive": lambda: by_others("c.jpg", progressive=True, subsampling=2),
    "JPEG with a profile": lambda: by_gimp("d.jpg", profile=ADOBE),
    **{f"JPEG, orientation {n}": lambda n=n: by_others(f"o{n}.jpg", exif=exif(n)) for n in ORIENTATIONS},
    "WebP with alpha": lambda: by_gimp("a.webp", alpha=True),
    **{f"WebP, orientation {n}": lambda n=n: by_others(f"o{n}.webp", lossless=True, exif=exif(n))
       for n in ORIENTATIONS},
    "WebP, EXIF as in JPEG": lambda: with_exif(by_others("b.webp", lossless=True, exif=exif(6)), exif(6)),
    "TIFF with a thumbnail": lambda: by_gimp("a.tif", alpha=True),
    "TIFF, 16 bit": lambda: by_gimp("b.tif", precision=U16),
    "TIFF, float": lambda: by_gimp("c.tif", precision=LINEAR),
    "TIFF with a profile": lambda: by_gimp("d.tif", profile=ADOBE),
    "TIFF, orientation 6": lambda: by_others("o6.tif", tiffinfo={0x112: 6}),
    "TIFF, pages": lambda: by_others("e.tif", twice=True),
    "GIF, frames": lambda: by_others("a.gif", "P", twice=True),
}
# GEGL has no loader for these.
WITHOUT_FILTER = {
    "XCF, layers": lambda: layered("a.xcf"),
    "BMP": lambda: by_gimp("a.bmp"),
    "JPEG for print": lambda: by_others("e.jpg", "CMYK"),
}


@cases(*PICTURES)
def test_all(name):
    """Preview, run and filter agree:"""
    preview, painted, filtered = read(PICTURES[name]())
    check_same(preview, painted, "JPEG" in name)
    check_same(filtered, painted, "JPEG" in name)


@cases(*WITHOUT_FILTER)
def test_preview(name):
    """Preview and run agree:"""
    preview, painted, _ = read(WITHOUT_FILTER[name]())
    check_same(preview, painted)


@case
def test_print():
    """What a filter cannot open without risk it refuses."""
    assert read(WITHOUT_FILTER["JPEG for print"]())[2] is None


@cases("large.png", "large.jpg", "large.tif")
def test_reduced(name):
    """A large picture, which the preview has reduced, has the same colors and nearly the same noise:"""
    path = os.path.join(WORK, name)
    image, _ = new_image(2400, 1800)
    assert Gimp.file_save(Gimp.RunMode.NONINTERACTIVE, image, Gio.File.new_for_path(path), None)
    preview, painted, _ = read(path)
    assert preview.shape[0] < painted.shape[0]
    size = preview.shape[1], preview.shape[0]
    reduced = np.array(Image.fromarray(painted.astype(np.uint8), "RGBA").resize(size, Image.Resampling.BOX), int)
    assert np.abs(preview - reduced).mean() < 1.5, np.abs(preview - reduced).mean()
    sharpness = [np.abs(np.diff(picture, axis=1)).mean() for picture in (preview, reduced)]
    assert 0.75 < sharpness[0] / sharpness[1] < 1.1, sharpness


@cases("half", "header", "tables")
def test_damaged(kind):
    """A damaged JPEG file ends nothing: it is read as far as it goes, or refused:"""
    path = by_others("damaged.jpg", progressive=True)
    with open(path, "rb") as file:
        content = file.read()
    table = content.index(b"\xff\xc4") + 5
    damaged = {"half": content[:len(content) // 2], "header": content[:200],
               "tables": content[:table] + b"\xff" * 16 + content[table + 16:]}
    with open(path, "wb") as file:
        file.write(damaged[kind])
    read(path)


run()
