#!/usr/bin/env python3
"""Score models on held-out pairs, and draw what they make of them.

The judge is the teacher's encoder; content and style loss are the paper's.
The Gram loss compares products of channels instead of their means and
deviations. The identity loss is the mean squared error of a content painted in
its own style: what a network cannot see or paint; the grid loss that of a
pattern which all blocks of 8 x 8 pixels share. Every folder of styles is a kind
of its own, paired with the folder of contents of the same position (the last
one, where there are fewer). Pairs are (k-th content, k-th style) of the sorted
held-out pictures, going round where one folder has fewer; pictures are scaled
to the size asked for by their shorter side and cropped in the middle. Lower is
better.
"""

import argparse
import hashlib
import json
import os
import random

import torch

import cli
import pictures
import store
from losses import (Target, content_loss, gram_loss, grams, grid_loss,
                    identity_loss, style_levels, style_parts)
from networks import multiplications
from noise import with_brushwork
from store import UserError

LAYERS = "relu1_1", "relu2_1", "relu3_1", "relu4_1"
#: What is scored, and how many digits of it are written.
DIGITS = {"content": 4, "style": 4, **{layer: 4 for layer in LAYERS},
          "gram": 4, "identity": 5, "grid": 7}
ORIGINAL = "original"
CACHE_FORMAT = "adain-style-transfer evaluation 1"


def parse_arguments(arguments=None):
    parser = argparse.ArgumentParser(
        description=__doc__.split("\n\n")[0],
        formatter_class=argparse.ArgumentDefaultsHelpFormatter)
    add = parser.add_argument
    folders = {"required": True, "nargs": "+", "type": pictures.Source.parse,
               "metavar": "FOLDER[:SHARE[:DIVISOR]]"}
    add("models", nargs="*", help="model files (.safetensors)")
    add("--content", help="folders of content pictures, as for train.py",
        **folders)
    add("--style", help="folders of style pictures, likewise", **folders)
    add("--vgg", required=True, help="the judge, vgg_normalised.pth")
    add("--decoder", help="decoder.pth: score the paper's model as well")
    add("--sizes", type=int, nargs="+", default=[256, 512])
    add("--pairs", type=int, default=42, help="pairs of each kind")
    add("--shift", type=int, default=0, metavar="N", help="the k-th content "
        "goes with the (k + N)-th style: other pairs of the same pictures")
    add("--texture", type=float, default=0.0, help="0: the models paint AdaIN, "
        "1: transport of the covariance, or between (the paper's: AdaIN)")
    add("--brushwork", type=float, default=0.0, help="how much noise the "
        "models find where a content is even, 0 to 1 (the paper's: none)")
    add("--all-pictures", action="store_true",
        help="use every picture, not only the held-out ones")
    add("--cache", help="keep what the judge sees and what the paper's model "
        "makes in this folder, for the next time")
    add("--sheet", help="write the pictures of the first size as this PNG")
    add("--sheet-pairs", type=int, default=12, help="rows of the sheet")
    add("--pictures", help="write every single picture into this folder")
    add("--blind", metavar="FOLDER", help="write, for every pair and size, the "
        "first two contestants' pictures side by side, in random order; "
        "key.json in there says which is which")
    add("--json", help="write the scores to this file")
    add("--record", action="store_true",
        help="write the scores into the metadata of the model files too")
    add("--device", default="cuda" if torch.cuda.is_available() else "cpu")
    add("--threads", type=int, help="CPU threads")
    options = parser.parse_args(arguments)
    if not options.models and not options.decoder:
        parser.error("nothing to score: name a model or --decoder")
    if min(options.sizes) < 32 or options.pairs < 1 or options.shift < 0:
        parser.error("sizes must be at least 32, pairs at least 1, the shift "
                     "at least 0")
    if not 0 <= options.texture <= 1:
        parser.error("--texture: from 0 to 1")
    if not 0 <= options.brushwork <= 1:
        parser.error("--brushwork: from 0 to 1")
    if options.blind and len(options.models) + bool(options.decoder) < 2:
        parser.error("--blind: two contestants are needed")
    return options


