#!/usr/bin/env python3
"""How fast it is, beside what one would use instead: prints one table of ratios.

    tests/bench/run.sh                     builds what is needed and runs all
    tests/bench/run.sh lossless length     only these cases
    meson test --benchmark -C build -v     the same in a build folder that is there

Times are wall times of whole command lines (cpu: processor times), run in turns (a round), and the ratio is the median
of the rounds' ratios: the absolute times mean little on a machine that does other things too. Clips are made by
ffmpeg once, into LIVEPHOTO_BENCH_MATERIAL (some 2 GB). LIVEPHOTO_BENCH_ROUNDS=3 makes it quicker and rougher.

A goal that is missed is shown, and no failure. A case that could not be measured is one.
"""

import argparse
import importlib
import shutil
import sys
import tempfile
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "pipelines"))

import harness  # noqa: E402  (it is in the folder that was just added)
import measuring  # noqa: E402
import programs  # noqa: E402

CASES = (
    "lossless", "encoded", "length", "auto", "measures", "muxer", "selector", "still", "memory", "trigger", "selection")


def rows_of(name):
    """The case's rows, and why there are no more of them."""
    folder = Path(tempfile.mkdtemp(prefix="livephoto-bench-"))
    rows = []
    try:
        for row in importlib.import_module(f"case_{name}").rows(folder):
            rows.append(row)
            print(f"{row.case}: {row.ours}, {row.theirs}: {row.ratio:.3f}", flush=True)
    except (measuring.CannotMeasure, programs.ReaderError, unittest.SkipTest) as problem:
        return rows, f"{name}: {problem}"
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    return rows, None


def table(rows):
    lines = [("case", "ours", "theirs", "ratio", "goal", "")]
    for row in rows:
        goal = "" if row.goal is None else f"<= {row.goal:g}"
        precision = 4 if row.ratio < 0.01 else 2
        lines.append((row.case, row.ours, row.theirs, f"{row.ratio:.{precision}f}", goal, row.verdict))
    widths = [max(len(line[column]) for line in lines) for column in range(len(lines[0]))]
    text = [" | ".join(cell.ljust(width) for cell, width in zip(line, widths)).rstrip() for line in lines]
    text.insert(1, "-|-".join("-" * width for width in widths))
    return "\n".join("| " + line.ljust(len(text[1])) + " |" if line != text[1] else "|-" + line + "-|" for line in text)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("cases", nargs="*", metavar="CASE", help=f"one of {', '.join(CASES)}; all by default")
    wanted = parser.parse_args().cases or CASES
    unknown = sorted(set(wanted) - set(CASES))
    if unknown:
        parser.error(f"no case {', '.join(unknown)}; there are {', '.join(CASES)}")
    harness.need_elements("livephotoselect", "livephotomux", "heifstillsink")

    rows, problems = [], []
    for name in wanted:
        found, problem = rows_of(name)
        rows += found
        problems += filter(None, [problem])
    print()
    print(table(rows))
    print()
    for row in rows:
        if row.note:
            print(f"{row.case}: {row.note}")
    for problem in problems:
        print(f"not measured: {problem}")
    sys.exit(1 if problems else 0)


if __name__ == "__main__":
    main()
