"""OpenVINO as a contestant of tests/bench/run.

Usage: openvino_peer.py MODEL WIDTH HEIGHT FORMAT THREADS, where FORMAT is the
precision that it may compute in, "f32" or "bf16"; it chooses layouts itself.

SPDX-License-Identifier: GPL-3.0-or-later
"""

import sys

import openvino

import contestant
import onnx_graphs


def main():
    path, width, height, form, threads = sys.argv[1:]
    width, height = int(width), int(height)
    network = contestant.Network(path)
    core = openvino.Core()
    options = {"PERFORMANCE_HINT": "LATENCY",
               "INFERENCE_NUM_THREADS": int(threads),
               "INFERENCE_PRECISION_HINT": form}

    def compiled(graph):
        return core.compile_model(core.read_model(graph), "CPU", options)

    def encoder_for(height, width):
        runner = compiled(onnx_graphs.encoder(network, height, width))
        request = runner.create_infer_request()

        def encode(rgb):
            request.infer({"rgb": rgb}, share_inputs=True)
            return [request.get_tensor(name).data
                    for name in ("features", "mean", "deviation")]
        return encode

    painter = compiled(onnx_graphs.decoder(network, height, width))
    request = painter.create_infer_request()

    def decode(features, scale, shift):
        request.infer({"features": features, "scale": scale, "shift": shift},
                      share_inputs=True)
        return request.get_tensor("rgb").data

    contestant.serve_graphs(network, width, height,
                            f"OpenVINO {openvino.__version__.split('-')[0]}, "
                            f"{form}", encoder_for, decode)


main()
