#!/usr/bin/env python3
"""Make the gallery: the statistics of a folder of pictures, as styles.

A style is nothing but the statistics of its features, so a museum of them
takes the space of one picture. They belong to the encoder they were made
with; the decoder may be trained on without making the gallery anew.
"""

import argparse
import hashlib
import io
import json
import os
import re
import warnings

import numpy as np
import torch
import torch.nn.functional as F
from PIL import Image, ImageCms
from safetensors.torch import save_file

import cli
import pictures
import store
from networks import REDUCTION, ends
from store import UserError

FORMAT = "adain-gallery 1"
#: As the engine sees a style: its shorter side, and at most its longest.
SIDE, LONGEST = 512, 8192
#: Directions of the covariance that are kept beside its diagonal.
RANK = 52
#: Rounds of fitting them to what the diagonal leaves.
ROUNDS = 3

#: What a file name cannot spell.
SPELLINGS = {
    "bocklin": "Böcklin", "cezanne": "Cézanne", "durer": "Dürer",
    "jakuchu": "Jakuchū", "toulouse-lautrec": "Toulouse-Lautrec",
    "mont-sainte-victoire": "Mont Sainte-Victoire",
    "improvisation-30-cannons": "Improvisation 30 (Cannons)",
    "bathers-at-asnieres": "Bathers at Asnières",
    "the-beach-at-fecamp": "The Beach at Fécamp",
    "tale-a-la-hoffmann": "Tale à la Hoffmann",
    "jeanne-hebuterne": "Jeanne Hébuterne",
    "night-cafe-at-arles": "Night Café at Arles",
    "cafe-terrace-at-night": "Café Terrace at Night",
    "paris-street-rainy-day": "Paris Street; Rainy Day",
}
SMALL_WORDS = {"a", "above", "after", "and", "at", "de", "in", "la", "of",
               "off", "on", "over", "the", "with"}
NUMERALS = {"i", "ii", "vi", "viii"}


def spell(slug):
    """A title from its spelling in a file name."""
    if slug in SPELLINGS:
        return SPELLINGS[slug]
    words = slug.split("-")
    return " ".join(
        word.upper() if word in NUMERALS else
        word if word in SMALL_WORDS and i else word.capitalize()
        for i, word in enumerate(words))


def parse_name(path):
    """What artist--title--year.jpg says, or a UserError."""
    stem = os.path.splitext(os.path.basename(path))[0]
    match = re.fullmatch(r"([a-z0-9-]+?)--([a-z0-9-]+?)--(\d{3,4})", stem)
    if not match:
        raise UserError(f"{path}: not named artist--title--year")
    artist, title, year = match.groups()
    return {"name": f"{artist}--{title}", "artist": spell(artist),
            "title": spell(title), "year": year}


def digest(half, *buffers):
    """SHA-256 of some buffers, of where the size changes in a half of the
    network, and of its weights, in single precision."""
    total = hashlib.sha256()
    for buffer in buffers:
        total.update(buffer.detach().cpu().numpy().astype("<f4").tobytes())
    total.update(np.array(ends(half.table), "<i4").tobytes())
    for layer, _, _ in half.walk():
        for tensor in layer.weight, layer.bias:
            total.update(tensor.detach().float().cpu().numpy()
                         .astype("<f4").tobytes())
    return total.hexdigest()


def checksum(encoder):
    """SHA-256 of all that the encoder computes with."""
    return digest(encoder, encoder.mean, encoder.scale)


def hyper_checksum(hyper):
    """SHA-256 of what tells how styles change a decoder; None of None."""
    if hyper is None:
        return None
    total = hashlib.sha256()
    pairs = zip(hyper.left, hyper.right)
    for tensor in (hyper.center, hyper.axes, hyper[0].weight, hyper[0].bias,
                   hyper[1].weight, hyper[1].bias,
                   *(matrix for pair in pairs for matrix in pair)):
        total.update(tensor.detach().float().cpu().numpy()
                     .astype("<f4").tobytes())
    return total.hexdigest()


