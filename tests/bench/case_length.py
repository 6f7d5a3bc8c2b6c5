"""The same moment at 55:00 of an hour, at 5:00 of ten minutes, and in ten seconds.

By processor time: the jobs are so short that their wall time says more of what else the machine does.
"""

from pathlib import Path

import lines
import material
import measuring

FILES = {"10 s": (0, 0), "10 min": (10, 300), "60 min": (60, 3300)}  # (minutes, where)


def rows(folder):
    for way, line in (("lossless", lines.lossless), ("encoded", lines.encoded)):
        for container in ("mp4", "mkv", "ts"):
            yield from _rows(folder, way, line, container)


def _rows(folder, way, line, container):
    commands, outputs = {}, {}
    for name, (minutes, where) in FILES.items():
        video = material.hd(minutes, container)
        outputs[name] = folder / f"{way}-{container}-{minutes}"
        commands[name] = line(video, outputs[name], material.moment_near(video, where))
    compared = measuring.Comparison(commands, rounds=15)
    sizes = [Path(f"{output}.MOV").stat().st_size for output in outputs.values()]
    if max(sizes) > 1.02 * min(sizes):
        raise measuring.CannotMeasure(f"{way}, {container}: not the same moments, the movies have {sizes} bytes")
    yield measuring.time_row(
        f"{way}, {container}: 55:00 of 60 min, cpu", compared, "60 min", "10 s", "of 10 s", 1.15,
        f"wall {compared.ratio('60 min', '10 s'):.2f}; 5:00 of 10 min {compared.ratio('10 min', '10 s', 'cpu'):.2f}; "
        f"peak memory {measuring.mebibytes(compared.median('60 min', 'peak'))}, of 10 s "
        f"{measuring.mebibytes(compared.median('10 s', 'peak'))}", "cpu")
