#!/usr/bin/env python3
"""Train a compact style-transfer model on your own pictures.

Content and style pictures lie in two flat folders; the teacher is the public
vgg_normalised.pth (and decoder.pth for the first, closed-form step). See
README.md for a guide. Run it again with --resume to go on after a stop, or
under torchrun for several processes.
"""

import argparse
import collections
import concurrent.futures
import contextlib
import copy
import os
import random
import signal
import time

import torch
import torch.distributed as dist

import cli
import closed_form
import grow
import pictures
import ranges
import store
from course import Progress
from losses import (Target, activity_loss, color_loss, colors, content_loss,
                    grid_loss, identity_loss, style_levels, style_losses,
                    wanted_activity)
from muon import Muon, has_bfloat16
from networks import (COMPACT_DECODER, COMPACT_ENCODER, REDUCTION, SIZES,
                      STYLE_LAYERS, VGG_DECODER, VGG_ENCODER, Hyper, Model,
                      adain, flat, multiplications, statistics, transport)
from store import UserError

CHECKPOINT_FORMAT = "adain-style-transfer training 2"
CHECKPOINT, EXPORT = "checkpoint.pt", "model.safetensors"
INITIAL_PICTURES = 32
TEACHER_BATCH = 8
#: So many crops of each kind are cut before they are needed.
CROPS_AHEAD = 16
CALLS_BEFORE_RECORDING = 11
CLIP = 100.0
#: Styles that are looked at for what styles usually are like.
LOOKS = 600
#: Of a batch's pictures, content and style, every so many-th is painted in its
#: own style, too.
IDENTITY_STRIDE = 4


def written(table):
    """A table of layers as the options take it."""
    return " | ".join(" ".join(map(str, widths)) for widths in table)


