"""Peak memory of the lossless job at 4K with two decoder threads, in a short file and in a long one."""

from pathlib import Path

import lines
import material
import measuring

ALLOWANCE = 350 * measuring.MEBIBYTE  # beside the clip itself
REPEATS = 30  # five minutes
DECODER = "avdec_h264 max-threads=2"


def rows(folder):
    commands = {}
    for name, repeats, where in (("short", 1, 0), ("long", REPEATS, 270)):
        video = material.ultra_hd(repeats)
        commands[name] = lines.lossless(video, folder / name, material.moment_near(video, where), decoder=DECODER)
    compared = measuring.Comparison(commands, rounds=3)
    peak = {name: max(cost.peak for cost in costs) for name, costs in compared.costs.items()}
    clip = Path(folder / "short.MOV").stat().st_size
    yield measuring.Row(
        "lossless, 4K: peak memory", measuring.mebibytes(peak["short"]),
        f"clip + 350 MiB = {measuring.mebibytes(clip + ALLOWANCE)}", peak["short"] / (clip + ALLOWANCE), 1.0)
    yield measuring.Row(
        "lossless, 4K: peak memory, of 5 min", measuring.mebibytes(peak["long"]),
        f"of 10 s {measuring.mebibytes(peak['short'])}", peak["long"] / peak["short"], 1.05)
    if lines.SCRIPT.exists():
        video = material.ultra_hd()
        cost = measuring.run(lines.script(video, folder / "script", material.moment_near(video, 0), "copy"))
        yield measuring.Row(
            "lossless, 4K: peak memory", measuring.mebibytes(peak["short"]),
            f"script {measuring.mebibytes(cost.peak)}", peak["short"] / cost.peak)
