#!/usr/bin/env python3
"""Tests of the trainer, the evaluator and the importer.

The teacher is a random one in the public layout, so nothing has to be
downloaded. With ADAIN_TEACHER set to a folder with the real vgg_normalised.pth
and decoder.pth, the importer is tested on those too. Ends with status 77
(skipped) where PyTorch, Pillow or safetensors are missing.
"""

import contextlib
import glob
import io
import json
import os
import random
import re
import socket
import subprocess
import sys
import tempfile
import types
import unittest
from unittest import mock

try:
    import numpy as np
    import torch
    import torch.nn.functional as F
    from PIL import Image
    from safetensors import safe_open
    from torch import nn
except ImportError as missing:
    print(f"skipped: {missing}")
    sys.exit(77)

ROOT = os.path.abspath(os.path.join(os.path.dirname(__file__), "..", ".."))
WEIGHTS = os.path.join(ROOT, "weights")
REFERENCE = os.path.join(ROOT, "tests", "engine", "reference")
sys.path.insert(0, WEIGHTS)

import closed_form  # noqa: E402
import course  # noqa: E402
import evaluate  # noqa: E402
import gallery  # noqa: E402
import generators  # noqa: E402
import grow  # noqa: E402
import learn  # noqa: E402
import losses  # noqa: E402
import muon  # noqa: E402
import networks  # noqa: E402
import noise as brushwork  # noqa: E402
import pictures  # noqa: E402
import ranges  # noqa: E402
import store  # noqa: E402
import train  # noqa: E402
import train_cycle  # noqa: E402
import train_fast  # noqa: E402

SMALL_ENCODER = (8, 8), (8, 8), (8, 8, 8, 8), (16,)
SMALL_DECODER = (8,), (8, 8, 8, 8), (8, 8), (8, 3)


def public_vgg():
    """The encoder as the public release defines it, with random weights."""
    layers = [nn.Conv2d(3, 3, 1)]
    inputs = 3
    for i, width in enumerate(networks.flat(networks.VGG_ENCODER)):
        layers += [nn.ReflectionPad2d(1), nn.Conv2d(inputs, width, 3),
                   nn.ReLU()]
        if i in networks.ends(networks.VGG_ENCODER):
            layers.append(nn.MaxPool2d(2, ceil_mode=True))
        inputs = width
    model = nn.Sequential(*layers)
    calm(model)
    with torch.no_grad():
        model[0].weight.copy_(255 * torch.eye(3).flip(0)[:, :, None, None])
        model[0].bias.copy_(-torch.tensor([103.939, 116.779, 123.68]))
        model[2].weight.mul_(0.01)
    return model


def public_decoder():
    """The decoder as the public release defines it, with random weights."""
    layers, inputs = [], store.VGG_FEATURES
    for i, width in enumerate(networks.flat(networks.VGG_DECODER)):
        layers += [nn.ReflectionPad2d(1), nn.Conv2d(inputs, width, 3)]
        if width != 3:
            layers.append(nn.ReLU())
        if i in networks.ends(networks.VGG_DECODER):
            layers.append(nn.Upsample(scale_factor=2, mode="nearest"))
        inputs = width
    model = nn.Sequential(*layers)
    calm(model)
    return model


def calm(model):
    for layer in model:
        if isinstance(layer, nn.Conv2d):
            nn.init.kaiming_normal_(layer.weight, nonlinearity="relu")


def paint(folder, count, first=1):
    """Random pictures, small and of several shapes."""
    os.makedirs(folder)
    rng = np.random.default_rng(first)
    for i in range(first, first + count):
        size = [(48, 40), (40, 64), (56, 56)][i % 3]
        small = Image.fromarray(rng.integers(0, 255, (6, 6, 3), np.uint8))
        small.resize(size, Image.Resampling.BICUBIC).save(
            os.path.join(folder, f"{i:04}.png"))


def read(path):
    with open(path, "rb") as file:
        return file.read()


def tool(name, *arguments):
    """Run one of the tools; (status, everything it printed)."""
    done = subprocess.run(
        [sys.executable, os.path.join(WEIGHTS, name + ".py"),
         *map(str, arguments)], text=True, stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT, timeout=300, check=False)
    return done.returncode, done.stdout


class Case(unittest.TestCase):
    """A folder with a random teacher and some pictures."""

    @classmethod
    def setUpClass(cls):
        torch.manual_seed(5)
        holder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(holder.cleanup)
        cls.folder = holder.name
        cls.vgg, cls.decoder = cls.file("vgg.pth"), cls.file("decoder.pth")
        cls.public = public_vgg(), public_decoder()
        torch.save(cls.public[0].state_dict(), cls.vgg)
        torch.save(cls.public[1].state_dict(), cls.decoder)
        paint(cls.file("content"), 5)
        paint(cls.file("style"), 4, 48)

    @classmethod
    def file(cls, *names):
        return os.path.join(cls.folder, *names)

    def train_arguments(self, out, *more):
        return ["--content", self.file("content"),
                "--style", self.file("style"), "--vgg", self.vgg,
                "--decoder", self.decoder, "--out", out,
                "--encoder-widths", train.written(SMALL_ENCODER),
                "--decoder-widths", train.written(SMALL_DECODER),
                "--crop", "32", "--sides", "32", "48", "--batch", "2",
                "--pool", "3", "--every", "1", "--save-every", "2",
                "--range-pictures", "2", *more]