def parse_arguments(arguments=None):
    def table(text):
        groups = tuple(tuple(int(x) for x in group.split())
                       for group in text.split("|"))
        if len(groups) != SIZES or not all(groups) or min(flat(groups)) < 1:
            raise argparse.ArgumentTypeError(
                f"expected widths at {SIZES} sizes, with bars between")
        return groups

    parser = argparse.ArgumentParser(
        description=__doc__.split("\n\n")[0],
        formatter_class=argparse.ArgumentDefaultsHelpFormatter)
    add = parser.add_argument
    add("--content", required=True, nargs="+", type=pictures.Source.parse,
        metavar="FOLDER[:SHARE[:DIVISOR]]", help="folders of content pictures, "
        "how often each is drawn from relative to the others, and the divisor "
        "of the numbers that are held out (1 and %d where not given)"
        % pictures.HOLD_OUT)
    add("--style", required=True, nargs="+", type=pictures.Source.parse,
        metavar="FOLDER[:SHARE[:DIVISOR]]", help="folders of style pictures, "
        "likewise")
    add("--vgg", required=True, help="the teacher, vgg_normalised.pth")
    add("--decoder", help="decoder.pth, for the closed-form start and the "
        "colors")
    add("--out", required=True, help="folder for everything written")
    add("--resume", action="store_true", help="go on from the checkpoint")
    add("--init", help="start from this model (.safetensors); if it is "
        "narrower or shallower than asked for, it is made larger")
    add("--hyper", action="store_true", help="train what tells from a style's "
        "statistics how the decoder changes, and leave the model of --init as "
        "it is, so that what styles have learned stays valid")
    add("--encoder-widths", type=table, default=written(COMPACT_ENCODER),
        metavar="WIDTHS | WIDTHS | WIDTHS | WIDTHS", help="channels of the "
        "layers at full size and after each pooling")
    add("--decoder-widths", type=table, default=written(COMPACT_DECODER),
        metavar="WIDTHS | WIDTHS | WIDTHS | WIDTHS", help="channels of the "
        "layers at an eighth of the size and after each doubling")
    add("--steps", type=int, default=20000, help="length of the training; "
        "may be changed when resuming")
    add("--minutes", type=float, help="end after so many minutes, if the "
        "steps have not by then")
    add("--decay", type=float, default=0.9,
        help="share of the training, at the end, in which the rate falls to 0")
    add("--rate", type=float, default=2.5e-4, help="learning rate")
    add("--optimizer", choices=("adam", "muon"), default="muon")
    add("--batch", type=int, default=8, help="pairs per step and process")
    add("--crop", type=int, default=160, help="side of a training crop")
    add("--sides", type=int, nargs=2, default=(192, 448), metavar="PIXELS",
        help="pictures are scaled to a shorter side in this range")
    add("--style-weight", type=float, default=1.0,
        help="style loss relative to content loss")
    add("--balance-weight", type=float, default=0.0,
        help="balanced style loss, in which all styles and layers count alike")
    add("--identity-weight", type=float, default=30.0,
        help="loss of pictures painted in their own style")
    add("--grid-weight", type=float, default=500.0,
        help="loss of patterns that all blocks of 8 x 8 pixels share")
    add("--activity-weight", type=float, default=0.0,
        help="loss of texture where the content is even and the style is "
        "calmer, and of the lack of it elsewhere")
    add("--color-weight", type=float, default=30.0,
        help="loss of colors, compared with the teacher's decoder's")
    add("--ema", type=float, default=0.998, help="averaging of the weights")
    add("--pool", type=int, default=1500,
        help="crops of each kind whose teacher features are kept")
    add("--refresh", type=float, default=1,
        help="crops of each kind replaced in every step; less than 1: in some")
    add("--focus", type=float, default=0.0,
        help="1: styles are drawn in proportion to their balanced loss, 0: "
        "evenly")
    add("--transport", type=float, default=0.25,
        help="share of the pairs painted by transport of the covariance "
        "instead of AdaIN")
    add("--new-rate", type=float, default=4,
        help="rate of weights added to --init's, relative to the others'")
    add("--range-pictures", type=int, default=ranges.COUNT,
        help="photographs to measure the features' ranges on at the end")
    add("--max-pictures", type=int, help="load no more of each kind")
    add("--every", type=int, default=50, help="steps between lines of log")
    add("--save-every", type=int, default=250, help="steps between "
        "checkpoints, exported models, curves and sheets")
    add("--device", default="cuda" if torch.cuda.is_available() else "cpu")
    add("--precision", choices=("bf16", "f32"),
        help="bf16, unless the processor would emulate it")
    add("--threads", type=int, help="CPU threads")
    add("--seed", type=int, default=0)
    add("--name", default="compact", help="the model's name")
    add("--license", default="", help="the model's licence")
    add("--description", default="", help="what it was trained on")
    options = parser.parse_args(arguments)
    if not options.precision:
        quick = has_bfloat16(torch.device(options.device))
        options.precision = "bf16" if quick else "f32"
    if options.crop % REDUCTION or options.crop < 4 * REDUCTION:
        parser.error(f"--crop: a multiple of {REDUCTION} of at least "
                     f"{4 * REDUCTION}")
    for key in ("steps", "batch", "pool", "every", "save_every",
                "range_pictures"):
        if getattr(options, key) < 1:
            parser.error(f"--{key.replace('_', '-')}: must be positive")
    if options.hyper and not options.init:
        parser.error("--hyper: needs --init")
    if options.hyper:
        options.optimizer = "adam"
    if not 0 <= options.transport <= 1:
        parser.error("--transport: a share, from 0 to 1")
    if options.minutes is not None and not options.minutes > 0:
        parser.error("--minutes: must be positive")
    return options


def parts(first, count, total):
    """(start, size) of slices, small enough for the teacher, of `count` places
    from `first` on in a ring of `total`."""
    while count:
        size = min(TEACHER_BATCH, count, total - first)
        yield first, size
        first, count = (first + size) % total, count - size