def open_srgb(path):
    """A picture as upright sRGB, or None with a warning if it is broken."""
    image = pictures.open_rgb(path)
    if image is not None and image.info.get("icc_profile"):
        try:
            profile = io.BytesIO(image.info["icc_profile"])
            image = ImageCms.profileToProfile(
                image, ImageCms.ImageCmsProfile(profile),
                ImageCms.createProfile("sRGB"), outputMode="RGB")
        except (ImageCms.PyCMSError, OSError) as error:
            warnings.warn(f"{path}: its color profile is ignored ({error})",
                          stacklevel=2)
    return image


def as_seen(image):
    """The picture (1, 3, H, W) at the size at which the engine sees styles,
    scaled as it does: a triangle as wide as the step to shrink, Catmull and
    Rom's cubic to enlarge."""
    factor = min(SIDE / min(image.size), LONGEST / max(image.size))
    size = [max(round(length * factor), 1) for length in image.size]
    kernel = (Image.Resampling.BILINEAR if factor < 1
              else Image.Resampling.BICUBIC)
    bands = [band.convert("F").resize(size, kernel) for band in image.split()]
    picture = torch.from_numpy(np.stack([np.asarray(b) for b in bands]))
    return picture[None].div(255).clamp(0, 1)


def moments(rows):
    """Mean and covariance of (channels, positions), in double."""
    rows = rows.double()
    mean = rows.mean(1)
    rows = rows - mean[:, None]
    return mean, rows @ rows.t() / rows.shape[1]


def factor(covariance, rank=RANK):
    """(rank, channels) whose products, with the rest of the diagonal, come
    nearest to a covariance: principal factors, the diagonal and the
    directions fitted in turn."""
    variances = covariance.diagonal()
    rest = torch.zeros_like(variances)
    for _ in range(ROUNDS):
        values, vectors = torch.linalg.eigh(covariance - rest.diag())
        values, vectors = values[-rank:].clamp_min(0), vectors[:, -rank:]
        directions = vectors * values.sqrt()
        rest = (variances - directions.square().sum(1)).clamp_min(0)
    return directions.t().flip(0)


def level_moments(levels):
    """The means and deviations of each level (1, channels, H, W), one after
    the other: what a refinement wants beside the features' own."""
    rows = [level[0].flatten(1).double() for level in levels]
    return torch.cat([part for row in rows
                      for part in (row.mean(1), row.std(1, correction=0))])


@torch.no_grad()
def encode(encoder, image):
    """The statistics of a picture: tensors for a row of the file."""
    picture = as_seen(image)
    colors, spread = moments(picture[0].flatten(1))
    width, height = picture.shape[3], picture.shape[2]
    picture = F.pad(picture, (0, -width % REDUCTION, 0, -height % REDUCTION),
                    mode="reflect")
    *levels, features = encoder(picture)
    mean, covariance = moments(features[0].flatten(1))
    return {"mean": mean, "deviation": covariance.diagonal().sqrt(),
            "factor": factor(covariance), "palette.mean": colors,
            "palette.covariance": spread, "levels": level_moments(levels)}


def main(arguments=None):
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("model", help="the .safetensors file of the model")
    parser.add_argument("pictures", help="a folder of pictures, "
                        "artist--title--year.jpg")
    parser.add_argument("output", help="the .safetensors file to write")
    options = parser.parse_args(arguments)
    encoder = store.load_safetensors(options.model)[0].encoder
    styles, rows = [], []
    for path in pictures.list_folder(options.pictures):
        if os.path.splitext(path)[1].lower() not in Image.registered_extensions():
            continue
        style, image = parse_name(path), open_srgb(path)
        if image is None:
            continue
        styles.append(style)
        rows.append(encode(encoder, image))
        print(f"\r{len(rows)} pictures", end="", flush=True)
    if not rows:
        raise UserError(f"{options.pictures}: no usable picture in it")
    # A palette is three numbers of which the covariance's are small.
    state = {key: torch.stack([row[key] for row in rows]).to(
        torch.float32 if key.startswith("palette") else torch.float16)
        for key in rows[0]}
    metadata = {"format": FORMAT, "encoder": checksum(encoder),
                "styles": json.dumps(styles, ensure_ascii=False)}
    store.replace(options.output,
                  lambda name: save_file(state, name, metadata))
    print(f", {os.path.getsize(options.output)} bytes")
    return 0


if __name__ == "__main__":
    cli.run(main)
