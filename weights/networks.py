"""The encoder and decoder of AdaIN style transfer, for any widths, and AdaIN.

The same two classes describe the compact student, the paper's VGG-19 encoder
and the paper's decoder; they differ in their widths and in how the input is
prepared only.
"""

import torch
import torch.nn.functional as F
from torch import nn

EPSILON = 1e-5
LAYERS = 9
#: The encoder pools after these layers; the decoder upsamples after its own.
POOL_AFTER = (1, 3, 7)
UPSAMPLE_AFTER = (0, 4, 6)
#: relu1_1, relu2_1, relu3_1 and relu4_1: where style is compared.
STYLE_LAYERS = (0, 2, 4, 8)
#: The encoder's features are eight times smaller than the picture.
REDUCTION = 8

VGG_ENCODER = (64, 64, 128, 128, 256, 256, 256, 256, 512)
VGG_DECODER = (256, 256, 256, 256, 128, 128, 64, 64, 3)
COMPACT_ENCODER = (16, 16, 32, 32, 64, 64, 64, 64, 256)
COMPACT_DECODER = (80, 80, 80, 80, 48, 48, 16, 16, 3)

COMPACT_MEAN, COMPACT_SCALE = (0.5,) * 3, (4.0,) * 3
VGG_MEAN = (123.68 / 255, 116.779 / 255, 103.939 / 255)
VGG_SCALE = (255.0,) * 3


def convolve(x, weight, bias):
    """A 3x3 convolution with reflection padding of one pixel."""
    return F.conv2d(F.pad(x, (1, 1, 1, 1), mode="reflect"), weight, bias)


class Layers(nn.Module):
    """Nine 3x3 convolutions, stored as `0.weight`, `0.bias`, ... `8.bias`."""

    def __init__(self, inputs, widths):
        super().__init__()
        if len(widths) != LAYERS:
            raise ValueError(f"expected {LAYERS} widths, not {len(widths)}")
        self.widths = tuple(widths)
        for i, width in enumerate(widths):
            layer = nn.Conv2d(inputs, width, 3)
            nn.init.kaiming_normal_(layer.weight, nonlinearity="relu")
            nn.init.zeros_(layer.bias)
            self.add_module(str(i), layer)
            inputs = width

    def __getitem__(self, i):
        return getattr(self, str(i))


class Encoder(Layers):
    """VGG-19's layout from the picture to relu4_1."""

    def __init__(self, widths, mean=COMPACT_MEAN, scale=COMPACT_SCALE):
        super().__init__(3, widths)
        for name, value in (("mean", mean), ("scale", scale)):
            tensor = torch.tensor(value, dtype=torch.float32).view(1, 3, 1, 1)
            self.register_buffer(name, tensor, persistent=False)

    def forward(self, rgb):
        """The features at STYLE_LAYERS; the last one is what AdaIN works on."""
        x, features = (rgb.float() - self.mean) * self.scale, []
        x = x.to(self[0].weight.dtype)
        for i in range(LAYERS):
            layer = self[i]
            x = F.relu_(convolve(x, layer.weight, layer.bias))
            if i in STYLE_LAYERS:
                features.append(x)
            if i in POOL_AFTER:
                x = F.max_pool2d(x, 2)
        return features


class Decoder(Layers):
    """The encoder's mirror, from features to a picture (not yet clipped)."""

    def __init__(self, inputs, widths):
        super().__init__(inputs, widths)

    def forward(self, x):
        for i in range(LAYERS):
            layer = self[i]
            x = convolve(x, layer.weight, layer.bias)
            if i < LAYERS - 1:
                x = F.relu_(x)
            if i in UPSAMPLE_AFTER:
                x = F.interpolate(x, scale_factor=2, mode="nearest")
        return x


class Model(nn.Module):
    """An encoder and its decoder."""

    def __init__(self, encoder_widths=COMPACT_ENCODER,
                 decoder_widths=COMPACT_DECODER,
                 mean=COMPACT_MEAN, scale=COMPACT_SCALE):
        super().__init__()
        self.encoder = Encoder(encoder_widths, mean, scale)
        self.decoder = Decoder(encoder_widths[-1], decoder_widths)

    @property
    def widths(self):
        return self.encoder.widths, self.decoder.widths

    def forward(self, content, style):
        """Stylise pictures of one size, in one pass through the encoder."""
        both = self.encoder(torch.cat([content, style]))[-1].float()
        return self.decoder(adain(*both.chunk(2)))


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


def multiplications(encoder_widths, decoder_widths, encodings=2, size=512):
    """Multiply-adds to stylise a size x size picture."""
    def layers(inputs, widths, areas):
        total = 0
        for width, area in zip(widths, areas):
            total += inputs * width * 9 * area
            inputs = width
        return total

    areas = (1, 1, 1 / 4, 1 / 4, 1 / 16, 1 / 16, 1 / 16, 1 / 16, 1 / 64)
    encoder = layers(3, encoder_widths, areas)
    decoder = layers(encoder_widths[-1], decoder_widths, areas[::-1])
    return round((encodings * encoder + decoder) * size * size)
