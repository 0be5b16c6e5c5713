#!/usr/bin/env python3
"""What a model's features of photographs are like, kept with the model.

The engine needs it for pictures unlike any photograph: where a picture is
flat, a channel that hardly deviates would be blown up to the style's
deviation, and single values would leave all that the decoder has learnt.
"""

import argparse
import random

import torch

import cli
import pictures
import store
from networks import Ranges, statistics

#: Shorter sides at which photographs are looked at.
SIDES = 128, 512
COUNT = 300
#: Positions kept of each picture, and the share beyond either end.
POSITIONS = 1000
TAIL = 1e-4


@torch.no_grad()
def measure(encoder, images, count=COUNT, seed=0):
    """The Ranges of an encoder's last features over photographs, a `Choice`."""
    rng, generator = random.Random(seed), torch.Generator().manual_seed(seed)
    device = encoder.mean.device
    deviations, samples = [], []
    for _ in range(count):
        side = round(SIDES[0] * (SIDES[1] / SIDES[0]) ** rng.random())
        picture = pictures.to_tensor(
            pictures.scale_shorter(images.draw(rng), side))
        features = encoder(picture[None].to(device) / 255)[-1].float()
        mean, deviation = statistics(features)
        deviations.append(deviation.flatten().cpu())
        rows = ((features - mean) / deviation)[0].flatten(1).t().cpu()
        samples.append(rows[torch.randperm(
            len(rows), generator=generator)[:POSITIONS]])
    samples = torch.cat(samples)
    tail = max(1, round(TAIL * len(samples)))
    extent = torch.stack([
        samples.topk(tail, 0, largest=largest).values[-1]
        for largest in (False, True)])
    return Ranges(torch.stack(deviations).median(0).values, extent)


def main(arguments=None):
    parser = argparse.ArgumentParser(
        description="Measure what the features of photographs are like, and "
        "write it into a model file.")
    parser.add_argument("model", help="the .safetensors file to complete")
    parser.add_argument("--content", required=True, nargs="+",
                        type=pictures.Source.parse,
                        metavar="FOLDER[:SHARE[:DIVISOR]]",
                        help="folders of photographs, as for train.py")
    parser.add_argument("--out", help="write here, and leave the model alone")
    options = parser.parse_args(arguments)
    model, metadata = store.load_safetensors(options.model)
    model.ranges = measure(model.encoder, pictures.load_choice(options.content))
    store.save_safetensors(options.out or options.model, model, **metadata)
    return 0


if __name__ == "__main__":
    cli.run(main)
