"""How often core/select misses the one good window of a video, or the sharpest frames in it, beside plain sharpness."""

import json
import os
import subprocess
import sys
from pathlib import Path

import material
import measuring

REPORT = Path(__file__).resolve().parent / "selection" / "report.py"
DEBIAN_PYTHON = "/usr/bin/python3"  # the one that has Debian's numpy
SPLITS = {"tuning": "", "held": ", held out"}


def rows(folder):
    told = folder / "selection.json"
    chooser = Path(os.environ["LIVEPHOTO_BENCH_PROGRAMS"]) / "choose"
    sys.stdout.flush()
    done = subprocess.run(
        [DEBIAN_PYTHON, str(REPORT), "--chooser", str(chooser), "--material", str(material.folder()), "--per-source",
         str(measuring.rounds_asked(5)), "--json", str(told)], stdin=subprocess.DEVNULL, check=False)
    if done.returncode == 77:
        raise measuring.CannotMeasure("it judges by the clips of ../shared, which are not there")
    if done.returncode != 0:
        raise measuring.CannotMeasure(f"{REPORT.name} ended with {done.returncode}")
    for split, kinds in json.loads(told.read_text()).items():
        for kind, ways in kinds.items():
            for column, what in ((1, "windows"), (2, "covers")):
                missed = {way: 1 - shares[column] for way, shares in ways.items()}
                yield measuring.Row(
                    f"selection, {kind}, {what}{SPLITS[split]}", f"{100 * missed['ours']:.0f} % missed",
                    f"Laplacian {100 * missed['plain']:.0f} %, middle {100 * missed['middle']:.0f} %",
                    missed["ours"], 0.05, f"of {ways['ours'][0]} videos")
