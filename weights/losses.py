"""The paper's two losses, judged by the teacher's encoder, and four of pixels.

The teacher hardly sees the color of even areas, so that a small network
learns to leave skies grey; a grid pleases it as well as any other texture, and
it does not mind where in a picture the texture is. The losses of pixels teach
better.
"""

import math

import torch
import torch.nn.functional as F

from networks import REDUCTION, apply_statistics, statistics, transport

#: Side in pixels of the windows whose activity counts, every REDUCTION pixels.
WINDOW = 2 * REDUCTION
#: A deviation that the eye hardly tells from none, for R'G'B' of 0 to 1.
EVEN = 0.006
#: The activity of a window that half passes for even, and how sharply it does.
STILL, STEEPNESS = math.log(0.018), 4
#: What it weighs to be too calm where something is; too lively in even windows
#: weighs 1.
CALM = 0.5
LUMA = 0.299, 0.587, 0.114


class Target:
    """What an output should look like to the teacher.

    `features` are relu4_1 of the content after AdaIN (and, for the last
    `transported` pictures, after transport instead), `levels` the style's
    (mean, deviation) at relu1_1, relu2_1, relu3_1 and relu4_1. Transport needs
    relu4_1 of those styles, `style_features`, itself.
    """

    def __init__(self, content_features, levels, style_features=None,
                 transported=0):
        content_features = content_features.float()
        self.features = apply_statistics(content_features, *levels[-1])
        self.levels = levels
        if transported:
            self.features[-transported:] = transport(
                content_features[-transported:],
                style_features[-transported:])

    @classmethod
    def reached(cls, features, levels):
        """The target whose content has been moved already."""
        target = cls.__new__(cls)
        target.features, target.levels = features, levels
        return target


def style_levels(features):
    """(mean, deviation) of the features at every style layer."""
    return [statistics(x) for x in features]


def content_loss(features, target):
    """Mean squared error at relu4_1, per picture."""
    difference = features[-1].float() - target.features
    return difference.square().mean((1, 2, 3))


def style_parts(features, target):
    """Squared errors of means and deviations, (layers, pictures), and their
    bounds: what they could be at most, were the two of opposite signs or
    either zero."""
    losses, bounds = [], []
    for x, theirs in zip(features, target.levels):
        loss = bound = 0
        for own, wanted in zip(statistics(x), theirs):
            loss = loss + (own - wanted).square().mean((1, 2, 3))
            bound = bound + (own.detach().square()
                             + wanted.square()).mean((1, 2, 3))
        losses.append(loss)
        bounds.append(bound)
    return torch.stack(losses), torch.stack(bounds)


def style_losses(features, target):
    """The style loss, summed over four layers, per picture; and the balanced
    one, in which each layer's is divided by its bound, so that no style and
    no layer outweighs the others (Cheng et al., "Style-aware normalized loss
    for improving arbitrary style transfer", CVPR 2021)."""
    losses, bounds = style_parts(features, target)
    return losses.sum(0), (losses / bounds).sum(0)


def style_loss(features, target):
    """Squared errors of means and deviations, over four layers, per picture."""
    return style_parts(features, target)[0].sum(0)


def grams(features):
    """Means of the products of any two channels, at every style layer."""
    matrices = []
    for x in features:
        rows = x.float().flatten(2)
        matrices.append(rows @ rows.transpose(1, 2) / rows.shape[2])
    return matrices


def gram_loss(features, wanted):
    """Squared errors of these, over four layers, per picture (Gatys et al.,
    "Image style transfer using convolutional neural networks", CVPR 2016)."""
    return sum((own - theirs).square().mean((1, 2))
               for own, theirs in zip(grams(features), wanted))


def identity_loss(output, picture):
    """Mean squared error of a picture painted in its own style, per picture
    (Park and Lee, "Arbitrary style transfer with style-attentional networks",
    2019)."""
    return (output.float() - picture).square().mean((1, 2, 3))


def colors(picture):
    """The mean colors of blocks of 8 x 8 pixels."""
    return F.avg_pool2d(picture.float(), REDUCTION)


def color_loss(output, wanted):
    """Mean squared error of such colors, per picture."""
    return (colors(output) - wanted).square().mean((1, 2, 3))


def grid_loss(output):
    """Mean square of what all blocks of 8 x 8 pixels have in common, beside
    their colors, per picture. Nothing but the network's own grid is tied to
    such blocks; for photographs and paintings this is 0.00001 or 0.00002.
    """
    n, channels, height, width = output.shape
    blocks = output.float().view(n, channels, height // REDUCTION, REDUCTION,
                                 width // REDUCTION, REDUCTION)
    common = blocks.mean((2, 4))
    common = common - common.mean((2, 3), keepdim=True)
    return common.square().mean((1, 2, 3))


def activity(pictures):
    """How lively their windows are: the logarithm of the luma's deviation, per
    picture, (pictures, windows)."""
    luma = sum(weight * channel for weight, channel
               in zip(LUMA, pictures.float().split(1, 1)))
    luma = F.pad(luma, [(WINDOW - REDUCTION) // 2] * 4, mode="reflect")
    mean, square = (F.avg_pool2d(x, WINDOW, REDUCTION)
                    for x in (luma, luma.square()))
    variance = (square - mean.square()).clamp_min(0)
    return (variance + EVEN ** 2).log().flatten(1) / 2


def wanted_activity(contents, styles):
    """What the activity of their windows should be, and how even these are,
    from 0 to 1, per picture: where the contents are as calm as a tenth of all
    their windows, as calm as a tenth of the style's. One style will do for
    all."""
    asked, own = activity(contents), activity(styles).sort(1).values
    ranks = asked.flatten().argsort().argsort().view_as(asked)
    places = ranks * own.shape[1] // ranks.numel()
    return (own.expand(len(asked), -1).gather(1, places),
            (STEEPNESS * (STILL - asked)).sigmoid())


def activity_loss(output, wanted):
    """Squared differences of such activity, per picture: even windows must not
    be livelier, others not calmer. So even areas stay even in styles that have
    such, and the texture goes to where something is."""
    activities, even = wanted
    excess = activity(output) - activities
    return (even * excess.clamp_min(0).square()
            + CALM * (1 - even) * excess.clamp_max(0).square()).mean(1)
