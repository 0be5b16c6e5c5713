"""Weights from the teacher without any gradient: layer by layer, closed form.

For each layer in turn the teacher's output channels that span the rest best
are chosen, and the student's weights are the ridge regression of the
teacher's pre-activation on 3x3 patches of the student's own input, so errors
of earlier layers are corrected and not compounded. A narrower trained model
may be given: its channels stay as they are, and only the missing ones are
fitted, to what its own channels explain least.
"""

import torch
import torch.nn.functional as F

from networks import (LAYERS, POOL_AFTER, UPSAMPLE_AFTER, Model, adain,
                      convolve)

POSITIONS = 40000
PIVOT_POSITIONS = 6000
RIDGE = 1e-4


def _positions(shape, count):
    n, _, h, w = shape
    return tuple(torch.randint(size, (count,)) for size in (n, h, w))


def _take(x, where):
    n, y, x_ = where
    return x[n, :, y, x_]


def _pivot(target, known, count):
    """Columns of `target` that span it best, beyond what `known` explains."""
    def standardised(a):
        a = a.double() - a.double().mean(0)
        return a / a.std(0).clamp_min(1e-6)

    rest = standardised(target)
    if known is not None:
        basis, _ = torch.linalg.qr(standardised(known))
        rest = rest - basis @ (basis.t() @ rest)
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


def _extend(layer, old, x, target, final, report):
    """Fill `layer`: old channels are kept, the others fitted to `target`."""
    kept = 0
    known = None
    where = _positions(target.shape, PIVOT_POSITIONS)
    with torch.no_grad():
        if old is not None:
            kept, inputs = old.weight.shape[:2]
            layer.weight[:kept] = 0
            layer.weight[:kept, :inputs] = old.weight
            layer.bias[:kept] = old.bias
            own = F.relu(convolve(x, layer.weight[:kept], layer.bias[:kept]))
            known = _take(own, where)
        missing = layer.weight.shape[0] - kept
        if not missing:
            return
        if final:
            chosen = list(range(missing))
            target = target.clamp(0, 1)
        else:
            chosen = _pivot(_take(F.relu(target), where), known, missing)
        weight, bias, error = _regress(x, target[:, chosen])
        layer.weight[kept:] = weight
        layer.bias[kept:] = bias
        report(f"{missing} channels, unexplained variance {error:.3f}")


@torch.no_grad()
def initialise(encoder_widths, decoder_widths, teacher_encoder,
               teacher_decoder, content, style, start=None, report=print):
    """A Model fitted to the teacher on the given pictures (N, 3, H, W)."""
    model = Model(encoder_widths, decoder_widths)
    pictures = torch.cat([content, style])
    theirs = (pictures - teacher_encoder.mean) * teacher_encoder.scale
    ours = (pictures - model.encoder.mean) * model.encoder.scale
    for i in range(LAYERS):
        layer, teacher = model.encoder[i], teacher_encoder[i]
        target = convolve(theirs, teacher.weight, teacher.bias)
        _extend(layer, start and start.encoder[i], ours, target, False,
                lambda text: report(f"encoder {i}: {text}"))
        ours = F.relu(convolve(ours, layer.weight, layer.bias))
        theirs = F.relu_(target)
        if i in POOL_AFTER:
            ours, theirs = F.max_pool2d(ours, 2), F.max_pool2d(theirs, 2)

    def mixed(features):
        c, s = features.split([len(content), len(style)])
        return torch.cat([adain(c, s[:len(c)]), adain(c, s[:len(c)].flip(0)),
                          c])

    ours, theirs = mixed(ours), mixed(theirs)
    for i in range(LAYERS):
        layer, teacher = model.decoder[i], teacher_decoder[i]
        target = convolve(theirs, teacher.weight, teacher.bias)
        final = i == LAYERS - 1
        _extend(layer, start and start.decoder[i], ours, target, final,
                lambda text: report(f"decoder {i}: {text}"))
        if final:
            break
        ours = F.relu(convolve(ours, layer.weight, layer.bias))
        theirs = F.relu_(target)
        if i in UPSAMPLE_AFTER:
            ours, theirs = (F.interpolate(x, scale_factor=2, mode="nearest")
                            for x in (ours, theirs))
    return model