class Training(Case):
    def setUp(self):
        self.positions = closed_form.POSITIONS
        closed_form.POSITIONS = 2000
        self.addCleanup(setattr, closed_form, "POSITIONS", self.positions)

    def test_train_resume_and_evaluate(self):
        out = self.file("out")
        checkpoint = os.path.join(out, train.CHECKPOINT)
        train.main(self.train_arguments(out, "--steps", "3"))
        for name in (train.CHECKPOINT, train.EXPORT, "curves.png",
                     "sheet.png"):
            self.assertTrue(os.path.getsize(os.path.join(out, name)))
        state = torch.load(checkpoint, weights_only=True)
        self.assertEqual(state["step"], 3)
        self.assertEqual([row[0] for row in state["history"]], [1, 2, 3])
        model, metadata = store.load_safetensors(
            os.path.join(out, train.EXPORT))
        self.assertEqual(model.tables, (SMALL_ENCODER, SMALL_DECODER))
        self.assertEqual(model.ranges.extent.shape, (2, 16))
        self.assertEqual(metadata["format"], store.FORMAT)

        before = state["model"]["decoder.8.bias"].clone()
        train.main(self.train_arguments(out, "--resume", "--steps", "5"))
        state = torch.load(checkpoint, weights_only=True)
        self.assertEqual([row[0] for row in state["history"]],
                         [1, 2, 3, 4, 5])
        self.assertFalse(torch.equal(before,
                                     state["model"]["decoder.8.bias"]))
        self.assertEqual(glob.glob(os.path.join(out, "*.part")), [])

        kept = read(checkpoint)
        status, text = tool("train", *self.train_arguments(out))
        self.assertEqual(status, 2, text)
        self.assertIn("--resume", text)
        status, text = tool("train", *self.train_arguments(
            out, "--resume", "--encoder-widths", "8 8 | 8 8 | 8 8 8 8 | 24"))
        self.assertEqual(status, 2, text)
        self.assertIn("another architecture", text)
        self.assertEqual(read(checkpoint), kept)

        name = os.path.join(out, train.EXPORT)
        scores, blind = self.file("scores.json"), self.file("blind")
        status, text = tool(
            "evaluate", name, "--content", self.file("content"), "--style",
            self.file("style"), self.file("content") + ":1:7", "--vgg", self.vgg,
            "--decoder", self.decoder, "--sizes", 32, 44, "--pairs", 2,
            "--all-pictures", "--sheet", self.file("sheet.png"), "--json",
            scores, "--record", "--blind", blind, "--texture", 0.5)
        self.assertEqual(status, 0, text)
        with open(scores, encoding="utf-8") as file:
            table = json.load(file)
        self.assertEqual(set(table), {"original", "model"})
        for loss in ("content", "style", "relu1_1", "relu4_1", "gram",
                     "identity", "grid"):
            for size in ("32", "44"):
                self.assertGreater(table["original"][size][loss], 0)
        self.assertGreater(table["model"]["32"]["content"], 0)
        recorded = json.loads(store.load_safetensors(name)[1]["scores"])
        self.assertEqual(recorded, table)
        with open(os.path.join(blind, "key.json"), encoding="utf-8") as file:
            key = json.load(file)
        self.assertEqual(len(key), 8)
        for sheet, order in key.items():
            self.assertEqual(set(order), {"original", "model"})
            self.assertTrue(os.path.exists(
                os.path.join(blind, sheet + ".png")))

    def test_hyper(self):
        """What tells how styles change the decoder learns, and nothing else
        does; a file keeps it, and a checkpoint."""
        first = self.file("first.safetensors")
        start = networks.Model(SMALL_ENCODER, SMALL_DECODER)
        start.ranges = networks.Ranges(torch.ones(16), torch.ones(2, 16))
        store.save_safetensors(first, start, torch.float32)
        out = self.file("hyper-out")
        arguments = ("--hyper", "--init", first, "--rate", "0.01", "--ema", "0")
        with mock.patch.object(train, "LOOKS", 5):
            train.main(self.train_arguments(out, *arguments, "--steps", "3"))
        name = os.path.join(out, train.EXPORT)
        model, _ = store.load_safetensors(name)
        for key, value in start.state_dict().items():
            self.assertTrue(torch.equal(value.half().float(),
                                        model.state_dict()[key]), key)
        self.assertIsNotNone(model.ranges)
        self.assertGreater(float(model.hyper[1].weight.detach().abs().max()), 0)

        pair = torch.rand(2, 3, 32, 40).chunk(2)
        changed = model(*pair)
        hyper, model.hyper = model.hyper, None
        self.assertFalse(torch.allclose(changed, model(*pair), atol=1e-4))

        status, text = tool("train", *self.train_arguments(
            out, "--resume", "--steps", "4"))
        self.assertEqual(status, 2, text)
        self.assertIn("--hyper", text)
        train.main(self.train_arguments(out, *arguments, "--resume", "--steps",
                                        "4"))
        model, _ = store.load_safetensors(name)
        self.assertTrue(torch.equal(hyper.axes, model.hyper.axes))
        self.assertFalse(torch.equal(hyper[1].weight, model.hyper[1].weight))

    def small_model(self):
        path = self.file("m.safetensors")
        store.save_safetensors(path, networks.Model(SMALL_ENCODER,
                                                    SMALL_DECODER))
        return path

    def scores(self, model, *more):
        """What evaluate.py tells of a model and the original, on one pair."""
        path = self.file("scores.json")
        evaluate.main([model, "--content", self.file("content"), "--style",
                       self.file("style"), "--vgg", self.vgg, "--decoder",
                       self.decoder, "--sizes", "32", "--pairs", "1",
                       "--all-pictures", "--json", path, *more])
        with open(path, encoding="utf-8") as file:
            return json.load(file)

    def test_cached_scores(self):
        """The second time, the original is looked up; nothing changes."""
        model, cache = self.small_model(), self.file("cache")
        plain = self.scores(model)
        self.assertFalse(os.path.exists(cache))
        for _ in range(2):
            self.assertEqual(self.scores(model, "--cache", cache), plain)
            self.assertEqual(len(os.listdir(cache)), 1)
        self.assertNotEqual(self.scores(model, "--shift", "1"), plain)

    def test_brushwork(self):
        """It is the engine's noise (tests/engine/noise.c has these values, too);
        the original is judged without."""
        noise = brushwork.noise(1000, 1200)
        for x, y, value in ((0, 0, -1.587952), (5, 6, -0.930769),
                            (17, 3, -0.484514), (100, 200, -1.490541),
                            (1199, 999, 1.008855), (6, 5, -1.224783)):
            self.assertAlmostEqual(float(noise[y, x]), value, places=5)
        self.assertTrue(torch.equal(noise[:70, :90], brushwork.noise(70, 90)))
        self.assertAlmostEqual(float(noise.std()), 1, places=2)

        model = self.small_model()
        without, full = self.scores(model), self.scores(model, "--brushwork", "1")
        self.assertEqual(without["original"], full["original"])
        self.assertNotEqual(without["m"], full["m"])
        status, text = tool(
            "evaluate", model, "--content", self.file("content"), "--style",
            self.file("style"), "--vgg", self.vgg, "--brushwork", "1.1")
        self.assertEqual(status, 2, text)
        self.assertIn("--brushwork", text)

    def test_paired_colors(self):
        """The pool knows what colors the paper's model gives its pairs."""
        options = train.parse_arguments(self.train_arguments(
            self.file("never"), "--precision", "f32", "--device", "cpu"))
        images = [pictures.load_choice([pictures.Source(self.file(name))])
                  for name in ("content", "style")]
        trainer = train.Trainer(options, networks.Model(
            options.encoder_widths, options.decoder_widths),
            store.load_vgg(self.vgg), store.load_decoder(self.decoder),
            *images)
        pools = trainer.content, trainer.style
        for part in (*pools, trainer.pairs):
            part.fill(lambda *_: None)
        original = store.load_original(self.vgg, self.decoder)
        for _ in range(2):
            with torch.no_grad():
                expected = losses.colors(original(*(
                    train.as_picture(pool.crops) for pool in pools)
                ).clamp(0, 1))
            torch.testing.assert_close(trainer.pairs.colors, expected,
                                       rtol=1e-4, atol=1e-5)
            for part in (*pools, trainer.pairs):
                part.refresh(2)
        self.assertEqual(len(trainer.losses()), 7)

        style = trainer.style
        style.places[:2] = (0, 0), (0, 1)
        style.weigh(torch.tensor([0, 1]), torch.tensor([0.1, 0.3]), 1)
        rare, frequent, _ = style.images.weights[0]
        self.assertLess(rare, 1)
        self.assertGreater(frequent, 1)

    def test_without_decoder(self):
        """A model to begin with spares the teacher's decoder."""
        start, out = self.file("start.safetensors"), self.file("without")
        store.save_safetensors(start, networks.Model(SMALL_ENCODER,
                                                     SMALL_DECODER))
        arguments = self.train_arguments(out, "--steps", "1", "--init", start)
        at = arguments.index("--decoder")
        train.main(arguments[:at] + arguments[at + 2:])
        self.assertTrue(os.path.exists(os.path.join(out, train.EXPORT)))

    def test_minutes(self):
        trainer = train.Trainer.__new__(train.Trainer)
        trainer.options = types.SimpleNamespace(steps=1000, minutes=2, decay=1,
                                                rate=4)
        trainer.first = trainer.step = 500
        for passed, rate in ((0, 2), (60, 1), (120, 0), (200, 0)):
            trainer.passed = passed
            self.assertAlmostEqual(trainer.rate(), rate)
        trainer.passed, trainer.step = 0, 750
        self.assertAlmostEqual(trainer.rate(), 1)

        out = self.file("minutes")
        train.main(self.train_arguments(out, "--minutes", "1e-6"))
        state = torch.load(os.path.join(out, train.CHECKPOINT),
                           weights_only=True)
        self.assertEqual(state["step"], 0)

    def test_two_processes(self):
        out = self.file("two")
        with socket.socket() as probe:
            probe.bind(("localhost", 0))
            port = probe.getsockname()[1]
        processes = [subprocess.Popen(
            [sys.executable, os.path.join(WEIGHTS, "train.py"),
             *self.train_arguments(out, "--steps", "2", "--threads", "1",
                                   "--precision", "f32", "--optimizer",
                                   "adam")],
            text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
            # As torchrun sets it; Debian builds PyTorch without libuv.
            env={**os.environ, "RANK": str(rank), "WORLD_SIZE": "2",
                 "MASTER_ADDR": "localhost", "MASTER_PORT": str(port),
                 "USE_LIBUV": "0"}) for rank in range(2)]
        for process in processes:
            text, _ = process.communicate(timeout=300)
            self.assertEqual(process.returncode, 0, text)
        self.assertTrue(os.path.exists(os.path.join(out, train.EXPORT)))

    @unittest.skipUnless(torch.cuda.is_available(), "no GPU")
    def test_recorded_steps(self):
        """On a GPU steps are recorded; the losses fall all the same."""
        out = self.file("recorded")
        status, text = tool("train", *self.train_arguments(
            out, "--steps", "40", "--every", "10", "--device", "cuda"))
        self.assertEqual(status, 0, text)
        losses = re.findall(r"content (\S+)  style (\S+)", text)
        first, last = (sum(map(float, losses[i])) for i in (0, -1))
        self.assertLess(last, first)

    def test_recording(self):
        """What is recorded is called some times, and replayed from then on."""
        graphs = []

        class Graph:
            def __init__(self):
                graphs.append(self)
                self.replays = 0

            def replay(self):
                self.replays += 1

        cuda = types.SimpleNamespace(
            CUDAGraph=Graph, graph=lambda graph: contextlib.nullcontext(),
            Stream=mock.Mock, current_stream=mock.Mock,
            stream=lambda stream: contextlib.nullcontext())
        function = mock.Mock(return_value=torch.zeros(()))
        recorded = train.Recorded(function)
        with mock.patch.object(torch, "cuda", cuda):
            for _ in range(train.CALLS_BEFORE_RECORDING + 3):
                recorded()
        self.assertEqual(function.call_count,
                         train.CALLS_BEFORE_RECORDING + 1)
        self.assertEqual([graph.replays for graph in graphs], [3])

    def test_broken_picture_is_skipped(self):
        with open(self.file("content", "0009.jpg"), "wb") as file:
            file.write(b"\xff\xd8 not a picture")
        self.addCleanup(os.remove, self.file("content", "0009.jpg"))
        with self.assertWarns(UserWarning):
            images = pictures.load_folder(self.file("content"),
                                          lambda path: True)
        self.assertEqual(len(images), 5)

    def test_held_out_pictures_are_not_trained_on(self):
        names = sorted(os.listdir(self.file("style")))
        self.assertEqual([x for x in names if pictures.held_out(x)],
                         ["0050.png"])


