#!/usr/bin/env python3
"""Learn the styles of a gallery: what each changes in the decoder.

To the weights of every convolution a product of two thin matrices is added
(E. Hu et al., "LoRA: low-rank adaptation of large language models", ICLR
2022), so that a style which has a network of its own takes 54 KB. The judge is
the teacher; the plug-in learns likewise, with the model's own encoder in its
place.
"""

import argparse
import concurrent.futures
import itertools
import json
import multiprocessing
import os
import random
import time

import numpy as np
import torch
import torch.nn.functional as F
from safetensors import safe_open
from safetensors.torch import save_file

import cli
import gallery
import pictures
import store
from losses import (Target, activity_loss, content_loss, grid_loss,
                    style_levels, style_losses, wanted_activity)
from networks import (REDUCTION, STYLE_LAYERS, convolve, ends, statistics,
                      transport)
from store import UserError

#: As the engine's ADAIN_ADAPTATION_RANK.
RANK = 4
#: Photographs' crops that all styles are practised on, and others that tell
#: what was learned.
LESSONS, TESTS = 32, 6
#: The shorter sides at which photographs are seen.
SIDES = 256, 640
#: Where a style's loss on the others does not fall to this, it keeps the
#: decoder as it is.
WORTH = 0.95


class Adaptation:
    """What a style changes in a decoder: of each convolution `left` (out, r),
    `right` (r, in * 9) and `bias` (out). At first that is nothing. `told` is
    what the model tells of such a style: of each convolution what is added to
    its weight and its bias."""

    def __init__(self, decoder, generator, told=None):
        self.decoder, self.told = decoder, told
        self.parts = []
        for layer, _, _ in decoder.walk():
            out, inputs = layer.weight.shape[0], layer.weight[0].numel()
            rank = min(RANK, out)
            right = torch.randn(rank, inputs, generator=generator)
            self.parts.append((torch.zeros(out, rank), right / inputs ** 0.5,
                               torch.zeros(out)))
        for tensor in self.tensors():
            tensor.requires_grad_(True)

    def tensors(self):
        return list(itertools.chain(*self.parts))

    def row(self):
        """All numbers, as a gallery has them."""
        return torch.cat([tensor.detach().flatten()
                          for tensor in self.tensors()]).half()

    def decode(self, x):
        """As the decoder does, with the changes."""
        doublings = ends(self.decoder.table)
        last = len(self.parts) - 1
        for i, (layer, part) in enumerate(zip(
                (layer for layer, _, _ in self.decoder.walk()), self.parts)):
            left, right, bias = part
            weight = layer.weight + (left @ right).view_as(layer.weight)
            bias = layer.bias + bias
            if self.told:
                weight = weight + self.told[i][0]
                bias = bias + self.told[i][1]
            x = convolve(x, weight, bias)
            if i < last:
                x = F.relu(x)
            if i in doublings:
                x = F.interpolate(x, scale_factor=2, mode="nearest")
        return x


