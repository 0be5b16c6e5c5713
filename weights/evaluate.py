#!/usr/bin/env python3
"""Score models on held-out pairs, and draw what they make of them.

The judge is the teacher's encoder; content and style loss are the paper's.
The identity loss is the mean squared error of a content painted in its own
style: what a network cannot see or paint; the grid loss that of a pattern
which all blocks of 8 x 8 pixels share. Pairs are
(k-th content, k-th style) of the sorted held-out pictures, going round where
one folder has fewer; pictures are scaled to the size asked for by their
shorter side and cropped in the middle. Lower is better.
"""

import argparse
import json
import os

import torch

import cli
import pictures
import store
from losses import (Target, content_loss, grid_loss, identity_loss,
                    style_levels, style_loss)
from networks import multiplications
from store import UserError


def parse_arguments(arguments=None):
    parser = argparse.ArgumentParser(
        description=__doc__.split("\n\n")[0],
        formatter_class=argparse.ArgumentDefaultsHelpFormatter)
    add = parser.add_argument
    add("models", nargs="*", help="model files (.safetensors)")
    add("--content", required=True, help="folder of content pictures")
    add("--style", required=True, help="folder of style pictures")
    add("--vgg", required=True, help="the judge, vgg_normalised.pth")
    add("--decoder", help="decoder.pth: score the paper's model as well")
    add("--sizes", type=int, nargs="+", default=[256, 512])
    add("--pairs", type=int, default=42)
    add("--all-pictures", action="store_true",
        help="use every picture, not only the held-out ones")
    add("--sheet", help="write the pictures of the first size as this PNG")
    add("--sheet-pairs", type=int, default=12, help="rows of the sheet")
    add("--pictures", help="write every single picture into this folder")
    add("--json", help="write the scores to this file")
    add("--record", action="store_true",
        help="write the scores into the metadata of the model files too")
    add("--device", default="cuda" if torch.cuda.is_available() else "cpu")
    add("--threads", type=int, help="CPU threads")
    options = parser.parse_args(arguments)
    if not options.models and not options.decoder:
        parser.error("nothing to score: name a model or --decoder")
    if min(options.sizes) < 32 or options.pairs < 1:
        parser.error("sizes must be at least 32, pairs at least 1")
    return options


def load_models(options):
    """[(title, model)], the original first."""
    models = []
    if options.decoder:
        models.append(("original",
                       store.load_original(options.vgg, options.decoder)))
    for path in options.models:
        models.append((title_of(path), store.load_safetensors(path)[0]))
    return [(title, model.eval().to(options.device))
            for title, model in models]


@torch.no_grad()
def score(models, judge, pairs, size, device):
    """Mean losses per model, and [content, style, outputs ...] per pair."""
    totals = {title: [0.0] * 4 for title, _ in models}
    rows = []
    for images in pairs:
        content, style = (
            pictures.centre_crop(image, size)[None].float().div(255).to(device)
            for image in images)
        target = Target(judge(content)[-1], style_levels(judge(style)))
        row = [content[0], style[0]]
        for title, model in models:
            output = model(content, style).clamp(0, 1)
            seen = judge(output)
            own = model(content, content).clamp(0, 1)
            # The networks leave out what is less than a whole block.
            blocks = content[..., :own.shape[-2], :own.shape[-1]]
            for i, loss in enumerate((content_loss(seen, target),
                                      style_loss(seen, target),
                                      identity_loss(own, blocks),
                                      grid_loss(output))):
                totals[title][i] += float(loss)
            row.append(output[0])
        rows.append([pictures.to_tensor(pictures.to_image(x)) for x in row])
    return {title: [x / len(pairs) for x in values]
            for title, values in totals.items()}, rows


def save_pictures(folder, titles, size, rows):
    os.makedirs(folder, exist_ok=True)
    for number, row in enumerate(rows):
        for title, tensor in zip(titles, row):
            name = f"{size}-{number:02}-{title}.png"
            store.replace(os.path.join(folder, name),
                          lambda path: pictures.to_image(tensor).save(
                              path, "PNG"))


def title_of(path):
    return os.path.splitext(os.path.basename(path))[0]


def record(path, scores):
    """Put a model's scores, beside the original's, into its metadata."""
    model, metadata = store.load_safetensors(path)
    metadata["scores"] = json.dumps(
        {title: scores[title] for title in ("original", title_of(path))
         if title in scores})
    store.save_safetensors(path, model, **metadata)


def main(arguments=None):
    options = parse_arguments(arguments)
    if options.threads:
        torch.set_num_threads(options.threads)
    judge = store.load_vgg(options.vgg).eval().to(options.device)
    models = load_models(options)

    def keep(path):
        return options.all_pictures or pictures.held_out(path)

    sets = [pictures.load_folder(folder, keep, options.pairs)
            for folder in (options.content, options.style)]
    pairs = [tuple(images[k % len(images)] for images in sets)
             for k in range(options.pairs)]
    titles = ["content", "style"] + [title for title, _ in models]
    scores = {}
    for title, model in models:
        scores[title] = {"GMAC": round(multiplications(*model.tables) / 1e9,
                                       2)}
    for size in options.sizes:
        result, rows = score(models, judge, pairs, size, options.device)
        for title, (content, style, identity, grid) in result.items():
            print(f"{size:4} px  {title:24} content {content:.3f}  "
                  f"style {style:.3f}  identity {identity:.4f}  "
                  f"grid {grid:.6f}", flush=True)
            scores[title][str(size)] = {"content": round(content, 4),
                                        "style": round(style, 4),
                                        "identity": round(identity, 5),
                                        "grid": round(grid, 7)}
        if options.pictures:
            save_pictures(options.pictures, titles, size, rows)
        if options.sheet and size == options.sizes[0]:
            pictures.save_sheet(options.sheet, rows[:options.sheet_pairs],
                                titles)
    if options.json:
        text = json.dumps(scores, indent=1) + "\n"

        def write(name):
            with open(name, "w", encoding="utf-8") as file:
                file.write(text)

        store.replace(options.json, write)
    if options.record:
        for path in options.models:
            record(path, scores)
    return 0


if __name__ == "__main__":
    cli.run(main)
