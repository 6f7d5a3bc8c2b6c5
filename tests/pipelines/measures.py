"""Decoded pictures and sound, and what is measured in them."""

import array
import dataclasses
import math
import os
import re
import sys
import tempfile
from fractions import Fraction

from programs import ReaderError, read_with

if sys.byteorder != "little":
    raise SystemExit("raw samples are read as little-endian arrays: this machine is big-endian")


@dataclasses.dataclass(frozen=True)
class Image:
    """Packed or one-plane samples, without padding between rows."""

    width: int
    height: int
    layout: str  # an ffmpeg pix_fmt: gray, gray10le, rgb24
    data: bytes
    time: Fraction = None


@dataclasses.dataclass(frozen=True)
class Sound:
    """The first channel as 16-bit samples; `start` is the time of the first one."""

    rate: int
    channels: int
    start: Fraction
    samples: array.array

    @property
    def end(self):
        return self.start + Fraction(len(self.samples), self.rate)


# ---- measuring

_FULL_RANGE = bytes(min(255, max(0, round((value - 16) * 255 / 219))) for value in range(256))


def full_range(luma):
    """A limited-range luma plane stretched to the full range, as 8 bits."""
    luma = eight_bit(luma)
    return dataclasses.replace(luma, data=luma.data.translate(_FULL_RANGE))


_LOW_BITS = bytes(value >> 2 for value in range(256))
_HIGH_BITS = bytes((value & 3) << 6 for value in range(256))


def eight_bit(image):
    """Without the two lowest of 10 bits; what has 8 already stays as it is."""
    if image.layout != "gray10le":
        return image
    low, high = (int.from_bytes(image.data[byte::2].translate(table), "little")
                 for byte, table in ((0, _LOW_BITS), (1, _HIGH_BITS)))
    return dataclasses.replace(image, layout="gray", data=(low | high).to_bytes(len(image.data) // 2, "little"))


def _check_sizes(one, other):
    if (one.width, one.height) != (other.width, other.height):
        raise ReaderError(
            f"cannot compare {one.width}x{one.height} with {other.width}x{other.height}: the sizes differ")


def compare(one, other):
    """(luma SSIM, luma PSNR in dB) of two planes by ffmpeg's filters; infinite PSNR when they are equal."""
    _check_sizes(one, other)
    if one.layout != other.layout:
        one, other = eight_bit(one), eight_bit(other)
    with tempfile.TemporaryDirectory(prefix="livephoto-compare-") as folder:
        inputs = []
        for number, image in enumerate((one, other)):
            name = os.path.join(folder, str(number))
            with open(name, "wb") as file:
                file.write(image.data)
            inputs += ["-f", "rawvideo", "-pix_fmt", image.layout, "-s", f"{image.width}x{image.height}", "-i", name]
        said = read_with(
            "ffmpeg", "-hide_banner", "-nostats", *inputs, "-lavfi",
            "[0]split[a][b];[1]split[c][d];[a][c]ssim[x];[b][d]psnr[y]", "-map", "[x]", "-map", "[y]", "-f", "null",
            "-").stderr
    ssim, psnr = re.search(r"SSIM Y:([\d.]+)", said), re.search(r"PSNR y:([\d.]+|inf)", said)
    return float(ssim[1]), math.inf if psnr[1] == "inf" else float(psnr[1])


def difference(one, other):
    """Mean square of the differences of some 20000 samples of two planes: quicker than compare()."""
    _check_sizes(one, other)
    if one.layout != other.layout:
        one, other = eight_bit(one), eight_bit(other)
    some, others = (memoryview(image.data).cast("H" if image.layout == "gray10le" else "B") for image in (one, other))
    step = len(some) // 20000 + 1
    squares = [(a - b) ** 2 for a, b in zip(some[::step], others[::step])]
    return sum(squares) / len(squares)


def resized(image, width, height, layout=None):
    layout = layout or image.layout
    data = read_with(
        "ffmpeg", "-v", "error", "-f", "rawvideo", "-pix_fmt", image.layout, "-s", f"{image.width}x{image.height}",
        "-i", "-", "-vf", f"scale={width}:{height}:flags=lanczos+accurate_rnd,format={layout}", "-f", "rawvideo", "-",
        stdin=image.data).stdout
    return Image(width, height, layout, data, image.time)


def mean_colour(image, left, top, width, height):
    """(R, G, B) means of a rectangle of an rgb24 image."""
    totals = [0, 0, 0]
    for y in range(top, top + height):
        row = image.data[(y * image.width + left) * 3:(y * image.width + left + width) * 3]
        for channel in range(3):
            totals[channel] += sum(row[channel::3])
    return tuple(total / (width * height) for total in totals)


def combs(image):
    """How much luma differs from row to row, in the mean; without horizontal edges that is interlacing."""
    rows = [image.data[y * image.width:(y + 1) * image.width] for y in range(8, image.height - 8)]
    return sum(abs(a - b) for one, other in zip(rows, rows[1:]) for a, b in zip(one, other)) / (
        len(rows) * image.width)


def colour_difference(one, other):
    """Of the mean colours of the sixteen parts of two pictures, each in its own size: (mean, worst), of 255."""
    parts = [resized(image, 4, 4, "rgb24").data for image in (one, other)]
    differences = [abs(a - b) for a, b in zip(*parts)]
    return sum(differences) / len(differences), max(differences)


def mean_luma(image):
    return sum(image.data) / len(image.data)
