"""The ways in which all but the good window of a video is spoiled, one kind at a time.

A kind is a function of (case, scene) that returns a function of a frame's number; the good window goes through the
same hands as the rest, with nothing done to it, so that neither sharpness nor noise gives it away.
"""

import numpy

import scenes


def frames(case, scene, others):
    """All frames of the video, one after the other. `others`: scenes that cuts are made with."""
    if case.kind == "cuts":
        show = cuts(case, scene, others)
    else:
        show = {"defocus": defocus, "shake": shake, "black": black, "freeze": freeze,
                "over-exposure": over_exposure, "pan": pan}[case.kind](case, scene)
    for number in range(case.length):
        yield show(number)


def defocus(case, scene):
    """Gaussian blur of a radius that wanders from moderate (twice that of the softest good frame) to strong, and the
    noise of a sensor over all."""
    random = case.random("defocus")
    first = scenes.GOOD_LEVELS + 1
    span = len(scenes.BLURS) - 1 - first
    seconds = numpy.arange(case.length) / case.source.rate
    wave = numpy.sin(2 * numpy.pi * (seconds / random.uniform(3, 8) + random.uniform()))
    strength = random.uniform(0.3, 1)  # some videos are blurred moderately all along
    blurred = first + strength * span * (wave + 1) / 2
    ramp = _ramp(case, random)
    levels = numpy.rint(case.levels + (blurred - case.levels) * ramp).astype(int)
    noise = Noise(random, case, random.uniform(0, 4))
    return lambda number: noise.over(scene.shown(levels[number], case.indices[number]))


def black(case, scene):
    """Black or nearly so, with noise: the lens is covered, the light is off. Half of them fade."""
    random = case.random("black")
    left = random.choice([0, random.uniform(0.01, 0.06)])
    gain = 1 + (left - 1) * _ramp(case, random)
    noise = Noise(random, case, random.uniform(1, 4))

    def show(number):
        frame = scene.shown(case.levels[number], case.indices[number])
        return noise.over(frame if gain[number] == 1 else (frame * gain[number]).astype(numpy.uint8))

    return show


def over_exposure(case, scene):
    """So bright that more than half of each picture is clipped."""
    random = case.random("over-exposure")
    kept = numpy.percentile(scene.narrow[0, :, ::2, ::2], random.uniform(15, 45), axis=(1, 2))
    gain = 1 + (255 / numpy.maximum(kept, 4)[case.indices] - 1) * _ramp(case, random)
    values = numpy.arange(256)

    def show(number):
        frame = scene.shown(case.levels[number], case.indices[number])
        if gain[number] == 1:
            return frame
        return numpy.minimum(values * gain[number], 255).astype(numpy.uint8)[frame]

    return show


def freeze(case, scene):
    """The sharpest frame of all stands still; in half of the videos with the flicker of a coder."""
    random = case.random("freeze")
    sharpest = int(scene.sharpness[0].argmax())
    flicker = Noise(random, case, random.choice([0, 0.4]))
    good = case.distance() == 0

    def show(number):
        if not good[number]:
            return flicker.over(_plain(case, scene, 0, sharpest))
        return _plain(case, scene, case.levels[number], case.indices[number])

    return show


def shake(case, scene):
    """Carried while walking: smooth random motion of 3 to 12 Hz, slow parts larger than quick ones."""
    random = case.random("shake")
    width, height = case.source.crop
    size = random.uniform(0.008, 0.022) * max(width, height)
    envelope = numpy.minimum(case.distance() / 0.15, 1)
    right, down = (_band_limited(random, case.length, case.source.rate) * envelope for _ in range(2))
    limit_x, limit_y = width // 4 - 2, height // 4 - 2
    right = numpy.clip(numpy.rint(right * size), -limit_x, limit_x).astype(int)
    down = numpy.clip(numpy.rint(down * size * 0.8), -limit_y, limit_y).astype(int)
    return lambda number: scene.moved(
        case.levels[number], case.indices[number], right[number], down[number], case.full_size)


def _band_limited(random, count, rate):
    """Root mean square 1."""
    frequencies = numpy.fft.rfftfreq(count, 1 / rate)
    inside = (frequencies >= 3) & (frequencies <= min(12, 0.45 * rate))
    strength = numpy.where(inside, 1 / numpy.maximum(frequencies, 1), 0)
    wave = numpy.fft.irfft(strength * numpy.exp(2j * numpy.pi * random.uniform(size=len(frequencies))), count)
    return wave / wave.std()


