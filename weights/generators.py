"""Networks from picture to picture, for one style or one kind of picture.

Pictures have values from -1 to 1 inside of them.
"""

import torch
import torch.nn.functional as F
from torch import nn

import onnx_file
import store

#: How often a generator halves the picture, as a factor.
MULTIPLE = 4
SIDE = 7


class Layer(nn.Module):
    """Doubling, if asked for, a convolution with reflection padding and, but
    for the last layer, instance normalization."""

    def __init__(self, inputs, outputs, side=3, stride=1, double=False,
                 last=False):
        super().__init__()
        self.double, self.margin = double, side // 2
        self.convolution = nn.Conv2d(inputs, outputs, side, stride, bias=last)
        self.norm = None if last else nn.InstanceNorm2d(outputs, affine=True)
        nn.init.normal_(self.convolution.weight, 0, 0.02)

    def forward(self, x):
        if self.double:
            x = F.interpolate(x, scale_factor=2, mode="nearest")
        x = self.convolution(F.pad(x, [self.margin] * 4, mode="reflect"))
        return x if self.norm is None else self.norm(x)

    def write(self, graph, x):
        """Add the layer to an onnx_file.Graph."""
        def array(tensor):
            return graph.constant(tensor.detach().cpu().float().numpy())

        if self.double:
            x = graph.add("Resize", x, "", array(torch.tensor([1., 1, 2, 2])),
                          mode="nearest", nearest_mode="floor",
                          coordinate_transformation_mode="asymmetric")
        layer = self.convolution
        bias = [] if layer.bias is None else [array(layer.bias)]
        x = graph.add("Conv", graph.pad(x, self.margin), array(layer.weight),
                      *bias, kernel_shape=list(layer.kernel_size),
                      strides=list(layer.stride))
        if self.norm is None:
            return x
        return graph.add("InstanceNormalization", x, array(self.norm.weight),
                         array(self.norm.bias), epsilon=self.norm.eps)


class Block(nn.Module):
    """Two layers whose result is added to what went in."""

    def __init__(self, channels):
        super().__init__()
        self.first = Layer(channels, channels)
        self.second = Layer(channels, channels)

    def forward(self, x):
        return x + self.second(F.relu(self.first(x)))

    def write(self, graph, x):
        y = graph.add("Relu", self.first.write(graph, x))
        return graph.add("Add", x, self.second.write(graph, y))


class Generator(nn.Module):
    """Two halvings, blocks, two doublings (Johnson et al., "Perceptual losses
    for real-time style transfer and super-resolution", ECCV 2016). `width` are
    the channels at full size."""

    def __init__(self, width, blocks):
        super().__init__()
        self.begin = nn.ModuleList([
            Layer(3, width, SIDE), Layer(width, 2 * width, stride=2),
            Layer(2 * width, 4 * width, stride=2)])
        self.blocks = nn.ModuleList(Block(4 * width) for _ in range(blocks))
        self.end = nn.ModuleList([
            Layer(4 * width, 2 * width, double=True),
            Layer(2 * width, width, double=True)])
        self.last = Layer(width, 3, SIDE, last=True)

    def forward(self, x):
        for layer in self.begin:
            x = F.relu(layer(x))
        for block in self.blocks:
            x = block(x)
        for layer in self.end:
            x = F.relu(layer(x))
        return torch.tanh(self.last(x))

    def paint(self, picture):
        """A picture in 0..1 of such a one."""
        return self(2 * picture - 1) / 2 + 0.5

    def write(self, graph, x):
        for layer in self.begin:
            x = graph.add("Relu", layer.write(graph, x))
        for block in self.blocks:
            x = block.write(graph, x)
        for layer in self.end:
            x = graph.add("Relu", layer.write(graph, x))
        return graph.add("Tanh", self.last.write(graph, x), output="painted")


class Judge(nn.Module):
    """How much parts of a picture look like the kind that it knows, for each
    part of 70 pixels a number (Isola et al., "Image-to-image translation with
    conditional adversarial networks", CVPR 2017)."""

    def __init__(self, width):
        super().__init__()
        widths = [3, width, 2 * width, 4 * width, 8 * width]
        layers = []
        for i, (inputs, outputs) in enumerate(zip(widths, widths[1:])):
            layers.append(nn.Conv2d(inputs, outputs, 4, 2 if i < 3 else 1, 1))
            if i:
                layers.append(nn.InstanceNorm2d(outputs))
            layers.append(nn.LeakyReLU(0.2))
        layers.append(nn.Conv2d(widths[-1], 1, 4, 1, 1))
        for layer in layers:
            if isinstance(layer, nn.Conv2d):
                nn.init.normal_(layer.weight, 0, 0.02)
        self.layers = nn.Sequential(*layers)

    def forward(self, x):
        return self.layers(x)


def save_onnx(path, generator, **metadata):
    """Write a generator for the plug-in's `model` argument, or replace it."""
    graph = onnx_file.Graph()
    generator.write(graph, "picture")
    data = graph.model(
        [("picture", (1, 3, "height", "width"))],
        [("painted", (1, 3, "painted_height", "painted_width"))],
        {"value_range": "signed", "size_multiple": str(MULTIPLE), **metadata})

    def write(name):
        with open(name, "wb") as file:
            file.write(data)

    store.replace(path, write)
