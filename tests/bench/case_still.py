"""heifstillsink beside heif-enc: one frame of 1080p, from the same PNG, as like the source's frame."""

import case_lossless
import measuring
import stills


def rows(folder):
    video, _, _, still = case_lossless.asked()
    png, ours, theirs = (folder / name for name in ("frame.png", "ours.HEIC", "theirs.HEIC"))
    stills.png_of(video, still, png)

    def line(quality):
        return ["gst-launch-1.0", "-q", "filesrc", f"location={png}", "!", "pngdec", "!", "heifstillsink", "async=true",
                f"location={ours}", f"quality={quality}", "content-identifier=0F1E2D3C-4B5A-4978-8695-A4B3C2D1E0FF"]

    heif_enc = ["heif-enc", "-q", "85", png, "-o", theirs]
    measuring.run(heif_enc)
    wanted = stills.likeness(theirs, video, still)
    quality, reached = stills.equal_quality(
        lambda quality: measuring.run(line(quality)), ours, video, still, wanted)
    compared = measuring.Comparison({"ours": line(quality), "heif-enc": heif_enc}, rounds=7)
    sizes = [path.stat().st_size // 1024 for path in (ours, theirs)]
    yield measuring.time_row(
        "still, 1080p, from a PNG", compared, "ours", "heif-enc", "heif-enc", None,
        f"luma SSIM {reached:.4f} at quality {quality} ({sizes[0]} KiB) and {wanted:.4f} at 85 ({sizes[1]} KiB)")
    yield measuring.peak_row("still, 1080p, from a PNG", compared, "ours", "heif-enc", "heif-enc")
