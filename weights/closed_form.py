"""Weights from the teacher without any gradient: layer by layer, closed form.

For each layer in turn the teacher's output channels that span the rest best
are chosen, and the student's weights are the ridge regression of the
teacher's pre-activation on 3x3 patches of the student's own input, so errors
of earlier layers are corrected and not compounded.
"""

import torch
import torch.nn.functional as F

from networks import Model, adain, convolve

POSITIONS = 40000
PIVOT_POSITIONS = 6000
RIDGE = 1e-4


def _positions(shape, count):
    n, _, h, w = shape
    return tuple(torch.randint(size, (count,)) for size in (n, h, w))


def _take(x, where):
    n, y, x_ = where
    return x[n, :, y, x_]


def _pivot(target, count):
    """Columns of `target` that span it best."""
    rest = target.double() - target.double().mean(0)
    rest = rest / rest.std(0).clamp_min(1e-6)
    chosen = []
    for _ in range(count):
        norms = rest.square().sum(0)
        norms[chosen] = -1
        best = int(norms.argmax())
        chosen.append(best)
        direction = rest[:, best:best + 1]
        direction = direction / direction.norm().clamp_min(1e-9)
        rest = rest - direction @ (direction.t() @ rest)
    return chosen


def _regress(x, target):
    """Weights and bias that best predict `target` from 3x3 patches of x."""
    where = _positions(x.shape, POSITIONS)
    padded = F.pad(x, (1, 1, 1, 1), mode="reflect")
    n, y, x_ = where
    patches = torch.stack([padded[n, :, y + dy, x_ + dx]
                           for dy in range(3) for dx in range(3)], 2)
    rows = patches.flatten(1)
    rows = torch.cat([rows, torch.ones(len(rows), 1)], 1)
    values = _take(target, where)
    gram = (rows.t() @ rows).double()
    gram += RIDGE * gram.diagonal().mean() * torch.eye(len(gram)).double()
    solution = torch.linalg.solve(gram, (rows.t() @ values).double())
    error = (rows.double() @ solution - values).square().mean()
    error = float(error / values.var(0).mean())
    solution = solution.float()
    weight = solution[:-1].t().reshape(-1, x.shape[1], 3, 3)
    return weight.contiguous(), solution[-1].contiguous(), error


def _fit(layer, x, target, final, report):
    """Fit `layer` to those channels of `target` that matter most."""
    count = layer.weight.shape[0]
    if final:
        chosen = list(range(count))
        target = target.clamp(0, 1)
    else:
        where = _positions(target.shape, PIVOT_POSITIONS)
        chosen = _pivot(_take(F.relu(target), where), count)
    weight, bias, error = _regress(x, target[:, chosen])
    layer.weight.copy_(weight)
    layer.bias.copy_(bias)
    report(f"{count} channels, unexplained variance {error:.3f}")


@torch.no_grad()
def initialise(tables, teacher_encoder, teacher_decoder, content, style,
               report=print):
    """A Model fitted to the teacher, which has as many layers at each size, on
    the given pictures (N, 3, H, W)."""
    model = Model(*tables)
    pictures = torch.cat([content, style])
    theirs = (pictures - teacher_encoder.mean) * teacher_encoder.scale
    ours = (pictures - model.encoder.mean) * model.encoder.scale
    last_layer = len(list(model.encoder.walk())) - 1
    for i, ((layer, _, last), (teacher, *_)) in enumerate(
            zip(model.encoder.walk(), teacher_encoder.walk())):
        target = convolve(theirs, teacher.weight, teacher.bias)
        _fit(layer, ours, target, False,
             lambda text: report(f"encoder {i}: {text}"))
        ours = F.relu(convolve(ours, layer.weight, layer.bias))
        theirs = F.relu_(target)
        if last and i < last_layer:
            ours, theirs = F.max_pool2d(ours, 2), F.max_pool2d(theirs, 2)

    def mixed(features):
        c, s = features.split([len(content), len(style)])
        return torch.cat([adain(c, s[:len(c)]), adain(c, s[:len(c)].flip(0)),
                          c])

    ours, theirs = mixed(ours), mixed(theirs)
    last_layer = len(list(model.decoder.walk())) - 1
    for i, ((layer, _, last), (teacher, *_)) in enumerate(
            zip(model.decoder.walk(), teacher_decoder.walk())):
        target = convolve(theirs, teacher.weight, teacher.bias)
        _fit(layer, ours, target, i == last_layer,
             lambda text: report(f"decoder {i}: {text}"))
        if i == last_layer:
            break
        ours = F.relu(convolve(ours, layer.weight, layer.bias))
        theirs = F.relu_(target)
        if last:
            ours, theirs = (F.interpolate(x, scale_factor=2, mode="nearest")
                            for x in (ours, theirs))
    return model