class School:
    """The model, the teacher and the photographs, for all styles."""

    def __init__(self, options):
        self.model, _ = store.load_safetensors(options.model)
        self.teacher = store.load_vgg(options.vgg).eval()
        for network in self.model, self.teacher:
            network.requires_grad_(False)
            network.to(memory_format=torch.channels_last)
        self.options = options
        self.lessons = self._look(
            [source.for_training for source in options.content], LESSONS)
        self.tests = self._look(
            [source.held_out for source in options.content], TESTS)

    def autocast(self):
        return torch.autocast("cpu", torch.bfloat16,
                              enabled=self.options.precision == "bf16")

    @torch.no_grad()
    def _look(self, kept, count):
        """Crops, and their features in the model's and the teacher's eyes."""
        rng = random.Random(self.options.seed)
        images = [pictures.load_folder(source.folder, keep, count)
                  for source, keep in zip(self.options.content, kept)]
        choice = pictures.Choice(images, [source.share for source
                                          in self.options.content])
        crops, seen = [], []
        for _ in range(count):
            crop = pictures.random_crop(choice.draw(rng), self.options.crop,
                                        SIDES, rng)[None].float().div(255)
            crops.append(crop)
            with self.autocast():
                seen.append((self.model.encoder(crop)[-1].float(),
                             self.teacher(crop)[-1].float()))
        return torch.cat(crops), seen

    @torch.no_grad()
    def style(self, path):
        """A style's picture, its features, and what they ask for."""
        image = gallery.open_srgb(path)
        if image is None:
            raise UserError(f"{path}: cannot be read")
        picture = gallery.as_seen(image)
        picture = F.pad(picture, (0, -picture.shape[3] % REDUCTION,
                                  0, -picture.shape[2] % REDUCTION),
                        mode="reflect")
        own = self.model.encoder(picture)[-1].float()
        theirs = [x.float() for x in self.teacher(picture)]
        return picture, own, theirs[-1], style_levels(theirs)

    @torch.no_grad()
    def assign(self, lessons, style):
        """For each crop its features with the style, the target, and what the
        activity should be."""
        crops, seen = lessons
        picture, own, theirs, levels = style
        wanted = zip(*(x.split(1) for x in wanted_activity(crops, picture)))
        texture = self.options.texture
        return [(transport(x, own, texture),
                 Target.reached(transport(y, theirs, texture), levels),
                 activity) for (x, y), activity in zip(seen, wanted)]

    @torch.no_grad()
    def tell(self, own):
        """What the model tells of a style's features, if it can."""
        hyper = self.model.hyper
        return hyper(*statistics(own))[0] if hyper is not None else None

    def judge(self, adaptation, work):
        """The picture, its content, style and activity loss."""
        features, target, wanted = work
        with self.autocast():
            picture = adaptation.decode(
                features.contiguous(memory_format=torch.channels_last))
            seen = self.teacher(picture.float().clamp(-0.1, 1.1))
        seen = [x.float() for x in seen[:STYLE_LAYERS]]
        picture = picture.float()
        return (picture, content_loss(seen, target).sum(),
                style_losses(seen, target)[0].sum(),
                activity_loss(picture, wanted).sum())

    @torch.no_grad()
    def examine(self, adaptation, tests):
        """Mean content, style and activity loss."""
        return np.mean([[float(loss) for loss in
                         self.judge(adaptation, work)[1:]]
                        for work in tests], axis=0)

    def learn(self, path):
        """A row for the gallery (None: not worth it), and by how much the
        content, style and activity loss of other photographs changed."""
        options = self.options
        rng = random.Random(options.seed)
        style = self.style(path)
        work, tests = (self.assign(crops, style)
                       for crops in (self.lessons, self.tests))
        adaptation = Adaptation(
            self.model.decoder, torch.Generator().manual_seed(options.seed),
            self.tell(style[1]))
        before = self.examine(adaptation, tests)
        adam = torch.optim.Adam(adaptation.tensors(), options.rate)
        deck = []
        for step in range(options.steps):
            for group in adam.param_groups:
                group["lr"] = (options.rate * min((step + 1) / 10, 1)
                               * (1 - 0.95 * step / options.steps))
            adam.zero_grad()
            for _ in range(options.batch):
                if not deck:
                    deck = rng.sample(work, len(work))
                picture, content, loss, uneven = self.judge(
                    adaptation, deck.pop())
                (content + options.style_weight * loss
                 + options.activity_weight * uneven
                 + options.grid_weight * grid_loss(picture).sum()
                 ).div(options.batch).backward()
            adam.step()
        after = self.examine(adaptation, tests) / before
        return adaptation.row() if after[1] < WORTH else None, after


def read(path):
    """The tensors, metadata and styles of a gallery's file."""
    try:
        with safe_open(path, "pt") as file:
            state = {key: file.get_tensor(key) for key in file.keys()}
            metadata = file.metadata() or {}
    except Exception as error:
        raise UserError(f"{path}: {error}") from error
    if metadata.get("format") != gallery.FORMAT:
        raise UserError(f"{path}: not a gallery")
    return state, metadata, json.loads(metadata["styles"])


def find_pictures(folder):
    """The paths of a folder's pictures by the names of their styles."""
    found = {}
    for path in pictures.list_folder(folder):
        stem = os.path.splitext(os.path.basename(path))[0]
        found[stem] = path
        try:
            found[gallery.parse_name(path)["name"]] = path
        except UserError:
            pass
    return found