def load_models(options):
    """{title: model}, the original first."""
    models = {}
    if options.decoder:
        models[ORIGINAL] = store.load_original(options.vgg, options.decoder)
    for path in options.models:
        models[title_of(path)] = store.load_safetensors(path)[0]
    return {title: model.eval().to(options.device)
            for title, model in models.items()}


def load_pairs(options):
    """{kind: [(content, style)]}."""
    kinds, images = {}, {}
    for i, style in enumerate(options.style):
        content = options.content[min(i, len(options.content) - 1)]
        sets = []
        for source in (content, style):
            def keep(path, source=source):
                return options.all_pictures or source.held_out(path)
            if source not in images:
                images[source] = pictures.load_folder(
                    source.folder, keep, options.pairs + options.shift)
            sets.append(images[source])
        contents, styles = sets
        kinds[style.name] = [
            (contents[k % len(contents)],
             styles[(k + options.shift) % len(styles)])
            for k in range(options.pairs)]
    return kinds


class Judge:
    """The teacher's encoder, and what it thinks of pairs."""

    def __init__(self, options):
        self.encoder = store.load_vgg(options.vgg).eval().to(options.device)
        self.device, self.texture = options.device, options.texture
        self.brushwork = options.brushwork
        self.folder = options.cache
        self.teachers = [(os.path.getsize(path), os.path.getmtime(path))
                         for path in (options.vgg, options.decoder) if path]

    @torch.no_grad()
    def score(self, models, pair, size):
        """{title: losses}, and [content, style, outputs ...] as 8 bits."""
        crops = [pictures.centre_crop(image, size) for image in pair]
        content, style = (x[None].float().div(255).to(self.device)
                          for x in crops)
        path = self._path(crops)
        known = self._read(path)
        before = set(known)
        if not known:
            seen = self.encoder(style)
            target = Target(self.encoder(content)[-1], style_levels(seen))
            known = {"format": CACHE_FORMAT, "features": target.features,
                     "levels": target.levels, "grams": grams(seen)}
        target = Target.reached(known["features"], known["levels"])
        if ORIGINAL in models and ORIGINAL not in known:
            known[ORIGINAL] = self._losses(
                models[ORIGINAL], 0, 0, content, style, target, known["grams"])
        if path and set(known) != before:
            os.makedirs(self.folder, exist_ok=True)
            store.replace(path, lambda name: torch.save(known, name))
        losses, row = {}, crops
        for title, model in models.items():
            losses[title], output = (
                known[ORIGINAL] if title == ORIGINAL else
                self._losses(model, self.texture, self.brushwork, content,
                             style, target, known["grams"]))
            row.append(output)
        return losses, row

    def _path(self, crops):
        """Where what is known of a pair is kept, or None."""
        if not self.folder:
            return None
        digest = hashlib.sha256(repr(self.teachers).encode())
        for crop in crops:
            digest.update(repr(crop.shape).encode() + crop.numpy().tobytes())
        return os.path.join(self.folder, digest.hexdigest()[:32] + ".pt")

    def _read(self, path):
        """What is known of a pair; nothing where nothing is kept."""
        if not path or not os.path.exists(path):
            return {}
        known = store.load_pickle(path)
        if known.get("format") != CACHE_FORMAT:
            raise UserError(f"{path}: not of this evaluator; choose another "
                            "--cache")
        known["features"] = known["features"].to(self.device)
        known["levels"] = [[x.to(self.device) for x in level]
                           for level in known["levels"]]
        known["grams"] = [x.to(self.device) for x in known["grams"]]
        return known

    def _losses(self, model, texture, brushwork, content, style, target,
                wanted):
        """A model's losses, as DIGITS has them, and its picture."""
        seen = with_brushwork(content, brushwork)
        output = model(seen, style, texture).clamp(0, 1)
        seen = self.encoder(output)
        own = model(content, content).clamp(0, 1)
        # The networks leave out what is less than a whole block.
        blocks = content[..., :own.shape[-2], :own.shape[-1]]
        parts, _ = style_parts(seen, target)
        values = [content_loss(seen, target), parts.sum(0), *parts,
                  gram_loss(seen, wanted), identity_loss(own, blocks),
                  grid_loss(output)]
        return ([float(x) for x in values],
                pictures.to_tensor(pictures.to_image(output[0])))


