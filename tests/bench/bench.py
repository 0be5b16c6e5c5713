#!/usr/bin/env python3
"""Our engine beside PyTorch, OpenVINO and ONNX Runtime.

All have the same weights and pictures. What is timed is encoding a square
picture and decoding it in a style that has been encoded before; our time
includes reading and writing the picture.
All contestants take turns in one run, each warms up in every turn, and the
median of the times counts. Who does not paint the picture that our plain C
kernels paint does not take part. GFLOP/s are nominal: twice the
multiplications of the network as it is written down, whatever a contestant
makes of it.

SPDX-License-Identifier: GPL-3.0-or-later
"""

import argparse
import contextlib
import importlib.util
import json
import os
import platform
import statistics
import struct
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
#: Module and script of each peer, and the formats in which it may compete.
PEERS = {
    "pytorch": ("torch", "pytorch.py", ("f32", "f32-channels-last", "bf16",
                                        "bf16-channels-last")),
    "openvino": ("openvino", "openvino_peer.py", ("f32", "bf16")),
    "onnxruntime": ("onnxruntime", "onnxruntime_peer.py", ("f32",)),
}
#: Instructions beyond which nobody goes if that is asked for: the processor's
#: flags that are left, what tells the peers, and our kernels. OpenVINO 2026.4
#: and earlier obeys in its convolutions (oneDNN) alone; ONNX Runtime cannot be
#: told, but has nothing for tiles in f32. Processors with tiles are Intel's,
#: whose dot products of bfloat16 are slow outside of tiles.
LIMITS = {
    "avx2": (("avx2",),
             {"ONEDNN_MAX_CPU_ISA": "AVX2", "OV_CPU_MAX_ISA": "AVX2",
              "ATEN_CPU_CAPABILITY": "avx2"}, "avx2-int16"),
    "avx512": (("avx2", "avx512f", "avx512_bf16"),
               {"ONEDNN_MAX_CPU_ISA": "AVX512_CORE_BF16",
                "OV_CPU_MAX_ISA": "AVX512_CORE_BF16",
                "ATEN_CPU_CAPABILITY": "avx512"}, "avx512-int16"),
}
#: How far, on the average and in R'G'B' of 0 to 1, a contestant may be from
#: our plain C kernels.
TOLERANCE = {"f32": 1e-4, "int16": 5e-3, "bf16": 2e-2}
#: Side of the picture for which this is looked at.
CHECK_SIDE = 256
#: Between two turns, so that threads that still wait busily fall asleep.
PAUSE = 0.1
#: Seconds, and at least one picture, before the picture of a turn that counts:
#: by then the processor runs at full speed again, and the caches hold the
#: contestant's own data.
WARM_UP = 0.3
#: Sides of the pictures, seconds for each contestant's turns, fewest turns.
FULL = {"compact": (256, 512, 1024, 2048), "full": (256, 512, 1024, 2048),
        "seconds": 8, "turns": 5}
QUICK = {"compact": (512, 1024, 2048), "full": (512,), "seconds": 4, "turns": 5}


def say(text):
    print(text, file=sys.stderr, flush=True)


def processor():
    """The processor's name, and what of it matters here."""
    name, flags = platform.processor() or platform.machine(), ""
    with contextlib.suppress(OSError), open("/proc/cpuinfo") as file:
        for line in file:
            key, _, value = line.partition(":")
            if key.strip() == "model name":
                name = value.strip()
            if key.strip() == "flags":
                flags = value.split()
                break
    return name, [flag for flag in ("avx2", "avx512f", "avx512_bf16",
                                    "amx_bf16") if flag in flags]


