"""Instructions, by callgrind, of the muxers from the first packet to the end of the file, for the same packets."""

import os
import re
from pathlib import Path

import material
import measuring

SECONDS = 60


def rows(folder):
    program = Path(os.environ["LIVEPHOTO_BENCH_PROGRAMS"]) / "mux_bench"
    if not program.exists():
        raise measuring.CannotMeasure("valgrind's headers were not there when this was built")
    counts = {name: _count(program, name, folder) for name in ("none", "livephotomux", "qtmux")}
    ours, theirs = (counts[name] - counts["none"] for name in ("livephotomux", "qtmux"))
    yield measuring.Row(
        "muxer, instructions for 60 s", f"{ours / 1e6:.1f} M", f"qtmux {theirs / 1e6:.1f} M", ours / theirs, 0.8,
        f"{counts['none'] / 1e6:.1f} M of pushing the packets to nobody are taken off each")


def _count(program, name, folder):
    out = folder / f"callgrind.{name}"
    measuring.run([
        "valgrind", "--tool=callgrind", "--instr-atstart=no", f"--callgrind-out-file={out}", program, name,
        material.hd(10, "mp4"), SECONDS])
    return int(re.search(r"^totals: (\d+)", out.read_text(), re.MULTILINE)[1])
