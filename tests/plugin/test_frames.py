"""Several layers that share their statistics, as frames of an animation do.

SPDX-License-Identifier: GPL-3.0-or-later
"""
from harness import Gimp, cases, fill, new_image, np, paint, photo, pixels, run, style_file

WIDTH, HEIGHT, STEP = 256, 96, 64

# So far from its edges a picture does not know what is beyond.
MARGIN = 64


def frames(image, lights):
    """Layers that show a pan over one picture, each as bright as that."""
    scene = photo(WIDTH + STEP * len(lights), HEIGHT, seed=3)
    scene[..., :3] *= np.linspace(0.2, 1, scene.shape[1], dtype=np.float32)[None, :, None]
    result = []
    for number, light in enumerate(lights):
        layer = Gimp.Layer.new(image, f"Frame {number}", WIDTH, HEIGHT, Gimp.ImageType.RGB_IMAGE, 100.0,
                               Gimp.LayerMode.NORMAL)
        image.insert_layer(layer, None, 0)
        frame = scene[:, number * STEP:number * STEP + WIDTH].copy()
        frame[..., :3] *= light
        fill(layer, frame)
        result.append(layer)
    return result


def change(layers):
    """The mean change from one layer to the next, motion taken out."""
    pictures = [pixels(layer)[..., :3] for layer in layers]
    return np.mean([np.abs(a[:, MARGIN + STEP:-MARGIN] - b[:, MARGIN:-MARGIN - STEP]).mean()
                    for a, b in zip(pictures, pictures[1:])])


@cases("none", "palette", "lightness")
def test_flicker(preserve):
    """Neighbouring frames differ by half as much, at most"""
    # What 8 bits round differently in each frame would be painted differently.
    image, _ = new_image(WIDTH, HEIGHT, precision=Gimp.Precision.FLOAT_NON_LINEAR)
    layers = frames(image, [0.8, 0.802, 0.804, 0.806])
    # The noise of brushwork stays where it is when the picture moves.
    arguments = {"styles": [style_file()], "preserve_color": preserve, "brushwork": 0.0}
    alone = change(paint(image, layers, **arguments))
    shared = change(paint(image, layers, shared_statistics=True, **arguments))
    assert shared <= 0.5 * alone, (shared, alone)


@cases(1, 2)
def test_same(n):
    """One layer, or the same one twice, is painted as it is alone"""
    image, _ = new_image(WIDTH, HEIGHT)
    layers = [frames(image, [0.9])[0] for _ in range(n)]
    alone, = paint(image, layers[:1], styles=[style_file()])
    for layer in paint(image, layers, styles=[style_file()], shared_statistics=True):
        assert np.abs(pixels(layer) - pixels(alone)).max() <= (2.1 / 255 if n > 1 else 0)


run()