class Learning(Case):
    def setUp(self):
        # What is worth keeping depends on the network.
        torch.manual_seed(1)

    def test_learn(self):
        """What is learned is kept, tied to the decoder, and is not learned
        again."""
        self.check_learning("bare", networks.Model(SMALL_ENCODER,
                                                   SMALL_DECODER))

    def test_learn_over(self):
        """What a model tells of the style is learned over, and named."""
        model = networks.Model(SMALL_ENCODER, SMALL_DECODER)
        model.hyper = networks.Hyper(model.decoder)
        model.hyper.see(torch.rand(70, 32))
        nn.init.normal_(model.hyper[1].weight, 0, 0.01)
        style, path = self.check_learning("telling", model)
        loaded, _ = store.load_safetensors(path)
        self.assertEqual(style["hyper"],
                         gallery.hyper_checksum(loaded.hyper))

    def check_learning(self, name, model):
        """The style as the gallery names it, and the model's path."""
        styles = self.file(name)
        path = self.file(f"{name}.safetensors")
        out = self.file(f"{name}-gallery.safetensors")
        os.makedirs(styles)
        noise = np.random.default_rng(1).normal(128, 80, (60, 90, 3))
        Image.fromarray(noise.clip(0, 255).astype(np.uint8)).save(
            os.path.join(styles, "van-gogh--a-room--1888.png"))
        store.save_safetensors(path, model)
        gallery.main([path, styles, out])
        arguments = [path, out, "--pictures", styles, "--vgg", self.vgg,
                     "--content", self.file("content") + ":1:5",
                     "--crop", "32", "--precision", "f32",
                     "--processes", "1", "--steps", "12"]
        with contextlib.redirect_stdout(io.StringIO()) as told:
            learn.main(arguments)
        self.assertIn("1/1 van-gogh--a-room: content", told.getvalue())
        model, _ = store.load_safetensors(path)
        with safe_open(out, framework="pt") as file:
            row = file.get_tensor("adaptation")
            self.assertEqual(file.metadata()["decoder"],
                             gallery.digest(model.decoder))
            self.assertEqual(len(file.get_tensor("mean")), 1)
            style, = json.loads(file.metadata()["styles"])
        size = sum(min(4, out) * (out + 9 * inputs) + out for out, inputs
                   in [layer.weight.shape[:2]
                       for layer, _, _ in model.decoder.walk()])
        self.assertEqual(row.shape, (1, size))
        self.assertTrue(row.any())
        with contextlib.redirect_stdout(io.StringIO()) as told:
            learn.main(arguments)
        self.assertEqual(told.getvalue(), "")

        with contextlib.redirect_stdout(io.StringIO()):
            learn.main([*arguments, "--again", "--texture", "0"])
        with safe_open(out, framework="pt") as file:
            self.assertFalse(torch.equal(row, file.get_tensor("adaptation")))
        return style, path

    def test_adaptation(self):
        """Decoding with the changes is decoding with changed weights."""
        model = networks.Model(SMALL_ENCODER, SMALL_DECODER)
        model.requires_grad_(False)
        adaptation = learn.Adaptation(model.decoder, None)
        features = torch.rand(1, 16, 4, 5)
        self.assertTrue(torch.equal(adaptation.decode(features),
                                    model.decoder(features)))
        with torch.no_grad():
            for left, right, bias in adaptation.parts:
                left.normal_(0, 0.1)
                bias.normal_(0, 0.1)
            changed = adaptation.decode(features)
            for (layer, _, _), (left, right, bias) in zip(
                    model.decoder.walk(), adaptation.parts):
                layer.weight += (left @ right).view_as(layer.weight)
                layer.bias += bias
        self.assertLess(float((changed - model.decoder(features)).abs()
                              .max()), 1e-4)


