"""Folders of pictures, crops of them, and PNG sheets and curves."""

import concurrent.futures
import dataclasses
import itertools
import os
import random
import re
import warnings
import zlib

import numpy as np
import torch
from PIL import Image, ImageDraw, ImageOps

from store import UserError, replace

#: Pictures are kept in memory no larger than this (shorter side).
MEMORY_SIDE = 512
#: Pictures whose number is divisible by this are never trained on, where a
#: folder has no divisor of its own.
HOLD_OUT = 50


def held_out(name, divisor=HOLD_OUT):
    """Whether a file is kept for scoring: by its number, else by its name."""
    digits = re.findall(r"\d+", os.path.splitext(os.path.basename(name))[0])
    number = int(digits[-1]) if digits else zlib.crc32(name.encode())
    return number % divisor == 0


@dataclasses.dataclass(frozen=True)
class Source:
    """A folder of pictures, its share of the draws relative to the other
    folders', and the divisor of the numbers that are held out."""

    folder: str
    share: float = 1.0
    divisor: int = HOLD_OUT

    @classmethod
    def parse(cls, text):
        """FOLDER, FOLDER:SHARE or FOLDER:SHARE:DIVISOR."""
        match = re.fullmatch(r"(.+?)(?::(\d*\.?\d+)(?::(\d+))?)?", text)
        if not match:
            raise ValueError(text)
        folder, share, divisor = match.groups()
        source = cls(folder, float(share or 1), int(divisor or HOLD_OUT))
        if source.share <= 0 or source.divisor < 1:
            raise ValueError(text)
        return source

    def held_out(self, path):
        return held_out(path, self.divisor)

    def for_training(self, path):
        return not self.held_out(path)

    @property
    def name(self):
        return os.path.basename(os.path.normpath(self.folder))


class Choice:
    """Pictures of several folders, drawn by the folders' shares and, within a
    folder, by weights that begin at 1."""

    def __init__(self, sets, shares):
        self.sets, self.shares = sets, shares
        self.weights = [[1.0] * len(images) for images in sets]

    def __len__(self):
        return sum(map(len, self.sets))

    def place(self, rng):
        """(number of the folder, number in it) of the picture drawn."""
        folder, = rng.choices(range(len(self.sets)), self.shares)
        weights = self.weights[folder]
        return folder, rng.choices(range(len(weights)), weights)[0]

    def at(self, place):
        folder, number = place
        return self.sets[folder][number]

    def draw(self, rng):
        return self.at(self.place(rng))

    def weigh(self, place, weight, pace=0.5):
        """Move the weight of a picture towards this."""
        folder, number = place
        weights = self.weights[folder]
        weights[number] += pace * (weight - weights[number])


def load_choice(sources, limit=None):
    """The pictures to train on, of all sources."""
    return Choice([load_folder(source.folder, source.for_training, limit)
                   for source in sources],
                  [source.share for source in sources])


def list_folder(folder):
    """Sorted paths of the files in a flat folder, or a UserError."""
    try:
        names = sorted(os.listdir(folder))
    except OSError as error:
        raise UserError(f"{folder}: {error.strerror}") from error
    paths = [os.path.join(folder, name) for name in names
             if not name.startswith(".")]
    paths = [path for path in paths if os.path.isfile(path)]
    if not paths:
        raise UserError(f"{folder}: the folder is empty")
    return paths


def open_rgb(path):
    """A picture as upright RGB, or None with a warning if it is broken."""
    try:
        with Image.open(path) as image:
            return ImageOps.exif_transpose(image).convert("RGB")
    except (OSError, ValueError, SyntaxError,
            Image.DecompressionBombError) as error:
        warnings.warn(f"{path}: skipped ({error})", stacklevel=2)
        return None


def scale_shorter(image, side):
    """The picture scaled so that its shorter side is `side`."""
    factor = side / min(image.size)
    size = [max(side, round(length * factor)) for length in image.size]
    return image.resize(size, Image.Resampling.BICUBIC)


def open_small(path):
    """A picture no larger than is kept in memory, or None if it is broken."""
    image = open_rgb(path)
    if image is not None and min(image.size) > MEMORY_SIDE:
        image = scale_shorter(image, MEMORY_SIDE)
    return image


