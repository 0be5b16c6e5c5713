"""Every kind of image: size, place, precision and alpha are kept, the original is untouched.

SPDX-License-Identifier: GPL-3.0-or-later
"""
from itertools import product

import numpy as np

from harness import (EXECUTION_ERROR, Gimp, case, cases, fill, new_image, paint, photo, pixels,
                     refuse, run, style_file)

PRECISIONS = {
    "u8": Gimp.Precision.U8_NON_LINEAR, "u8-linear": Gimp.Precision.U8_LINEAR,
    "u16": Gimp.Precision.U16_NON_LINEAR, "half": Gimp.Precision.HALF_NON_LINEAR,
    "float": Gimp.Precision.FLOAT_NON_LINEAR, "float-linear": Gimp.Precision.FLOAT_LINEAR,
}
# What kernels of 16 bits may make of a faint style, beside none at all.
ROUNDING = 0.03
BASES = {"rgb": Gimp.ImageBaseType.RGB, "gray": Gimp.ImageBaseType.GRAY}


@cases(*product(BASES, ["opaque"], PRECISIONS, ["whole"]),
       *product(BASES, ["alpha"], PRECISIONS, ["selection"]),
       *product(BASES, ["alpha"], ["u8"], ["whole"]),
       *product(BASES, ["opaque"], ["u8"], ["selection"]))
def test_format(base, alpha, precision, selection):
    """A layer of the kind"""
    image, layer = new_image(90, 70, BASES[base], PRECISIONS[precision], alpha == "alpha",
                             offset=(-5, 8), size=(80, 64))
    if selection == "selection":
        image.select_ellipse(Gimp.ChannelOps.REPLACE, 10, 20, 40, 30)
    before = pixels(layer)

    result, = paint(image, [layer], styles=[style_file()])

    after = pixels(result)
    assert image.get_precision() == PRECISIONS[precision]
    assert result.type() == layer.type(), result.type()
    assert result.get_buffer().get_property("format") == layer.get_buffer().get_property("format")
    assert (result.get_width(), result.get_height()) == (80, 64)
    assert list(result.get_offsets()) == list(layer.get_offsets())
    assert np.array_equal(pixels(layer), before), "the original was changed"
    assert np.array_equal(after[..., 3], before[..., 3]), "alpha was changed"
    assert image.get_item_position(result) == 0 and image.get_item_position(layer) == 1

    painted = np.abs(after - before)[..., :3].max(axis=2)
    if selection == "selection":
        mask = pixels(result.get_mask(), "Y float", 1)[..., 0]
        wanted = pixels(image.get_selection(), "Y float", 1, (-5, 8, 80, 64))[..., 0]
        assert np.array_equal(mask, wanted), "the mask is not the selection"
        assert painted[mask == 1].mean() > 0.02, "nothing was painted"
        outside = np.ones_like(mask, bool)
        outside[12:42, 15:55] = False
        assert painted[outside].max() == 0, "something was painted outside the selection's bounds"
    else:
        assert result.get_mask() is None
        assert painted[:, 40:].mean() > 0.02, "nothing was painted"


def adobe_green(**arguments):
    """(0, 1, 0) in Adobe RGB, which sRGB cannot hold, after a run: as the layer has it."""
    image, layer = new_image(96, 80)
    green = np.zeros((80, 96, 4), np.float32)
    green[..., 1] = green[..., 3] = 1
    fill(layer, green)
    image.set_color_profile(Gimp.ColorProfile.new_rgb_adobe())
    result, = paint(image, [layer], styles=[style_file()], **arguments)
    image.set_color_profile(Gimp.ColorProfile.new_rgb_srgb())
    return pixels(result)[..., :3]


@case
def test_wide_gamut():
    """What the image's own color space can hold is not clipped."""
    faint = adobe_green(strength=0.001)
    assert np.abs(faint - [0, 1, 0]).max() < 0.05, faint[0, 0]
    kept = adobe_green(preserve_color="lightness")
    assert np.abs(kept[..., 0] - kept[..., 2]).max() < 0.01, kept[0, 0]
    assert np.abs(kept - [0, 1, 0]).max() > 0.1, "nothing was painted"


