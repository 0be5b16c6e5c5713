"""Muon for convolutions, with Adam for what is not a matrix.

Momentum is orthogonalised before it becomes a step, so that all directions of
a layer's matrix are learnt at one pace (Jordan et al., 2024). The step is
scaled to the size that one of Adam usually has, so the rate means the same.
"""

import functools

import torch

COEFFICIENTS = (3.4445, -4.7750, 2.0315)
ITERATIONS = 5


@functools.cache
def has_bfloat16(device):
    """Whether it computes with 16 bits itself instead of emulating it."""
    return device.type != "cpu" or (
        torch.backends.mkldnn.is_available()
        and torch.ops.mkldnn._is_mkldnn_bf16_supported())


def orthogonalise(matrix):
    """About the nearest matrix with orthonormal rows (or columns).

    16 bits are enough for the iteration, and much faster where the machine
    has them.
    """
    a, b, c = COEFFICIENTS
    x = matrix / (matrix.norm() + 1e-7)
    if has_bfloat16(x.device):
        x = x.bfloat16()
    transposed = x.shape[0] > x.shape[1]
    if transposed:
        x = x.t()
    for _ in range(ITERATIONS):
        gram = x @ x.t()
        x = a * x + (b * gram + c * gram @ gram) @ x
    return (x.t() if transposed else x).to(matrix.dtype)


class Muon(torch.optim.Optimizer):
    """Muon for 4-D parameters of more than `adam_below` rows, else Adam.

    The rate may be a tensor, whose value is read in every step."""

    def __init__(self, parameters, lr, momentum=0.95, betas=(0.9, 0.99),
                 adam_below=4, size=0.2):
        super().__init__(parameters, {
            "lr": lr, "momentum": momentum, "betas": betas,
            "adam_below": adam_below, "size": size})

    @torch.no_grad()
    def step(self):
        for group in self.param_groups:
            for parameter in group["params"]:
                if parameter.grad is None:
                    continue
                state = self.state[parameter]
                if "step" not in state:
                    state["step"] = torch.zeros((), device=parameter.device)
                state["step"] += 1
                if (parameter.dim() == 4
                        and parameter.shape[0] >= group["adam_below"]):
                    self._muon(parameter, state, group)
                else:
                    self._adam(parameter, state, group)

    @staticmethod
    def _muon(parameter, state, group):
        gradient = parameter.grad
        if "momentum" not in state:
            state["momentum"] = torch.zeros_like(gradient)
        momentum = state["momentum"]
        momentum.lerp_(gradient, 1 - group["momentum"])
        update = gradient.lerp(momentum, group["momentum"])
        matrix = orthogonalise(update.flatten(1))
        factor = group["size"] * max(matrix.shape) ** 0.5
        parameter.sub_(matrix.view(parameter.shape) * (group["lr"] * factor))

    @staticmethod
    def _adam(parameter, state, group):
        gradient, (beta1, beta2) = parameter.grad, group["betas"]
        if "first" not in state:
            state["first"] = torch.zeros_like(gradient)
            state["second"] = torch.zeros_like(gradient)
        state["first"].lerp_(gradient, 1 - beta1)
        state["second"].lerp_(gradient.square(), 1 - beta2)
        first = state["first"] / (1 - beta1 ** state["step"])
        second = state["second"] / (1 - beta2 ** state["step"])
        parameter.sub_(first / second.sqrt_().add_(1e-8) * group["lr"])
