#!/usr/bin/env python3
"""Kills commits at random moments, on a real disk; by hand: random_kills.py BUILD [MOMENTS] [FOLDER]."""

import collections
import os
import random
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

if len(sys.argv) < 2:
    sys.exit(__doc__)
os.environ["LIVEPHOTO_BUILD_ROOT"] = str(Path(sys.argv[1]).resolve())

import commits  # noqa: E402

MOMENTS = int(sys.argv[2]) if len(sys.argv) > 2 else 200
PIECES = 64  # of 64 KiB: a movie of 4 MiB


def make_pairs(scratch):
    """The old and the new: a movie and a still each, of letters."""
    pairs = []
    for letter in "on":
        movie, still = scratch / f"{letter}.MOV", scratch / f"{letter}.HEIC"
        movie.write_text(letter * 65536 * PIECES)
        still.write_text(letter * 65536)
        pairs.append((str(movie), str(still)))
    return pairs


def write(kind, pair, folder, seconds=None):
    """Kills it after `seconds`; whether it was still at work."""
    process = subprocess.Popen([str(commits.PROGRAM), kind, commits.BASE, *pair, str(PIECES)], cwd=folder)
    try:
        return process.wait(seconds) < 0
    except subprocess.TimeoutExpired:
        process.kill()
        return process.wait() < 0


def duration(kind, pair, folder):
    times = []
    for _ in range(9):
        begin = time.monotonic()
        write(kind, pair, folder)
        times.append(time.monotonic() - begin)
    return sorted(times)[-2]


def what_is_left(folder, states):
    left = commits.state(folder)
    shown = {path: content for path, content in left.items() if not path.startswith(".")}
    if shown == left:
        return "all done" if shown == states[1] else "not begun"
    return "old" if shown == states[0] else "new" if shown == states[1] else "half in place"


def try_case(case, pairs, scratch):
    old, new = pairs

    def prepared():
        folder = Path(tempfile.mkdtemp(dir=scratch))
        if case.replaces:
            write(case.kind, old, folder)
        return folder

    folder = prepared()
    old_state = commits.state(folder)
    longest = duration(case.kind, new, folder)
    states = old_state, commits.state(folder)
    seen, ends = collections.Counter(), collections.Counter()
    while seen.total() < MOMENTS:
        folder = prepared()
        if not write(case.kind, new, folder, random.uniform(0, longest)):
            shutil.rmtree(folder)
            continue
        seen[what_is_left(folder, states)] += 1
        recovered = commits.recover(folder)
        end = commits.state(folder)
        if recovered.returncode != 0 or end not in states:
            print(f"{case.name}: {recovered.stderr} {sorted(end)} is neither the old nor the new")
            return False
        ends["new" if end == states[1] else "old"] += 1
        shutil.rmtree(folder)
    print(f"{case.name}: killed {MOMENTS} times within {longest * 1000:.0f} ms; found {dict(seen)}; then {dict(ends)}")
    return True


def main():
    parent = sys.argv[3] if len(sys.argv) > 3 else None
    with tempfile.TemporaryDirectory(prefix="livephoto-random-kills-", dir=parent) as scratch:
        pairs = make_pairs(Path(scratch))
        cases = [case for case in commits.CASES if not case.faults]
        sys.exit(0 if all([try_case(case, pairs, Path(scratch)) for case in cases]) else 1)


main()
