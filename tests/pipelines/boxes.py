"""Changes boxes of an MP4 or QuickTime file whose `moov` comes last: what no program here writes."""

import struct
from pathlib import Path

# What stands in a box before the boxes in it.
BEFORE = {"stsd": 8, "avc1": 78, "hvc1": 78, "hev1": 78}


def box(name, body):
    return struct.pack(">I4s", 8 + len(body), name.encode()) + body


def each(data):
    """(name, body) of the boxes in a row."""
    at = 0
    while at + 8 <= len(data):
        size, name = struct.unpack_from(">I4s", data, at)
        yield name.decode("latin-1"), data[at + 8:at + size]
        at += size


def _changed(body, names, new):
    if not names:
        return new(body)
    parts, done = [], False
    for name, inside in each(body):
        if name == names[0] and not done:
            head = BEFORE.get(name, 0)
            inside, done = inside[:head] + _changed(inside[head:], names[1:], new), True
        parts.append(box(name, inside))
    if not done:
        raise ValueError(f"no {names[0]}")
    return b"".join(parts)


def change(source, target, names, new):
    """Copies a file; in its moov, down the first boxes of these names, `new` makes another body of the last one's."""
    data = Path(source).read_bytes()
    at = data.rindex(b"moov") - 4
    if at + struct.unpack_from(">I", data, at)[0] != len(data):
        raise ValueError(f"{source}: the moov is not last")
    Path(target).write_bytes(data[:at] + box("moov", _changed(data[at + 8:], list(names), new)))


def edits(*rows, rate=1):
    """The body of an `elst`: durations in ticks of the movie, times in ticks of the media (-1: nothing is shown)."""
    return lambda _: struct.pack(">II", 0, len(rows)) + b"".join(
        struct.pack(">Iii", *row, round(rate * (1 << 16))) for row in rows)


def turned(across, down):
    """The body of a `tkhd` of version 0 by whose matrix a picture's right and its bottom point to (x, y), moved into view."""
    def new(body):
        size = [value >> 16 for value in struct.unpack(">II", body[76:84])]
        moved = [-min(0, across[axis] * size[0]) - min(0, down[axis] * size[1]) for axis in (0, 1)]
        rows = (*across, 0, *down, 0, *moved)
        return body[:40] + struct.pack(">9i", *(round(value * (1 << 16)) for value in rows), 1 << 30) + body[76:]
    return new


SAMPLE_DESCRIPTION = ("trak", "mdia", "minf", "stbl", "stsd")


def added(name, body):
    """A box behind the others."""
    return lambda boxes: boxes + box(name, body)
