"""What each case is: where its good window lies, which frames it shows, and how blurred each is. No pictures here."""

import dataclasses
import hashlib

import numpy

import scenes

KINDS = ("defocus", "shake", "black", "freeze", "over-exposure", "pan", "cuts")
PER_SOURCE = 5  # cases of each kind
LONGER = 1.25  # a good window longer than the clip, as a multiple of it

_SPELL = 0.11  # of the good window is left sharp
_BEFORE = 14  # frames that the still has to have before it in the clip: without them phones refuse it as a wallpaper
_SOFT = 3  # how blurred the rest of it is at least, as scenes.BLURS has it
_FULL_SIZE = ("shake", "freeze", "pan")


@dataclasses.dataclass(frozen=True)
class Case:
    source: object
    kind: str
    number: int
    seed: int
    clip: int  # frames that are asked for
    good: range  # frames that are not spoiled
    indices: numpy.ndarray  # which frame of the source each frame is
    levels: numpy.ndarray  # and how blurred, as scenes.BLURS has it
    full_size: bool  # not halved

    @property
    def name(self):
        return f"{self.source.name}/{self.kind}/{self.number}"

    @property
    def is_wide(self):
        """Shows what is beside the centre of the source, or the centre at full size."""
        return self.kind in ("shake", "pan") or self.full_size

    @property
    def length(self):
        return len(self.indices)

    def random(self, what):
        """Numbers for one purpose, the same each time."""
        return numpy.random.default_rng([self.seed, *what.encode()])

    def distance(self):
        """Of each frame from the good window, in seconds; 0 in it."""
        frames = numpy.arange(self.length)
        outside = numpy.maximum(self.good.start - frames, frames - (self.good.stop - 1))
        return numpy.maximum(outside, 0) / self.source.rate


def plan(source, kind, number):
    seed = int.from_bytes(hashlib.sha256(f"{source.name}/{kind}/{number}".encode()).digest()[:6], "big")
    random = numpy.random.default_rng(seed)
    longer = LONGER if number % 3 == 2 else 1
    clip = round(random.uniform(2, 3) * source.rate)
    if 2 * source.rate * longer <= source.count:  # else it is played there and back
        clip = min(clip, int(source.count / longer))
    good_count = round(clip * longer)
    length = round(random.uniform(12, 25) * source.rate)
    good = _place(random, length, good_count, clip)
    indices = _there_and_back(random, source.count, length, good)
    levels = _wandering(random, length, source.rate)
    levels[good.start:good.stop] = _focusing(random, good_count)
    large = source.width * source.height >= 1440 * 1080
    case = Case(source, kind, number, seed, clip, good, indices, levels,
                full_size=kind in _FULL_SIZE and large and number == PER_SOURCE - 1)
    if case.is_wide:
        known = numpy.array(scenes.WIDE_LEVELS)
        levels[:] = known[numpy.abs(levels[:, None] - known).argmin(1)]
    return case


def _place(random, length, count, clip):
    """Anywhere, so long as a clip from the middle of the file is mostly spoiled."""
    middle = (length - clip) / 2
    while True:
        first = int(random.integers(0, length - count + 1))
        inside = min(first + count, middle + clip) - max(first, middle)
        if inside < clip / 2:
            return range(first, first + count)


def _there_and_back(random, source_count, length, good):
    """The source forwards and backwards without a jump; the good window, where it fits, plays forwards."""
    spare = source_count - len(good)
    start = int(random.integers(0, spare + 1)) if spare >= 0 else int(random.integers(0, source_count))
    period = 2 * (source_count - 1)
    position = (numpy.arange(length) - good.start + start) % period
    return numpy.minimum(position, period - position)


def _wandering(random, length, rate):
    """Focus that breathes slowly, as sharp on average as the good window: that gives nothing away."""
    seconds = numpy.arange(length) / rate
    wave = sum(
        numpy.sin(2 * numpy.pi * (seconds / random.uniform(2, 6) + random.uniform())) for _ in range(2)) / 1.5
    return numpy.clip(numpy.rint(_SOFT + 2.5 * wave), 0, scenes.GOOD_LEVELS - 1).astype(int)


def _focusing(random, count):
    """A little soft, but for one spell that is left sharp; softer the further from it. The spell is where a still may
    be even if the clip begins a little late."""
    earliest = max(0.3, (_BEFORE + 1) / count + 0.1)
    sharp = random.uniform(earliest, max(earliest, 0.7)) * (count - 1)
    away = numpy.abs(numpy.arange(count) - sharp) / count
    levels = numpy.clip(numpy.rint(_SOFT + (away - _SPELL / 2) / 0.2), _SOFT, _SOFT + 2).astype(int)
    levels[away <= _SPELL / 2] = 0
    return levels
