"""A trained model made larger without changing what it computes.

Channels that are added see what was there, but nothing listens to them at
first; layers that are added (at the end of a size, after a ReLU) pass on what
they get. Both learn from there (Chen et al., "Net2Net", 2016).
"""

import torch

from networks import Model


def fits(start, tables):
    """Whether every layer of `start` has its place in the larger tables."""
    for old, new in zip(start.tables, tables):
        for a, b in zip(old, new):
            # What is passed on must not be cut by any of the later layers.
            widths = a + a[-1:] * (len(b) - len(a))
            if len(a) > len(b) or any(x > y for x, y in zip(widths, b)):
                return False
    return True


@torch.no_grad()
def grow(start, tables):
    """(a model of these tables, {parameter name: mask of what is new}).

    `start` must fit. New input channels have zeros as weights, new output
    channels what a fresh model has.
    """
    model = Model(*tables, start.encoder.mean.flatten().tolist(),
                  start.encoder.scale.flatten().tolist())
    model.ranges = start.ranges
    inputs, fresh = 3, {}
    for part in ("encoder", "decoder"):
        old, new = getattr(start, part), getattr(model, part)
        taken = given = 0
        for a, b in zip(old.table, new.table):
            for i in range(len(b)):
                layer = new[given]
                mask = torch.ones_like(layer.weight, dtype=torch.bool)
                if i < len(a):
                    weight, bias = old[taken].weight, old[taken].bias
                    taken += 1
                    mask[:len(bias), :inputs] = False
                else:
                    weight, bias = _identity(inputs)
                kept = len(bias)
                layer.weight[:, inputs:] = 0
                layer.weight[:kept, :inputs] = weight
                layer.bias[:kept] = bias
                if mask.any():
                    fresh[f"{part}.{given}.weight"] = mask
                inputs, given = kept, given + 1
    return model, fresh


def _identity(width):
    """Weights and bias that pass on what they get."""
    weight = torch.zeros(width, width, 3, 3)
    weight[:, :, 1, 1] = torch.eye(width)
    return weight, torch.zeros(width)