class OnePurpose(Case):
    """Networks without styles, as ONNX files."""

    @staticmethod
    def painted_by_engine(path, picture):
        """A picture (3, H, W) in 0..1, painted by the engine."""
        height, width = picture.shape[1:]
        done = subprocess.run(
            [os.environ["ADAIN_ONNX_PAINT"], os.environ["ADAIN_ONNX_MODULES"],
             path, str(width), str(height)], check=True, stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            input=picture.permute(1, 2, 0).contiguous().numpy().tobytes())
        data = np.frombuffer(done.stdout, np.float32)
        return torch.tensor(data).view(height, width, 3).permute(2, 0, 1)

    def check_export(self, path, generator):
        """The engine paints as PyTorch does."""
        self.assertTrue(os.path.getsize(path))
        if "ADAIN_ONNX_PAINT" not in os.environ:
            self.skipTest("the engine has no module for ONNX models")
        picture = torch.rand(3, 64, 72, generator=torch.manual_seed(1))
        with torch.no_grad():
            wanted = generator.paint(picture[None])[0]
        self.assertLess(float((self.painted_by_engine(path, picture)
                               - wanted).abs().max()), 1e-3)

    def run_quietly(self, tool, arguments):
        # So little work is not worth sharing.
        self.addCleanup(torch.set_num_threads, torch.get_num_threads())
        with contextlib.redirect_stdout(io.StringIO()) as told:
            tool.main(arguments + ["--threads", "1"])
        return told.getvalue()

    def small(self, out):
        return ["--out", out, "--width", "4", "--blocks", "1", "--crop", "32",
                "--sides", "40", "48", "--every", "2", "--save-every", "4"]

    def generator(self, out, name):
        state = store.load_pickle(os.path.join(out, course.CHECKPOINT))
        generator = generators.Generator(*state["form"])
        generator.load_state_dict(state["parts"][name])
        return state, generator

    def test_fast(self):
        """One style: it is learned, training goes on, the engine paints."""
        out = self.file("fast")
        arguments = ["--content", self.file("content") + ":1:5", "--style",
                     self.file("style", "0048.png"), "--style-side", "40",
                     "--vgg", self.vgg, "--batch", "2", *self.small(out)]
        told = self.run_quietly(train_fast, arguments + ["--steps", "4"])
        self.assertIn("step 4  content", told)
        with self.assertRaisesRegex(store.UserError, "--resume"):
            self.run_quietly(train_fast, arguments)
        told = self.run_quietly(train_fast, arguments
                                + ["--steps", "8", "--resume"])
        self.assertIn("stopped at step 8 of 8", told)
        state, generator = self.generator(out, "generator")
        self.assertEqual(state["step"], 8)
        losses = [sum(row[1:]) for row in state["history"]]
        self.assertLess(losses[-1], losses[0])
        for name in "sheet.png", "curves.png":
            Image.open(os.path.join(out, name)).verify()
        self.check_export(os.path.join(out, "model.onnx"), generator)

    def test_cycle(self):
        """Two kinds: both ways are learned, training goes on, the engine
        paints."""
        out = self.file("cycle")
        arguments = ["--from", self.file("content") + ":1:5", "--to",
                     self.file("style"), "--buffer", "2", *self.small(out)]
        told = self.run_quietly(train_cycle, arguments + ["--steps", "4"])
        self.assertIn("step 4  deceit", told)
        self.run_quietly(train_cycle, arguments + ["--steps", "6", "--resume"])
        for file, name in ("model.onnx", "there"), ("back.onnx", "back"):
            state, generator = self.generator(out, name)
            self.check_export(os.path.join(out, file), generator)
        self.assertEqual(state["step"], 6)
        self.assertEqual(len(state["parts"]["buffer of to"]["kept"]), 2)

    def test_cycle_learns(self):
        """What is asked of a generator comes about: colors are exchanged
        between dark and bright pictures."""
        folders = self.file("dark"), self.file("bright")
        for folder, level in zip(folders, (60, 190)):
            os.makedirs(folder)
            for i in range(4):
                noise = Image.effect_noise((48, 48), 20)
                noise.point(lambda x, level=level: x + level - 128).convert(
                    "RGB").save(os.path.join(folder, f"{i + 1}.png"))
        out = self.file("exchange")
        self.run_quietly(train_cycle, [
            "--from", folders[0], "--to", folders[1], *self.small(out),
            "--identity-weight", "0.1", "--cycle-weight", "1", "--rate", "2e-3",
            "--steps", "60", "--save-every", "60"])
        _, generator = self.generator(out, "there")
        with torch.no_grad():
            painted = generator.paint(torch.full((1, 3, 32, 32), 60 / 255)
                                      + 0.08 * torch.randn(1, 3, 32, 32))
        self.assertGreater(float(painted.mean()), 0.5)

    def test_buffer(self):
        """The judges are shown new pictures and those of earlier steps."""
        buffer, rng = train_cycle.Buffer(2), random.Random(1)
        shown = [float(buffer.exchange(torch.full((1, 1), float(i)), rng))
                 for i in range(40)]
        self.assertEqual(shown[:2], [0, 1])
        self.assertLess(10, sum(x < i for i, x in enumerate(shown)))
        self.assertLess(10, sum(x == i for i, x in enumerate(shown)))

    def test_other_architecture(self):
        """A checkpoint of another architecture is not gone on from."""
        out = self.file("other")
        arguments = ["--from", self.file("content"), "--to",
                     self.file("style"), *self.small(out), "--steps", "1"]
        self.run_quietly(train_cycle, arguments)
        arguments[arguments.index("--width") + 1] = "8"
        with self.assertRaisesRegex(store.UserError, "another architecture"):
            self.run_quietly(train_cycle, arguments + ["--resume"])


