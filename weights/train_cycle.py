#!/usr/bin/env python3
"""Train a network that turns one kind of picture into another, and one back.

The two kinds lie in two flat folders, and need not show the same (Zhu et al.,
"Unpaired image-to-image translation using cycle-consistent adversarial
networks", ICCV 2017). What comes of it are two ONNX files for the plug-in's
`model` argument. Run it again with --resume to go on after a stop.
"""

import argparse
import itertools
import random

import torch
import torch.nn.functional as F

import cli
import course
import pictures
from generators import MULTIPLE, Generator, Judge, save_onnx

SHEET = 4


def parse_arguments(arguments=None):
    parser = argparse.ArgumentParser(
        description=__doc__.split("\n\n")[0],
        formatter_class=argparse.ArgumentDefaultsHelpFormatter)
    add = parser.add_argument
    for name, text in ("from", "to be changed"), ("to", "to be like"):
        add(f"--{name}", dest=f"{name}_", required=True, nargs="+",
            type=pictures.Source.parse, metavar="FOLDER[:SHARE[:DIVISOR]]",
            help=f"folders of the pictures {text}, as train.py takes them")
    course.add_options(parser, 100000, 2e-4)
    add("--batch", type=int, default=1, help="crops of each kind in a step")
    add("--crop", type=int, default=256, help="side of a crop")
    add("--sides", type=int, nargs=2, default=(256, 320), metavar="PIXELS",
        help="pictures are scaled to a shorter side in this range")
    add("--width", type=int, default=64, help="channels at full size")
    add("--blocks", type=int, default=9, help="residual blocks")
    add("--cycle-weight", type=float, default=10.0,
        help="loss of what is not as it was, there and back")
    add("--identity-weight", type=float, default=5.0,
        help="loss of what is changed though it is of the kind already")
    add("--buffer", type=int, default=50,
        help="painted pictures that the judges are shown again")
    options = parser.parse_args(arguments)
    course.check_options(parser, options, 2 * MULTIPLE)
    if options.buffer < 1:
        parser.error("--buffer: must be positive")
    return options


class Buffer:
    """Painted pictures of earlier steps, of which the judges are shown one
    instead of every other new one, so that they do not forget (Shrivastava et
    al., "Learning from simulated and unsupervised images through adversarial
    training", CVPR 2017)."""

    def __init__(self, size):
        self.size, self.kept = size, []

    def exchange(self, painted, rng):
        """As many as these, of these and earlier ones."""
        shown = []
        for picture in painted.detach():
            if len(self.kept) < self.size:
                self.kept.append(picture)
            elif rng.random() < 0.5:
                place = rng.randrange(self.size)
                picture, self.kept[place] = self.kept[place], picture
            shown.append(picture)
        return torch.stack(shown)

    def state_dict(self):
        return {"kept": self.kept}

    def load_state_dict(self, state):
        self.kept = state["kept"][:self.size]


def opinion(judge, painted, wanted):
    """How far a judge is from the number that is wanted (least squares: Mao et
    al., "Least squares generative adversarial networks", ICCV 2017)."""
    return (judge(painted) - wanted).square().mean()


class Cycle:
    """Two generators, and a judge of each kind."""

    format = "adain cycle 1"
    names = "deceit", "cycle", "identity", "judges"

    def __init__(self, options, sets):
        torch.manual_seed(options.seed)
        self.options, self.sets = options, sets
        self.rng = random.Random(options.seed)
        self.form = [options.width, options.blocks]
        self.there, self.back = (Generator(*self.form).to(options.device)
                                 for _ in range(2))
        self.judges = [Judge(options.width).to(options.device)
                       for _ in range(2)]
        self.buffers = [Buffer(options.buffer) for _ in range(2)]
        self.painters, self.critics = (
            torch.optim.Adam(itertools.chain(*(x.parameters() for x in both)),
                             betas=(0.5, 0.999))
            for both in ((self.there, self.back), self.judges))
        self.parts = {"there": self.there, "back": self.back,
                      "judge of from": self.judges[0],
                      "judge of to": self.judges[1],
                      "buffer of from": self.buffers[0],
                      "buffer of to": self.buffers[1],
                      "painters": self.painters, "critics": self.critics}
        self.shown = [torch.stack([
            pictures.centre_crop(images.draw(self.rng), options.crop)
            for _ in range(SHEET)]) for images in sets]

    def on_device(self, crops):
        """From -1 to 1, as the networks have it."""
        return crops.to(self.options.device).float().div(127.5).sub(1)

    def draw(self, images):
        options = self.options
        return self.on_device(torch.stack([
            pictures.random_crop(images.draw(self.rng), options.crop,
                                 options.sides, self.rng)
            for _ in range(options.batch)]))

    def step(self, rate):
        for optimizer in self.painters, self.critics:
            for group in optimizer.param_groups:
                group["lr"] = rate
        real = [self.draw(images) for images in self.sets]
        painted, losses = self.teach_painters(real)
        return torch.stack([*losses, self.teach_judges(real, painted)])

    def teach_painters(self, real):
        options = self.options
        first, second = real
        painted = self.back(second), self.there(first)
        for judge in self.judges:
            judge.requires_grad_(False)
        deceit = sum(opinion(judge, x, 1)
                     for judge, x in zip(self.judges, painted))
        cycle = options.cycle_weight * (
            F.l1_loss(self.back(painted[1]), first)
            + F.l1_loss(self.there(painted[0]), second))
        identity = options.identity_weight * (
            F.l1_loss(self.back(first), first)
            + F.l1_loss(self.there(second), second))
        self.painters.zero_grad()
        (deceit + cycle + identity).backward()
        self.painters.step()
        return painted, [x.detach() for x in (deceit, cycle, identity)]

    def teach_judges(self, real, painted):
        loss = 0
        for judge, own, others, buffer in zip(self.judges, real, painted,
                                              self.buffers):
            judge.requires_grad_(True)
            others = buffer.exchange(others, self.rng)
            loss = loss + (opinion(judge, own, 1)
                           + opinion(judge, others, 0)) / 2
        self.critics.zero_grad()
        loss.backward()
        self.critics.step()
        return loss.detach()

    def export(self, path):
        for name, generator in ("model", self.there), ("back", self.back):
            save_onnx(path(name + ".onnx"), generator,
                      license=self.options.license,
                      description=self.options.description)

    @torch.no_grad()
    def sheet(self):
        """Of each kind pictures, changed, and changed back."""
        rows = []
        for shown, first, second in (
                (self.shown[0], self.there, self.back),
                (self.shown[1], self.back, self.there)):
            painted = first(self.on_device(shown))
            again = second(painted)
            rows += zip(shown, painted / 2 + 0.5, again / 2 + 0.5)
        return [list(row) for row in rows]


def main(arguments=None):
    options = parse_arguments(arguments)
    if options.threads:
        torch.set_num_threads(options.threads)
    sets = [pictures.load_choice(sources, options.max_pictures)
            for sources in (options.from_, options.to_)]
    print(f"{len(sets[0])} and {len(sets[1])} pictures", flush=True)
    course.Course(options, Cycle(options, sets)).run()
    return 0


if __name__ == "__main__":
    cli.run(main)
