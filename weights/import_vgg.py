#!/usr/bin/env python3
"""Convert the paper's public weights into a model file for the plug-in.

Needs vgg_normalised.pth and decoder.pth of the original AdaIN release. The
result is the full-size model: slower by far, and as the paper shows it.
"""

import argparse
import os

import torch

import cli
import store
from store import UserError


def main(arguments=None):
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("vgg", help="vgg_normalised.pth")
    parser.add_argument("decoder", help="decoder.pth")
    parser.add_argument("output", help="the .safetensors file to write")
    parser.add_argument("--half", action="store_true",
                        help="store 16 bits: half the size, nearly the same")
    parser.add_argument("--force", action="store_true",
                        help="replace an existing file")
    parser.add_argument("--name", default="AdaIN (Huang and Belongie)")
    parser.add_argument("--license", default="see where the weights are from")
    options = parser.parse_args(arguments)
    model = store.load_original(options.vgg, options.decoder)
    if os.path.exists(options.output) and not options.force:
        raise UserError(f"{options.output}: exists; add --force to replace it")
    store.save_safetensors(
        options.output, model,
        torch.float16 if options.half else torch.float32,
        name=options.name, license=options.license,
        description="The paper's encoder (VGG-19, trained on ImageNet) and "
                    "decoder (trained on MS-COCO and WikiArt), imported",
        scores="not scored")
    return 0


if __name__ == "__main__":
    cli.run(main)
