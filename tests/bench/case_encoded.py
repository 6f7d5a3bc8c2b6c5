"""A pair that is encoded again, with x264 and AAC of the same settings as the script's."""

from pathlib import Path

import case_lossless
import lines
import measuring

# What `libx264 -preset medium -crf 20` is; x264enc limits the rate unless it is told not to.
ENCODER = "x264enc speed-preset=medium pass=qual quantizer=20 vbv-buf-capacity=0"


def rows(folder):
    video, _, moment, _ = case_lossless.asked()
    quality, _ = case_lossless.quality_of_the_script(folder)
    compared = measuring.Comparison({
        "ours": lines.encoded(video, folder / "ours", moment, quality=quality, encoder=ENCODER),
        "script": lines.script(video, folder / "theirs", moment, "encode")}, rounds=5)
    sizes = [Path(folder / f"{name}.MOV").stat().st_size // 1024 for name in ("ours", "theirs")]
    yield measuring.time_row(
        "encoded again, 1080p, 3 s", compared, "ours", "script", "script", 0.8,
        f"cpu {compared.ratio('ours', 'script', 'cpu'):.2f}; movies of {sizes[0]} and {sizes[1]} KiB")
    yield measuring.peak_row("encoded again, 1080p, 3 s", compared, "ours", "script", "script")
