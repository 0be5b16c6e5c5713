"""A model as two ONNX graphs, for the peers of tests/bench/run that read them.

SPDX-License-Identifier: GPL-3.0-or-later
"""

import os
import sys

import numpy

sys.path.append(os.path.join(os.path.dirname(os.path.abspath(__file__)),
                             "..", "..", "weights"))

from onnx_file import Graph  # noqa: E402


def convolve(graph, x, tensors, layer, output=None):
    return graph.add("Conv", graph.pad(x, 1),
                     graph.constant(tensors[layer + ".weight"]),
                     graph.constant(tensors[layer + ".bias"]), output=output,
                     kernel_shape=[3, 3])


def encoder(network, height, width):
    """From "rgb" to "features", their "mean" and "deviation" per channel."""
    graph = Graph()
    x = graph.add("Sub", "rgb", graph.constant(network.triple("mean")))
    x = graph.add("Mul", x, graph.constant(network.triple("scale")))
    layers = network.layers("encoder")
    for i in range(layers):
        x = convolve(graph, x, network.tensors, f"encoder.{i}")
        last = i == layers - 1
        x = graph.add("Relu", x, output="features" if last else None)
        if i in network.pooled:
            x = graph.add("MaxPool", x, kernel_shape=[2, 2], strides=[2, 2])
    graph.add("ReduceMean", x, output="mean", axes=[2, 3])
    centered = graph.add("Sub", x, "mean")
    variance = graph.add("ReduceMean", graph.add("Mul", centered, centered),
                         axes=[2, 3])
    variance = graph.add("Add", variance,
                         graph.constant(numpy.array([1e-5], numpy.float32)))
    graph.add("Sqrt", variance, output="deviation")
    channels = network.channels
    return graph.model([("rgb", (1, 3, height, width))],
                       [("features", (1, channels, height // 8, width // 8)),
                        ("mean", (1, channels, 1, 1)),
                        ("deviation", (1, channels, 1, 1))])


def decoder(network, height, width):
    """From "features", scaled by "scale" and shifted by "shift", to "rgb"."""
    graph = Graph()
    x = graph.add("Mul", "features", "scale")
    x = graph.add("Add", x, "shift")
    scales = graph.constant(numpy.array([1, 1, 2, 2], numpy.float32))
    layers = network.layers("decoder")
    for i in range(layers):
        x = convolve(graph, x, network.tensors, f"decoder.{i}")
        if i < layers - 1:
            x = graph.add("Relu", x)
        if i in network.doubled:
            x = graph.add("Resize", x, "", scales, mode="nearest",
                          nearest_mode="floor",
                          coordinate_transformation_mode="asymmetric")
    limits = [graph.constant(numpy.array(limit, numpy.float32))
              for limit in (0, 1)]
    graph.add("Clip", x, *limits, output="rgb")
    channels = network.channels
    return graph.model([("features", (1, channels, height // 8, width // 8)),
                        ("scale", (1, channels, 1, 1)),
                        ("shift", (1, channels, 1, 1))],
                       [("rgb", (1, 3, height, width))])