def save_pictures(folder, titles, size, rows):
    os.makedirs(folder, exist_ok=True)
    for number, row in enumerate(rows):
        for title, tensor in zip(titles, row):
            name = f"{size}-{number:02}-{title}.png"
            store.replace(os.path.join(folder, name),
                          lambda path: pictures.to_image(tensor).save(
                              path, "PNG"))


def save_blind(folder, titles, size, rows, key):
    """Content and style above the first two contestants, in random order."""
    os.makedirs(folder, exist_ok=True)
    for number, (content, style, *outputs) in enumerate(rows):
        order = random.SystemRandom().sample(range(2), 2)
        name = f"{size}-{number:02}"
        key[name] = [titles[2 + i] for i in order]
        height, width = outputs[0].shape[1:]
        pictures.save_sheet(os.path.join(folder, name + ".png"), [
            [x[:, :height, :width] for x in (content, style)],
            [outputs[i] for i in order]])
    write_json(os.path.join(folder, "key.json"), key)


def write_json(path, value):
    text = json.dumps(value, indent=1) + "\n"

    def write(name):
        with open(name, "w", encoding="utf-8") as file:
            file.write(text)

    store.replace(path, write)


def title_of(path):
    return os.path.splitext(os.path.basename(path))[0]


def record(path, scores):
    """Put a model's scores, beside the original's, into its metadata."""
    model, metadata = store.load_safetensors(path)
    metadata["scores"] = json.dumps(
        {title: scores[title] for title in ("original", title_of(path))
         if title in scores})
    store.save_safetensors(path, model, **metadata)


def averages(rows):
    """The means of several pairs' losses, by name."""
    return {name: round(sum(column) / len(rows), digits)
            for (name, digits), column in zip(DIGITS.items(), zip(*rows))}


def report(size, kind, title, values):
    parts = " ".join(f"{values[layer]:.3f}" for layer in LAYERS)
    print(f"{size:4} px  {kind:14} {title:20} content {values['content']:.3f}  "
          f"style {values['style']:.3f} ({parts})  gram {values['gram']:.3f}  "
          f"identity {values['identity']:.4f}  grid {values['grid']:.6f}",
          flush=True)


def main(arguments=None):
    options = parse_arguments(arguments)
    if options.threads:
        torch.set_num_threads(options.threads)
    judge, models = Judge(options), load_models(options)
    kinds, key = load_pairs(options), {}
    titles = ["content", "style", *models]
    scores = {title: {"GMAC": round(multiplications(*model.tables) / 1e9, 2)}
              for title, model in models.items()}
    for size in options.sizes:
        rows = []
        totals = {title: {kind: [] for kind in kinds} for title in models}
        for kind, pairs in kinds.items():
            for pair in pairs:
                losses, row = judge.score(models, pair, size)
                for title, values in losses.items():
                    totals[title][kind].append(values)
                rows.append(row)
            for title in models:
                report(size, kind, title, averages(totals[title][kind]))
        for title, by_kind in totals.items():
            means = averages(sum(by_kind.values(), []))
            if len(kinds) > 1:
                report(size, "all", title, means)
                means["kinds"] = {kind: averages(values)
                                  for kind, values in by_kind.items()}
            scores[title][str(size)] = means
        if options.pictures:
            save_pictures(options.pictures, titles, size, rows)
        if options.blind:
            save_blind(options.blind, titles, size, rows, key)
        if options.sheet and size == options.sizes[0]:
            pictures.save_sheet(options.sheet, rows[:options.sheet_pairs],
                                titles)
    if options.json:
        write_json(options.json, scores)
    if options.record:
        for path in options.models:
            record(path, scores)
    return 0


if __name__ == "__main__":
    cli.run(main)