class Pool:
    """Crops with what the teacher sees in them, renewed bit by bit.

    Threads cut the next crops while the device computes.
    """

    def __init__(self, images, options, look, rng):
        self.images, self.look, self.rng = images, look, rng
        self.size, self.sides = options.crop, options.sides
        self.device = torch.device(options.device)
        self.crops, self.seen, self.next = None, None, 0
        self.count = options.pool
        self.places = [None] * self.count
        self.threads = concurrent.futures.ThreadPoolExecutor(
            thread_name_prefix="crops")
        self.ahead = collections.deque()

    def fill(self, progress):
        for start, size in parts(0, self.count, self.count):
            self._store(start, size)
            progress(start + size, self.count)

    def refresh(self, count):
        """Replace the `count` oldest crops."""
        for start, size in parts(self.next, count, self.count):
            self._store(start, size)
        self.next = (self.next + count) % self.count

    def _order(self):
        """Have one more crop cut."""
        place = self.images.place(self.rng)
        image = self.images.at(place)
        crop = pictures.draw_crop(image, self.size, self.sides, self.rng)
        self.ahead.append(
            (place, self.threads.submit(pictures.cut, image, *crop)))

    def _cut(self, count):
        """(places, crops) of the next crops, while those after are cut."""
        while len(self.ahead) < count + CROPS_AHEAD:
            self._order()
        taken = [self.ahead.popleft() for _ in range(count)]
        crops = torch.stack([crop.result() for _, crop in taken])
        if self.device.type == "cuda":
            crops = crops.pin_memory()
        return ([place for place, _ in taken],
                crops.to(self.device, non_blocking=True))

    def _store(self, start, size):
        self.places[start:start + size], crops = self._cut(size)
        seen = self.look(as_picture(crops))
        if self.crops is None:
            self.crops, *self.seen = (
                torch.zeros(self.count, *x.shape[1:], dtype=x.dtype,
                            device=x.device) for x in (crops, *seen))
        self.crops[start:start + size] = crops
        for kept, new in zip(self.seen, seen):
            kept[start:start + size] = new

    def weigh(self, index, losses, focus):
        """Draw pictures of a high loss more often, relative to the mean, and
        the others less, but none ever less than a quarter as often."""
        relative = (losses / losses.mean()).clamp(0.25, 4) ** focus
        for i, weight in zip(index.tolist(), relative.tolist()):
            self.images.weigh(self.places[i], weight)

    def random(self, count):
        """Indices of random crops."""
        return torch.randint(self.count, (count,), device=self.device)

    def get(self, index):
        """(pictures, what the teacher saw) of these crops."""
        return as_picture(self.crops[index]), [x[index] for x in self.seen]


class Pairs:
    """The colors that the teacher's decoder gives the n-th content in the n-th
    style of two pools."""

    def __init__(self, content, style, decoder):
        self.content, self.style, self.decoder = content, style, decoder
        self.colors = None

    def fill(self, progress):
        count = self.content.count
        for start, size in parts(0, count, count):
            self._store(start, size)
            progress(start + size, count)

    def refresh(self, count):
        """After the pools have been: replace the same."""
        total = self.content.count
        for start, size in parts((self.content.next - count) % total, count,
                                 total):
            self._store(start, size)

    @torch.no_grad()
    def _store(self, start, size):
        part = slice(start, start + size)
        target = as_target(self.content.seen[0][part],
                           [x[part] for x in self.style.seen])
        kind = self.decoder[0].weight.dtype
        new = colors(self.decoder(target.features.to(
            kind, memory_format=torch.channels_last)).clamp(0, 1))
        if self.colors is None:
            self.colors = torch.zeros(self.content.count, *new.shape[1:],
                                      device=new.device)
        self.colors[part] = new


def as_target(features, seen, style_features=None, transported=0):
    """A Target of what the teacher saw in contents and in styles."""
    return Target(features, [tuple(seen[2 * i:2 * i + 2])
                             for i in range(STYLE_LAYERS)],
                  style_features, transported)


def as_picture(crops):
    return crops.float().div(255).contiguous(
        memory_format=torch.channels_last)


class Recorded:
    """A function without arguments that gives a tensor, recorded on the GPU
    after some calls and replayed from then on (a CUDA graph): to launch its
    thousands of small kernels takes a processor several times as long as they
    take the GPU. What it reads and writes must stay in place.
    """

    def __init__(self, function):
        self.function, self.calls = function, 0
        self.graph, self.result = None, None

    def __call__(self):
        if self.calls < CALLS_BEFORE_RECORDING:
            self.calls += 1
            return self._beside()
        if not self.graph:
            graph = torch.cuda.CUDAGraph()
            with torch.cuda.graph(graph):
                self.result = self.function()
            self.graph = graph
        self.graph.replay()
        return self.result.clone()

    def _beside(self):
        """A call in a stream of its own, as recording wants it before."""
        stream = torch.cuda.Stream()
        stream.wait_stream(torch.cuda.current_stream())
        with torch.cuda.stream(stream):
            result = self.function()
        torch.cuda.current_stream().wait_stream(stream)
        return result


