"""ONNX Runtime as a contestant of tests/bench/run.

Usage: onnxruntime_peer.py MODEL WIDTH HEIGHT FORMAT THREADS, where FORMAT is
"f32": its convolutions for processors have no other.

SPDX-License-Identifier: GPL-3.0-or-later
"""

import sys

import onnxruntime

import contestant
import onnx_graphs


def main():
    path, width, height, form, threads = sys.argv[1:]
    width, height = int(width), int(height)
    network = contestant.Network(path)
    options = onnxruntime.SessionOptions()
    options.graph_optimization_level = (
        onnxruntime.GraphOptimizationLevel.ORT_ENABLE_ALL)
    options.intra_op_num_threads = int(threads)
    options.inter_op_num_threads = 1

    def session(graph):
        return onnxruntime.InferenceSession(graph, options,
                                            providers=["CPUExecutionProvider"])

    def encoder_for(height, width):
        runner = session(onnx_graphs.encoder(network, height, width))
        return lambda rgb: runner.run(["features", "mean", "deviation"],
                                       {"rgb": rgb})

    painter = session(onnx_graphs.decoder(network, height, width))

    def decode(features, scale, shift):
        return painter.run(["rgb"], {"features": features, "scale": scale,
                                     "shift": shift})[0]

    contestant.serve_graphs(network, width, height,
                            f"ONNX Runtime {onnxruntime.__version__}, {form}",
                            encoder_for, decode)


main()
