"""Times of the same networks in PyTorch, fp16 channels-last, for the table of tests/gpu/run.

SPDX-License-Identifier: GPL-3.0-or-later
"""
import sys

import torch
from torch import nn

WIDTHS = {
    'compact': ([16, 16, 32, 32, 64, 64, 64, 64, 256], [80, 80, 80, 80, 48, 48, 16, 16, 3]),
    'full': ([64, 64, 128, 128, 256, 256, 256, 256, 512], [256, 256, 256, 256, 128, 128, 64, 64, 3]),
}
SIZES = {
    '256': (256, 256), '512': (512, 512), '1024': (1024, 1024), '2048': (2048, 2048), '4096': (4096, 4096),
    '4096x2160': (4096, 2160), '40MP': (7728, 5176),
}
REPEATS = 10


def conv(inputs, outputs, relu=True):
    layers = [nn.ReflectionPad2d(1), nn.Conv2d(inputs, outputs, 3)]
    return layers + [nn.ReLU(inplace=True)] if relu else layers


def networks(encoder_widths, decoder_widths):
    encoder, decoder = [], []
    inputs = 3
    for i, width in enumerate(encoder_widths):
        encoder += conv(inputs, width)
        inputs = width
        if i in (1, 3, 7):
            encoder.append(nn.MaxPool2d(2))
    for i, width in enumerate(decoder_widths):
        decoder += conv(inputs, width, relu=i < len(decoder_widths) - 1)
        inputs = width
        if i in (0, 4, 6):
            decoder.append(nn.Upsample(scale_factor=2, mode='nearest'))
    return [nn.Sequential(*layers).half().cuda().to(memory_format=torch.channels_last)
            for layers in (encoder, decoder)]


def best_time(run):
    best = float('inf')
    for i in range(REPEATS + 3):
        begin, end = torch.cuda.Event(enable_timing=True), torch.cuda.Event(enable_timing=True)
        begin.record()
        run()
        end.record()
        end.synchronize()
        if i >= 3:
            best = min(best, begin.elapsed_time(end))
    return best


def stylise(encoder, decoder, picture):
    features = encoder(picture)
    deviation, mean = torch.std_mean(features.float(), dim=(2, 3), keepdim=True)
    return decoder((1.1 * (features - mean) / (deviation + 1e-5) * deviation + mean).half())


def stylise_texture(encoder, decoder, picture, matrix):
    """With a covariance, and a matrix in place of the scale."""
    features = encoder(picture)
    _, channels, height, width = features.shape
    cells = features.permute(0, 2, 3, 1).reshape(-1, channels).float()
    mean = cells.mean(0)
    cells -= mean
    covariance = cells.T @ cells / len(cells)
    painted = torch.addmm(mean, cells, matrix).half().reshape(1, height, width, channels)
    return decoder(painted.permute(0, 3, 1, 2)), covariance


def transport_map(content, style):
    """From one covariance to another, by two eigendecompositions."""
    values, vectors = torch.linalg.eigh(content)
    root = (vectors * values.sqrt()) @ vectors.T
    inverse = (vectors / values.sqrt()) @ vectors.T
    values, vectors = torch.linalg.eigh(root @ style @ root)
    return inverse @ (vectors * values.sqrt()) @ vectors.T @ inverse


def random_covariance(channels):
    cells = torch.rand(4 * channels, channels, device='cuda', dtype=torch.double)
    return torch.cov(cells.T)


def main():
    if not torch.cuda.is_available():
        sys.exit('PyTorch has no CUDA here')
    torch.backends.cudnn.benchmark = True
    for model, widths in WIDTHS.items():
        encoder, decoder = networks(*widths)
        channels = widths[0][-1]
        content, style = random_covariance(channels), random_covariance(channels)
        matrix = transport_map(content, style).float()
        print(model, 'any', 'map', best_time(lambda: transport_map(content, style)), flush=True)
        for size, (width, height) in SIZES.items():
            try:
                picture = torch.rand(1, 3, height, width, device='cuda').half()
                picture = picture.to(memory_format=torch.channels_last)
                with torch.inference_mode():
                    features = encoder(picture)
                    print(model, size, 'encode', best_time(lambda: encoder(picture)), flush=True)
                    print(model, size, 'decode', best_time(lambda: decoder(features)), flush=True)
                    print(model, size, 'whole', best_time(lambda: stylise(encoder, decoder, picture)),
                          flush=True)
                    print(model, size, 'texture',
                          best_time(lambda: stylise_texture(encoder, decoder, picture, matrix)), flush=True)
            except torch.cuda.OutOfMemoryError:
                print(f'{model} {size}: not enough memory for PyTorch', file=sys.stderr)
            picture = features = None
            torch.cuda.empty_cache()


if __name__ == '__main__':
    main()
