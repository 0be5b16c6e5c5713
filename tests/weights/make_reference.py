#!/usr/bin/env python3
"""Write reference inputs and outputs that the engine is tested against.

Everything is computed in float64, straight from the formulas and without any
code of the trainer. Without --model, a small random model is made (and
written too). The layout of the files is described in
tests/engine/reference/README.md.
"""

import argparse
import copy
import os

import numpy as np
import torch
import torch.nn.functional as F
from safetensors import safe_open
from safetensors.numpy import save_file

#: The random models: widths of the encoder and the decoder, and after which
#: convolutions they are scaled. The deep one has more layers at 1/4 and 1/8;
#: that of the third knows the style (HyperNetworks).
MODELS = {
    "model": ((16, 16, 16, 32, 16, 32, 16, 16, 32),
              (32, 16, 16, 16, 32, 16, 16, 16, 3), (1, 3, 7), (0, 4, 6)),
    "deep": ((16, 16, 16, 16, 16, 16, 16, 16, 16, 24, 16, 32),
             (24, 16, 32, 16, 16, 16, 16, 16, 16, 16, 16, 3),
             (1, 3, 8), (2, 7, 9)),
    "hyper": ((16, 16, 16, 16, 16, 16, 16, 16, 32),
              (16, 16, 16, 16, 16, 16, 16, 16, 3), (1, 3, 7), (0, 4, 6)),
}
EPSILON = 1e-5
RIDGE = 1e-3
#: Of what tells how styles change the decoder of the third model: axes, hidden
#: units, factors of each convolution; and its constants.
AXES, HIDDEN, RANK = 5, 6, 3
LOG_LOAD, USUAL = 1e-4, 3

#: name: content (height, width), styles' (height, width), weights, strength,
#: texture if there is any
CASES = {
    "one-pixel": ((1, 1), [(16, 24)], [1], 1),
    "one-row": ((1, 21), [(9, 2)], [1], 1),
    "column": ((35, 2), [(24, 24)], [1], 1),
    "odd": ((23, 37), [(19, 33)], [1], 1),
    "exact": ((24, 32), [(32, 24)], [1], 1),
    "half": ((23, 37), [(19, 33)], [1], 0.5),
    "none": ((23, 37), [(19, 33)], [1], 0),
    "four": ((29, 18), [(16, 16), (21, 40), (33, 17), (8, 50)],
             [3, 1, 0.5, 0], 1),
    "four-half": ((41, 26), [(16, 16), (21, 40), (33, 17), (8, 50)],
                  [1, 1, 1, 1], 0.5),
    "texture": ((43, 57), [(49, 53)], [1], 1, 1),
    "texture-mixed": ((61, 46), [(36, 56), (51, 40)], [3, 1], 0.7, 0.4),
    "texture-flat": ((1, 21), [(9, 2)], [1], 1, 1),
}
HYPER_CASES = {
    "exact": ((24, 32), [(32, 24)], [1], 1),
    "two-half": ((29, 58), [(16, 16), (21, 40)], [3, 1], 0.5),
    "texture": ((43, 57), [(49, 53)], [1], 1, 1),
}
DEEP_CASES = {
    "odd": ((45, 37), [(19, 33)], [1], 1),
    "two-half": ((29, 58), [(16, 16), (21, 40)], [3, 1], 0.5),
}


def random_model(rng, name, encoder, decoder, pool, double):
    """A random model in float16, calibrated so that no layer dies.

    Every channel gets mean 0 and deviation 1 before its ReLU on some sample
    pictures, and the output mean 0.5 and deviation 0.2.
    """
    metadata = {"format": "adain-style-transfer 1", "name": "reference" if name == "model" else name,
                "license": "CC0-1.0", "description": "random, for tests",
                "scores": "none", "mean": "0.5 0.45 0.4", "scale": "4 3.5 3"}
    if name != "model":
        metadata["pool"] = " ".join(map(str, pool))
        metadata["double"] = " ".join(map(str, double))
    tensors, inputs = {}, 3
    x = torch.from_numpy(np.stack([picture(rng, (48, 48))
                                   for _ in range(4)]).astype(np.float64))
    x = x.permute(0, 3, 1, 2)
    x = (x - x.mean((0, 2, 3), True)) / x.std((0, 2, 3), keepdim=True)
    for part, widths in (("encoder", encoder), ("decoder", decoder)):
        for i, width in enumerate(widths):
            last = part == "decoder" and i == len(decoder) - 1
            weight = torch.from_numpy(rng.normal(0, 1, (width, inputs, 3, 3)))
            x = F.conv2d(F.pad(x, (1, 1, 1, 1), mode="reflect"), weight)
            factor = (0.2 if last else 1) / x.std((0, 2, 3), keepdim=True)
            offset = 0.5 * last - (x * factor).mean((0, 2, 3), keepdim=True)
            x = x * factor + offset
            tensors[f"{part}.{i}.weight"] = (
                weight * factor.view(-1, 1, 1, 1)).numpy().astype(np.float16)
            tensors[f"{part}.{i}.bias"] = (
                offset.flatten().numpy().astype(np.float16))
            inputs = width
            x = x if last else F.relu(x)
            if part == "encoder" and i in pool:
                x = F.max_pool2d(x, 2)
            if part == "decoder" and i in double:
                x = F.interpolate(x, scale_factor=2, mode="nearest")
    return tensors, metadata