class Contestant:
    """A process that does one picture whenever it is told to."""

    def __init__(self, name, command, threads):
        environment = dict(os.environ, OMP_NUM_THREADS=str(threads),
                           PYTHONDONTWRITEBYTECODE="1")
        self.name, self.times, self.peak = name, [], 0
        self.process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
            env=environment)
        words = self.process.stdout.readline().split(None, 2)
        if len(words) != 3 or words[0] != "ready":
            raise RuntimeError(f"{name}: did not start")
        self.cost, self.description = float(words[1]), words[2].strip()

    def picture(self, path=""):
        """Does one picture: seconds of encoding and of decoding."""
        self.process.stdin.write(path + "\n")
        self.process.stdin.flush()
        line = self.process.stdout.readline()
        if not line:
            raise RuntimeError(f"{self.name}: gave up")
        return [float(word) for word in line.split()]

    def turn(self, count=True):
        """Warms up, then does the picture that counts; seconds of the turn."""
        start = time.monotonic()
        self.picture()
        while time.monotonic() - start < WARM_UP:
            self.picture()
        times = self.picture()
        if count:
            self.times.append(times)
        time.sleep(PAUSE)
        return time.monotonic() - start

    def finish(self):
        self.process.stdin.close()
        self.peak = int(self.process.stdout.readline() or 0)
        self.process.wait()

    def kind(self):
        return next((kind for kind in ("bf16", "int16")
                     if kind in self.description), "f32")

    def result(self, model, side):
        encode, decode = (statistics.median(column)
                          for column in zip(*self.times))
        seconds = statistics.median(map(sum, self.times))
        rate = 2 * self.cost * side * side / seconds / 1e9
        return {"model": model, "side": side, "contestant": self.name,
                "description": self.description, "encode": encode,
                "decode": decode, "seconds": seconds, "turns": len(self.times),
                "gflops": rate, "kind": self.kind(), "memory": self.peak}


def contest(commands, model, side, plan, threads):
    """Lets all contestants take turns on one size; their results."""
    contestants = []
    try:
        for name, command in commands:
            contestants.append(Contestant(name, command, threads))
        longest = sum(contestant.turn(count=False)
                      for contestant in contestants)
        turns = max(plan["turns"],
                    min(int(plan["seconds"] * len(contestants) / longest), 100))
        for _ in range(turns):
            for contestant in contestants:
                contestant.turn()
    finally:
        for contestant in contestants:
            contestant.finish()
    return [contestant.result(model, side) for contestant in contestants]


def check(commands, reference, threads, directory):
    """Those of `commands` whose pictures are like that of `reference`, and the
    average and the largest error of each."""
    import numpy  # Not for --help, which needs no more than Python.

    path, pictures, right, errors = os.path.join(directory, "rgb"), {}, [], {}
    for name, command in [("reference", reference), *commands]:
        try:
            contestant = Contestant(name, command, threads)
            try:
                contestant.picture(path)
            finally:
                contestant.finish()
        except (RuntimeError, OSError) as error:
            say(f"{error}: left out.")
            continue
        pictures[name] = numpy.fromfile(path, numpy.float32).clip(0, 1)
        if name == "reference":
            continue
        error = numpy.abs(pictures[name] - pictures["reference"])
        errors[name] = {"mean": float(error.mean()), "max": float(error.max())}
        if error.mean() <= TOLERANCE[contestant.kind()]:
            right.append(name)
        else:
            say(f"{name}: not the same picture (error {error.mean():.2g}): "
                "left out.")
    return right, errors


def measure_peaks(tool, threads, peaks):
    """Raises `peaks` to what the machine shows now."""
    if not os.path.exists(tool):
        return
    environment = dict(os.environ, OMP_NUM_THREADS=str(threads))
    output = subprocess.run([tool], env=environment, text=True, check=True,
                            stdout=subprocess.PIPE).stdout
    for line in output.splitlines():
        kind, rate = line.split()
        peaks[kind] = max(peaks.get(kind, 0), float(rate))


def import_teacher(teacher, directory):
    """The paper's model as a model file; None where it is not to be had."""
    files = [os.path.join(teacher, name)
             for name in ("vgg_normalised.pth", "decoder.pth")]
    if not all(map(os.path.exists, files)):
        return None
    output = os.path.join(directory, "full.safetensors")
    result = subprocess.run([sys.executable,
                             os.path.join(ROOT, "weights", "import_vgg.py"),
                             *files, output],
                            stdout=subprocess.DEVNULL)
    return output if result.returncode == 0 else None