def trained(model):
    """The part of a model that learns."""
    return model if model.hyper is None else model.hyper


@torch.no_grad()
def first_hyper(options, images):
    """The model of --init with what tells how styles change its decoder:
    nothing at first."""
    model, _ = store.load_safetensors(options.init)
    if model.hyper is not None:
        return model
    rng = random.Random(options.seed)
    looks = []
    for _ in range(LOOKS):
        crop = pictures.random_crop(images.draw(rng), options.crop,
                                    options.sides, rng)
        features = model.encoder(crop[None].float() / 255)[-1]
        looks.append(Hyper.look(*statistics(features)))
    model.hyper = Hyper(model.decoder)
    model.hyper.see(torch.cat(looks))
    return model


class Trainer:
    """One process of a training run."""

    def __init__(self, options, model, teacher, decoder, content, style,
                 rank=0, world=1, fresh=None):
        self.options, self.rank, self.world = options, rank, world
        device = options.device
        self.half = torch.bfloat16 if options.precision == "bf16" else None
        self.model = model.to(device, memory_format=torch.channels_last)
        self.model.requires_grad_(False)
        trained(self.model).requires_grad_(True)
        self.average = copy.deepcopy(self.model).requires_grad_(False)
        self.teacher = self._frozen(teacher)
        self.fresh = self._masks(fresh or {})
        parameters = list(trained(self.model).parameters())
        cuda = torch.device(device).type == "cuda"
        # Numbers that change from step to step, where a recorded one finds
        # them.
        self.pace = torch.zeros((), device=device)
        self.keep = torch.zeros((), device=device)
        if options.optimizer == "muon":
            self.optimizer = Muon(parameters, self.pace)
        else:
            self.optimizer = torch.optim.Adam(
                parameters, self.pace, betas=(0.9, 0.99), foreach=False,
                capturable=cuda)
        recordable = cuda and world == 1 and not options.focus
        self.learn = Recorded(self._learn) if recordable else self._learn
        self.step, self.history = 0, []
        self.first, self.due = 0, 0.0
        rng = random.Random(f"{options.seed} {rank}")
        self.content = Pool(content, options, self._content_seen, rng)
        self.style = Pool(style, options, self._style_seen, rng)
        self.pairs = decoder and Pairs(self.content, self.style,
                                       self._frozen(decoder))
        # Of a batch, the first are pairs whose colors are known, for AdaIN; the
        # last are painted by transport.
        self.transported = round(options.transport * options.batch)
        self.paired = decoder and min(options.batch // 2,
                                      options.batch - self.transported)
        self.stopping = False
        self.begun, self.passed = time.monotonic(), 0.0

    def _frozen(self, network):
        """A copy for looking only, in the precision of the training."""
        network = copy.deepcopy(network).requires_grad_(False).to(
            self.options.device, memory_format=torch.channels_last)
        for parameter in network.parameters():
            parameter.data = parameter.data.to(self.half or torch.float32)
        return network

    def _masks(self, fresh):
        return {name: mask.to(self.options.device)
                for name, mask in fresh.items()}

    def autocast(self):
        """Computing in the precision of the training."""
        return torch.autocast(torch.device(self.options.device).type,
                              dtype=self.half, enabled=self.half is not None)

    @torch.no_grad()
    def _content_seen(self, crops):
        return [self.teacher(crops)[-1]]

    @torch.no_grad()
    def _style_seen(self, crops):
        """Statistics of all style layers, then relu4_1 itself."""
        features = self.teacher(crops)
        return [*(x for level in style_levels(features) for x in level),
                features[-1]]

    def left(self):
        """Share of the training that lies ahead, by steps and by minutes."""
        steps, minutes = self.options.steps, self.options.minutes
        left = 1 - self.step / steps
        if minutes:
            first = 1 - self.first / steps
            left = min(left, first * (1 - self.passed / (60 * minutes)))
        return max(0, left)

    def rate(self):
        """Warm-up, a constant rate, then a straight fall to 0."""
        warm = min(1, (self.step + 1) / 50)
        fall = min(1, self.left() / max(self.options.decay, 1e-6))
        return self.options.rate * warm * fall

    def mixed(self, content, style):
        """Contents' features in the styles of the same number."""
        adapted, last = adain(content, style), self.transported
        if not last:
            return adapted
        return torch.cat([adapted[:-last],
                          transport(content[-last:], style[-last:])])

    def losses(self):
        """Mean content, style, balanced style, identity, grid, activity and
        color loss of a batch."""
        count, paired = self.options.batch, self.paired or 0
        index, other = self.content.random(count), self.style.random(count)
        other[:paired] = index[:paired]
        content, (features,) = self.content.get(index)
        style, (*seen, style_features) = self.style.get(other)
        target = as_target(features, seen, style_features, self.transported)
        both = torch.cat([content, style])
        with self.autocast():
            encoded = self.model.encoder(both)[-1]
        # Covariances and their roots want the digits that 16 bits lack.
        encoded = encoded.float()
        mixed = self.mixed(*encoded.chunk(2))
        with self.autocast():
            decoded = self.model.decode(
                torch.cat([mixed, encoded[::IDENTITY_STRIDE]]),
                *statistics(torch.cat([encoded[count:],
                                       encoded[::IDENTITY_STRIDE]])))
        output, same = decoded[:count], decoded[count:]
        judged = self.teacher(output)
        plain, balanced = style_losses(judged, target)
        if self.options.focus:
            self.style.weigh(other, balanced.detach(), self.options.focus)
        losses = [content_loss(judged, target), plain, balanced,
                  identity_loss(same, both[::IDENTITY_STRIDE]),
                  grid_loss(output),
                  activity_loss(output, wanted_activity(content, style))]
        if paired:
            losses.append(color_loss(output[:paired],
                                     self.pairs.colors[index[:paired]]))
        return [loss.mean() for loss in losses]

    def train_step(self):
        """One step; returns its losses and the gradient's norm, a tensor."""
        self.pace.fill_(self.rate())
        self.keep.fill_(min(self.options.ema,
                            (2 + self.step) / (11 + self.step)))
        values = self.learn()
        self.step += 1
        self.due += self.options.refresh
        if self.due >= TEACHER_BATCH:
            for part in filter(None, (self.content, self.style, self.pairs)):
                part.refresh(int(self.due))
            self.due %= 1
        return values

    def _learn(self):
        """What of a step does not depend on its number."""
        losses, options = self.losses(), self.options
        weights = (1, options.style_weight, options.balance_weight,
                   options.identity_weight, options.grid_weight,
                   options.activity_weight, options.color_weight)
        self.optimizer.zero_grad()
        sum(a * b for a, b in zip(weights, losses)).backward()
        parameters = list(trained(self.model).parameters())
        if self.world > 1:
            flat = torch.cat([p.grad.flatten() for p in parameters])
            dist.all_reduce(flat)
            flat /= self.world
            for p, g in zip(parameters,
                            flat.split([p.numel() for p in parameters])):
                p.grad = g.view_as(p)
        norm = torch.nn.utils.clip_grad_norm_(parameters, CLIP)
        # Asking whether it is finite would have a GPU wait for the answer.
        for parameter in parameters:
            parameter.grad.nan_to_num_(0, 0, 0)
        with self.faster():
            self.optimizer.step()
        with torch.no_grad():
            for slow, fast in zip(trained(self.average).parameters(),
                                  parameters):
                slow.copy_(fast.lerp(slow, self.keep))
        return torch.stack([*losses, norm]).detach()

    @contextlib.contextmanager
    @torch.no_grad()
    def faster(self):
        """Multiplies the steps of weights that --init did not have."""
        new = [(x, self.fresh[name], x.clone())
               for name, x in self.model.named_parameters()
               if name in self.fresh]
        yield
        for x, mask, before in new:
            x.add_((x - before) * mask, alpha=self.options.new_rate - 1)

    def path(self, name):
        return os.path.join(self.options.out, name)

    def save(self):
        """The checkpoint, the averaged model for the engine, the curves."""
        state = {"format": CHECKPOINT_FORMAT, "step": self.step,
                 "history": self.history, "tables": self.model.tables,
                 "fresh": self.fresh,
                 "optimizer_name": self.options.optimizer,
                 "model": self.model.state_dict(),
                 "average": self.average.state_dict(),
                 "optimizer": self.optimizer.state_dict()}
        store.replace(self.path(CHECKPOINT),
                      lambda name: torch.save(state, name))
        store.save_safetensors(
            self.path(EXPORT), self.average, name=self.options.name,
            license=self.options.license,
            description=self.options.description,
            scores=f"not scored; {self.step} steps")
        if len(self.history) > 1:
            pictures.save_curves(self.path("curves.png"), self.history,
                                 ("content loss", "style loss"))

    def load(self, state):
        self.model.load_state_dict(state["model"])
        self.average.load_state_dict(state["average"])
        if state["optimizer_name"] == self.options.optimizer:
            self.optimizer.load_state_dict(state["optimizer"])
            for group in self.optimizer.param_groups:
                group["lr"] = self.pace
        self.fresh = self._masks(state["fresh"])
        self.step, self.history = state["step"], state["history"]
        self.first = self.step

    @torch.no_grad()
    def sheet(self, pairs):
        """Held-out pairs and what the averaged model makes of them."""
        rows = []
        for content, style in pairs:
            batch = [as_picture(x[None]).to(self.options.device)
                     for x in (content, style)]
            rows.append([content, style, self.average(*batch)[0]])
        pictures.save_sheet(self.path("sheet.png"), rows,
                            ("content", "style", f"step {self.step}"))

    def run(self, pairs):
        """Train until the last step or until asked to stop."""
        options, lead = self.options, self.rank == 0
        for kind, pool in (("content", self.content), ("style", self.style)):
            pool.fill(Progress(f"teacher looks at {kind}", lead))
        if self.pairs:
            self.pairs.fill(Progress("teacher paints", lead))
        # While all pictures have one size.
        torch.backends.cudnn.benchmark = True
        torch.manual_seed(options.seed + 1000003 * self.rank + self.step)
        progress = Progress("training", lead, self.step)
        values = []
        while not self.agreed_stop() and self.left() > 0:
            values.append(self.train_step())
            progress(self.step, options.steps)
            if self.step % options.every == 0:
                rows, values = torch.stack(values), []
                row = rows[rows.isfinite().all(1)].mean(0).tolist()
                self.history.append([self.step, *row[:2]])
                progress.line(f"step {self.step}  content {row[0]:.3f}  "
                              f"style {row[1]:.3f}  "
                              f"balanced {row[2]:.3f}  pixels "
                              + " ".join(f"{x:.5f}" for x in row[3:-1])
                              + f"  gradient {row[-1]:.1f}  "
                              f"rate {self.rate():.2e}")
            if self.step % options.save_every == 0 and lead:
                self.save()
                self.sheet(pairs)
        torch.backends.cudnn.benchmark = False
        if lead:
            if not options.hyper:
                self.average.ranges = ranges.measure(
                    self.average.encoder, self.content.images,
                    options.range_pictures)
            self.save()
            self.sheet(pairs)
        progress.line(f"stopped at step {self.step} of {options.steps}")

    def agreed_stop(self):
        """Whether any process was asked to stop; all agree on the time."""
        self.passed = time.monotonic() - self.begun
        if self.world == 1:
            return self.stopping
        state = torch.tensor([float(self.stopping), self.passed],
                             device=self.options.device)
        dist.all_reduce(state, dist.ReduceOp.MAX)
        self.passed = float(state[1])
        return bool(state[0])


