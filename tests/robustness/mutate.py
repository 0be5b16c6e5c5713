"""Makes changes in the engine that a test should notice; `mutate` starts it.

SPDX-License-Identifier: GPL-3.0-or-later
"""
import argparse
import glob
import os
import random
import re
import resource
import subprocess
import time

# What does nothing, or nothing but stop a program that is wrong already.
SKIPPED = re.compile(r"""/\*.*?\*/ | //[^\n]* | "(?:\\.|[^"\\\n])*" | '(?:\\.|[^'\\\n])+'
                         | ^\#\s*(?:include|if|elif|else|endif|pragma|undef)[^\n]*
                         | \b(?:g_assert\w*|g_return\w*|_Static_assert|G_STATIC_ASSERT)\s*\([^;]*;""",
                     re.DOTALL | re.MULTILINE | re.VERBOSE)
# clang-format puts spaces around binary operators. None of the tests sees memory that is not freed.
CHANGES = [(re.compile(pattern, re.MULTILINE), new) for pattern, new in [
    (r"(?<= )<(?= )", "<="), (r"(?<= )<=(?= )", "<"), (r"(?<= )>(?= )", ">="), (r"(?<= )>=(?= )", ">"),
    (r"(?<= )==(?= )", "!="), (r"(?<= )!=(?= )", "=="), (r"(?<= )&&(?= )", "||"), (r"(?<= )\|\|(?= )", "&&"),
    (r"(?<= )\+(?= )", "-"), (r"(?<= )-(?= )", "+"), (r"(?<= )\*(?= )", "/"), (r"(?<= )/(?= )", "*"),
    (r"(?<= )\+=(?= )", "-="), (r"(?<= )-=(?= )", "+="), (r"(?<= )\|=(?= )", "&="), (r"(?<= )\*=(?= )", "/="),
    (r"(?<=[ (])!(?=\w)", ""), (r"(?<=[ (])-(?=\w)", ""),
    (r"\bMIN(?= \()", "MAX"), (r"\bMAX(?= \()", "MIN"), (r"\bTRUE\b", "FALSE"), (r"\bFALSE\b", "TRUE"),
    (r"(?<![\w.])0(?![\w.])", "1"), (r"(?<![\w.])1(?![\w.])", "0"), (r"(?<![\w.])[2-9](?![\w.])", "1"),
    (r"^ +(?:\*?\w[\w.\[\]>-]* [-+*/|]?=|(?!\w*(?:free|unref|clear|close|destroy)\b)\w+ \()[^;{}\n]*;$", ";"),
    (r"^ +(?:break|continue);$", ";"),
]]
# A test that takes so much longer than before, and as many seconds, hangs; so does any after so long.
SLOWER, PATIENCE, ENDLESS = 4, 10, 900
# It holds a result against the clock, which proves nothing where the machine is busy.
BY_CLOCK = "/render/cancel-any-time"


def sites(text):
    """Every (start, end, replacement) that there is in a source."""
    bare = SKIPPED.sub(lambda match: re.sub(r"[^\n]", "\f", match[0]), text)
    return [(match.start(), match.end(), new) for pattern, new in CHANGES for match in pattern.finditer(bare)]


def describe(name, text, site):
    """The line with the change in it."""
    start, end, new = site
    first, last = text.rfind("\n", 0, start) + 1, text.find("\n", end)
    return (f"{name}:{text.count(chr(10), 0, start) + 1}: "
            + (text[first:start] + f"[{text[start:end].strip()} -> {new}]" + text[end:last]).strip())


class Tree:
    """The copy of the source and its build."""

    def __init__(self, source, build, slowest):
        self.source, self.build = source, build
        self.tests = [path[:-2] for path in glob.glob(f"{build}/tests/engine/test-*.p")]
        if not self.make():
            raise SystemExit(f"{build} does not build")
        self.times = {}
        for test in self.tests:
            began = time.monotonic()
            if self.passes(test, slowest):
                self.times[test] = time.monotonic() - began
            elif time.monotonic() - began < slowest:
                raise SystemExit(f"{test} fails with nothing changed")

    def make(self):
        """Whether the engine and its tests build."""
        return subprocess.run(["ninja", "-C", self.build, *(os.path.relpath(test, self.build) for test in self.tests)],
                              stdout=subprocess.DEVNULL, check=False).returncode == 0

    def passes(self, test, limit):
        try:
            return subprocess.run([test, "-s", BY_CLOCK], timeout=limit, check=False, stdout=subprocess.DEVNULL,
                                  stderr=subprocess.DEVNULL).returncode == 0
        except subprocess.TimeoutExpired:
            return False

    def killer(self, name):
        """The first test that fails, or None: of the one for this file, however slow, and the quick ones."""
        own = f"{self.build}/tests/engine/test-{os.path.basename(name).split('.')[0].split('_')[0]}"
        limits = {test: ENDLESS for test in self.tests if test == own}
        limits.update((test, SLOWER * seconds + PATIENCE)
                      for test, seconds in sorted(self.times.items(), key=lambda item: item[1]))
        return next((os.path.basename(test) for test, limit in limits.items() if not self.passes(test, limit)), None)

    def objects(self, name):
        """What the compiler made of a source: nothing where it is not compiled here."""
        found = []
        for path in sorted(glob.glob(f"{self.build}/engine/**/*{os.path.basename(name)}.o", recursive=True)):
            if os.path.basename(path) in (os.path.basename(name) + ".o", f"cpu_{os.path.basename(name)}.o"):
                with open(path, "rb") as file:
                    found.append(file.read())
        return found

    def mutate(self, name, count, seed):
        """Changes a file until so many changes made another program of it; yields each with who noticed."""
        path = os.path.join(self.source, name)
        with open(path, encoding="utf-8") as file:
            text = file.read()
        compiled, places = self.objects(name), sites(text)
        random.Random(f"{seed} {name}").shuffle(places)
        for start, end, new in places if compiled else []:
            if count == 0:
                break
            with open(path, "w", encoding="utf-8") as file:
                file.write(text[:start] + new + text[end:])
            if self.make() and self.objects(name) != compiled:
                count -= 1
                yield describe(name, text, (start, end, new)), self.killer(name)
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("source")
    parser.add_argument("build")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--each", type=int, default=2)
    parser.add_argument("--slowest", type=float, default=20)
    parser.add_argument("files", nargs="*")
    arguments = parser.parse_args()
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))

    tree = Tree(arguments.source, arguments.build, arguments.slowest)
    print("seconds:", *(f"{os.path.basename(test)} {seconds:.1f}" for test, seconds in tree.times.items()), flush=True)
    files = arguments.files or sorted(
        os.path.relpath(path, arguments.source)
        for pattern in ("engine/*.c", "engine/cpu/*.c") for path in glob.glob(f"{arguments.source}/{pattern}"))
    made, survivors = 0, []
    for name in files:
        for change, killer in tree.mutate(name, arguments.each, arguments.seed):
            print(f"{killer or 'NOT NOTICED':16} {change}", flush=True)
            made += 1
            if killer is None:
                survivors.append(change)
    print(f"\n{made} changes, of which {len(survivors)} were not noticed:", *survivors, sep="\n")


main()