class BadInput(Case):
    def refuse(self, expected, *arguments, name="train"):
        status, text = tool(name, *arguments)
        self.assertEqual(status, 2, text)
        self.assertIn(expected, text)
        self.assertNotIn("Traceback", text)

    def with_option(self, option, value):
        arguments = self.train_arguments(self.file("never"))
        arguments[arguments.index(option) + 1] = value
        return arguments

    def tearDown(self):
        self.assertFalse(os.path.exists(self.file("never")))

    def test_empty_folder(self):
        os.makedirs(self.file("empty"), exist_ok=True)
        self.refuse("empty", *self.with_option("--style",
                                               self.file("empty")))

    def test_missing_folder(self):
        self.refuse("No such file", *self.with_option(
            "--content", self.file("nowhere")))

    def test_no_pictures(self):
        os.makedirs(self.file("texts"), exist_ok=True)
        with open(self.file("texts", "a.jpg"), "w", encoding="utf-8") as f:
            f.write("no picture")
        self.refuse("no usable picture", *self.with_option(
            "--content", self.file("texts")))

    def test_missing_teacher(self):
        self.refuse("no such file", *self.with_option(
            "--vgg", self.file("nothing.pth")))

    def test_wrong_layout(self):
        self.refuse("layout", *self.with_option("--vgg", self.decoder))
        path = self.file("garbage.pth")
        with open(path, "wb") as file:
            file.write(b"garbage" * 100)
        self.refuse("not a PyTorch file", *self.with_option("--vgg", path))

    def test_foreign_checkpoint(self):
        out = self.file("foreign")
        os.makedirs(out, exist_ok=True)
        checkpoint = os.path.join(out, train.CHECKPOINT)
        torch.save({"E": {}, "D": {}}, checkpoint)
        kept = read(checkpoint)
        self.refuse("not a checkpoint", *self.train_arguments(out),
                    "--resume")
        self.assertEqual(read(checkpoint), kept)
        self.assertEqual(os.listdir(out), [train.CHECKPOINT])

    def test_importer(self):
        output = self.file("full.safetensors")
        self.refuse("layout", self.decoder, self.vgg, output,
                    name="import_vgg")
        self.assertFalse(os.path.exists(output))
        with open(output, "wb") as file:
            file.write(b"precious")
        self.refuse("--force", self.vgg, self.decoder, output,
                    name="import_vgg")
        self.assertEqual(read(output), b"precious")

    def test_evaluator(self):
        path = self.file("bad.safetensors")
        with open(path, "wb") as file:
            file.write(b"\x10" + b"\x00" * 30)
        self.refuse("not a safetensors file", path, "--content",
                    self.file("content"), "--style", self.file("style"),
                    "--vgg", self.vgg, name="evaluate")


