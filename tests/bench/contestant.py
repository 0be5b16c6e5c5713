"""What the peers of tests/bench/run have in common: the protocol of bench-engine.

SPDX-License-Identifier: GPL-3.0-or-later
"""

import json
import struct
import sys
import time

import numpy

#: Side of the corner of the picture that is the style.
STYLE = 256


class Network:
    """A model file: `tensors` as float32 arrays, `metadata`, and the layers
    that are pooled and doubled, as weights/README.md describes them."""

    def __init__(self, path):
        with open(path, "rb") as file:
            data = file.read()
        length, = struct.unpack("<Q", data[:8])
        header = json.loads(data[8:8 + length])
        self.metadata = header.pop("__metadata__")
        self.tensors = {}
        for name, entry in header.items():
            begin, end = (8 + length + offset for offset in entry["data_offsets"])
            kind = {"F16": "<f2", "F32": "<f4"}[entry["dtype"]]
            tensor = numpy.frombuffer(data[begin:end], kind)
            self.tensors[name] = tensor.reshape(
                entry["shape"]).astype(numpy.float32)
        self.pooled, self.doubled = (
            [int(word) for word in self.metadata.get(key, default).split()]
            for key, default in (("pool", "1 3 7"), ("double", "0 4 6")))

    def layers(self, part):
        """How many layers the encoder or the decoder has."""
        return sum(name.startswith(part) and name.endswith(".weight")
                   for name in self.tensors)

    @property
    def channels(self):
        """Of the features."""
        return self.tensors["decoder.0.weight"].shape[1]

    def triple(self, key):
        """The input's "mean" or "scale", (1, 3, 1, 1)."""
        return numpy.array([float(word) for word in self.metadata[key].split()],
                           numpy.float32).reshape(1, 3, 1, 1)

    def cost(self):
        """Multiplications for each pixel of encoding and decoding it."""
        total, area = 0, 1
        for part, after, factor in (("encoder", self.pooled, 1 / 4),
                                    ("decoder", self.doubled, 4)):
            for layer in range(self.layers(part)):
                total += self.tensors[f"{part}.{layer}.weight"].size * area
                if layer in after:
                    area *= factor
        return total


def memory(name):
    """A line of /proc/self/status in bytes, 0 where there is no such file."""
    try:
        with open("/proc/self/status", encoding="ascii") as file:
            for line in file:
                if line.startswith(name + ":"):
                    return int(line.split()[1]) * 1024
    except OSError:
        pass
    return 0


def reset_peak():
    """Lets the peak of the memory begin anew at what is taken now."""
    try:
        with open("/proc/self/clear_refs", "w", encoding="ascii") as file:
            file.write("5")
    except OSError:
        pass


def picture(width, height):
    """Noise, height x width x 3 R'G'B': the same as bench-engine's."""
    value = numpy.arange(width * height * 3, dtype=numpy.uint32)
    value *= numpy.uint32(2654435761)
    value ^= value >> numpy.uint32(16)
    value *= numpy.uint32(0x45d9f3b)
    value ^= value >> numpy.uint32(16)
    value = (value >> numpy.uint32(8)).astype(numpy.float32) / 2**24
    return value.reshape(height, width, 3)


def serve(network, description, encode, decode):
    """Runs `decode(encode())` for each line read. If the line is a path the
    result, an array of 3 x height x width, is written there."""
    reset_peak()
    before = memory("VmRSS")
    print(f"ready {network.cost():.0f} {description}", flush=True)
    for line in sys.stdin:
        start = time.perf_counter()
        features = encode()
        middle = time.perf_counter()
        result = decode(features)
        end = time.perf_counter()
        if line.strip():
            rgb = numpy.asarray(result).reshape(3, *result.shape[-2:])
            numpy.ascontiguousarray(rgb.transpose(1, 2, 0)).tofile(line.strip())
        del features, result
        print(f"{middle - start:.6f} {end - middle:.6f}", flush=True)
    print(memory("VmHWM") - before, flush=True)


def serve_graphs(network, width, height, description, encoder_for, decode):
    """Serves what runs the graphs of onnx_graphs.py: `encoder_for(height,
    width)` returns the encoder of pictures of that size."""
    rgb = numpy.ascontiguousarray(
        picture(width, height).transpose(2, 0, 1)[None])
    corner = numpy.ascontiguousarray(rgb[:, :, :STYLE, :STYLE])
    encode = encoder_for(height, width)
    _, style_mean, style_deviation = (
        numpy.copy(array) for array in encoder_for(*corner.shape[2:])(corner))

    def paint(features):
        cells, mean, deviation = features
        scale = style_deviation / deviation
        return decode(cells, scale, style_mean - scale * mean)

    serve(network, description, lambda: encode(rgb), paint)