@case
def test_same_style_in_any_space():
    """A style has the same colors to the eye whatever the image's color space."""
    means = []
    for profile in (None, Gimp.ColorProfile.new_rgb_adobe()):
        image, layer = new_image(96, 80, precision=Gimp.Precision.FLOAT_NON_LINEAR)
        if profile:
            image.convert_color_profile(profile, Gimp.ColorRenderingIntent.RELATIVE_COLORIMETRIC, False)
        result, = paint(image, [layer], styles=[style_file()])
        means.append(pixels(result)[..., :3].mean(axis=(0, 1)))
    assert np.abs(means[0] - means[1]).max() < 0.04, means


@case
def test_high_dynamic_range():
    """Values above 1 go as the strength grows, without a jump."""
    image, layer = new_image(96, 80, precision=Gimp.Precision.FLOAT_LINEAR)
    bright = photo(96, 80)
    bright[..., :3] *= 3
    fill(layer, bright)
    faint, = paint(image, [layer], styles=[style_file()], strength=0.001)
    assert np.abs(pixels(faint) - pixels(layer)).max() < ROUNDING
    full, = paint(image, [layer], styles=[style_file()])
    assert pixels(full).max() < 1.01


@cases((1, 1), (1, 9), (9, 1), (3, 2), (17, 31), (257, 129))
def test_size(width, height):
    """A picture of the size"""
    image, layer = new_image(width, height)
    result, = paint(image, [layer], styles=[style_file()])
    assert (result.get_width(), result.get_height()) == (width, height)
    assert np.isfinite(pixels(result)).all()


@case
def test_transparent():
    """A layer that is transparent all over is refused."""
    image, layer = new_image(40, 30, alpha=True)
    layer.fill(Gimp.FillType.TRANSPARENT)
    image.clean_all()
    refuse(image, [layer], ["visible"], EXECUTION_ERROR, styles=[style_file()])


@case
def test_hidden_pixels():
    """What alpha hides has no influence on what is seen."""
    results = []
    for hidden in (0.0, 1.0):
        image, layer = new_image(64, 64, precision=PRECISIONS["float"], alpha=True)
        rgba = photo(64, 64)
        rgba[:, :32] = (hidden, 1 - hidden, hidden, 0)
        fill(layer, rgba)
        result, = paint(image, [layer], styles=[style_file()])
        results.append(pixels(result)[:, 32:, :3])
    assert np.abs(results[0] - results[1]).max() < 1e-3


@cases("alpha", "opaque")
def test_not_finite(alpha):
    """A layer with values beyond 0 and 1 and others that are no numbers gives proper ones:"""
    image, layer = new_image(64, 64, precision=PRECISIONS["float"], alpha=alpha == "alpha")
    rgba = photo(64, 64)
    rgba[:8] *= (20, -3, 5, 1)
    rgba[8:16, :, 0] = np.nan
    rgba[16:20, :, :3] = (np.inf, -np.inf, 1e30)
    if alpha == "alpha":
        rgba[20:24, :, 3] = np.nan
        rgba[24:28, :, 3] = 5
    fill(layer, rgba)
    result, = paint(image, [layer], styles=[style_file()])
    after = pixels(result)
    assert np.isfinite(after).all() and after.min() >= 0 and after.max() <= 1
    clean = rgba[32:, :, :3]
    assert 0.01 < np.abs(after[32:, :, :3] - clean).mean() < 0.5


@case
def test_profile():
    """An image with another color space keeps its profile."""
    image, layer = new_image(40, 30)
    profile = Gimp.ColorProfile.new_rgb_adobe()
    image.convert_color_profile(profile, Gimp.ColorRenderingIntent.PERCEPTUAL, True)
    result, = paint(image, [layer], styles=[style_file()], strength=0.0)
    assert image.get_color_profile().is_equal(profile)
    assert np.abs(pixels(result) - pixels(layer)).max() <= 1.01 / 255


run()