def sheet_pairs(options, content, style):
    """Four held-out pairs, or training pairs where nothing is held out."""
    sets = []
    for sources, images in ((options.content, content),
                            (options.style, style)):
        source = max(sources, key=lambda x: x.share)
        try:
            images = pictures.load_folder(source.folder, source.held_out, 4)
        except UserError:
            images = images.sets[sources.index(source)]
        sets.append([pictures.centre_crop(x, 256) for x in images[:4]])
    return list(zip(*sets))


def first_model(options, teacher, decoder, content, style):
    """The model to begin with, from --init or the closed form, and which of
    its weights were added to --init's."""
    asked = options.encoder_widths, options.decoder_widths
    if options.hyper:
        return first_hyper(options, style), {}
    if options.init:
        start, _ = store.load_safetensors(options.init)
        if not grow.fits(start, asked):
            raise UserError(f"{options.init}: wider or deeper than asked for; "
                            "another architecture")
        return grow.grow(start, asked)
    if not decoder:
        raise UserError("the closed-form start needs --decoder, the "
                        "teacher's decoder.pth")
    if any(len(a) != len(b) for ours, theirs in zip(
            asked, (VGG_ENCODER, VGG_DECODER)) for a, b in zip(ours, theirs)):
        raise UserError("the closed-form start needs as many layers at each "
                        "size as the teacher has; begin from --init")
    rng = random.Random(options.seed)
    samples = [torch.stack([
        pictures.random_crop(images.draw(rng), options.crop,
                             options.sides, rng)
        for _ in range(INITIAL_PICTURES)]).float() / 255
        for images in (content, style)]
    return closed_form.initialise(
        asked, teacher, decoder, *samples,
        lambda text: print(text, flush=True)), {}