def plain_model(path, directory):
    """The model's two halves without what the engine knows beyond them (of
    photographs, of styles): the peers, which run these alone, paint the same
    then."""
    with open(path, "rb") as file:
        data = file.read()
    length, = struct.unpack("<Q", data[:8])
    header = json.loads(data[8:8 + length])
    kept, end = [], 0
    for name, entry in list(header.items()):
        if name == "__metadata__":
            continue
        if not name.startswith(("encoder.", "decoder.")):
            del header[name]
        else:
            first, last = (8 + length + x for x in entry["data_offsets"])
            kept.append(data[first:last])
            entry["data_offsets"] = [end, end + last - first]
            end += last - first
    text = json.dumps(header).encode()
    output = os.path.join(directory, os.path.basename(path))
    with open(output, "wb") as file:
        file.write(struct.pack("<Q", len(text)) + text + b"".join(kept))
    return output


def commands_for(model, side, options, peers, kernels):
    size = [str(side), str(side)]
    commands = [("ours", [os.path.join(options.build, "bench-engine"), model,
                          *size, kernels, str(options.threads)])]
    for peer, form in peers:
        commands.append((f"{peer} {form}",
                         [sys.executable, os.path.join(HERE, PEERS[peer][1]),
                          model, *size, form, str(options.threads)]))
    return commands


def find_peers(flags):
    """The peers that are installed, each with the formats that the processor
    computes in."""
    bf16, peers = "avx512_bf16" in flags or "amx_bf16" in flags, []
    for peer, (module, _, forms) in PEERS.items():
        if importlib.util.find_spec(module):
            peers += [(peer, form) for form in forms
                      if bf16 or form.startswith("f32")]
        else:
            say(f"{module} is not installed: no comparison with it.")
    return peers


def find_ratios(results, peaks):
    """The ratios that say whether the goals are reached, None if unknown; and
    the fastest peer for each size."""
    def seconds(model, side, name):
        times = [result["seconds"] for result in results
                 if result["model"] == model and result["side"] == side
                 and result["contestant"].startswith(name)]
        return min(times, default=None)

    def ratio(theirs, ours):
        return theirs / ours if theirs and ours else None

    share = next((result["gflops"] / peaks["bf16"] for result in results
                  if result["model"] == "compact" and result["side"] == 512
                  and result["contestant"] == "ours" and peaks.get("bf16")),
                 None)
    default = [result["seconds"] for result in results
               if (result["model"], result["side"], result["contestant"])
               == ("full", 512, "pytorch f32")]
    ratios, best = {}, {}
    for model, side in (("compact", 512), ("compact", 1024), ("compact", 2048),
                        ("full", 512)):
        ours, key = seconds(model, side, "ours"), f"{model}_{side}"
        for peer in PEERS:
            suffix = "_best" if peer == "pytorch" else ""
            ratios[f"{key}_vs_{peer}{suffix}"] = ratio(
                seconds(model, side, peer), ours)
        others = [result for result in results
                  if (result["model"], result["side"]) == (model, side)
                  and result["contestant"] != "ours"]
        if others:
            best[key] = min(others,
                            key=lambda result: result["seconds"])["contestant"]
            ratios[f"{key}_vs_best_peer"] = ratio(
                min(result["seconds"] for result in others), ours)
    ratios["compact_512_vs_pytorch_full_f32"] = ratio(
        default[0] if default else None, seconds("compact", 512, "ours"))
    ratios["compact_512_share_of_bf16_peak"] = share
    return ratios, best


