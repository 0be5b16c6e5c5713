#!/usr/bin/env python3
"""models.py DIRECTORY

Writes small ONNX models, good and broken ones, for the tests.

SPDX-License-Identifier: GPL-3.0-or-later
"""
import os
import sys

import numpy

sys.path.append(os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "weights"))

from onnx_file import FLOAT, FLOAT16, INT64, Graph  # noqa: E402

PLANES = (1, 3, "height", "width")
PIXELS = (1, "height", "width", 3)
# Means and deviations of ImageNet's pictures.
MEAN, DEVIATION = numpy.array([[0.485, 0.456, 0.406], [0.229, 0.224, 0.225]], numpy.float32)


def single(operator, *constants, shape=PLANES, out_shape=None, kind=FLOAT, metadata=None, **attributes):
    """A network of one node."""
    graph = Graph()
    graph.add(operator, "picture", *map(graph.constant, constants), output="painted", **attributes)
    return graph.model([("picture", shape, kind)], [("painted", out_shape or shape, kind)], metadata)


def negative(white, shape=PLANES, dtype=numpy.float32, metadata=None):
    """The negative of a picture, `white` less the value; an array for each color."""
    kind = FLOAT16 if dtype == numpy.float16 else FLOAT
    graph = Graph()
    white = numpy.asarray(white, dtype).reshape((1, 3, 1, 1) if numpy.ndim(white) else ())
    graph.add("Sub", graph.constant(white), "picture", output="painted")
    return graph.model([("picture", shape, kind)], [("painted", shape, kind)], metadata)


def network(layers=2, channels=16):
    """Random convolutions with instance normalization, as most such networks have it."""
    random = numpy.random.default_rng(1)
    graph, x, inputs = Graph(), "picture", 3
    for i in range(layers):
        weight = random.normal(0, (inputs * 9) ** -0.5, (channels, inputs, 3, 3)).astype(numpy.float32)
        x = graph.add("Conv", graph.pad(x, 1), graph.constant(weight), kernel_shape=[3, 3])
        x = graph.add("InstanceNormalization", x, graph.constant(numpy.ones(channels, numpy.float32)),
                      graph.constant(numpy.zeros(channels, numpy.float32)), epsilon=1e-5)
        x, inputs = graph.add("Relu", x), channels
    weight = random.normal(0, channels ** -0.5, (3, channels, 1, 1)).astype(numpy.float32)
    graph.add("Sigmoid", graph.add("Conv", x, graph.constant(weight), kernel_shape=[1, 1]), output="painted")
    return graph.model([("picture", PLANES)], [("painted", PLANES)], {"value_range": "unit"})


def two_inputs():
    """A network that wants a style's picture."""
    graph = Graph()
    graph.add("Add", "picture", "style", output="painted")
    return graph.model([("picture", PLANES), ("style", PLANES)], [("painted", PLANES)])


def labels():
    """A network that says what is in a picture."""
    graph = Graph()
    graph.add("Flatten", graph.add("GlobalAveragePool", "picture"), output="label")
    return graph.model([("picture", PLANES)], [("label", (1, 3))])


def twice():
    """A network that makes pictures of twice the size."""
    return single("Resize", numpy.zeros(0, numpy.float32), numpy.array([1, 1, 2, 2], numpy.float32),
                  out_shape=(1, 3, "h", "w"), mode="nearest", nearest_mode="floor",
                  coordinate_transformation_mode="asymmetric")


def margins():
    """A network that makes a margin around the picture."""
    graph = Graph()
    graph.add("Pad", "picture", graph.constant(numpy.array([0, 0, 1, 1] * 2, numpy.int64)), output="painted")
    return graph.model([("picture", PLANES)], [("painted", (1, 3, "h", "w"))])


MODELS = {
    "identity": single("Identity"),
    "negative-unit": negative(1),
    "negative-byte": negative(255),
    "negative-signed": negative(0),
    "negative-imagenet": negative((1 - 2 * MEAN) / DEVIATION, metadata={"value_range": "imagenet"}),
    "negative-pixels": negative(255, PIXELS),
    "negative-half": negative(1, dtype=numpy.float16),
    "negative-fixed": negative(1, (1, 3, 64, 96)),
    "negative-multiple": negative(1, metadata={"size_multiple": "100"}),
    "network": network(),
    "slow": network(60, 32),
    "twice": twice(),
    "bad-inputs": two_inputs(),
    "bad-gray": single("Identity", shape=(1, 1, "height", "width")),
    "bad-rank": single("Identity", shape=(3, "height", "width")),
    "bad-integers": single("Identity", kind=INT64),
    "bad-labels": labels(),
    "bad-margins": margins(),
    "bad-number": single("Log", metadata={"value_range": "signed"}),
    "bad-operator": single("Paint"),
    "bad-range": single("Identity", metadata={"value_range": "huge"}),
    "bad-multiple": single("Identity", metadata={"size_multiple": "0"}),
    "bad-text": b"This is not an ONNX file.\n",
    "bad-empty": b"",
    "bad-truncated": network()[:2000],
}


def write(directory):
    """One file for each."""
    os.makedirs(directory, exist_ok=True)
    for name, data in MODELS.items():
        with open(os.path.join(directory, name + ".onnx"), "wb") as file:
            file.write(data)


if __name__ == "__main__":
    write(sys.argv[1])