def random_hyper(rng, tensors):
    """What tells how styles change the decoder of a model: a lot, and some of
    what it sees is unusual."""
    decoder = [tensors[f"decoder.{i}.weight"].shape for i in range(9)]
    inputs = 2 * decoder[0][1]
    outputs = sum(RANK + shape[0] for shape in decoder)

    def normal(scale, *shape):
        return rng.normal(0, scale, shape).astype(np.float16)

    hyper = {"center": normal(0.5, inputs), "axes": normal(0.5, AXES, inputs),
             "0.weight": normal(0.5, HIDDEN, AXES), "0.bias": normal(1, HIDDEN),
             "1.weight": normal(0.1, outputs, HIDDEN),
             "1.bias": normal(0.02, outputs)}
    for i, (out, *rest) in enumerate(decoder):
        hyper[f"left.{i}"] = normal(0.4, out, RANK)
        hyper[f"right.{i}"] = normal((9 * rest[0]) ** -0.5, RANK, *rest)
    return {f"hyper.{name}": tensor for name, tensor in hyper.items()}


def read_model(path):
    with safe_open(path, framework="np") as file:
        return ({name: file.get_tensor(name) for name in file.keys()},
                file.metadata())


def picture(rng, size):
    """Soft random colors with some grain, (height, width, 3) in 0..1."""
    coarse = torch.from_numpy(rng.random((1, 3, 4, 4)))
    soft = F.interpolate(coarse, size=size, mode="bilinear",
                         align_corners=True)[0].permute(1, 2, 0).numpy()
    grain = rng.normal(0, 0.08, soft.shape)
    return np.clip(soft + grain, 0, 1).astype(np.float32)


def reflected(length, total):
    """Source indices of 0 .. total - 1, reflecting as often as needed."""
    if length == 1:
        return np.zeros(total, int)
    index = np.arange(total) % (2 * (length - 1))
    return np.where(index < length, index, 2 * (length - 1) - index)


