"""The encoder and decoder of AdaIN style transfer, for any widths, and AdaIN.

The same two classes describe the compact student, the paper's VGG-19 encoder
and the paper's decoder; they differ in their widths and in how the input is
prepared only.
"""

import dataclasses
import itertools

import torch
import torch.nn.functional as F
from torch import nn

EPSILON = 1e-5
#: What is added to the diagonal of a covariance, relative to its mean.
COVARIANCE_LOAD = 1e-3
#: Steps to the root of a matrix, one for each factor of 2.25 between its
#: norm and its smallest eigenvalue, and some to end.
ITERATIONS = 30
#: What is added to a variance before its logarithm is taken, and within how
#: many deviations of the usual a `Hyper` keeps what it sees.
LOG_LOAD, USUAL = 1e-4, 3.0
#: Both halves work at this many sizes, each half the one before: the encoder
#: pools between them, the decoder doubles.
SIZES = 4
#: The encoder's features are eight times smaller than the picture.
REDUCTION = 2 ** (SIZES - 1)
#: Where style is compared: relu1_1, relu2_1, relu3_1 and relu4_1.
STYLE_LAYERS = 4

# Tables of layers: the widths of the convolutions at each size.
VGG_ENCODER = (64, 64), (128, 128), (256, 256, 256, 256), (512,)
VGG_DECODER = (256,), (256, 256, 256, 128), (128, 64), (64, 3)
COMPACT_ENCODER = (16, 16), (32, 32), (64, 64, 64, 64), (256,)
COMPACT_DECODER = (80,), (80, 80, 80, 48), (48, 16), (16, 3)

COMPACT_MEAN, COMPACT_SCALE = (0.5,) * 3, (4.0,) * 3
VGG_MEAN = (123.68 / 255, 116.779 / 255, 103.939 / 255)
VGG_SCALE = (255.0,) * 3


def convolve(x, weight, bias):
    """A 3x3 convolution with reflection padding of one pixel."""
    return F.conv2d(F.pad(x, (1, 1, 1, 1), mode="reflect"), weight, bias)


def flat(table):
    """The widths of all convolutions, in order."""
    return tuple(width for widths in table for width in widths)


def ends(table):
    """The numbers, from 0, of the convolutions after which the size changes."""
    counts = itertools.accumulate(map(len, table))
    return tuple(count - 1 for count in counts)[:-1]


def as_table(widths, numbers):
    """A table of all widths and what `ends` says of it, or a ValueError."""
    bounds = (-1, *numbers, len(widths) - 1)
    if len(bounds) != SIZES + 1 or any(
            a >= b for a, b in itertools.pairwise(bounds)):
        raise ValueError(f"{numbers}: not {SIZES - 1} ascending numbers of "
                         f"{len(widths)} convolutions")
    return tuple(tuple(widths[a + 1:b + 1])
                 for a, b in itertools.pairwise(bounds))


class Layers(nn.Module):
    """3x3 convolutions, stored as `0.weight`, `0.bias`, `1.weight`, ..."""

    def __init__(self, inputs, table):
        super().__init__()
        if len(table) != SIZES or not all(table):
            raise ValueError(f"expected widths at {SIZES} sizes, not {table}")
        self.table = tuple(map(tuple, table))
        for i, width in enumerate(flat(table)):
            layer = nn.Conv2d(inputs, width, 3)
            nn.init.kaiming_normal_(layer.weight, nonlinearity="relu")
            nn.init.zeros_(layer.bias)
            self.add_module(str(i), layer)
            inputs = width

    def __getitem__(self, i):
        return getattr(self, str(i))

    def walk(self):
        """For every layer: itself, whether it is the first and whether it is
        the last at its size."""
        number = 0
        for widths in self.table:
            for i in range(len(widths)):
                yield self[number], i == 0, i == len(widths) - 1
                number += 1


class Encoder(Layers):
    """VGG-19's layout from the picture to relu4_1."""

    def __init__(self, table, mean=COMPACT_MEAN, scale=COMPACT_SCALE):
        super().__init__(3, table)
        for name, value in (("mean", mean), ("scale", scale)):
            tensor = torch.tensor(value, dtype=torch.float32).view(1, 3, 1, 1)
            self.register_buffer(name, tensor, persistent=False)

    def forward(self, rgb):
        """The features of the first layer at every size but the smallest, of
        which they are the last layer's: what AdaIN works on."""
        x, features = (rgb.float() - self.mean) * self.scale, []
        x = x.to(self[0].weight.dtype)
        poolings = 0
        for layer, first, last in self.walk():
            x = F.relu_(convolve(x, layer.weight, layer.bias))
            smallest = poolings == SIZES - 1
            if last if smallest else first:
                features.append(x)
            if last and not smallest:
                x = F.max_pool2d(x, 2)
                poolings += 1
        return features


