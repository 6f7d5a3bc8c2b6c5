"""Reads the tracks of timed metadata of a QuickTime movie, box by box: their layout, keys, samples and times."""

import dataclasses
import struct
from fractions import Fraction
from pathlib import Path

import boxes

# What stands before the boxes in a box; a box that is not here is read as bytes.
BEFORE = {"moov": 0, "trak": 0, "tref": 0, "edts": 0, "mdia": 0, "minf": 0, "dinf": 0, "stbl": 0, "gmhd": 0, "stsd": 8,
          "mebx": 8, "keys": 0, "setu": 0}


@dataclasses.dataclass(frozen=True)
class Box:
    name: str
    body: bytes
    inside: tuple

    @property
    def size(self):
        return 8 + len(self.body)

    def first(self, *names):
        """The first box down these names; None if there is none."""
        box = self
        for name in names:
            box = next((one for one in box.inside if one.name == name), None)
            if box is None:
                return None
        return box

    def layout(self):
        """[(name, size)] of this box and all in it, in the file's order."""
        return [(self.name, self.size), *(entry for box in self.inside for entry in box.layout())]

    def numbers(self, form, start=0):
        """The body from `start` on, as often as `form` fits in."""
        width = struct.calcsize(form)
        whole = len(self.body) - (len(self.body) - start) % width
        return list(struct.iter_unpack(form, self.body[start:whole]))


def _parsed(name, body, parent=None):
    if parent == "keys":
        name, before = "key", 0  # its type is a number
    else:
        before = BEFORE.get(name)
    inside = () if before is None else tuple(_parsed(*each, name) for each in boxes.each(body[before:]))
    return Box(name, body, inside)


def movie_box(movie):
    """The moov of a file; its `meta` is left as bytes."""
    return next(_parsed(name, body) for name, body in boxes.each(Path(movie).read_bytes()) if name == "moov")


def movie_keys(movie):
    """The names in moov/meta, in their order."""
    meta = movie_box(movie).first("meta")
    keys = next(body for name, body in boxes.each(meta.body) if name == "keys")
    return [body.decode() for _, body in boxes.each(keys[8:])]


class Track:
    """One `trak` of a movie."""

    def __init__(self, data, box, movie_timescale):
        self.data, self.box, self.movie_timescale = data, box, movie_timescale
        self.kind = box.first("mdia", "hdlr").body[8:12].decode()
        self.timescale = box.first("mdia", "mdhd").numbers(">I", 12)[0][0]
        keys = box.first("mdia", "minf", "stbl", "stsd", "mebx", "keys")
        self.keys = [key.first("keyd").body[4:].decode() for key in keys.inside] if keys else []

    def _table(self, name, form, start=8):
        return self.box.first("mdia", "minf", "stbl", name).numbers(form, start)

    def samples(self):
        """[bytes], in the order of decoding."""
        (each, count), *_ = self._table("stsz", ">II", 4)
        sizes = [each] * count if each else [size for size, in self._table("stsz", ">I", 12)]
        runs = self._table("stsc", ">III")
        found = []
        for number, (at,) in enumerate(self._table("stco", ">I"), 1):
            for _ in range([count for first, count, _ in runs if first <= number][-1]):
                size = sizes[len(found)]
                found.append(self.data[at:at + size])
                at += size
        return found

    def times(self):
        """When each sample is shown, in seconds of the movie; None where the edits hide it. No `ctts` is asked."""
        time, found = 0, []
        for count, duration in self._table("stts", ">II"):
            for _ in range(count):
                found.append(self._shown(time))
                time += duration
        return found

    def _shown(self, time):
        begin = Fraction(0)
        for duration, media_time, _ in self.box.first("edts", "elst").numbers(">iii", 8):
            duration = Fraction(duration, self.movie_timescale)
            since = Fraction(time - media_time, self.timescale)
            if media_time >= 0 and 0 <= since < duration:
                return begin + since
            begin += duration
        return None


def tracks(movie):
    moov = movie_box(movie)
    timescale = moov.first("mvhd").numbers(">I", 12)[0][0]
    data = Path(movie).read_bytes()
    return [Track(data, box, timescale) for box in moov.inside if box.name == "trak"]


def track(movie, key):
    """The one whose first key this is, after "com.apple.quicktime."; None if there is none."""
    return next((one for one in tracks(movie) if one.keys[:1] == ["com.apple.quicktime." + key]), None)


def homographies(movie):
    """{time in the movie: nine numbers by rows} of live-photo-info's records, those that are shown."""
    info = track(movie, "live-photo-info")
    return {time: _homography(sample[8:]) for time, sample in zip(info.times(), info.samples()) if time is not None}


def _homography(record):
    others = 48 + 32 * struct.unpack_from("<I", record, 44)[0]
    frame = others + 16 + 32 * sum(struct.unpack_from("<4I", record, others))
    return list(struct.unpack_from("<9f", record, frame + 4))