class Importer(Case):
    def check(self, vgg, decoder, encode, decode):
        output = self.file("imported.safetensors")
        status, text = tool("import_vgg", vgg, decoder, output, "--force")
        self.assertEqual(status, 0, text)
        model, metadata = store.load_safetensors(output)
        for key, values in (("mean", networks.VGG_MEAN),
                            ("scale", networks.VGG_SCALE)):
            np.testing.assert_allclose(
                [float(x) for x in metadata[key].split()], values, rtol=1e-6)
        content, style = torch.rand(2, 1, 3, 40, 48)
        with torch.no_grad():
            theirs = decode(networks.adain(encode(content), encode(style)))
            ours = model(content, style)
        worst = float((ours - theirs).abs().max())
        self.assertLess(worst, 1e-4 * max(1, float(theirs.abs().max())))

    def test_random_weights(self):
        self.check(self.vgg, self.decoder, *self.public)

    def test_real_weights(self):
        folder = os.environ.get("ADAIN_TEACHER")
        if not folder:
            self.skipTest("ADAIN_TEACHER is not set")
        paths = [os.path.join(folder, name)
                 for name in ("vgg_normalised.pth", "decoder.pth")]
        for model, path in zip(self.public, paths):
            state = torch.load(path, weights_only=True)
            self.assertFalse(model.load_state_dict(
                state, strict=False).missing_keys)
        self.check(*paths, *self.public)