class Decoder(Layers):
    """The encoder's mirror, from features to a picture (not yet clipped)."""

    def forward(self, x, changes=None):
        """With `changes`, (weight, bias) is added to those of each layer."""
        doublings = 0
        for number, (layer, _, last) in enumerate(self.walk()):
            weight, bias = layer.weight, layer.bias
            if changes:
                weight = weight + changes[number][0]
                bias = bias + changes[number][1]
            x = convolve(x, weight, bias)
            if last and doublings == SIZES - 1:
                break
            x = F.relu_(x)
            if last:
                x = F.interpolate(x, scale_factor=2, mode="nearest")
                doublings += 1
        return x


class Hyper(nn.Module):
    """What a style's features change in a decoder, told by a small network
    (Ha, Dai and Le, "HyperNetworks", ICLR 2017; Shen, Yan and Zeng, "Neural
    style transfer via meta networks", CVPR 2018).

    The means and logarithms of deviations of the features' C channels, less
    `center` (2C), along the `axes` (n, 2C), pass through two layers. These put
    out, for every convolution of the decoder, r factors and as many additions
    to the bias as it has; `left` (out, r) times the factors times `right`
    (r, in, 3, 3) is added to its weights.
    """

    def __init__(self, decoder, axes=64, hidden=96, ranks=None):
        super().__init__()
        shapes = [layer.weight.shape for layer, _, _ in decoder.walk()]
        ranks = ranks or [min(64, max(8, shape[0])) for shape in shapes]
        self.parts = [size for rank, shape in zip(ranks, shapes)
                      for size in (rank, shape[0])]
        inputs = 2 * shapes[0][1]
        self.register_buffer("center", torch.zeros(inputs))
        self.register_buffer("axes", torch.zeros(axes, inputs))
        self.add_module("0", nn.Linear(axes, hidden))
        self.add_module("1", nn.Linear(hidden, sum(self.parts)))
        # Nothing is changed at first.
        nn.init.zeros_(self[1].weight)
        nn.init.zeros_(self[1].bias)
        self.left = nn.ParameterList(
            torch.randn(shape[0], rank) / rank ** 0.5
            for rank, shape in zip(ranks, shapes))
        self.right = nn.ParameterList(
            torch.randn(rank, *shape[1:]) / (9 * shape[1]) ** 0.5
            for rank, shape in zip(ranks, shapes))

    @classmethod
    def shaped(cls, decoder, state):
        """One that tensors of these names and shapes fit into; a KeyError or
        an IndexError if some are missing."""
        ranks = [state[f"left.{i}"].shape[1]
                 for i in range(len(flat(decoder.table)))]
        return cls(decoder, *reversed(state["0.weight"].shape), ranks)

    def __getitem__(self, i):
        return getattr(self, str(i))

    @staticmethod
    def look(mean, deviation):
        """What it sees (N, 2C) of styles' means and deviations."""
        logs = 0.5 * (deviation.square() + LOG_LOAD).log()
        return torch.cat([mean, logs], 1).flatten(1).float()

    @torch.no_grad()
    def see(self, looks):
        """Sets the center and the axes to the mean and the main directions of
        what it will see."""
        self.center.copy_(looks.mean(0))
        _, lengths, axes = torch.linalg.svd(looks - self.center,
                                            full_matrices=False)
        deviations = lengths / max(len(looks), 1) ** 0.5
        kept = min(len(self.axes), len(axes))
        # Directions in which little happens are not blown up.
        self.axes[:kept] = axes[:kept] / (
            deviations[:kept, None] + 0.075 * deviations[0] + 1e-6)

    def forward(self, mean, deviation):
        """For every style (N, C, 1, 1), for every convolution, what is added
        to its weights and its bias."""
        with torch.autocast(mean.device.type, enabled=False):
            seen = (self.look(mean, deviation) - self.center) @ self.axes.t()
            hidden = F.relu(self[0](seen.clamp(-USUAL, USUAL)))
            return [self._changes(told.split(self.parts))
                    for told in self[1](hidden)]

    def _changes(self, told):
        return [(((left * factors) @ right.flatten(1)).view(
            len(left), *right.shape[1:]), bias)
            for left, right, factors, bias in zip(
                self.left, self.right, told[::2], told[1::2])]


@dataclasses.dataclass
class Ranges:
    """What an encoder's last features of photographs are like.

    `deviation` (C): the median over photographs of every channel's deviation;
    `extent` (2, C): low and high ends of the normalised features,
    (feature - mean) / deviation of the same picture.
    """

    deviation: torch.Tensor
    extent: torch.Tensor


class Model(nn.Module):
    """An encoder and its decoder.

    `hyper` is None or what tells how styles change the decoder (`Hyper`);
    `ranges` is None or what the features of photographs are like (`Ranges`).
    """

    def __init__(self, encoder=COMPACT_ENCODER, decoder=COMPACT_DECODER,
                 mean=COMPACT_MEAN, scale=COMPACT_SCALE):
        super().__init__()
        self.encoder = Encoder(encoder, mean, scale)
        self.decoder = Decoder(self.encoder.table[-1][-1], decoder)
        self.hyper = None
        self.ranges = None

    @property
    def tables(self):
        return self.encoder.table, self.decoder.table

    def forward(self, content, style, texture=0.0):
        """Stylise pictures of one size, in one pass through the encoder."""
        both = self.encoder(torch.cat([content, style]))[-1].float().chunk(2)
        return self.decode(transport(*both, texture) if texture
                           else adain(*both), *statistics(both[1]))

    def decode(self, features, mean, deviation):
        """The pictures of features in styles of these means and deviations,
        (N, C, 1, 1) each."""
        if self.hyper is None:
            return self.decoder(features)
        return torch.cat([
            self.decoder(features[i:i + 1], changes)
            for i, changes in enumerate(self.hyper(mean, deviation))])