def load_checkpoint(path, options):
    """A checkpoint of the architecture asked for, or a UserError."""
    state = store.load_pickle(path)
    if state.get("format") != CHECKPOINT_FORMAT:
        raise UserError(f"{path}: not a checkpoint of this trainer")
    if options.hyper != any(name.startswith(store.HYPER)
                            for name in state["model"]):
        raise UserError(f"{path}: begun with --hyper, and not to be resumed "
                        "without it, or the other way round")
    asked = options.encoder_widths, options.decoder_widths
    if not options.hyper and state["tables"] != asked:
        raise UserError(
            f"{path}: a checkpoint of another architecture: "
            + " and ".join(map(written, state["tables"])))
    return state


def main(arguments=None):
    options = parse_arguments(arguments)
    rank, world = 0, int(os.environ.get("WORLD_SIZE", 1))
    if options.threads:
        torch.set_num_threads(options.threads)
    checkpoint = os.path.join(options.out, CHECKPOINT)
    state = None
    if options.resume:
        state = load_checkpoint(checkpoint, options)
    elif os.path.exists(checkpoint):
        raise UserError(f"{checkpoint}: exists; add --resume to go on with "
                        "it, or choose another --out")
    teacher = store.load_vgg(options.vgg)
    decoder = options.decoder and store.load_decoder(options.decoder)
    if world > 1:
        cuda = options.device.startswith("cuda")
        dist.init_process_group("nccl" if cuda else "gloo")
        rank = dist.get_rank()
        if cuda:
            local = int(os.environ.get("LOCAL_RANK", 0))
            torch.cuda.set_device(local)
            options.device = f"cuda:{local}"
    sets = [pictures.load_choice(sources, options.max_pictures)
            for sources in (options.content, options.style)]
    if rank == 0:
        print(f"{len(sets[0])} content and {len(sets[1])} style pictures",
              flush=True)
    torch.manual_seed(options.seed)
    fresh = {}
    if not state:
        model, fresh = first_model(options, teacher, decoder, *sets)
    elif options.hyper:
        model, _ = store.load_safetensors(options.init)
        model.hyper = store.hyper_from_state(model.decoder, state["model"],
                                             checkpoint)
    else:
        model = Model(options.encoder_widths, options.decoder_widths)
    os.makedirs(options.out, exist_ok=True)
    trainer = Trainer(options, model, teacher, decoder, *sets, rank, world,
                      fresh)
    if state:
        trainer.load(state)
    if rank == 0:
        count = sum(p.numel() for p in model.parameters())
        work = multiplications(*model.tables) / 1e9
        print(f"{count} parameters, {work:.1f} GMAC at 512 px", flush=True)

    def stop(*_):
        trainer.stopping = True

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    trainer.run(sheet_pairs(options, *sets))
    if world > 1:
        dist.destroy_process_group()
    return 0


if __name__ == "__main__":
    cli.run(main)