def print_table(report):
    peaks = report["peaks"]
    print(f"{report['machine']}, {report['threads']} threads "
          f"({', '.join(report['instructions']) or 'no vectors known'}).")
    if peaks:
        rates = [f"{kind} {peaks[kind]:.0f} GFLOP/s"
                 for kind in ("f32", "bf16", "amx") if peaks.get(kind)]
        print(f"Measured peaks: {', '.join(rates)}, "
              f"copying memory {peaks['copy']:.0f} GB/s.")
    print("Encoding the picture and decoding it, the style encoded before; "
          "medians.\n")
    print("| model | picture | | encode | decode | both | GFLOP/s "
          "| of peak | memory |")
    print("|---|---|---|--:|--:|--:|--:|--:|--:|")
    for result in report["results"]:
        share = result["share_of_peak"]
        print(f"| {result['model']} | {result['side']} px "
              f"| {result['contestant']} "
              f"| {result['encode'] * 1e3:.1f} ms "
              f"| {result['decode'] * 1e3:.1f} ms "
              f"| {result['seconds'] * 1e3:.1f} ms "
              f"| {result['gflops']:.0f} "
              f"| {f'{share:.0%}' if share else ''} "
              f"| {result['memory'] / 2**20:.0f} MiB |")
    print("\n| ratio (above 1: we are faster) | |\n|---|--:|")
    for name, value in report["ratios"].items():
        print(f"| {name} | {'not measured' if value is None else f'{value:.2f}'} |")
    for name, peer in report["best_peer"].items():
        print(f"| fastest peer, {name} | {peer} |")


def main():
    parser = argparse.ArgumentParser(
        prog="tests/bench/run", description=__doc__.split("\n\nSPDX")[0],
        formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true",
                        help="fewer sizes and turns")
    parser.add_argument("--json", action="store_true",
                        help="print an object instead of tables")
    parser.add_argument("--threads", type=int, default=os.cpu_count(),
                        help="threads of every contestant (default: all cores)")
    parser.add_argument("--teacher", default=os.path.join(
        os.path.dirname(ROOT), "shared", "teacher"),
        help="where the paper's vgg_normalised.pth and decoder.pth are")
    limit = parser.add_mutually_exclusive_group()
    limit.add_argument("--avx2", dest="limit", action="store_const",
                       const="avx2",
                       help="use no instructions beyond AVX2, as on most "
                       "laptops (ONNX Runtime cannot be kept from it)")
    limit.add_argument("--avx512", dest="limit", action="store_const",
                       const="avx512",
                       help="use no tiles (AMX), but AVX-512 with its dot "
                       "products of 16 bits")
    # Where bench-engine and bench-peaks are, which tests/bench/run knows.
    parser.add_argument("--build", required=True, help=argparse.SUPPRESS)
    options = parser.parse_args()
    plan = QUICK if options.quick else FULL
    machine, flags = processor()
    kernels = "best"
    if options.limit:
        kept, variables, kernels = LIMITS[options.limit]
        flags = [flag for flag in flags if flag in kept]
        os.environ.update(variables)
    peers, peaks, results, errors = find_peers(flags), {}, [], {}
    tool = os.path.join(options.build, "bench-peaks")

    say("Measuring the machine's peaks")
    measure_peaks(tool, options.threads, peaks)
    with tempfile.TemporaryDirectory() as directory:
        compact = os.path.join(ROOT, "weights", "compact.safetensors")
        models = {"compact": plain_model(compact, directory),
                  "full": import_teacher(options.teacher, directory)}
        for name, path in models.items():
            if not path or not os.path.exists(path):
                say(f"There is no {name} model here: left out.")
                continue
            say(f"{name}: comparing pictures")
            (_, reference), = commands_for(path, CHECK_SIDE, options, [], "c")
            right, errors[name] = check(
                commands_for(path, CHECK_SIDE, options, peers, kernels),
                reference, options.threads, directory)
            for side in plan[name]:
                say(f"{name}, {side} x {side} px")
                commands = commands_for(path, side, options, peers, kernels)
                results += contest([command for command in commands
                                    if command[0] in right],
                                   name, side, plan, options.threads)
    measure_peaks(tool, options.threads, peaks)
    for result in results:
        peak = peaks.get(result["kind"])
        result["share_of_peak"] = result["gflops"] / peak if peak else None
    ratios, best = find_ratios(results, peaks)
    report = {"machine": machine, "instructions": flags,
              "threads": options.threads, "peaks": peaks, "results": results,
              "errors": errors, "ratios": ratios, "best_peer": best}
    if options.json:
        json.dump(report, sys.stdout, indent=1)
        print()
    else:
        print_table(report)


if __name__ == "__main__":
    main()
