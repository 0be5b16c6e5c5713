"""PyTorch as a contestant of tests/bench/run.

Usage: pytorch.py MODEL WIDTH HEIGHT FORMAT THREADS, where FORMAT is "f32"
(PyTorch's defaults), "f32-channels-last", "bf16" or "bf16-channels-last".

SPDX-License-Identifier: GPL-3.0-or-later
"""

import sys

import torch
import torch.nn.functional as F

import contestant


def prepare(network, dtype, layout):
    """Weights and the input's mean and scale, in the format asked for."""
    layers = {}
    for name, array in network.tensors.items():
        tensor = torch.from_numpy(array).to(dtype)
        if tensor.dim() == 4:
            tensor = tensor.contiguous(memory_format=layout)
        layers[name] = tensor
    triples = [torch.from_numpy(network.triple(key))
               for key in ("mean", "scale")]
    return layers, triples


def convolve(x, layers, name):
    x = F.pad(x, (1, 1, 1, 1), mode="reflect")
    return F.conv2d(x, layers[name + ".weight"], layers[name + ".bias"])


def encode(x, network, layers):
    for i in range(network.layers("encoder")):
        x = F.relu_(convolve(x, layers, f"encoder.{i}"))
        if i in network.pooled:
            x = F.max_pool2d(x, 2)
    variance, mean = torch.var_mean(x.float(), (2, 3), correction=0,
                                    keepdim=True)
    return x, mean, (variance + 1e-5).sqrt()


def decode(features, style, network, layers):
    x, mean, deviation = features
    scale = style[1] / deviation
    shift = style[0] - scale * mean
    x = torch.addcmul(shift.to(x.dtype), x, scale.to(x.dtype))
    count = network.layers("decoder")
    for i in range(count):
        x = convolve(x, layers, f"decoder.{i}")
        if i < count - 1:
            x = F.relu_(x)
        if i in network.doubled:
            x = F.interpolate(x, scale_factor=2, mode="nearest")
    return x.float().clamp_(0, 1)


def main():
    path, width, height, form, threads = sys.argv[1:]
    torch.set_num_threads(int(threads))
    dtype = torch.bfloat16 if form.startswith("bf16") else torch.float32
    layout = (torch.channels_last if form.endswith("channels-last")
              else torch.contiguous_format)
    network = contestant.Network(path)
    layers, (mean, scale) = prepare(network, dtype, layout)
    rgb = torch.from_numpy(contestant.picture(int(width), int(height)))
    rgb = rgb.permute(2, 0, 1)[None].contiguous()

    def run_encoder(x):
        x = ((x - mean) * scale).to(dtype).contiguous(memory_format=layout)
        return encode(x, network, layers)

    with torch.inference_mode():
        corner = rgb[:, :, :contestant.STYLE, :contestant.STYLE]
        style = run_encoder(corner)[1:]
        contestant.serve(network, f"PyTorch {torch.__version__}, {form}",
                         lambda: run_encoder(rgb),
                         lambda features: decode(features, style, network, layers))


main()