def load_folder(folder, keep, limit=None):
    """The pictures of a folder whose path passes `keep`, small, in memory."""
    paths = filter(keep, list_folder(folder))
    if limit:
        found = filter(None, map(open_small, paths))
        images = list(itertools.islice(found, limit))
    else:
        with concurrent.futures.ThreadPoolExecutor() as threads:
            images = list(filter(None, threads.map(open_small, paths)))
    if not images:
        raise UserError(f"{folder}: no usable picture in it")
    return images


def to_tensor(image):
    """A PIL picture as a (3, H, W) uint8 tensor."""
    return torch.from_numpy(np.array(image)).permute(2, 0, 1)


def draw_crop(image, size, sides, rng=random):
    """A random crop at a random scale, perhaps mirrored: what `cut` takes
    beside the picture, the box (left, top, right, bottom) in its pixels, the
    side that it is scaled to, and whether it is mirrored."""
    low, high = (max(size, side) for side in sides)
    side = round(low * (high / low) ** rng.random())
    width = size * min(image.size) / side
    left = rng.random() * (image.width - width)
    top = rng.random() * (image.height - width)
    return (left, top, left + width, top + width), size, rng.random() < 0.5


def cut(image, box, size, mirrored):
    """A crop that was drawn, as uint8. Only what is kept is scaled."""
    image = image.resize((size, size), Image.Resampling.BILINEAR, box=box)
    return to_tensor(ImageOps.mirror(image) if mirrored else image)


def random_crop(image, size, sides, rng=random):
    """A random crop at a random scale, perhaps mirrored, as uint8."""
    return cut(image, *draw_crop(image, size, sides, rng))


def centre_crop(image, size):
    """The middle of the picture with its shorter side scaled to `size`."""
    image = scale_shorter(image, size)
    left, top = (image.width - size) // 2, (image.height - size) // 2
    return to_tensor(image.crop((left, top, left + size, top + size)))


def to_image(tensor):
    """A (3, H, W) tensor in 0..1 (or uint8) as a PIL picture."""
    if tensor.dtype != torch.uint8:
        tensor = tensor.float().clamp(0, 1).mul(255).round().byte()
    return Image.fromarray(tensor.permute(1, 2, 0).cpu().numpy())


def save_sheet(path, rows, titles=()):
    """Write rows of equally large (3, H, W) tensors as one PNG."""
    height, width = rows[0][0].shape[1:]
    gap, head = 4, 16 if titles else 0
    sheet = Image.new("RGB", (len(rows[0]) * (width + gap) - gap,
                              head + len(rows) * (height + gap) - gap),
                      "white")
    draw = ImageDraw.Draw(sheet)
    for i, title in enumerate(titles):
        draw.text((i * (width + gap) + 2, 2), title, "black")
    for y, row in enumerate(rows):
        for x, tensor in enumerate(row):
            sheet.paste(to_image(tensor),
                        (x * (width + gap), head + y * (height + gap)))
    replace(path, lambda name: sheet.save(name, "PNG"))


def save_curves(path, history, names, size=(900, 480)):
    """Draw loss curves, logarithmic, from rows of (step, value, ...), of which
    some may be no numbers."""
    image = Image.new("RGB", size, "white")
    draw = ImageDraw.Draw(image)
    left, top, right, bottom = 60, 20, size[0] - 20, size[1] - 30
    data = np.array(history, float)
    data = data[np.isfinite(data).all(1)]
    if not len(data):
        return
    logs = np.log10(np.maximum(data[:, 1:], 1e-6))
    low, high = logs.min() - 0.02, logs.max() + 0.02
    last = max(data[-1, 0], 1)

    def place(step, value):
        return (left + (right - left) * step / last,
                bottom - (bottom - top) * (value - low) / (high - low))

    for tick in np.linspace(low, high, 6):
        y = place(0, tick)[1]
        draw.line([(left, y), (right, y)], "#dddddd")
        draw.text((4, y - 6), f"{10 ** tick:.3g}", "black")
    for fraction in (0, 0.25, 0.5, 0.75, 1):
        draw.text((place(fraction * last, low)[0] - 12, bottom + 8),
                  f"{round(fraction * last)}", "black")
    for i, name in enumerate(names):
        color = ("#c0392b", "#2471a3", "#1e8449", "#7d3c98")[i % 4]
        points = [place(*point) for point in zip(data[:, 0], logs[:, i])]
        draw.line(points, color, 2)
        draw.text((right - 120, top + 14 * i), name, color)
    replace(path, lambda name: image.save(name, "PNG"))
