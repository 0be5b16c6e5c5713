"""The course of a training: its options, steps, log, checkpoints and end."""

import os
import signal
import sys
import time

import torch

import pictures
import store
from store import UserError

CHECKPOINT = "checkpoint.pt"
LARGEST = 1e6


class Progress:
    """A progress bar on a terminal, plain lines elsewhere."""

    def __init__(self, title, shown=True, first=0):
        self.title, self.shown, self.first = title, shown, first
        self.bar = sys.stderr.isatty()
        self.start = time.monotonic()

    def __call__(self, done, total):
        if not (self.shown and self.bar):
            return
        passed = time.monotonic() - self.start
        rate = (done - self.first) / passed if passed else 0
        left = (total - done) / rate if rate else 0
        filled = 30 * done // total
        text = (f"\r{self.title} [{'#' * filled}{'.' * (30 - filled)}] "
                f"{done}/{total}  {rate:.2f}/s  {left / 60:.0f} min left ")
        sys.stderr.write(text if done < total else text + "\n")
        sys.stderr.flush()

    def line(self, text):
        if self.shown:
            passed = time.monotonic() - self.start
            if self.bar:
                sys.stderr.write("\r\033[K")
            print(f"{text}  ({passed / 60:.1f} min)", flush=True)


def add_options(parser, steps, rate):
    """The options of every course."""
    add = parser.add_argument
    add("--out", required=True, help="folder for everything written")
    add("--resume", action="store_true", help="go on from the checkpoint")
    add("--steps", type=int, default=steps, help="length of the training; "
        "may be changed when resuming")
    add("--minutes", type=float, help="end after so many minutes, if the "
        "steps have not by then")
    add("--decay", type=float, default=0.5,
        help="share of the training, at the end, in which the rate falls to 0")
    add("--rate", type=float, default=rate, help="learning rate")
    add("--max-pictures", type=int, help="load no more of each kind")
    add("--every", type=int, default=50, help="steps between lines of log")
    add("--save-every", type=int, default=250, help="steps between "
        "checkpoints, exported models and sheets")
    add("--device", default="cuda" if torch.cuda.is_available() else "cpu")
    add("--threads", type=int, help="CPU threads")
    add("--seed", type=int, default=0)
    add("--license", default="", help="the model's licence")
    add("--description", default="", help="what it was trained on")


def check_options(parser, options, multiple):
    """End with the parser's error where an option is impossible."""
    if options.crop % multiple or options.crop < 4 * multiple:
        parser.error(f"--crop: a multiple of {multiple} of at least "
                     f"{4 * multiple}")
    for key in ("steps", "batch", "every", "save_every", "width", "blocks"):
        if getattr(options, key) < 1:
            parser.error(f"--{key.replace('_', '-')}: must be positive")
    if options.minutes is not None and not options.minutes > 0:
        parser.error("--minutes: must be positive")


class Course:
    """Steps of a learner, which has
    `format` and `form`: what its checkpoints are called, and what they fit;
    `names`: of its losses; `parts`: modules and optimizers, by their names;
    `step()`: a tensor of the losses after one more step;
    `export(path)`: writes its models; `sheet()`: rows of pictures."""

    def __init__(self, options, learner):
        self.options, self.learner = options, learner
        self.step, self.history = 0, []
        self.begun, self.stopping = time.monotonic(), False
        self.load() if options.resume else self.check_new()
        os.makedirs(options.out, exist_ok=True)

    def path(self, name):
        return os.path.join(self.options.out, name)

    def check_new(self):
        path = self.path(CHECKPOINT)
        if os.path.exists(path):
            raise UserError(f"{path}: exists; add --resume to go on with it, "
                            "or choose another --out")

    def load(self):
        path = self.path(CHECKPOINT)
        state = store.load_pickle(path)
        if state.get("format") != self.learner.format:
            raise UserError(f"{path}: not a checkpoint of this trainer")
        if state["form"] != self.learner.form:
            raise UserError(f"{path}: a checkpoint of another architecture: "
                            f"{state['form']}")
        for name, part in self.learner.parts.items():
            part.load_state_dict(state["parts"][name])
        self.step, self.history = state["step"], state["history"]

    def save(self):
        state = {"format": self.learner.format, "form": self.learner.form,
                 "step": self.step, "history": self.history,
                 "parts": {name: part.state_dict()
                           for name, part in self.learner.parts.items()}}
        store.replace(self.path(CHECKPOINT),
                      lambda name: torch.save(state, name))
        self.learner.export(self.path)
        pictures.save_sheet(self.path("sheet.png"), self.learner.sheet())
        if len(self.history) > 1:
            pictures.save_curves(self.path("curves.png"), self.history,
                                 self.learner.names)

    def progress(self):
        """How far it is, from 0 to 1, by its steps or its minutes."""
        far = self.step / self.options.steps
        if self.options.minutes:
            passed = (time.monotonic() - self.begun) / 60
            far = max(far, passed / self.options.minutes)
        return min(far, 1)

    def rate(self):
        """Constant, then falling to 0."""
        decay = max(self.options.decay, 1e-9)
        return self.options.rate * min((1 - self.progress()) / decay, 1)

    def ask_to_stop(self, *_):
        self.stopping = True

    def run(self):
        """Until the last step or until asked to stop."""
        options, losses = self.options, []
        for number in signal.SIGTERM, signal.SIGINT:
            signal.signal(number, self.ask_to_stop)
        torch.manual_seed(options.seed + self.step)
        progress = Progress("training", first=self.step)
        while not self.stopping and self.progress() < 1:
            losses.append(self.learner.step(self.rate()))
            self.step += 1
            progress(self.step, options.steps)
            if self.step % options.every == 0:
                row = torch.stack(losses).mean(0).clamp(-LARGEST, LARGEST)
                losses = []
                self.history.append([self.step, *row.tolist()])
                progress.line(f"step {self.step}  " + "  ".join(
                    f"{name} {x:.4f}" for name, x in
                    zip(self.learner.names, row.tolist())))
            if self.step % options.save_every == 0:
                self.save()
        self.save()
        progress.line(f"stopped at step {self.step} of {options.steps}")