def padded(image):
    """Grown at the right and bottom to multiples of 8, at least 16."""
    rows, columns = (reflected(n, max(16, -(-n // 8) * 8))
                     for n in image.shape[:2])
    return image[rows][:, columns]


class Reference:
    """The network in float64."""

    def __init__(self, tensors, metadata):
        self.tensors = {name: torch.from_numpy(x.astype(np.float64))
                        for name, x in tensors.items()}
        self.mean, self.scale = (
            torch.tensor([float(x) for x in metadata[key].split()],
                         dtype=torch.float64).view(1, 3, 1, 1)
            for key in ("mean", "scale"))
        self.pool, self.double = (
            [int(x) for x in metadata.get(key, default).split()]
            for key, default in (("pool", "1 3 7"), ("double", "0 4 6")))
        self.layers = {part: sum(name.startswith(part)
                                 and name.endswith("weight")
                                 for name in tensors)
                       for part in ("encoder", "decoder")}

    def _convolve(self, x, layer):
        return F.conv2d(F.pad(x, (1, 1, 1, 1), mode="reflect"),
                        self.tensors[f"{layer}.weight"],
                        self.tensors[f"{layer}.bias"])

    def encode(self, image):
        """relu4_1 of the padded picture."""
        x = torch.from_numpy(padded(image).astype(np.float64))
        x = (x.permute(2, 0, 1)[None] - self.mean) * self.scale
        for i in range(self.layers["encoder"]):
            x = F.relu(self._convolve(x, f"encoder.{i}"))
            if i in self.pool:
                x = F.max_pool2d(x, 2)
        return x

    def adapted(self, styles, weights):
        """With the decoder that the model tells of these styles' features."""
        if "hyper.axes" not in self.tensors:
            return self
        hyper = {name.removeprefix("hyper."): x
                 for name, x in self.tensors.items()}
        told = 0
        for style, weight in zip(styles, weights):
            mean, deviation = (x.flatten() for x in moments(style))
            seen = torch.cat([mean, (deviation ** 2 + LOG_LOAD).log() / 2])
            seen = hyper["axes"] @ (seen - hyper["center"])
            hidden = F.relu(hyper["0.weight"] @ seen.clamp(-USUAL, USUAL)
                            + hyper["0.bias"])
            told = told + weight / sum(weights) * (
                hyper["1.weight"] @ hidden + hyper["1.bias"])
        result = copy.copy(self)
        result.tensors = dict(self.tensors)
        for i in range(self.layers["decoder"]):
            left, right = hyper[f"left.{i}"], hyper[f"right.{i}"]
            factors, bias, told = told.split(
                [RANK, len(left), len(told) - RANK - len(left)])
            result.tensors[f"decoder.{i}.weight"] = (
                self.tensors[f"decoder.{i}.weight"]
                + torch.einsum("or,r,riyx->oiyx", left, factors, right))
            result.tensors[f"decoder.{i}.bias"] = (
                self.tensors[f"decoder.{i}.bias"] + bias)
        return result

    def decode(self, x, size):
        for i in range(self.layers["decoder"]):
            x = self._convolve(x, f"decoder.{i}")
            if i < self.layers["decoder"] - 1:
                x = F.relu(x)
            if i in self.double:
                x = x.repeat_interleave(2, 2).repeat_interleave(2, 3)
        x = x[0].permute(1, 2, 0)[:size[0], :size[1]]
        return x.clamp(0, 1).numpy()


def moments(features):
    """Mean and deviation per channel, over all cells."""
    mean = features.mean((2, 3), keepdim=True)
    variance = (features - mean).square().mean((2, 3), keepdim=True)
    return mean, (variance + EPSILON).sqrt()


def covariance(features):
    """The covariance of all cells, regularised."""
    cells = features.flatten(2)[0]
    cells = cells - cells.mean(1, keepdim=True)
    result = cells @ cells.T / cells.shape[1]
    ridge = RIDGE * result.trace() / len(result) + EPSILON
    return result + ridge * torch.eye(len(result), dtype=torch.float64)


def power(matrix, exponent):
    values, vectors = torch.linalg.eigh(matrix)
    return vectors * values.clamp_min(0) ** exponent @ vectors.T


def transport(content, style):
    """The optimal transport map between two covariances."""
    root, inverse = power(content, 0.5), power(content, -0.5)
    return inverse @ power(root @ style @ root, 0.5) @ inverse


def compute(reference, rng, size, style_sizes, weights, strength, texture=0):
    """The arrays of one case."""
    content = picture(rng, size)
    styles = [picture(rng, s) for s in style_sizes]
    features = reference.encode(content)
    mean, deviation = moments(features)
    normal = (features - mean) / deviation
    blend = 0
    encoded = [reference.encode(style) for style in styles]
    for style, weight in zip(encoded, weights):
        style_mean, style_deviation = moments(style)
        target = normal * style_deviation
        if texture:
            change = transport(covariance(features),
                               covariance(style))
            moved = torch.einsum("oi,nihw->nohw", change, features - mean)
            target = (1 - texture) * target + texture * moved
        blend = blend + weight / sum(weights) * (target + style_mean)
    mixed = (1 - strength) * features + strength * blend
    arrays = {"content": content,
              "weights": np.array(weights, np.float32),
              "strength": np.array([strength], np.float32),
              "features": features[0].permute(1, 2, 0).numpy(),
              "mean": mean.flatten().numpy(),
              "deviation": deviation.flatten().numpy(),
              "output": reference.adapted(encoded, weights).decode(mixed,
                                                                    size)}
    if texture:
        arrays["texture"] = np.array([texture], np.float32)
    for k, style in enumerate(styles):
        arrays[f"style{k}"] = style
    return {name: np.ascontiguousarray(x, np.float32)
            for name, x in arrays.items()}


def write_cases(path, reference, rng, cases):
    arrays = {}
    for name, case in cases.items():
        for key, value in compute(reference, rng, *case).items():
            arrays[f"{name}.{key}"] = value
        output = arrays[f"{name}.output"]
        print(f"{name}: {output.shape[1]} x {output.shape[0]}, values "
              f"{output.min():.2f} to {output.max():.2f}, spread "
              f"{output.std((0, 1)).mean():.3f}")
    save_file(arrays, path)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("folder", help="where the files are written")
    parser.add_argument("--model", help="a model file to use instead")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    os.makedirs(options.folder, exist_ok=True)
    sets = {"model": ("cases", CASES), "deep": ("deep-cases", DEEP_CASES),
            "hyper": ("hyper-cases", HYPER_CASES)}
    if options.model:
        del sets["deep"], sets["hyper"]
    for model, (name, cases) in sets.items():
        rng = np.random.default_rng(options.seed)
        if options.model:
            tensors, metadata = read_model(options.model)
        else:
            tensors, metadata = random_model(rng, model, *MODELS[model])
            if model == "hyper":
                tensors.update(random_hyper(rng, tensors))
            save_file(tensors,
                      os.path.join(options.folder, f"{model}.safetensors"),
                      metadata)
        write_cases(os.path.join(options.folder, f"{name}.safetensors"),
                    Reference(tensors, metadata), rng, cases)


if __name__ == "__main__":
    main()
