"""Long runs through one GIMP; `endurance` starts it.

SPDX-License-Identifier: GPL-3.0-or-later
"""
import glob
import hashlib
import os
import random
import signal
import sys
import threading
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "plugin"))
import harness  # noqa: E402
from harness import Gimp, SUCCESS, call, case, new_image, paint, pixels, snapshot, style_file  # noqa: E402

RUNS, SETTLED = 200, 50
KILLS = 100
# GIMP keeps what it may need again: what is left of one run is far less than a picture of it.
GROWTH_PER_RUN = 32 * 1024
WIDTH, HEIGHT = 320, 240
GIMP = os.getppid()
NAME = "adain-style-transf"  # as far as the kernel keeps it


def resident():
    with open(f"/proc/{GIMP}/statm", encoding="ascii") as file:
        return int(file.read().split()[1]) * os.sysconf("SC_PAGESIZE")


def descriptors():
    """What GIMP has open."""
    found = []
    for path in glob.glob(f"/proc/{GIMP}/fd/*"):
        try:
            found.append(os.readlink(path))
        except OSError:  # closed meanwhile
            pass
    return sorted(found)


def settled_descriptors(most):
    """What GIMP has open: no more than so many things, once it has closed what it had for the last plug-in."""
    end = time.monotonic() + 60
    while len(descriptors()) > most and time.monotonic() < end:
        time.sleep(0.1)
    return descriptors()


def temporary():
    """GIMP's and the plug-in's files."""
    return sorted(glob.glob(os.environ["TMPDIR"] + "/**/*", recursive=True))


def run_once(style):
    image, layer = new_image(WIDTH, HEIGHT)
    painted = pixels(paint(image, [layer], styles=[style])[0])
    image.delete()
    return hashlib.sha256(painted.tobytes()).hexdigest()


def runs():
    """Two hundred runs leave nothing behind."""
    style = style_file()
    pictures = {run_once(style) for _ in range(SETTLED)}
    memory, open_files, files = resident(), descriptors(), temporary()
    pictures |= {run_once(style) for _ in range(RUNS - SETTLED)}
    growth = resident() - memory
    print(f"memory: {memory} bytes, {growth} more after {RUNS - SETTLED} runs", file=sys.stderr)
    assert len(pictures) == 1, pictures
    left = settled_descriptors(len(open_files))
    assert len(left) <= len(open_files), (open_files, left)
    assert temporary() == files, set(temporary()) ^ set(files)
    assert growth < (RUNS - SETTLED) * GROWTH_PER_RUN, growth


def together():
    """One of ten paints what the others do."""
    print(f"picture: {run_once(style_file())}", file=sys.stderr)


def plug_in():
    """The number of GIMP's process that is the plug-in, or None."""
    for path in glob.glob("/proc/[0-9]*/stat"):
        try:
            with open(path, encoding="utf-8") as file:
                number, name, _, parent = file.read().split()[:4]
        except OSError:  # it has ended meanwhile
            continue
        if int(parent) == GIMP and name.strip("()").startswith(NAME[:15]):
            return int(number)
    return None


def kill_after(seconds):
    """Waits for the plug-in to begin and kills it so much later."""
    while (number := plug_in()) is None:
        time.sleep(0.001)
    time.sleep(seconds)
    try:
        os.kill(number, signal.SIGKILL)
    except ProcessLookupError:  # it was quicker
        pass


def killed():
    """A plug-in that is killed changes nothing, and GIMP goes on."""
    style, chance = style_file(), random.Random(1)
    expected = run_once(style)
    begun = time.monotonic()
    run_once(style)
    duration = time.monotonic() - begun
    counts = {True: 0, False: 0}
    for _ in range(KILLS):
        image, layer = new_image(WIDTH, HEIGHT)
        image.undo_group_start()
        image.undo_group_end()
        before, untouched = snapshot(image), pixels(layer).copy()
        killer = threading.Thread(target=kill_after, args=(chance.uniform(0, duration),))
        killer.start()
        status, layers, _ = call(image, [layer], styles=[style])
        killer.join()
        counts[status == SUCCESS] += 1
        assert (pixels(layer) == untouched).all()
        if status == SUCCESS:
            assert hashlib.sha256(pixels(layers[0]).tobytes()).hexdigest() == expected
        else:
            assert snapshot(image) == before, (snapshot(image), before)
        image.delete()
        assert run_once(style) == expected
    print(f"killed before the end: {counts[False]} of {KILLS}", file=sys.stderr)
    assert counts[False] > KILLS / 2, counts


case({"runs": runs, "together": together, "killed": killed}[os.environ["ADAIN_ENDURANCE"]])
harness.run()
