"""What is measured of a 1080p frame, beside decoding one; by processor time."""

import os
import re
import statistics
from pathlib import Path

import case_auto
import material
import measuring
import readers


def rows(folder):
    del folder
    video = material.full_hd_for(2, "mp4")
    frames = len(readers.presentation_times(video))
    program = Path(os.environ["LIVEPHOTO_BENCH_PROGRAMS"]) / "meter_bench"
    measured, decoded = [], []
    for _ in range(measuring.rounds_asked(3)):
        measured.append(_of_full_hd(measuring.run([program]).output))
        decoded.append(measuring.run(case_auto.decode(video)).cpu / frames)
    ours, theirs = statistics.median(measured), statistics.median(decoded)
    yield measuring.Row(
        "measures of a 1080p frame", f"{ours * 1e6:.0f} us", f"avdec_h264 {theirs * 1e6:.0f} us", ours / theirs, 0.05)


def _of_full_hd(output):
    """Seconds."""
    return int(re.search(r"1920x1080: (\d+) ns", output)[1]) / 1e9
