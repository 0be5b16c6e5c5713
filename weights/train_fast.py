#!/usr/bin/env python3
"""Train a network for one style on your own pictures.

What comes of it is an ONNX file for the plug-in's `model` argument (Johnson et
al., "Perceptual losses for real-time style transfer and super-resolution",
ECCV 2016). The teacher is the public vgg_normalised.pth. Run it again with
--resume to go on after a stop.
"""

import argparse
import random

import torch

import cli
import course
import pictures
import store
from generators import Generator, save_onnx
from losses import Target, content_loss, grid_loss, style_levels, style_losses
from networks import REDUCTION, STYLE_LAYERS
from store import UserError

SHEET = 4


def parse_arguments(arguments=None):
    parser = argparse.ArgumentParser(
        description=__doc__.split("\n\n")[0],
        formatter_class=argparse.ArgumentDefaultsHelpFormatter)
    add = parser.add_argument
    add("--content", required=True, nargs="+", type=pictures.Source.parse,
        metavar="FOLDER[:SHARE[:DIVISOR]]", help="folders of photographs, as "
        "train.py takes them")
    add("--style", required=True, help="the picture whose style is learned")
    add("--style-side", type=int, default=512,
        help="the shorter side at which it is seen")
    add("--vgg", required=True, help="the teacher, vgg_normalised.pth")
    course.add_options(parser, 10000, 1e-3)
    add("--batch", type=int, default=4, help="crops in a step")
    add("--crop", type=int, default=256, help="side of a crop")
    add("--sides", type=int, nargs=2, default=(256, 640), metavar="PIXELS",
        help="pictures are scaled to a shorter side in this range")
    add("--width", type=int, default=32, help="channels at full size")
    add("--blocks", type=int, default=5, help="residual blocks")
    add("--style-weight", type=float, default=4.0,
        help="style loss relative to content loss")
    add("--grid-weight", type=float, default=1000.0,
        help="loss of patterns that all blocks of 8 x 8 pixels share")
    options = parser.parse_args(arguments)
    course.check_options(parser, options, REDUCTION)
    return options


class Fast:
    """A generator that learns one style, judged by the teacher."""

    format = "adain one style 1"
    names = "content", "style", "grid"

    def __init__(self, options, teacher, images):
        torch.manual_seed(options.seed)
        self.options, self.images = options, images
        self.rng = random.Random(options.seed)
        self.teacher = teacher.to(options.device)
        self.form = [options.width, options.blocks]
        self.generator = Generator(*self.form).to(options.device)
        self.optimizer = torch.optim.Adam(self.generator.parameters())
        self.parts = {"generator": self.generator, "optimizer": self.optimizer}
        self.levels = self.look_at_style()
        self.shown = torch.stack([
            pictures.centre_crop(images.draw(self.rng), options.crop)
            for _ in range(SHEET)])

    @torch.no_grad()
    def look_at_style(self):
        image = pictures.open_rgb(self.options.style)
        if image is None:
            raise UserError(f"{self.options.style}: cannot be read")
        image = pictures.scale_shorter(image, self.options.style_side)
        return style_levels(self.see(self.on_device(
            pictures.to_tensor(image)[None])))

    def on_device(self, crops):
        return crops.to(self.options.device).float().div(255)

    def see(self, picture):
        """What the teacher sees at the layers of the style."""
        height, width = (size - size % REDUCTION for size in picture.shape[2:])
        return self.teacher(picture[..., :height, :width])[:STYLE_LAYERS]

    def step(self, rate):
        options = self.options
        crops = self.on_device(torch.stack([
            pictures.random_crop(self.images.draw(self.rng), options.crop,
                                 options.sides, self.rng)
            for _ in range(options.batch)]))
        with torch.no_grad():
            target = Target.reached(self.see(crops)[-1], self.levels)
        picture = self.generator.paint(crops)
        seen = self.see(picture)
        losses = torch.stack([
            content_loss(seen, target).mean(),
            options.style_weight * style_losses(seen, target)[0].mean(),
            options.grid_weight * grid_loss(picture).mean()])
        for group in self.optimizer.param_groups:
            group["lr"] = rate
        self.optimizer.zero_grad()
        losses.sum().backward()
        self.optimizer.step()
        return losses.detach()

    def export(self, path):
        save_onnx(path("model.onnx"), self.generator,
                  license=self.options.license,
                  description=self.options.description)

    @torch.no_grad()
    def sheet(self):
        painted = self.generator.paint(self.on_device(self.shown))
        return list(zip(self.shown, painted))


def main(arguments=None):
    options = parse_arguments(arguments)
    if options.threads:
        torch.set_num_threads(options.threads)
    teacher = store.load_vgg(options.vgg).eval().requires_grad_(False)
    images = pictures.load_choice(options.content, options.max_pictures)
    print(f"{len(images)} photographs", flush=True)
    course.Course(options, Fast(options, teacher, images)).run()
    return 0


if __name__ == "__main__":
    cli.run(main)