class _Statistics(torch.autograd.Function):
    """Mean and deviation per channel.

    Automatic differentiation would walk over the features half a dozen times,
    which on a CPU costs as much as the convolutions; the gradient is one
    affine map per channel.
    """

    @staticmethod
    def forward(ctx, x):
        wide = x.float()
        mean = wide.mean((2, 3), keepdim=True)
        variance = (wide - mean).square_().mean((2, 3), keepdim=True)
        deviation = (variance + EPSILON).sqrt_()
        ctx.save_for_backward(x, mean, deviation)
        return mean, deviation

    @staticmethod
    def backward(ctx, grad_mean, grad_deviation):
        x, mean, deviation = ctx.saved_tensors
        count = x.shape[2] * x.shape[3]
        factor = grad_deviation / (deviation * count)
        offset = grad_mean / count - factor * mean
        return torch.addcmul(offset.to(x.dtype), x, factor.to(x.dtype))


def statistics(x):
    """Mean and deviation of every channel, (N, C, 1, 1) each, in float32."""
    return _Statistics.apply(x)


def adain(content, style):
    """Content features with the style features' mean and deviation."""
    return apply_statistics(content, *statistics(style))


def apply_statistics(content, style_mean, style_deviation):
    """Content features moved to the given mean and deviation."""
    mean, deviation = statistics(content)
    return (content - mean) / deviation * style_deviation + style_mean


def _covariance(x):
    """Covariance of the channels, with a little on the diagonal."""
    rows = x.float().flatten(2)
    rows = rows - rows.mean(2, keepdim=True)
    matrix = rows @ rows.transpose(1, 2) / rows.shape[2]
    channels = matrix.shape[1]
    load = COVARIANCE_LOAD * matrix.diagonal(0, 1, 2).mean(1)
    return matrix + load[:, None, None] * torch.eye(channels,
                                                    device=x.device)


def _roots_by_eigenvalues(matrix):
    values, vectors = torch.linalg.eigh(matrix)
    # An even picture has no covariance at all.
    values = values.maximum(values[:, -1:] * 1e-7).clamp_min(1e-10)
    return [(vectors * values[:, None] ** exponent) @ vectors.transpose(1, 2)
            for exponent in (0.5, -0.5)]


def _roots_by_iteration(matrix):
    """Newton and Schulz's coupled iteration, of products alone (Higham,
    "Functions of matrices", 2008, chapter 6). In double precision, since the
    eigenvalues lie far apart and one that rounding made negative would have
    it diverge."""
    root = matrix.double()
    unit = torch.eye(root.shape[1], dtype=root.dtype, device=root.device)
    # As with the eigenvalues.
    size = root.norm(dim=(1, 2), keepdim=True).clamp_min(1e-10)
    root = root / size + 1e-10 * unit
    inverse = unit.expand_as(root)
    for _ in range(ITERATIONS):
        step = 1.5 * unit - 0.5 * inverse @ root
        root, inverse = root @ step, step @ inverse
    return [root * size.sqrt(), inverse / size.sqrt()]


def _roots(matrix):
    """The roots of symmetric positive matrices, and the roots' inverses."""
    # A GPU takes far longer for eigenvalues than for products.
    return (_roots_by_iteration if matrix.is_cuda else
            _roots_by_eigenvalues)(matrix)


@torch.no_grad()
def transport_matrix(content, style):
    """The linear map (N, C, C) that gives the content's features the style's
    covariance and moves them least (Lu et al., "A closed-form solution to
    universal style transfer", ICCV 2019)."""
    root, inverse = _roots(_covariance(content))
    middle, _ = _roots(root @ _covariance(style).to(root.dtype) @ root)
    return (inverse @ middle @ inverse).float()


def transport(content, style, texture=1.0):
    """Content features with the style features' mean and covariance; with a
    `texture` below 1 between that and AdaIN. No gradient flows through the
    map itself."""
    mean, deviation = statistics(content)
    style_mean, style_deviation = statistics(style)
    centred = content.float() - mean
    moved = (transport_matrix(content, style) @ centred.flatten(2)).view(
        centred.shape)
    scaled = centred / deviation * style_deviation
    return scaled.lerp(moved, texture) + style_mean


def multiplications(encoder, decoder, encodings=2, size=512):
    """Multiply-adds to stylise a size x size picture."""
    def layers(inputs, table, areas):
        total = 0
        for widths, area in zip(table, areas):
            for width in widths:
                total += inputs * width * 9 * area
                inputs = width
        return total

    areas = [4.0 ** -i for i in range(SIZES)]
    return round((encodings * layers(3, encoder, areas)
                  + layers(encoder[-1][-1], decoder, areas[::-1]))
                 * size * size)
