"""A model as two ONNX graphs, for the peers of tests/bench/run that read them.

Of ONNX's protobuf messages (onnx.proto3) only what these graphs need is
written, so that no package is needed for it. Opset 17.

SPDX-License-Identifier: GPL-3.0-or-later
"""

import numpy

FLOAT, INT64 = 1, 7


def varint(value):
    data = b""
    while value > 127:
        data += bytes([value & 127 | 128])
        value >>= 7
    return data + bytes([value])


def field(number, value):
    """A number, or bytes, text or a message."""
    if isinstance(value, int):
        return varint(number << 3) + varint(value)
    value = value.encode() if isinstance(value, str) else value
    return varint(number << 3 | 2) + varint(len(value)) + value


def initializer(name, array):
    kind = INT64 if array.dtype == numpy.int64 else FLOAT
    return (b"".join(field(1, size) for size in array.shape) + field(2, kind)
            + field(8, name) + field(9, array.tobytes()))


def attribute(name, value):
    if isinstance(value, str):
        return field(1, name) + field(4, value) + field(20, 3)
    if isinstance(value, int):
        return field(1, name) + field(3, value) + field(20, 2)
    return (field(1, name) + b"".join(field(8, item) for item in value)
            + field(20, 7))


def value_info(name, shape):
    dimensions = b"".join(field(1, field(1, size)) for size in shape)
    return field(1, name) + field(2, field(1, field(1, FLOAT)
                                           + field(2, dimensions)))


class Graph:
    """Nodes one after another; add() returns the name of a node's output."""

    def __init__(self):
        self.nodes, self.arrays, self.count = [], [], 0

    def constant(self, array):
        name = f"constant{len(self.arrays)}"
        self.arrays.append(initializer(name, numpy.ascontiguousarray(array)))
        return name

    def add(self, operator, *inputs, output=None, **attributes):
        self.count += 1
        output = output or f"value{self.count}"
        self.nodes.append(
            b"".join(field(1, name) for name in inputs) + field(2, output)
            + field(4, operator)
            + b"".join(field(5, attribute(*item)) for item in attributes.items()))
        return output

    def convolve(self, x, tensors, layer, output=None):
        pads = self.constant(numpy.array([0, 0, 1, 1, 0, 0, 1, 1], numpy.int64))
        x = self.add("Pad", x, pads, mode="reflect")
        return self.add("Conv", x, self.constant(tensors[layer + ".weight"]),
                        self.constant(tensors[layer + ".bias"]), output=output,
                        kernel_shape=[3, 3])

    def model(self, inputs, outputs):
        graph = (b"".join(field(1, node) for node in self.nodes)
                 + field(2, "graph")
                 + b"".join(field(5, array) for array in self.arrays)
                 + b"".join(field(11, value_info(*item)) for item in inputs)
                 + b"".join(field(12, value_info(*item)) for item in outputs))
        return field(1, 8) + field(7, graph) + field(8, field(2, 17))


def encoder(network, height, width):
    """From "rgb" to "features", their "mean" and "deviation" per channel."""
    graph = Graph()
    x = graph.add("Sub", "rgb", graph.constant(network.triple("mean")))
    x = graph.add("Mul", x, graph.constant(network.triple("scale")))
    layers = network.layers("encoder")
    for i in range(layers):
        x = graph.convolve(x, network.tensors, f"encoder.{i}")
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
        x = graph.convolve(x, network.tensors, f"decoder.{i}")
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