def pan(case, scene):
    """Across the picture, mirrored without end, at more than a width in two seconds; it sets in smoothly. Some sources
    move by 0.3 widths a second themselves, which may be the other way: that is allowed for."""
    random = case.random("pan")
    seconds = case.distance()
    width = case.source.crop[0]
    speed = random.uniform(0.85, 1.4) * numpy.minimum(seconds / 0.4, 1)
    speed *= 1 + 0.1 * numpy.sin(2 * numpy.pi * (seconds / random.uniform(2, 4)))
    step = numpy.where(seconds > 0, speed * width / case.source.rate, 0)
    after = numpy.arange(case.length) >= case.good.stop
    right = numpy.zeros(case.length)
    right[after] = numpy.cumsum(step[after]) * random.choice([-1, 1])
    before = numpy.arange(case.length) < case.good.start
    right[before] = numpy.cumsum(step[before][::-1])[::-1] * random.choice([-1, 1])
    right = numpy.rint(right).astype(int)
    return lambda number: scene.moved(case.levels[number], case.indices[number], right[number], 0, case.full_size)


def cuts(case, scene, others):
    """Pieces of other clips, 0.3 to 0.8 s each."""
    random = case.random("cuts")
    pieces = [None] * case.length  # (scene, blur, frame)
    for part in (range(case.good.start), range(case.good.stop, case.length)):
        number, before = part.start, None
        while number < part.stop:
            other = others[random.choice([at for at in range(len(others)) if others[at] is not before])]
            count = min(round(random.uniform(0.3, 0.8) * case.source.rate), part.stop - number)
            first = int(random.integers(0, max(other.source.count - count, 1)))
            blur = int(random.integers(0, 4))
            for at in range(count):
                pieces[number + at] = (other, blur, min(first + at, other.source.count - 1))
            number, before = number + count, other

    def show(number):
        if pieces[number] is None:
            return scene.shown(case.levels[number], case.indices[number])
        other, blur, index = pieces[number]
        return filling(other.shown(blur, index), *case.source.size)

    return show


def filling(frame, width, height):
    """The middle of the frame, interpolated to this size."""
    scale = max(width / frame.shape[1], height / frame.shape[0])
    rows = _positions(frame.shape[0], height, scale)
    columns = _positions(frame.shape[1], width, scale)
    frame = frame.astype(numpy.float32)
    top, low = frame[rows[0]], frame[rows[0] + 1]
    mixed = top + (low - top) * rows[1][:, None]
    left, right = mixed[:, columns[0]], mixed[:, columns[0] + 1]
    return numpy.rint(left + (right - left) * columns[1]).astype(numpy.uint8)


def _positions(count, wanted, scale):
    at = (numpy.arange(wanted) - (wanted - 1) / 2) / scale + (count - 1) / 2
    whole = numpy.clip(at.astype(int), 0, count - 2)
    return whole, numpy.clip(at - whole, 0, 1).astype(numpy.float32)


def _plain(case, scene, level, index):
    return scene.moved(level, index, 0, 0, True) if case.full_size else scene.shown(level, index)


def _ramp(case, random):
    """How much of the spoiling each frame gets; half of the videos are spoiled from one frame to the next."""
    seconds = random.choice([0, random.uniform(0.15, 0.4)])
    distance = case.distance()
    return numpy.where(distance > 0, numpy.minimum(distance / max(seconds, 1e-6), 1), 0)


class Noise:
    """Normal, new in each frame: pieces of one field that is larger than the picture."""

    def __init__(self, random, case, strength):
        width, height = case.source.crop if case.full_size else case.source.size
        self._random = random
        self._size = (height, width)
        self._field = None
        if strength > 0:
            field = random.normal(0, strength, (height + 200, width + 200))
            self._field = numpy.rint(field).astype(numpy.int16)

    def over(self, frame):
        if self._field is None:
            return frame
        top, left = self._random.integers(0, 200, 2)
        field = self._field[top:top + self._size[0], left:left + self._size[1]]
        return numpy.clip(frame + field, 0, 255).astype(numpy.uint8)
