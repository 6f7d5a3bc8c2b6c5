"""What the test clips show and sound like: numbered frames and clicks that can be found again."""

import array
import functools
import math
from fractions import Fraction

import measures

WIDTH, HEIGHT = 320, 240
RATE = 48000

# ---- painting

BLOCKS = 20  # white, black, 16 bits with the highest first, parity, its opposite
CORNERS = {  # Y, U, V of the squares in the corners: top left, top right, bottom left, bottom right
    "red": (81, 90, 240), "green": (145, 54, 34), "blue": (60, 240, 110), "yellow": (200, 20, 146)}


def _barcode_bits(number):
    bits = [number >> (15 - position) & 1 for position in range(16)]
    parity = sum(bits) & 1
    return [1, 0, *bits, parity, 1 - parity]


def read_barcode(image):
    """The frame number burnt into the top of a picture; None if the picture shows no sound barcode."""
    block = image.width / BLOCKS
    image = measures.eight_bit(image)
    step = len(image.data) // (image.width * image.height)  # 1 for luma, 3 for RGB: green will do
    bits = []
    for position in range(BLOCKS):
        left, right = int((position + 0.3) * block), int((position + 0.7) * block)
        values = []
        for y in range(int(0.3 * block), max(int(0.7 * block), int(0.3 * block) + 1)):
            row = (y * image.width + left) * step + step // 2
            values += image.data[row:row + (right - left) * step:step]
        bits.append(sum(values) / len(values) > 128)
    number = int("".join("1" if bit else "0" for bit in bits[2:18]), 2)
    return number if bits == [bool(bit) for bit in _barcode_bits(number)] else None


class Painter:
    """Frames in 8-bit 4:2:0, limited range: a soft moving pattern under the barcode, of colours that RGB can hold."""

    def __init__(self, width=WIDTH, height=HEIGHT, corners=False):
        self.width, self.height, self.corners = width, height, corners
        self.block = width // BLOCKS // 2 * 2
        turn = 2 * math.pi / 256
        across = [math.sin(3 * turn * x) + math.sin(17 * turn * x) / 2 for x in range(width + 256)]
        self.texture = [
            bytes(int(125 + 26 * value + 20 * math.sin(y / 11) + 7 * math.sin(x * 61 * turn + y))
                  for x, value in enumerate(across))
            for y in range(height)]
        wave = [math.sin(turn * 2 * x) for x in range(width // 2 + 256)]
        self.blue = [bytes(int(128 + 16 * value * math.cos(y / 37)) for value in wave) for y in range(height // 2)]
        self.red = [bytes(int(128 - 12 * value + 8 * math.sin(y / 29)) for value in wave) for y in range(height // 2)]

    def frame(self, number, white=False):
        shift = 2 * number % 256
        if white:
            luma = [b"\xeb" * self.width] * self.height
            chroma = [b"\x80" * (self.width // 2)] * self.height
        else:
            luma = [row[shift:shift + self.width] for row in self.texture]
            half = shift // 2
            chroma = [row[half:half + self.width // 2] for row in (*self.blue, *self.red)]
        if self.corners:
            self._paint_corners(luma, chroma)
        row = b"".join((b"\xdc" if bit else b"\x14") * self.block for bit in _barcode_bits(number))
        luma[:self.block] = [row.ljust(self.width, b"\x10")] * self.block
        for plane in (0, self.height // 2):
            chroma[plane:plane + self.block // 2] = [b"\x80" * (self.width // 2)] * (self.block // 2)
        return b"".join(luma) + b"".join(chroma)

    def corner(self, name):
        """(left, top, size) of a corner's square."""
        size = 2 * self.block
        column, line = {"red": (0, 0), "green": (1, 0), "blue": (0, 1), "yellow": (1, 1)}[name]
        return (self.width - size) * column, self.block + (self.height - size - self.block) * line, size

    def _paint_corners(self, luma, chroma):
        for name, values in CORNERS.items():
            left, top, size = self.corner(name)
            for plane, first, scale, value in ((luma, 0, 1, values[0]), (chroma, 0, 2, values[1]),
                                               (chroma, self.height // 2, 2, values[2])):
                x, width = left // scale, size // scale
                for y in range(first + top // scale, first + (top + size) // scale):
                    plane[y] = plane[y][:x] + bytes([value]) * width + plane[y][x + width:]


def upright_painter():
    return Painter(HEIGHT, WIDTH, corners=True)


# GStreamer's name of an orientation, and the corners then: top left, top right, bottom left, bottom right.
SHOWN = {
    "rotate-0": "red green blue yellow", "flip-rotate-0": "green red yellow blue",
    "rotate-180": "yellow blue green red", "flip-rotate-180": "blue yellow red green",
    "flip-rotate-270": "red blue green yellow", "rotate-90": "blue red yellow green",
    "flip-rotate-90": "yellow green blue red", "rotate-270": "green yellow red blue"}
_NAMES = {(1, 0, 0): "red", (0, 1, 0): "green", (0, 0, 1): "blue", (1, 1, 0): "yellow"}


def corners(image):
    """As SHOWN has them, of an rgb24 image that is painted with corners and may be turned, mirrored or smaller."""
    size = min(image.width, image.height) // 20
    edge = size * 3 // 2
    found = []
    for top in (edge, image.height - edge - size):
        for left in (edge, image.width - edge - size):
            colour = measures.mean_colour(image, left, top, size, size)
            found.append(_NAMES.get(tuple(int(value > 128) for value in colour), str(colour)))
    return " ".join(found)


# ---- sound

@functools.lru_cache(maxsize=None)
def click_shape(rate=RATE):
    """10 ms of a soft-edged sweep from 1 to 6 kHz: its place can be found to the sample, also after AAC."""
    count = rate // 100
    return [
        math.sin(math.pi * n / count) ** 2 * math.sin(2 * math.pi * (1000 + 2500 * n / count) * n / rate)
        for n in range(count)]


def tone(seconds, clicks=(), level=0.04):
    """A quiet tone with clicks at exact times, as mono 16-bit samples."""
    period = [int(32767 * level * math.sin(2 * math.pi * n * 5 / 480)) for n in range(480)]  # 500 Hz
    samples = array.array("h", period * (int(seconds * RATE) // 480 + 1))[:int(seconds * RATE)]
    for time in clicks:
        first = round(time * RATE)
        for n, value in enumerate(click_shape()):
            if first + n < len(samples):
                samples[first + n] = int(20000 * value)
    return samples


def find_click(sound, near, reach=0.040):
    """The time at which a click begins, looked for within `reach` seconds of `near`, by correlation.

    A parabola through the highest values places it between samples; None where nothing sounds like a click.
    """
    shape = click_shape(sound.rate)
    first = round((near - sound.start) * sound.rate - reach * sound.rate)
    samples = sound.samples
    best, scores = 0, {}
    for lag in range(max(first, -len(shape)), min(first + int(2 * reach * sound.rate), len(samples))):
        window = samples[max(lag, 0):lag + len(shape)]
        score = sum(map(float.__mul__, shape[max(0, -lag):], map(float, window)))
        scores[lag] = score
        if score > scores.get(best, 0):
            best = lag
    energy = sum(value * value for value in shape) * 20000
    if scores.get(best, 0) < 0.5 * energy:
        return None
    before, here, after = (scores.get(best + offset, 0) for offset in (-1, 0, 1))
    bend = before - 2 * here + after
    return float(sound.start + Fraction(best, sound.rate)) + (0.5 * (before - after) / bend / sound.rate if bend else 0)
