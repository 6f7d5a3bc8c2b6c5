"""The frames of one source at all the blurs that cases are made of, with their true sharpness."""

import dataclasses
import subprocess

import numpy

import truth

# Standard deviations in pixels of the videos that are made. A good window goes up to GOOD_LEVELS, what is out of
# focus begins beyond.
BLURS = (0, 0.25, 0.5, 0.75, 1, 1.25, 1.5, 2, 2.5, 3.5, 5, 7)
GOOD_LEVELS = 7
WIDE_LEVELS = (0, 3, 5)  # those that are there with the room around them


def decode(source, width, height, blur=0.0, fill=False):
    """Grey frames (count, height, width), full range; with `fill` what does not fit is cut off."""
    if fill:
        scale = f"scale={width}:{height}:force_original_aspect_ratio=increase:flags=area,crop={width}:{height}"
    else:
        scale = f"scale={width}:{height}:flags=bicubic"
    filters = [f"select='between(n,{source.first},{source.first + source.count - 1})'", scale, "format=gray"]
    if blur:
        filters.append(f"gblur=sigma={blur}")
    done = subprocess.run(
        ["ffmpeg", "-v", "error", "-i", str(source.path), "-map", "0:v:0", "-vf", ",".join(filters), "-fps_mode",
         "passthrough", "-f", "rawvideo", "-"], stdout=subprocess.PIPE, check=True)
    frames = numpy.frombuffer(done.stdout, numpy.uint8).reshape(-1, height, width)
    if len(frames) != source.count:
        raise ValueError(f"{source.file} gives {len(frames)} frames instead of {source.count}: is it another file?")
    return frames


def halved(frame):
    """Mean of two by two pixels."""
    wide = frame.astype(numpy.uint16)
    rows = wide[::2] + wide[1::2]
    return ((rows[:, ::2] + rows[:, 1::2] + 2) >> 2).astype(numpy.uint8)


def centre(frames, source):
    width, height = source.crop
    left, top = (source.width - width) // 2, (source.height - height) // 2
    return frames[..., top:top + height, left:left + width]


@dataclasses.dataclass
class Scene:
    source: object
    narrow: numpy.ndarray  # (blur, frame, y, x): the centre, as the videos show it
    sharpness: numpy.ndarray  # (blur, frame): the truth, of the centre at full size
    wide: dict = None  # blur: (frame, y, x), the canvas

    def need_wide(self):
        if self.wide is None:
            self.wide = {level: _canvas(self.source, level) for level in WIDE_LEVELS}

    def shown(self, level, index):
        return self.narrow[level, index]

    def moved(self, level, index, right, down, full=False):
        """What the camera sees that looks so many pixels (of the canvas, whole ones) beside the centre; the canvas is
        mirrored to the left and right without end. Only at WIDE_LEVELS."""
        canvas = self.wide[level][index]
        width, height = self.source.crop
        left = (self.source.width - width) // 2 + right
        top = (self.source.height - height) // 2 + down
        if 0 <= left and left + width <= self.source.width:
            seen = canvas[top:top + height, left:left + width]
        else:
            columns = numpy.arange(left, left + width) % (2 * self.source.width)
            columns = numpy.minimum(columns, 2 * self.source.width - 1 - columns)
            seen = canvas[top:top + height].take(columns, axis=1)
        return numpy.ascontiguousarray(seen) if full else halved(seen)


def _canvas(source, level):
    return decode(source, source.width, source.height, 2 * BLURS[level])


def load(source, folder):
    """Kept in the folder: decoding and measuring take a minute for each source."""
    stem = f"selection-{source.name}-{source.first}-{source.count}-{source.width}x{source.height}"
    narrow, sharpness = folder / f"{stem}-frames.npy", folder / f"{stem}-sharpness.npy"
    if not (narrow.exists() and sharpness.exists()):
        _make(source, narrow, sharpness)
    return Scene(source, numpy.load(narrow, mmap_mode="r"), numpy.load(sharpness))


def _make(source, narrow, sharpness):
    print(f"making {narrow.name}", flush=True)
    shown, measured = [], []
    for level in range(len(BLURS)):
        frames = centre(_canvas(source, level), source)
        shown.append(numpy.stack([halved(frame) for frame in frames]))
        if level < GOOD_LEVELS:
            measured.append([truth.tenengrad(frame) for frame in frames])
    for path, values in ((narrow, numpy.stack(shown)), (sharpness, numpy.array(measured))):
        draft = path.with_name("draft-" + path.name)
        numpy.save(draft, values)
        draft.rename(path)
