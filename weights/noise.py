"""The noise that brushwork is, as engine/noise.c makes it.

Random numbers on a lattice, between which cubic B-splines interpolate: lattice
convolution noise (J. P. Lewis, "Algorithms for solid noise synthesis",
SIGGRAPH 1989).
"""

import torch

#: Pixels between two points of the lattice.
SPACING = 6
#: The deviation of what is interpolated so.
DEVIATION = 0.27676
#: That of the noise that all of the brushwork is, in values from 0 to 1.
NOISE = 6 / 255


def _points(x, y):
    """In [-1, 1), of points of the lattice: a hash of their coordinates."""
    def unsigned(value):
        return value & 0xffffffff

    value = unsigned(x * 0x9e3779b1) ^ unsigned(y * 0x85ebca77)
    value = unsigned((value ^ value >> 16) * 0x7feb352d)
    value = unsigned((value ^ value >> 15) * 0x846ca68b)
    return (value ^ value >> 16).double() / 2 ** 31 - 1


def _splines(size):
    """size x points of the lattice, of which the first is at -1."""
    pixels = torch.arange(size)
    t = (pixels % SPACING + 0.5).double() / SPACING
    u = 1 - t
    weights = torch.stack([u ** 3, 4 - 3 * t ** 2 * (2 - t),
                           4 - 3 * u ** 2 * (2 - u), t ** 3], 1) / 6
    first = (pixels // SPACING)[:, None] + torch.arange(4)
    return torch.zeros(size, int(first.max()) + 1,
                       dtype=torch.double).scatter_(1, first, weights)


def noise(height, width):
    """height x width, of deviation 1."""
    rows, columns = _splines(height), _splines(width)
    lattice = _points(torch.arange(columns.shape[1])[None] - 1,
                      torch.arange(rows.shape[1])[:, None] - 1)
    return (rows @ lattice @ columns.T / DEVIATION).float()


def with_brushwork(pictures, brushwork):
    """Pictures (n x 3 x height x width, in [0, 1]) as the network sees them
    with so much of it, from 0 to 1."""
    height, width = pictures.shape[-2:]
    added = NOISE * brushwork ** 2 * noise(height, width).to(pictures.device)
    return (pictures + added).clamp(0, 1)
