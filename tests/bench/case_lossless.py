"""A pair with the packets as they are, and one encoded again, beside the script of ffmpeg, heif-enc and exiftool."""

import functools
import os
import statistics
from pathlib import Path

import lines
import material
import measuring
import stills

PRESET = "ultrafast"  # heifstillsink's default, which the floor is measured with


@functools.lru_cache(maxsize=None)
def asked():
    """(video, what it is, moment, exact time of the still) of both jobs."""
    video, what = material.full_hd()
    still = material.frame_near(video, 2.5)
    return video, what, material.Moment(1, 3, float(still)), still


def quality_of_the_script(folder):
    """(quality, note): what makes our still as like the source's frame as the script's."""
    video, _, moment, still = asked()
    theirs, ours = folder / "equal-theirs", folder / "equal-ours"
    measuring.run(lines.script(video, theirs, moment, "copy"))
    wanted = stills.likeness(f"{theirs}.HEIC", video, still)
    quality, reached = stills.equal_quality(
        lambda quality: measuring.run(lines.lossless(video, ours, moment, quality=quality)),
        f"{ours}.HEIC", video, still, wanted)
    sizes = [Path(f"{name}.HEIC").stat().st_size // 1024 for name in (ours, theirs)]
    return quality, (f"luma SSIM {reached:.4f} at quality {quality} ({sizes[0]} KiB), "
                     f"the script's {wanted:.4f} ({sizes[1]} KiB)")


def floor(video, still, quality):
    """A Cost of the decoding and the encoding alone, in one process, without its start."""
    program = Path(os.environ["LIVEPHOTO_BENCH_PROGRAMS"]) / "floor_bench"
    cost = measuring.run([program, video, round(still * 10**9), quality, PRESET])
    parts = dict(line.split() for line in cost.output.splitlines() if line.startswith(("decode ", "encode ")))
    return measuring.Cost(sum(map(float, parts.values())) / 1000, cost.cpu, cost.peak, cost.output)


def rows(folder):
    video, what, moment, still = asked()
    quality, note = quality_of_the_script(folder)
    compared = measuring.Comparison({
        "ours": lines.lossless(video, folder / "ours", moment, quality=quality),
        "script": lines.script(video, folder / "theirs", moment, "copy"),
        "same quality": lines.lossless(video, folder / "same", moment, quality=85),
        "floor": lambda: floor(video, still, quality)}, rounds=9)
    yield measuring.time_row(
        "lossless, 1080p, 3 s", compared, "ours", "script", "script", 0.45,
        f"{what}; {note}; with quality=85 {compared.ratio('same quality', 'script'):.2f}")
    decoding = statistics.median(_part(cost, "decode") for cost in compared.costs["floor"])
    yield measuring.time_row(
        "lossless, 1080p, 3 s", compared, "ours", "floor", "decode + HEIC", 1.3,
        f"{decoding:.0f} ms of the floor are decoding")
    yield measuring.peak_row("lossless, 1080p, 3 s", compared, "ours", "script", "script")


def _part(cost, name):
    return float(next(line.split()[1] for line in cost.output.splitlines() if line.startswith(name)))
