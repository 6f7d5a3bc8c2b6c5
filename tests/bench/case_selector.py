"""livephotoselect's own processor time for a raw 1080p frame and its sound, beside decoding one."""

import os
import statistics
from pathlib import Path

import material
import measuring


def rows(folder):
    del folder
    video, _ = material.full_hd()
    program = Path(os.environ["LIVEPHOTO_BENCH_PROGRAMS"]) / "select_bench"
    found = [_numbers(measuring.run([program, video]).output) for _ in range(measuring.rounds_asked(5))]
    decoded = statistics.median(numbers["decoded"] for numbers in found)
    for what, case in (("kept", "in the clip"), ("dropped", "outside of it, in part")):
        own = statistics.median(numbers[what] - numbers["nothing"] for numbers in found)
        yield measuring.Row(
            f"selector, a raw frame {case}", f"{own / 1000:.2f} us", f"avdec_h264 {decoded / 1000:.0f} us",
            own / decoded, 0.01)


def _numbers(output):
    return {name: float(value) for name, value in (line.split() for line in output.splitlines() if line)}
