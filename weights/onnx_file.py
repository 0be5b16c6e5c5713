"""ONNX files, written without a package for it.

Of ONNX's protobuf messages (onnx.proto3) there is what networks from picture
to picture need. Opset 17.
"""

import numpy

FLOAT, INT64, FLOAT16 = 1, 7, 10
KINDS = {"float32": FLOAT, "float16": FLOAT16, "int64": INT64}


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
    return (b"".join(field(1, size) for size in array.shape)
            + field(2, KINDS[array.dtype.name]) + field(8, name)
            + field(9, array.tobytes()))


def attribute(name, value):
    if isinstance(value, str):
        return field(1, name) + field(4, value) + field(20, 3)
    if isinstance(value, int):
        return field(1, name) + field(3, value) + field(20, 2)
    if isinstance(value, float):
        return (field(1, name) + varint(2 << 3 | 5)
                + numpy.float32(value).tobytes() + field(20, 1))
    return (field(1, name) + b"".join(field(8, item) for item in value)
            + field(20, 7))


def value_info(name, shape, kind=FLOAT):
    """An input or output; sizes that are texts may be any."""
    dimensions = b"".join(
        field(1, field(2 if isinstance(size, str) else 1, size))
        for size in shape)
    return field(1, name) + field(2, field(1, field(1, kind)
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

    def pad(self, x, margin):
        """By reflection, the two sides of a picture at each end."""
        pads = [0, 0, margin, margin] * 2
        return self.add("Pad", x, self.constant(numpy.array(pads, numpy.int64)),
                        mode="reflect")

    def model(self, inputs, outputs, metadata=None):
        """The file, with inputs and outputs as value_info() takes them."""
        graph = (b"".join(field(1, node) for node in self.nodes)
                 + field(2, "graph")
                 + b"".join(field(5, array) for array in self.arrays)
                 + b"".join(field(11, value_info(*item)) for item in inputs)
                 + b"".join(field(12, value_info(*item)) for item in outputs))
        properties = b"".join(field(14, field(1, key) + field(2, value))
                              for key, value in (metadata or {}).items())
        return field(1, 8) + field(7, graph) + field(8, field(2, 17)) + properties