def parse_arguments(arguments):
    parser = argparse.ArgumentParser(
        description=__doc__.split("\n\n")[0],
        formatter_class=argparse.ArgumentDefaultsHelpFormatter)
    add = parser.add_argument
    add("model", help="the .safetensors file of the model")
    add("gallery", help="the .safetensors file of the gallery, which is "
        "changed after every style")
    add("--pictures", required=True, help="a folder of the styles' pictures, "
        "called as the styles are")
    add("--content", required=True, nargs="+", type=pictures.Source.parse,
        metavar="FOLDER[:SHARE[:DIVISOR]]",
        help="folders of photographs, as train.py takes them")
    add("--vgg", required=True, help="the teacher, vgg_normalised.pth")
    add("--only", nargs="+", metavar="NAME", help="no other styles")
    add("--again", action="store_true", help="also styles that have been "
        "learned already")
    add("--steps", type=int, default=100, help="for each style")
    add("--batch", type=int, default=2, help="crops in a step")
    add("--crop", type=int, default=192, help="side of a crop")
    add("--rate", type=float, default=4e-3, help="learning rate")
    add("--texture", type=float, default=0.5, help="0: the photographs are "
        "painted by AdaIN, 1: by transport of the covariance, or between")
    add("--style-weight", type=float, default=2.0,
        help="style loss relative to content loss")
    add("--grid-weight", type=float, default=1000.0,
        help="loss of patterns that all blocks of 8 x 8 pixels share")
    add("--activity-weight", type=float, default=3.0,
        help="loss of texture where the photograph is even and the style is "
        "calmer, and of the lack of it elsewhere")
    add("--precision", choices=("bf16", "f32"), default="bf16")
    add("--processes", type=int, default=os.cpu_count(),
        help="styles that are learned at a time")
    add("--seed", type=int, default=0)
    return parser.parse_args(arguments)


def learn(path):
    return school.learn(path)


def main(arguments=None):
    global school
    options = parse_arguments(arguments)
    torch.set_num_threads(1)
    state, metadata, styles = read(options.gallery)
    found = find_pictures(options.pictures)
    school = School(options)
    decoder = gallery.digest(school.model.decoder)
    if metadata["encoder"] != gallery.checksum(school.model.encoder):
        raise UserError(f"{options.gallery}: made for another model")
    size = len(Adaptation(school.model.decoder, None).row())
    rows = state.get("adaptation")
    if metadata.get("decoder") != decoder or rows is None:
        rows = torch.zeros(len(styles), size, dtype=torch.float16)
    metadata["decoder"] = decoder
    hyper = gallery.hyper_checksum(school.model.hyper)
    todo = [i for i, style in enumerate(styles)
            if style["name"] in found
            and (not options.only or style["name"] in options.only)
            and (options.again or not rows[i].any()
                 or style.get("hyper") not in (None, hyper))]
    began, context = time.time(), multiprocessing.get_context("fork")
    with concurrent.futures.ProcessPoolExecutor(
            options.processes, context) as processes:
        jobs = {processes.submit(learn, found[styles[i]["name"]]): i
                for i in todo}
        for done, job in enumerate(concurrent.futures.as_completed(jobs)):
            i = jobs[job]
            row, (content, style, activity) = job.result()
            rows[i] = row if row is not None else 0
            state["adaptation"] = rows
            styles[i].pop("hyper", None)
            if hyper and row is not None:
                styles[i]["hyper"] = hyper
            metadata["styles"] = json.dumps(styles, ensure_ascii=False)
            store.replace(options.gallery,
                          lambda name: save_file(state, name, metadata))
            minutes = (time.time() - began) / 60
            print(f"{done + 1}/{len(todo)} {styles[i]['name']}: content "
                  f"{content:.3f}, style {style:.3f}, activity "
                  f"{activity:.3f}{'' if row is not None else ', not kept'} "
                  f"({minutes:.1f} min)", flush=True)
    return 0


if __name__ == "__main__":
    cli.run(main)