class Parts(unittest.TestCase):
    def test_round_trip(self):
        model = networks.Model(SMALL_ENCODER, SMALL_DECODER)
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "a.safetensors")
            store.save_safetensors(path, model, torch.float32, name="a",
                                   scores="none")
            loaded, metadata = store.load_safetensors(path)
            self.assertEqual(metadata["name"], "a")
            for name, tensor in model.state_dict().items():
                self.assertTrue(torch.equal(tensor,
                                            loaded.state_dict()[name]))
            store.save_safetensors(path, model)
            with safe_open(path, framework="pt") as file:
                self.assertEqual(file.get_tensor("decoder.8.bias").dtype,
                                 torch.float16)
            self.assertEqual(os.listdir(folder), ["a.safetensors"])

    def test_reference(self):
        """The trainer's network gives what the engine is tested against."""
        for name, cases in ("model", "cases"), ("hyper", "hyper-cases"):
            model, _ = store.load_safetensors(
                os.path.join(REFERENCE, f"{name}.safetensors"))
            with safe_open(os.path.join(REFERENCE, f"{cases}.safetensors"),
                           framework="pt") as file:
                content, style, expected = (
                    file.get_tensor("exact." + key).permute(2, 0, 1)[None]
                    for key in ("content", "style0", "output"))
            with torch.no_grad():
                features, seen = (model.encoder(x)[-1]
                                  for x in (content, style))
                output = model.decode(networks.adain(features, seen),
                                      *networks.statistics(seen))
            self.assertLess(
                float((output.clamp(0, 1) - expected).abs().max()), 1e-4)

    def test_statistics_gradient(self):
        x = torch.rand(2, 3, 5, 4, requires_grad=True)
        weights = torch.rand(2, 2, 3, 1, 1)

        def total(mean, deviation):
            return (mean * weights[0] + deviation * weights[1]).sum()

        total(*networks.statistics(x)).backward()
        ours, x.grad = x.grad, None
        variance = x.var((2, 3), unbiased=False, keepdim=True)
        total(x.mean((2, 3), keepdim=True),
              (variance + networks.EPSILON).sqrt()).backward()
        torch.testing.assert_close(ours, x.grad)

    def test_losses_vanish_at_the_target(self):
        features = [torch.rand(1, 4, 8, 8) for _ in range(4)]
        target = losses.Target(features[-1], losses.style_levels(features))
        self.assertLess(float(losses.content_loss(features, target)), 1e-9)
        self.assertLess(float(losses.style_loss(features, target)), 1e-9)

    def test_losses_of_pixels(self):
        picture = torch.rand(2, 3, 16, 16)
        self.assertEqual(losses.identity_loss(picture, picture).tolist(),
                         [0, 0])
        torch.testing.assert_close(
            losses.identity_loss(picture + 0.1, picture),
            torch.full((2,), 0.01))
        texture = torch.tensor([0.1, -0.1]).repeat(8)
        wanted = losses.colors(picture)
        torch.testing.assert_close(
            losses.color_loss(picture + texture, wanted), torch.zeros(2))
        torch.testing.assert_close(
            losses.color_loss(picture + texture + 0.1, wanted),
            torch.full((2,), 0.01))

    def test_grid_loss(self):
        """It sees what blocks share, not their colors nor other patterns."""
        blocks = torch.rand(2, 3, 4, 5)
        even = F.interpolate(blocks, scale_factor=8)
        torch.testing.assert_close(losses.grid_loss(even), torch.zeros(2))
        grid = torch.zeros(8, 8)
        grid[:, ::2], grid[:, 1::2] = 0.1, -0.1
        torch.testing.assert_close(losses.grid_loss(even + grid.repeat(4, 5)),
                                   torch.full((2,), 0.01))
        stripes = torch.tensor([0.1] * 5 + [-0.1] * 5).repeat(4)
        self.assertLess(float(losses.grid_loss(even + stripes).max()), 0.001)

    def test_activity_loss(self):
        """Textures belong where the content has some, if the style is half
        even."""
        texture = torch.rand(1, 3, 32, 32) / 2
        left = torch.cat([texture, torch.full_like(texture, 0.5)], 3)
        right = left.flip(3)
        both = torch.cat([texture, texture], 3)
        content, style = left / 4, right
        wanted = losses.wanted_activity(content, style)
        right_one, wrong, busy, calm = (
            float(losses.activity_loss(output, wanted)) for output
            in (left, right, both, torch.full_like(both, 0.5)))
        self.assertLess(right_one, min(wrong, busy, calm) / 20)
        self.assertLess(max(busy, calm), wrong)
        # What is not even may be as lively as it likes.
        self.assertLess(float(losses.activity_loss(2 * left, wanted)),
                        min(busy, calm) / 20)
        # Ranks are those among all contents.
        pair = torch.cat([torch.full_like(both, 0.5), both])
        (calm, busy), _ = losses.wanted_activity(pair, style)
        self.assertLess(float(calm.mean()), float(busy.min()))

    def test_growing_keeps_the_function(self):
        torch.manual_seed(3)
        start = networks.Model(SMALL_ENCODER, SMALL_DECODER)
        tables = (((8, 8), (8, 12), (8, 8, 8, 8, 8), (16,)),
                  ((12, 16, 8), (8, 8, 12, 8), (16, 8, 8), (8, 3)))
        self.assertTrue(grow.fits(start, tables))
        model, fresh = grow.grow(start, tables)
        self.assertEqual(model.tables, tables)
        content, style = torch.rand(2, 2, 3, 32, 32)
        with torch.no_grad():
            torch.testing.assert_close(model(content, style),
                                       start(content, style),
                                       rtol=1e-4, atol=1e-5)
        self.assertNotIn("decoder.11.weight", fresh)
        mask = fresh["decoder.0.weight"]
        self.assertFalse(mask[:8].any())
        self.assertTrue(mask[8:].all())
        self.assertTrue(fresh["decoder.1.weight"].all())

        for narrow in (((4,), *SMALL_DECODER[1:]),
                       ((8, 4), *SMALL_DECODER[1:]),
                       ((8,), (8, 8, 8), *SMALL_DECODER[2:])):
            self.assertFalse(grow.fits(start, (SMALL_ENCODER, narrow)))

        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "a.safetensors")
            store.save_safetensors(path, start)
            self.assertNotIn("double", store.load_safetensors(path)[1])
            store.save_safetensors(path, model)
            loaded, metadata = store.load_safetensors(path)
            self.assertEqual(loaded.tables, tables)
            self.assertEqual(metadata["pool"], "1 3 8")
            self.assertEqual(metadata["double"], "2 6 9")
            state = dict(model.state_dict())
            for numbers in ("2 6", "6 2 9", "2 6 11", "2 x 9"):
                with self.assertRaises(store.UserError):
                    store.model_from_state(
                        dict(state), "a", {**metadata, "double": numbers})

    def test_transport(self):
        """It gives the style's covariance; half of it lies in between."""
        torch.manual_seed(4)
        content, style = torch.rand(2, 1, 6, 20, 20)
        style = style + style[:, [1, 2, 3, 4, 5, 0]].square()
        moved = networks.transport(content, style)
        covariance = networks._covariance
        torch.testing.assert_close(covariance(moved), covariance(style),
                                   rtol=0.01, atol=1e-3)
        matrix = networks.transport_matrix(content, style)
        torch.testing.assert_close(matrix, matrix.transpose(1, 2), rtol=1e-3,
                                   atol=1e-4)
        self.assertGreater(float(torch.linalg.eigvalsh(matrix).min()), 0)
        adapted = networks.adain(content, style)
        torch.testing.assert_close(networks.transport(content, style, 0.5),
                                   (adapted + moved) / 2)
        torch.testing.assert_close(networks.transport(content, style, 0),
                                   adapted)
        even = torch.full_like(content, 0.5)
        for pair in ((even, style), (content, even), (even, even)):
            self.assertTrue(networks.transport(*pair).isfinite().all())

    def test_roots(self):
        """By iteration as by eigenvalues, of features with dead and with even
        channels, and of what is not quite positive any more."""
        torch.manual_seed(4)
        rows = torch.randn(3, 64, 300) * torch.logspace(2, -2, 64)[:, None]
        rows = torch.randn(64, 64) @ rows
        rows[1, 10:30] = 0
        rows[2, :, :] = 5
        features = rows.relu().view(3, 64, 20, 15)
        covariance = networks._covariance(features)
        for found, wanted in zip(networks._roots_by_iteration(covariance),
                                 networks._roots_by_eigenvalues(covariance)):
            error = (found - wanted)[:2].norm(dim=(1, 2))
            self.assertLess((error / wanted[:2].norm(dim=(1, 2))).max(), 1e-3)
            self.assertTrue(found.isfinite().all())
        wanted = networks.transport_matrix(features[:2], features[[1, 0]])
        with mock.patch.object(networks, "_roots",
                               networks._roots_by_iteration):
            found = networks.transport_matrix(features[:2], features[[1, 0]])
        centred = features[:2].flatten(2)
        torch.testing.assert_close(found @ centred, wanted @ centred,
                                   rtol=1e-2, atol=1e-2 * float(
                                       (wanted @ centred).abs().max()))

    def test_roots_of_few_cells(self):
        """Fewer cells than channels, far apart in size: in single precision
        rounding makes eigenvalues negative, and the iteration diverges."""
        torch.manual_seed(4)
        rows = torch.randn(2, 64, 30) * torch.logspace(3, -3, 64)[:, None]
        features = (torch.randn(64, 64) @ rows).relu().view(2, 64, 5, 6)
        with mock.patch.object(networks, "_roots",
                               networks._roots_by_iteration):
            found = networks.transport_matrix(features, features.flip(0))
        self.assertTrue(found.isfinite().all())

    def test_target_of_transport(self):
        """The last of a batch are transported, the others adapted."""
        features, other = torch.rand(2, 2, 4, 8, 8)
        levels = losses.style_levels([other] * 4)
        target = losses.Target(features, levels, other, 1)
        torch.testing.assert_close(target.features[:1],
                                   networks.adain(features, other)[:1])
        torch.testing.assert_close(
            target.features[1:],
            networks.transport(features[1:], other[1:]))

    def test_balanced_style_loss(self):
        """All layers count alike, whatever the size of their features."""
        features = [torch.rand(3, 4, 8, 8) for _ in range(4)]
        other = [torch.rand(3, 4, 8, 8) for _ in range(4)]
        plain, balanced = losses.style_losses(
            features, losses.Target(features[-1], losses.style_levels(other)))
        self.assertTrue((balanced < 4).all())
        features, other = ([10 * x[0], *x[1:]] for x in (features, other))
        more, same = losses.style_losses(
            features, losses.Target(features[-1], losses.style_levels(other)))
        self.assertGreater(float((more - plain).min()), 0)
        torch.testing.assert_close(same, balanced, rtol=1e-3, atol=1e-5)

    def test_ranges(self):
        encoder = networks.Encoder(SMALL_ENCODER)
        image = Image.fromarray(np.random.default_rng(1).integers(
            0, 255, (200, 150, 3), np.uint8))
        measured = ranges.measure(
            encoder, pictures.Choice([[image]], [1]), 3)
        self.assertEqual(measured.deviation.shape, (16,))
        self.assertTrue((measured.deviation > 0).all())
        low, high = measured.extent
        # Dead channels of the random encoder lie at 0.
        self.assertTrue((low <= 0).all() and (high >= 0).all())
        self.assertTrue((low < high).any())
        again = ranges.measure(encoder, pictures.Choice([[image]], [1]), 3)
        torch.testing.assert_close(measured.extent, again.extent)
        model = networks.Model(SMALL_ENCODER, SMALL_DECODER)
        model.ranges = measured
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "a.safetensors")
            store.save_safetensors(path, model)
            loaded = store.load_safetensors(path)[0].ranges
            self.assertTrue(torch.equal(loaded.extent, measured.extent))
            self.assertTrue(torch.equal(loaded.deviation, measured.deviation))
            model.ranges.deviation = measured.deviation[:4]
            store.save_safetensors(path, model)
            with self.assertRaises(store.UserError):
                store.load_safetensors(path)

    def test_sources(self):
        parse = pictures.Source.parse
        self.assertEqual(parse("a/b"), pictures.Source("a/b", 1, 50))
        self.assertEqual(parse("a:0.2"), pictures.Source("a", 0.2, 50))
        self.assertEqual(parse("a:b:2:10"), pictures.Source("a:b", 2, 10))
        for bad in ("a:0", "a:1:0", ""):
            with self.assertRaises(ValueError):
                parse(bad)
        source = parse("a:1:10")
        self.assertTrue(source.held_out("a/0120.jpg"))
        self.assertTrue(source.for_training("a/0121.jpg"))
        rng = random.Random(1)
        drawn = [pictures.Choice([["x"], ["y"]], [3, 1]).draw(rng)
                 for _ in range(400)]
        self.assertTrue(250 < drawn.count("x") < 350)
        choice = pictures.Choice([["x", "y"]], [1])
        choice.weigh((0, 0), 0.2)
        choice.weigh((0, 1), 2.6)
        self.assertEqual(choice.weights, [[0.6, 1.8]])
        drawn = [choice.draw(rng) for _ in range(400)]
        self.assertTrue(250 < drawn.count("y") < 350)

    def test_muon(self):
        matrix = torch.randn(12, 40)
        values = torch.linalg.svdvals(muon.orthogonalise(matrix))
        self.assertLess(float(values.max()), 1.3)
        self.assertGreater(float(values.min()), 0.5)
        weight = nn.Parameter(torch.randn(8, 4, 3, 3))
        optimizer = muon.Muon([weight], 0.05)
        first = None
        for _ in range(60):
            loss = weight.square().mean()
            first = first or float(loss)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
        self.assertLess(float(loss), 0.5 * first)

    def test_gallery(self):
        """What is kept of a picture, and what it is tied to."""
        covariance = torch.randn(24, 3, dtype=torch.double)
        covariance = covariance @ covariance.t() + torch.eye(24) * 0.1
        found = gallery.factor(covariance, 3)
        rest = covariance - found.t() @ found
        rest = rest - rest.diagonal().diag()
        self.assertLess(float(rest.norm() / covariance.norm()), 0.01)
        model = networks.Model(SMALL_ENCODER, SMALL_DECODER)
        before = gallery.checksum(model.encoder)
        with torch.no_grad():
            model.decoder[3].bias[0] += 1
        self.assertEqual(before, gallery.checksum(model.encoder))
        with torch.no_grad():
            model.encoder[3].bias[0] += 1e-6
        self.assertNotEqual(before, gallery.checksum(model.encoder))
        with tempfile.TemporaryDirectory() as folder:
            picture = Image.effect_noise((90, 60), 80).convert("RGB")
            picture.save(os.path.join(folder, "van-gogh--a-room--1888.jpg"))
            path = os.path.join(folder, "model.safetensors")
            out = os.path.join(folder, "gallery.safetensors")
            store.save_safetensors(path, model)
            gallery.main([path, folder, out])
            with safe_open(out, framework="pt") as file:
                style, = json.loads(file.metadata()["styles"])
                deviation = file.get_tensor("deviation").float()
                factor = file.get_tensor("factor").float()
                levels = file.get_tensor("levels").float()
            self.assertEqual(style, {
                "name": "van-gogh--a-room", "artist": "Van Gogh",
                "title": "A Room", "year": "1888"})
            # With a factor for each channel nothing is left out.
            self.assertEqual(factor.shape, (1, 16, 16))
            self.assertLess(float((factor.square().sum(1).sqrt() - deviation)
                                  .abs().max()), 0.02 * float(deviation.max()))
            means = [level.mean((0, 2, 3)) for level in model.encoder(
                gallery.as_seen(picture))[:-1]]
            self.assertEqual(levels.shape[1], 2 * sum(map(len, means)))
            self.assertLess(float((levels[0, :len(means[0])] - means[0])
                                  .detach().abs().max()), 0.05)
            picture.save(os.path.join(folder, "noname.jpg"))
            with self.assertRaises(store.UserError):
                gallery.main([path, folder, out])

    def test_shipped_gallery(self):
        path = os.path.join(WEIGHTS, "gallery.safetensors")
        self.assertLess(os.path.getsize(path), 7_500_000)
        model, _ = store.load_safetensors(
            os.path.join(WEIGHTS, "compact.safetensors"))
        with safe_open(path, framework="pt") as file:
            self.assertEqual(file.metadata()["encoder"],
                             gallery.checksum(model.encoder))
            self.assertEqual(file.metadata()["decoder"],
                             gallery.digest(model.decoder))

    def test_shipped_model(self):
        path = os.path.join(WEIGHTS, "compact.safetensors")
        self.assertLess(os.path.getsize(path), 2_500_000)
        model, metadata = store.load_safetensors(path)
        for key in ("name", "license", "description", "scores"):
            self.assertTrue(metadata[key])
        original = networks.multiplications(networks.VGG_ENCODER,
                                            networks.VGG_DECODER)
        self.assertLessEqual(10 * networks.multiplications(*model.tables),
                             original)


if __name__ == "__main__":
    unittest.main(verbosity=2)
